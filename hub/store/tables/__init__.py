"""Every table of the hub, for SQLite, PostgreSQL and Oracle alike. Knows no queries.

Times are integer microseconds UTC; truth values are small integers; names have at most 30 characters; no text column is ever
'' (Oracle reads it back as NULL), and few rows need the database to number them: an envelope's id is the digest of its partner
and bytes, a message's number is its envelope's number and its ordinal.
"""

from hub.store.tables.arrivals import envelope, envelope_bytes, message, repeated_arrival, split_item
from hub.store.tables.base import metadata
from hub.store.tables.flights import flight_item
from hub.store.tables.objects import (
    access_grant,
    action_request,
    agent_group,
    join_due,
    logistics_event,
    logistics_object,
    object_link,
    object_projection,
    object_revision,
    object_word,
    projection_due,
    request_object,
    subscription,
)
from hub.store.tables.owed import acknowledgement, answer_item, control_number, delivery, delivery_bytes
from hub.store.tables.said import refold_item, slot, statement
from hub.store.tables.shipments import revision, shipment, term
from hub.store.tables.watched import dead_letter, lease, replay, replay_item

__all__ = [
    "access_grant",
    "acknowledgement",
    "action_request",
    "agent_group",
    "answer_item",
    "control_number",
    "dead_letter",
    "delivery",
    "delivery_bytes",
    "envelope",
    "envelope_bytes",
    "flight_item",
    "join_due",
    "lease",
    "logistics_event",
    "logistics_object",
    "message",
    "metadata",
    "object_link",
    "object_projection",
    "object_revision",
    "object_word",
    "projection_due",
    "refold_item",
    "repeated_arrival",
    "replay",
    "replay_item",
    "request_object",
    "revision",
    "shipment",
    "slot",
    "split_item",
    "statement",
    "subscription",
    "term",
]
