"""Which of a shipment's pieces a load is made of. A manifest says how many, not which: all of them, or so many of pieces that are
alike in everything; else they are pieces of the load's own. Pure.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hub.syntax import Element, Node

SHARED, OWN = "_:piece", "_:own"
"""How the labels of pieces begin: the shipment's by their number, the load's own."""

TELLING_APART = frozenset(("dimensions", "grossWeight", "goodsDescription", "contentProductionCountry"))
"""What tells pieces apart. Others stand on one piece for all of them (the SLAC, commodity codes), or on all."""

Plain = Callable[[Node], Any]


class Allotting:
    """The pieces of one shipment, handed out departure by departure."""

    def __init__(self, pieces: Sequence[Node], plain: Plain) -> None:
        self._pieces = list(pieces)
        self._plain = plain
        said = [plain(_telling_apart(one)) for one in pieces]
        self._alike = all(one == said[0] for one in said[1:])
        self._handed: dict[object, int] = {}

    def labelled(self, wanted: Sequence[Node], departure: object) -> list[Node]:
        """The pieces of one load with labels; those that are the shipment's say nothing again that it says."""
        start, total = self._handed.get(departure, 0), len(self._pieces)
        whole = start == 0 and len(wanted) == total
        chosen = self._pieces[start : start + len(wanted)]
        if not (whole or self._alike) or len(chosen) < len(wanted) or not all(map(self._fits, wanted, chosen)):
            return [_labelled(one, f"{OWN}{at}") for at, one in enumerate(wanted, 1)]
        self._handed[departure] = start + len(wanted)
        return [
            Node(one.name, {"@id": Element(f"{SHARED}{start + at}"), "@type": Element("Piece")}, [*one.all("grossWeight")])
            for at, one in enumerate(wanted, 1)
        ]

    def _fits(self, wanted: Node, known: Node) -> bool:
        """Whether a piece says nothing that the shipment's says otherwise."""
        if wanted.first("dimensions") is not None:
            return False
        own, theirs = wanted.first("grossWeight"), known.first("grossWeight")
        return own is None or theirs is None or self._plain(own) == self._plain(theirs)


def _telling_apart(piece: Node) -> Node:
    elements = {name: one for name, one in piece.elements.items() if name in TELLING_APART}
    return Node("", elements, [child for child in piece.children if child.name in TELLING_APART])


def _labelled(piece: Node, label: str) -> Node:
    kept = [child for child in piece.children if child.name != "ofShipment"]
    return Node(piece.name, {**piece.elements, "@id": Element(label)}, kept)
