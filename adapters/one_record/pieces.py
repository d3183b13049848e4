"""Pieces as the ontology has them, one object each, ⇄ counts, measures and codes of alike pieces. Pure; part of the waybill
shape.

Standard, Orchestration xfwb: totals are not stored but counted; pieces without detail are skeleton pieces; handling codes
stand on pieces.
"""

import re
from decimal import Decimal

from adapters.one_record.lift import Bag, is_bare
from hub.canonical.number import plain
from hub.syntax import Element, Node

SIDES = ("length", "width", "height")
LIMIT_PIECES = 20_000
_NUMBER = re.compile(r"^\d{1,15}(\.\d{1,9})?$")


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
    fresh = [piece for piece in loose if piece is not None]
    _gather(fresh, shipment, node, bag)
    shipment.children.extend(_groups(fresh, bag))
    shipment.children.extend(fresh)


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
        groups = _groups(fresh, bag)
        weight = package.first("packageGrossWeight")
        if weight is not None and len(groups) == 1 and groups[0].first("weight") is None:
            weight.name = "weight"
            groups[0].children.append(weight)
            package.children = [child for child in package.children if child is not weight]
        package.children = [child for child in package.children if child.name != "pieceReferences"] + fresh
        line.children.extend([*groups, package])
    if total:
        line.elements["pieceCount"] = _count(total, packages[0])


def _gather(pieces: list[Node], holder: Node, node: Node, bag: Bag) -> None:
    """Texts, commodities and countries to the holder (line or shipment), handling codes to the waybill; each value once."""
    for piece in pieces:
        _text(piece, "goodsDescription", holder, "goods", bag)
        _text(piece, "contentProductionCountry", holder, "originCountry", bag)
        for product in piece.all("contentProducts"):
            _text(product, "hsCode", holder, "hsCodes", bag)
            _text(product, "commodityItemNumber", holder, "commodityItemNumbers", bag)
        codes = [child for child in piece.children if child.name == "specialHandlingCodes" and "@value" in child.elements]
        piece.children = [child for child in piece.children if child not in codes]
        for code in codes:
            _value(node, "specialHandlingCodes", code.elements["@value"], bag)
            bag.put(*(element for name, element in code.elements.items() if name != "@value"))


def _text(piece: Node, name: str, holder: Node, to: str, bag: Bag) -> None:
    element = piece.elements.pop(name, None)
    if element is not None:
        _value(holder, to, element, bag)


def _value(holder: Node, name: str, element: Element, bag: Bag) -> None:
    if bag.is_new(holder, name, element.text):
        holder.children.append(Node(name, {"@value": element}, [], element.line, element.column, element.offset))
    else:
        bag.put(element)


def _groups(pieces: list[Node], bag: Bag) -> list[Node]:
    """One ``dimensions`` node for the pieces of equal measures in a row, with their number and summed weight."""
    groups: list[tuple[tuple[str | None, ...], Node, list[Node]]] = []
    for piece in pieces:
        measured = piece.first("dimensions")
        sides = [measured.first(side) if measured else None for side in SIDES]
        key = tuple(
            text for side in sides for text in ((side.text("numericalValue"), side.text("unit")) if side else (None, None))
        )
        units = {side.text("unit") for side in sides if side}
        if measured is None or len(units) > 1:
            continue
        if not groups or groups[-1][0] != key:
            groups.append((key, _group(sides, bag), []))
        else:
            bag.put(*(element for side in sides if side for element in side.elements.values()))
        groups[-1][2].append(piece)
    return [_weighed(group, alike, bag) for _, group, alike in groups]


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


def _weighed(group: Node, alike: list[Node], bag: Bag) -> Node:
    group.elements["pieceCount"] = _count(len(alike), group)
    weights = [weight for piece in alike if (weight := piece.first("grossWeight"))]
    units = {weight.text("unit") for weight in weights}
    numbers = [weight.text("numericalValue") or "" for weight in weights]
    if len(weights) == len(alike) and len(units) == 1 and all(map(_NUMBER.match, numbers)):
        whole = Node("weight", dict(weights[0].elements), [], weights[0].line)
        whole.elements["numericalValue"] = Element(plain(sum(map(Decimal, numbers), Decimal(0))), weights[0].line)
        for weight in weights:
            bag.put(*weight.elements.values())
        whole.elements["unit"] = Element(weights[0].text("unit") or "", weights[0].line)
        group.children.append(whole)
    return group


def write_pieces(node: Node, shipment: Node, mark: str) -> None:
    """Make the counted pieces: those of each line item in packages of equal measures, the rest as skeletons; the shipment names
    all.
    """
    stated = _whole(shipment.elements.pop("pieceCount", None))
    made: list[Node] = []
    for line in node.all("waybillLineItems"):
        made.extend(_write_line(line, mark, len(made)))
    loose = _loose(shipment, mark, len(made), stated)
    codes = [child for child in node.children if child.name == "specialHandlingCodes"]
    node.children = [child for child in node.children if child.name != "specialHandlingCodes"]
    if codes and not made and not loose:
        loose = [_piece(mark, 1)]
    for piece in [*made, *loose]:
        piece.children.extend(Node(code.name, dict(code.elements)) for code in codes)
    shipment.children.extend(Node("pieces", {"@id": piece.elements["@id"]}) for piece in made)
    for piece in loose:
        piece.name = "pieces"
    shipment.children.extend(loose)


def _whole(element: Element | None) -> int:
    return min(int(element.text), LIMIT_PIECES) if element is not None and element.text.isdigit() else 0


def _piece(mark: str, number: int) -> Node:
    return Node("pieceReferences", {"@id": Element(f"_:{mark}piece{number}"), "skeletonIndicator": Element("true")})


def _take(holder: Node, name: str) -> list[Node]:
    taken = [child for child in holder.children if child.name == name]
    holder.children = [child for child in holder.children if child.name != name]
    return taken


def _measured(groups: list[Node], mark: str, number: int) -> list[tuple[Node, list[Node]]]:
    made = []
    for group in groups:
        count = max(_whole(group.elements.get("pieceCount")), 1)
        pieces = [_piece(mark, number + place) for place in range(1, count + 1)]
        number += count
        for piece in pieces:
            piece.children.append(_dimensions(group))
            del piece.elements["skeletonIndicator"]
        made.append((group, pieces))
    return made


def _dimensions(group: Node) -> Node:
    unit = group.elements.get("unit")
    sides = [Node(side, {"numericalValue": group.elements[side]}) for side in SIDES if side in group.elements]
    for side in sides:
        if unit is not None:
            side.elements["unit"] = unit
    return Node("dimensions", {}, sides)


def _write_line(line: Node, mark: str, number: int) -> list[Node]:
    stated = _whole(line.elements.pop("pieceCount", None))
    packages = _measured(_take(line, "dimensions"), mark, number)
    count = sum(len(pieces) for _, pieces in packages)
    described = _described(line)
    rest = [
        _piece(mark, number + count + place) for place in range(1, max(stated - count, 1 if described and not count else 0) + 1)
    ]
    if rest:
        packages.append((Node("rest"), rest))
    everything = [piece for _, pieces in packages for piece in pieces]
    for piece in everything:
        _describe(piece, described)
    for group, pieces in packages:
        package = Node("lineItemPackages", {}, pieces)
        for weight in group.all("weight"):
            package.children.append(Node("packageGrossWeight", dict(weight.elements)))
        line.children.append(package)
    return everything


def _loose(shipment: Node, mark: str, number: int, stated: int) -> list[Node]:
    groups = _measured(_take(shipment, "dimensions"), mark, number)
    loose = [piece for _, pieces in groups for piece in pieces]
    for group, pieces in groups:
        weight = group.first("weight")
        if weight is not None and len(pieces) == 1:
            pieces[0].children.append(Node("grossWeight", dict(weight.elements)))
    missing = stated - number - len(loose)
    return loose + [_piece(mark, number + len(loose) + place) for place in range(1, missing + 1)]


def _described(line: Node) -> dict[str, list[str]]:
    names = ("goods", "originCountry", "hsCodes", "commodityItemNumbers")
    found = {name: [child.text("@value") or "" for child in _take(line, name)] for name in names}
    return found if any(found.values()) else {}


def _describe(piece: Node, described: dict[str, list[str]]) -> None:
    if not described:
        return
    if described["goods"]:
        piece.elements["goodsDescription"] = Element("\n".join(described["goods"]))
    for country in described["originCountry"][:1]:
        piece.elements["contentProductionCountry"] = Element(country)
    codes, numbers = described["hsCodes"], described["commodityItemNumbers"]
    for place in range(max(len(codes), len(numbers))):
        product = Node("contentProducts")
        if place < len(codes):
            product.elements["hsCode"] = Element(codes[place])
        if place < len(numbers):
            product.elements["commodityItemNumber"] = Element(numbers[place])
        piece.children.append(product)
