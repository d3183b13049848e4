"""Lists that rows fill: numbered, or set-like and sorted with the wire's order kept beside them. Pure."""

from typing import Any

from hub.mapping.convert import canonical_get, canonical_set
from hub.mapping.language import Row
from hub.mapping.passing import Pass
from hub.position import Place


def items_at(target: Any, keys: list[str]) -> list[Any]:
    """The list at a canonical path, made where it is missing."""
    items: list[Any] | None = canonical_get(target, keys)
    if items is None:
        items = []
        canonical_set(target, keys, items)
    return items


def append(run: Pass, row: Row, target: Any, keys: list[str], pointer: str, fresh: list[tuple[Any, dict[str, Place]]]) -> None:
    items = items_at(target, keys)
    if row.sorted and len(items) + len(fresh) > 1:
        fresh = _sorted(run, target, keys, pointer, items, fresh)
    for item, places in fresh:
        at = len(items)
        if row.number:
            item[row.number] = at + 1
        items.append(item)
        base = f"{pointer}/{at}"
        for below, place in places.items():
            run.places[base + below] = place


def _sorted(
    run: Pass, target: Any, keys: list[str], pointer: str, items: list[Any], fresh: list[tuple[Any, dict[str, Place]]]
) -> list[tuple[Any, dict[str, Place]]]:
    """All items of a set-like list in canonical order; the wire's order is kept beside it where it differs."""
    taken = [*zip(items, _take_places(run, pointer, len(items)), strict=True)]
    items.clear()
    wire = [taken[place - 1] for place in _known_order(target, keys, len(taken))] + fresh
    order = sorted(range(len(wire)), key=lambda at: sort_key(wire[at][0]))
    if order != list(range(len(wire))):
        rank = {at: place for place, at in enumerate(order, 1)}
        canonical_set(target, [*keys[:-1], f"{keys[-1]}_order"], [rank[at] for at in range(len(wire))])
    return [wire[at] for at in order]


def _known_order(target: Any, keys: list[str], count: int) -> list[int]:
    """The wire's order of the items an earlier row put there, taken back: it is told anew for all of them."""
    holder = canonical_get(target, keys[:-1])
    known: list[int] | None = holder.pop(f"{keys[-1]}_order", None) if isinstance(holder, dict) else None
    return known or list(range(1, count + 1))


def _take_places(run: Pass, pointer: str, count: int) -> list[dict[str, Place]]:
    """The places of the items of a list, each by what is behind the item's own pointer."""
    taken: list[dict[str, Place]] = [{} for _ in range(count)]
    for name in [name for name in run.places if name.startswith(f"{pointer}/")] if count else ():
        at, slash, below = name[len(pointer) + 1 :].partition("/")
        taken[int(at)][slash + below] = run.places.pop(name)
    return taken


def sort_key(item: Any) -> Any:
    """The order of set-like lists: by text, or by type and value."""
    return tuple(str(value) for value in item.values()) if isinstance(item, dict) else item
