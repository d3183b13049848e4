"""Several messages where one may not hold all: a house list a house at a time, a message of more than 3,500 characters in parts.

Knows tables, trees and lines; knows no meaning. Sources: reference/cargo-imp.md sections 1 (splitting) and 4 (parties).
"""

import re
from collections.abc import Iterator, Sequence

from adapters.cargo_imp.layout import Option, Row, Table
from hub.syntax import Node

LONGEST_MESSAGE = 3500
MOST_PARTS = 99
_PARTIES = ("SHP", "CNE", "CVD")
_END = len("\nPART/99/CONT\r\n")
CUSTOMS = "OCI"
_OWN_SUBJECT = "/[A-Z]{2}/|/[A-Z]{0,2}/[A-Z0-9]{3}/"


def messages(table: Table, root: Node) -> Sequence[Node]:
    """The message itself; or, where a house with parties stands beside others, one message for each house (section 4).

    What is a part already is not taken apart again.
    """
    if table.check != "house-parties" or root.first("PART") is not None:
        return (root,)
    houses = list(root.all("house"))
    if len(houses) < 2 or not any(child.name in _PARTIES for house in houses for child in house.children):
        return (root,)
    around = [child for child in root.children if child.name != "house"]
    return [Node(root.name, root.elements, [*around, house]) for house in houses]


def size(text: str) -> int:
    """Characters on the wire of lines joined by line feeds, line ends and all."""
    return len(text) + text.count("\n") + 2


class Parting:
    """Where messages of one table may be parted."""

    def __init__(self, table: Table) -> None:
        self._marked = any(row.name == "PART" for row in table.rows)
        starts = "|".join(sorted(one for one in _starts(table) if one.isalnum())) or "(?!)"
        self._begins = re.compile(rf"\n(?:(?P<consignment>[0-9])|(?:{starts})(?=/|\n|\Z)|(?P<subject>{_OWN_SUBJECT}))")

    def parts(self, text: str) -> list[str]:
        """The message in parts, each with its first two lines and its mark; no parts where the table has none or they would not
        be short enough."""
        top, _, body = text.partition("\n")
        if not self._marked or text.startswith("PART/", text.rfind("\n") + 1):
            return []
        parts: list[list[str]] = []
        room = 0
        for first, unit in self._units(body):
            if parts and not unit[0].isdigit() and size(unit) <= room:
                parts[-1].append(unit)
            else:
                parts.append([top, *_opened(first, unit)])
                room = LONGEST_MESSAGE - _END + size(unit) - sum(map(size, parts[-1]))
            room -= size(unit)
            if room < 0:
                return []
        return _marked(parts) if 1 < len(parts) <= MOST_PARTS else []

    def _units(self, body: str) -> Iterator[tuple[str, str]]:
        """The runs of lines that must stay together, each with the first text line it is told under."""
        first, start, customs = _line(body, 0), 0, False
        for found in self._begins.finditer(body):
            if found.lastgroup == "subject" and not customs:
                continue
            yield first, body[start : found.start()]
            start = found.start() + 1
            first = _line(body, start) if found.lastgroup == "consignment" else first
            customs = customs if found.lastgroup == "subject" else body.startswith(CUSTOMS, start)
        yield first, body[start:]


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start:] if end < 0 else text[start:end]


def _opened(first: str, unit: str) -> list[str]:
    """The unit at the beginning of a part: behind the first text line, its customs lines with their identifier."""
    if _line(unit, 0) == first:
        return [unit]
    return [first, CUSTOMS + unit if unit.startswith("/") else unit]


def _marked(parts: Sequence[Sequence[str]]) -> list[str]:
    last = len(parts)
    return ["\n".join([*part, f"PART/{at}/{'LAST' if at == last else 'CONT'}"]) for at, part in enumerate(parts, 1)]


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
