"""Logistics events of objects. The only SQL that writes them; none is ever changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, insert, or_, select

from hub.clock import micros, moment
from hub.objects import Conflict, EventPage, EventQuery, HeldEvent, NewEvent
from hub.store import objects
from hub.store.rows import insert_all, select_in
from hub.store.tables import logistics_event

ADD = insert(logistics_event)
ONE = select(logistics_event).where(logistics_event.c.object == bindparam("o"), logistics_event.c.id == bindparam("i"))

OF_OBJECTS = (
    select(logistics_event)
    .where(logistics_event.c.object.in_(bindparam("values", expanding=True)))
    .order_by(logistics_event.c.received_at, logistics_event.c.id)
)


def add(connection: Connection, new: Sequence[NewEvent], now: datetime) -> None:
    """Keep events. Raises Conflict (unknown) for an object that is not there, (identifier) for an event that is."""
    wanted = {one.object: None for one in new}
    known = {row.id for row in select_in(connection, objects.TAKEN, sorted(wanted))}
    if len(known) < len(wanted):
        raise Conflict("unknown", f"there is no logistics object {', '.join(sorted(wanted.keys() - known))}")
    for one in new:
        if get(connection, one.object, one.id) is not None:
            raise Conflict("identifier", f"{one.object} has an event {one.id} already")
    insert_all(connection, ADD, [_values(one, now) for one in new])
    objects.event_received(connection, wanted, now)


def _values(one: NewEvent, now: datetime) -> dict[str, Any]:
    return {
        "object": one.object,
        "id": one.id,
        "type": one.type,
        "code": one.code[:1000] or None,
        "occurred_at": micros(one.occurred_at),
        "created_at": micros(one.created_at or now),
        "received_at": micros(now),
        "created_by": one.by,
        "document": objects.packed(one.nodes),
    }


def get(connection: Connection, object: str, id: str) -> HeldEvent | None:
    """One event."""
    row = connection.execute(ONE, {"o": object, "i": id}).first()
    return _held(row) if row else None


def of_objects(connection: Connection, ids: Sequence[str]) -> list[HeldEvent]:
    """Every event of these objects, in the order they were received."""
    return [_held(row) for row in select_in(connection, OF_OBJECTS, ids)]


def list_of(connection: Connection, object: str, query: EventQuery) -> EventPage:
    """Events of an object, and how many there are without the page's limits."""
    found = _conditions(object, query)
    total = connection.execute(select(func.count()).select_from(logistics_event).where(found)).scalar_one()
    return EventPage(items=[_held(row) for row in connection.execute(page_query(object, query))], total=total)


def page_query(object: str, query: EventQuery) -> Select[Any]:
    """The query of one page, in a total order."""
    by = logistics_event.c.occurred_at if query.sort == "occurred" else logistics_event.c.created_at
    order = (by.desc(), logistics_event.c.id.desc()) if query.descending else (by, logistics_event.c.id)
    chosen = select(logistics_event).where(_conditions(object, query)).order_by(*order)
    if query.limit is not None:
        chosen = chosen.limit(query.limit)
    return chosen.offset(query.skip) if query.skip else chosen


def _conditions(object: str, query: EventQuery) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [logistics_event.c.object == object]
    if query.codes:
        parts.append(or_(*(logistics_event.c.code.contains(one, autoescape=True) for one in query.codes)))
    bounds = (
        (logistics_event.c.created_at, query.created_after, query.created_before),
        (logistics_event.c.occurred_at, query.occurred_after, query.occurred_before),
    )
    for column, after, before in bounds:
        if after is not None:
            parts.append(column >= micros(after))
        if before is not None:
            parts.append(column < (micros(before) // objects.SECOND + 1) * objects.SECOND)
    return and_(*parts)


def _held(row: Any) -> HeldEvent:
    return HeldEvent(
        object=row.object,
        id=row.id,
        type=row.type,
        nodes=objects.unpacked(row.document),
        code=row.code or "",
        occurred_at=moment(row.occurred_at),
        created_at=moment(row.created_at),
        received_at=moment(row.received_at),
        by=row.created_by,
    )
