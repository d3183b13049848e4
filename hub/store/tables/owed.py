"""What is owed to partners: deliveries, control numbers, answers."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String, Table, UniqueConstraint

from hub.store.tables.base import Big, Key, Name, Text, metadata, serial

delivery = Table(
    "delivery",
    metadata,
    serial("seq"),
    Column("key", Key, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("partner", Name, nullable=False),
    Column("channel", Name, nullable=False),
    Column("target", Name, nullable=False),
    Column("shipment", Key, nullable=False),
    Column("revision_no", Integer),
    Column("content", LargeBinary),
    Column("ready", SmallInteger, nullable=False),
    Column("ordering", String(16), nullable=False),
    Column("blocked", SmallInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("run_at", Big),
    Column("created_at", Big, nullable=False),
    Column("finished_at", Big),
    Column("answer_by", Big),
    Column("message_id", Name, nullable=False),
    Column("control_reference", Name, nullable=False),
    Column("sent_digest", Name),
    Column("reference", Key),
    Column("outcome", Text),
    PrimaryKeyConstraint("seq", name="pk_delivery"),
    UniqueConstraint("shipment", "key", name="uq_delivery_key"),
    Index("ix_delivery_due", "run_at"),
    Index("ix_delivery_control", "control_reference", "partner"),
)
"""One message owed to a partner; its key is a digest that holds the shipment's, so (shipment, key) is as unique as the
key, and is found beside its neighbours. Content is the named revision's document, or ``content``; ``ready`` = 1: they are
the bytes themselves (an answer). ``run_at`` is NULL when over, or blocked. ``blocked`` = 1: another is in the way."""


delivery_bytes = Table(
    "delivery_bytes",
    metadata,
    Column("delivery", Big, nullable=False, autoincrement=False),
    Column("part", SmallInteger, nullable=False, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("delivery", "part", name="pk_delivery_bytes"),
)
"""What a first attempt tried to send: kept from a failure on, so that a retry sends the same bytes whatever has changed since."""


control_number = Table(
    "control_number",
    metadata,
    Column("sender", Name, nullable=False),
    Column("recipient", Name, nullable=False),
    Column("last", Big, nullable=False),
    PrimaryKeyConstraint("sender", "recipient", name="pk_control_number"),
)


answer_item = Table(
    "answer_item",
    metadata,
    Column("envelope", Big, nullable=False, autoincrement=False),
    Column("lane", SmallInteger, nullable=False),
    PrimaryKeyConstraint("envelope", name="pk_answer_item"),
)
"""An envelope all of whose messages have ended and whose sender is owed an answer."""


acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("envelope", Big, nullable=False, autoincrement=False),
    Column("part", SmallInteger, nullable=False, autoincrement=False),
    Column("target", Name, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Big, nullable=False),
    PrimaryKeyConstraint("envelope", "part", name="pk_acknowledgement"),
)
"""The answers to an envelope as first written; the same bytes again get the same answers."""
