"""Shipments, their revisions, and what they are found by."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String, Table

from hub.store.tables.base import Big, Key, Name, metadata

shipment = Table(
    "shipment",
    metadata,
    Column("number_key", Key, nullable=False),
    Column("key", Key, nullable=False),
    Column("revision_no", Integer, nullable=False),
    Column("digest", Name, nullable=False),
    Column("proof_digest", Name, nullable=False),
    Column("live", SmallInteger, nullable=False),
    Column("status", String(16)),
    Column("origin", String(16)),
    Column("destination", String(16)),
    Column("first_date", String(16)),
    Column("created_at", Big, nullable=False),
    Column("changed_at", Big, nullable=False),
    PrimaryKeyConstraint("number_key", "key", name="pk_shipment"),
    Index("ix_shipment_key", "key"),
    Index("ix_shipment_changed", "changed_at", "key"),
    Index("ix_shipment_status", "status", "changed_at", "key"),
)
"""The current revision of each shipment; ``live`` = 0 when nothing is said of it any more (in no index: nearly all are)."""


revision = Table(
    "revision",
    metadata,
    Column("shipment", Key, nullable=False),
    Column("revision_no", Integer, nullable=False, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
    Column("lineage", LargeBinary, nullable=False),
    Column("conflicts", LargeBinary, nullable=False),
    Column("digest", Name, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("message", Big),
    PrimaryKeyConstraint("shipment", "revision_no", name="pk_revision"),
)
"""Every content a shipment has had, with who said what (JSON, deflated)."""


term = Table(
    "shipment_term",
    metadata,
    Column("kind", Name, nullable=False),
    Column("value", Key, nullable=False),
    Column("shipment", Key, nullable=False),
    PrimaryKeyConstraint("kind", "value", "shipment", name="pk_shipment_term"),
    sqlite_with_rowid=False,
)
"""What a shipment is found by (awb, house, reference, status, date) and who may see it (party)."""
