"""A JSON scanner that keeps places: every value with its span, what stood before a fault, bounded depth. Knows no layout."""

import bisect
import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from hub.problem import Code

MAX_DEPTH = 32
"""Levels of nesting; our own documents have at most 7."""

_BLANK = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_WORD = re.compile(r"true|false|null")
_LINE_END = re.compile(r"\r\n|\n|\r")
_SHOWN = 24
_NONE: Any = ()
"""Scalars share it: two empty lists for each would be most of the work."""


class Member(msgspec.Struct, gc=False):
    """One member of an object: its name, the offset of the name, its value."""

    name: str
    at: int
    value: "Value"


class Value(msgspec.Struct, kw_only=True, gc=False):
    """One JSON value and its span. ``kind``: object array string number boolean null; ``text``: decoded string or literal.

    ``members`` stand in their order, twice where they stand twice. A tree of these has no cycles, so the collector is spared.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    members: list[Member] = _NONE
    items: list["Value"] = _NONE

    def member(self, name: str) -> "Value | None":
        """The first member of a name."""
        return next((one.value for one in self.members if one.name == name), None)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why and where scanning stopped."""

    code: Code
    offset: int
    expected: str
    found: str


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, up to the fault if there is one."""

    value: Value | None
    fault: Fault | None


class Lines:
    """Offsets of a text as line and column, counted on from where the text begins in its file."""

    def __init__(self, text: str, line: int = 1, column: int = 1, offset: int = 0) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._line, self._column, self._offset = line, column, offset

    def place(self, at: int) -> tuple[int, int, int]:
        """Line and column from 1, offset from 0, in the file."""
        row = bisect.bisect_right(self._starts, at) - 1
        column = at - self._starts[row] + 1 + (self._column - 1 if row == 0 else 0)
        return self._line + row, column, self._offset + at


class _Stop(Exception):
    """Scanning cannot go on."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.expected)
        self.fault = fault


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def stop(self, expected: str, at: int | None = None, code: Code = Code.PARTNER_JSON_SYNTAX) -> _Stop:
        where = self.at if at is None else at
        found = self.text[where : where + _SHOWN]
        return _Stop(Fault(code=code, offset=where, expected=expected, found=found or "end of text"))

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, char: str) -> bool:
        self.blank()
        if self.text.startswith(char, self.at):
            self.at += 1
            return True
        return False

    def value(self, attach: Callable[[Value], None], depth: int) -> None:
        """Read one value; containers are attached when opened, so that a fault inside leaves what came before it."""
        self.blank()
        char = self.text[self.at : self.at + 1]
        if char not in ("{", "["):
            attach(self.scalar(char))
            return
        if depth >= MAX_DEPTH:
            raise self.stop(f"at most {MAX_DEPTH} levels of nesting", code=Code.PARTNER_JSON_DEPTH)
        holder = Value(kind="object" if char == "{" else "array", start=self.at, end=len(self.text), members=[], items=[])
        attach(holder)
        self.at += 1
        (self.members if char == "{" else self.items)(holder, depth + 1)
        holder.end = self.at

    def members(self, holder: Value, depth: int) -> None:
        if self.take("}"):
            return
        while True:
            self.blank()
            start = self.at
            name = self.string("a member name in double quotes")
            if not self.take(":"):
                raise self.stop("':' after the member name")
            self.value(partial(_attach_member, holder, name, start), depth)
            if self.take("}"):
                return
            if not self.take(","):
                raise self.stop("',' or '}' after the member")

    def items(self, holder: Value, depth: int) -> None:
        if self.take("]"):
            return
        while True:
            self.value(holder.items.append, depth)
            if self.take("]"):
                return
            if not self.take(","):
                raise self.stop("',' or ']' after the item")

    def scalar(self, char: str) -> Value:
        start = self.at
        if char == '"':
            text = self.string("a string")
            return Value(kind="string", start=start, end=self.at, text=text)
        match = _NUMBER.match(self.text, start) or _WORD.match(self.text, start)
        if match is None:
            raise self.stop("a value: an object, a list, a string, a number, true, false or null")
        self.at = match.end()
        word = match[0]
        kind = {"null": "null", "true": "boolean", "false": "boolean"}.get(word, "number")
        return Value(kind=kind, start=start, end=self.at, text=word)

    def string(self, expected: str) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            closed = "a string closed by double quotes, its control characters escaped"
            raise self.stop(closed if self.text.startswith('"', self.at) else expected)
        start, self.at = self.at, match.end()
        return match[0][1:-1] if "\\" not in match[0] else self.unescaped(match[0], start)

    def unescaped(self, literal: str, start: int) -> str:
        try:
            text: str = json.loads(literal)
            text.encode()
        except json.JSONDecodeError as fault:
            raise self.stop('an escape of JSON: one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX', start + fault.pos) from None
        except UnicodeEncodeError:
            raise self.stop("pairs of surrogates, none alone", start) from None
        return text


def _attach_member(holder: Value, name: str, start: int, value: Value) -> None:
    holder.members.append(Member(name, start, value))


def scan(text: str) -> Scanned:
    """The one JSON value of a text (RFC 8259), or what there is of it before a fault. Never raises."""
    scanner, found = _Scanner(text), list[Value]()
    try:
        scanner.value(found.append, 0)
        scanner.blank()
        if scanner.at < len(text):
            raise scanner.stop("nothing after the document; several documents stand in a list")
    except _Stop as stopped:
        return Scanned(value=found[0] if found else None, fault=stopped.fault)
    return Scanned(value=found[0], fault=None)
