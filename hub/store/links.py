"""Which logistics objects refer to which others of this node, and what is still to be joined to what it refers to. The only SQL
that writes it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from hub.clock import micros
from hub.joined import Touched
from hub.objects import Nodes
from hub.store.rows import execute_in, insert_all, select_in
from hub.store.tables import join_due, object_link

LONGEST = 200
ADD_LINKS = insert(object_link)
DROP_LINKS = delete(object_link).where(object_link.c.object.in_(bindparam("values", expanding=True)))
LINKING = select(object_link.c.object, object_link.c.target).where(object_link.c.target.in_(bindparam("values", expanding=True)))
ADD_DUE = insert(join_due)
DUE = select(join_due).order_by(join_due.c.seq).limit(bindparam("limit"))
DROP_DUE = delete(join_due).where(join_due.c.seq.in_(bindparam("values", expanding=True)))


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be joined, and the row of each."""

    rows: Sequence[int]
    touched: Sequence[Touched]


def note(connection: Connection, base: str, objects: Iterable[tuple[str, Nodes]], now: datetime) -> None:
    """Keep what new revisions refer to, and that they are to be joined. ``base`` is the address below which objects live."""
    told = list(objects)
    execute_in(connection, DROP_LINKS, [id for id, _ in told])
    links = [{"object": id, "target": target} for id, nodes in told for target in targets(base, id, nodes)]
    insert_all(connection, ADD_LINKS, links)
    owe(connection, [Touched(object=id) for id, _ in told], now)


def targets(base: str, id: str, nodes: Nodes) -> list[str]:
    """The ids of the other objects of this node that a document refers to."""
    start = f"{base}/"
    values = (value for node in nodes for key, several in node.items() if key[:1] != "@" for value in several)
    named = {value["@id"] for value in values if "@id" in value}
    found = {one[len(start) :].partition("?")[0] for one in named if one.startswith(start)}
    return sorted(one for one in found if one and one != id and "/" not in one and len(one) <= LONGEST)


def owe(connection: Connection, touched: Sequence[Touched], now: datetime) -> None:
    """Note what is to be joined."""
    insert_all(connection, ADD_DUE, [{"object": one.object, "event": one.event or None, "since": micros(now)} for one in touched])


def due(connection: Connection, limit: int) -> Due:
    """What has waited longest to be joined."""
    rows: list[Any] = list(connection.execute(DUE, {"limit": limit}))
    return Due(rows=[row.seq for row in rows], touched=[Touched(object=row.object, event=row.event or "") for row in rows])


def done(connection: Connection, rows: Sequence[int]) -> bool:
    """Take joined rows away; False when somebody else has joined some of them meanwhile."""
    return execute_in(connection, DROP_DUE, rows) == len(rows)


def linking(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """The objects that refer to each of these, in order."""
    found: dict[str, list[str]] = {}
    for row in select_in(connection, LINKING, ids):
        found.setdefault(row.target, []).append(row.object)
    return {id: sorted(several) for id, several in found.items()}
