"""Where the elements of a layout stand in a match of its expression, and the repeats inside it. Knows layouts and no message."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.cargo_imp.notation import Field, Item, Literal, Repeat, captures, expression

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
    """``by_name`` has the group of each element, 0 where an element may stand in several; ``within`` the repeats."""

    __slots__ = ("by_name", "slots", "together", "within")

    def __init__(self, slots: Slots, within: "tuple[Within, ...]" = ()) -> None:
        often = Counter(name for _, name in slots)
        self.slots, self.within = slots, within
        self.by_name = {name: group if often[name] == 1 else 0 for group, name in slots}
        self.together = Together(self.by_name)


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
