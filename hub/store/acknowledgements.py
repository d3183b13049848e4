"""Acknowledgements, both ways: the answers we owe and stored, and the deliveries that partners' answers speak of.

The only SQL that writes answers, and the only one that ends a sent delivery. Knows no format.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, case, delete, insert, or_, select, update

from hub.clock import micros
from hub.flight_routing import FLIGHT
from hub.store import messages
from hub.store.inbox import DONE
from hub.store.outbox import ACKNOWLEDGED, OVERDUE, PENDING, REFUSED, RETRYING, SENT, UNKNOWN
from hub.store.rows import execute_in, insert_all, lane_of, select_in
from hub.store.sealer import Sealer
from hub.store.tables import acknowledgement, answer_item, delivery, envelope, shipment

ACKNOWLEDGING = ":answer"
"""How the target of a mere acknowledgement ends; a reply to a question has the target it was written by."""

_SENT = (SENT, UNKNOWN, OVERDUE)
_ANSWERABLE = (*_SENT, PENDING, RETRYING)
"""Pending and retrying too: an answer may be here before the sending of what it answers has been recorded."""

ADD_ITEMS = insert(answer_item)
ITEMS = (
    select(answer_item.c.envelope, answer_item.c.lane)
    .where(answer_item.c.lane.in_(bindparam("lanes", expanding=True)))
    .order_by(answer_item.c.envelope)
    .limit(bindparam("limit"))
)
DROP_ITEMS = delete(answer_item).where(answer_item.c.envelope.in_(bindparam("values", expanding=True)))
ADD_ANSWERS = insert(acknowledgement)
DROP_ANSWERS = delete(acknowledgement).where(acknowledgement.c.envelope.in_(bindparam("values", expanding=True)))
ANSWERS = (
    select(acknowledgement.c.target, acknowledgement.c.sealed)
    .where(acknowledgement.c.envelope == bindparam("e"))
    .order_by(acknowledgement.c.part)
)
ANSWERS_OF = (
    select(acknowledgement.c.envelope, acknowledgement.c.target, acknowledgement.c.sealed)
    .where(acknowledgement.c.envelope.in_(bindparam("values", expanding=True)))
    .order_by(acknowledgement.c.envelope, acknowledgement.c.part)
)
STATE = (
    select(envelope.c.seq, envelope.c.state, envelope.c.partner, answer_item.c.envelope.label("owed"))
    .join_from(envelope, answer_item, answer_item.c.envelope == envelope.c.seq, isouter=True)
    .where(envelope.c.id == bindparam("id"))
)
_WITHIN = select(delivery.c.seq, delivery.c.key, delivery.c.target, delivery.c.shipment).where(
    delivery.c.partner == bindparam("p"), delivery.c.state.in_(bindparam("states", expanding=True))
)
BY_REFERENCE = (
    _WITHIN.where(delivery.c.control_reference == bindparam("ref"), delivery.c.ready == 0)
    .where(delivery.c.target.like(bindparam("t")))
    .order_by(delivery.c.seq.desc())
    .limit(1)
)
BY_WAYBILL = (
    _WITHIN.where(delivery.c.shipment.in_(select(shipment.c.key).where(shipment.c.number_key == bindparam("k"))))
    .where(delivery.c.target.like(bindparam("t")), delivery.c.ready == 0)
    .order_by(case((delivery.c.state.in_(_SENT), 0), else_=1), delivery.c.seq.desc())
    .limit(1)
)
REPLIES = (
    _WITHIN.add_columns(delivery.c.content)
    .where(delivery.c.target.like(bindparam("t")), or_(delivery.c.ready == 1, delivery.c.shipment.like(f"{FLIGHT}%")))
    .order_by(delivery.c.seq.desc())
    .limit(100)
)
"""The newest replies to a partner's questions and lists of flights: what they are about stands in their content."""

CONCLUDE = (
    update(delivery)
    .where(delivery.c.seq == bindparam("s"), delivery.c.state.in_((*_ANSWERABLE, ACKNOWLEDGED)))
    .values(state=bindparam("st"), run_at=None, outcome=bindparam("o"), finished_at=bindparam("now"))
)
MARK_OVERDUE = update(delivery).where(delivery.c.state == SENT, delivery.c.answer_by < bindparam("now")).values(state=OVERDUE)


def owe(connection: Connection, envelopes: Sequence[tuple[int, str]]) -> None:
    """Note that the senders of these envelopes (number, id) are to be answered."""
    insert_all(connection, ADD_ITEMS, [{"envelope": seq, "lane": lane_of(name)} for seq, name in envelopes])


def owed(connection: Connection, lanes: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """The oldest envelopes to answer in these lanes: (number, lane)."""
    return [(row.envelope, row.lane) for row in connection.execute(ITEMS, {"lanes": lanes, "limit": limit})]


def answer(connection: Connection, answers: Mapping[int, Sequence[tuple[str, bytes]]], *, now: int, sealer: Sealer) -> None:
    """Store what envelopes are answered with, (target, bytes) each, in place of earlier answers."""
    execute_in(connection, DROP_ANSWERS, list(answers))
    rows = [
        {"envelope": envelope, "part": part, "target": target, "sealed": sealer.seal(raw), "created_at": now}
        for envelope, several in answers.items()
        for part, (target, raw) in enumerate(several)
    ]
    insert_all(connection, ADD_ANSWERS, rows)


def replies(connection: Connection, envelopes: Sequence[int], sealer: Sealer) -> dict[int, list[tuple[str, bytes]]]:
    """The stored answers of those envelopes whose question was answered: what was answered once, stands."""
    found: dict[int, list[tuple[str, bytes]]] = {}
    for row in select_in(connection, ANSWERS_OF, envelopes):
        found.setdefault(row.envelope, []).append((row.target, sealer.unseal(row.sealed)))
    return {seq: told for seq, told in found.items() if any(not target.endswith(ACKNOWLEDGING) for target, _ in told)}


def answered(connection: Connection, envelopes: Sequence[int]) -> None:
    """These envelopes are owed nothing more."""
    execute_in(connection, DROP_ITEMS, envelopes)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope's state in a message's words, whose it is, whether an answer is still to come, and the answers there are."""

    partner: str
    state: str
    pending: bool
    answers: list[bytes]


def stored(connection: Connection, envelope_id: str, sealer: Sealer) -> Stored | None:
    """What there is to say about an envelope to its sender; None when the id is unknown."""
    row = connection.execute(STATE, {"id": envelope_id}).first()
    if row is None:
        return None
    answers = [sealer.unseal(one.sealed) for one in connection.execute(ANSWERS, {"e": row.seq})]
    pending = row.state != DONE or row.owed is not None
    state = messages.standing(row.state, messages.different_states(connection, row.seq))
    return Stored(partner=row.partner, state=state, pending=pending, answers=answers)


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """The delivery a received acknowledgement speaks of, as it has ended."""

    delivery: int
    key: str
    target: str
    shipment: str
    state: str
    text: str


def match(connection: Connection, partner: str, format: str, said: Mapping[str, Any], *, now: datetime) -> Matched | None:
    """End the delivery that a received acknowledgement speaks of; None when there is none.

    ``said`` is the reading's detail: type, reference, outcome, text. Found by our control reference, else by the newest
    unanswered message of the quoted type about the quoted waybill, replies to questions (FSA, FFA) and lists of flights last;
    only what we sent in the acknowledgement's own ``format``.
    """
    reference = said.get("reference")
    if not isinstance(reference, str) or not reference:
        return None
    refused = said.get("outcome") == "refused"
    quoted = f"{format}:{said.get('type') or ''}"
    found = (
        _by_reference(connection, partner, format, reference, refused)
        or _by_waybill(connection, partner, f"{quoted}%", reference)
        or _reply(connection, partner, f"{quoted}/%", reference)
    )
    if found is None:
        return None
    state = REFUSED if refused else ACKNOWLEDGED
    text = reason(said)[:1000]
    connection.execute(CONCLUDE, {"s": found.seq, "st": state, "o": text or None, "now": micros(now)})
    return Matched(delivery=found.seq, key=found.key, target=found.target, shipment=found.shipment, state=state, text=text)


def _by_reference(connection: Connection, partner: str, format: str, reference: str, refused: bool) -> Any:
    """A refusal may follow the confirmation of mere receipt, so it also finds what was acknowledged already."""
    states = (*_ANSWERABLE, ACKNOWLEDGED) if refused else _ANSWERABLE
    wanted = {"p": partner, "states": states, "ref": reference, "t": f"{format}:%"}
    return connection.execute(BY_REFERENCE, wanted).first()


def _by_waybill(connection: Connection, partner: str, target: str, waybill: str) -> Any:
    wanted = {"p": partner, "states": _ANSWERABLE, "k": f"awb:{waybill}", "t": target}
    return connection.execute(BY_WAYBILL, wanted).first()


def _reply(connection: Connection, partner: str, target: str, waybill: str) -> Any:
    """The newest reply or list of a quoted type in which the waybill number stands."""
    rows = connection.execute(REPLIES, {"p": partner, "states": _ANSWERABLE, "t": target})
    return next((row for row in rows if waybill.encode() in (row.content or b"")), None)


def reason(said: Mapping[str, Any]) -> str:
    """The words of an acknowledgement, or its error codes with their places where it has no words."""
    words = [str(line) for line in said.get("text") or ()]
    if said.get("error"):
        words.append(f"error {said['error']}")
    for one in said.get("segments") or ():
        words.extend(_faults(one))
    return "; ".join(words)


def _faults(segment: Mapping[str, Any]) -> list[str]:
    place = f"segment {segment.get('segment_number', '?')}"
    own = [f"{place} error {segment['error']}"] if segment.get("error") else []
    return own + [
        f"{place} element {one.get('element', '?')} error {one.get('error', '?')}" for one in segment.get("elements") or ()
    ]


def mark_overdue(connection: Connection, now: int) -> int:
    """Mark the deliveries whose answer has not come in time; how many."""
    return connection.execute(MARK_OVERDUE, {"now": now}).rowcount
