"""The ONE Record node: logistics objects, their revisions and events, action requests, subscriptions, grants."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table

from hub.store.tables.base import Big, Key, Name, Text, metadata, serial

logistics_object = Table(
    "logistics_object",
    metadata,
    Column("id", Key, nullable=False),
    Column("type", Key, nullable=False),
    Column("shipment", Key),
    Column("revision_no", Integer, nullable=False),
    Column("digest", Name, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("events_at", Big),
    PrimaryKeyConstraint("id", name="pk_logistics_object"),
    Index("ix_logistics_object_shipment", "shipment"),
)
"""A logistics object and its newest revision. ``shipment`` is the key it is projected from, NULL for one posted by somebody."""


object_revision = Table(
    "object_revision",
    metadata,
    Column("object", Key, nullable=False),
    Column("revision_no", Integer, nullable=False, autoincrement=False),
    Column("type", Key, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("request", Name),
    PrimaryKeyConstraint("object", "revision_no", name="pk_object_revision"),
)
"""Every content an object has had (nodes as JSON, deflated), and the action request it came by."""


logistics_event = Table(
    "logistics_event",
    metadata,
    Column("object", Key, nullable=False),
    Column("id", Name, nullable=False),
    Column("type", Key, nullable=False),
    Column("code", Text),
    Column("occurred_at", Big, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("received_at", Big, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    PrimaryKeyConstraint("object", "id", name="pk_logistics_event"),
    Index("ix_logistics_event_created", "object", "created_at"),
)
"""An event of an object, never changed. ``code`` is the IRI of its event code."""


action_request = Table(
    "action_request",
    metadata,
    Column("id", Name, nullable=False),
    Column("kind", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("since", Big, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", Big, nullable=False),
    Column("revision_no", Integer),
    Column("body", LargeBinary, nullable=False),
    Column("history", LargeBinary, nullable=False),
    Column("errors", LargeBinary),
    Column("revoked_by", Text),
    Column("revoked_at", Big),
    PrimaryKeyConstraint("id", name="pk_action_request"),
)
"""What somebody asks for; ``body`` and ``errors`` are nodes, ``history`` the states before the present one, all JSON."""


request_object = Table(
    "action_request_object",
    metadata,
    Column("object", Key, nullable=False),
    Column("request", Name, nullable=False),
    PrimaryKeyConstraint("object", "request", name="pk_action_request_object"),
    Index("ix_action_request_object", "request"),
    sqlite_with_rowid=False,
)
"""Which objects a request is about."""


subscription = Table(
    "subscription",
    metadata,
    Column("id", Name, nullable=False),
    Column("request", Name, nullable=False),
    Column("subscriber", Text, nullable=False),
    Column("topic_type", Name, nullable=False),
    Column("topic", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("expires_at", Big),
    Column("ended_at", Big),
    PrimaryKeyConstraint("id", name="pk_subscription"),
    Index("ix_subscription_topic", "topic"),
    Index("ix_subscription_request", "request"),
)
"""A subscription by an accepted request; ``body`` is JSON: event types and the nodes. In force until expired or ended."""


access_grant = Table(
    "access_grant",
    metadata,
    serial("seq"),
    Column("object", Key, nullable=False),
    Column("agent", Text, nullable=False),
    Column("permission", Name, nullable=False),
    Column("request", Name),
    Column("through", Text),
    Column("expires_at", Big),
    Column("created_at", Big, nullable=False),
    Column("ended_at", Big),
    PrimaryKeyConstraint("seq", name="pk_access_grant"),
    Index("ix_access_grant_object", "object"),
    Index("ix_access_grant_request", "request"),
)
"""Who may do what to which object; ``through`` is the agent whose own access it hangs on."""


agent_group = Table(
    "agent_group",
    metadata,
    Column("agent", Text, nullable=False),
    Column("name", Name, nullable=False),
    PrimaryKeyConstraint("agent", "name", name="pk_agent_group"),
)
"""Which agents a group's grants hold for."""


object_projection = Table(
    "object_projection",
    metadata,
    Column("shipment", Key, nullable=False),
    Column("revision_no", Integer, nullable=False),
    PrimaryKeyConstraint("shipment", name="pk_object_projection"),
)
"""Up to which of its revisions a shipment's objects have been kept."""


projection_due = Table(
    "projection_due",
    metadata,
    serial("seq"),
    Column("shipment", Key, nullable=False),
    Column("revision_no", Integer, nullable=False),
    PrimaryKeyConstraint("seq", name="pk_projection_due"),
    Index("ix_projection_due_shipment", "shipment"),
)
"""Revisions of shipments that nobody has been told of as logistics objects yet."""


object_link = Table(
    "object_link",
    metadata,
    Column("object", Key, nullable=False),
    Column("target", Key, nullable=False),
    PrimaryKeyConstraint("object", "target", name="pk_object_link"),
    Index("ix_object_link_target", "target"),
    sqlite_with_rowid=False,
)
"""Which other objects of this node the newest revision of a posted object refers to, whether they are there yet or not."""


join_due = Table(
    "join_due",
    metadata,
    serial("seq"),
    Column("object", Key, nullable=False),
    Column("event", Name),
    Column("since", Big, nullable=False),
    PrimaryKeyConstraint("seq", name="pk_join_due"),
)
"""Posted objects and events of which the hub has not been told yet what they say together with what they link to."""


object_word = Table(
    "object_word",
    metadata,
    Column("envelope", Name, nullable=False),
    Column("about", String(300), nullable=False),
    Column("settled_by", String(100)),
    PrimaryKeyConstraint("envelope", "about", name="pk_object_word"),
    Index("ix_object_word_about", "about"),
    sqlite_with_rowid=False,
)
"""Arrivals with the words of posted objects (``object``) and events (``object/event``) that say nothing of a shipment yet, and
the later message that says it for them."""
