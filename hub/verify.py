"""Folds every shipment anew from all that was said, slots included, and compares with what is stored. Writes nothing."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Engine

from hub.statement import Folded, Statement
from hub.store import recall, shipments, statements
from hub.store.engine import reading
from hub.store.sealer import Sealer, Unsealed

KEYS_AT_ONCE = 200


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Where the store and a fold from scratch disagree. ``what`` is content, proof, missing, left-over, digest or slot."""

    key: str
    what: str
    stored: bytes | None = None
    folded: bytes | None = None


def verify(
    engine: Engine, fold: Callable[[str, Sequence[Statement]], list[Folded]], *, sealer: Sealer | None = None
) -> Iterator[Difference]:
    """Every difference; none when the store is a function of what was said. Run it when nothing waits to be folded."""
    seal = sealer or Unsealed()
    for keys in _all_keys(engine):
        with reading(engine) as connection:
            yield from _slots(connection, keys)
            said = recall.load(connection, keys, seal)
            stored = shipments.load(connection, keys)
        for key in keys:
            yield from _compare(fold(key, said[key]), stored[key])


def _all_keys(engine: Engine) -> Iterator[list[str]]:
    """The number-keys of statements and of shipments, in runs."""
    after = ""
    while True:
        with reading(engine) as connection:
            spoken = statements.all_keys(connection, after, KEYS_AT_ONCE)
            kept = shipments.all_number_keys(connection, after, KEYS_AT_ONCE)
        keys = sorted({*spoken, *kept})[:KEYS_AT_ONCE]
        if not keys:
            return
        yield keys
        after = keys[-1]


def _slots(connection: Connection, keys: Sequence[str]) -> Iterator[Difference]:
    """Slots whose stored winner is not the newest of all claims on them."""
    for name, winner, newest in statements.wrong_slots(connection, keys):
        yield Difference(key=name, what="slot", stored=str(winner).encode(), folded=str(newest).encode())


def _compare(folds: Sequence[Folded], stored: Sequence[shipments.Current]) -> Iterator[Difference]:
    held = {one.key: one for one in stored if one.live}
    for folded in folds:
        current = held.pop(folded.key, None)
        if current is None:
            yield Difference(key=folded.key, what="missing", folded=folded.raw)
        else:
            yield from _compare_one(folded, current)
    for key, current in held.items():
        yield Difference(key=key, what="left-over", stored=current.document)


def _compare_one(folded: Folded, current: shipments.Current) -> Iterator[Difference]:
    if current.document != folded.raw:
        yield Difference(key=folded.key, what="content", stored=current.document, folded=folded.raw)
    elif shipments.digest_of(current.document) != current.digest:
        yield Difference(key=folded.key, what="digest", stored=current.document)
    elif shipments.digest_of(shipments.proof(folded.lineage) + shipments.proof(folded.conflicts)) != current.proof_digest:
        yield Difference(key=folded.key, what="proof")
