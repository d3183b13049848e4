"""What all ONE Record shapes do first: a copy of the tree, codes lifted out of code objects, references that say more than a
name marked.
"""

import functools
import re

from adapters.one_record.vocabulary import vocabulary
from hub.syntax import Element, Node

SAID_BY_PLACE = frozenset(
    [
        "pieces",
        "pieceReferences",
        "waybill",
        "shipment",
        "masterWaybill",
        "houseWaybills",
        "ofShipment",
        "eventFor",
        "issuedForWaybill",
        "issuedForShipment",
        "issuedForPiece",
        "insuredShipments",
        "inPiece",
        "describedObjects",
        "recordingOrganization",
        "recordingActor",
    ]
)
"""References whose address is used, or is only the way back: their ``@id`` is no value that could be lost."""


class Lifting:
    """What is true of every shape that lifts first."""

    renames = frozenset(("@id",))


_AIRPORT = re.compile(r"^[A-Z]{3}$")


class Bag:
    """Elements that say again what another element says: the same object shown twice, the same code on every piece.

    ``names`` are those of all elements and objects of the trees that were lifted: most of what a shape looks for is in none.
    """

    def __init__(self) -> None:
        self.node = Node("merged")
        self.names: set[str] = set()
        self._said: set[tuple[int, str, str]] = set()

    def is_new(self, holder: Node, name: str, text: str) -> bool:
        """Whether a holder is told a value of this name for the first time."""
        mark = (id(holder), name, text)
        new = mark not in self._said
        self._said.add(mark)
        return new

    def put(self, *elements: Element) -> None:
        """Keep elements as said elsewhere."""
        kept = self.node.elements
        for element in elements:
            kept[str(len(kept))] = element

    def put_all(self, node: Node) -> None:
        """Keep every element of a node and below."""
        for one in node.walk():
            self.put(*one.elements.values())


@functools.cache
def repeating_codes() -> frozenset[str]:
    """Code properties that may have several values."""
    classes = vocabulary().classes.values()
    rules = (rule for known in classes for rule in (*known.properties.values(), *known.earlier.values()))
    return frozenset(rule.name for rule in rules if rule.kind == "code" and rule.repeats)


def lifted(node: Node, bag: Bag) -> Node:
    """A copy with codes as values, airports before other location codes, and bare references to objects elsewhere as ``@ref``.

    Nodes that are one of several texts are the same in both: who means to change one puts another in its place.
    """
    children: list[Node] = []
    elements, names, located = node.elements.copy(), bag.names, False
    made = Node(node.name, elements, children, node.line, node.column, node.offset)
    names.update(elements)
    for one in node.children:
        names.add(one.name)
        if one.children:
            child = lifted(one, bag)
        elif len(one.elements) == 1 and "@value" in one.elements:
            children.append(one)
            located = located or one.name == "locationCodes"
            continue
        else:
            elements = one.elements.copy()
            child = Node(one.name, elements, [], one.line, one.column, one.offset)
            names.update(elements)
        below = child.elements
        if "code" in below:
            _lift_code(made, child)
        elif "@id" in below and child.name not in SAID_BY_PLACE and is_bare(child):
            below["@ref"] = below.pop("@id")
        if below or child.children:
            children.append(child)
            located = located or child.name == "locationCodes"
    if located and len(children) > 1:
        children.sort(key=lambda child: child.name == "locationCodes" and not _AIRPORT.match(child.text("@value") or ""))
    return made


HOLLOW = frozenset(("@id", "@type", "skeletonIndicator", "hasRevision", "hasLatestRevision", "hasLastModified"))


def is_hollow(node: Node) -> bool:
    """Whether an object says that it is, and that this is not all of it, and nothing else: so one that was withdrawn."""
    return not node.children and node.text("skeletonIndicator") == "true" and node.elements.keys() <= HOLLOW


def like(text: str, element: Element) -> Element:
    """Another text, at the place of an element."""
    return Element(text, element.line, element.column, element.offset, element.path)


def is_handling_code(node: Node) -> bool:
    """Whether a node is a handling code, as pieces have them."""
    return node.name == "specialHandlingCodes" and "@value" in node.elements


def is_bare(node: Node) -> bool:
    """Whether a node only names an object."""
    elements = node.elements
    return not node.children and "@id" in elements and len(elements) == 1 + ("@type" in elements)


def _lift_code(node: Node, child: Node) -> None:
    code = child.elements.pop("code")
    if child.name in repeating_codes():
        child.elements["@value"] = code
    else:
        node.elements.setdefault(child.name, code)
