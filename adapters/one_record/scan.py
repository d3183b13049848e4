"""The safety pass over JSON bytes: bounds before any library sees them, then values with their places. Knows only JSON."""

import bisect
import json
import re
from typing import Any

import msgspec

from hub.problem import Code, Problem

LIMIT_BYTES = 32 * 1024 * 1024
LIMIT_DEPTH = 100
LIMIT_VALUES = 1_000_000

_STRINGS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^\[\]{}]++")
_TOKEN = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(\s*+:)?|([{}\[\]])|([-0-9][-+.0-9eE]*+|true|false|null)', re.DOTALL)
_UNPAIRED = re.compile("[\ud800-\udfff]")


class Number(str):
    """A JSON number as it is written; a string so that no digit is lost."""

    __slots__ = ()


class Item(msgspec.Struct, frozen=True, gc=False):
    """One JSON value and the character it begins at: text, :class:`Number`, bool, None, dict of items or list of items."""

    value: Any
    offset: int


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Turns an offset in characters into line and column, both from 1."""

    starts: list[int]

    @classmethod
    def of(cls, text: str) -> "Lines":
        """The line starts of a text; a line ends with LF, CR LF or CR."""
        return cls(starts=[0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))])

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        row = bisect.bisect_right(self.starts, offset)
        return row, offset - self.starts[row - 1] + 1


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """A document that passed: its text, its values with offsets (none after a fault), and what was wrong."""

    text: str
    top: Item | None
    lines: Lines
    problems: list[Problem]


def decode(raw: bytes) -> tuple[str, Problem | None]:
    """Bytes to text without byte order mark; JSON is UTF-8 (RFC 8259 section 8.1), with UTF-16 and 32 tolerated by their mark."""
    if len(raw) > LIMIT_BYTES:
        return "", Problem(
            code=Code.FILE_TOO_LARGE,
            message=f"The document has {len(raw)} bytes; at most {LIMIT_BYTES} are read. Send the objects one by one.",
            found=str(len(raw)),
            expected=f"at most {LIMIT_BYTES} bytes",
        )
    try:
        marked = raw[:2] in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb")
        return raw.decode(json.detect_encoding(raw) if marked else "utf-8"), None
    except UnicodeDecodeError as fault:
        before = raw[: fault.start].decode("utf-8", "replace")
        line, column = Lines.of(before).place(len(before))
        return "", Problem(
            code=Code.FILE_ENCODING,
            message=f"Byte {fault.start} is not UTF-8, the only encoding of JSON. Ask the sender to send UTF-8.",
            line=line,
            column=column,
            offset=len(before),
            byte_offset=fault.start,
            found=f"0x{raw[fault.start]:02x}" if fault.start < len(raw) else None,
            expected="UTF-8",
        )


def scan(text: str) -> Scanned:
    """Check a JSON text and give its values their places. Linear; deeper than 100 levels is refused before any parser runs."""
    lines = Lines.of(text)
    fault = _empty(text) or _too_deep(text, lines) or _invalid(text, lines)
    if fault:
        return Scanned(text=text, top=None, lines=lines, problems=[fault])
    problems: list[Problem] = []
    top = _values(text, lines, problems)
    return Scanned(text=text, top=top, lines=lines, problems=problems)


def _empty(text: str) -> Problem | None:
    if text.strip():
        return None
    return Problem(
        code=Code.FILE_EMPTY, message="The document has no content. Ask the sender to send it again.", line=1, column=1, offset=0
    )


def _too_deep(text: str, lines: Lines) -> Problem | None:
    brackets = _NOT_BRACKETS.sub("", _STRINGS.sub("", text))
    if len(brackets) > 2 * LIMIT_VALUES:
        return _limit(Code.ONE_SIZE, "objects and lists", str(len(brackets) // 2), str(LIMIT_VALUES))
    if brackets.count("{") + brackets.count("[") <= LIMIT_DEPTH:
        return None
    depth = 0
    for ordinal, mark in enumerate(brackets):
        depth += 1 if mark in "{[" else -1
        if depth > LIMIT_DEPTH:
            offset = _bracket(text, ordinal)
            line, column = lines.place(offset)
            return msgspec.structs.replace(
                _limit(Code.ONE_DEPTH, "levels", f"more than {LIMIT_DEPTH}", str(LIMIT_DEPTH)),
                line=line,
                column=column,
                offset=offset,
            )
    return None


def _bracket(text: str, ordinal: int) -> int:
    blanked = _STRINGS.sub(lambda found: " " * len(found[0]), text)
    places = re.finditer(r"[\[\]{}]", blanked)
    return next(found.start() for place, found in enumerate(places) if place == ordinal)


def _limit(code: Code, what: str, found: str, bound: str) -> Problem:
    return Problem(
        code=code,
        message=f"The document has {found} {what}; at most {bound} are read. Nothing of it was understood: "
        "send it in smaller parts.",
        found=found,
        expected=f"at most {bound} {what}",
    )


def _constant(name: str) -> Any:
    raise ValueError(name)


def _invalid(text: str, lines: Lines) -> Problem | None:
    try:
        json.loads(text, parse_constant=_constant, parse_int=len, parse_float=len)
    except json.JSONDecodeError as fault:
        return _syntax(text, lines, fault.pos, fault.msg)
    except (ValueError, RecursionError) as fault:
        found = re.search(r"NaN|-?Infinity", _STRINGS.sub(lambda one: " " * len(one[0]), text))
        return _syntax(text, lines, found.start() if found else 0, f"{fault} is no JSON value")
    return None


def _syntax(text: str, lines: Lines, offset: int, what: str) -> Problem:
    line, column = lines.place(offset)
    cut = offset >= len(text.rstrip()) or "Unterminated" in what
    return Problem(
        code=Code.FILE_TRUNCATED if cut and "Extra" not in what else Code.ONE_JSON,
        message=f"Not valid JSON at line {line} column {column}: {what}. Ask the sender to check the "
        "document with any JSON tool.",
        line=line,
        column=column,
        offset=offset,
        found=text[offset : offset + 20] or "end of file",
        expected=what,
    )


def _values(text: str, lines: Lines, problems: list[Problem]) -> Item:
    stack: list[tuple[Any, str, int]] = []
    keep: Any = []
    key = ""
    for token in _TOKEN.finditer(text):
        kind = token.lastindex
        value: Any
        if kind == 2:
            key = _string(token[1])
            if key in keep:
                problems.append(_duplicate(key, token.start(), lines))
            continue
        if kind == 3:
            mark = token[3]
            if mark in "]}":
                keep, key, _ = stack.pop()
                continue
            value = {} if mark == "{" else []
        else:
            value = _string(token[1]) if kind == 1 else _scalar(token[4])
        item = Item(value, token.start())
        if keep.__class__ is dict:
            keep[key] = item
        else:
            keep.append(item)
        if kind == 3:
            stack.append((keep, key, 0))
            keep = value
    top: Item = keep[0]
    return top


def _string(inner: str) -> str:
    if "\\" not in inner:
        return inner
    text: str = json.loads(f'"{inner}"')
    return _UNPAIRED.sub("\ufffd", text)


def _scalar(token: str) -> Any:
    return {"true": True, "false": False, "null": None}.get(token, Number(token))


def _duplicate(key: str, offset: int, lines: Lines) -> Problem:
    line, column = lines.place(offset)
    return Problem(
        code=Code.ONE_DUPLICATE,
        message=f"The key {key!r} stands twice in one object; readers take the last one. Ask the sender which was meant.",
        line=line,
        column=column,
        offset=offset,
        found=key,
        element=key,
        expected="each key once",
    )
