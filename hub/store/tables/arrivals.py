"""Arrivals: envelopes, their bytes and messages, and which are still to be taken apart."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String, Table, UniqueConstraint

from hub.store.tables.base import Big, Key, Name, Text, metadata, serial

envelope = Table(
    "envelope",
    metadata,
    serial("seq"),
    Column("id", Name, nullable=False),
    Column("digest", Name, nullable=False),
    Column("partner", Name, nullable=False),
    Column("channel", Name, nullable=False),
    Column("media", Key),
    Column("name", Text),
    Column("byte_count", Big, nullable=False),
    Column("received_at", Big, nullable=False),
    Column("said_at", Big),
    Column("state", String(16), nullable=False),
    Column("format", Name),
    Column("open_messages", Integer, nullable=False),
    Column("problems", LargeBinary),
    PrimaryKeyConstraint("seq", name="pk_envelope"),
    UniqueConstraint("id", name="uq_envelope_id"),
)
"""One arrival. ``id`` is the digest of (partner, sha256): the same bytes from one partner are the same envelope.
``said_at`` is what the channel says of it beside its bytes."""


envelope_bytes = Table(
    "envelope_bytes",
    metadata,
    Column("envelope", Big, nullable=False, autoincrement=False),
    Column("sealed", LargeBinary),
    PrimaryKeyConstraint("envelope", name="pk_envelope_bytes"),
)
"""The raw bytes, sealed. NULL is the empty file (Oracle has no empty BLOB bind)."""


repeated_arrival = Table(
    "repeated_arrival",
    metadata,
    serial("seq"),
    Column("envelope", Big, nullable=False),
    Column("channel", Name, nullable=False),
    Column("name", Text),
    Column("received_at", Big, nullable=False),
    PrimaryKeyConstraint("seq", name="pk_repeated_arrival"),
    Index("ix_repeated_arrival", "envelope"),
)
"""The same bytes from the same partner once more: nothing is done about them, and it is seen that they came."""


split_item = Table(
    "split_item",
    metadata,
    Column("envelope", Big, nullable=False, autoincrement=False),
    Column("lane", SmallInteger, nullable=False),
    Column("byte_count", Big, nullable=False),
    Column("next_ordinal", Integer, nullable=False),
    Column("again", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    PrimaryKeyConstraint("envelope", name="pk_split_item"),
)
"""An envelope not yet wholly split. ``again`` = 1: its messages exist and are to be replaced (replay)."""


message = Table(
    "message",
    metadata,
    Column("seq", Big, nullable=False, autoincrement=False),
    Column("envelope", Big, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("partner", Name, nullable=False),
    Column("format", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("version", Name),
    Column("author", Key),
    Column("said_at", Big),
    Column("received_at", Big, nullable=False),
    Column("state", String(16), nullable=False),
    Column("item_count", Integer, nullable=False),
    Column("open_items", Integer, nullable=False),
    Column("failed_items", Integer, nullable=False),
    Column("mapping", Name),
    Column("body", LargeBinary),
    PrimaryKeyConstraint("seq", name="pk_message"),
)
"""One message of an envelope; ``body`` is JSON: problems, not_carried, keys, frame, reference, detail."""
