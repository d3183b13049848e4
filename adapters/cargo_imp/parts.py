"""Messages sent in parts, several of them in one file: a part that should stand between the others and does not is told.

Whether a part that is in no file of its own has arrived is the store's to know. Source: reference/cargo-imp.md section 1.
"""

import re
from collections.abc import Iterable, Iterator

from hub.envelope import Part
from hub.problem import Code, Problem

_NUMBERED = re.compile(r"^PART/([0-9]{1,2})/(CONT|LAST)[ \t\r\x03]*\Z", re.MULTILINE)
_CLOSED = re.compile(r"^(CONT|LAST)[ \t\r\x03]*\Z", re.MULTILINE)
_OPENED = re.compile(r"([0-9]{1,2})/([^\r\n]+)")


def missing_parts(parts: Iterable[Part]) -> Iterator[Problem]:
    """For each message of which a file has more than one part: the parts before its last that the file does not have."""
    numbers: dict[tuple[str, str], dict[int, Part]] = {}
    for part in parts:
        found = _numbered(part)
        if found is not None:
            numbers.setdefault((part.type, found[1]), {}).setdefault(found[0], part)
    for (type, _), known in numbers.items():
        absent = [one for one in range(1, max(known)) if one not in known] if len(known) > 1 else []
        yield from (_missing(type, number, known[min(one for one in known if one > number)]) for number in absent)


def _numbered(part: Part) -> tuple[int, str] | None:
    """The number of a part and what it is a part of; None for a whole message."""
    text = part.text.rstrip()
    first = text.split("\n", 2)[1].strip() if "\n" in text else ""
    ends = _NUMBERED.search(text, max(0, len(text) - 20))
    if ends is not None:
        return int(ends[1]), first
    opened = _OPENED.fullmatch(first) if _CLOSED.search(text, max(0, len(text) - 8)) else None
    return (int(opened[1]), opened[2]) if opened else None


def _missing(type: str, number: int, came: Part) -> Problem:
    return Problem(
        code=Code.PART_MISSING,
        message=f"part {number} of this {type} is not in the file: the part behind it came instead",
        line=came.line,
        column=came.column,
        offset=came.offset,
        segment=came.type,
        expected=f"part {number}",
    )
