"""How much there is of everything, and whether anything waits. Only reads."""

from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from hub.store.tables import answer_item, dead_letter, delivery, flight_item, message, refold_item, shipment, split_item

MESSAGES = select(message.c.state, func.count()).group_by(message.c.state)
DELIVERIES = select(delivery.c.state, func.count()).group_by(delivery.c.state)
DEAD_LETTERS = select(dead_letter.c.state, func.count()).group_by(dead_letter.c.state)
SHIPMENTS = select(func.count()).select_from(shipment).where(shipment.c.live == 1)
UNSPLIT = select(func.count()).select_from(split_item)
UNFOLDED = select(func.count()).select_from(refold_item)
_ANY = (
    select(split_item.c.envelope).limit(1),
    select(refold_item.c.seq).limit(1),
    select(answer_item.c.envelope).limit(1),
)
DUE_NOW = (
    select(delivery.c.seq).where(delivery.c.run_at <= bindparam("now")).limit(1),
    select(flight_item.c.seq).where(flight_item.c.run_at <= bindparam("now")).limit(1),
)


def messages(connection: Connection) -> dict[str, int]:
    """Messages by state; ``received`` are the envelopes not yet taken apart."""
    found = _by_state(connection, MESSAGES)
    unsplit = connection.execute(UNSPLIT).scalar_one()
    return {**found, **({"received": unsplit} if unsplit else {})}


def deliveries(connection: Connection) -> dict[str, int]:
    """Deliveries by state."""
    return _by_state(connection, DELIVERIES)


def dead_letters(connection: Connection) -> dict[str, int]:
    """Dead letters by state."""
    return _by_state(connection, DEAD_LETTERS)


def shipments(connection: Connection) -> int:
    """Shipments of which something is said."""
    return int(connection.execute(SHIPMENTS).scalar_one())


def waiting(connection: Connection, now: int) -> bool:
    """Whether anything is there to be done now, by whichever worker."""
    if any(connection.execute(one).first() is not None for one in _ANY):
        return True
    return any(connection.execute(one, {"now": now}).first() is not None for one in DUE_NOW)


def _by_state(connection: Connection, query: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}
