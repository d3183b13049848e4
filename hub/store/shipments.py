"""Shipments and their revisions, with what they are found by. The only SQL that writes them. Knows no statements, no routing."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hub.statement import Document, Folded, Witness
from hub.store.projection import Projection, project
from hub.store.rows import insert_all, packed, select_in
from hub.store.tables import revision, shipment, term

_encoder = msgspec.json.Encoder(order="deterministic")
_witnesses = msgspec.json.Decoder(dict[str, list[Witness]])

NOTHING = b"{}"

WITHDRAWN = b"{}"
"""The document of a shipment of which nothing is said any more."""


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """A stored shipment's newest revision."""

    key: str
    number_key: str
    revision_no: int
    digest: str
    proof_digest: str
    live: bool
    document: bytes


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a fold makes of one shipment: a new revision, or only other witnesses of the same content (``same_content``)."""

    key: str
    number_key: str
    before: Current | None
    document: bytes
    live: bool
    projection: Projection
    digest: str
    lineage: bytes
    conflicts: bytes
    proof_digest: str
    message: int | None

    @property
    def revision_no(self) -> int:
        """The number of the revision this makes or completes."""
        before = self.before.revision_no if self.before else 0
        return before if self.same_content else before + 1

    @property
    def same_content(self) -> bool:
        """Whether the document is byte for byte what is stored."""
        return self.before is not None and self.before.live == self.live and self.before.digest == self.digest

    @property
    def previous(self) -> bytes | None:
        """The document before, if the shipment was there."""
        return self.before.document if self.before and self.before.live else None


LOAD = (
    select(
        shipment.c.key,
        shipment.c.number_key,
        shipment.c.revision_no,
        shipment.c.digest,
        shipment.c.proof_digest,
        shipment.c.live,
        revision.c.document,
    )
    .join_from(shipment, revision, (revision.c.shipment == shipment.c.key) & (revision.c.revision_no == shipment.c.revision_no))
    .where(shipment.c.number_key.in_(bindparam("values", expanding=True)))
)
ADD_SHIPMENTS = insert(shipment)
ADD_REVISIONS = insert(revision)
REVISE = (
    update(shipment)
    .where(
        shipment.c.number_key == bindparam("nk"), shipment.c.key == bindparam("k"), shipment.c.revision_no == bindparam("before")
    )
    .values(
        {
            name: bindparam(f"n_{name}")
            for name in (
                "revision_no",
                "digest",
                "proof_digest",
                "live",
                "status",
                "origin",
                "destination",
                "first_date",
                "changed_at",
            )
        }
    )
)
WITNESS = (
    update(revision)
    .where(revision.c.shipment == bindparam("k"), revision.c.revision_no == bindparam("r"))
    .values(lineage=bindparam("l"), conflicts=bindparam("c"))
)
WITNESS_SHIPMENT = (
    update(shipment)
    .where(shipment.c.number_key == bindparam("nk"), shipment.c.key == bindparam("k"))
    .values(proof_digest=bindparam("p"))
)
ADD_TERMS = insert(term)
DROP_TERMS = delete(term).where(term.c.kind == bindparam("i"), term.c.value == bindparam("v"), term.c.shipment == bindparam("k"))
ALL_NUMBER_KEYS = (
    select(shipment.c.number_key)
    .where(shipment.c.number_key > bindparam("after"))
    .distinct()
    .order_by(shipment.c.number_key)
    .limit(bindparam("limit"))
)


def digest_of(raw: bytes) -> str:
    """The digest by which contents are compared."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def load(connection: Connection, number_keys: Sequence[str]) -> dict[str, list[Current]]:
    """The stored shipments of each number-key."""
    found: dict[str, list[Current]] = {key: [] for key in number_keys}
    for row in select_in(connection, LOAD, number_keys):
        found[row.number_key].append(_current(row))
    return found


def _current(row: Any) -> Current:
    return Current(
        key=row.key,
        number_key=row.number_key,
        revision_no=row.revision_no,
        digest=row.digest,
        proof_digest=row.proof_digest,
        live=bool(row.live),
        document=row.document,
    )


def changes(
    number_key: str, folds: Sequence[Folded], stored: Sequence[Current], message: int | None
) -> list[tuple[Change, Folded | None]]:
    """What differs between a fold and what is stored, sequences that are no more included (without a fold). Pure."""
    before = {one.key: one for one in stored}
    made: list[tuple[Change, Folded | None]] = [
        (_change(number_key, one, before.pop(one.key, None), message), one) for one in folds
    ]
    gone = [(_withdrawal(number_key, one, message), None) for one in before.values() if one.live]
    return [pair for pair in (*made, *gone) if not _equal(pair[0])]


def _equal(change: Change) -> bool:
    return change.same_content and change.before is not None and change.before.proof_digest == change.proof_digest


def _change(number_key: str, folded: Folded, before: Current | None, message: int | None) -> Change:
    lineage, conflicts = proof(folded.lineage), proof(folded.conflicts)
    return Change(
        key=folded.key,
        number_key=number_key,
        before=before,
        document=folded.raw,
        live=True,
        projection=project(folded.document),
        digest=digest_of(folded.raw),
        lineage=lineage,
        conflicts=conflicts,
        proof_digest=digest_of(lineage + conflicts),
        message=message,
    )


def proof(witnesses: Mapping[str, list[Witness]]) -> bytes:
    """Lineage or conflicts as compared: JSON by pointer, in order of pointer."""
    return _encoder.encode(witnesses) if witnesses else NOTHING


def opened(stored: bytes) -> dict[str, list[dict[str, Any]]]:
    """Stored lineage or conflicts, as JSON values."""
    witnesses = _witnesses.decode(zlib.decompress(stored))
    return {pointer: [_told(one) for one in several] for pointer, several in witnesses.items()}


def _told(one: Witness) -> dict[str, Any]:
    """A witness as shown; what was not said is left out."""
    always = ("message", "partner", "author")
    return {name: value for name, value in msgspec.structs.asdict(one).items() if name in always or value not in (None, 0, "")}


def _withdrawal(number_key: str, before: Current, message: int | None) -> Change:
    empty = digest_of(WITHDRAWN)
    return Change(
        key=before.key,
        number_key=number_key,
        before=before,
        document=WITHDRAWN,
        live=False,
        projection=project({}),
        digest=empty,
        lineage=NOTHING,
        conflicts=NOTHING,
        proof_digest=digest_of(NOTHING + NOTHING),
        message=message,
    )


def record(connection: Connection, changed: Sequence[Change], now: int) -> None:
    """Store new revisions, other witnesses of an old one, and what the shipments are found by."""
    new = [one for one in changed if not one.same_content]
    insert_all(connection, ADD_REVISIONS, [_revision_values(one, now) for one in new])
    insert_all(connection, ADD_SHIPMENTS, [_shipment_values(one, now) for one in new if not one.before])
    insert_all(connection, REVISE, [_revise_values(one, now) for one in new if one.before])
    _record_terms(connection, new)
    _record_witnesses(connection, [one for one in changed if one.same_content])


def _record_witnesses(connection: Connection, same: Sequence[Change]) -> None:
    proofs = [{"k": one.key, "r": one.revision_no, "l": packed(one.lineage), "c": packed(one.conflicts)} for one in same]
    insert_all(connection, WITNESS, proofs)
    insert_all(connection, WITNESS_SHIPMENT, [{"nk": one.number_key, "k": one.key, "p": one.proof_digest} for one in same])


def _record_terms(connection: Connection, new: Sequence[Change]) -> None:
    added: list[dict[str, str]] = []
    dropped: list[dict[str, str]] = []
    for one in new:
        before = project(_decoded(one.previous)).terms if one.previous else frozenset()
        after = one.projection.terms
        added.extend({"kind": kind, "value": value, "shipment": one.key} for kind, value in sorted(after - before))
        dropped.extend({"i": kind, "v": value, "k": one.key} for kind, value in sorted(before - after))
    insert_all(connection, DROP_TERMS, dropped)
    insert_all(connection, ADD_TERMS, added)


def _decoded(raw: bytes) -> Document:
    document: Document = msgspec.json.decode(raw)
    return document


def _revision_values(one: Change, now: int) -> dict[str, Any]:
    return {
        "shipment": one.key,
        "revision_no": one.revision_no,
        "document": one.document,
        "lineage": packed(one.lineage),
        "conflicts": packed(one.conflicts),
        "digest": one.digest,
        "created_at": now,
        "message": one.message,
    }


def _columns(one: Change, now: int) -> dict[str, Any]:
    seen = one.projection
    return {
        "revision_no": one.revision_no,
        "digest": one.digest,
        "proof_digest": one.proof_digest,
        "live": int(one.live),
        "status": seen.status,
        "origin": seen.origin,
        "destination": seen.destination,
        "first_date": seen.first_date,
        "changed_at": now,
    }


def _shipment_values(one: Change, now: int) -> dict[str, Any]:
    return {"key": one.key, "number_key": one.number_key, "created_at": now, **_columns(one, now)}


def _revise_values(one: Change, now: int) -> dict[str, Any]:
    before = one.before.revision_no if one.before else 0
    return {
        "nk": one.number_key,
        "k": one.key,
        "before": before,
        **{f"n_{name}": value for name, value in _columns(one, now).items()},
    }


def all_number_keys(connection: Connection, after: str, limit: int) -> Iterable[str]:
    """The number-keys of stored shipments, in order, from the one after ``after``."""
    return [row.number_key for row in connection.execute(ALL_NUMBER_KEYS, {"after": after, "limit": limit})]
