"""Where the elements of a layout stand in a match of its expression, and the repeats inside it. Knows layouts and no message."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.cargo_imp.notation import Field, Item, Literal, Repeat, captures, expression
from hub.syntax import Element

Texts = Sequence[str | None]
Slots = tuple[tuple[int, str], ...]
"""The group number and the name of each element."""


class Together(dict[tuple[str, ...], tuple[int, ...]]):
    """The groups of several names asked for at once; empty where one of them has no group of its own."""

    __slots__ = ("_by_name",)

    def __init__(self, by_name: Mapping[str, int]) -> None:
        super().__init__()
        self._by_name = by_name

    def __missing__(self, names: tuple[str, ...]) -> tuple[int, ...]:
        groups = tuple(self._by_name.get(name, 0) for name in names)
        return self.setdefault(names, groups if all(groups) else ())


class Groups:
    """``by_name`` has the group of each element, 0 where an element may stand in several; ``within`` the repeats.

    Until a node is opened, texts are asked of it by its match (``hub.syntax.Late``).
    """

    __slots__ = ("by_name", "slots", "together", "within")

    def __init__(self, slots: Slots, within: "tuple[Within, ...]" = ()) -> None:
        often = Counter(name for _, name in slots)
        self.slots, self.within = slots, within
        self.by_name = {name: group if often[name] == 1 else 0 for group, name in slots}
        self.together = Together(self.by_name)

    def text(self, found: re.Match[str], name: str, /) -> str | None:
        """The text of an element, if it is there."""
        group = self.by_name.get(name)
        if group == 0:
            element = located(found, self, 0, 0, 0).get(name)
            return None if element is None else element.text
        return found[group] or None if group else None

    def texts(self, found: re.Match[str], names: tuple[str, ...], /) -> Texts:
        """The texts of several; None or empty where one is not there."""
        groups = self.together[names]
        return found.group(*groups) if groups else [self.text(found, name) for name in names]


@dataclass(frozen=True, kw_only=True)
class Within:
    """A repeat inside a line, ready to be cut into child nodes."""

    group: int
    name: str
    pattern: re.Pattern[str]
    groups: Groups


def groups(items: Sequence[Item], first: int = 1) -> Groups:
    """Where the elements and repeats of a layout stand, the first group being ``first``."""
    return Groups(slots(items, first), within(items, first))


def slots(items: Sequence[Item], first: int) -> Slots:
    """The group number and name of each element, the first group being ``first``."""
    return tuple((first + place, item.name) for place, item in enumerate(captures(items)) if isinstance(item, Field))


def within(items: Sequence[Item], first: int) -> tuple[Within, ...]:
    """The repeats inside a line, with the expression of one item."""
    return tuple(
        Within(group=first + place, name=item.name, pattern=re.compile(_one_of(item)), groups=Groups(slots(item.items, 1)))
        for place, item in enumerate(captures(items))
        if isinstance(item, Repeat)
    )


def _one_of(item: Repeat) -> str:
    """The expression of one item; where all begin alike, up to the next one or the end, so that none is cut short."""
    opening = item.items[0]
    return expression(item.items) + (f"(?={re.escape(opening.text[0])}|$)" if isinstance(opening, Literal) else "")


def located(found: re.Match[str], groups: Groups, line: int, start: int, shift: int) -> dict[str, Element]:
    """The elements of a match that are not empty.

    ``start`` is the offset of the line, ``shift`` how many characters the line has more (or less) before the match than the text.
    """
    made = {}
    for group, name in groups.slots:
        text = found[group]
        if text:
            at = found.start(group) + shift
            made[name] = Element(text, line, at + 1, start + at)
    return made
