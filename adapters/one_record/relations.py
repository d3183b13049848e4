"""The objects of a tree as a web: each once, by its address, with its links in both directions. Pure; knows no canonical names.

A tree shows an object wherever it is referred to, and which way a link leads is the sender's choice (the ontology has most of
them both ways: ``loadingActions`` and ``servedActivity``); here it makes no difference.
"""

from collections.abc import Iterator

from adapters.one_record.frame import GROWTH, SPARE_NODES
from adapters.one_record.vocabulary import vocabulary
from hub.syntax import Element, Node

FARTHEST = 12
"""Steps from a piece to its waybill, at most: a piece in a piece, a shipment, a house waybill, its master."""


class Relations:
    """The objects of one tree. A key is an object's address, or the place of one without."""

    def __init__(self, root: Node) -> None:
        self.nodes: dict[str, Node] = {}
        self.kinds: dict[str, str] = {}
        self._ahead: dict[str, dict[str, dict[str, None]]] = {}
        self._behind: dict[str, dict[str, dict[str, None]]] = {}
        self._belonging: dict[str, str | None] = {}
        self.root = _key(root)
        waiting = [(root, root.text("@type") or root.name)]
        while waiting:
            node, kind = waiting.pop()
            waiting.extend(reversed(list(self._take(node, kind))))
        self._left = SPARE_NODES + GROWTH * len(self.nodes)

    def _take(self, node: Node, kind: str) -> Iterator[tuple[Node, str]]:
        """Note an object and its links; what it shows below itself, with its class."""
        key = _key(node)
        known = self.nodes.get(key)
        if known is None or (
            node is not known and len(node.elements) + len(node.children) > len(known.elements) + len(known.children)
        ):
            self.nodes[key] = node
        self.kinds.setdefault(key, kind)
        rules = vocabulary().classes[kind].properties if kind in vocabulary().classes else {}
        for child in node.children:
            if "@value" in child.elements:
                continue
            below = _key(child)
            self._ahead.setdefault(key, {}).setdefault(child.name, {})[below] = None
            self._behind.setdefault(below, {}).setdefault(child.name, {})[key] = None
            rule = rules.get(child.name)
            yield child, child.text("@type") or (rule.range if rule else "")

    def key(self, node: Node) -> str:
        """The key of the object a node shows."""
        return _key(node)

    def is_shown_by(self, node: Node) -> bool:
        """Whether an object is looked at as this node shows it: it may be shown in several places. A code shows none."""
        return "@value" in node.elements or self.nodes.get(_key(node), node) is node

    def is_a(self, key: str, base: str) -> bool:
        """Whether an object is of a class, or of one below it."""
        return vocabulary().is_a(self.kinds.get(key, ""), base)

    def of(self, base: str) -> list[str]:
        """The objects of a class, in the order they are met."""
        return [key for key in self.nodes if self.is_a(key, base)]

    def ahead(self, key: str, *properties: str) -> list[str]:
        """The objects that one refers to by any of these properties."""
        return [one for name in properties for one in self._ahead.get(key, {}).get(name, ())]

    def behind(self, key: str, property: str, base: str) -> list[str]:
        """The objects of a class that refer to one by a property."""
        return [one for one in self._behind.get(key, {}).get(property, ()) if self.is_a(one, base)]

    def either(self, key: str, ahead: str, behind: str, base: str) -> list[str]:
        """The objects of a class that one refers to, or that refer to it by the way back."""
        found = [one for one in self.ahead(key, ahead) if self.is_a(one, base)]
        return list(dict.fromkeys((*found, *self.behind(key, behind, base))))

    def waybill(self, key: str, steps: int = FARTHEST) -> str | None:
        """The waybill a piece, shipment or waybill belongs to: itself where it is one. Looked for once for each object."""
        if key not in self._belonging:
            self._belonging[key] = None
            if self.is_a(key, "Waybill"):
                self._belonging[key] = key
            elif steps:
                found = (self.waybill(above, steps - 1) for above in self._above(key))
                self._belonging[key] = next((one for one in found if one is not None), None)
        return self._belonging[key]

    def spend(self, mentions: int) -> bool:
        """Whether so many objects may be named once more: all together a few times those there are."""
        self._left -= mentions
        return self._left >= 0

    @property
    def spent(self) -> bool:
        """Whether some could not be named any more."""
        return self._left < 0

    def _above(self, key: str) -> list[str]:
        return [
            *self.either(key, "ofShipment", "pieces", "Shipment"),
            *self.either(key, "waybill", "shipment", "Waybill"),
            *self.either(key, "inPiece", "containedPieces", "Piece"),
        ]

    def number(self, waybill: str) -> dict[str, Element]:
        """Prefix and number of a waybill; of a house waybill those of its master, and its own as ``houseNumber``."""
        own = self.nodes[waybill]
        if own.text("waybillType") != "HOUSE":
            return _named(own, "waybillPrefix", "waybillNumber")
        masters = self.either(waybill, "masterWaybill", "houseWaybills", "Waybill")
        above = _named(self.nodes[masters[0]], "waybillPrefix", "waybillNumber") if masters else {}
        house = own.elements.get("waybillNumber")
        return above | ({"houseNumber": house} if house is not None else {})


def _key(node: Node) -> str:
    return node.text("@id") or f"#{id(node)}"


def _named(node: Node, *names: str) -> dict[str, Element]:
    return {name: node.elements[name] for name in names if name in node.elements}
