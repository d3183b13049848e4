"""Lists of flights: which flights are to be looked at, and by which flights the shipments already stored are found."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from hub.store.migrations.making import Big, Making

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TERM = sa.table("shipment_term", sa.column("kind"), sa.column("value"), sa.column("shipment"))
_SHIPMENT = sa.table("shipment", sa.column("key"), sa.column("revision_no"), sa.column("live"))
_REVISION = sa.table("revision", sa.column("shipment"), sa.column("revision_no"), sa.column("document", sa.LargeBinary()))
_STORED = (
    sa.select(_SHIPMENT.c.key, _REVISION.c.document)
    .join_from(
        _SHIPMENT,
        _REVISION,
        sa.and_(_REVISION.c.shipment == _SHIPMENT.c.key, _REVISION.c.revision_no == _SHIPMENT.c.revision_no),
    )
    .where(_SHIPMENT.c.live == 1, _SHIPMENT.c.key > sa.bindparam("after"))
    .order_by(_SHIPMENT.c.key)
    .limit(500)
)


def upgrade() -> None:
    making = Making()

    making.table('flight_item',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('departure', sa.String(length=200), nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.Column('message', Big, nullable=True),
    sa.Column('changed_at', Big, nullable=False),
    sa.Column('run_at', Big, nullable=False),
    sa.PrimaryKeyConstraint('seq', name='pk_flight_item')
    )
    making.index('ix_flight_item_departure', 'flight_item', ['departure'], unique=False)
    if not context.is_offline_mode():
        _find_by_flight(op.get_bind())


def _find_by_flight(connection: sa.Connection) -> None:
    """The flights of the shipments that are there, page by page, as far as they are not found by them yet."""
    after = " "
    while page := connection.execute(_STORED, {"after": after}).all():
        wanted = {(value[:200], key) for key, raw in page for value in _departures(json.loads(raw))}
        there = sa.and_(_TERM.c.kind == "flight", _TERM.c.shipment.in_([key for key, _ in page]))
        known = connection.execute(sa.select(_TERM.c.value, _TERM.c.shipment).where(there)).all()
        for value, key in sorted(wanted - {(row.value, row.shipment) for row in known}):
            connection.execute(sa.insert(_TERM).values(kind="flight", value=value, shipment=key))
        after = page[-1][0]


def _departures(document: dict[str, Any]) -> Iterator[str]:
    told = [one for one in document.get("milestones", ()) if one.get("code") in ("BKD", "MAN", "DEP")]
    legs = [leg for one in document.get("bookings", ()) for leg in one.get("flights", ())]
    for leg in (*document.get("loads", ()), *legs, *({**one, "from": one.get("station")} for one in told)):
        names = [leg.get(name) for name in ("flight", "date", "from")]
        if all(names):
            yield "/".join(map(str, names))
