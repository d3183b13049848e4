"""What a replay is asked about: envelopes by message, shipment, partner, time or fingerprint. Reads only."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Select, select

from hub.clock import micros
from hub.store.rows import envelope_of, parse_message_id
from hub.store.tables import dead_letter, envelope, statement


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A replay's question; all that is given must hold. ``shipment`` is a waybill number or a number-key."""

    message: str = ""
    shipment: str = ""
    partner: str = ""
    fingerprint: str = ""
    since: datetime | None = None

    def empty(self) -> bool:
        """Whether nothing at all was asked for."""
        return not (self.message or self.shipment or self.partner or self.fingerprint or self.since)


class Selected(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: envelopes to understand anew, and deliveries to try again."""

    envelopes: Sequence[int]
    deliveries: Sequence[int] = ()


def select_for_replay(connection: Connection, wanted: Wanted) -> Selected:
    """The envelopes and dead deliveries that fit, by number."""
    query = select(envelope.c.seq)
    if wanted.partner:
        query = query.where(envelope.c.partner == wanted.partner)
    if wanted.since:
        query = query.where(envelope.c.received_at >= micros(wanted.since))
    if wanted.message:
        named = parse_message_id(wanted.message)
        query = query.where(envelope.c.id == (named[0] if named else wanted.message))
    if wanted.shipment:
        query = query.where(envelope.c.seq.in_(_envelopes_of(connection, wanted.shipment)))
    deliveries: list[int] = []
    if wanted.fingerprint:
        dead = connection.execute(_dead(wanted.fingerprint)).all()
        query = query.where(
            envelope.c.seq.in_([row.envelope for row in dead if row.delivery is None and row.envelope is not None])
        )
        deliveries = [row.delivery for row in dead if row.delivery is not None]
    return Selected(envelopes=list(connection.execute(query.order_by(envelope.c.seq)).scalars()), deliveries=deliveries)


def _envelopes_of(connection: Connection, shipment: str) -> list[int]:
    key = shipment if ":" in shipment and not shipment[:3].isdigit() else f"awb:{shipment.partition(':')[0]}"
    number_key = key.rpartition(":")[0] if key.startswith("awb:") and key.count(":") == 2 else key
    rows = connection.execute(select(statement.c.message).where(statement.c.key == number_key).distinct()).scalars()
    return sorted({envelope_of(message) for message in rows})


def _dead(fingerprint: str) -> Select[tuple[int, int]]:
    return select(dead_letter.c.envelope, dead_letter.c.delivery).where(
        dead_letter.c.fingerprint == fingerprint, dead_letter.c.state == "open"
    )
