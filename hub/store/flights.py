"""Flights of which shipments tell something new, what is on them, and what partners were told of them already.

The only SQL that writes their queue. Knows no rules and no format.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hub.flight_lists import Aboard
from hub.flight_routing import LATEST, tellers
from hub.store.inbox import DONE
from hub.store.outbox import CANCELLED, PENDING, RETRYING, UNKNOWN
from hub.store.projection import FLIGHT
from hub.store.rows import envelope_of, execute_in, insert_all, lane_of, select_in
from hub.store.shipments import opened
from hub.store.tables import delivery, envelope, flight_item, revision, shipment, term

_UNGONE = (PENDING, RETRYING, UNKNOWN)

ADD_ITEMS = insert(flight_item)
DUE = (
    select(flight_item.c.departure)
    .where(flight_item.c.lane.in_(bindparam("lanes", expanding=True)), flight_item.c.run_at <= bindparam("now"))
    .order_by(flight_item.c.seq)
    .limit(bindparam("limit"))
)
ITEMS = select(flight_item).where(flight_item.c.departure.in_(bindparam("values", expanding=True))).order_by(flight_item.c.seq)
OPEN_ENVELOPES = select(envelope.c.seq).where(envelope.c.seq.in_(bindparam("values", expanding=True)), envelope.c.state != DONE)
DROP_ITEMS = delete(flight_item).where(flight_item.c.seq.in_(bindparam("values", expanding=True)))
ABOARD = (
    select(shipment.c.key, revision.c.document, revision.c.lineage)
    .join_from(term, shipment, shipment.c.key == term.c.shipment)
    .join(revision, (revision.c.shipment == shipment.c.key) & (revision.c.revision_no == shipment.c.revision_no))
    .where(term.c.kind == FLIGHT, term.c.value == bindparam("v"), shipment.c.live == 1)
    .order_by(shipment.c.key)
)
HISTORY = (
    select(
        delivery.c.seq,
        delivery.c.key,
        delivery.c.partner,
        delivery.c.channel,
        delivery.c.target,
        delivery.c.ordering,
        delivery.c.state,
        delivery.c.run_at,
    )
    .where(delivery.c.shipment == bindparam("k"))
    .order_by(delivery.c.seq)
)
CONTENT = select(delivery.c.content).where(delivery.c.seq == bindparam("s"))
SUPERSEDE = (
    update(delivery)
    .where(delivery.c.seq.in_(bindparam("values", expanding=True)), delivery.c.state.in_(_UNGONE))
    .values(
        state=CANCELLED, run_at=None, blocked=0, finished_at=bindparam("now"), outcome="a newer list of the flight goes instead"
    )
)


class Item(NamedTuple):
    """A flight to be looked at, as queued."""

    seq: int
    departure: str
    lane: int
    changed_at: int


class Past(NamedTuple):
    """A list that was made for a partner before."""

    seq: int
    key: str
    ordering: str
    state: str
    run_at: int | None

    def is_stale(self, now: int) -> bool:
        """Whether a newer list may go in its place: it has not gone, and no courier can have it with him now."""
        return self.ordering == LATEST and self.state in _UNGONE and self.run_at is not None and self.run_at > now


def queue(connection: Connection, touched: Iterable[tuple[str, int | None]], *, changed_at: int, run_at: int) -> None:
    """Ask for flights to be looked at, each because of the message named with it."""
    rows = [
        {"departure": name, "lane": lane_of(name), "message": message, "changed_at": changed_at, "run_at": run_at}
        for name, message in touched
    ]
    insert_all(connection, ADD_ITEMS, rows)


def due(connection: Connection, lanes: Sequence[int], now: int, limit: int) -> dict[str, list[Item]]:
    """The flights of these lanes whose time has come, each with all its items.

    A flight that a message changes is left until all that came with that message has been folded: half a manifest is none.
    """
    names = sorted(set(connection.execute(DUE, {"lanes": lanes, "now": now, "limit": limit}).scalars()))
    rows = select_in(connection, ITEMS, names)
    causes = {row.seq: envelope_of(row.message) for row in rows if row.message is not None}
    open = {row.seq for row in select_in(connection, OPEN_ENVELOPES, sorted(set(causes.values())))}
    held = {row.departure for row in rows if causes.get(row.seq) in open}
    found: dict[str, list[Item]] = {name: [] for name in names if name not in held}
    for row in rows:
        if row.departure in found:
            found[row.departure].append(Item(row.seq, row.departure, row.lane, row.changed_at))
    return found


def drop(connection: Connection, items: Sequence[Item]) -> bool:
    """Take items that are done from the queue; False when some were gone."""
    return execute_in(connection, DROP_ITEMS, [one.seq for one in items]) == len(items)


def aboard(connection: Connection, departure: str) -> dict[str, Aboard]:
    """Every shipment that is said to be booked or loaded on a flight, by key."""
    rows = connection.execute(ABOARD, {"v": departure})
    return {row.key: Aboard(document=msgspec.json.decode(row.document), tellers=tellers(opened(row.lineage))) for row in rows}


def history(connection: Connection, flight: str) -> dict[tuple[str, str, str], list[Past]]:
    """What partners were told of a flight, the oldest first, by (partner, channel, target)."""
    found: dict[tuple[str, str, str], list[Past]] = {}
    for row in connection.execute(HISTORY, {"k": flight}):
        past = Past(row.seq, row.key, row.ordering, row.state, row.run_at)
        found.setdefault((row.partner, row.channel, row.target), []).append(past)
    return found


def content(connection: Connection, past: Past | None) -> bytes | None:
    """What a list of before was written from."""
    return None if past is None else connection.execute(CONTENT, {"s": past.seq}).scalar()


def supersede(connection: Connection, stale: Sequence[Past], now: int) -> None:
    """Give up lists that have not gone: a newer one takes their place."""
    execute_in(connection, SUPERSEDE, [one.seq for one in stale], now=now)


def last(history: Sequence[Past], stale: Sequence[Any] = ()) -> Past | None:
    """The newest list that was neither given up nor is stale."""
    gone = {one.seq for one in stale}
    return next((one for one in reversed(history) if one.state != CANCELLED and one.seq not in gone), None)
