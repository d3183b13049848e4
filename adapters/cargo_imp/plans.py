"""For each set of elements a node may have, how its line is written: one expression checks all texts, one template joins them.

Knows layouts and nodes; knows no order of lines. A plan holds only where it is certain to give what writing item by item gives;
else there is none.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.cargo_imp.notation import WRITTEN, Choice, Field, Item, Literal, Maybe, Repeat, captures, field_expression
from adapters.cargo_imp.reporting import LONGEST_LINE
from hub.syntax import Element, Node

MOST_PLANS = 256
APART = "\n"
"""Stands between texts when they are checked together: no element may hold it, so no text can pass for two."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Plan:
    """``fits`` takes the texts in the node's own order, with :data:`APART` between, and sees to it that they make no line that is
    too long; ``written`` takes them one by one, those of the repeats behind them, and gives the line."""

    fits: Callable[[str], re.Match[str] | None]
    written: Callable[..., str]


class Plans(dict[tuple[str, ...], Plan | None]):
    """The plans of one layout by the names of a node's elements in their order; made when first asked for.

    The texts of ``repeats`` come behind those of the elements. None: no plan is certain.
    """

    __slots__ = ("_items", "_repeats")

    def __init__(self, items: Sequence[Item], repeats: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._items, self._repeats = items, repeats

    def __missing__(self, names: tuple[str, ...]) -> Plan | None:
        """Bounded, because names come from whoever made the tree."""
        return None if len(self) >= MOST_PLANS else self.setdefault(names, _plan(self._items, names, self._repeats))

    def text(self, node: Node) -> str | None:
        """What is written of a node's elements when all of them fit; the repeats are not looked for."""
        elements = node.elements
        plan = self[tuple(elements)]
        if plan is None:
            return None
        texts = [element.text for element in elements.values()]
        return plan.written(*texts) if plan.fits(APART.join(texts)) else None


class RepeatPlans:
    """The plans of a layout with repeats in it: those of one repeated node, and those of the line by the repeats there are."""

    __slots__ = ("_behind", "_items", "_most", "_of_one", "_strangers")

    def __init__(self, items: Sequence[Item], repeats: Iterable[Repeat], *, strangers: bool) -> None:
        """``strangers``: the node may have other children, which are lines of their own."""
        self._items, self._strangers = items, strangers
        self._most = {one.name: one.most for one in repeats}
        self._of_one = {one.name: Plans(one.items) for one in repeats}
        self._behind: dict[tuple[str, ...], Plans] = {}

    def text(self, node: Node) -> str | None:
        """The line of a node when all its elements and repeated nodes fit."""
        found: dict[str, list[str]] = {}
        for child in node.children:
            plans = self._of_one.get(child.name)
            if plans is None:
                if self._strangers:
                    continue
                return None
            part = None if child.children else plans.text(child)
            if part is None:
                return None
            found.setdefault(child.name, []).append(part)
        return self._joined(node.elements, found)

    def _joined(self, elements: Mapping[str, Element], found: Mapping[str, Sequence[str]]) -> str | None:
        repeats = tuple(found)
        if repeats not in self._behind:
            self._behind[repeats] = Plans(self._items, repeats)
        plan = self._behind[repeats][tuple(elements)]
        if plan is None or any(len(parts) > self._most[name] for name, parts in found.items()):
            return None
        texts = [element.text for element in elements.values()]
        if not plan.fits(APART.join(texts)):
            return None
        text = plan.written(*texts, *map("".join, found.values()))
        return text if len(text) <= LONGEST_LINE else None


def plannable(items: Sequence[Item]) -> bool:
    """Whether no element can be written in two places at once: only then is the fullest branch known beforehand."""
    seen = set[str]()
    for item in items:
        names = {one.name for one in captures((item,))}
        if names & seen or not _parts_plannable(item):
            return False
        seen |= names
    return True


def _parts_plannable(item: Item) -> bool:
    match item:
        case Maybe():
            return plannable(item.items)
        case Choice():
            return all(plannable(branch) for branch in item.branches)
    return True


@dataclass(frozen=True)
class _Slot:
    """An element, or a repeat (without an expression): its name, the expression its text must fit, its longest text."""

    name: str
    expression: str
    longest: int


_Pieces = tuple["str | _Slot", ...]


def _plan(items: Sequence[Item], names: tuple[str, ...], repeats: tuple[str, ...]) -> Plan | None:
    pieces = _pieces(items, frozenset(names), frozenset(repeats))
    if pieces is None:
        return None
    slots = {slot.name: slot for slot in _slots(pieces)}
    wanted = (*names, *repeats)
    if len(slots) != len(wanted) or not slots.keys() >= set(wanted):
        return None
    checked = APART.join(slots[name].expression for name in names)
    return Plan(
        fits=re.compile(_room(pieces, len(names)) + checked).fullmatch,
        written="".join(_braced(piece) if isinstance(piece, str) else f"{{{wanted.index(piece.name)}}}" for piece in pieces).format,
    )


def _braced(literal: str) -> str:
    return literal.replace("{", "{{").replace("}", "}}")


def _room(pieces: _Pieces, elements: int) -> str:
    """An expression that no more characters go by than the line has room for; none where its longest texts have room."""
    fixed = sum(len(piece) for piece in pieces if isinstance(piece, str))
    if fixed + sum(slot.longest for slot in _slots(pieces)) <= LONGEST_LINE:
        return ""
    return rf"(?=[\s\S]{{0,{max(LONGEST_LINE - fixed + elements - 1, 0)}}}\Z)"


def _slots(pieces: _Pieces) -> list[_Slot]:
    return [piece for piece in pieces if isinstance(piece, _Slot)]


def _pieces(items: Sequence[Item], names: frozenset[str], repeats: frozenset[str]) -> _Pieces | None:
    """What is written when all texts fit; None when a mandatory element is not there."""
    found: list[str | _Slot] = []
    for item in items:
        pieces = _of(item, names, repeats)
        if pieces is None:
            return None
        found += pieces
    return tuple(found)


def _of(item: Item, names: frozenset[str], repeats: frozenset[str]) -> _Pieces | None:
    match item:
        case Literal():
            return (item.text,)
        case Field():
            return _field(item, names)
        case Repeat():
            return (_Slot(item.name, "", 0),) if item.name in repeats else ()
        case Maybe():
            return _pieces(item.items, names, repeats) if _any(item.items, names, repeats) else ()
        case Choice():
            return _choice(item, names, repeats)


def _field(item: Field, names: frozenset[str]) -> _Pieces | None:
    empty = bool(item.runs) and all(run.least == 0 for run in item.runs)
    if item.name not in names:
        return () if empty else None
    # an empty text counts as none at all, and that is another plan
    there = f"(?=[^{APART}])" if empty else ""
    longest = max(map(len, item.codes)) if item.codes else sum(run.most for run in item.runs)
    return (_Slot(item.name, f"{there}(?:{field_expression(item, WRITTEN)})", longest),)


def _any(items: Sequence[Item], names: frozenset[str], repeats: frozenset[str]) -> bool:
    return any(one.name in (names if isinstance(one, Field) else repeats) for one in captures(items))


def _choice(item: Choice, names: frozenset[str], repeats: frozenset[str]) -> _Pieces | None:
    """The first of the branches that hold most; those right behind it that are written alike widen what fits."""
    made = [pieces for branch in item.branches if (pieces := _pieces(branch, names, repeats)) is not None]
    if not made:
        return None
    most = max(_count(pieces) for pieces in made)
    best, *others = [pieces for pieces in made if _count(pieces) == most]
    for other in others:
        widened = _widened(best, other)
        if widened is None:
            break
        best = widened
    return best


def _count(pieces: _Pieces) -> int:
    return sum(bool(slot.expression) for slot in _slots(pieces))


def _widened(one: _Pieces, other: _Pieces) -> _Pieces | None:
    """Either of two branches with one element each that stand on the wire alike."""
    slots = _slots(one)
    if len(slots) != 1 or [_shape(piece) for piece in one] != [_shape(piece) for piece in other]:
        return None
    second = _slots(other)[0]
    longest = max(slots[0].longest, second.longest)
    either = _Slot(slots[0].name, f"(?:{slots[0].expression}|{second.expression})", longest)
    return tuple(either if isinstance(piece, _Slot) else piece for piece in one)


def _shape(piece: "str | _Slot") -> tuple[bool, str]:
    return (False, piece) if isinstance(piece, str) else (True, piece.name)
