"""Deliveries that stand in line behind another, so that nobody is at them: the outbox's own rows, looked at and given up.

Knows no format.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from hub.clock import micros
from hub.store.outbox import CANCELLED
from hub.store.tables import delivery

WAITING = (
    select(delivery.c.seq)
    .where(
        delivery.c.shipment == bindparam("k"),
        delivery.c.partner == bindparam("p"),
        delivery.c.blocked == 1,
    )
    .limit(1)
)
IN_LINE = (
    select(delivery.c.seq, delivery.c.content)
    .where(
        delivery.c.shipment == bindparam("k"),
        delivery.c.partner == bindparam("p"),
        delivery.c.target == bindparam("t"),
        delivery.c.blocked == 1,
    )
    .order_by(delivery.c.seq)
)
LEAVE_LINE = (
    update(delivery)
    .where(delivery.c.seq == bindparam("s"), delivery.c.blocked == 1)
    .values(state=CANCELLED, run_at=None, blocked=0, finished_at=bindparam("now"))
)


def is_waiting(connection: Connection, partner: str, shipment: str) -> bool:
    """Whether a delivery to a partner about a key stands behind another, so that nobody can have begun with it."""
    return connection.execute(WAITING, {"k": shipment, "p": partner}).first() is not None


def in_line(connection: Connection, partner: str, shipment: str, target: str) -> list[tuple[int, bytes]]:
    """Deliveries that stand in line behind another, so that nobody is at them: number and content, oldest first."""
    rows = connection.execute(IN_LINE, {"k": shipment, "p": partner, "t": target})
    return [(row.seq, row.content) for row in rows if row.content is not None]


def leave_line(connection: Connection, seq: int, now: datetime) -> bool:
    """Give up a delivery that stands in line; those before and behind it stay where they are. Whether it still stood there."""
    return connection.execute(LEAVE_LINE, {"s": seq, "now": micros(now)}).rowcount == 1
