"""A canonical shipment as plain JSON values: its canonical bytes, its leaves, its digest. Knows no format and no storage."""

import hashlib
from typing import Any

import msgspec

Document = dict[str, Any]
_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical_bytes(document: Any) -> bytes:
    """RFC 8785 bytes. Exact for our documents: keys are ASCII, numbers are integers within 2^53, all else is text."""
    return _ENCODER.encode(document)


def digest(raw: bytes) -> str:
    """A short stable digest of canonical bytes."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def leaves(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    """JSON pointer and value of every scalar of a document, in its own order."""
    found: list[tuple[str, Any]] = []
    gather(value, pointer, found)
    return found


def gather(value: Any, pointer: str, found: list[tuple[str, Any]]) -> None:
    """Add JSON pointer and value of every scalar below ``pointer`` to those found."""
    if type(value) is dict:
        for key, inner in value.items():
            if type(inner) is dict or type(inner) is list:
                gather(inner, f"{pointer}/{key}", found)
            else:
                found.append((f"{pointer}/{key}", inner))
    elif type(value) is list:
        for at, inner in enumerate(value):
            gather(inner, f"{pointer}/{at}", found)
    else:
        found.append((pointer, value))


def without_blanks(value: Any) -> Any:
    """The same document with no None, no empty text, list or object: absent means absent."""
    if isinstance(value, dict):
        kept = {key: without_blanks(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", [], {})}
    if isinstance(value, list):
        return [inner for inner in map(without_blanks, value) if inner not in (None, "", [], {})]
    return value
