"""Every table of the hub, for SQLite, PostgreSQL and Oracle alike. Knows no queries.

Times are integer microseconds UTC; truth values are small integers; names have at most 30 characters; no text column is ever
'' (Oracle reads it back as NULL), and no identity is needed before a row is written: an envelope's id is the digest of its
partner and bytes, a message's number is its envelope's number and its ordinal.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

Big = BigInteger().with_variant(Integer, "sqlite")
Name = String(64)
Key = String(200)
Text = String(1000)

metadata = MetaData()


def _serial(name: str) -> Column[int]:
    return Column(name, Big, Identity(), nullable=False)


envelope = Table(
    "envelope",
    metadata,
    _serial("seq"),
    Column("id", Name, nullable=False),
    Column("digest", Name, nullable=False),
    Column("partner", Name, nullable=False),
    Column("channel", Name, nullable=False),
    Column("media", Key),
    Column("name", Text),
    Column("byte_count", Big, nullable=False),
    Column("received_at", Big, nullable=False),
    Column("state", String(16), nullable=False),
    Column("format", Name),
    Column("open_messages", Integer, nullable=False),
    Column("problems", LargeBinary),
    PrimaryKeyConstraint("seq", name="pk_envelope"),
    UniqueConstraint("id", name="uq_envelope_id"),
)
"""One arrival. ``id`` is the digest of (partner, sha256): the same bytes from one partner are the same envelope."""

envelope_bytes = Table(
    "envelope_bytes",
    metadata,
    Column("envelope", Big, nullable=False, autoincrement=False),
    Column("sealed", LargeBinary),
    PrimaryKeyConstraint("envelope", name="pk_envelope_bytes"),
)
"""The raw bytes, sealed. NULL is the empty file (Oracle has no empty BLOB bind)."""

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
    _serial("seq"),
    Column("key", Key, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("message", Big),
    PrimaryKeyConstraint("seq", name="pk_refold_item"),
)
"""A number-key to fold again, and the message that asks for it (NULL: a neighbour). Deleted when done."""

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
)
"""The current revision of each shipment; ``live`` = 0 when nothing is said of it any more."""

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

delivery = Table(
    "delivery",
    metadata,
    _serial("seq"),
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
"""One message owed to a partner; its key is a digest that holds the shipment's, so (shipment, key) is unique as the key is, and is
looked up beside its neighbours. Content is the named revision's document, or ``content``; ``ready`` = 1: these are the bytes
themselves (an answer). ``run_at`` is NULL when nothing is left to do. ``blocked`` = 1: an earlier one of (partner, key) is in the way."""

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

dead_letter = Table(
    "dead_letter",
    metadata,
    _serial("seq"),
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
"""One thing that failed, at one stage. ``subject`` names it, so that failing again is the same dead letter with one attempt more."""

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
"""Who works on a lane (``lane:00`` … ``lane:63``), leads (``leader``) or is alive (``worker:<owner>``), until when, under which fence."""

replay = Table(
    "replay",
    metadata,
    _serial("seq"),
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
