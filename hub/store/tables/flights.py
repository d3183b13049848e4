"""Flights whose lists may have to be told anew."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, SmallInteger, Table

from hub.store.tables.base import Big, Key, metadata, serial

flight_item = Table(
    "flight_item",
    metadata,
    serial("seq"),
    Column("departure", Key, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("message", Big),
    Column("changed_at", Big, nullable=False),
    Column("run_at", Big, nullable=False),
    PrimaryKeyConstraint("seq", name="pk_flight_item"),
    Index("ix_flight_item_departure", "departure"),
)
"""A flight on its day (``XX421/2026-11-21/FRA``) of which a shipment tells something else since ``changed_at``, and the message
that this came by (NULL: none). It is looked at from ``run_at`` on, and deleted when done."""
