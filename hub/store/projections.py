"""Which revisions of shipments are kept as logistics objects, and which are still to be told. The only SQL that writes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hub.clock import moment
from hub.statement import Document
from hub.store.rows import insert_all
from hub.store.shipments import WITHDRAWN, opened
from hub.store.tables import object_projection, projection_due, revision, subscription

MARK = select(object_projection.c.revision_no).where(object_projection.c.shipment == bindparam("k"))
ADD_MARK = insert(object_projection)
MOVE_MARK = (
    update(object_projection)
    .where(object_projection.c.shipment == bindparam("k"), object_projection.c.revision_no == bindparam("before"))
    .values(revision_no=bindparam("n"))
)
REVISIONS = (
    select(revision.c.revision_no, revision.c.created_at, revision.c.document, revision.c.lineage)
    .where(revision.c.shipment == bindparam("k"), revision.c.revision_no >= bindparam("first"))
    .order_by(revision.c.revision_no)
)
ADD_DUE = insert(projection_due)
DUE = select(projection_due.c.shipment).order_by(projection_due.c.seq).limit(bindparam("limit"))
DUE_OF = select(projection_due.c.revision_no).where(projection_due.c.shipment == bindparam("k"))
DROP_DUE = delete(projection_due).where(
    projection_due.c.shipment == bindparam("k"), projection_due.c.revision_no <= bindparam("n")
)
SUBSCRIBED = select(subscription.c.id).where(subscription.c.ended_at.is_(None)).limit(1)


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a shipment; its document is None when nothing was said of it any more."""

    number: int
    at: datetime
    document: Document | None
    lineage: dict[str, list[dict[str, Any]]]


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """The revisions of a shipment from the last one kept as objects (``mark``, 0: none), and which of them nobody was told."""

    mark: int
    revisions: Sequence[Past]
    due: frozenset[int]


def owe(connection: Connection, changed: Sequence[tuple[str, int]]) -> None:
    """Note new revisions as still to be told."""
    insert_all(connection, ADD_DUE, [{"shipment": key, "revision_no": number} for key, number in changed])


def due(connection: Connection, limit: int) -> list[str]:
    """Shipments with revisions still to be told, the longest waiting first."""
    return list(dict.fromkeys(connection.execute(DUE, {"limit": limit}).scalars()))


def anybody_asks(connection: Connection) -> bool:
    """Whether there is any subscription at all."""
    return connection.execute(SUBSCRIBED).first() is not None


def forget(connection: Connection, keys: Sequence[str]) -> None:
    """There was nobody to tell."""
    for key in keys:
        connection.execute(DROP_DUE, {"k": key, "n": 2**31 - 1})


def behind(connection: Connection, key: str) -> Behind:
    """What of a shipment is not kept as objects yet."""
    mark = connection.execute(MARK, {"k": key}).scalar() or 0
    rows = connection.execute(REVISIONS, {"k": key, "first": mark}).all()
    told = frozenset(connection.execute(DUE_OF, {"k": key}).scalars())
    return Behind(mark=mark, revisions=[_past(row) for row in rows], due=told)


def _past(row: Any) -> Past:
    live = bytes(row.document) != WITHDRAWN
    return Past(
        number=row.revision_no,
        at=moment(row.created_at),
        document=msgspec.json.decode(row.document) if live else None,
        lineage=opened(row.lineage),
    )


def reached(connection: Connection, key: str, before: int, number: int) -> bool:
    """Set the mark; False when somebody else has moved it meanwhile, and nothing is to be committed then."""
    connection.execute(DROP_DUE, {"k": key, "n": number})
    if before == 0:
        connection.execute(ADD_MARK, {"shipment": key, "revision_no": number})
        return True
    return connection.execute(MOVE_MARK, {"k": key, "before": before, "n": number}).rowcount == 1
