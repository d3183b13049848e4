"""Pieces as the ontology has them, one object each, ⇄ counts, measures and codes of alike pieces. Pure; part of the waybill
shape.

Standard, Orchestration xfwb: totals are not stored but counted; pieces without detail are skeleton pieces; handling codes
stand on pieces.
"""

import re
from decimal import Decimal

from adapters.one_record.lift import Bag, is_bare, is_handling_code
from hub.canonical.number import plain
from hub.syntax import Element, Node

SIDES = ("length", "width", "height")
MEASURES = ("dimensions", "dimensionsForRate")
WITHOUT_VALUE = ("nvdForCarriage", "nvdForCustoms")
LIMIT_DIGITS = 9
LIMIT_PIECES = 20_000
NUMBER = re.compile(r"^\d{1,15}(\.\d{1,9})?$")


def read_pieces(node: Node, shipment: Node, bag: Bag) -> None:
    """Count the pieces of the shipment and of each line item; gather what they say once."""
    known: dict[str, Node] = {}
    for line in node.all("waybillLineItems"):
        _read_line(line, known, bag, node)
    loose = [_once(piece, known, bag) for piece in shipment.all("pieces")]
    listed = [piece for piece in shipment.children if piece.name == "pieces"]
    shipment.children = [child for child in shipment.children if child.name != "pieces"]
    count = len(listed) or len(known)
    if count:
        shipment.elements["pieceCount"] = _count(count, (listed or [*known.values()])[0])
    else:
        _count_told(node, shipment)
    fresh = [piece for piece in loose if piece is not None]
    _codes_of_lines(node, shipment, bag)
    every = [*known.values()]
    _without_value(every, node, bag)
    _slac(every, shipment, bag)
    _gather(fresh, shipment, node, bag)
    if not bag.names.isdisjoint(MEASURES):
        shipment.children.extend([*_again(node), *groups_of(fresh, bag)])
    shipment.children.extend(fresh)


def _count_told(node: Node, shipment: Node) -> None:
    """The pieces of the whole where the line items only tell how many they have (cargo 3.0)."""
    told = [line.text("pieceCount") or "" for line in node.all("waybillLineItems")]
    numbers = [int(text) for text in told if text.isdigit() and len(text) < LIMIT_DIGITS]
    if numbers and len(numbers) == len([text for text in told if text]):
        shipment.elements["pieceCount"] = _count(sum(numbers), next(node.all("waybillLineItems")))


def _without_value(pieces: list[Node], node: Node, bag: Bag) -> None:
    """That no value is declared is said once, where every piece says it."""
    if bag.names.isdisjoint(WITHOUT_VALUE):
        return
    for name in WITHOUT_VALUE:
        said = [piece.elements[name] for piece in pieces if piece.text(name) == "true"]
        if said and len(said) == len(pieces):
            node.elements[name] = said[0]
            bag.put(*(piece.elements.pop(name) for piece in pieces))


def _slac(pieces: list[Node], shipment: Node, bag: Bag) -> None:
    """The shipper's load and count of the whole: the sum over the pieces that state one (workbook XFWB, Piece#slac)."""
    said = [piece.elements["slac"] for piece in pieces if (piece.text("slac") or "").isdigit()] if "slac" in bag.names else []
    if said:
        whole = str(sum(int(one.text[:LIMIT_DIGITS]) for one in said))
        shipment.elements["slac"] = Element(whole, said[0].line, said[0].column, said[0].offset, said[0].path)
        bag.put(*said)
        for piece in pieces:
            if (piece.text("slac") or "").isdigit():
                del piece.elements["slac"]


def _again(node: Node) -> list[Node]:
    """The measures of the line items' pieces, which are pieces of the shipment too; their weight is the line's."""
    return [
        Node(group.name, dict(group.elements), [], group.line)
        for line in node.all("waybillLineItems")
        for group in line.all("dimensions")
    ]


def _codes_of_lines(node: Node, shipment: Node, bag: Bag) -> None:
    """The commodity codes of the line items are codes of the whole, too."""
    for code in (one for line in node.all("waybillLineItems") for one in line.all("hsCodes")) if _has_codes(bag) else ():
        if bag.is_new(shipment, "hsCodes", code.text("@value") or ""):
            shipment.children.append(Node(code.name, dict(code.elements), [], code.line, code.column, code.offset))


def _has_codes(bag: Bag) -> bool:
    return not bag.names.isdisjoint(("hsCodes", "hsCode", "hsCodeForRate"))


def _count(count: int, like: Node) -> Element:
    return Element(str(count), like.line, like.column, like.offset)


def _once(piece: Node, known: dict[str, Node], bag: Bag) -> Node | None:
    """The piece the first time it is met; the second time only what it says is kept as said before."""
    key = piece.text("@id") or f"#{id(piece)}"
    first = known.get(key)
    if first is None:
        known[key] = piece
        return piece
    if first.children or first.elements.keys() - {"@id", "@type"} or is_bare(piece):
        bag.put_all(piece)
        return None
    bag.put_all(first)
    known[key] = piece
    return piece


def _read_line(line: Node, known: dict[str, Node], bag: Bag, node: Node) -> None:
    packages = [*line.all("lineItemPackages")]
    line.children = [child for child in line.children if child.name != "lineItemPackages"]
    total = 0
    for package in packages:
        pieces = [*package.all("pieceReferences")]
        total += len(pieces)
        fresh = [piece for piece in (_once(piece, known, bag) for piece in pieces) if piece is not None]
        _gather(fresh, line, node, bag)
        groups = groups_of(fresh, bag)
        weight = package.first("packageGrossWeight")
        if weight is not None and len(groups) == 1 and groups[0].first("weight") is None:
            weight.name = "weight"
            groups[0].children.append(weight)
            package.children = [child for child in package.children if child is not weight]
        package.children = [child for child in package.children if child.name != "pieceReferences"] + fresh
        line.children.extend([*groups, package])
    if total:
        line.elements.setdefault("pieceCount", _count(total, packages[0]))


def _gather(pieces: list[Node], holder: Node, node: Node, bag: Bag) -> None:
    """Texts, commodities and countries to the holder (line or shipment), handling codes to the waybill; each value once."""
    for piece in pieces:
        _goods(piece, holder, bag)
        _text(piece, "contentProductionCountry", holder, "originCountry", bag)
        for product in piece.all("contentProducts") if "contentProducts" in bag.names else ():
            _text(product, "hsCode", holder, "hsCodes", bag)
            _text(product, "commodityItemNumber", holder, "commodityItemNumbers", bag)
        codes = [child for child in piece.children if is_handling_code(child)]
        piece.children = [child for child in piece.children if not is_handling_code(child)]
        for code in codes:
            _value(node, "specialHandlingCodes", code.elements["@value"], bag)
            bag.put(*(element for name, element in code.elements.items() if name != "@value"))


def _goods(piece: Node, holder: Node, bag: Bag) -> None:
    whole = piece.elements.pop("goodsDescription", None)
    lines = [one.strip() for one in whole.text.splitlines() if one.strip()] if whole is not None else []
    if whole is not None and len(lines) > 1:
        bag.put(whole)
    for line in lines:
        element = whole if whole is not None and len(lines) == 1 and line == whole.text else _line_of(whole, line)
        _value(holder, "goods", element, bag)


def _line_of(whole: Element | None, line: str) -> Element:
    return Element(line, whole.line, whole.column, whole.offset, whole.path) if whole is not None else Element(line)


def _text(piece: Node, name: str, holder: Node, to: str, bag: Bag) -> None:
    element = piece.elements.pop(name, None)
    if element is not None:
        _value(holder, to, element, bag)


def _value(holder: Node, name: str, element: Element, bag: Bag) -> None:
    if bag.is_new(holder, name, element.text):
        holder.children.append(Node(name, {"@value": element}, [], element.line, element.column, element.offset))
    else:
        bag.put(element)


def groups_of(pieces: list[Node], bag: Bag) -> list[Node]:
    """One ``dimensions`` node for the pieces of equal measures in a row, with their number and summed weight."""
    if "dimensions" not in bag.names:
        return []
    groups: list[tuple[tuple[str | None, ...], Node, list[Node]]] = []
    for piece in pieces:
        measured = piece.first("dimensions")
        if measured is None:
            continue
        sides = [measured.first(side) for side in SIDES]
        if len({side.text("unit") for side in sides if side}) > 1:
            continue
        key = tuple(
            text for side in sides for text in ((side.text("numericalValue"), side.text("unit")) if side else (None, None))
        )
        if not groups or groups[-1][0] != key:
            groups.append((key, _group(sides, bag), []))
        else:
            bag.put(*(element for side in sides if side for element in side.elements.values()))
        groups[-1][2].append(piece)
    return [weighed(group, alike, bag) for _, group, alike in groups]


def _group(sides: list[Node | None], bag: Bag) -> Node:
    group = Node("dimensions")
    for name, side in zip(SIDES, sides, strict=True):
        if side is None:
            continue
        group.line = group.line or side.line
        if "numericalValue" in side.elements:
            group.elements[name] = side.elements["numericalValue"]
        unit = side.elements.get("unit")
        if unit is not None and "unit" in group.elements:
            bag.put(unit)
        elif unit is not None:
            group.elements["unit"] = unit
    return group


def weighed(group: Node, alike: list[Node], bag: Bag) -> Node:
    """The group with the number of its pieces, and their weight where every one states its own in the same unit."""
    group.elements["pieceCount"] = _count(len(alike), group)
    weights = [weight for piece in alike if (weight := piece.first("grossWeight"))]
    units = {weight.text("unit") for weight in weights}
    numbers = [weight.text("numericalValue") or "" for weight in weights]
    if len(weights) == len(alike) and len(units) == 1 and all(map(NUMBER.match, numbers)):
        whole = Node("weight", dict(weights[0].elements), [], weights[0].line)
        whole.elements["numericalValue"] = Element(plain(sum(map(Decimal, numbers), Decimal(0))), weights[0].line)
        for weight in weights:
            bag.put(*weight.elements.values())
        whole.elements["unit"] = Element(weights[0].text("unit") or "", weights[0].line)
        group.children.append(whole)
    return group
