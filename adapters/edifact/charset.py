"""Which character set an interchange is in, and strict decoding with the place of the fault. Knows no segment."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

CHARSETS: Mapping[str, str] = MappingProxyType(
    {
        "UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso8859-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5", "UNOF": "iso8859-7",
        "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8", "UNOK": "iso8859-9",
        "UNOW": "utf-8", "UNOX": "ascii", "UNOY": "utf-8", "IATA": "ascii", "IATB": "ascii",
    }
)  # fmt: skip
"""Syntax identifier to codec (ISO 9735-1 annex A). UNOX (ISO 2022 escapes) is read as long as nothing is escaped.

IATA and IATB are the airlines' own, around Cargo-IMP (reference/cargo-imp.md section 2)."""

ASCII_LIKE = frozenset({"ascii", "iso8859-1"})


class Decoded(msgspec.Struct, frozen=True):
    """A decoded text, the codec that gave it, and the byte within it at which the declared codec failed, if it did."""

    text: str
    encoding: str
    fault: int | None = None


def decode(latin: str, encoding: str) -> Decoded:
    """Decode bytes, held as one character a byte, by the declared codec; where that fails, by one that keeps every byte.

    The fault is always told; the text is then UTF-8 if it is that, else ISO 8859-1, so that reading can go on.
    """
    if latin.isascii() or encoding == "iso8859-1":
        return Decoded(latin, encoding)
    raw = latin.encode("latin-1")
    try:
        return Decoded(raw.decode(encoding), encoding)
    except UnicodeDecodeError as fault:
        try:
            return Decoded(raw.decode("utf-8"), "utf-8", fault.start)
        except UnicodeDecodeError:
            return Decoded(latin, "iso8859-1", fault.start)
