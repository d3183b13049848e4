"""Checks across the lines of a message about a flight or about ULDs: totals, NIL, counts. Knows the tree; knows no text.

Sources: reference/cargo-imp.md sections 1, 6 and 10.
"""

from collections.abc import Iterator

from hub.problem import Code, Problem
from hub.syntax import Element, Node

PARTS = ("P", "S", "D")


def flight_checks(root: Node) -> Iterator[Problem]:
    """Of the consignments of a manifest or booking list."""
    whole: dict[str, Node] = {}
    loaded: dict[str, int] = {}
    for point in root.all("destination"):
        lines = list(_consignments(point))
        if lines and point.text("nil"):
            yield _nil(point, lines[0])
        for line in lines:
            yield from _total(line, whole, loaded)


def _consignments(point: Node) -> Iterator[Node]:
    for child in point.children:
        if child.name == "AWB":
            yield child
        elif child.name == "ULD":
            yield from child.all("AWB")


def _nil(point: Node, line: Node) -> Problem:
    found = point.elements["nil"]
    told = f"{point.text('unloading')} is NIL, and a consignment stands below it in line {line.line}: read as it stands"
    return _problem(Code.IMP_NIL, told, found, "destination", "nil", "no NIL, or no consignment")


def _total(line: Node, whole: dict[str, Node], loaded: dict[str, int]) -> Iterator[Problem]:
    """A part states its total; what is loaded of one waybill is no more than that, and told in full only once."""
    name, kind, pieces = f"{line.text('prefix')}-{line.text('serial')}", line.text("description"), line.elements.get("pieces")
    if pieces is None:
        return
    total = line.elements.get("total_pieces")
    if kind in PARTS and total is None:
        told = f"{name}: a part of a consignment without its total"
        yield _problem(Code.IMP_CONSIGNMENT_TOTAL, told, pieces, "AWB", "total_pieces", "T and the total of pieces")
    if kind == "T" and name in whole:
        told = f"{name} is told in full twice: here and in line {whole[name].line}"
        yield _problem(Code.IMP_CONSIGNMENT_TOTAL, told, pieces, "AWB", "description", "P, S or D")
    if kind == "T":
        whole.setdefault(name, line)
    before = loaded.get(name, 0)
    loaded[name] = before + int(pieces.text)
    if total is not None and before <= int(total.text) < loaded[name]:
        told = f"{name}: {loaded[name]} pieces on this flight, of {total.text} in all"
        yield _problem(Code.IMP_CONSIGNMENT_TOTAL, told, pieces, "AWB", "pieces", f"at most {total.text}")


def stock_checks(root: Node) -> Iterator[Problem]:
    """Of a ULD stock check: each line counts its ULDs."""
    for line in root.all("units"):
        total, listed = line.elements.get("total"), len(line.children) + ("serial" in line.elements)
        if total is not None and int(total.text) != listed:
            told = f"{line.text('type')}: {listed} ULDs listed, {total.text} counted"
            yield _problem(Code.IMP_ULD_COUNT, told, total, "units", "total", str(listed))


def _problem(code: Code, message: str, at: Element, segment: str, element: str, expected: str) -> Problem:
    return Problem(
        code=code,
        message=message,
        line=at.line,
        column=at.column,
        offset=at.offset,
        segment=segment,
        element=element,
        found=at.text,
        expected=expected,
    )
