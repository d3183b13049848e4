"""The read side: shipments as they are or were, what is found by what, and the lists an operator looks at. Writes nothing.

Whoever may see only some shipments passes ``seen_by``: the party identities (``account:…``, ``iata_code:…``) it stands for;
a shipment that names none of them is not there.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Select, exists, select

from hub.clock import micros, moment
from hub.statement import Document
from hub.store import counts, lists
from hub.store.engine import reading
from hub.store.messages import DUPLICATE, RECEIVED
from hub.store.rows import parse_message_id
from hub.store.sealer import Sealer, Unsealed
from hub.store.search import Criteria, Position, named, position, rarest, search_query
from hub.store.shipments import opened
from hub.store.tables import envelope, envelope_bytes, revision, shipment, term

LARGEST_PAGE = 500


class ShipmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment at one revision, with who said what."""

    key: str
    document: Document
    revision: int
    created_at: datetime
    lineage: Mapping[str, Any]
    conflicts: Mapping[str, Any]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a search result."""

    key: str
    status: str | None
    origin: str | None
    destination: str | None
    first_date: str | None
    revision: int
    changed_at: datetime
    document: Document


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some items, and where the next page begins (None: there is none)."""

    items: Sequence[Any]
    next: str | None


class ReadSide:
    """All questions the portal and the commands ask."""

    def __init__(self, engine: Engine, *, sealer: Sealer | None = None) -> None:
        self._engine = engine
        self._sealer = sealer or Unsealed()

    def shipment(
        self, awb: str, *, sequence: int | None = None, at: datetime | None = None, seen_by: Sequence[str] | None = None
    ) -> ShipmentView | None:
        """The shipment of a waybill number (its newest sequence unless one is named), now or as it was ``at`` a time."""
        with reading(self._engine) as connection:
            keys = connection.execute(_keys_of(f"awb:{awb}", seen_by, live=at is None)).scalars().all()
            wanted = [key for key in keys if sequence is None or key.endswith(f":{sequence}")]
            views = (_view(connection, key, at) for key in sorted(wanted, key=_sequence, reverse=True))
            return next((view for view in views if view is not None), None)

    def by_key(self, key: str, *, at: datetime | None = None, seen_by: Sequence[str] | None = None) -> ShipmentView | None:
        """The shipment of a full key (``awb:020-12345675:1``, ``house:…``)."""
        with reading(self._engine) as connection:
            if connection.execute(_visible(select(shipment.c.key).where(shipment.c.key == key), seen_by)).first() is None:
                return None
            return _view(connection, key, at)

    def sees(self, key: str, seen_by: Sequence[str] | None) -> bool:
        """Whether one of these identities opens the shipment of a full key."""
        with reading(self._engine) as connection:
            query = _visible(select(shipment.c.key).where(shipment.c.key == key), seen_by)
            return connection.execute(query).first() is not None

    def timeline(self, awb: str, *, seen_by: Sequence[str] | None = None) -> list[dict[str, Any]] | None:
        """The milestones of the newest sequence, in their order, each with its witnesses; None when there is no such shipment."""
        view = self.shipment(awb, seen_by=seen_by)
        if view is None:
            return None
        return [
            {**one, "witnesses": _list(view.lineage.get(f"/milestones/{one.get('id')}"))}
            for one in view.document.get("milestones", [])
        ]

    def revisions(self, key: str) -> list[tuple[int, datetime, Document]]:
        """Every content a shipment has had: number, time, document."""
        query = select(revision.c.revision_no, revision.c.created_at, revision.c.document).where(revision.c.shipment == key)
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(revision.c.revision_no)).all()
        return [(row.revision_no, moment(row.created_at), msgspec.json.decode(row.document)) for row in found]

    def search(self, criteria: Criteria, *, cursor: str = "", limit: int = 50) -> Page:
        """Shipments that meet every criterion, newest change first; of equal changes the greater key.

        A page goes on where the one before ended, whatever was added or changed meanwhile: nothing comes twice, and what
        changed since comes first in a new search. Raises ValueError for a cursor that is none.
        """
        after = position(cursor) if cursor else None
        size = max(1, min(limit, LARGEST_PAGE))
        with reading(self._engine) as connection:
            by = rarest(connection, criteria)
            rows = connection.execute(search_query(criteria, by=by, after=after, limit=size + 1)).all()
        more = Position(rows[size - 1].changed_at, rows[size - 1].key).cursor() if len(rows) > size else None
        return Page(items=[_found(row) for row in rows[:size]], next=more)

    def messages(
        self,
        *,
        partner: str | None = None,
        state: str | None = None,
        type: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        """Messages, newest first; envelopes not yet taken apart come as one message of type ``unknown``, state ``received``.

        Bytes that were known already are listed among them as state ``duplicate``. Raises ValueError for a bad cursor.
        """
        size = min(limit, lists.LARGEST)
        seen, _, seen_again = (after or "").partition(":")
        with reading(self._engine) as connection:
            rows = connection.execute(lists.messages(partner, state, type, after=seen or None, limit=limit)).all()
            again = connection.execute(lists.repeated(partner, after=seen_again or None, limit=limit)).all()
            unasked = after or state not in (None, RECEIVED) or type not in (None, "unknown")
            waiting = [] if unasked else connection.execute(lists.unsplit(partner, limit)).all()
            if state not in (None, DUPLICATE) or type not in (None, "unknown"):
                again = []
            merged = ((row, False) for row in rows), ((row, True) for row in again)
            taken = list(islice(heapq.merge(*merged, key=lambda pair: -int(pair[0].received_at)), size))
            items = [
                lists.repeated_item(row) if repeated else lists.message_items(connection, [row])[0] for row, repeated in taken
            ]
        last = {repeated: str(row.seq) for row, repeated in taken}
        next = None if len(taken) < size else f"{last.get(False, seen)}:{last.get(True, seen_again)}"
        return Page(items=[lists.unsplit_item(row) for row in waiting] + items, next=next)

    def message(self, id: str) -> dict[str, Any] | None:
        """One message by id."""
        with reading(self._engine) as connection:
            row = lists.find_message(connection, id)
            return None if row is None else lists.message_items(connection, [row])[0]

    def envelope(self, id: str) -> dict[str, Any] | None:
        """One arrival: what it was, how far it is, the problems of the file as a whole, and its messages in order."""
        with reading(self._engine) as connection:
            return lists.envelope_item(connection, id)

    def raw(self, id: str) -> bytes | None:
        """The stored bytes of an envelope, by its id or the id of one of its messages."""
        named = parse_message_id(id)
        query = select(envelope_bytes.c.sealed).join_from(envelope, envelope_bytes, envelope_bytes.c.envelope == envelope.c.seq)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(envelope.c.id == (named[0] if named else id))).first()
        return None if row is None else self._sealer.unseal(row.sealed) if row.sealed else b""

    def deliveries(
        self,
        *,
        shipment: str | None = None,
        partner: str | None = None,
        state: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        """Deliveries, newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(lists.deliveries(shipment, partner, state, after=after, limit=limit)).all()
        return _page([lists.delivery_item(row) for row in rows], limit, lambda one: str(one["number"]))

    def dead_letters(
        self,
        *,
        state: str | None = "open",
        fingerprint: str | None = None,
        partner: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        """Dead letters, the heaviest first; then the newest."""
        with reading(self._engine) as connection:
            rows = connection.execute(lists.dead_letters(state, fingerprint, partner, after=after, limit=limit)).all()
        return _page([lists.dead_letter_item(row) for row in rows], limit, lambda one: f"{one['impact']['score']}:{one['id']}")

    def dead_letter(self, id: int) -> dict[str, Any] | None:
        """One dead letter."""
        with reading(self._engine) as connection:
            row = connection.execute(lists.one_dead_letter(id)).first()
        return None if row is None else lists.dead_letter_item(row)

    def counts(self) -> dict[str, Any]:
        """How many messages, deliveries and dead letters by state, and how many shipments."""
        with reading(self._engine) as connection:
            return {
                "messages": counts.messages(connection),
                "deliveries": counts.deliveries(connection),
                "dead_letters": counts.dead_letters(connection),
                "shipments": counts.shipments(connection),
            }


def _sequence(key: str) -> tuple[int, str]:
    last = key.rpartition(":")[2]
    return (int(last) if last.isdigit() else 0, key)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _visible(query: Select[Any], seen_by: Sequence[str] | None) -> Select[Any]:
    if seen_by is None:
        return query
    return query.where(exists().where(named(seen_by), term.c.shipment == shipment.c.key))


def _keys_of(number_key: str, seen_by: Sequence[str] | None, *, live: bool) -> Select[Any]:
    query = _visible(select(shipment.c.key).where(shipment.c.number_key == number_key), seen_by)
    return query.where(shipment.c.live == 1) if live else query


def _view(connection: Connection, key: str, at: datetime | None) -> ShipmentView | None:
    query = select(revision).where(revision.c.shipment == key)
    if at is not None:
        query = query.where(revision.c.created_at <= micros(at))
    row = connection.execute(query.order_by(revision.c.revision_no.desc()).limit(1)).first()
    if row is None:
        return None
    document = msgspec.json.decode(row.document)
    if not document:
        return None
    return ShipmentView(
        key=key,
        document=document,
        revision=row.revision_no,
        created_at=moment(row.created_at),
        lineage=opened(row.lineage),
        conflicts=opened(row.conflicts),
    )


def _found(row: Any) -> Found:
    return Found(
        key=row.key,
        status=row.status,
        origin=row.origin,
        destination=row.destination,
        first_date=row.first_date,
        revision=row.revision_no,
        changed_at=moment(row.changed_at),
        document=msgspec.json.decode(row.document),
    )


def _page(items: Sequence[Any], limit: int, cursor: Callable[[Any], str]) -> Page:
    return Page(items=items, next=cursor(items[-1]) if items and len(items) >= min(limit, LARGEST_PAGE) else None)
