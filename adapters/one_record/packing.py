"""Counts, measures and codes of alike pieces made into pieces, one object each: the reverse of :mod:`pieces`. Pure; part of the
waybill shape. Standard, Orchestration xfwb: pieces without detail are skeleton pieces.
"""

from collections import Counter

from adapters.one_record.pieces import LIMIT_PIECES, SIDES, WITHOUT_VALUE
from hub.syntax import Element, Node


def write_pieces(node: Node, shipment: Node, mark: str) -> None:
    """Make the counted pieces: those of each line item in packages of equal measures, the rest as skeletons; the shipment names
    all.
    """
    stated = _whole(shipment.elements.pop("pieceCount", None))
    slac = shipment.elements.pop("slac", None)
    flags = {name: node.elements.pop(name) for name in WITHOUT_VALUE if name in node.elements}
    _not_of_lines(node, shipment)
    described = _described(shipment, "hsCodes")
    _not_again(node, shipment)
    made: list[Node] = []
    for line in node.all("waybillLineItems"):
        made.extend(_write_line(line, mark, len(made)))
    loose = _loose(shipment, mark, len(made), stated)
    codes = [child for child in node.children if child.name == "specialHandlingCodes"]
    node.children = [child for child in node.children if child.name != "specialHandlingCodes"]
    if (codes or slac or flags or described) and not made and not loose:
        loose = [_piece(mark, 1)]
    for piece in [*made, *loose]:
        piece.children.extend(Node(code.name, dict(code.elements)) for code in codes)
        piece.elements.update(flags)
    for piece in [*loose, *made][:1]:
        _describe(piece, described)
        if slac is not None:
            piece.elements["slac"] = slac
    shipment.children.extend(Node("pieces", {"@id": piece.elements["@id"]}) for piece in made)
    for piece in loose:
        piece.name = "pieces"
    shipment.children.extend(loose)


def _not_of_lines(node: Node, shipment: Node) -> None:
    """Leave out commodity codes of the whole that a line item tells already."""
    told = {code.text("@value") for line in node.all("waybillLineItems") for code in line.all("hsCodes")}
    shipment.children = [one for one in shipment.children if one.name != "hsCodes" or one.text("@value") not in told]


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
            piece.children.append(dimensions_of(group))
            del piece.elements["skeletonIndicator"]
        made.append((group, pieces))
    return made


def dimensions_of(group: Node) -> Node:
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


def _not_again(node: Node, shipment: Node) -> None:
    """Leave out measures of the shipment that its line items tell already."""
    told = Counter(_measures(group) for line in node.all("waybillLineItems") for group in line.all("dimensions"))
    kept = []
    for child in shipment.children:
        if child.name == "dimensions" and told[measures := _measures(child)]:
            told[measures] -= 1
        else:
            kept.append(child)
    shipment.children = kept


def _measures(group: Node) -> frozenset[tuple[str, str]]:
    return frozenset((name, one.text) for name, one in group.elements.items())


DESCRIBING = ("goods", "originCountry", "hsCodes", "commodityItemNumbers")


def _described(holder: Node, *only: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in DESCRIBING}
    found |= {name: [child.text("@value") or "" for child in _take(holder, name)] for name in only or DESCRIBING}
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
