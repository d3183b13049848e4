"""The shape of ONE Record trees: from objects as the ontology links them to one node per statement, and back. Pure; knows no
canonical names.

Reading, a Waybill becomes ``Waybill/master`` with parties, handling codes, dimensions and counted pieces beside its line
items, and one
``house`` node for each house waybill; an event becomes one ``target`` for each object it is about. The same Element objects
are used
throughout, so that places and the account of what was carried stay exact. Rules: standard, Orchestration (xfwb, xfsu),
workbooks 1.2.0.
"""

from adapters.one_record.arrange import arranged, drop, linked, name_master, says_nothing, state_classes
from adapters.one_record.lift import Bag, Lifting, is_hollow, lifted
from adapters.one_record.piece_groups import read_groups
from adapters.one_record.targets import read_targets, write_targets
from hub.syntax import Element, Node


class WaybillShape(Lifting):
    """Waybill ⇄ ``Waybill/master`` and ``Waybill/house``."""

    def read(self, root: Node) -> Node:
        """One ``master`` or, for a house waybill, one ``house`` node; and a ``house`` for each of its house waybills."""
        shaped = Node(root.name, line=root.line, column=root.column, offset=root.offset)
        if root.text("waybillType") == "HOUSE":
            house = arranged(root, "house")
            above = house.first("masterWaybill")
            name_master(house, above.elements if above else {})
            shaped.children = [house, *_orphaned(house)]
            return shaped
        master = arranged(root, "master")
        houses = [child for child in master.children if child.name == "houseWaybills"]
        master.children = [child for child in master.children if child.name != "houseWaybills"]
        told = [self._house(one, master) for one in houses]
        if told and says_nothing(master):
            told[0].children.append(Node("merged", master.elements))
            shaped.children = told
        else:
            shaped.children = [master, *told]
        return shaped

    def _house(self, node: Node, master: Node) -> Node:
        house = arranged(node, "house")
        name_master(house, master.elements)
        return house

    def write(self, root: Node) -> Node:
        """The waybill with its shipment, pieces and house waybills as the ontology links them."""
        made = root.first("master") or Node("master")
        if _is_house_alone(made, root):
            return _house_alone(made, next(root.all("house")))
        houses = [linked(one, f"house{place}-") for place, one in enumerate(root.all("house"), 1) if one.elements]
        waybill = linked(made, "")
        waybill.name = "Waybill"
        for house in houses:
            house.name = "houseWaybills"
            house.elements["waybillType"] = Element("HOUSE")
            drop(house, "masterPrefix", "masterNumber")
        waybill.children.extend(houses)
        return waybill


def _orphaned(house: Node) -> list[Node]:
    """What the same house waybill was when its master was not known yet: told now with its master, it is that no more."""
    if "masterNumber" not in house.elements or "waybillNumber" not in house.elements:
        return []
    return [Node("orphan", {"waybillNumber": house.elements["waybillNumber"]})]


def _is_house_alone(made: Node, root: Node) -> bool:
    """A house waybill told without its master, by what is said of the shipment as a whole."""
    return made.text("waybillType") == "HOUSE" and "waybillNumber" not in made.elements and len([*root.all("house")]) == 1


def _house_alone(made: Node, house: Node) -> Node:
    whole = Node("Waybill", {**made.elements, **house.elements}, [*house.children])
    inner = whole.first("shipment")
    for child in made.children:
        if child.name == "shipment" and inner is not None:
            inner.elements = {**child.elements, **inner.elements}
            inner.children.extend(one for one in child.children if inner.first(one.name) is None)
        elif whole.first(child.name) is None or child.name in ("involvedParties", "otherIdentifiers"):
            whole.children.append(child)
    whole = linked(whole, "")
    drop(whole, "masterPrefix", "masterNumber")
    return whole


class ShipmentShape(Lifting):
    """Shipment, with its waybill inside, ⇄ ``Waybill/master`` with its shipment inside."""

    def read(self, root: Node) -> Node:
        """The shipment as its waybill would show it; without a waybill the number is looked for in the references."""
        waybill = next((child for child in root.children if child.name == "waybill"), None)
        above = Node("Waybill", dict(waybill.elements) if waybill else {}, [], root.line, root.column, root.offset)
        inner = Node("shipment", dict(root.elements), [child for child in root.children if child is not waybill], root.line)
        above.children = [*(waybill.children if waybill else ()), inner]
        return _WAYBILL.read(above)

    def write(self, root: Node) -> Node:
        """The shipment with its waybill inside."""
        waybill = _WAYBILL.write(root)
        shipment = waybill.first("shipment") or Node("shipment")
        waybill.children = [child for child in waybill.children if child is not shipment]
        shipment.name = "Shipment"
        if waybill.elements or waybill.children:
            waybill.name = "waybill"
            shipment.children.append(waybill)
        return shipment


def _hollow(root: Node, part: str) -> Node:
    """A part that says nothing any more: only whose word is taken back."""
    address = {part: root.elements["@id"]} if "@id" in root.elements else {}
    return Node(root.name, {}, [Node("master", {**root.elements, **address})], root.line, root.column, root.offset)


class PieceShape(Lifting):
    """Piece, with its shipment inside, ⇄ ``Waybill/master`` whose shipment has that piece."""

    def read(self, root: Node) -> Node:
        """The piece as the only known one of its shipment."""
        if is_hollow(root):
            return _hollow(root, "pieceAddress")
        above = next((child for child in root.children if child.name == "ofShipment"), None)
        piece = Node(
            "pieces",
            dict(root.elements),
            [child for child in root.children if child is not above],
            root.line,
            root.column,
            root.offset,
        )
        inner = Node(
            "Shipment",
            dict(above.elements) if above else {},
            [*(above.children if above else ())],
            root.line,
            root.column,
            root.offset,
        )
        inner.children = [child for child in inner.children if child.name != "pieces"] + [piece]
        shaped = _SHIPMENT.read(inner)
        if "@id" in root.elements:
            for one in shaped.children:
                one.elements["pieceAddress"] = root.elements["@id"]
        return shaped

    def write(self, root: Node) -> Node:
        """The first piece with its shipment inside; a shipment of several alike pieces is written as one of them."""
        shipment = _SHIPMENT.write(root)
        pieces = [child for child in shipment.children if child.name == "pieces"]
        piece = pieces[0] if pieces else Node("pieces")
        shipment.children = [child for child in shipment.children if child.name not in ("pieces",)]
        piece.name, shipment.name = "Piece", "ofShipment"
        drop(piece, "@id")
        if shipment.elements or shipment.children:
            piece.children.append(shipment)
        return piece


class PartShape(Lifting):
    """An object issued for a shipment (customs information, a security declaration) ⇄ the waybill whose shipment has it."""

    def __init__(self, property: str, name: str) -> None:
        self.property = property
        self.name = name

    def read(self, root: Node) -> Node:
        """The object as the only known one of its shipment, or of the shipment of its piece."""
        if is_hollow(root):
            return _hollow(root, "partAddress")
        above = root.first("issuedForShipment") or root.first("issuedForPiece")
        inner = above.first("ofShipment") if above is not None and above.name == "issuedForPiece" else above
        kept = [child for child in root.children if child is not above]
        part = Node(self.property, dict(root.elements), kept, root.line, root.column, root.offset)
        shipment = Node("Shipment", dict(inner.elements) if inner else {}, [*(inner.children if inner else ()), part], root.line)
        shaped = _SHIPMENT.read(shipment)
        if "@id" in root.elements:
            for one in shaped.children:
                one.elements["partAddress"] = root.elements["@id"]
        return shaped

    def write(self, root: Node) -> Node:
        """The first such object with its shipment inside."""
        shipment = _SHIPMENT.write(root)
        part = shipment.first(self.property) or Node(self.property)
        shipment.children = [child for child in shipment.children if child.name not in (self.property, "pieces")]
        part.name, shipment.name = self.name, "issuedForShipment"
        if shipment.elements or shipment.children:
            part.children.append(shipment)
        return part


class EventShape(Lifting):
    """LogisticsEvent or StatusUpdateEvent ⇄ one ``target/event`` for each object the event is about."""

    def read(self, root: Node) -> Node:
        """The targets with the number of their waybill, each with the event below."""
        bag = Bag()
        event = lifted(root, bag)
        return read_targets(root, event, bag)

    def write(self, root: Node) -> Node:
        """One event, or a collection where several were told."""
        made = write_targets(root)
        for event in made.children if made.name == "Collection" else [made]:
            state_classes(event)
        return made


class BookingShape(Lifting):
    """Booking ⇄ ``Booking/booking``, with the number of its waybill and its own."""

    def read(self, root: Node) -> Node:
        """The booking; its waybill's number from the waybill it is issued for, where it has none itself."""
        bag = Bag()
        booking = lifted(root, bag)
        booking.name = "booking"
        for details in booking.all("bookingShipmentDetails"):
            read_groups(details, bag)
        waybill = booking.first("issuedForWaybill")
        for name in ("waybillPrefix", "waybillNumber"):
            if waybill is not None and name in waybill.elements:
                booking.elements.setdefault(name, waybill.elements[name])
        number = booking.elements.pop("shippingRefNo", None)
        if number is not None:
            booking.children.append(Node("bookingNumber", {"@value": number}, [], number.line))
        booking.children.append(bag.node)
        shaped = Node(root.name, {}, [booking], root.line, root.column, root.offset)
        if number is not None and "waybillNumber" in booking.elements:
            shaped.children.append(Node("orphan", {}, [*booking.all("bookingNumber")]))
        return shaped

    def write(self, root: Node) -> Node:
        """The booking."""
        booking = root.first("booking") or Node("booking")
        booking.name = "Booking"
        for number in booking.all("bookingNumber"):
            booking.elements.setdefault("shippingRefNo", number.elements["@value"])
        booking.children = [child for child in booking.children if child.name != "bookingNumber"]
        state_classes(booking)
        return booking


_WAYBILL, _SHIPMENT = WaybillShape(), ShipmentShape()
waybill, shipment, piece, event, booking = _WAYBILL, _SHIPMENT, PieceShape(), EventShape(), BookingShape()
customs = PartShape("customsInformation", "CustomsInformation")
security = PartShape("securityDeclarations", "SecurityDeclaration")
