"""Several messages where one may not hold all: a house list a house at a time, a message of more than 3,500 characters in parts.

Knows tables, trees and lines; knows no meaning. Sources: reference/cargo-imp.md sections 1 (splitting) and 4 (parties).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

from adapters.cargo_imp.layout import Option, Row, Table
from hub.problem import Code, Problem
from hub.syntax import Node

LONGEST_MESSAGE = 3500
MOST_PARTS = 99
_NAME = attrgetter("name")
_PARTIES = frozenset(("SHP", "CNE", "CVD"))
_END = len("\nPART/99/CONT\r\n")
CUSTOMS = "OCI"
_OWN_SUBJECT = re.compile(r"\n(?:/[A-Z]{2}/|/[A-Z]{0,2}/[A-Z0-9]{3}/)")
_CONSIGNMENTS = re.compile(r"\n(?=[0-9])")
_CUSTOMS_LINES = re.compile(rf"\n{CUSTOMS}[^\n]*(?:\n/[^\n]*)*")


def messages(table: Table, root: Node) -> Sequence[Node]:
    """The message itself; or, where a house with parties stands beside others, one message for each house (section 4).

    What is a part already is not taken apart again.
    """
    if table.check != "house-parties" or root.first("PART") is not None:
        return (root,)
    houses = [child for child in root.children if child.name == "house"]
    if len(houses) < 2 or not any(_has_parties(house) for house in houses):
        return (root,)
    around = [child for child in root.children if child.name != "house"]
    return [Node(root.name, root.elements, [*around, house]) for house in houses]


def without_lone_consignees(table: Table, root: Node) -> tuple[Node, list[Problem]]:
    """The message without consignees of houses that have no shipper: they may not stand there alone (section 4)."""
    lone = [house for house in root.children if house.name == "house" and house.first("SHP") is None and house.first("CNE")]
    if table.check != "house-parties" or not lone:
        return root, []
    problems = [_lone(table, house) for house in lone]
    kept = [_without(child, "CNE") if child in lone else child for child in root.children]
    return Node(root.name, root.elements, kept), problems


def _without(node: Node, name: str) -> Node:
    return Node(node.name, node.elements, [child for child in node.children if child.name != name])


def _lone(table: Table, house: Node) -> Problem:
    consignee, summary = house.first("CNE"), house.first("HBS")
    text = " ".join(one.text for node in (consignee.walk() if consignee else ()) for one in node.elements.values())
    named = summary.text("house_waybill") if summary else None
    return Problem(
        code=Code.NOT_EXPRESSIBLE,
        message=f"CNE of house waybill {named}: {table.type} has no consignee without a shipper; left out",
        segment="CNE",
        found=text[:80] or None,
    )


def _has_parties(house: Node) -> bool:
    return not _PARTIES.isdisjoint(map(_NAME, house.children))


def size(text: str) -> int:
    """Characters on the wire of lines joined by line feeds, line ends and all."""
    return len(text) + text.count("\n") + 2


class Parting:
    """Where messages of one table may be parted."""

    def __init__(self, table: Table) -> None:
        self._marked = any(row.name == "PART" for row in table.rows)
        keys = "|".join(sorted(one for one in _starts(table) if one.isalnum())) or "(?!)"
        self._begins = re.compile(rf"\n(?:{keys})(?=/|\n|\Z)")

    def parts(self, text: str) -> list[str]:
        """The message in parts, each with its first two lines and its mark; no parts where the table has none or they would not
        be short enough."""
        top, _, body = text.partition("\n")
        if not self._marked or text.startswith("PART/", text.rfind("\n") + 1):
            return []
        parts: list[str] = []
        for consignment in _CONSIGNMENTS.split(body):
            pieces = self._pieces(consignment, LONGEST_MESSAGE - _END - size(top))
            if not pieces:
                return []
            parts += pieces
        last = len(parts)
        marks = (f"PART/{at}/{'LAST' if at == last else 'CONT'}" for at in range(1, last + 1))
        return [f"{top}\n{part}\n{mark}" for part, mark in zip(parts, marks, strict=True)] if 1 < last <= MOST_PARTS else []

    def _pieces(self, body: str, room: int) -> list[str]:
        """Each as long as it may be; behind the first text line, customs lines with their identifier. None if one is too long."""
        ends = [*self._places(body, room), len(body)]
        pieces, begin, opening = list[str](), 0, ""
        while begin < len(body):
            near = ends[bisect_right(ends, begin) : bisect_right(ends, begin + room)]
            piece = next((one for end in reversed(near) if size(one := opening + body[begin:end]) <= room), None)
            if piece is None:
                return []
            pieces.append(piece)
            begin += len(piece) - len(opening) + 1
            opening = _line(body) + "\n" + (CUSTOMS if body.startswith("/", begin) else "")
        return pieces

    def _places(self, body: str, room: int) -> list[int]:
        """Where lines end that the next may be parted from: behind each customs subject too, of a house only if it must be."""
        places = [found.start() for found in self._begins.finditer(body)]
        more = list[int]()
        for begin, end in pairwise([*places, len(body)]) if "\n" + CUSTOMS in body else ():
            if body.startswith(CUSTOMS, begin + 1):
                more += [found.start() for found in _OWN_SUBJECT.finditer(body, begin + 1, end)]
            elif end - begin > room:
                for lines in _CUSTOMS_LINES.finditer(body, begin + 1, end):
                    more += [found.start() for found in _OWN_SUBJECT.finditer(body, lines.start() + 1, lines.end())]
        return sorted(places + more)


def _line(text: str) -> str:
    return text.partition("\n")[0]


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
