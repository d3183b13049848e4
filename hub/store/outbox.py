"""Deliveries: what is owed to partners, when it is tried, what became of it. The only SQL that writes them.

Control number, message id and time are allotted when the row is made, so that a retry is byte-identical. Knows no format.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, case, exists, insert, or_, select, update

from hub.clock import micros, moment
from hub.envelope import Outgoing
from hub.flight_routing import LATEST
from hub.statement import DeliveryPlan
from hub.store import control_numbers
from hub.store.rows import execute_in, insert_all, lane_of, select_in
from hub.store.sealer import Sealer
from hub.store.tables import delivery, delivery_bytes, revision

PENDING, RETRYING, UNKNOWN = "pending", "retrying", "unknown"
SENT, ACKNOWLEDGED, REFUSED, OVERDUE, DEAD, CANCELLED = "sent", "acknowledged", "refused", "overdue", "dead", "cancelled"
STATES_TOLD = (PENDING, SENT, ACKNOWLEDGED, REFUSED, OVERDUE, RETRYING, UNKNOWN, DEAD, CANCELLED)
PARALLEL, IN_SEQUENCE, IN_ORDER = "parallel", "in_sequence", "in_order"
_LINED_UP = (IN_SEQUENCE, IN_ORDER)
_OUT_OF_THE_WAY = (SENT, ACKNOWLEDGED, OVERDUE, CANCELLED)


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery to be made: the plan and, where its content is a revision's document, that revision's number."""

    plan: DeliveryPlan
    number_key: str
    revision_no: int | None = None
    ready: bool = False


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery whose time has come, with all a writer may know. ``parts`` are the bytes of an earlier attempt."""

    seq: int
    lane: int
    attempts: int
    ready: bool
    plan: DeliveryPlan
    outgoing: Outgoing
    parts: Sequence[bytes] = ()


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """How one attempt ended: the state, and when to try again (None: never)."""

    due: Due
    state: str
    run_at: datetime | None = None
    digest: str | None = None
    reference: str = ""
    outcome: str = ""
    answer_by: datetime | None = None
    parts: Sequence[bytes] = ()


KNOWN = select(delivery.c.key).where(delivery.c.shipment.in_(bindparam("values", expanding=True)))
ADD = insert(delivery)
IN_THE_WAY = (
    select(delivery.c.partner, delivery.c.shipment)
    .where(delivery.c.shipment.in_(bindparam("values", expanding=True)))
    .where(
        or_(
            and_(delivery.c.ordering == IN_ORDER, delivery.c.state.not_in(_OUT_OF_THE_WAY)),
            and_(delivery.c.ordering == IN_SEQUENCE, delivery.c.state == PENDING),
        )
    )
    .distinct()
)
_COLUMNS = (
    delivery.c.seq,
    delivery.c.key,
    delivery.c.lane,
    delivery.c.partner,
    delivery.c.channel,
    delivery.c.target,
    delivery.c.shipment,
    delivery.c.ready,
    delivery.c.ordering,
    delivery.c.attempts,
    delivery.c.created_at,
    delivery.c.message_id,
    delivery.c.control_reference,
    delivery.c.content,
    revision.c.document,
)
DUE = (
    select(*_COLUMNS)
    .join_from(
        delivery,
        revision,
        and_(revision.c.shipment == delivery.c.shipment, revision.c.revision_no == delivery.c.revision_no),
        isouter=True,
    )
    .where(delivery.c.run_at <= bindparam("now"))
    .where(delivery.c.lane.in_(bindparam("lanes", expanding=True)))
    .where(delivery.c.partner.not_in(bindparam("busy", expanding=True)))
    .order_by(delivery.c.run_at, delivery.c.seq)
    .limit(bindparam("limit"))
)
PARTS = (
    select(delivery_bytes)
    .where(delivery_bytes.c.delivery.in_(bindparam("values", expanding=True)))
    .order_by(delivery_bytes.c.delivery, delivery_bytes.c.part)
)
ADD_PARTS = insert(delivery_bytes)


def _unless_answered(column: Any, name: str) -> Any:
    """The attempt's own word, unless the partner's answer was here first: that stays."""
    answered = or_(delivery.c.state == ACKNOWLEDGED, delivery.c.state == REFUSED)
    return case((answered, column), else_=bindparam(name, type_=column.type))


FINISH = (
    update(delivery)
    .where(delivery.c.seq == bindparam("s"), delivery.c.attempts == bindparam("a"))
    .values(
        state=_unless_answered(delivery.c.state, "st"),
        attempts=delivery.c.attempts + 1,
        run_at=_unless_answered(delivery.c.run_at, "r"),
        finished_at=_unless_answered(delivery.c.finished_at, "f"),
        answer_by=bindparam("b"),
        sent_digest=bindparam("d"),
        reference=bindparam("ref"),
        outcome=_unless_answered(delivery.c.outcome, "o"),
    )
)
NEXT_IN_LINE = (
    select(delivery.c.seq)
    .where(delivery.c.shipment == bindparam("k"), delivery.c.partner == bindparam("p"), delivery.c.blocked == 1)
    .order_by(delivery.c.seq)
    .limit(1)
)
UNBLOCK = (
    update(delivery).where(delivery.c.seq.in_(bindparam("values", expanding=True))).values(blocked=0, run_at=bindparam("now"))
)
_newer = delivery.alias("newer")
_IS_OVERTAKEN = exists().where(
    _newer.c.shipment == delivery.c.shipment,
    _newer.c.partner == delivery.c.partner,
    _newer.c.channel == delivery.c.channel,
    _newer.c.target == delivery.c.target,
    _newer.c.seq > delivery.c.seq,
)
OVERTAKEN = (
    update(delivery)
    .where(delivery.c.seq == bindparam("s"), delivery.c.state.in_((RETRYING, UNKNOWN)), _IS_OVERTAKEN)
    .values(state=CANCELLED, run_at=None, finished_at=bindparam("now"))
)
FIND = select(delivery).where(delivery.c.seq == bindparam("s"))
AGAIN = (
    update(delivery)
    .where(delivery.c.seq == bindparam("s"), delivery.c.state.in_((DEAD, REFUSED, RETRYING, UNKNOWN)))
    .where(or_(delivery.c.ordering != LATEST, ~_IS_OVERTAKEN))
    .values(state=PENDING, attempts=0, run_at=bindparam("now"), finished_at=None)
)
CANCEL = (
    update(delivery)
    .where(delivery.c.seq == bindparam("s"), delivery.c.state.not_in((SENT, ACKNOWLEDGED, OVERDUE)))
    .values(state=CANCELLED, run_at=None, blocked=0, finished_at=bindparam("now"))
)


def add(connection: Connection, owed: Sequence[Owed], *, now: datetime, sender: str) -> int:
    """Make the rows of deliveries that are not there yet; how many. Equal keys are one delivery, whenever it was made."""
    wanted = {one.plan.key: one for one in owed}
    known = {row.key for row in select_in(connection, KNOWN, sorted({one.plan.shipment for one in owed}))}
    new = [one for key, one in wanted.items() if key not in known]
    blocked = _blocked(connection, new)
    numbers = {
        partner: control_numbers.take(connection, sender, partner, count) for partner, count in sorted(_counts(new).items())
    }
    insert_all(
        connection,
        ADD,
        [_values(one, next(numbers[one.plan.partner]), flag, now) for one, flag in zip(new, blocked, strict=True)],
    )
    return len(new)


def _counts(owed: Sequence[Owed]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in owed:
        counts[one.plan.partner] = counts.get(one.plan.partner, 0) + 1
    return counts


def _blocked(connection: Connection, owed: Sequence[Owed]) -> list[bool]:
    """Which of these must wait for an earlier one of the same partner and shipment."""
    ordered = sorted({one.plan.shipment for one in owed if one.plan.ordering in _LINED_UP})
    ahead = {(row.partner, row.shipment) for row in select_in(connection, IN_THE_WAY, ordered)}
    flags: list[bool] = []
    for one in owed:
        place = (one.plan.partner, one.plan.shipment)
        flags.append(one.plan.ordering in _LINED_UP and place in ahead)
        if one.plan.ordering in _LINED_UP:
            ahead.add(place)
    return flags


def _values(one: Owed, number: int, blocked: bool, now: datetime) -> dict[str, Any]:
    plan = one.plan
    return {
        "key": plan.key,
        "lane": lane_of(one.number_key),
        "partner": plan.partner,
        "channel": plan.channel,
        "target": plan.target,
        "shipment": plan.shipment,
        "revision_no": one.revision_no,
        "content": None if one.revision_no is not None else plan.content,
        "ready": int(one.ready),
        "ordering": plan.ordering,
        "blocked": int(blocked),
        "state": PENDING,
        "attempts": 0,
        "run_at": None if blocked else micros(now),
        "created_at": micros(now),
        "message_id": plan.key[:32],
        "control_reference": str(number),
    }


def due(
    connection: Connection, lanes: Sequence[int], *, now: datetime, busy: Sequence[str], limit: int, sender: str, sealer: Sealer
) -> list[Due]:
    """Deliveries whose time has come, earliest first, of partners that are not ``busy``."""
    rows = connection.execute(DUE, {"lanes": lanes, "now": micros(now), "busy": busy, "limit": limit}).all()
    parts: dict[int, list[bytes]] = {}
    for row in select_in(connection, PARTS, [row.seq for row in rows if row.attempts]):
        parts.setdefault(row.delivery, []).append(sealer.unseal(row.sealed))
    return [_due(row, parts.get(row.seq, ()), sender) for row in rows]


def _due(row: Any, parts: Sequence[bytes], sender: str) -> Due:
    return Due(
        seq=row.seq,
        lane=row.lane,
        attempts=row.attempts,
        ready=bool(row.ready),
        plan=DeliveryPlan(
            key=row.key,
            partner=row.partner,
            channel=row.channel,
            target=row.target,
            shipment=row.shipment,
            content=row.content if row.content is not None else (row.document or b""),
            ordering=row.ordering,
        ),
        outgoing=Outgoing(
            message_id=row.message_id, control_reference=row.control_reference, at=moment(row.created_at), sender=sender
        ),
        parts=parts,
    )


def finish(connection: Connection, attempts: Sequence[Attempt], *, now: datetime, sealer: Sealer) -> None:
    """Record how attempts ended and let the next in line go. An attempt counted already changes nothing."""
    insert_all(connection, FINISH, [_finish_values(one, now) for one in attempts])
    kept = [one for one in attempts if one.parts and not one.due.parts]
    rows = [
        {"delivery": one.due.seq, "part": place, "sealed": sealer.seal(raw)}
        for one in kept
        for place, raw in enumerate(one.parts)
    ]
    insert_all(connection, ADD_PARTS, rows)
    for one in attempts:
        if one.due.plan.ordering == LATEST and one.run_at is not None:
            connection.execute(OVERTAKEN, {"s": one.due.seq, "now": micros(now)})
        if _lets_go(one):
            release_next(connection, one.due.plan.partner, one.due.plan.shipment, micros(now))


def _finish_values(one: Attempt, now: datetime) -> dict[str, Any]:
    return {
        "s": one.due.seq,
        "a": one.due.attempts,
        "st": one.state,
        "r": micros(one.run_at) if one.run_at else None,
        "f": None if one.run_at else micros(now),
        "b": micros(one.answer_by) if one.answer_by else None,
        "d": one.digest,
        "ref": one.reference[:200] or None,
        "o": one.outcome[:1000] or None,
    }


def _lets_go(one: Attempt) -> bool:
    """In order: only success lets the next one go. In sequence: a failure is set aside, and the next one goes."""
    ordering = one.due.plan.ordering
    return ordering == IN_SEQUENCE or (ordering == IN_ORDER and one.state == SENT)


def release_next(connection: Connection, partner: str, shipment: str, now: int) -> None:
    """Let the oldest blocked delivery of a partner and shipment go."""
    row = connection.execute(NEXT_IN_LINE, {"k": shipment, "p": partner}).first()
    if row is not None:
        execute_in(connection, UNBLOCK, [row.seq], now=now)


def again(connection: Connection, seq: int, now: int) -> bool:
    """Try a failed delivery again from the start of its schedule, under the same key and with the same bytes."""
    return connection.execute(AGAIN, {"s": seq, "now": now}).rowcount == 1


def cancel(connection: Connection, seq: int, now: int) -> bool:
    """Give a delivery up, and let the next in line go; whether it could be."""
    row = connection.execute(FIND, {"s": seq}).first()
    if row is None or connection.execute(CANCEL, {"s": seq, "now": now}).rowcount == 0:
        return False
    release_next(connection, row.partner, row.shipment, now)
    return True
