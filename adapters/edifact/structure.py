"""Message structures: the group notation compiled to steps, so that each segment costs one look-up. Knows no element.

Where a segment may stand is a question about the last accepted item only, so the answers are computed once for each
(item, tag) and kept; how often an item came is counted while walking.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from adapters.edifact.directory import table

_TOKEN = re.compile(
    r"(?P<close>\])|(?P<group>SG\w+?)(?:x(?P<gtimes>\d+))?(?P<gmust>!)?\[|(?P<tag>[A-Z]{3})(?P<must>!)?(?:x(?P<times>\d+))?(?P<late>!)?"
)


class Item(msgspec.Struct, eq=False):
    """A segment, or a group of items, in its group: mandatory or not, and how often at most. Compared by identity."""

    name: str
    mandatory: bool
    times: int
    group: "Item | None" = None
    index: int = 0
    items: "list[Item]" = msgspec.field(default_factory=list)

    @property
    def trigger(self) -> str:
        """The tag that opens it: a group's first segment, a segment's own."""
        return self.items[0].name if self.items else self.name

    def path(self) -> "list[Item]":
        """The groups around it, outermost first."""
        return [] if self.group is None else [*self.group.path(), self.group]


class Missing(msgspec.Struct, frozen=True):
    """A mandatory segment that did not come: its tag and the group it belongs to."""

    tag: str
    group: str


class Step(msgspec.Struct, frozen=True):
    """What accepting a segment means: its item, the item counted at each level entered, and what was missed on the way.

    ``keep`` is how many open groups stay open; ``enter`` the groups to open, outermost first.
    """

    item: Item
    keep: int
    enter: tuple[Item, ...]
    missing: tuple[Missing, ...]


class Structure(msgspec.Struct):
    """A message's structure. ``steps`` is the memory of answers: a pure function's results, never anything else."""

    type: str
    version: str
    directory: str
    mapping: str
    root: Item
    steps: dict[tuple[int, str], tuple[Step, ...]] = msgspec.field(default_factory=dict)

    def answer(self, last: Item, tag: str) -> tuple[Step, ...]:
        """The places a tag may stand after the last accepted item, best first; empty if nowhere."""
        key = (id(last), tag)
        found = self.steps.get(key)
        if found is None:
            ordinary = tuple(_ordinary(last, tag))
            found = self.steps[key] = ordinary or tuple(_implied(last, tag))
        return found


def _ordinary(last: Item, tag: str) -> Iterator[Step]:
    """From the last item onwards in its group, then in each group around it."""
    missing: tuple[Missing, ...] = ()
    current: Item | None = last
    while current is not None and current.group is not None:
        group = current.group
        skipped: list[Missing] = []
        for item in group.items[current.index :]:
            if item.trigger == tag and not (item is current and item.index == 0 and not item.items):
                yield _step(item, missing + tuple(skipped), last)
            if item.mandatory and item is not current:
                skipped.append(Missing(item.trigger, _label(item)))
        missing += tuple(skipped)
        current = group


def _step(item: Item, missing: tuple[Missing, ...], last: Item) -> Step:
    around = last.path()
    keep = _shared(around, item.path())
    if not item.items:
        return Step(item, keep, tuple(item.path()[keep:]), missing)
    return Step(item.items[0], keep, (*item.path()[keep:], item), missing)


def _shared(one: list[Item], other: list[Item]) -> int:
    return sum(1 for _ in _prefix(one, other))


def _prefix(one: list[Item], other: list[Item]) -> Iterator[Item]:
    for left, right in zip(one, other, strict=False):
        if left is not right:
            return
        yield left


def _label(item: Item) -> str:
    return item.name if item.items else (item.group.name if item.group and item.group.group else "")


def _implied(last: Item, tag: str) -> Iterator[Step]:
    """Groups whose opening segment is missing although what belongs into them comes: open them, and say what is missing.

    Only where the group or the segment is mandatory: elsewhere it is the segment that is out of place.
    """
    missing: tuple[Missing, ...] = ()
    current: Item | None = last
    while current is not None and current.group is not None:
        group = current.group
        skipped: list[Missing] = []
        for item in group.items[current.index + 1 :]:
            inner = next((one for one in item.items[1:] if one.trigger == tag), None)
            if inner is not None and (item.mandatory or inner.mandatory):
                absent = Missing(item.trigger, item.name)
                yield _step(inner, missing + tuple(skipped) + (absent,), last)
            if item.mandatory:
                skipped.append(Missing(item.trigger, _label(item)))
        missing += tuple(skipped)
        current = group


def _compile(text: str) -> Item:
    root = Item("", True, 1)
    group = root
    for match in _TOKEN.finditer(text):
        if match["close"]:
            if group.group is None:
                raise ValueError("a group is closed that was never opened")
            group = group.group
        elif match["group"]:
            group = _add(group, Item(match["group"], match["gmust"] is not None, int(match["gtimes"] or 1)))
        else:
            _add(group, Item(match["tag"], bool(match["must"] or match["late"]), int(match["times"] or 1)))
    return root


def _add(group: Item, item: Item) -> Item:
    item.group, item.index = group, len(group.items)
    group.items.append(item)
    return item


@lru_cache(maxsize=32)
def structure(name: str) -> Structure:
    """Load and compile a message structure by its file name (``iftsta_d96a``)."""
    facts = table(name)
    return Structure(
        facts["type"], facts["version"], facts["directory"], facts.get("mapping", facts["version"]), _compile(facts["structure"])
    )
