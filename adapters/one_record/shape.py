"""The shape of ONE Record trees: from objects as the ontology links them to one node per statement, and back. Pure; knows no canonical names.

Reading, a Waybill becomes ``Waybill/master`` with parties, handling codes, dimensions and counted pieces beside its line items, and one
``house`` node for each house waybill; an event becomes one ``target`` for each object it is about. The same Element objects are used
throughout, so that places and the account of what was carried stay exact. Rules: standard, Orchestration (xfwb, xfsu), workbooks 1.2.0.
"""

from adapters.one_record.lift import Bag, copy, lift
from adapters.one_record.pieces import read_pieces, write_pieces
from adapters.one_record.targets import read_targets, write_targets
from hub.syntax import Element, Node

MONEY = (
    "declaredValueForCarriage",
    "declaredValueForCustoms",
    "valuationCharge",
    "taxAmount",
    "rateCharge",
    "otherChargeAmount",
    "insuredAmount",
)
CLASSES = {
    "partyDetails": "Company",
    "activity": "TransportMovement",
    "contactPersons": "Person",
    "transferredFrom": "Carrier",
    "transferredTo": "Carrier",
    "notifiedOrganization": "Company",
    "referredBookingOption": "Booking",
    "transportOrganization": "Carrier",
}
"""The class written where the property's range is wider than what is meant."""

TEXTS = ("goodsDescription",)


class WaybillShape:
    """Waybill ⇄ ``Waybill/master`` and ``Waybill/house``."""

    def read(self, root: Node) -> Node:
        """One ``master`` or, for a house waybill, one ``house`` node; and a ``house`` for each of its house waybills."""
        shaped = Node(root.name, line=root.line, column=root.column, offset=root.offset)
        if root.text("waybillType") == "HOUSE":
            house = _statement(root, "house")
            above = house.first("masterWaybill")
            _number(house, above.elements if above else {})
            shaped.children = [house]
            return shaped
        master = _statement(root, "master")
        houses = [child for child in master.children if child.name == "houseWaybills"]
        master.children = [child for child in master.children if child.name != "houseWaybills"]
        shaped.children = [master, *(self._house(one, master) for one in houses)]
        return shaped

    def _house(self, node: Node, master: Node) -> Node:
        house = _arranged(node, "house")
        _number(house, master.elements)
        return house

    def write(self, root: Node) -> Node:
        """The waybill with its shipment, pieces and house waybills as the ontology links them."""
        made = root.first("master") or Node("master")
        houses = [_unstatement(one, f"house{place}-") for place, one in enumerate(root.all("house"), 1) if one.elements]
        waybill = _unstatement(made, "")
        waybill.name = "Waybill"
        for house in houses:
            house.name = "houseWaybills"
            house.elements["waybillType"] = Element("HOUSE")
            _drop(house, "masterPrefix", "masterNumber")
        waybill.children.extend(houses)
        return waybill


class ShipmentShape:
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


class PieceShape:
    """Piece, with its shipment inside, ⇄ ``Waybill/master`` whose shipment has that piece."""

    def read(self, root: Node) -> Node:
        """The piece as the only known one of its shipment."""
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
        _drop(piece, "@id")
        if shipment.elements or shipment.children:
            piece.children.append(shipment)
        return piece


class EventShape:
    """LogisticsEvent or StatusUpdateEvent ⇄ one ``target/event`` for each object the event is about."""

    def read(self, root: Node) -> Node:
        """The targets with the number of their waybill, each with the event below."""
        bag = Bag()
        event = lift(copy(root), bag)
        return read_targets(root, event, bag)

    def write(self, root: Node) -> Node:
        """One event, or a collection where several were told."""
        made = write_targets(root)
        for event in made.children if made.name == "Collection" else [made]:
            _classes(event)
        return made


def _statement(root: Node, name: str) -> Node:
    return _arranged(root, name)


def _arranged(root: Node, name: str) -> Node:
    bag = Bag()
    node = lift(copy(root), bag)
    node.name = name
    shipment = node.first("shipment") or Node("shipment")
    if shipment not in node.children:
        node.children.append(shipment)
    _hoist_parties(node, shipment, bag)
    read_pieces(node, shipment, bag)
    _texts(shipment, bag)
    _customs(shipment)
    _lines(node)
    _currency(node)
    reference = node.elements.pop("shippingRefNo", None)
    if reference is not None:
        node.children.append(Node("shippingReference", {"@value": reference}, [], reference.line))
    node.children.append(bag.node)
    return node


def _number(house: Node, elements: dict[str, Element]) -> None:
    for ours, theirs in (("masterPrefix", "waybillPrefix"), ("masterNumber", "waybillNumber")):
        if theirs in elements:
            house.elements[ours] = elements[theirs]


def _hoist_parties(node: Node, shipment: Node, bag: Bag) -> None:
    """All parties beside the waybill: a forwarder stands for the agent where no agent is named; the second to be notified is another node."""
    parties = [*node.all("involvedParties"), *shipment.all("involvedParties")]
    shipment.children = [child for child in shipment.children if child.name != "involvedParties"]
    node.children = [child for child in node.children if child.name != "involvedParties"] + parties
    roles = [party.text("partyRole") for party in parties]
    if "AGT" not in roles and "FFW" in roles:
        forwarder = parties[roles.index("FFW")]
        bag.put(forwarder.elements["partyRole"])
        forwarder.elements["partyRole"] = _like("AGT", forwarder.elements["partyRole"])
    notified = [party for party in parties if party.text("partyRole") == "NFY"]
    for party in notified[1:]:
        party.name = "alsoNotify"


def _like(text: str, element: Element) -> Element:
    return Element(text, element.line, element.column, element.offset, element.path)


def _texts(shipment: Node, bag: Bag) -> None:
    """The goods description as its lines."""
    whole = shipment.elements.pop("goodsDescription", None)
    if whole is None:
        return
    bag.put(whole)
    for line in whole.text.splitlines():
        if line.strip():
            shipment.children.append(Node("goods", {"@value": _like(line.strip(), whole)}, [], whole.line))


def _customs(shipment: Node) -> None:
    """OCI lines in their order; a number that only says its place is said by the order."""
    lines = [*shipment.all("customsInformation")]
    lines.sort(key=lambda one: int(one.text("ociLineNumber") or 0) if (one.text("ociLineNumber") or "0").isdigit() else 0)
    shipment.children = [child for child in shipment.children if child.name != "customsInformation"] + lines
    for place, line in enumerate(lines, 1):
        if line.text("ociLineNumber") == str(place):
            line.elements["@place"] = line.elements.pop("ociLineNumber")


def _lines(node: Node) -> None:
    """Line items by their number; one without a number gets its place."""
    lines = [*node.all("waybillLineItems")]
    for place, line in enumerate(lines, 1):
        line.elements.setdefault("lineItemNumber", Element(str(place), line.line, line.column, line.offset))
    lines.sort(key=lambda one: int(number) if (number := one.text("lineItemNumber") or "").isdigit() and len(number) < 9 else 0)
    node.children = [child for child in node.children if child.name != "waybillLineItems"] + lines


def _currency(node: Node) -> None:
    """The waybill's currency is that of its rates, else of its first amount; where an amount has the same it is said once."""
    amounts = [one for one in node.walk() if one.name in MONEY and "currencyUnit" in one.elements]
    rates = [one for one in amounts if one.name == "rateCharge"]
    if not amounts:
        return
    first = (rates or amounts)[0].elements["currencyUnit"]
    node.elements["currency"] = first
    for one in amounts:
        if one.elements["currencyUnit"].text == first.text:
            one.elements["@currency"] = one.elements.pop("currencyUnit")


def _unstatement(node: Node, mark: str) -> Node:
    currency = node.elements.pop("currency", None)
    shipment = node.first("shipment") or Node("shipment")
    for party in [child for child in node.children if child.name in ("involvedParties", "alsoNotify")]:
        node.children = [child for child in node.children if child is not party]
        if party.name == "alsoNotify":
            party.name = "involvedParties"
            party.elements["partyRole"] = Element("NFY")
        shipment.children.append(party)
    write_pieces(node, shipment, mark)
    _write_texts(shipment)
    _write_references(node)
    for place, line in enumerate(shipment.all("customsInformation"), 1):
        line.elements["ociLineNumber"] = Element(str(place))
    if currency is not None:
        for one in node.walk():
            if one.name in MONEY and "currencyUnit" not in one.elements:
                one.elements["currencyUnit"] = currency
    if shipment not in node.children and (shipment.children or shipment.elements):
        node.children.append(shipment)
    _classes(node)
    return node


def _write_references(node: Node) -> None:
    references = [child for child in node.children if child.name == "shippingReference"]
    node.children = [child for child in node.children if child.name != "shippingReference"]
    for place, reference in enumerate(references):
        if place == 0:
            node.elements["shippingRefNo"] = reference.elements["@value"]
        else:
            node.children.append(
                Node("otherIdentifiers", {"otherIdentifierType": Element("SRI"), "textualValue": reference.elements["@value"]})
            )


def _write_texts(shipment: Node) -> None:
    lines = [child.text("@value") or "" for child in shipment.children if child.name == "goods"]
    if lines:
        shipment.elements["goodsDescription"] = Element("\n".join(lines))
        shipment.children = [child for child in shipment.children if child.name != "goods"]


def _classes(node: Node) -> None:
    for one in node.walk():
        if one.name in CLASSES and "@type" not in one.elements:
            one.elements["@type"] = Element(CLASSES[one.name])


def _drop(node: Node, *names: str) -> None:
    for name in names:
        node.elements.pop(name, None)


_WAYBILL, _SHIPMENT = WaybillShape(), ShipmentShape()
waybill, shipment, piece, event = _WAYBILL, _SHIPMENT, PieceShape(), EventShape()
