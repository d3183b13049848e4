"""The houses of a house list, gathered in one walk for the checks across lines. Knows the tree's names, no check."""

from hub.syntax import Node

PARTIES = frozenset({"SHP", "CNE", "CVD"})


class Houses:
    """The summary lines, the sums of their pieces and weights, and where parties stand.

    ``pieces`` and ``weight`` are sums for a first look; ``unweighed``: a line lacks a figure, or houses differ in unit. is
    the first line of a party; ``consignee`` the first one without a shipper before it.
    """

    __slots__ = ("consignee", "count", "lines", "party", "pieces", "unit", "unweighed", "weight")

    def __init__(self, root: Node) -> None:
        self.lines: list[Node] = []
        self.count, self.pieces, self.weight = 0, 0, 0.0
        self.unit, self.unweighed = "", False
        self.party: Node | None = None
        self.consignee: Node | None = None
        for house in root.children:
            if house.name == "house":
                self.count += 1
                children = house.children
                if children and children[0].name == "HBS":
                    self._summary(children[0])
                if children and children[-1].name in PARTIES:
                    self._parties(children)

    def _summary(self, line: Node) -> None:
        elements = line.elements
        if "pieces" not in elements or "weight" not in elements:
            self.unweighed = True
            return
        self.lines.append(line)
        self.pieces += int(elements["pieces"].text)
        self.weight += float(elements["weight"].text)
        unit = elements["weight_unit"].text
        if unit != self.unit:
            self.unweighed = self.unweighed or bool(self.unit)
            self.unit = unit

    def _parties(self, children: list[Node]) -> None:
        found = [child for child in children if child.name in PARTIES]
        self.party = self.party or found[0]
        if self.consignee is None and found[0].name == "CNE":
            self.consignee = found[0]
