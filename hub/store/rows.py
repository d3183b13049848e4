"""Small things every module of the store shares: numbering, lanes, chunks. Knows no tables."""

import functools
import hashlib
import operator
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Executable, UpdateBase

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


_WINDOW, _MEMORY = 12, 4
_LARGE = 32_768


def packed(plain: bytes) -> bytes:
    """Deflated, as zlib.decompress reads it. Setting up zlib's usual window costs more than the packing of what we store."""
    if len(plain) > _LARGE:
        return zlib.compress(plain, 1)
    packer = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, _MEMORY)
    return packer.compress(plain) + packer.flush()


def insert_all(connection: Connection, statement: UpdateBase, rows: Sequence[dict[str, Any]]) -> None:
    """Run a prepared statement once for each row, in one call; nothing when there is none. All rows have the same keys."""
    if not rows:
        return
    if connection.dialect.name not in _PLAIN:
        connection.execute(statement, rows)
        return
    sql, bind = _prepared(statement, connection.dialect, tuple(rows[0]))
    connection.exec_driver_sql(sql, [bind(row) for row in rows])


_PLAIN = ("sqlite", "postgresql")
"""Databases whose drivers take our integers, texts and bytes as they are; Oracle's must be told which are LOBs."""


@functools.cache
def _prepared(statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]) -> tuple[str, Callable[[dict[str, Any]], Any]]:
    """The driver's own SQL of a statement, and how to bind a row: a tenth of what the general way costs for each row."""
    compiled = statement.compile(dialect=dialect, column_keys=names, for_executemany=True)
    fixed = {name: value for name, value in compiled.params.items() if name not in names}
    if compiled.positional:
        order = compiled.positiontup or []
        if not fixed:
            return str(compiled), operator.itemgetter(*order) if len(order) > 1 else lambda row: (row[order[0]],)
        return str(compiled), lambda row: tuple(row[name] if name in row else fixed[name] for name in order)
    return str(compiled), lambda row: {**fixed, **row}


def select_in(connection: Connection, statement: Executable, values: Sequence[Any], **fixed: Any) -> list[Any]:
    """All rows of a query whose ``:values`` is an IN list."""
    rows: list[Any] = []
    for chunk in chunks(values):
        rows.extend(connection.execute(statement, {"values": chunk, **fixed}).all())
    return rows


def execute_in(connection: Connection, statement: Executable, values: Sequence[Any], **fixed: Any) -> int:
    """Run an update or delete whose ``:values`` is an IN list; the number of rows changed."""
    return sum(connection.execute(statement, {"values": chunk, **fixed}).rowcount for chunk in chunks(values))
