"""Envelopes: what arrived, and how far it has been taken apart. The only SQL that writes them.

Knows nothing of what is in them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hub.clock import moment
from hub.envelope import Envelope
from hub.problem import Problem
from hub.store.rows import execute_in, insert_all, lane_of, select_in
from hub.store.sealer import Sealer
from hub.store.tables import envelope, envelope_bytes, repeated_arrival, split_item

RECEIVED, SPLIT, DONE = "received", "split", "done"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An arrival as it is to be stored."""

    id: str
    digest: str
    partner: str
    channel: str
    media: str
    name: str
    raw: bytes
    received_at: int
    said_at: int | None = None


class ToSplit(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope to be taken apart, from the message ``next_ordinal`` on; ``again``: its messages are to be replaced."""

    seq: int
    lane: int
    next_ordinal: int
    again: bool
    attempts: int
    envelope: Envelope


KNOWN = select(envelope.c.id).where(envelope.c.id.in_(bindparam("values", expanding=True)))
ADD_ENVELOPES = insert(envelope).returning(envelope.c.seq, envelope.c.id)
ADD_BYTES = insert(envelope_bytes)
ADD_SPLIT_ITEMS = insert(split_item)
NUMBERS = select(envelope.c.id, envelope.c.seq).where(envelope.c.id.in_(bindparam("values", expanding=True)))
ADD_REPEATED = insert(repeated_arrival)
OPEN_SPLITS = (
    select(split_item.c.envelope, split_item.c.byte_count)
    .where(split_item.c.lane.in_(bindparam("lanes", expanding=True)))
    .order_by(split_item.c.envelope)
    .limit(bindparam("limit"))
)
_ENVELOPE = (
    envelope.c.seq,
    envelope.c.id,
    envelope.c.partner,
    envelope.c.channel,
    envelope.c.received_at,
    envelope.c.said_at,
    envelope.c.digest,
    envelope.c.media,
    envelope.c.name,
    envelope_bytes.c.sealed,
)
LOAD_SPLITS = (
    select(split_item.c.lane, split_item.c.next_ordinal, split_item.c.again, split_item.c.attempts, *_ENVELOPE)
    .join_from(split_item, envelope, envelope.c.seq == split_item.c.envelope)
    .outerjoin(envelope_bytes, envelope_bytes.c.envelope == envelope.c.seq)
    .where(split_item.c.envelope.in_(bindparam("values", expanding=True)))
    .order_by(split_item.c.envelope)
)
LOAD_ENVELOPES = (
    select(*_ENVELOPE)
    .join_from(envelope, envelope_bytes, envelope_bytes.c.envelope == envelope.c.seq, isouter=True)
    .where(envelope.c.seq.in_(bindparam("values", expanding=True)))
)
SPLIT_DONE = delete(split_item).where(split_item.c.envelope.in_(bindparam("values", expanding=True)))
SPLIT_FURTHER = (
    update(split_item).where(split_item.c.envelope == bindparam("e")).values(next_ordinal=bindparam("n"), again=bindparam("a"))
)
SUSPECT = (
    update(split_item)
    .where(split_item.c.envelope.in_(bindparam("values", expanding=True)))
    .values(attempts=split_item.c.attempts + 1)
)
ENVELOPE_SPLIT = (
    update(envelope)
    .where(envelope.c.seq == bindparam("e"))
    .values(
        format=bindparam("f"),
        problems=bindparam("p"),
        state=bindparam("s"),
        open_messages=envelope.c.open_messages + bindparam("n"),
    )
)
MESSAGES_CLOSED = (
    update(envelope).where(envelope.c.seq == bindparam("e")).values(open_messages=envelope.c.open_messages - bindparam("n"))
)
ENVELOPES_ENDED = (
    select(envelope.c.seq, envelope.c.id, envelope.c.partner, envelope.c.channel, envelope.c.format)
    .where(envelope.c.seq.in_(bindparam("values", expanding=True)), envelope.c.open_messages == 0)
    .where(envelope.c.state == SPLIT)
)
ENVELOPES_DONE = update(envelope).where(envelope.c.seq.in_(bindparam("values", expanding=True))).values(state=DONE)
ENVELOPE_OPENED = (
    update(envelope).where(envelope.c.seq.in_(bindparam("values", expanding=True))).values(state=RECEIVED, open_messages=0)
)


def known(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these envelope ids are stored already."""
    return {row.id for row in select_in(connection, KNOWN, ids)}


def keep(connection: Connection, arrivals: Sequence[Kept], sealer: Sealer) -> None:
    """Store new envelopes and queue them to be split. None of them may be known."""
    if not arrivals:
        return
    rows = connection.execute(ADD_ENVELOPES, [_envelope_values(one) for one in arrivals]).all()
    numbers = {row.id: row.seq for row in rows}
    insert_all(
        connection,
        ADD_BYTES,
        [{"envelope": numbers[one.id], "sealed": sealer.seal(one.raw) if one.raw else None} for one in arrivals],
    )
    insert_all(connection, ADD_SPLIT_ITEMS, [split_values(numbers[one.id], one.id, len(one.raw)) for one in arrivals])


def note_repeated(connection: Connection, arrivals: Sequence[Kept]) -> None:
    """Note that what is stored already arrived once more. All of them must be known."""
    numbers = {row.id: row.seq for row in select_in(connection, NUMBERS, sorted({one.id for one in arrivals}))}
    rows = [
        {"envelope": numbers[one.id], "channel": one.channel, "name": one.name[:1000] or None, "received_at": one.received_at}
        for one in arrivals
    ]
    insert_all(connection, ADD_REPEATED, rows)


def _envelope_values(one: Kept) -> dict[str, Any]:
    return {
        "id": one.id,
        "digest": one.digest,
        "partner": one.partner,
        "channel": one.channel,
        "media": one.media or None,
        "name": one.name[:1000] or None,
        "byte_count": len(one.raw),
        "received_at": one.received_at,
        "said_at": one.said_at,
        "state": RECEIVED,
        "open_messages": 0,
    }


def split_values(seq: int, id: str, byte_count: int, *, again: bool = False) -> dict[str, Any]:
    """The row that asks for an envelope to be split."""
    return {"envelope": seq, "lane": lane_of(id), "byte_count": byte_count, "next_ordinal": 0, "again": int(again), "attempts": 0}


def open_splits(connection: Connection, lanes: Sequence[int], *, limit: int, bytes_limit: int) -> list[int]:
    """The oldest envelopes to split in these lanes: at most ``limit``, and ``bytes_limit`` bytes (but always one)."""
    chosen: list[int] = []
    total = 0
    for row in connection.execute(OPEN_SPLITS, {"lanes": lanes, "limit": limit}):
        total += row.byte_count
        if chosen and total > bytes_limit:
            break
        chosen.append(row.envelope)
    return chosen


def load_splits(connection: Connection, envelopes: Sequence[int], sealer: Sealer) -> list[ToSplit]:
    """The envelopes to split, with their bytes, oldest first."""
    return [
        ToSplit(
            seq=row.seq,
            lane=row.lane,
            next_ordinal=row.next_ordinal,
            again=bool(row.again),
            attempts=row.attempts,
            envelope=_envelope(row, sealer),
        )
        for row in select_in(connection, LOAD_SPLITS, envelopes)
    ]


def load_envelopes(connection: Connection, envelopes: Sequence[int], sealer: Sealer) -> dict[int, Envelope]:
    """Stored envelopes by number."""
    return {row.seq: _envelope(row, sealer) for row in select_in(connection, LOAD_ENVELOPES, envelopes)}


def _envelope(row: Any, sealer: Sealer) -> Envelope:
    return Envelope(
        id=row.id,
        partner=row.partner,
        channel=row.channel,
        received_at=moment(row.received_at),
        said_at=moment(row.said_at) if row.said_at is not None else None,
        digest=row.digest,
        raw=sealer.unseal(row.sealed) if row.sealed else b"",
        media=row.media or "",
        name=row.name or "",
    )


def suspect(connection: Connection, envelopes: Sequence[int]) -> None:
    """Count one more attempt for envelopes a worker may have died of."""
    execute_in(connection, SUSPECT, envelopes)


class SplitTo(msgspec.Struct, frozen=True, kw_only=True):
    """How far an envelope has been split: to ``next_ordinal``, or wholly when None."""

    seq: int
    again: bool
    next_ordinal: int | None
    format: str
    open_messages: int
    problems: Sequence[Problem]


def record_split(connection: Connection, progress: Sequence[SplitTo]) -> None:
    """Note how far envelopes have been split; wholly split ones leave the queue."""
    whole = [one for one in progress if one.next_ordinal is None]
    execute_in(connection, SPLIT_DONE, [one.seq for one in whole])
    partly = [{"e": one.seq, "n": one.next_ordinal, "a": int(one.again)} for one in progress if one.next_ordinal is not None]
    insert_all(connection, SPLIT_FURTHER, partly)
    insert_all(connection, ENVELOPE_SPLIT, [_split_values(one) for one in progress])


def _split_values(one: SplitTo) -> dict[str, Any]:
    return {
        "e": one.seq,
        "f": one.format or None,
        "p": msgspec.json.encode(one.problems) if one.problems else None,
        "s": SPLIT if one.next_ordinal is None else RECEIVED,
        "n": one.open_messages,
    }


def close_messages(connection: Connection, ended: Mapping[int, int]) -> None:
    """Count messages of envelopes as ended: how many, by envelope."""
    insert_all(connection, MESSAGES_CLOSED, [{"e": one, "n": ended[one]} for one in sorted(ended)])


def end_envelopes(connection: Connection, envelopes: Sequence[int]) -> list[Any]:
    """Close those envelopes that are wholly split and whose messages have all ended: (seq, id, partner, channel, format)."""
    rows = select_in(connection, ENVELOPES_ENDED, envelopes)
    execute_in(connection, ENVELOPES_DONE, [row.seq for row in rows])
    return rows
