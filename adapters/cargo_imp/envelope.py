"""Takes a file apart into Type-B headings and messages, with the place of each. Knows no message's content.

Headings are recognised backwards from a message's first line, so that whatever else stands around them is only a stray line.
Source: reference/cargo-imp.md section 2.
"""

import re
from dataclasses import dataclass

from adapters.cargo_imp.heading import FileLine, framed, heading_begins
from adapters.cargo_imp.names import ANSWERS, HANDLING, UNVERSIONED, is_message
from adapters.cargo_imp.parts import missing_parts
from adapters.cargo_imp.text import Decoded
from hub.envelope import Frame, Part, Split
from hub.problem import Code, Problem

FORMAT = "cargo-imp"
END_OF_MESSAGE = "NNNN"
MARKS = " \t\r\x00\x01\x02\x03\x1a"
FIRST_LINE = re.compile(r"([A-Z]{3})(?:/([0-9]{1,3})?)?", re.IGNORECASE)
CONSIGNMENT = re.compile(rf"\n[{MARKS}\n]*(?:MBI/)?[0-9]{{3}}-[0-9]{{8}}", re.IGNORECASE)
"""The line behind a first line that tells no version, or tells it in small letters: nothing else looks like it."""
ONE_LINE = re.compile(r"([A-Z]{3})/([0-9]{1,3}) +[0-9]{3}-[0-9]{8}.*")
_LATER_HEAD = re.compile(
    rf"\n[{MARKS}]*(?:[A-Z]{{3}}/[0-9]{{1,3}}(?:[{MARKS}]*(?:\n|\Z)| +[0-9]{{3}}-[0-9]{{8}})"
    rf"|(?:{'|'.join(sorted({*UNVERSIONED, *HANDLING}))})[{MARKS}]*(?:\n|\Z))"
)
"""Whatever might begin a second message; more than what does."""


@dataclass(frozen=True, slots=True)
class _Head:
    """The first line of a message: where it stands, its name and version, and where its heading begins."""

    at: int
    name: str
    version: str
    heading: int


def lines_of(text: str) -> list[FileLine]:
    """The lines of a text; marks of the transmission (SOH, STX, ETX, SUB) at their ends are taken off."""
    found, offset = [], 0
    for number, raw in enumerate(text.split("\n"), 1):
        stripped = raw.strip(MARKS)
        found.append(FileLine(number, offset, stripped, raw.find(stripped) if stripped else 0))
        offset += len(raw) + 1
    return found


def split(decoded: Decoded) -> Split:
    """The headings and messages of a decoded file."""
    return _only_message(decoded) or _taken_apart(decoded)


def _only_message(decoded: Decoded) -> Split | None:
    """The common file: its first line names a message, no later line might, and there is nothing behind it. Needs no lines."""
    text = decoded.text
    raw = text.partition("\n")[0]
    first = raw.strip(MARKS)
    named = _named(first, text) if 3 <= len(first) < 400 else None
    filled = text.rstrip(MARKS + "\n")
    if named is None or f"\n{END_OF_MESSAGE}" in text or _LATER_HEAD.search(text, len(raw)):
        return None
    indent, stop = raw.find(first), text.find("\n", len(filled)) + 1
    part = Part(
        format=FORMAT,
        type=named[0],
        version=named[1],
        text=text[indent : stop or len(text)],
        line=1,
        column=indent + 1,
        offset=indent,
    )
    return Split(format=FORMAT, parts=[part], problems=list(decoded.problems))


def _taken_apart(decoded: Decoded) -> Split:
    lines = lines_of(decoded.text)
    heads = _heads(lines, decoded.text)
    frames: list[Frame] = []
    parts, problems = [], list(decoded.problems)
    end = 0
    for place, head in enumerate(heads):
        problems += _stray(lines[end : head.heading]) if place == 0 else []
        frame = framed(lines[head.heading : head.at])
        if frame is not None:
            frames.append(frame)
        end = heads[place + 1].heading if place + 1 < len(heads) else len(lines)
        last = _last(lines, head, end)
        parts.append(_part(decoded.text, lines, head, last, len(frames) - 1 if frame else None))
        problems += _stray(lines[last:end])
    if not heads and not any(one.code in (Code.FILE_EMPTY, Code.FILE_BINARY) for one in problems):
        problems.append(_nothing(lines))
    problems += missing_parts(parts)
    return Split(format=FORMAT, frames=frames, parts=parts, problems=problems)


def _heads(lines: list[FileLine], text: str) -> list[_Head]:
    heads: list[_Head] = []
    for at, line in enumerate(lines):
        rest = text[line.offset :] if not heads and len(line.text) < 8 else ""
        named = _named(line.text, rest, first=not heads) if 3 <= len(line.text) < 400 else None
        if named is None and not (heads and line.text in HANDLING):
            continue
        heading = heading_begins(lines, at, heads[-1].at + 1 if heads else 0)
        if named is None:
            # A bare name may be a station too (SCM): a later message of the handling manuals has a heading of its own.
            named = (line.text, "0") if framed(lines[heading:at]) is not None else None
        if named is None:
            continue
        answering = bool(heads) and heads[-1].name in ANSWERS
        if answering and named[0] not in ANSWERS and _quoted(lines, heads[-1], heading, at):
            continue
        heads.append(_Head(at, named[0], named[1], heading))
    return heads


def _quoted(lines: list[FileLine], answer: _Head, heading: int, at: int) -> bool:
    """Whether a message behind an answer is the one it answers: without a heading, or with the heading it had on its way there.

    That heading stands behind an answer that has none itself, or comes from whom the answer goes to.
    """
    inner, around = framed(lines[heading:at]), framed(lines[answer.heading : answer.at])
    return inner is None or around is None or inner.origin in around.recipients


def _named(line: str, text: str, *, first: bool = True) -> tuple[str, str] | None:
    """The name and version a line tells; ``text`` begins with the line where it is the file's first to tell any."""
    found = FIRST_LINE.fullmatch(line) or ONE_LINE.fullmatch(line)
    if found is None:
        return None
    name, version = found[1].upper(), found[2]
    if name != found[1] or (version is None and name not in UNVERSIONED):
        told = first and is_message(name) and CONSIGNMENT.match(text, text.find("\n")) is not None
        handling = first and name in HANDLING and line == name
        return (name, str(int(version or 0)) if version else "") if told else (name, "0") if handling else None
    if version is None:
        return (name, "0") if line == name else None
    return (name, str(int(version))) if is_message(name) or first else None


def _last(lines: list[FileLine], head: _Head, end: int) -> int:
    """The index behind a message's last line: the end sign, or what comes next."""
    return next((at for at in range(head.at + 1, end) if lines[at].text == END_OF_MESSAGE), end)


def _part(text: str, lines: list[FileLine], head: _Head, end: int, frame: int | None) -> Part:
    first = lines[head.at]
    start = first.offset + first.indent
    last = end
    while last > head.at + 1 and lines[last - 1].text in ("", END_OF_MESSAGE):
        last -= 1
    stop = lines[last].offset if last < len(lines) else len(text)
    return Part(
        format=FORMAT,
        type=head.name,
        version=head.version,
        text=text[start:stop],
        line=first.number,
        column=first.indent + 1,
        offset=start,
        frame=frame,
    )


def _stray(lines: list[FileLine]) -> list[Problem]:
    """One warning for whatever stands before a heading and belongs to no message."""
    left = [line for line in lines if line.text not in ("", END_OF_MESSAGE)]
    if not left:
        return []
    first = left[0]
    return [
        Problem(
            code=Code.IMP_HEADING,
            message=f"{len(left)} line(s) outside the message belong to no heading we know; kept with the file",
            line=first.number,
            column=first.indent + 1,
            offset=first.offset + first.indent,
            found=first.text[:80],
            expected="address lines, an origin line, or the message's name and version",
        )
    ]


def _nothing(lines: list[FileLine]) -> Problem:
    first = next((line for line in lines if line.text), lines[0])
    return Problem(
        code=Code.TYPE_UNKNOWN,
        message="no line names a message: expected a line like FWB/17",
        line=first.number,
        column=first.indent + 1,
        offset=first.offset + first.indent,
        found=first.text[:80] or None,
        expected="a message name and version",
    )
