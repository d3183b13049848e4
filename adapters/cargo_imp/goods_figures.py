"""The figures of a waybill's rate lines, gathered in one walk for the checks across lines. Knows the tree's names, no check."""

from hub.syntax import Node

CUBIC_METRES = {"MC": 1.0, "CF": 0.028316846592, "CI": 0.000016387064, "CC": 0.000001}
EDGE = {"CMT": 0.01, "INH": 0.0254, "MTR": 1.0, "FOT": 0.3048, "YRD": 0.9144, "MMT": 0.001, "DMT": 0.1}
"""Metres."""
CUBE = {unit: edge**3 for unit, edge in EDGE.items()}
ADDITIONAL = "X"
"""The rate class that tells of a unit load device itself, not of what is in it."""


class Goods:
    """Rate lines with a total, with pieces, with a weight of goods; lines with dimensions; volume lines; and the sums of each.

    Sums are for a first look. Volumes are in cubic metres; ``unmeasured``: a line says there are no dimensions.
    """

    __slots__ = (
        "charge",
        "counted",
        "measured",
        "measured_pieces",
        "measured_volume",
        "pieces",
        "rated",
        "shipper_count",
        "unmeasured",
        "volume",
        "volumes",
        "weighed",
        "weight",
    )

    def __init__(self, rates: Node | None) -> None:
        self.rated: list[Node] = []
        self.counted: list[Node] = []
        self.weighed: list[Node] = []
        self.measured: list[Node] = []
        self.volumes: list[Node] = []
        self.charge = self.weight = self.volume = self.measured_volume = 0.0
        self.pieces = self.measured_pieces = self.shipper_count = 0
        self.unmeasured = False
        if rates is not None:
            self._gather(rates)

    def _gather(self, rates: Node) -> None:
        for line in rates.children:
            name = line.name
            if name == "rate":
                self._rate(line)
            elif name == "ND":
                self._dimensions(line)
            elif name == "NV" and "volume" in line.elements:
                self.volumes.append(line)
                self.volume += volume_of(line)
            elif name == "NS" and "slac" in line.elements:
                self.shipper_count += int(line.elements["slac"].text)

    def _rate(self, line: Node) -> None:
        elements = line.elements
        if "total" in elements:
            self.rated.append(line)
            self.charge += float(elements["total"].text)
        if "pieces" in elements:
            self.counted.append(line)
            self.pieces += int(elements["pieces"].text)
        kind = elements.get("rate_class")
        if "weight" in elements and (kind is None or kind.text != ADDITIONAL):
            self.weighed.append(line)
            self.weight += float(elements["weight"].text)

    def _dimensions(self, line: Node) -> None:
        elements = line.elements
        if "length" not in elements or "pieces" not in elements:
            self.unmeasured = True
            return
        self.measured.append(line)
        pieces = int(elements["pieces"].text)
        self.measured_pieces += pieces
        sides = float(elements["length"].text) * float(elements["width"].text) * float(elements["height"].text)
        self.measured_volume += sides * CUBE[elements["dimension_unit"].text] * pieces


def volume_of(line: Node) -> float:
    """The volume a line states, in cubic metres; 0 where it states none."""
    volume = line.elements.get("volume")
    return 0.0 if volume is None else float(volume.text) * CUBIC_METRES[line.elements["volume_unit"].text]
