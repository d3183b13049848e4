"""What earlier editions of cargo said in other places, as 3.3.0 says it: a waybill's tree in, the same elements moved. Pure.

The editions: cargo 3.0 (rates and codes on the line item and the shipment), 3.1 (pieces on the line item), and what 3.3.0
deprecates. What today's property says already is never replaced: the old one then stays where it is, and is named as not read.
"""

from adapters.one_record.lift import Bag, is_handling_code
from hub.syntax import Element, Node

SIDES = ("length", "width", "height")
LINE = {
    "chargeableWeightForRate": "chargeableWeight",
    "grossWeightForRate": "rateGrossWeight",
    "slacForRate": "rateSlac",
    "pieceCountForRate": "pieceCount",
}
"""Properties of a line item that only changed their names (``pieceCount`` is what the shape counts from pieces)."""

LISTED = {
    "commodityItemNumberForRate": "commodityItemNumbers",
    "productionCountryForRate": "originCountry",
}
"""Properties of a line item that are gathered from its pieces now, each value once."""

ULD = {"uldType": "uldTypeCode", "uldSerialNumber": "uldSerialNumber", "uldOwnerCode": "ownerCode"}

GONE = frozenset(
    (*LINE, *LISTED, *ULD, "hsCodeForRate", "goodsDescriptionForRate", "dimensionsForRate", "postalCode", "accountingInformation")
)
"""What no document of today's edition has, but for the serial number of a unit load device."""


def current(waybill: Node, bag: Bag) -> None:
    """Move what an earlier edition says, in place; codes are lifted already."""
    for shipment in waybill.all("shipment"):
        _handling_codes(waybill, shipment, bag)
    if GONE.isdisjoint(bag.names):
        for line in waybill.all("waybillLineItems"):
            _pieces(line)
        return
    for line in waybill.all("waybillLineItems"):
        _line(line, bag)
    for one in waybill.walk():
        _rename(one, "postalCode", "textualPostCode")
    _accounting(waybill)


def _rename(node: Node, old: str, new: str) -> None:
    if new in node.elements or node.first(new) is not None:
        return
    if old in node.elements:
        node.elements[new] = node.elements.pop(old)
    node.children = [_as(new, child) if child.name == old else child for child in node.children]


def _as(name: str, node: Node) -> Node:
    return Node(name, node.elements, node.children, node.line, node.column, node.offset)


def _handling_codes(waybill: Node, shipment: Node, bag: Bag) -> None:
    """Handling codes of the shipment, which stand on pieces since 3.1, are those of the waybill."""
    codes = [child for child in shipment.children if is_handling_code(child)]
    shipment.children = [child for child in shipment.children if not is_handling_code(child)]
    for code in codes:
        if bag.is_new(waybill, code.name, code.elements["@value"].text):
            waybill.children.append(code)
        else:
            bag.put_all(code)


def _line(line: Node, bag: Bag) -> None:
    for old, new in LINE.items():
        _rename(line, old, new)
    for old, new in LISTED.items():
        if old in line.elements:
            _say(line, new, line.elements.pop(old), bag)
    codes = [*line.all("hsCodeForRate")]
    line.children = [child for child in line.children if child.name != "hsCodeForRate"]
    for code in codes:
        if "@value" in code.elements:
            _say(line, "hsCodes", code.elements["@value"], bag)
        bag.put(*(element for name, element in code.elements.items() if name != "@value"))
    goods = line.elements.pop("goodsDescriptionForRate", None)
    if goods is not None:
        _say(line, "goods", goods, bag)
    _uld(line)
    for measured in [*line.all("dimensionsForRate")]:
        _measures(line, measured, bag)
    _pieces(line)


def _say(line: Node, name: str, element: Element, bag: Bag) -> None:
    if bag.is_new(line, name, element.text):
        line.children.append(Node(name, {"@value": element}, [], element.line, element.column, element.offset))
    else:
        bag.put(element)


def _uld(line: Node) -> None:
    """The unit load device a line item named by its parts."""
    said = {new: line.elements.pop(old) for old, new in ULD.items() if old in line.elements}
    if said:
        first = next(iter(said.values()))
        line.children.append(Node("uldReferences", said, [], first.line, first.column, first.offset))


def _measures(line: Node, measured: Node, bag: Bag) -> None:
    """The dimensions of a line item: its volume, and the sides as those of its pieces where they have one unit."""
    volume = measured.first("volume")
    if volume is not None and line.first("rateVolume") is None:
        measured.children.remove(volume)
        volume.name = "rateVolume"
        line.children.append(volume)
    sides = [child for child in measured.children if child.name in SIDES and "numericalValue" in child.elements]
    if len(sides) == len(SIDES) and len({side.text("unit") for side in sides}) == 1:
        group = Node("dimensions", {side.name: side.elements.pop("numericalValue") for side in sides}, [], measured.line)
        if "unit" in sides[0].elements:
            group.elements["unit"] = sides[0].elements.pop("unit")
        measured.children = [child for child in measured.children if not any(child is side for side in sides)]
        for side in sides:
            bag.put_all(side)
        line.children.append(group)


def _pieces(line: Node) -> None:
    """Pieces a line item referred to itself, in a package as since 3.2."""
    pieces = [*line.all("pieceReferences")]
    if pieces:
        line.children = [child for child in line.children if child.name != "pieceReferences"]
        line.children.append(Node("lineItemPackages", {}, pieces, pieces[0].line, pieces[0].column, pieces[0].offset))


def _accounting(waybill: Node) -> None:
    text = waybill.elements.get("accountingInformation")
    if text is not None and waybill.first("accountingNotes") is None:
        del waybill.elements["accountingInformation"]
        waybill.children.append(Node("accountingNotes", {"accountingNoteText": text}, [], text.line, text.column, text.offset))
