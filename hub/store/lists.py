"""The lists an operator looks at, as queries, and their items in the shapes of ``canonical.md``. Only reads."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, and_, or_, select

from hub.clock import moment
from hub.store.messages import DUPLICATE, different_states, standing
from hub.store.parts import told_of_parts
from hub.store.rows import message_id, message_number, parse_message_id
from hub.store.tables import dead_letter, delivery, envelope, message, repeated_arrival, split_item

LARGEST = 500


def _messages() -> Select[Any]:
    return select(message, envelope.c.id, envelope.c.channel, envelope.c.name).join_from(
        message, envelope, envelope.c.seq == message.c.envelope
    )


def messages(partner: str | None, state: str | None, type: str | None, *, after: str | None, limit: int) -> Select[Any]:
    """Messages, newest first; ``after`` is the number of the last one seen."""
    query = _messages()
    for column, wanted in ((message.c.partner, partner), (message.c.state, state), (message.c.type, type)):
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        query = query.where(message.c.seq < number(after))
    return query.order_by(message.c.seq.desc()).limit(min(limit, LARGEST))


def of_envelope(seq: int) -> Select[Any]:
    """The messages of one envelope in order."""
    return _messages().where(message.c.envelope == seq).order_by(message.c.ordinal)


def unsplit(partner: str | None, limit: int) -> Select[Any]:
    """Envelopes of which nothing has been taken apart yet, newest first."""
    query = (
        select(envelope)
        .join_from(envelope, split_item, split_item.c.envelope == envelope.c.seq)
        .where(split_item.c.next_ordinal == 0)
    )
    if partner is not None:
        query = query.where(envelope.c.partner == partner)
    return query.order_by(envelope.c.seq.desc()).limit(min(limit, LARGEST))


def find_message(connection: Connection, id: str) -> Any:
    """The row of a message by its id, or None."""
    named = parse_message_id(id)
    if named is None:
        return None
    found = connection.execute(select(envelope.c.seq).where(envelope.c.id == named[0])).first()
    if found is None:
        return None
    return connection.execute(_messages().where(message.c.seq == message_number(found.seq, named[1]))).first()


def message_item(row: Any) -> dict[str, Any]:
    """A message as listed; absent means absent."""
    body = msgspec.json.decode(row.body) if row.body else {}
    item = {
        "id": message_id(row.id, row.ordinal),
        "partner": row.partner,
        "author": row.author,
        "channel": row.channel,
        "name": row.name,
        "format": row.format,
        "type": row.type,
        "version": row.version,
        "state": row.state,
        "received_at": written(row.received_at),
        "said_at": written(row.said_at) if row.said_at is not None else None,
        **body,
    }
    item["not_carried"] = [{"line": line, "text": text} for line, text in body.get("not_carried", ())]
    return {"keys": [], **_present(item), "problems": [weighed(one) for one in item.get("problems") or ()]}


def weighed(problem: dict[str, Any]) -> dict[str, Any]:
    """A problem as canonical.md prints it: its severity always. It is stored without what is usual."""
    return {"code": problem["code"], "severity": problem.get("severity", "error"), **problem}


def message_items(connection: Connection, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Messages as listed, the parts of a message with those that have not arrived."""
    return [told_of_parts(connection, row, message_item(row)) for row in rows]


def envelope_item(connection: Connection, id: str) -> dict[str, Any] | None:
    """An arrival with its messages; absent means absent."""
    row = connection.execute(select(envelope).where(envelope.c.id == id)).first()
    if row is None:
        return None
    inside = _messages().where(message.c.seq >= message_number(row.seq, 0), message.c.seq < message_number(row.seq + 1, 0))
    item = {
        "id": row.id,
        "partner": row.partner,
        "channel": row.channel,
        "name": row.name,
        "media": row.media,
        "sha256": row.digest,
        "bytes": row.byte_count,
        "format": row.format,
        "state": standing(row.state, different_states(connection, row.seq)),
        "received_at": written(row.received_at),
        "problems": [weighed(one) for one in msgspec.json.decode(row.problems)] if row.problems else [],
        "messages": message_items(connection, connection.execute(inside.order_by(message.c.seq)).all()),
    }
    return _present(item)


def unsplit_item(row: Any) -> dict[str, Any]:
    """An envelope not yet taken apart, as listed."""
    item = {
        "id": row.id,
        "partner": row.partner,
        "channel": row.channel,
        "format": "unknown",
        "type": "unknown",
        "state": "received",
        "received_at": written(row.received_at),
    }
    return {**item, "keys": [], "problems": []}


def repeated(partner: str | None, *, after: str | None, limit: int) -> Select[Any]:
    """Arrivals of bytes that were known already, newest first; ``after`` is the number of the last one seen."""
    columns = (envelope.c.id, envelope.c.partner, envelope.c.format, *repeated_arrival.c)
    query = select(*columns).join_from(repeated_arrival, envelope, envelope.c.seq == repeated_arrival.c.envelope)
    if partner is not None:
        query = query.where(envelope.c.partner == partner)
    if after is not None:
        query = query.where(repeated_arrival.c.seq < number(after))
    return query.order_by(repeated_arrival.c.seq.desc()).limit(min(limit, LARGEST))


def repeated_item(row: Any) -> dict[str, Any]:
    """An arrival of known bytes, as listed; ``id`` is the envelope that they are."""
    item = {
        "id": row.id,
        "partner": row.partner,
        "channel": row.channel,
        "name": row.name,
        "format": row.format or "unknown",
        "type": "unknown",
        "state": DUPLICATE,
        "received_at": written(row.received_at),
    }
    return {**_present(item), "keys": [], "problems": []}


def deliveries(shipment: str | None, partner: str | None, state: str | None, *, after: str | None, limit: int) -> Select[Any]:
    """Deliveries, newest first; ``after`` is the number of the last one seen."""
    query = select(*(column for column in delivery.c if column.name != "content"))
    for column, wanted in ((delivery.c.shipment, shipment), (delivery.c.partner, partner), (delivery.c.state, state)):
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        query = query.where(delivery.c.seq < number(after))
    return query.order_by(delivery.c.seq.desc()).limit(min(limit, LARGEST))


def delivery_item(row: Any) -> dict[str, Any]:
    """A delivery as listed; absent means absent."""
    item = {
        "number": row.seq,
        "key": row.key,
        "partner": row.partner,
        "channel": row.channel,
        "target": row.target,
        "shipment": row.shipment,
        "revision": row.revision_no,
        "ordering": row.ordering,
        "blocked": True if row.blocked else None,
        "state": row.state,
        "attempts": row.attempts,
        "next_attempt": written(row.run_at) if row.run_at is not None else None,
        "created_at": written(row.created_at),
        "finished_at": written(row.finished_at) if row.finished_at is not None else None,
        "message_id": row.message_id,
        "control_reference": row.control_reference,
        "reference": row.reference,
        "outcome": row.outcome,
    }
    return _present(item)


def _dead_letters() -> Select[Any]:
    return (
        select(dead_letter, envelope.c.id.label("envelope_id"), delivery.c.key.label("delivery_key"))
        .join_from(dead_letter, envelope, envelope.c.seq == dead_letter.c.envelope, isouter=True)
        .outerjoin(delivery, delivery.c.seq == dead_letter.c.delivery)
    )


def one_dead_letter(id: int) -> Select[Any]:
    """One dead letter."""
    return _dead_letters().where(dead_letter.c.seq == id)


def dead_letters(
    state: str | None, fingerprint: str | None, partner: str | None, *, after: str | None, limit: int
) -> Select[Any]:
    """Dead letters, the heaviest first, then the newest; ``after`` is ``<impact>:<number>`` of the last one seen."""
    query = _dead_letters()
    columns = ((dead_letter.c.state, state), (dead_letter.c.fingerprint, fingerprint), (dead_letter.c.partner, partner))
    for column, wanted in columns:
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        impact, _, seq = after.partition(":")
        lighter = dead_letter.c.impact < number(impact)
        query = query.where(or_(lighter, and_(dead_letter.c.impact == number(impact), dead_letter.c.seq < number(seq))))
    return query.order_by(dead_letter.c.impact.desc(), dead_letter.c.seq.desc()).limit(min(limit, LARGEST))


def dead_letter_item(row: Any) -> dict[str, Any]:
    """A dead letter as listed; absent means absent."""
    item = {
        "id": row.seq,
        "message": _message_of(row),
        "delivery": row.delivery_key,
        "delivery_number": row.delivery,
        "shipment": row.shipment,
        "partner": row.partner,
        "stage": row.stage,
        "fingerprint": row.fingerprint,
        "group": row.cause,
        "impact": {"score": row.impact, "reasons": msgspec.json.decode(row.reasons)},
        "problem": weighed(msgspec.json.decode(row.problem)),
        "attempts": row.attempts,
        "first": written(row.first_at),
        "last": written(row.last_at),
        "owner": row.owner,
        "note": row.note,
        "state": row.state,
    }
    return _present(item)


def _message_of(row: Any) -> str | None:
    if row.envelope_id is None:
        return None
    return row.envelope_id if row.message is None else message_id(row.envelope_id, row.message - message_number(row.envelope, 0))


def _present(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None and value != ""}


def number(cursor: str) -> int:
    """The number a cursor holds. Raises ValueError when it holds none."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise ValueError(f"{cursor[:40]!r} is no cursor: expected the `next` of an earlier page")
    return int(cursor)


def written(stored: int) -> str:
    """A stored time in ISO 8601, UTC, with ``Z``."""
    return moment(stored).isoformat().replace("+00:00", "Z")
