"""Who may do what with which logistics object. The only SQL that writes grants and groups; what is not granted is denied."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from hub.clock import micros, moment
from hub.objects import EVERYONE, EVERYTHING, Grant
from hub.store.rows import insert_all
from hub.store.tables import access_grant, agent_group

GROUP = "group:"
_IN_FORCE = (
    access_grant.c.ended_at.is_(None),
    or_(access_grant.c.expires_at.is_(None), access_grant.c.expires_at > bindparam("now")),
)
ADD = insert(access_grant)
GROUPS = select(agent_group.c.name).where(agent_group.c.agent == bindparam("a"))
ALLOWED = (
    select(access_grant.c.seq)
    .where(
        access_grant.c.object.in_((bindparam("o"), EVERYTHING)),
        access_grant.c.agent.in_(bindparam("values", expanding=True)),
        access_grant.c.permission == bindparam("p"),
        *_IN_FORCE,
    )
    .limit(1)
)
ON_OBJECTS = (
    select(access_grant)
    .where(access_grant.c.object.in_(bindparam("values", expanding=True)), *_IN_FORCE)
    .order_by(access_grant.c.seq)
)
END_ONE = update(access_grant).where(access_grant.c.seq == bindparam("s")).values(ended_at=bindparam("now"))
OF_REQUEST = select(access_grant).where(access_grant.c.request == bindparam("r"), access_grant.c.ended_at.is_(None))
JOIN = insert(agent_group)
MEMBER = select(agent_group.c.agent).where(agent_group.c.agent == bindparam("a"), agent_group.c.name == bindparam("g"))
MEMBERS = select(agent_group.c.name, agent_group.c.agent).order_by(agent_group.c.name, agent_group.c.agent)
LEAVE = delete(agent_group).where(agent_group.c.agent == bindparam("a"), agent_group.c.name == bindparam("g"))


def allows(connection: Connection, agent: str, object: str, permission: str, now: datetime) -> bool:
    """Whether an agent, a group of its, or everyone holds a permission now."""
    named = [GROUP + name for name in groups(connection, agent)]
    values = {"values": [agent, EVERYONE, *named], "o": object, "p": permission, "now": micros(now)}
    return connection.execute(ALLOWED, values).first() is not None


def groups(connection: Connection, agent: str) -> list[str]:
    """The groups an agent is a member of."""
    return [row.name for row in connection.execute(GROUPS, {"a": agent})]


def in_force(connection: Connection, object: str, now: datetime, also: Sequence[str] = ()) -> list[Grant]:
    """The grants on an object, on what else it is named by, and on every object."""
    return [_grant(row) for row in _rows(connection, [object, *also], now)]


def _rows(connection: Connection, named: Sequence[str], now: datetime) -> Sequence[Any]:
    return connection.execute(ON_OBJECTS, {"values": [*named, EVERYTHING], "now": micros(now)}).all()


def grant(connection: Connection, grants: Sequence[Grant], now: datetime) -> None:
    """Put grants in force, each beside those of other requests; the same one of the same request only once."""
    for object in sorted({one.object for one in grants}):
        known = set(map(_mark, in_force(connection, object, now)))
        fresh = [one for one in grants if one.object == object and _mark(one) not in known]
        insert_all(connection, ADD, [_values(one, now) for one in fresh])


def _mark(one: Grant) -> tuple[str, ...]:
    return (one.object, one.agent, one.permission, one.request)


def _values(one: Grant, now: datetime) -> dict[str, Any]:
    return {
        "object": one.object,
        "agent": one.agent,
        "permission": one.permission,
        "request": one.request or None,
        "through": one.through or None,
        "expires_at": micros(one.expires_at) if one.expires_at else None,
        "created_at": micros(now),
        "ended_at": None,
    }


def _grant(row: Any) -> Grant:
    return Grant(
        object=row.object,
        agent=row.agent,
        permission=row.permission,
        request=row.request or "",
        through=row.through or "",
        expires_at=moment(row.expires_at) if row.expires_at is not None else None,
    )


def withdraw(connection: Connection, object: str, agent: str, permission: str, now: datetime) -> int:
    """End an agent's grants on an object, and what hangs on them where the agent has no other left; how many ended."""
    rows = _rows(connection, [object], now)
    doomed = [row for row in rows if row.object == object and row.agent == agent and permission in ("", row.permission)]
    return _end(connection, doomed, now)


def end_request(connection: Connection, request: str, now: datetime) -> int:
    """End the grants a request brought, and what hangs on them."""
    return _end(connection, connection.execute(OF_REQUEST, {"r": request}).all(), now)


def _end(connection: Connection, doomed: Sequence[Any], now: datetime) -> int:
    ended = 0
    waiting = list(doomed)
    while waiting:
        row = waiting.pop()
        ended += connection.execute(END_ONE, {"s": row.seq, "now": micros(now)}).rowcount
        waiting.extend(_orphans(connection, row, now))
    return ended


def _orphans(connection: Connection, gone: Any, now: datetime) -> list[Any]:
    """The grants that hang on an access that is gone now (trust chain; standard, Access Delegations)."""
    rows = _rows(connection, [gone.object], now)
    same = [row for row in rows if row.object == gone.object and row.permission == gone.permission]
    if any(row.agent == gone.agent for row in same):
        return []
    return [row for row in same if row.through == gone.agent]


def members(connection: Connection) -> dict[str, list[str]]:
    """Every group with its members."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(MEMBERS):
        found.setdefault(row.name, []).append(row.agent)
    return found


def join(connection: Connection, group: str, agent: str) -> None:
    """Make an agent a member of a group."""
    if connection.execute(MEMBER, {"a": agent, "g": group}).first() is None:
        insert_all(connection, JOIN, [{"agent": agent, "name": group}])


def leave(connection: Connection, group: str, agent: str) -> None:
    """End a membership."""
    connection.execute(LEAVE, {"a": agent, "g": group})
