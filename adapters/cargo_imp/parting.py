"""Several messages where one may not hold all: a house list a house at a time, a message of more than 3,500 characters in parts.

Knows tables, trees and lines; knows no meaning. Sources: reference/cargo-imp.md sections 1 (splitting) and 4 (parties).
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from adapters.cargo_imp.layout import Option, Row, Table
from hub.syntax import Node

LONGEST_MESSAGE = 3500
MOST_PARTS = 99
_PARTIES = ("SHP", "CNE", "CVD")
_END = len("\nPART/99/CONT\r\n")
CUSTOMS = "OCI"
_OWN_SUBJECT = re.compile(r"/[A-Z]{2}/|/[A-Z]{0,2}/[A-Z0-9]{3}/")


def messages(table: Table, root: Node) -> Sequence[Node]:
    """The message itself; or, where a house with parties stands beside others, one message for each house (section 4).

    What is a part already is not taken apart again.
    """
    if table.check != "house-parties" or root.first("PART") is not None:
        return (root,)
    houses = list(root.all("house"))
    if len(houses) < 2 or not any(_has_parties(house) for house in houses):
        return (root,)
    around = [child for child in root.children if child.name != "house"]
    return [Node(root.name, root.elements, [*around, house]) for house in houses]


def _has_parties(house: Node) -> bool:
    return any(child.name in _PARTIES for child in house.children)


def size(lines: Sequence[str]) -> int:
    """Characters on the wire, line ends and all."""
    return sum(map(len, lines)) + 2 * len(lines)


def in_parts(table: Table, lines: Sequence[str]) -> list[list[str]]:
    """The lines as parts of one message, each with the first two lines and its mark; no parts where the table has none or
    they would not be short enough."""
    if not any(row.name == "PART" for row in table.rows) or lines[-1].startswith("PART/"):
        return []
    parts: list[list[str]] = []
    for first, unit in _short(_units(_starts(table), lines), lines[0]):
        whole = [*parts[-1], *unit] if parts else []
        if parts and not _is_consignment(unit[0]) and size(whole) + _END <= LONGEST_MESSAGE:
            parts[-1] = whole
        else:
            parts.append([lines[0], *_opened(first, unit)])
    if not 1 < len(parts) <= MOST_PARTS or any(size(part) + _END > LONGEST_MESSAGE for part in parts):
        return []
    last = len(parts)
    return [[*part, f"PART/{at}/{'LAST' if at == last else 'CONT'}"] for at, part in enumerate(parts, 1)]


def _short(units: Iterator[tuple[str, list[str]]], head: str) -> Iterator[tuple[str, list[str]]]:
    """The runs, those that fill more than a part cut before customs lines with a subject of their own."""
    for first, unit in units:
        if size([head, *_opened(first, unit)]) + _END <= LONGEST_MESSAGE:
            yield first, unit
            continue
        cuts = [at for at, line in enumerate(unit) if at and _OWN_SUBJECT.match(line) and _is_customs(unit, at)]
        for start, end in itertools.pairwise([0, *cuts, len(unit)]):
            yield first, unit[start:end]


def _is_customs(unit: Sequence[str], at: int) -> bool:
    """Whether a line belongs to the customs lines above it."""
    return next((line.startswith(CUSTOMS) for line in reversed(unit[:at]) if not line.startswith("/")), False)


def _opened(first: str, unit: list[str]) -> list[str]:
    """The unit at the beginning of a part: behind the first text line, its customs lines with their identifier."""
    if unit[0] == first:
        return unit
    return [first, *([CUSTOMS + unit[0], *unit[1:]] if unit[0].startswith("/") else unit)]


def _units(starts: frozenset[str], lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The runs of lines that must stay together, each with the first text line it is told under."""
    first, unit, customs = lines[1], [lines[1]], False
    for line in lines[2:]:
        begins = _is_consignment(line) or line.partition("/")[0] in starts
        if begins or (customs and _OWN_SUBJECT.match(line)):
            yield first, unit
            customs = line.startswith(CUSTOMS) if begins else customs
            first, unit = (line if _is_consignment(line) else first), [line]
        else:
            unit.append(line)
    yield first, unit


def _is_consignment(line: str) -> bool:
    return line[:1].isdigit()


def _starts(table: Table) -> frozenset[str]:
    """What the lines begin with at which a message may be parted: those of its own rows, or of its consignment's."""
    first = table.rows[0]
    rows = first.options[0].rows if first.most > 1 and first.options[0].rows else table.rows
    below = {key for row in rows for option in row.options for inner in _below(option) for key in _keys(inner)}
    own = {key for row in rows for option in row.options for key in _first_keys(option)}
    return frozenset(own - below)


def _below(option: Option) -> Sequence[Row]:
    """The rows whose lines stand behind the first line of an option."""
    return option.rows if option.line is not None else option.rows[1:]


def _keys(row: Row) -> Iterator[str]:
    for option in row.options:
        yield from _first_keys(option)
        for inner in option.rows:
            yield from _keys(inner)


def _first_keys(option: Option) -> Iterator[str]:
    if option.line is not None:
        yield from option.line.keys
    elif option.joined:
        yield option.name
    else:
        yield from (key for inner in option.rows[0].options for key in _first_keys(inner))
