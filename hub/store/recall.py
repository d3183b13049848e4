"""Statements read back from the database, and those lately read remembered. Writes nothing; knows no documents."""

import zlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from hub.clock import moment
from hub.statement import CLAIM, Statement
from hub.store.rows import select_in
from hub.store.sealer import Sealer
from hub.store.statements import CLAIMING, Body
from hub.store.tables import slot, statement

_decoder = msgspec.msgpack.Decoder(Body)
_STATEMENT = tuple(column for column in statement.c if column.name != "ordinal")
OF_KEYS = (
    select(
        *_STATEMENT,
        slot.c.message.label("winner"),
        slot.c.said_at.label("won_said_at"),
        slot.c.received_at.label("won_received_at"),
        slot.c.digest.label("won_digest"),
    )
    .join_from(statement, slot, slot.c.id == statement.c.slot, isouter=True)
    .where(statement.c.key.in_(bindparam("values", expanding=True)))
)


class Remembered:
    """Statements as they were last read, by all that is stored of them: most of a shipment's are read again at its next fold."""

    def __init__(self, largest: int = 4_000_000) -> None:
        """``largest``: bytes of sealed bodies remembered; decoded they take several times as much."""
        self._largest = largest
        self._size = 0
        self._known: OrderedDict[tuple[Any, ...], Statement] = OrderedDict()

    def statement(self, row: Any, sealer: Sealer) -> Statement:
        """The statement of a row, with whether it lives now."""
        stored = tuple(row)[: len(_STATEMENT)]
        known = self._known.get(stored)
        if known is None:
            return self._remember(stored, _statement(row, sealer))
        self._known.move_to_end(stored)
        live = _lives(row)
        return known if known.live == live else msgspec.structs.replace(known, live=live)

    def _remember(self, stored: tuple[Any, ...], one: Statement) -> Statement:
        self._known[stored] = one
        self._size += len(stored[-1])
        while self._size > self._largest and len(self._known) > 1:
            forgotten, _ = self._known.popitem(last=False)
            self._size -= len(forgotten[-1])
        return one


def load(
    connection: Connection, keys: Sequence[str], sealer: Sealer, remembered: Remembered | None = None
) -> dict[str, list[Statement]]:
    """All that was ever said of each number-key, in order, with whether it is admitted and still lives.

    With what was said in part of a message about a flight come the claims of its parts.
    """
    found: dict[str, list[Statement]] = {key: [] for key in keys}
    read = remembered.statement if remembered is not None else _statement
    for row in select_in(connection, OF_KEYS, keys):
        found[row.key].append(read(row, sealer))
    claims: dict[str, list[Statement]] = {}
    for row in select_in(connection, OF_KEYS, _claims_on(found.values())):
        claims.setdefault(row.key, []).append(read(row, sealer))
    for said in found.values():
        said += [claim for key in _claims_on([said]) for claim in claims.get(key, ())]
        said.sort(key=Statement.order)
    return found


def _claims_on(several: Iterable[Sequence[Statement]]) -> list[str]:
    """The keys of the claims that the messages of which these are parts may have made."""
    parts = (one for said in several for one in said if one.part and not one.key.startswith(CLAIM))
    return sorted({f"{CLAIM}{one.whole}" for one in parts})


def _statement(row: Any, sealer: Sealer) -> Statement:
    body = _decoder.decode(zlib.decompress(sealer.unseal(row.body)))
    return Statement(
        key=row.key,
        slot=row.slot,
        kind=body.kind,
        action=row.action,
        author=body.author,
        partner=body.partner,
        message=body.message,
        said_at=moment(row.said_at),
        received_at=moment(row.received_at),
        digest=row.digest,
        facts=body.facts,
        places=body.places,
        links=body.links,
        admitted=bool(row.admitted),
        live=_lives(row),
        part=body.part,
        last=body.last,
        whole=body.whole or row.slot,
    )


def _lives(row: Any) -> bool:
    if row.winner is None or row.winner == row.message:
        return True
    won = (row.won_said_at, row.won_received_at, row.won_digest)
    return row.action not in CLAIMING and (row.said_at, row.received_at, row.digest) > won
