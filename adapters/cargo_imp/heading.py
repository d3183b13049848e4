"""The heading above a message: Type-B addresses and origin, labels, or a mail's own header, and what each says of the layer.

Knows no message's content. Source: reference/cargo-imp.md section 2.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import getaddresses, parsedate_to_datetime

import msgspec

from hub.envelope import Frame


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of the file: its number from 1, its offset, its text without marks, and how many marks stood before it."""

    number: int
    offset: int
    text: str
    indent: int


_WORD = r"(?:[A-Z0-9]{3}[A-Z]{3}[0-9]{2}[A-Z0-9]*(?:/[A-Z0-9]+)*|[A-Z][A-Z0-9]{6})(?![A-Z0-9])"
_ADDRESSES = re.compile(rf"(?:(Q[A-Z]) ?)?({_WORD}(?: +{_WORD})*)")
_SHORT_ADDRESSES = re.compile(r"(Q[A-Z]) +([A-Z][A-Z0-9]{5,7}(?: +[A-Z][A-Z0-9]{5,7})*)")
_ORIGIN = re.compile(rf"\.({_WORD})(?: +([0-9]{{6}})(?=[ /]|$))?(?:[ /]*(.*))?")
_PIMA = re.compile(r"[A-Z0-9]{3}[A-Z]{3}[0-9]{2}[A-Z0-9]*(?:/[A-Z0-9]+)*")
_PRIORITY = re.compile(r"Q[UKPDXSCN]")
_MAIL = re.compile(
    r"(From|To|Cc|Subject|Date|Message-ID|MIME-Version|Content-[A-Za-z-]+|Reply-To|Received|Return-Path): ?(.*)", re.I
)
DUPLICATE = "PDM"
MOST_OF_MAIL = 100
FEWEST = 2
"""Addresses that make a heading of a line without priority and origin."""


def heading_begins(lines: Sequence[FileLine], at: int, floor: int) -> int:
    """The index of the first heading line above a message's first line; ``at`` itself when there is no heading."""
    begin = _type_b_begins(lines, at, floor)
    above = begin - 1
    while above >= floor and lines[above].text == "":
        above -= 1
    if above >= floor and lines[above].text == "=TEXT":
        return _labelled_begins(lines, above, floor)
    return _mail_begins(lines, above, floor, begin)


def _type_b_begins(lines: Sequence[FileLine], at: int, floor: int) -> int:
    begin, place = at, at - 1
    seen_origin = seen_address = False
    while place >= floor:
        text = lines[place].text
        if text in ("", DUPLICATE):
            place -= 1
            begin = place + 1 if text else begin
            continue
        if _ORIGIN.fullmatch(text) and not seen_origin and not seen_address:
            seen_origin = True
        elif _address(text) and (seen_origin or seen_address or _stands_alone(text, floor)):
            seen_address = True
        elif not ((seen_origin or seen_address) and text.startswith("ZCZC")):
            break
        begin = place
        place -= 1
    return begin


def _stands_alone(text: str, floor: int) -> bool:
    """Whether addresses without an origin line are a heading: a priority before them, or several at the top of the file."""
    found = _address(text)
    return found is not None and (found[1] is not None or (floor == 0 and len(found[2].split()) >= FEWEST))


def _labelled_begins(lines: Sequence[FileLine], place: int, floor: int) -> int:
    begin = place
    while place >= floor:
        if lines[place].text.startswith("="):
            begin = place
        if lines[place].text == "=HEADER":
            return place
        place -= 1
    return begin


def _mail_begins(lines: Sequence[FileLine], place: int, floor: int, begin: int) -> int:
    """A mail's header lines, when they are all there is above and one says who sent it."""
    above = lines[floor : place + 1] if floor == 0 and place < MOST_OF_MAIL else []
    named = [_MAIL.fullmatch(line.text) for line in above]
    whole = all(found or line.indent or not line.text for found, line in zip(named, above, strict=True))
    return floor if whole and any(found and found[1].lower() == "from" for found in named) else begin


def _address(text: str) -> re.Match[str] | None:
    return _ADDRESSES.fullmatch(text) or _SHORT_ADDRESSES.fullmatch(text)


def framed(heading: Sequence[FileLine]) -> Frame | None:
    """What a heading says of the layer; None where there is none."""
    if not heading:
        return None
    if any(line.text == "=TEXT" for line in heading):
        return _labelled(heading)
    if all(_address(line.text) is None and _ORIGIN.fullmatch(line.text) is None for line in heading) and not _is_duplicate(
        heading
    ):
        return _mail(heading)
    priority, recipients, origin, said_at, rest = None, list[str](), None, None, ""
    for line in heading:
        at = _ORIGIN.fullmatch(line.text)
        found = _address(line.text)
        if at is not None:
            origin, said_at, rest = at[1], at[2], at[3] or ""
        elif found is not None:
            priority = priority or found[1]
            recipients += [one for one in found[2].split() if one not in recipients]
    return _framed(priority, recipients, origin, said_at, rest, duplicate=_is_duplicate(heading) or DUPLICATE in rest.split())


def _framed(
    priority: str | None, recipients: list[str], origin: str | None, said_at: str | None, rest: str, *, duplicate: bool
) -> Frame:
    words = [word for word in rest.split() if word != DUPLICATE]
    pima = next((word for word in (*words, origin or "") if _PIMA.fullmatch(word)), None)
    return Frame(
        layer="type-b",
        priority=priority,
        origin=origin,
        recipients=recipients,
        sender=pima or origin,
        control_reference=" ".join(words) or None if pima is None else None,
        said_at=_moment(said_at),
        author=pima or origin,
        possible_duplicate=duplicate,
    )


def _moment(text: str | None) -> str | None:
    """DDHHMM as ``--DDTHH:MM``: month and year are inferred from the receipt by whoever knows it. None when it is no time."""
    if text is None or not (1 <= int(text[:2]) <= 31 and int(text[2:4]) < 24 and int(text[4:]) < 60):
        return None
    return f"--{text[:2]}T{text[2:4]}:{text[4:]}"


def _is_duplicate(heading: Sequence[FileLine]) -> bool:
    return any(line.text == DUPLICATE for line in heading)


def _mail(heading: Sequence[FileLine]) -> Frame:
    """A mail is a layer like another, but whoever writes From into it is no author known to the trade."""
    found, name = dict[str, str](), ""
    for line in heading:
        one = _MAIL.fullmatch(line.text) if not line.indent else None
        name = one[1].lower() if one else name
        found[name] = one[2] if one else f"{found.get(name, '')} {line.text}"
    senders = [address for _, address in getaddresses([found.get("from", "")]) if address]
    return Frame(
        layer="mail",
        recipients=[address for _, address in getaddresses([found.get("to", ""), found.get("cc", "")]) if address],
        sender=senders[0] if senders else None,
        control_reference=found.get("message-id", "").strip("<> ") or None,
        said_at=_mailed_at(found.get("date", "")),
    )


def _mailed_at(text: str) -> str | None:
    try:
        return parsedate_to_datetime(text).isoformat() if text else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _labelled(heading: Sequence[FileLine]) -> Frame:
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
    found = _framed(None, places, origin or None, stamp, " ".join(rest), duplicate=DUPLICATE in values.get("TEXT", []))
    priority = next((text for text in values.get("PRIORITY", []) if _PRIORITY.fullmatch(text)), None)
    return msgspec.structs.replace(found, priority=priority)
