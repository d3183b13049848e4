"""A shipment's trees taken apart into logistics objects that refer to each other by address, as the standard wants them served.

Pure: equal trees and names, equal documents. Objects without an address of their own stay inside (Value, Party, MovementTime).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from adapters.one_record import identity, naming
from adapters.one_record.allotting import OWN, Allotting
from adapters.one_record.flat import nodes_of
from adapters.one_record.frame import Named
from adapters.one_record.merging import merge, plain
from adapters.one_record.vocabulary import CARGO, Property, Vocabulary, vocabulary
from adapters.one_record.write import Scribe
from hub.canonical.settle import INBOUND, OUTBOUND
from hub.envelope import Outgoing
from hub.objects import Nodes
from hub.projected import Outline, ProjectedEvent, ProjectedObject
from hub.syntax import Element, Node

BACK = {
    "shipment": "waybill",
    "houseWaybills": "masterWaybill",
    "referredBookingOption": "issuedForWaybill",
    "customsInformation": "issuedForShipment",
    "securityDeclarations": "issuedForShipment",
    "insurance": "insuredShipments",
    "loadingActions": "servedActivity",
    "inUnitComposition": "loadingUnit",
}
"""The property that leads back, by the one that leads to an object."""

PIECES = ("loadedPieces", "composedPieces")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Scope(msgspec.Struct, frozen=True):
    """Where a walk stands: the shipment's name, the waybill's, and the address of the object being taken apart."""

    shipment: str
    waybill: str
    owner: str


class _Made(msgspec.Struct):
    node: Node
    kind: Named
    shared: bool


class Outliner:
    """Takes the trees of one shipment apart."""

    def __init__(self, base: str, name: str) -> None:
        self.base = base.rstrip("/")
        self.name = name
        self.words: Vocabulary = vocabulary()
        self.made: dict[str, _Made] = {}
        self._pieces: Allotting | None = None
        self._departure: object = None
        self._built: set[str] = set()
        self._numbered: dict[str, int] = {}

    def root(self, root: Node) -> None:
        """A waybill or a booking. A waybill that only holds its house waybills gives them alone."""
        houses = [child for child in root.children if child.name == "houseWaybills"]
        if root.name == "Waybill" and houses and not root.elements and len(houses) == len(root.children):
            for house in houses:
                self._take(house, Named("Waybill", self.words.classes["Waybill"]), self.name, self._scope(self.name))
            return
        kind = Named(root.name, self.words.classes.get(root.name))
        if root.name in ("TransportMovement", "ULD"):
            self._whole_waybill(self.name)
            scope = self._scope(self.name)
            self._departure = None
            self._take(root, kind, self._told(root, kind, scope) or self.name, scope)
            return
        id = self.name if root.name == "Waybill" else self._booked()
        back = Node("issuedForWaybill", self._reference(self.name, "Waybill")) if root.name == "Booking" else None
        self._take(root, kind, id, self._scope(self.name), back if self.name in self.made else None)
        if root.name == "Waybill":
            self._whole_waybill(self.name)

    def event(self, id: str, root: Node) -> ProjectedEvent:
        """One milestone's event; the objects it names are taken out of it."""
        about = root.first("eventFor")
        waybill = self._waybill_of(about)
        self._whole_waybill(self.name)
        self._whole_waybill(waybill, about.first("waybill") if about is not None else None)
        target = f"{waybill}-shipment"
        inner = Node(root.name, root.elements, [child for child in root.children if child is not about])
        self._whole_movement(inner)
        kind = Named(root.name, self.words.classes.get(root.name))
        owner = f"{self.name}-event-{id}"
        node = self._apart(inner, kind, _Scope(self.name, self.name, owner))
        node.children.append(Node("eventFor", self._reference(target, "Shipment")))
        address = f"{self.base}/{target}/logistics-events/{id}"
        code = self.words.code_iri(root.text("eventCode") or "", _CODE_RULE) if "eventCode" in root.elements else ""
        return ProjectedEvent(id=id, object=target, type=_class_iri(kind), code=code, nodes=self._written(node, kind, address))

    def objects(self) -> list[ProjectedObject]:
        """Everything taken out, documents written."""
        return [
            ProjectedObject(
                id=id,
                type=_class_iri(one.kind),
                nodes=self._written(one.node, one.kind, f"{self.base}/{id}"),
                shared=one.shared,
            )
            for id, one in self.made.items()
        ]

    def _whole_waybill(self, id: str, told: Node | None = None) -> None:
        """A waybill of which no shipment is told has one all the same: events are about it. ``told`` is how they name it."""
        if id not in self.made:
            self.made[id] = self._unknown("Waybill")
            if told is not None and id != self.name:
                self.made[id].node.elements |= {name: one for name, one in told.elements.items() if name[:1] != "@"}
                self.made[id].node.children.append(Node("masterWaybill", self._reference(self.name, "Waybill")))
                self.made[self.name].node.children.append(Node("houseWaybills", self._reference(id, "Waybill")))
        waybill = self.made[id]
        if f"{id}-shipment" not in self.made:
            self.made[f"{id}-shipment"] = self._unknown("Shipment", Node("waybill", self._reference(id, "Waybill")))
            waybill.node.children.append(Node("shipment", self._reference(f"{id}-shipment", "Shipment")))

    def _unknown(self, type: str, *children: Node) -> _Made:
        node = Node(type, {"skeletonIndicator": Element("true")}, [*children])
        return _Made(node, Named(type, self.words.classes[type]), False)

    def _scope(self, waybill: str) -> _Scope:
        return _Scope(self.name, waybill, waybill)

    def _waybill_of(self, about: Node | None) -> str:
        waybill = about.first("waybill") if about is not None else None
        if waybill is None or waybill.text("waybillType") != "HOUSE":
            return self.name
        return f"{self.name}-house-{naming.kebab(waybill.text('waybillNumber') or '')}"

    def _take(self, node: Node, kind: Named, id: str, scope: _Scope, back: Node | None = None) -> None:
        """Put an object in its place, or what this node says beside what is known of it."""
        inside = self._inside(node, kind, id, scope)
        known = self.made.get(id)
        if known is None:
            # Its place is kept before its parts are taken, so that an object stands before those it refers to.
            known = self.made[id] = _Made(Node(kind.name), kind, naming.shipment_key(id) is None)
            known.node = self._apart(node, kind, inside)
        elif node.children or any(name[:1] != "@" for name in node.elements):
            merge(known.node, self._apart(node, kind, inside))
        if back is not None and known.node.first(back.name) is None:
            known.node.children.append(back)

    def _inside(self, node: Node, kind: Named, id: str, scope: _Scope) -> _Scope:
        return _Scope(scope.shipment, id if kind.name == "Waybill" else scope.waybill, id)

    def _apart(self, node: Node, kind: Named, scope: _Scope) -> Node:
        """The node with every object that has an address replaced by it."""
        node = self._allotted(node, kind, scope)
        made = Node(node.name, {name: one for name, one in node.elements.items() if name != "@id"})
        places: dict[str, int] = {}
        for child in node.children:
            places[child.name] = places.get(child.name, 0) + 1
            made.children.append(self._child(node, child, kind, scope, places[child.name]))
        return made

    def _child(self, node: Node, child: Node, kind: Named, scope: _Scope, place: int) -> Node:
        rule = kind.known.properties.get(child.name) if kind.known else None
        if "@value" in child.elements or rule is None or rule.kind != "object":
            return child
        name = child.text("@type") or rule.range
        below = Named(name, self.words.classes.get(name))
        if below.known is None or not below.known.is_object:
            return self._apart(child, below, scope)
        id = self._id(node, child, below, scope, place if rule.repeats else 0)
        self._take(child, below, id, scope, self._back(child.name, scope))
        return Node(child.name, self._reference(id, below.name))

    def _back(self, property: str, scope: _Scope) -> Node | None:
        if property in ("pieces", "pieceReferences", "loadedPieces", "composedPieces"):
            return Node("ofShipment", self._reference(f"{scope.waybill}-shipment", "Shipment"))
        name = BACK.get(property)
        return Node(name, self._reference(scope.owner, self.made[scope.owner].kind.name)) if name else None

    def _id(self, node: Node, child: Node, kind: Named, scope: _Scope, place: int) -> str:
        named = self._told(child, kind, scope)
        if named is not None:
            return named
        if child.name == "partyDetails":
            return self._free(f"{scope.waybill}-{naming.role(node.text('partyRole'))}")
        if child.name in ("shipment", "referredBookingOption"):
            return f"{scope.waybill}-{naming.step(child.name)}"
        return self._free(f"{scope.owner}-{naming.step(child.name)}" + (f"-{place}" if place else ""))

    def _told(self, child: Node, kind: Named, scope: _Scope) -> str | None:
        """The address an object has by what it is."""
        label = child.text("@id") or ""
        if kind.name == "Piece" and label.startswith(OWN):
            return f"{scope.owner}-piece-{label.removeprefix(OWN)}"
        if kind.name == "Piece" and label.startswith("_:"):
            return f"{scope.waybill}-piece-{label.rpartition('piece')[2]}"
        if child.name == "houseWaybills":
            return self._free(f"{scope.shipment}-house-{naming.kebab(child.text('waybillNumber') or '')}")
        if kind.name == "TransportMovement":
            return f"{scope.shipment}-flight-{identity.movement_name(child)}"
        if kind.name == "ULD":
            return (
                f"{scope.owner}-uld" if label[:2] == "_:" and "-" in label else f"{scope.shipment}-uld-{identity.uld_name(child)}"
            )
        if kind.name == "Loading":
            unit = child.first("loadedUnits")
            return self._free(f"{scope.owner}-{identity.loading_name(child)}-{identity.uld_name(unit) if unit else 'bulk'}")
        if kind.name in ("UnitComposition", "Composing"):
            return f"{scope.owner}-{naming.step(kind.name)}"
        return identity.shared_name(child, kind)

    def _allotted(self, node: Node, kind: Named, scope: _Scope) -> Node:
        """A Loading or Composing with its pieces chosen; what a unit was built with is chosen once."""
        if kind.name == "TransportMovement":
            self._departure = identity.departure(node)
        wanted = [child for child in node.children if child.name in PIECES]
        if not wanted:
            return node
        rest = [child for child in node.children if child.name not in PIECES]
        if scope.owner in self._built:
            return Node(node.name, node.elements, rest)
        self._built.add(scope.owner)
        if self._pieces is None:
            self._pieces = Allotting(self._own_pieces(scope.waybill), plain)
        return Node(node.name, node.elements, [*rest, *self._pieces.labelled(wanted, self._departure)])

    def _own_pieces(self, waybill: str) -> list[Node]:
        shipment = self.made.get(f"{waybill}-shipment")
        listed = shipment.node.all("pieces") if shipment is not None else ()
        return [self.made[(one.text("@id") or "").rpartition("/")[2]].node for one in listed]

    def _booked(self) -> str:
        """A booking that was told: the bare address is for what the waybill asks for, whether or not that is told yet."""
        return self._free(f"{self.name}-booking", 2)

    def _free(self, id: str, number: int = 1) -> str:
        """The id, or with the next number where it is another object's."""
        if number == 1 and id not in self.made:
            return id
        number = self._numbered.get(id, 2)
        while f"{id}-{number}" in self.made:
            number += 1
        self._numbered[id] = number
        return f"{id}-{number}"

    def _reference(self, id: str, type: str) -> dict[str, Element]:
        return {"@id": Element(f"{self.base}/{id}"), "@type": Element(type)}

    def _whole_movement(self, event: Node) -> None:
        """The movement an event refers to, with the end that the event's own location says."""
        movement = event.first("transportMovementReference")
        location = event.first("eventLocation")
        code = event.text("eventCode")
        side = "departureLocation" if code in OUTBOUND else "arrivalLocation" if code in INBOUND else ""
        if movement is None or location is None or not side or movement.first(side):
            return
        whole = Node(movement.name, movement.elements, [*movement.children, Node(side, location.elements, location.children)])
        event.children = [whole if child is movement else child for child in event.children]

    def _written(self, node: Node, kind: Named, address: str) -> Nodes:
        scribe = Scribe(self.words, Outgoing(message_id=address, control_reference="", at=_NEVER))
        named = Node(node.name, {**node.elements, "@id": Element(address)}, node.children)
        body = scribe.object(named, kind, "")
        return nodes_of({"@context": scribe.context(), **body})


_CODE_RULE = Property(name="eventCode", iri=CARGO + "eventCode", range="StatusCode", kind="code")


def _class_iri(kind: Named) -> str:
    return kind.known.iri if kind.known else CARGO + kind.name


def outline(base: str, name: str, roots: Sequence[Node], events: Sequence[tuple[str, Node]]) -> Outline:
    """The objects and events of one shipment. See :class:`hub.projected.Outliner`."""
    work = Outliner(base, name)
    for root in (one for tree in roots for one in _each(tree)):
        work.root(root)
    told = [work.event(id, event) for id, tree in events for event in _each(tree)]
    return Outline(objects=work.objects(), events=told)


def _each(tree: Node) -> Iterator[Node]:
    """The objects of a tree: itself, or the items of a collection."""
    if tree.name == "Collection":
        for item in tree.all("hasItem"):
            yield Node(
                item.text("@type") or "LogisticsEvent", {k: v for k, v in item.elements.items() if k != "@type"}, item.children
            )
    else:
        yield tree
