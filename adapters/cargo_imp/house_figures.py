"""The houses of a house list, gathered in one walk for the checks across lines. Knows the tree's names, no check."""

from adapters.cargo_imp.groups import Texts
from adapters.cargo_imp.late import columns
from hub.syntax import Node

PARTIES = frozenset({"SHP", "CNE", "CVD"})
_SUMMARY = ("pieces", "weight", "weight_unit")


class Houses:
    """The summary lines, the sums of their pieces and weights, and where parties stand.

    ``pieces`` and ``weight`` are sums for a first look; ``unweighed``: a line lacks a figure, or houses differ in unit.
    ``party`` is the first line of a party; ``consignee`` the first one without a shipper before it.
    """

    __slots__ = ("consignee", "count", "lines", "party", "pieces", "unit", "unweighed", "weight")

    def __init__(self, root: Node) -> None:
        houses = [child.children for child in root.children if child.name == "house" and child.children]
        self.count = len(houses)
        self.lines = [lines[0] for lines in houses if lines[0].name == "HBS"]
        self.pieces, self.weight, self.unit, self.unweighed = 0, 0.0, "", False
        self.party: Node | None = None
        self.consignee: Node | None = None
        if self.lines:
            self._summed(*columns(self.lines, _SUMMARY))
        for lines in [lines for lines in houses if lines[-1].name in PARTIES]:
            self._parties(lines)

    def _summed(self, pieces: Texts, weights: Texts, units: Texts) -> None:
        """In columns, because a list may have hundreds of houses."""
        if all(pieces) and all(weights) and len(set(units)) == 1 and units[0]:
            self.unit = units[0]
            self.pieces, self.weight = sum(map(int, filter(None, pieces))), sum(map(float, filter(None, weights)))
        else:
            self.unweighed = True

    def _parties(self, children: list[Node]) -> None:
        found = [child for child in children if child.name in PARTIES]
        self.party = self.party or found[0]
        if self.consignee is None and found[0].name == "CNE":
            self.consignee = found[0]
