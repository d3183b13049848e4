"""Loads and units as objects that refer to each other: a Loading for each load, a unit for whatever it was built with. Pure.

The writing half of :mod:`stowage`.
"""

from collections.abc import Sequence

from adapters.one_record.packing import dimensions_of
from adapters.one_record.pieces import LIMIT_PIECES
from hub.syntax import Element, Node


class Builds:
    """Which contents each unit has been built with: one object for each, the first under the unit's own name."""

    def __init__(self, told: Sequence[Node]) -> None:
        self._known: dict[str, dict[str, str]] = {}
        # What is said of a unit as such comes first: its own name is for that.
        for one in sorted(told, key=lambda node: node.name != "unit"):
            unit = one.first("uld")
            if unit is not None and (one.name == "load" or "pieceCount" in one.elements):
                self._label(unit, one.text("pieceCount") or "")
        self._loaded = {
            (name(unit), one.text("pieceCount") or "") for one in told if one.name == "load" and (unit := one.first("uld"))
        }
        self._aboard = {label for label, _ in self._loaded}
        self._remarks = {name(unit): unit for one in told if one.name == "unit" and (unit := one.first("uld"))}

    def _label(self, unit: Node, count: str) -> str:
        builds = self._known.setdefault(name(unit), {})
        return builds.setdefault(count, f"_:{name(unit)}" + (f"-{len(builds) + 1}" if builds else ""))

    def unit(self, told: Node, mark: str) -> Node | None:
        """The contents of a unit as they are told without a flight; None where a loading tells the same."""
        unit = told.first("uld") or Node("uld")
        count = told.text("pieceCount") or ""
        if (name(unit), count) in self._loaded or (not count and name(unit) in self._aboard):
            return None
        composed = self.built(unit, count, told, mark)
        return Node("ULD", composed.elements, composed.children)

    def built(self, unit: Node, count: str, told: Node, mark: str) -> Node:
        """The unit with the composition of its pieces, and what is said of the unit as such."""
        said = self._remarks.get(name(unit), unit)
        label = self._label(unit, count)
        made = Node("loadedUnits", {"@type": Element("ULD"), **said.elements, "@id": Element(label)}, [*said.children])
        pieces = pieces_of(told, "composedPieces", mark)
        if pieces:
            composing = Node(
                "compositionActions", {"@type": Element("Composing"), "compositionType": Element("COMPOSITION")}, pieces
            )
            made.children.append(Node("inUnitComposition", {}, [composing]))
        return made


def name(unit: Node) -> str:
    """Type, serial and owner of a unit."""
    return "".join(unit.text(part) or "" for part in ("uldTypeCode", "uldSerialNumber", "ownerCode"))


def load_up(movements: dict[str, Node], load: Node, builds: Builds, mark: str) -> None:
    """Add a load to its movement as a Loading."""
    told = load.first("movement") or Node("movement")
    movement = movements.setdefault(repr(_texts(told)), Node("TransportMovement", dict(told.elements), [*told.children]))
    words = (load.text("action") or "LOADING").split()
    loading = Node("loadingActions", {"@type": Element("Loading"), "loadingType": Element(words[0])})
    if len(words) > 1:
        loading.elements["actionTimeType"] = Element(words[1])
    unit = load.first("uld")
    if unit is not None:
        loading.children.append(builds.built(unit, load.text("pieceCount") or "", load, mark))
    else:
        loading.children.extend(pieces_of(load, "loadedPieces", mark))
    movement.children.append(loading)


def _texts(node: Node) -> tuple[object, ...]:
    return (node.name, sorted((key, one.text) for key, one in node.elements.items()), [_texts(one) for one in node.children])


def pieces_of(told: Node, property: str, mark: str) -> list[Node]:
    """As many pieces as are told, with what is told of each, each a piece of the shipment of this waybill."""
    count = told.text("pieceCount") or "0"
    number = {key: one for key, one in told.elements.items() if key in ("waybillPrefix", "waybillNumber")}
    groups = list(told.all("dimensions"))
    measured = [group for group in groups for _ in range(max(int(group.text("pieceCount") or 1), 1))]
    pieces = []
    for at in range(min(max(int(count) if count.isdigit() else 0, len(measured)), LIMIT_PIECES)):
        piece = Node(
            property, {"@type": Element("Piece"), "@id": Element(f"_:{mark}piece{at + 1}"), "skeletonIndicator": Element("true")}
        )
        if at < len(measured):
            _measure(piece, measured[at])
        piece.children.extend(Node("grossWeight", dict(one.elements)) for one in told.all("weight"))
        if number:
            piece.children.append(Node("ofShipment", {}, [Node("waybill", number)]))
        pieces.append(piece)
    return pieces


def _measure(piece: Node, group: Node) -> None:
    del piece.elements["skeletonIndicator"]
    piece.children.append(dimensions_of(group))
    if group.text("pieceCount") in (None, "1"):
        piece.children.extend(Node("grossWeight", dict(one.elements)) for one in group.all("weight"))
