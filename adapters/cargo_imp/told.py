"""One message laid out for the checks across its lines: lines by name, goods figures, and findings with all their places.

Knows the tree's names; knows no check.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from adapters.cargo_imp.goods_figures import Goods
from adapters.cargo_imp.house_figures import Houses
from adapters.cargo_imp.late import opened
from hub.problem import Code, Problem, Related
from hub.syntax import Element, Node

Place = tuple[Node, str]
"""An element of a node: the text, and where it stands."""
MOST_PLACES, NAMED_PLACES = 20, 4
_SEGMENTS = {
    "totals": "PPD",
    "rate": "RTD",
    "ND": "RTD",
    "NV": "RTD",
    "charge": "OTH",
    "charges": "OTH",
    "leg": "RTG",
    "code": "SPH",
    "customs": "OCI",
}


NO_GOODS = Goods(None)
"""Of a message without rate lines. Nobody writes into it."""


class Told:
    """One message for the checks: its lines by name, its goods figures, and the problems found so far."""

    __slots__ = ("_houses", "first", "goods", "problems", "root")

    def __init__(self, root: Node) -> None:
        self.root = root
        self.first: Mapping[str, Node] = {child.name: child for child in root.children}
        self.problems: list[Problem] = []
        self._houses: Houses | None = None
        rates = self.first.get("RTD")
        self.goods: Goods = NO_GOODS if rates is None else Goods(rates)

    def opened(self) -> Node:
        """The tree with all its elements, for checks that look at most of them."""
        return opened(self.root)

    def totals(self, name: str) -> Node | None:
        """The second line of a charge summary, PPD or COL."""
        summary = self.first.get(name)
        return summary.children[0] if summary is not None and summary.children else None

    @property
    def houses(self) -> Houses:
        """The figures of the house waybills."""
        if self._houses is None:
            self._houses = Houses(self.root)
        return self._houses

    def say(self, code: Code, message: str, place: Place, expected: str | None, others: Sequence[Place]) -> None:
        """A finding at ``place``, with the places it does not agree with."""
        node, name = place
        element = _element(place)
        related = [self._related(one) for one in others[:MOST_PLACES]]
        named = ", ".join(list(dict.fromkeys(f"{one.segment} line {one.line}" for one in related))[:NAMED_PLACES])
        named += f" and {len(others) - NAMED_PLACES} more" if len(others) > NAMED_PLACES else ""
        self.problems.append(
            Problem(
                code=code,
                message=f"{message} (see {named})" if named else message,
                line=element.line,
                column=element.column,
                offset=element.offset,
                segment=self._segment(node),
                element=name,
                found=element.text[:80] or None,
                expected=expected,
                related=tuple(related),
            )
        )

    def _segment(self, node: Node) -> str | None:
        if node.name == "totals":
            return "COL" if self.totals("COL") is node else "PPD"
        return node.text("code") if node.name == "status" else _SEGMENTS.get(node.name, node.name)

    def _related(self, place: Place) -> Related:
        node, name = place
        element = _element(place)
        return Related(
            line=element.line,
            column=element.column,
            offset=element.offset,
            segment=self._segment(node),
            element=name,
            found=element.text[:80] or None,
        )


def _element(place: Place) -> Element:
    node, name = place
    return opened(node).elements.get(name) or Element("", node.line, node.column, node.offset)


def summed(places: Sequence[Place]) -> Decimal:
    """The exact sum of the elements that are there."""
    return sum((Decimal(node.text(name) or 0) for node, name in places), Decimal(0))


def amount(node: Node, name: str) -> float:
    """The element as a number for a first look; 0 where it is not there. Sums that differ are made again exactly."""
    return float(node.text(name) or 0)


def agree(one: float, other: float) -> bool:
    """Whether two sums of amounts are the same but for the rounding of their last binary digit."""
    return abs(one - other) < 0.0001
