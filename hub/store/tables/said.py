"""What was said: statements, the slots they claim, and the shipments to fold again because of them."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String, Table

from hub.store.tables.base import Big, Key, Name, metadata, serial

statement = Table(
    "statement",
    metadata,
    Column("message", Big, nullable=False, autoincrement=False),
    Column("ordinal", Integer, nullable=False, autoincrement=False),
    Column("key", Key, nullable=False),
    Column("slot", Name, nullable=False),
    Column("action", String(16), nullable=False),
    Column("admitted", SmallInteger, nullable=False),
    Column("said_at", Big, nullable=False),
    Column("received_at", Big, nullable=False),
    Column("digest", Key, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("message", "ordinal", name="pk_statement"),
    Index("ix_statement_key", "key"),
    Index("ix_statement_slot", "slot"),
)
"""What one author said in one message; ``body`` is the sealed rest of it (msgpack, deflated)."""


slot = Table(
    "slot",
    metadata,
    Column("id", Name, nullable=False),
    Column("message", Big, nullable=False),
    Column("said_at", Big, nullable=False),
    Column("received_at", Big, nullable=False),
    Column("digest", Key, nullable=False),
    PrimaryKeyConstraint("id", name="pk_slot"),
    sqlite_with_rowid=False,
)
"""The newest complete message of a slot, by (said_at, received_at, digest)."""


refold_item = Table(
    "refold_item",
    metadata,
    serial("seq"),
    Column("key", Key, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("message", Big),
    PrimaryKeyConstraint("seq", name="pk_refold_item"),
)
"""A number-key to fold again, and the message that asks for it (NULL: a neighbour). Deleted when done."""
