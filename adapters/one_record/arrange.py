"""One waybill as the mapping's rows see it, and back: parties, texts, customs lines, currency, pieces. Pure."""

from adapters.one_record.declaration import read_security, write_security
from adapters.one_record.earlier import current
from adapters.one_record.lift import Bag, lifted, like
from adapters.one_record.packing import write_pieces
from adapters.one_record.pieces import read_pieces
from hub.syntax import Element, Node

MONEY = frozenset(
    (
        "declaredValueForCarriage",
        "declaredValueForCustoms",
        "valuationCharge",
        "taxAmount",
        "rateCharge",
        "otherChargeAmount",
        "insuredAmount",
    )
)
CLASSES = {
    "partyDetails": "Company",
    "activity": "TransportMovement",
    "contactPersons": "Person",
    "transferredFrom": "Carrier",
    "transferredTo": "Carrier",
    "notifiedOrganization": "Company",
    "referredBookingOption": "Booking",
    "carrier": "Carrier",
    "transportOrganization": "Carrier",
}
"""The class written where the property's range is wider than what is meant."""

MAIN_ROLES = frozenset(("SHP", "CNE", "NFY", "AGT", "FFW"))
PARTIES = frozenset(("involvedParties", "alsoNotify", "otherParty"))
OTHER_SERVICE = "OSI/"
"""How an instruction that is an OSI line begins, among the SSR lines (Orchestration xfwb: both are handling instructions)."""

IDENTITY = frozenset(("@id", "@type", "waybillPrefix", "waybillNumber", "waybillType"))


def arranged(root: Node, name: str) -> Node:
    """A waybill node with everything its rows ask for beside it; ``merged`` holds what is said twice."""
    bag = Bag()
    node = lifted(root, bag)
    node.name = name
    current(node, bag)
    shipment = node.first("shipment") or Node("shipment")
    if shipment not in node.children:
        node.children.append(shipment)
    _hoist_parties(node, shipment, bag)
    read_pieces(node, shipment, bag)
    _texts(shipment, bag)
    if "securityDeclarations" in bag.names:
        read_security(shipment, bag)
    _customs(shipment, bag)
    _lines(node)
    if not bag.names.isdisjoint(MONEY):
        _currency(node, bag)
    reference = node.elements.pop("shippingRefNo", None)
    if reference is not None:
        node.children.append(Node("shippingReference", {"@value": reference}, [], reference.line))
    node.children.append(bag.node)
    return node


def says_nothing(master: Node) -> bool:
    """A master that only names itself around its house waybills: it must not replace what was said of it before."""
    return not master.elements.keys() - IDENTITY and not any(child.elements or child.children for child in master.children)


def name_master(house: Node, elements: dict[str, Element]) -> None:
    """Give a house waybill the number of its master."""
    for ours, theirs in (("masterPrefix", "waybillPrefix"), ("masterNumber", "waybillNumber")):
        if theirs in elements:
            house.elements[ours] = elements[theirs]


def _hoist_parties(node: Node, shipment: Node, bag: Bag) -> None:
    """All parties beside the waybill: a forwarder stands for the agent where no agent is named; the second to be notified is
    another node.
    """
    parties = [*node.all("involvedParties"), *shipment.all("involvedParties")]
    shipment.children = [child for child in shipment.children if child.name != "involvedParties"]
    node.children = [child for child in node.children if child.name != "involvedParties"] + parties
    roles = [party.text("partyRole") for party in parties]
    if "AGT" not in roles and "FFW" in roles:
        forwarder = parties[roles.index("FFW")]
        bag.put(forwarder.elements["partyRole"])
        forwarder.elements["partyRole"] = like("AGT", forwarder.elements["partyRole"])
    notified = [party for party in parties if party.text("partyRole") == "NFY"]
    for party in notified[1:]:
        party.name = "alsoNotify"
    for party, code in zip(parties, roles, strict=True):
        if code not in MAIN_ROLES:
            party.name = "otherParty"


def _texts(shipment: Node, bag: Bag) -> None:
    """The goods description as its lines; OSI lines apart from SSR lines."""
    for place, line in enumerate(shipment.children if "textualHandlingInstructions" in bag.names else ()):
        text = line.text("@value") or "" if line.name == "textualHandlingInstructions" else ""
        if text.startswith(OTHER_SERVICE):
            bag.put(line.elements["@value"])
            short = {"@value": like(text.removeprefix(OTHER_SERVICE), line.elements["@value"])}
            shipment.children[place] = Node("otherService", line.elements | short, [], line.line, line.column, line.offset)
    whole = shipment.elements.pop("goodsDescription", None)
    if whole is None:
        return
    bag.put(whole)
    lines = [text.strip() for text in whole.text.splitlines() if text.strip()]
    # The pieces' own texts have been gathered already: those that the shipment repeats are said once, in its order.
    told = set(lines)
    again = [child.name == "goods" and child.text("@value") in told for child in shipment.children]
    bag.put(*(child.elements["@value"] for child, said in zip(shipment.children, again, strict=True) if said))
    rest = [child for child, said in zip(shipment.children, again, strict=True) if not said]
    shipment.children = [Node("goods", {"@value": like(text, whole)}, [], whole.line) for text in lines] + rest


def _customs(shipment: Node, bag: Bag) -> None:
    """OCI lines in their order; a number that only says its place is said by the order."""
    lines = [*shipment.all("customsInformation")]
    lines.sort(key=lambda one: int(one.text("ociLineNumber") or 0) if (one.text("ociLineNumber") or "0").isdigit() else 0)
    shipment.children = [child for child in shipment.children if child.name != "customsInformation"] + lines
    for place, line in enumerate(lines, 1):
        if line.text("ociLineNumber") == str(place):
            bag.put(line.elements.pop("ociLineNumber"))


def _lines(node: Node) -> None:
    """Line items by their number; one without a number gets its place."""
    lines = [*node.all("waybillLineItems")]
    for place, line in enumerate(lines, 1):
        line.elements.setdefault("lineItemNumber", Element(str(place), line.line, line.column, line.offset))
    lines.sort(key=lambda one: int(number) if (number := one.text("lineItemNumber") or "").isdigit() and len(number) < 9 else 0)
    node.children = [child for child in node.children if child.name != "waybillLineItems"] + lines


def _currency(node: Node, bag: Bag) -> None:
    """The waybill's currency is that of its rates, else of its first amount; where an amount has the same it is said once."""
    amounts = _amounts([child for child in node.children if child.name != "houseWaybills"])
    rates = [one for one in amounts if one.name == "rateCharge"]
    if not amounts:
        return
    first = (rates or amounts)[0].elements["currencyUnit"]
    node.elements["currency"] = first
    for one in amounts:
        if one.elements["currencyUnit"].text == first.text:
            bag.put(one.elements.pop("currencyUnit"))


def _amounts(nodes: list[Node]) -> list[Node]:
    """The amounts below these nodes that have a currency, in document order."""
    found: list[Node] = []
    for one in nodes:
        if one.name in MONEY and "currencyUnit" in one.elements:
            found.append(one)
        if one.children:
            found += _amounts(one.children)
    return found


def linked(node: Node, mark: str) -> Node:
    """The reverse of :func:`arranged`: everything back where the ontology links it."""
    currency = node.elements.pop("currency", None)
    shipment = node.first("shipment") or Node("shipment")
    parties = [child for child in node.children if child.name in PARTIES]
    node.children = [child for child in node.children if child.name not in PARTIES]
    for party in parties:
        if party.name == "alsoNotify":
            party.elements["partyRole"] = Element("NFY")
        party.name = "involvedParties"
        shipment.children.append(party)
    write_pieces(node, shipment, mark)
    _write_texts(shipment)
    _write_references(node)
    for place, line in enumerate(shipment.all("customsInformation"), 1):
        line.elements["ociLineNumber"] = Element(str(place))
    write_security(shipment)
    if currency is not None:
        _write_currency(node, shipment, currency)
    if shipment not in node.children and (shipment.children or shipment.elements):
        node.children.append(shipment)
    state_classes(node)
    return node


def _write_currency(node: Node, shipment: Node, currency: Element) -> None:
    """The currency on every amount; where there is none it stands on the declared value, which is then said to be none."""
    amounts = [one for whole in (node, shipment) for one in whole.walk() if one.name in MONEY]
    if not amounts:
        amounts = [Node("declaredValueForCarriage")]
        node.children.extend(amounts)
    for one in amounts:
        one.elements.setdefault("currencyUnit", currency)


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
    for line in shipment.all("otherService"):
        line.name = "textualHandlingInstructions"
        line.elements["@value"] = Element(OTHER_SERVICE + (line.text("@value") or ""))
    lines = [child.text("@value") or "" for child in shipment.children if child.name == "goods"]
    if lines:
        shipment.elements["goodsDescription"] = Element("\n".join(lines))
        shipment.children = [child for child in shipment.children if child.name != "goods"]


def state_classes(node: Node) -> None:
    """Write the class where the property allows more than is meant."""
    for one in node.walk():
        if one.name in CLASSES and "@type" not in one.elements:
            carrier = CLASSES[one.name] != "Carrier" or "airlineCode" in one.elements
            one.elements["@type"] = Element(CLASSES[one.name] if carrier else "Company")


def drop(node: Node, *names: str) -> None:
    """Take elements away."""
    for name in names:
        node.elements.pop(name, None)
