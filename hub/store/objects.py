"""Logistics objects and their revisions. The only SQL that writes them. Knows no HTTP and no class of the ontology."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from hub.clock import micros, moment
from hub.objects import Conflict, HeldObject, NewObject, Nodes, Projected
from hub.store.rows import insert_all, select_in
from hub.store.tables import logistics_object, object_revision

SECOND = 1_000_000
_encoder = msgspec.json.Encoder(order="sorted")

_COLUMNS = (
    logistics_object.c.id,
    logistics_object.c.shipment,
    logistics_object.c.revision_no.label("latest"),
    logistics_object.c.created_at,
    logistics_object.c.created_by,
    logistics_object.c.events_at,
    object_revision.c.revision_no,
    object_revision.c.type,
    object_revision.c.document,
    object_revision.c.created_at.label("revised_at"),
)
NEWEST = select(*_COLUMNS).join_from(
    logistics_object,
    object_revision,
    (object_revision.c.object == logistics_object.c.id) & (object_revision.c.revision_no == logistics_object.c.revision_no),
)
NEWEST_OF = NEWEST.where(logistics_object.c.id.in_(bindparam("values", expanding=True)))
NEWEST_ONE = NEWEST.where(logistics_object.c.id == bindparam("i"))
_earlier = object_revision.alias("earlier")
IN_FORCE = (
    select(func.max(_earlier.c.revision_no))
    .where(_earlier.c.object == logistics_object.c.id, _earlier.c.created_at < bindparam("before"))
    .correlate(logistics_object)
    .scalar_subquery()
)
PAST_OF = (
    select(*_COLUMNS)
    .join_from(
        logistics_object,
        object_revision,
        (object_revision.c.object == logistics_object.c.id) & (object_revision.c.revision_no == IN_FORCE),
    )
    .where(logistics_object.c.id.in_(bindparam("values", expanding=True)))
)
TAKEN = select(logistics_object.c.id).where(logistics_object.c.id.in_(bindparam("values", expanding=True)))
DIGESTS = select(
    logistics_object.c.id, logistics_object.c.revision_no, logistics_object.c.digest, logistics_object.c.shipment
).where(logistics_object.c.id.in_(bindparam("values", expanding=True)))
OF_SHIPMENT = select(logistics_object.c.id).where(logistics_object.c.shipment == bindparam("s")).order_by(logistics_object.c.id)
ADD_OBJECTS = insert(logistics_object)
ADD_REVISIONS = insert(object_revision)
REVISE = (
    update(logistics_object)
    .where(logistics_object.c.id == bindparam("i"), logistics_object.c.revision_no == bindparam("base"))
    .values(revision_no=bindparam("n"), digest=bindparam("d"), type=bindparam("t"))
)
EVENT_RECEIVED = update(logistics_object).where(logistics_object.c.id == bindparam("i")).values(events_at=bindparam("now"))


def packed(value: Any) -> bytes:
    """Plain JSON as stored."""
    return zlib.compress(_encoder.encode(value), 1)


def unpacked(stored: bytes) -> Any:
    """What was stored."""
    return msgspec.json.decode(zlib.decompress(stored))


def digest_of(nodes: Nodes) -> str:
    """The digest by which contents are compared."""
    return hashlib.blake2b(_encoder.encode(nodes), digest_size=16).hexdigest()


def create(connection: Connection, new: Sequence[NewObject], now: datetime) -> None:
    """Keep new objects as revision 1. Raises Conflict when an identifier is taken, and nothing is to be committed then."""
    taken = [row.id for row in select_in(connection, TAKEN, [one.id for one in new])]
    if taken or len({one.id for one in new}) < len(new):
        raise Conflict("identifier", f"there is already a logistics object {', '.join(taken) or 'of that name'}")
    insert_all(connection, ADD_OBJECTS, [_object(one.id, one.type, one.nodes, one.by, now) for one in new])
    insert_all(connection, ADD_REVISIONS, [_revision(one.id, 1, one.type, one.nodes, one.by, now) for one in new])


def _object(id: str, type: str, nodes: Nodes, by: str, now: datetime, shipment: str | None = None) -> dict[str, Any]:
    return {
        "id": id,
        "type": type,
        "shipment": shipment,
        "revision_no": 1,
        "digest": digest_of(nodes),
        "created_by": by,
        "created_at": micros(now),
        "events_at": None,
    }


def _revision(
    id: str, number: int, type: str, nodes: Nodes, by: str, now: datetime, request: str | None = None
) -> dict[str, Any]:
    return {
        "object": id,
        "revision_no": number,
        "type": type,
        "document": packed(nodes),
        "created_at": micros(now),
        "created_by": by,
        "request": request,
    }


def get_all(connection: Connection, ids: Sequence[str], at: datetime | None) -> dict[str, HeldObject]:
    """The newest revisions, or those in force at the end of a second."""
    if at is None and len(ids) == 1:  # by far the most frequent question, and a fifth cheaper than a list of one
        rows: list[Any] = list(connection.execute(NEWEST_ONE, {"i": ids[0]}))
    elif at is None:
        rows = select_in(connection, NEWEST_OF, ids)
    else:
        rows = select_in(connection, PAST_OF, ids, before=(micros(at) // SECOND + 1) * SECOND)
    return {row.id: _held(row) for row in rows}


def _held(row: Any) -> HeldObject:
    return HeldObject(
        id=row.id,
        type=row.type,
        nodes=unpacked(row.document),
        revision=row.revision_no,
        latest=row.latest,
        created_at=moment(row.created_at),
        revised_at=moment(row.revised_at),
        created_by=row.created_by,
        events_at=moment(row.events_at) if row.events_at is not None else None,
        shipment=row.shipment or "",
    )


def revise(
    connection: Connection, id: str, type: str, *, base: int, nodes: Nodes, by: str, request: str | None, now: datetime
) -> None:
    """Keep the next revision. Raises Conflict (revision) when ``base`` is not the newest any more."""
    values = {"i": id, "base": base, "n": base + 1, "d": digest_of(nodes), "t": type}
    if connection.execute(REVISE, values).rowcount != 1:
        raise Conflict("revision", f"revision {base} of {id} is not the newest any more")
    insert_all(connection, ADD_REVISIONS, [_revision(id, base + 1, type, nodes, by, now, request)])


def project(connection: Connection, shipment: str, objects: Sequence[Projected], by: str, now: datetime) -> list[str]:
    """Keep what follows from a shipment; the ids of those that are new or changed.

    An object that somebody posted, or that follows from another shipment, stays untouched whatever its id.
    """
    known = {row.id: row for row in select_in(connection, DIGESTS, [one.id for one in objects])}
    fresh = [one for one in objects if one.id not in known]
    insert_all(connection, ADD_OBJECTS, [_object(one.id, one.type, one.nodes, by, now, shipment) for one in fresh])
    insert_all(connection, ADD_REVISIONS, [_revision(one.id, 1, one.type, one.nodes, by, now) for one in fresh])
    ours = [one for one in objects if one.id in known and known[one.id].shipment == shipment]
    changed = [one for one in ours if known[one.id].digest != digest_of(one.nodes)]
    for one in changed:
        revise(connection, one.id, one.type, base=known[one.id].revision_no, nodes=one.nodes, by=by, request=None, now=now)
    return [one.id for one in (*fresh, *changed)]


def of_shipment(connection: Connection, shipment: str) -> list[str]:
    """The ids of all that ever followed from a shipment."""
    return list(connection.execute(OF_SHIPMENT, {"s": shipment}).scalars())


def event_received(connection: Connection, objects: Mapping[str, Any], now: datetime) -> None:
    """Note that objects have a new event."""
    insert_all(connection, EVENT_RECEIVED, [{"i": one, "now": micros(now)} for one in sorted(objects)])
