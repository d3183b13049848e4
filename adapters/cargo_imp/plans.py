"""For each set of elements a node may have, how its line is written: one expression checks all texts, one template joins them.

Knows layouts; knows no tree. A plan holds only where it is certain to give what writing item by item gives; else there is none.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from adapters.cargo_imp.notation import WRITTEN, Choice, Field, Item, Literal, Maybe, Repeat, captures, field_expression

MOST_PLANS = 256
APART = "\n"
"""Stands between texts when they are checked together: no element may hold it, so no text can pass for two."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Plan:
    """``fits`` takes the texts in the node's own order, with :data:`APART` between; ``template`` takes them in the layout's."""

    fits: Callable[[str], re.Match[str] | None]
    template: str
    ordered: Callable[[Sequence[str]], tuple[str, ...]] | None


class Plans(dict[tuple[str, ...], Plan | None]):
    """The plans of one layout by the names of a node's elements in their order; made when first asked for.

    With ``repeated``, the text of the repeat comes behind those of the elements. None: no plan is certain.
    """

    __slots__ = ("_items", "_repeated")

    def __init__(self, items: Sequence[Item], *, repeated: bool = False) -> None:
        super().__init__()
        self._items, self._repeated = items, repeated

    def __missing__(self, names: tuple[str, ...]) -> Plan | None:
        """Bounded, because names come from whoever made the tree."""
        return None if len(self) >= MOST_PLANS else self.setdefault(names, _plan(self._items, names, self._repeated))


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
    """An element or the repeat: its name, and the expression its text must fit."""

    name: str
    expression: str


_Pieces = tuple["str | _Slot", ...]


def _plan(items: Sequence[Item], names: tuple[str, ...], repeated: bool) -> Plan | None:
    known = frozenset(names)
    pieces = _pieces(items, known, repeated)
    if pieces is None:
        return None
    slots = {piece.name: (place, piece) for place, piece in enumerate(_slots(pieces))}
    wanted = (*names, *(one.name for one in captures(items) if repeated and isinstance(one, Repeat)))
    if len(slots) != len(wanted) or not slots.keys() >= set(wanted):
        return None
    checked = APART.join(slots[name][1].expression for name in names)
    places = [wanted.index(name) for name in slots]
    return Plan(
        fits=re.compile(checked).fullmatch,
        template="".join(piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces),
        ordered=None if places == sorted(places) else itemgetter(*places),
    )


def _slots(pieces: _Pieces) -> list[_Slot]:
    return [piece for piece in pieces if isinstance(piece, _Slot)]


def _pieces(items: Sequence[Item], names: frozenset[str], repeated: bool) -> _Pieces | None:
    """What is written when all texts fit; None when a mandatory element is not there."""
    found: list[str | _Slot] = []
    for item in items:
        pieces = _of(item, names, repeated)
        if pieces is None:
            return None
        found += pieces
    return tuple(found)


def _of(item: Item, names: frozenset[str], repeated: bool) -> _Pieces | None:
    match item:
        case Literal():
            return (item.text,)
        case Field():
            return _field(item, names)
        case Repeat():
            return (_Slot(item.name, ""),) if repeated else ()
        case Maybe():
            return _pieces(item.items, names, repeated) if _any(item.items, names, repeated) else ()
        case Choice():
            return _choice(item, names, repeated)


def _field(item: Field, names: frozenset[str]) -> _Pieces | None:
    empty = bool(item.runs) and all(run.least == 0 for run in item.runs)
    if item.name not in names:
        return () if empty else None
    # an empty text counts as none at all, and that is another plan
    return (_Slot(item.name, f"(?=[^{APART}])(?:{field_expression(item, WRITTEN)})"),)


def _any(items: Sequence[Item], names: frozenset[str], repeated: bool) -> bool:
    return any(one.name in names if isinstance(one, Field) else repeated for one in captures(items))


def _choice(item: Choice, names: frozenset[str], repeated: bool) -> _Pieces | None:
    """The first of the branches that hold most; those right behind it that are written alike widen what fits."""
    made = [pieces for branch in item.branches if (pieces := _pieces(branch, names, repeated)) is not None]
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
    either = _Slot(slots[0].name, f"(?:{slots[0].expression}|{_slots(other)[0].expression})")
    return tuple(either if isinstance(piece, _Slot) else piece for piece in one)


def _shape(piece: "str | _Slot") -> tuple[bool, str]:
    return (False, piece) if isinstance(piece, str) else (True, piece.name)
