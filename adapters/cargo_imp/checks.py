"""Checks beyond the layout: the waybill's check digit, lines of which one must be there, parties behind several houses.

Knows the tree; knows no text and no envelope.
"""

from collections.abc import Callable, Iterable, Iterator

from adapters.cargo_imp.flight_checks import flight_checks, stock_checks
from adapters.cargo_imp.late import opened
from adapters.cargo_imp.layout import Table
from adapters.cargo_imp.told import Told
from hub.problem import Code, Problem
from hub.syntax import Node

FAULTS = frozenset(
    {
        Code.IMP_LINE_MISSING,
        Code.IMP_LINE_UNKNOWN,
        Code.IMP_LINE_ORDER,
        Code.IMP_LINE_REPEATED,
        Code.IMP_LINE_TRAILING,
        Code.IMP_ELEMENT_FORMAT,
        Code.IMP_ELEMENT_MISSING,
        Code.IMP_ELEMENT_CODE,
    }
)
"""What hides something that checks across lines would miss: one fault gives one problem."""
FIGURES = frozenset({"pieces", "total_pieces", "weight", "volume", "length", "width", "height", "rate", "total", "amount"})


def awb_check_digit(node: Node) -> Problem | None:
    """The last digit of the serial is the first seven modulo 7 (reference section 1)."""
    number = node.text("serial")
    if number is None or int(number[:7]) % 7 == int(number[7]):
        return None
    digit = int(number[:7]) % 7
    serial = opened(node).elements["serial"]
    return Problem(
        code=Code.AWB_CHECK_DIGIT,
        message=f"check digit of {node.text('prefix')}-{serial.text} should be {digit}",
        line=serial.line,
        column=serial.column,
        offset=serial.offset,
        segment=node.name,
        element="serial",
        found=serial.text,
        expected=serial.text[:7] + str(digit),
    )


def message_checks(table: Table, told: Told, line: int, offset: int) -> list[Problem]:
    """What can only be seen when the whole message is read."""
    absent = [names for names in table.at_least_one if told.first.keys().isdisjoint(names)]
    problems = [_none_of(table, names, told.root, line, offset) for names in absent]
    if table.check in _OF_A_MESSAGE:
        problems += _OF_A_MESSAGE[table.check](told)
    for name, most in table.numbered.items():
        found = told.first.get(name)
        if found is not None and len(found.children) > most:
            problems += _numbered(found, most)
    return problems


def apart(found: list[Problem], told: list[Problem]) -> list[Problem]:
    """The findings across lines without those that rest on a figure which is itself a told departure: one fault, one problem."""
    figures = {one.line for one in told if one.element in FIGURES}
    if not figures:
        return found
    return [one for one in found if one.line not in figures and not any(other.line in figures for other in one.related)]


def _numbered(node: Node, most: int) -> Iterator[Problem]:
    """The first line with a number beyond those a group of lines may have."""
    lines = [line for line in node.children if line.text("line")]
    if len(lines) > most:
        number = opened(lines[most]).elements["line"]
        yield Problem(
            code=Code.IMP_LINE_REPEATED,
            message=f"{node.name} may have {most} numbered lines, here are {len(lines)}",
            line=number.line,
            column=number.column,
            offset=number.offset,
            segment=node.name,
            element="line",
            found=number.text,
            expected=f"up to {most}",
        )


def _none_of(table: Table, names: tuple[str, ...], root: Node, line: int, offset: int) -> Problem:
    order = [name for row in table.rows for name in row.name.split(" or ")]
    behind = order[max(order.index(name) for name in names) + 1 :]
    came = next((child for child in root.children if child.name in behind), None)
    return Problem(
        code=Code.IMP_LINE_MISSING,
        message=f"one of {' and '.join(names)} must be there",
        line=came.line if came else line,
        column=1,
        offset=came.offset if came else offset,
        segment=names[0],
        found=came.name if came else "end of message",
        expected=" or ".join(names),
    )


def _house_parties(told: Told) -> list[Problem]:
    """Parties may follow only a single house waybill; behind several they belong to the one they follow (difference 9)."""
    houses = told.houses
    first = houses.party
    if houses.count < 2 or first is None:
        return []
    return [
        Problem(
            code=Code.IMP_HOUSE_PARTIES,
            message=f"{first.name} with {houses.count} house waybills: read as belonging to the one before it (difference 9)",
            line=first.line,
            column=1,
            offset=first.offset,
            segment=first.name,
        )
    ]


_OF_A_MESSAGE: dict[str, Callable[[Told], Iterable[Problem]]] = {
    "house-parties": _house_parties,
    "flight": lambda told: flight_checks(told.opened()),
    "stock": lambda told: stock_checks(told.opened()),
}
