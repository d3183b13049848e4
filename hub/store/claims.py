"""Which shipments a claim on a slot concerns: all that any part of the same message spoke of. Only reads; knows no documents."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from hub.store.rows import select_in
from hub.store.tables import statement

KEYS_OF_SLOTS = (
    select(statement.c.slot, statement.c.key).where(statement.c.slot.in_(bindparam("values", expanding=True))).distinct()
)
SLOTS_OF_KEYS = select(statement.c.slot).where(statement.c.key.in_(bindparam("values", expanding=True))).distinct()


def claimed(connection: Connection, claims: Sequence[str]) -> set[str]:
    """The keys spoken of in any part of the messages that make these claims."""
    slots = sorted({row.slot for row in select_in(connection, SLOTS_OF_KEYS, claims)})
    return {row.key for row in select_in(connection, KEYS_OF_SLOTS, slots)}
