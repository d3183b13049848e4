"""The objects of a tree as a web: each once, by its address, with its links in both directions. Pure; knows no canonical names.

A tree shows an object wherever it is referred to, and which way a link leads is the sender's choice (the ontology has most of
them both ways: ``loadingActions`` and ``servedActivity``); here it makes no difference.
"""

from collections.abc import Callable

from adapters.one_record.frame import GROWTH
from adapters.one_record.repeats import SPARE
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
        self._numbers: dict[str, dict[str, Element]] = {}
        self._sizes: dict[str, int] = {}
        self._found: dict[tuple[str, object], list[str]] = {}
        self._left = SPARE
        self.root = _key(root)
        waiting = [(root, self.root, root.text("@type") or root.name)]
        while waiting:
            node, key, kind = waiting.pop()
            known = self.nodes.get(key)
            if known is None or _says_more(node, known):
                self.nodes[key] = node
            self.kinds.setdefault(key, kind)
            self._left += GROWTH * (1 + len(node.elements))
            if node.children:
                waiting += reversed(self._below(node, key, kind))

    def _below(self, node: Node, key: str, kind: str) -> list[tuple[Node, str, str]]:
        """Note the links of an object; what it shows below itself, with its key and class."""
        known = vocabulary().classes.get(kind)
        ahead, behind, met = self._ahead.setdefault(key, {}), self._behind, []
        for child in node.children:
            elements, name = child.elements, child.name
            if "@value" in elements:
                continue
            below = _key(child)
            ahead.setdefault(name, {})[below] = None
            behind.setdefault(below, {}).setdefault(name, {})[key] = None
            told = child.text("@type")
            rule = known.properties.get(name) if known is not None and not told else None
            met.append((child, below, told or (rule.range if rule is not None else "")))
        return met

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

    def size(self, key: str) -> int:
        """How many nodes and elements show an object with all that is below it."""
        known = self._sizes.get(key)
        if known is None:
            known = self._sizes[key] = sum(1 + len(one.elements) for one in self.nodes[key].walk())
        return known

    def once(self, key: str, find: "Callable[[Relations, str], list[str]]") -> list[str]:
        """What is to be found because of an object, looked for the first time only."""
        known = self._found.get((key, find))
        if known is None:
            known = self._found[key, find] = find(self, key)
        return known

    def spend(self, values: int) -> bool:
        """Whether so many values may be said once more: all together a few times those there are."""
        self._left -= values
        return self._left >= 0

    @property
    def spent(self) -> bool:
        """Whether some could not be said any more."""
        return self._left < 0

    def _above(self, key: str) -> list[str]:
        return [
            *self.either(key, "ofShipment", "pieces", "Shipment"),
            *self.either(key, "waybill", "shipment", "Waybill"),
            *self.either(key, "inPiece", "containedPieces", "Piece"),
        ]

    def number(self, waybill: str) -> dict[str, Element]:
        """Prefix and number of a waybill; of a house waybill those of its master, and its own as ``houseNumber``."""
        known = self._numbers.get(waybill)
        if known is None:
            known = self._numbers[waybill] = self._number(waybill)
        return known

    def _number(self, waybill: str) -> dict[str, Element]:
        own = self.nodes[waybill]
        if own.text("waybillType") != "HOUSE":
            return _named(own, "waybillPrefix", "waybillNumber")
        masters = self.either(waybill, "masterWaybill", "houseWaybills", "Waybill")
        above = _named(self.nodes[masters[0]], "waybillPrefix", "waybillNumber") if masters else {}
        house = own.elements.get("waybillNumber")
        return above | ({"houseNumber": house} if house is not None else {})


def _key(node: Node) -> str:
    named = node.elements.get("@id")
    return (named.text if named is not None else "") or f"#{id(node)}"


def _says_more(node: Node, known: Node) -> bool:
    """Whether a mention of an object shows more of it than the one before."""
    return node is not known and len(node.elements) + len(node.children) > len(known.elements) + len(known.children)


def _named(node: Node, *names: str) -> dict[str, Element]:
    return {name: node.elements[name] for name in names if name in node.elements}
