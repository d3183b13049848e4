"""The figures of a waybill's rate lines, gathered in one walk for the checks across lines. Knows the tree's names, no check."""

from collections.abc import Sequence

from hub.syntax import Node

CUBIC_METRES = {"MC": 1.0, "CF": 0.028316846592, "CI": 0.000016387064, "CC": 0.000001}
METRES = {"CMT": 0.01, "INH": 0.0254, "MTR": 1.0, "FOT": 0.3048, "YRD": 0.9144, "MMT": 0.001, "DMT": 0.1}
ADDITIONAL = "X"
"""The rate class that tells of a unit load device itself, not of what is in it."""


class Goods:
    """Rate lines with a total, with pieces, with a weight of goods; dimension lines with and without figures; volume lines."""

    __slots__ = ("counted", "measured", "rated", "shipper_count", "unmeasured", "volumes", "weighed")

    def __init__(self, rates: Node | None) -> None:
        self.rated: list[Node] = []
        self.counted: list[Node] = []
        self.weighed: list[Node] = []
        self.measured: list[Node] = []
        self.volumes: list[Node] = []
        self.unmeasured, self.shipper_count = False, 0
        for line in rates.children if rates is not None else ():
            name, elements = line.name, line.elements
            if name == "rate":
                self._rate(line)
            elif name == "ND":
                if "length" in elements and "pieces" in elements:
                    self.measured.append(line)
                else:
                    self.unmeasured = True
            elif name == "NV":
                self.volumes.append(line)
            elif name == "NS" and "slac" in elements:
                self.shipper_count += int(elements["slac"].text)

    def _rate(self, line: Node) -> None:
        elements = line.elements
        if "total" in elements:
            self.rated.append(line)
        if "pieces" in elements:
            self.counted.append(line)
        if "weight" in elements and line.text("rate_class") != ADDITIONAL:
            self.weighed.append(line)

    def measured_volume(self) -> float | None:
        """Cubic metres by the dimensions, where they are there for every piece."""
        if not self.measured or self.unmeasured or _pieces(self.measured) != _pieces(self.counted):
            return None
        return sum(_cubic(line) for line in self.measured)


def _pieces(lines: Sequence[Node]) -> int:
    return sum(int(line.elements["pieces"].text) for line in lines)


def _cubic(line: Node) -> float:
    elements = line.elements
    edge = METRES[elements["dimension_unit"].text]
    length, width, height = (float(elements[name].text) * edge for name in ("length", "width", "height"))
    return length * width * height * int(elements["pieces"].text)


def volume_of(line: Node) -> float | None:
    """The volume a line states, in cubic metres."""
    volume, unit = line.text("volume"), line.text("volume_unit")
    return None if volume is None or unit is None else float(volume) * CUBIC_METRES[unit]
