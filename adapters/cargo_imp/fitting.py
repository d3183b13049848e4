"""Free text made to fit an element: other alphabets spelled in ASCII, slants as blanks, long text wrapped or cut.

Knows elements and text; knows no line, no table and no tree; whoever asks reports it. Source: reference/cargo-imp.md section 1.
"""

import re
import unicodedata

from adapters.cargo_imp.notation import TEXT, WRITTEN, Field

_LETTERS = {"ß": "ss", "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Œ": "OE", "œ": "oe", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d"}
_SIGNS = {0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-", 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2026: "..."}
_SPELLED = str.maketrans(_LETTERS) | _SIGNS
_NOT_WRITTEN = {kind: re.compile(WRITTEN[kind].replace("[", "[^", 1)) for kind in TEXT}
_GAPS = re.compile(r"\s+")


def is_text(field: Field) -> bool:
    """Whether an element is nothing but free text."""
    return len(field.runs) == 1 and field.runs[0].kind in TEXT


def spelled(field: Field, text: str) -> str:
    """The text in the characters its element may hold; what has no spelling becomes a blank."""
    kind = field.runs[0].kind
    plain = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    clean = _NOT_WRITTEN[kind].sub(" ", plain.upper() if kind == "s" else plain)
    return clean if clean == text else _GAPS.sub(" ", clean).strip()


def cut(field: Field, text: str) -> str:
    """As much of the spelled text as the element holds."""
    return spelled(field, text)[: field.runs[0].most].rstrip()


def wrapped(text: str, width: int, room: int) -> list[str]:
    """The text on at most ``room`` lines, broken at blanks where there are any; the last takes all that is left."""
    lines = list[str]()
    while len(text) > width and len(lines) < room - 1:
        at = text.rfind(" ", 1, width + 1)
        lines.append(text[: at if at > 0 else width].rstrip())
        text = text[at + 1 if at > 0 else width :]
    return [*lines, text]
