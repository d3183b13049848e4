"""What an operator looks after: dead letters and replays; and who works on what."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, UniqueConstraint

from hub.store.tables.base import Big, Key, Name, Text, metadata, serial

dead_letter = Table(
    "dead_letter",
    metadata,
    serial("seq"),
    Column("subject", String(300), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("fingerprint", Name, nullable=False),
    Column("cause", Text, nullable=False),
    Column("partner", Name, nullable=False),
    Column("envelope", Big),
    Column("message", Big),
    Column("shipment", Key),
    Column("delivery", Big),
    Column("problem", LargeBinary, nullable=False),
    Column("impact", Integer, nullable=False),
    Column("reasons", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_at", Big, nullable=False),
    Column("last_at", Big, nullable=False),
    Column("owner", Name),
    Column("note", Text),
    Column("state", String(16), nullable=False),
    PrimaryKeyConstraint("seq", name="pk_dead_letter"),
    UniqueConstraint("subject", name="uq_dead_letter_subject"),
    Index("ix_dead_letter_fingerprint", "fingerprint"),
)
"""One thing that failed, at one stage. ``subject`` names it, so that failing again is the same dead letter, tried once more."""


lease = Table(
    "lease",
    metadata,
    Column("name", Name, nullable=False),
    Column("owner", Name),
    Column("fence", Big, nullable=False),
    Column("expires_at", Big, nullable=False),
    Column("used_at", Big, nullable=False),
    PrimaryKeyConstraint("name", name="pk_lease"),
)
"""Who works on a lane (``lane:00`` … ``lane:63``), leads (``leader``) or is alive (``worker:<owner>``), until when."""


replay = Table(
    "replay",
    metadata,
    serial("seq"),
    Column("id", Name, nullable=False),
    Column("reason", Text),
    Column("state", String(16), nullable=False),
    Column("selected", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("created_at", Big, nullable=False),
    PrimaryKeyConstraint("seq", name="pk_replay"),
    UniqueConstraint("id", name="uq_replay_id"),
)


replay_item = Table(
    "replay_item",
    metadata,
    Column("replay", Big, nullable=False, autoincrement=False),
    Column("envelope", Big, nullable=False, autoincrement=False),
    Column("state", String(16), nullable=False),
    PrimaryKeyConstraint("replay", "envelope", name="pk_replay_item"),
)
"""The selection of a replay, frozen when it was asked for."""
