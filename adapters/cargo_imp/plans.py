"""For each set of elements a node may have, how its line is written: one expression checks all texts, one template joins them.

Knows layouts and nodes; knows no order of lines. A plan holds only where it is certain to give what writing item by item gives;
else there is none.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from adapters.cargo_imp.notation import WRITTEN, Choice, Field, Item, Literal, Maybe, Repeat, captures, field_expression
from adapters.cargo_imp.reporting import LONGEST_LINE
from hub.syntax import Node

MOST_PLANS = 256
APART = "\n"
"""Stands between texts when they are checked together: no element may hold it, so no text can pass for two."""

Shape = tuple[str | int, ...]
"""The names of a node's elements in their order; then for each repeated node the number of its repeat and its own names."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Plan:
    """``fits`` takes the texts in the order of the shape, with :data:`APART` between, and sees to it that they make no line that
    is too long; ``template`` takes them in the order of the layout, which ``ordered`` puts them in."""

    fits: Callable[[str], re.Match[str] | None]
    template: str
    ordered: Callable[[Sequence[str]], tuple[str, ...]]


class Plans(dict[Shape, Plan | None]):
    """The plans of one layout by the shapes of nodes; made when first asked for. None: no plan is certain."""

    __slots__ = ("_items",)

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self._items = items

    def __missing__(self, shape: Shape) -> Plan | None:
        """Bounded, because names come from whoever made the tree."""
        return None if len(self) >= MOST_PLANS else self.setdefault(shape, _plan(self._items, shape))

    def text(self, node: Node) -> str | None:
        """The line of a node whose elements all fit."""
        elements = node.elements
        names = tuple(elements)
        plan = self[names]
        if plan is None:
            return None
        if len(names) == 1:
            text = elements[names[0]].text
            return plan.template % text if plan.fits(text) else None
        texts: list[str] = []
        for element in elements.values():
            texts.append(element.text)
        return plan.template % plan.ordered(texts) if plan.fits(APART.join(texts)) else None


class RepeatPlans:
    """The plans of a layout with repeats in it. With ``strangers`` a node may have other children: lines of their own."""

    __slots__ = ("_numbers", "_plans", "_strangers")

    def __init__(self, plans: Plans, repeats: Iterable[str], *, strangers: bool) -> None:
        """``repeats``: their names in the order of the layout."""
        self._plans, self._strangers = plans, strangers
        self._numbers = {name: number for number, name in enumerate(repeats)}

    def text(self, node: Node) -> str | None:
        """The line of a node whose elements and repeated nodes all fit."""
        numbers = self._numbers
        shape: list[str | int] = []
        texts: list[str] = []
        for name, element in node.elements.items():
            shape.append(name)
            texts.append(element.text)
        for child in node.children:
            number = numbers.get(child.name)
            if number is None:
                if self._strangers:
                    continue
                return None
            if child.children:
                return None
            shape.append(number)
            for name, element in child.elements.items():
                shape.append(name)
                texts.append(element.text)
        plan = self._plans[tuple(shape)]
        return plan.template % plan.ordered(texts) if plan is not None and plan.fits(APART.join(texts)) else None


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
        case Repeat():
            return plannable(item.items) and not _repeats(item.items)
    return True


def _repeats(items: Sequence[Item]) -> list[Repeat]:
    return [item for item in captures(items) if isinstance(item, Repeat)]


@dataclass(frozen=True)
class _Slot:
    """An element: the place of its text in the shape, the expression it must fit, its longest text, whether it is repeated."""

    place: int
    expression: str
    longest: int
    repeated: bool


_Pieces = tuple["str | _Slot", ...]


@dataclass(frozen=True, kw_only=True)
class _Given:
    """What there is to write: the place of each element's text; the same for the nodes of each repeat."""

    places: Mapping[str, int]
    repeated: Mapping[str, Sequence["_Given"]]
    within: bool = False

    def any_of(self, items: Sequence[Item]) -> bool:
        return any(one.name in (self.places if isinstance(one, Field) else self.repeated) for one in captures(items))


def _given(items: Sequence[Item], shape: Shape) -> _Given:
    numbered = [one.name for one in _repeats(items)]
    places: dict[str, int] = {}
    given, count = _Given(places=places, repeated={}), 0
    repeated: dict[str, list[_Given]] = {}
    for one in shape:
        if isinstance(one, str):
            places[one] = count
            count += 1
        else:
            places = {}
            repeated.setdefault(numbered[one], []).append(_Given(places=places, repeated={}, within=True))
    return _Given(places=given.places, repeated=repeated)


def _plan(items: Sequence[Item], shape: Shape) -> Plan | None:
    pieces = _pieces(items, _given(items, shape))
    if pieces is None:
        return None
    slots = _slots(pieces)
    places = [slot.place for slot in slots]
    if sorted(places) != list(range(sum(isinstance(one, str) for one in shape))):
        return None
    checked = APART.join(slot.expression for slot in sorted(slots, key=lambda slot: slot.place))
    return Plan(
        fits=re.compile(_room(pieces) + checked).fullmatch,
        template="".join(piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces),
        ordered=tuple if places == sorted(places) else itemgetter(*places),
    )


def _room(pieces: _Pieces) -> str:
    """An expression that no more characters go by than the line has room for; none where its longest texts have room."""
    fixed, slots = sum(len(piece) for piece in pieces if isinstance(piece, str)), _slots(pieces)
    if fixed + sum(slot.longest for slot in slots) <= LONGEST_LINE:
        return ""
    return rf"(?=[\s\S]{{0,{max(LONGEST_LINE - fixed + len(slots) - 1, 0)}}}\Z)"


def _slots(pieces: Iterable[str | _Slot]) -> list[_Slot]:
    return [piece for piece in pieces if isinstance(piece, _Slot)]


def _pieces(items: Sequence[Item], given: _Given) -> _Pieces | None:
    """What is written when all texts fit; None when a mandatory element is not there."""
    found: list[str | _Slot] = []
    for item in items:
        pieces = _of(item, given)
        if pieces is None:
            return None
        found += pieces
    return tuple(found)


def _of(item: Item, given: _Given) -> _Pieces | None:
    match item:
        case Literal():
            return (item.text,)
        case Field():
            return _field(item, given)
        case Repeat():
            return _repeat(item, given)
        case Maybe():
            return _pieces(item.items, given) if given.any_of(item.items) else ()
        case Choice():
            return _choice(item, given)


def _field(item: Field, given: _Given) -> _Pieces | None:
    empty = bool(item.runs) and all(run.least == 0 for run in item.runs)
    if item.name not in given.places:
        return () if empty else None
    longest = max(map(len, item.codes)) if item.codes else sum(run.most for run in item.runs)
    return (_Slot(given.places[item.name], _expression(item, empty), longest, given.within),)


def _expression(item: Field, empty: bool) -> str:
    """An empty text counts as none at all, and that is another plan. A last run gives nothing back: no other run follows it."""
    there = f"(?=[^{APART}])" if empty else ""
    last = "+" if item.runs and not item.runs[-1].point and item.runs[-1].most > 1 else ""
    return f"{there}(?:{field_expression(item, WRITTEN)}{last})"


def _repeat(item: Repeat, given: _Given) -> _Pieces | None:
    found: list[str | _Slot] = []
    nodes = given.repeated.get(item.name, ())
    for pieces in (_pieces(item.items, one) for one in nodes):
        if pieces is None or len(nodes) > item.most:
            return None
        found += pieces
    return tuple(found)


def _choice(item: Choice, given: _Given) -> _Pieces | None:
    """The first of the branches that hold most; those right behind it that are written alike widen what fits."""
    made = [pieces for branch in item.branches if (pieces := _pieces(branch, given)) is not None]
    if not made:
        return None
    most = max(_count(pieces, given) for pieces in made)
    best, *others = [pieces for pieces in made if _count(pieces, given) == most]
    for other in others:
        widened = _widened(best, other)
        if widened is None:
            break
        best = widened
    return best


def _count(pieces: _Pieces, given: _Given) -> int:
    return sum(slot.repeated == given.within for slot in _slots(pieces))


def _widened(one: _Pieces, other: _Pieces) -> _Pieces | None:
    """Either of two branches with one element each that stand on the wire alike."""
    slots = _slots(one)
    if len(slots) != 1 or [_shape(piece) for piece in one] != [_shape(piece) for piece in other]:
        return None
    first, second = slots[0], _slots(other)[0]
    expression = f"(?:{first.expression}|{second.expression})"
    either = _Slot(first.place, expression, max(first.longest, second.longest), first.repeated)
    return tuple(either if isinstance(piece, _Slot) else piece for piece in one)


def _shape(piece: "str | _Slot") -> str | int:
    return piece if isinstance(piece, str) else piece.place
