"""Statements, the slots they claim, and which shipments are to be folded again. The only SQL that writes them.

A slot belongs to its newest complete message; what older messages said in it no longer lives. Knows no documents.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hub.clock import micros
from hub.position import Place
from hub.statement import CLAIM, Document, Statement
from hub.store.claims import KEYS_OF_SLOTS, SLOTS_OF_KEYS, claimed
from hub.store.rows import execute_in, insert_all, lane_of, packed, select_in
from hub.store.sealer import Sealer
from hub.store.tables import envelope, message, refold_item, slot, statement

CLAIMING = ("replace", "cancel")
"""The actions of a complete message; ``add`` and ``patch`` claim no slot and live until a newer complete one."""

LONGEST_KEY = 200

Order = tuple[int, int, str]
"""(said_at, received_at, digest): the total order of all that was said."""


class Claim(msgspec.Struct, frozen=True):
    """A message's place in a slot."""

    order: Order
    message: int


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A statement ready to be stored: its message's number, its ordinal there, and its sealed body."""

    message: int
    ordinal: int
    key: str
    slot: str
    action: str
    admitted: bool
    order: Order
    body: bytes
    ends: bool = False
    """Whether it is the claim of a last part: those beyond it no longer stand."""


class Item(msgspec.Struct, frozen=True):
    """A number-key to be folded again, and the message that asks for it."""

    seq: int
    key: str
    lane: int
    message: int | None


class Body(msgspec.Struct, frozen=True, array_like=True):
    """The sealed rest of a stored statement, as msgpack."""

    kind: str
    author: str
    partner: str
    message: str
    facts: Document
    places: dict[str, Place]
    links: list[str]
    part: int = 0
    last: bool = False
    whole: str = ""


_encoder = msgspec.msgpack.Encoder()

LOAD_SLOTS = select(slot).where(slot.c.id.in_(bindparam("values", expanding=True)))
ADD_SLOTS = insert(slot)
DROP_SLOTS = delete(slot).where(slot.c.id.in_(bindparam("values", expanding=True)))
MOVE_SLOT = (
    update(slot)
    .where(slot.c.id == bindparam("s"))
    .values(message=bindparam("m"), said_at=bindparam("t"), received_at=bindparam("r"), digest=bindparam("d"))
)
CLAIMS_OF_SLOTS = select(
    statement.c.slot, statement.c.message, statement.c.said_at, statement.c.received_at, statement.c.digest
).where(statement.c.slot.in_(bindparam("values", expanding=True)), statement.c.action.in_(CLAIMING))
OF_MESSAGES = select(statement.c.message, statement.c.slot, statement.c.key).where(
    statement.c.message.in_(bindparam("values", expanding=True))
)
MESSAGES_OF_ENVELOPES = (
    select(message.c.seq, envelope.c.id.label("envelope_id"))
    .join_from(message, envelope, envelope.c.seq == message.c.envelope)
    .where(message.c.envelope.in_(bindparam("values", expanding=True)))
)
DROP_STATEMENTS = delete(statement).where(statement.c.message.in_(bindparam("values", expanding=True)))
ADD_STATEMENTS = insert(statement)
ADD_ITEMS = insert(refold_item)
ITEMS = (
    select(refold_item)
    .where(refold_item.c.lane.in_(bindparam("lanes", expanding=True)))
    .order_by(refold_item.c.seq)
    .limit(bindparam("limit"))
)
DROP_ITEMS = delete(refold_item).where(refold_item.c.seq.in_(bindparam("values", expanding=True)))
DROP_ITEMS_OF = delete(refold_item).where(refold_item.c.message.in_(bindparam("values", expanding=True)))
ALL_KEYS = (
    select(statement.c.key)
    .where(statement.c.key > bindparam("after"))
    .distinct()
    .order_by(statement.c.key)
    .limit(bindparam("limit"))
)


def add(connection: Connection, spoken: Sequence[Spoken]) -> dict[int, set[str]]:
    """Store statements and let the newer messages take their slots.

    The keys each message touches: those it speaks of, and those of statements that no longer live because of it.
    The caller's transaction holds the ``split`` lease row: two workers must not weigh claims at once.
    """
    touched: dict[int, set[str]] = {}
    for one in spoken:
        touched.setdefault(one.message, set()).add(one.key)
    claims = newest(_claims(spoken))
    moved = _take(connection, claims)
    for row in select_in(connection, KEYS_OF_SLOTS, sorted(moved)):
        touched[moved[row.slot]].add(row.key)
    insert_all(connection, ADD_STATEMENTS, [_values(one) for one in spoken])
    for one in spoken:
        if one.ends:
            touched[one.message] |= claimed(connection, [one.key])
    return touched


def _claims(spoken: Iterable[Spoken]) -> Iterable[tuple[str, Claim]]:
    return ((one.slot, Claim(one.order, one.message)) for one in spoken if one.action in CLAIMING)


def newest(claims: Iterable[tuple[str, Claim]]) -> dict[str, Claim]:
    """The newest claim on each slot: whatever order the claims come in, the same."""
    best: dict[str, Claim] = {}
    for name, claim in claims:
        if name not in best or claim.order > best[name].order:
            best[name] = claim
    return best


def _take(connection: Connection, claims: Mapping[str, Claim]) -> dict[str, int]:
    """Move slots to newer claims; the slots moved, and to which message."""
    held = {row.id: (row.said_at, row.received_at, row.digest) for row in select_in(connection, LOAD_SLOTS, sorted(claims))}
    new = {name: claim for name, claim in claims.items() if name not in held}
    newer = {name: claim for name, claim in claims.items() if name in held and claim.order > held[name]}
    insert_all(connection, ADD_SLOTS, [_slot_values(name, claim) for name, claim in sorted(new.items())])
    insert_all(connection, MOVE_SLOT, [_move_values(name, claim) for name, claim in sorted(newer.items())])
    return {name: claim.message for name, claim in (new | newer).items()}


def _slot_values(name: str, claim: Claim) -> dict[str, Any]:
    said_at, received_at, digest = claim.order
    return {"id": name, "message": claim.message, "said_at": said_at, "received_at": received_at, "digest": digest}


def _move_values(name: str, claim: Claim) -> dict[str, Any]:
    said_at, received_at, digest = claim.order
    return {"s": name, "m": claim.message, "t": said_at, "r": received_at, "d": digest}


def speak(message: int, ordinal: int, one: Statement, sealer: Sealer) -> Spoken:
    """Make a statement ready to be stored. Raises ValueError when its key cannot be."""
    if not 0 < len(one.key) <= LONGEST_KEY or "\x00" in one.key:
        raise ValueError(f"a shipment key of {len(one.key)} characters: expected 1 to {LONGEST_KEY}, none of them NUL")
    body = Body(one.kind, one.author, one.partner, one.message, one.facts, one.places, one.links, one.part, one.last, one.whole)
    return Spoken(
        message=message,
        ordinal=ordinal,
        key=one.key,
        slot=one.slot,
        action=one.action,
        admitted=one.admitted,
        order=(micros(one.said_at), micros(one.received_at), one.digest),
        body=sealer.seal(packed(_encoder.encode(body))),
        ends=one.last and one.key.startswith(CLAIM),
    )


def _values(one: Spoken) -> dict[str, Any]:
    said_at, received_at, digest = one.order
    return {
        "message": one.message,
        "ordinal": one.ordinal,
        "key": one.key,
        "slot": one.slot,
        "action": one.action,
        "admitted": int(one.admitted),
        "said_at": said_at,
        "received_at": received_at,
        "digest": digest,
        "body": one.body,
    }


def withdraw(connection: Connection, messages: Sequence[int]) -> set[str]:
    """Forget what messages said, and give their slots to the newest that remains; the keys touched."""
    said = select_in(connection, OF_MESSAGES, messages)
    slots = sorted({row.slot for row in said})
    touched = {row.key for row in said} | {row.key for row in select_in(connection, KEYS_OF_SLOTS, slots)}
    touched |= claimed(connection, sorted({row.key for row in said if row.key.startswith(CLAIM)}))
    execute_in(connection, DROP_ITEMS_OF, messages)
    execute_in(connection, DROP_STATEMENTS, messages)
    execute_in(connection, DROP_SLOTS, slots)
    remaining = newest(claims_of(connection, slots))
    insert_all(connection, ADD_SLOTS, [_slot_values(name, claim) for name, claim in sorted(remaining.items())])
    return touched


def keys_of_envelopes(connection: Connection, envelopes: Sequence[int]) -> list[tuple[str, str]]:
    """(key, envelope id) of every statement that the messages of these envelopes made."""
    numbers = {row.seq: row.envelope_id for row in select_in(connection, MESSAGES_OF_ENVELOPES, envelopes)}
    return [(row.key, numbers[row.message]) for row in select_in(connection, OF_MESSAGES, sorted(numbers))]


def claims_of(connection: Connection, slots: Sequence[str]) -> Iterable[tuple[str, Claim]]:
    """Every claim on these slots that a stored statement makes."""
    return (
        (row.slot, Claim((row.said_at, row.received_at, row.digest), row.message))
        for row in select_in(connection, CLAIMS_OF_SLOTS, slots)
    )


def queue(connection: Connection, touched: Iterable[tuple[str, int | None]]) -> None:
    """Ask for number-keys to be folded again, each for the message named with it."""
    insert_all(connection, ADD_ITEMS, [{"key": key, "lane": lane_of(key), "message": message} for key, message in touched])


def items(connection: Connection, lanes: Sequence[int], limit: int) -> list[Item]:
    """The oldest refold items of these lanes."""
    rows = connection.execute(ITEMS, {"lanes": lanes, "limit": limit})
    return [Item(row.seq, row.key, row.lane, row.message) for row in rows]


def drop_items(connection: Connection, done: Sequence[Item]) -> bool:
    """Take items that are done from the queue; False when some were gone (their message was withdrawn meanwhile)."""
    return execute_in(connection, DROP_ITEMS, [one.seq for one in done]) == len(done)


def all_keys(connection: Connection, after: str, limit: int) -> list[str]:
    """The number-keys anyone has spoken of, in order, from the one after ``after``."""
    return [row.key for row in connection.execute(ALL_KEYS, {"after": after, "limit": limit})]


def wrong_slots(connection: Connection, keys: Sequence[str]) -> Iterable[tuple[str, int | None, int]]:
    """Slots of these number-keys whose stored winner is not the newest claim: (slot, winner, newest)."""
    slots = sorted({row.slot for row in select_in(connection, SLOTS_OF_KEYS, keys)})
    held = {row.id: row.message for row in select_in(connection, LOAD_SLOTS, slots)}
    best = newest(claims_of(connection, slots))
    return [(name, held.get(name), claim.message) for name, claim in best.items() if held.get(name) != claim.message]
