"""A message structure for people: its segments and groups in order, with their data elements. Knows tables; reads nothing."""

from collections.abc import Iterator

from adapters.edifact.directory import Component, Directory, Layout, directory
from adapters.edifact.structure import Item, Structure
from hub.layouts import ElementLayout, LineLayout

SERVICE = "service_v3"


def described(structure: Structure) -> Iterator[LineLayout]:
    """Every segment and group of a structure."""
    return _items(structure.root, directory(structure.directory), 0, ())


def _items(group: Item, segments: Directory, depth: int, tree: tuple[str, ...]) -> Iterator[LineLayout]:
    for item in group.items:
        layout = segments.segments.get(item.name) or directory(SERVICE).segments.get(item.name)
        here = (*tree, item.name)
        yield LineLayout(
            name=item.name,
            title="group" if item.items else "",
            status="M" if item.mandatory else "C",
            repeats=item.times,
            depth=depth,
            layout=_shown(item.name, layout),
            elements=tuple(_element(one, here) for one in layout.components()) if layout is not None else (),
        )
        yield from _items(item, segments, depth + 1, here)


def _shown(tag: str, layout: Layout | None) -> str:
    if layout is None:
        return ""
    return "+".join([tag, *(":".join(f"{one.number} {one.notation()}" for one in at.components) for at in layout.positions)])


def _element(one: Component, tree: tuple[str, ...]) -> ElementLayout:
    least = f"{one.least} to " if one.least not in (0, one.most) else "up to " if one.least != one.most else ""
    kind = {"a": "letters", "n": "digits", "an": "characters"}[one.kind]
    name = "/".join((*(step for step, _ in one.steps), one.name))
    return ElementLayout(name=one.number, format=one.notation(), words=f"{least}{one.most} {kind}", tree="/".join((*tree, name)))
