"""The figures of a waybill's rate lines, gathered in one walk for the checks across lines. Knows the tree's names, no check."""

from hub.syntax import Node

CUBIC_METRES = {"MC": 1.0, "CF": 0.028316846592, "CI": 0.000016387064, "CC": 0.000001}
EDGE = {"CMT": 0.01, "INH": 0.0254, "MTR": 1.0, "FOT": 0.3048, "YRD": 0.9144, "MMT": 0.001, "DMT": 0.1}
"""Metres."""
CUBE = {unit: edge**3 for unit, edge in EDGE.items()}
ADDITIONAL = "X"
"""The rate class that tells of a unit load device itself, not of what is in it."""
_RATE = ("total", "pieces", "weight", "rate_class")
_DIMENSIONS = ("length", "width", "height", "dimension_unit", "pieces")
_VOLUME = ("volume", "volume_unit")


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
            elif name == "NV":
                volume = volume_of(line)
                if volume is not None:
                    self.volumes.append(line)
                    self.volume += volume
            elif name == "NS":
                self.shipper_count += int(line.text("slac") or 0)

    def _rate(self, line: Node) -> None:
        total, pieces, weight, kind = line.texts(_RATE)
        if total:
            self.rated.append(line)
            self.charge += float(total)
        if pieces:
            self.counted.append(line)
            self.pieces += int(pieces)
        if weight and kind != ADDITIONAL:
            self.weighed.append(line)
            self.weight += float(weight)

    def _dimensions(self, line: Node) -> None:
        length, width, height, unit, counted = line.texts(_DIMENSIONS)
        if not (length and width and height and unit and counted):
            self.unmeasured = True
            return
        self.measured.append(line)
        pieces = int(counted)
        self.measured_pieces += pieces
        self.measured_volume += float(length) * float(width) * float(height) * CUBE[unit] * pieces


def volume_of(line: Node) -> float | None:
    """The volume a line states, in cubic metres; None where it states none."""
    volume, unit = line.texts(_VOLUME)
    return float(volume) * CUBIC_METRES[unit] if volume and unit else None
