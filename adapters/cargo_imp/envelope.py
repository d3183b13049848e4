"""Takes a file apart into Type-B headings and messages, with the place of each. Knows no message's content.

Headings are recognised backwards from a message's first line, so that whatever else stands around them is only a stray line.
Source: reference/cargo-imp.md section 2.
"""

import re
from dataclasses import dataclass

from adapters.cargo_imp.names import ANSWERS, HANDLING, UNVERSIONED, is_message
from adapters.cargo_imp.text import Decoded
from hub.envelope import Frame, Part, Split
from hub.problem import Code, Problem

FORMAT = "cargo-imp"
MARKS = " \t\r\x00\x01\x02\x03\x1a"
FIRST_LINE = re.compile(r"([A-Z]{3})(?:/([0-9]{1,3}))?")
ONE_LINE = re.compile(r"([A-Z]{3})/([0-9]{1,3}) +[0-9]{3}-[0-9]{8}.*")
_LATER_HEAD = re.compile(
    rf"\n[{MARKS}]*(?:[A-Z]{{3}}/[0-9]{{1,3}}(?:[{MARKS}]*(?:\n|\Z)| +[0-9]{{3}}-[0-9]{{8}})"
    rf"|(?:{'|'.join(sorted({*UNVERSIONED, *HANDLING}))})[{MARKS}]*(?:\n|\Z))"
)
"""Whatever might begin a second message; more than what does."""
_ADDRESSES = re.compile(r"(?:(Q[A-Z]) ?)?((?:[A-Z][A-Z0-9]{6})(?: +[A-Z][A-Z0-9]{6})*)")
_SHORT_ADDRESSES = re.compile(r"(Q[A-Z]) +([A-Z][A-Z0-9]{5,7}(?: +[A-Z][A-Z0-9]{5,7})*)")
_ORIGIN = re.compile(r"\.([A-Z][A-Z0-9]{6})(?: +([0-9]{6}))?(?: +(.*))?")
_PIMA = re.compile(r"[A-Z0-9]{3}[A-Z]{3}[0-9]{2}[A-Z0-9]*(?:/[A-Z0-9]+)*")
_PRIORITY = re.compile(r"Q[UKPDXSCN]")


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of the file: its number from 1, its offset, its text without marks, and how many marks stood before it."""

    number: int
    offset: int
    text: str
    indent: int


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
    named = _named(first, first=True) if 3 <= len(first) < 400 else None
    filled = text.rstrip(MARKS + "\n")
    if named is None or filled.endswith("NNNN") or _LATER_HEAD.search(text, len(raw)):
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
    heads = _heads(lines)
    frames: list[Frame] = []
    parts, problems = [], list(decoded.problems)
    end = 0
    for place, head in enumerate(heads):
        problems += _stray(lines[end : head.heading])
        frame = _frame(lines[head.heading : head.at])
        if frame is not None:
            frames.append(frame)
        end = heads[place + 1].heading if place + 1 < len(heads) else len(lines)
        parts.append(_part(decoded.text, lines, head, end, len(frames) - 1 if frame else None))
    if not heads and not any(one.code in (Code.FILE_EMPTY, Code.FILE_BINARY) for one in problems):
        problems.append(_nothing(lines))
    return Split(format=FORMAT, frames=frames, parts=parts, problems=problems)


def _heads(lines: list[FileLine]) -> list[_Head]:
    heads: list[_Head] = []
    for at, line in enumerate(lines):
        named = _named(line.text, first=not heads) if 3 <= len(line.text) < 400 else None
        if named is None and not (heads and line.text in HANDLING):
            continue
        heading = _heading_begins(lines, at, heads[-1].at + 1 if heads else 0)
        if named is None:
            # A bare name may be a station too (SCM): a later message of the handling manuals has a heading of its own.
            named = (line.text, "0") if _frame(lines[heading:at]) is not None else None
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
    inner, around = _frame(lines[heading:at]), _frame(lines[answer.heading : answer.at])
    return inner is None or around is None or inner.origin in around.recipients


def _named(text: str, *, first: bool) -> tuple[str, str] | None:
    found = FIRST_LINE.fullmatch(text) or ONE_LINE.fullmatch(text)
    if found is None:
        return None
    name, version = found[1], found[2]
    if version is None:
        return (name, "0") if name in UNVERSIONED or (first and name in HANDLING) else None
    return (name, str(int(version))) if is_message(name) or first else None


def _heading_begins(lines: list[FileLine], at: int, floor: int) -> int:
    """The index of the first heading line above a message's first line; ``at`` itself when there is no heading."""
    begin, place = at, at - 1
    if place >= floor and lines[place].text == "=TEXT":
        return _labelled_begins(lines, place, floor)
    seen_origin = False
    while place >= floor:
        text = lines[place].text
        if text == "" or text == "PDM":
            place -= 1
            begin = place + 1 if text else begin
            continue
        if _ORIGIN.fullmatch(text) and not seen_origin:
            seen_origin = True
        elif not (seen_origin and (_address(text) or text.startswith("ZCZC"))):
            break
        begin = place
        place -= 1
    return begin


def _labelled_begins(lines: list[FileLine], place: int, floor: int) -> int:
    begin = place
    while place >= floor:
        if lines[place].text.startswith("="):
            begin = place
        if lines[place].text == "=HEADER":
            return place
        place -= 1
    return begin


def _address(text: str) -> re.Match[str] | None:
    return _ADDRESSES.fullmatch(text) or _SHORT_ADDRESSES.fullmatch(text)


def _frame(heading: list[FileLine]) -> Frame | None:
    if not heading:
        return None
    if any(line.text == "=TEXT" for line in heading):
        return _labelled(heading)
    priority, recipients, origin, said_at, rest = None, list[str](), None, None, ""
    for line in heading:
        at = _ORIGIN.fullmatch(line.text)
        found = _address(line.text)
        if at is not None:
            origin, said_at, rest = at[1], at[2], at[3] or ""
        elif found is not None:
            priority = priority or found[1]
            recipients += [one for one in found[2].split() if one not in recipients]
    return _framed(priority, recipients, origin, said_at, rest, duplicate=any(line.text == "PDM" for line in heading))


def _framed(
    priority: str | None, recipients: list[str], origin: str | None, said_at: str | None, rest: str, *, duplicate: bool
) -> Frame:
    pima = next((word for word in rest.split() if _PIMA.fullmatch(word)), None)
    return Frame(
        layer="type-b",
        priority=priority,
        origin=origin,
        recipients=recipients,
        sender=pima or origin,
        control_reference=rest.strip() or None if pima is None else None,
        said_at=_moment(said_at),
        author=pima or origin,
        possible_duplicate=duplicate,
    )


def _moment(text: str | None) -> str | None:
    """DDHHMM as ``--DDTHH:MM``: month and year are inferred from the receipt by whoever knows it. None when it is no time."""
    if text is None or not (1 <= int(text[:2]) <= 31 and int(text[2:4]) < 24 and int(text[4:]) < 60):
        return None
    return f"--{text[:2]}T{text[2:4]}:{text[4:]}"


def _labelled(heading: list[FileLine]) -> Frame:
    """A file with ``=PRIORITY``, ``=DESTINATION TYPE B``, ``=ORIGIN``, ``=MSGID`` labels."""
    values: dict[str, list[str]] = {}
    label = ""
    for line in heading:
        if line.text.startswith("="):
            label = line.text[1:].split()[0] if line.text[1:].split() else ""
        elif line.text:
            values.setdefault(label, []).append(line.text)
    places = [text.rpartition(",")[2].strip() for text in values.get("DESTINATION", [])]
    origin, *rest = [*" ".join(values.get("ORIGIN", [])).split(), ""]
    stamp = next((word for word in " ".join(values.get("MSGID", [])).split() if re.fullmatch("[0-9]{6}", word)), None)
    found = _framed(None, places, origin or None, stamp, " ".join(rest), duplicate="PDM" in values.get("TEXT", []))
    priority = next((text for text in values.get("PRIORITY", []) if _PRIORITY.fullmatch(text)), None)
    return Frame(**{name: getattr(found, name) for name in found.__struct_fields__ if name != "priority"}, priority=priority)


def _part(text: str, lines: list[FileLine], head: _Head, end: int, frame: int | None) -> Part:
    first = lines[head.at]
    start = first.offset + first.indent
    last = end
    while last > head.at + 1 and lines[last - 1].text in ("", "NNNN"):
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
    left = [line for line in lines if line.text not in ("", "NNNN")]
    if not left:
        return []
    first = left[0]
    return [
        Problem(
            code=Code.IMP_HEADING,
            message=f"{len(left)} line(s) before the message belong to no heading we know; kept with the file",
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
