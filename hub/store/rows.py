"""Small things every module of the store shares: numbering, lanes, chunks. Knows no tables."""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable

LANES = 64
CHUNK = 500
"""How many values one IN list may hold (Oracle before 23ai: at most 1,000)."""

_ORDINALS = 1 << 20

T = TypeVar("T")


def lane_of(key: str) -> int:
    """The lane of a key: all work on one key is done in one lane, in order."""
    return zlib.crc32(key.encode()) % LANES


def envelope_id(partner: str, sha256: str) -> str:
    """The envelope's stable name: the same bytes from one partner are the same envelope."""
    return hashlib.blake2b(f"{partner}\x1f{sha256}".encode(), digest_size=16).hexdigest()


def message_number(envelope: int, ordinal: int) -> int:
    """The message's number in the database, from its envelope's and its ordinal (at most 1,048,575)."""
    if ordinal >= _ORDINALS:
        raise ValueError(f"message {ordinal} of an envelope: at most {_ORDINALS:,} are numbered")
    return envelope * _ORDINALS + ordinal


def envelope_of(message: int) -> int:
    """The envelope's number in a message's."""
    return message // _ORDINALS


def message_id(envelope: str, ordinal: int) -> str:
    """The message's public name: the same in every database that holds the same envelope."""
    return f"{envelope}-{ordinal}"


def parse_message_id(id: str) -> tuple[str, int] | None:
    """The envelope id and ordinal of a message id; None when it is none."""
    envelope, _, ordinal = id.rpartition("-")
    return (envelope, int(ordinal)) if envelope and ordinal.isascii() and ordinal.isdigit() else None


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values in runs short enough for one IN list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def insert_all(connection: Connection, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
    """Run a prepared statement once for each row, in one call; nothing when there is none."""
    if rows:
        connection.execute(statement, rows)


def select_in(connection: Connection, statement: Executable, values: Sequence[Any], **fixed: Any) -> list[Any]:
    """All rows of a query whose ``:values`` is an IN list."""
    rows: list[Any] = []
    for chunk in chunks(values):
        rows.extend(connection.execute(statement, {"values": chunk, **fixed}).all())
    return rows


def execute_in(connection: Connection, statement: Executable, values: Sequence[Any], **fixed: Any) -> int:
    """Run an update or delete whose ``:values`` is an IN list; the number of rows changed."""
    return sum(connection.execute(statement, {"values": chunk, **fixed}).rowcount for chunk in chunks(values))
