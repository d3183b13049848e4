"""A file taken apart into its documents: one object, or a list of them. Brackets only, so one broken document spares the next."""

import re
from collections.abc import Iterator

import msgspec

from adapters.partner_api.scan import Lines, Value, scan
from hub.envelope import Frame, Part, Split
from hub.problem import Code, Problem

FORMAT = "partner"
MAX_BYTES = 8 * 1024 * 1024
MARKER = "waybridge"

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_MARK = re.compile(r"([a-z][a-z-]{0,40})/([0-9]{1,4})", re.ASCII)


class Span(msgspec.Struct, frozen=True):
    """Where one document stands in the text."""

    start: int
    end: int


def spans(text: str) -> tuple[list[Span], int | None]:
    """The documents of a file, and the offset where its list should have been closed, when it is not or goes on after."""
    begin = len(text) - len(text.lstrip(" \t\r\n"))
    if not text.startswith("[", begin):
        return [Span(begin, len(text.rstrip(" \t\r\n")))], None
    found: list[Span] = []
    end = begin + 1
    for start, end, closing in _items(text, begin):
        found.append(_trimmed(text, start, end))
        if closing:
            rest = text[end + 1 :]
            return _without_lone_blank(found), None if not rest.strip() else end + 1 + len(rest) - len(rest.lstrip())
    return found, len(text)


def _items(text: str, begin: int) -> Iterator[tuple[int, int, bool]]:
    depth, start = 1, begin + 1
    for match in _TOKEN.finditer(text, begin + 1):
        char = match[0]
        if char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
            if depth <= 0:
                yield start, match.start(), True
                return
        elif char == "," and depth == 1:
            yield start, match.start(), False
            start = match.end()
    yield start, len(text), False


def _trimmed(text: str, start: int, end: int) -> Span:
    inner = text[start:end]
    left = start + len(inner) - len(inner.lstrip(" \t\r\n"))
    return Span(left, max(left, start + len(inner.rstrip(" \t\r\n"))))


def _without_lone_blank(found: list[Span]) -> list[Span]:
    return [] if len(found) == 1 and found[0].start == found[0].end else found


def decoded(raw: bytes) -> tuple[str, Problem | None]:
    """UTF-8, with or without mark. A byte that is none is a problem at its place, with the text before it."""
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as fault:
        before = raw[: fault.start].decode("utf-8-sig")
        line, column, offset = Lines(before).place(len(before))
        problem = Problem(
            code=Code.FILE_ENCODING,
            message=f"byte {fault.start} is not UTF-8, which JSON must be in (RFC 8259, section 8.1); save the file as UTF-8",
            line=line,
            column=column,
            offset=offset,
            byte_offset=fault.start,
            found=f"0x{raw[fault.start]:02X}",
            expected="UTF-8",
        )
        return before, problem


def take_apart(raw: bytes) -> Split:
    """A file as frames and parts; never raises."""
    if len(raw) > MAX_BYTES:
        return Split(format=FORMAT, problems=[_too_large(len(raw))])
    text, fault = decoded(raw)
    if fault is not None:
        return Split(format=FORMAT, problems=[fault])
    found, unclosed = spans(text)
    lines, problems = Lines(text), []
    frames, parts = [], []
    for at, span in enumerate(found):
        inner = text[span.start : span.end]
        value = scan(inner).value
        frames.append(frame_of(value))
        parts.append(_part(inner, value, lines.place(span.start), at))
    if unclosed is not None:
        problems.append(_unclosed(text, lines, unclosed))
    if not found:
        problems.append(_no_document(lines.place(0)))
    return Split(format=FORMAT, frames=frames, parts=parts, problems=problems)


def _part(text: str, value: Value | None, place: tuple[int, int, int], at: int) -> Part:
    type, version = marked(value)
    line, column, offset = place
    reference = _text(value.member("header") if value else None, "message_id") or ""
    return Part(
        format=FORMAT,
        type=type,
        version=version,
        text=text,
        line=line,
        column=column,
        offset=offset,
        frame=at,
        reference=reference,
    )


def marked(value: Value | None) -> tuple[str, str]:
    """Type and version by the document's marker, ``booking/1`` as ``Booking``, ``1``; unknown and empty without one."""
    match = _MARK.fullmatch(_text(value, MARKER) or "")
    if match is None:
        return "unknown", ""
    return "".join(word.capitalize() for word in match[1].split("-")), match[2]


def frame_of(value: Value | None) -> Frame:
    """The document's header as an envelope layer."""
    header = value.member("header") if value else None
    recipients = header.member("recipients") if header else None
    test = header.member("test") if header else None
    sender = _text(header, "sender")
    return Frame(
        layer=FORMAT,
        sender=sender,
        author=sender,
        recipients=[one.text for one in recipients.items if one.kind == "string"] if recipients else [],
        control_reference=_text(header, "control_reference"),
        said_at=_text(header, "sent_at"),
        test=test is not None and test.text == "true" and test.kind == "boolean",
    )


def _text(holder: Value | None, name: str) -> str | None:
    found = holder.member(name) if holder is not None else None
    return found.text or None if found is not None and found.kind == "string" else None


def _too_large(size: int) -> Problem:
    return Problem(
        code=Code.FILE_TOO_LARGE,
        message=f"the file has {size:,} bytes, requests may have {MAX_BYTES:,}; send the documents in several files",
        found=str(size),
        expected=f"at most {MAX_BYTES}",
    )


def _unclosed(text: str, lines: Lines, at: int) -> Problem:
    line, column, offset = lines.place(at)
    found = text[at : at + 24] or "end of text"
    expected = "']' at the end of the list of documents" if at == len(text) else "nothing after the list of documents"
    return Problem(
        code=Code.PARTNER_JSON_SYNTAX,
        message=f"expected {expected}, found {found!r}",
        line=line,
        column=column,
        offset=offset,
        found=found,
        expected=expected,
    )


def _no_document(place: tuple[int, int, int]) -> Problem:
    line, column, offset = place
    return Problem(
        code=Code.PARTNER_FIELD_MISSING,
        message="the list has no document in it",
        line=line,
        column=column,
        offset=offset,
        expected='at least one {"waybridge": …}',
    )
