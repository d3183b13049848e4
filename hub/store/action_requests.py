"""Action requests and their states. The only SQL that writes them; every change is guarded by the state it starts from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, insert, select, update

from hub.clock import micros, moment
from hub.objects import CHANGE, PENDING, REVOKED, TRANSITIONS, ActionRequest, Conflict, NewRequest, Nodes, StatusEntry
from hub.store.objects import SECOND, packed, unpacked
from hub.store.rows import insert_all, select_in
from hub.store.tables import action_request, request_object

ADD = insert(action_request)
ADD_OBJECTS = insert(request_object)
BY_ID = select(action_request).where(action_request.c.id.in_(bindparam("values", expanding=True)))
OBJECTS = (
    select(request_object.c.request, request_object.c.object)
    .where(request_object.c.request.in_(bindparam("values", expanding=True)))
    .order_by(request_object.c.object)
)
RIVALS = (
    select(action_request.c.id)
    .join_from(action_request, request_object, request_object.c.request == action_request.c.id)
    .where(
        request_object.c.object == bindparam("o"),
        action_request.c.kind == CHANGE,
        action_request.c.state == PENDING,
        action_request.c.revision_no == bindparam("r"),
    )
)
WAITING = (
    select(action_request.c.id)
    .where(action_request.c.state == PENDING)
    .order_by(action_request.c.requested_at, action_request.c.id)
    .limit(500)
)
MOVE = (
    update(action_request)
    .where(action_request.c.id == bindparam("i"), action_request.c.state == bindparam("before"))
    .values(
        state=bindparam("s"),
        since=bindparam("now"),
        history=bindparam("h"),
        errors=bindparam("e"),
        revoked_by=bindparam("rb"),
        revoked_at=bindparam("ra"),
    )
)


def create(connection: Connection, new: NewRequest, now: datetime) -> ActionRequest:
    """Keep a request as pending."""
    insert_all(connection, ADD, [_values(new, now)])
    insert_all(connection, ADD_OBJECTS, [{"object": one, "request": new.id} for one in sorted(set(new.objects))])
    return _required(connection, new.id)


def _values(new: NewRequest, now: datetime) -> dict[str, Any]:
    return {
        "id": new.id,
        "kind": new.kind,
        "state": PENDING,
        "since": micros(now),
        "requested_by": new.by,
        "requested_at": micros(now),
        "revision_no": new.revision,
        "body": packed(new.body),
        "history": packed([]),
        "errors": None,
        "revoked_by": None,
        "revoked_at": None,
    }


def get(connection: Connection, id: str) -> ActionRequest | None:
    """One request."""
    found = _load(connection, [id])
    return found[0] if found else None


def _required(connection: Connection, id: str) -> ActionRequest:
    found = get(connection, id)
    if found is None:
        raise Conflict("unknown", f"there is no action request {id}")
    return found


def _load(connection: Connection, ids: Sequence[str]) -> list[ActionRequest]:
    about: dict[str, list[str]] = {}
    for row in select_in(connection, OBJECTS, ids):
        about.setdefault(row.request, []).append(row.object)
    rows = {row.id: row for row in select_in(connection, BY_ID, ids)}
    return [_request(rows[one], about.get(one, ())) for one in ids if one in rows]


def _request(row: Any, objects: Sequence[str]) -> ActionRequest:
    return ActionRequest(
        id=row.id,
        kind=row.kind,
        by=row.requested_by,
        body=unpacked(row.body),
        objects=objects,
        revision=row.revision_no,
        status=row.state,
        since=moment(row.since),
        requested_at=moment(row.requested_at),
        history=msgspec.convert(unpacked(row.history), list[StatusEntry]),
        errors=unpacked(row.errors) if row.errors else [],
        revoked_by=row.revoked_by or "",
        revoked_at=moment(row.revoked_at) if row.revoked_at is not None else None,
    )


def list_query(object: str, kinds: Sequence[str], since: datetime | None, until: datetime | None, status: str) -> Select[Any]:
    """The ids of requests about an object, oldest first."""
    chosen = (
        select(action_request.c.id)
        .join_from(request_object, action_request, action_request.c.id == request_object.c.request)
        .where(request_object.c.object == object, action_request.c.kind.in_(kinds))
        .order_by(action_request.c.requested_at, action_request.c.id)
    )
    if since is not None:
        chosen = chosen.where(action_request.c.since >= micros(since) // SECOND * SECOND)
    if until is not None:
        chosen = chosen.where(action_request.c.since < (micros(until) // SECOND + 1) * SECOND)
    return chosen.where(action_request.c.state == status) if status else chosen


def of_object(
    connection: Connection, object: str, *, kinds: Sequence[str], since: datetime | None, until: datetime | None, status: str
) -> list[ActionRequest]:
    """Requests about an object, oldest first, by their last update."""
    rows = connection.execute(list_query(object, kinds, since, until, status)).all()
    return _load(connection, [row.id for row in rows])


def waiting(connection: Connection) -> list[ActionRequest]:
    """Pending requests, oldest first."""
    return _load(connection, [row.id for row in connection.execute(WAITING)])


def move(connection: Connection, id: str, status: str, by: str, now: datetime, *, errors: Nodes | None = None) -> ActionRequest:
    """Put a request into another state. Raises Conflict (unknown, state)."""
    before = _required(connection, id)
    if status not in TRANSITIONS[before.kind].get(before.status, frozenset()):
        raise Conflict("state", f"a {before.kind} that is {before.status} cannot become {status}")
    left = StatusEntry(status=before.status, since=before.since, changed_by=by)
    revoked = status == REVOKED
    values = {
        "i": id,
        "before": before.status,
        "s": status,
        "now": micros(now),
        "h": packed(msgspec.to_builtins([*before.history, left])),
        "e": packed(errors) if errors else (packed(before.errors) if before.errors else None),
        "rb": by if revoked else None,
        "ra": micros(now) if revoked else None,
    }
    if connection.execute(MOVE, values).rowcount != 1:
        raise Conflict("state", f"{id} was changed by somebody else at the same moment")
    return _required(connection, id)


def rivals(connection: Connection, object: str, revision: int) -> list[str]:
    """The pending change requests on one revision of an object."""
    return [row.id for row in connection.execute(RIVALS, {"o": object, "r": revision})]
