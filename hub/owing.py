"""Puts a message of our own making into the outbox: from there on it is a delivery like any other. Knows no format."""

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import Engine

from hub.statement import DeliveryPlan
from hub.store import outbox
from hub.store.engine import writing
from hub.store.outbox import IN_SEQUENCE, Owed

_ABOUT = 200


def owe(
    engine: Engine, *, partner: str, channel: str, target: str, about: str, raw: bytes, now: datetime, sender: str, once: str = ""
) -> str:
    """Owe a partner these bytes; the delivery's key. ``about`` is what it speaks of: those of one thing go out in sequence.

    With ``once`` the same bytes to the same partner about the same thing are owed only once under that word, else each time.
    """
    parts = (
        b"owed",
        partner.encode(),
        channel.encode(),
        target.encode(),
        about.encode(),
        raw,
        (once or uuid.uuid4().hex).encode(),
    )
    key = hashlib.blake2b(b"\x1f".join(parts), digest_size=16).hexdigest()
    plan = DeliveryPlan(
        key=key,
        partner=partner,
        channel=channel,
        target=target,
        shipment=about[:_ABOUT],
        content=raw,
        ordering=IN_SEQUENCE,
    )
    with writing(engine) as connection:
        outbox.add(connection, [Owed(plan=plan, number_key=about, ready=True)], now=now, sender=sender)
    return key
