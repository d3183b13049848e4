"""Dead letters: what failed, at which stage, how often, and who looks after it. The only SQL that writes them."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from hub.problem import Problem
from hub.store.rows import execute_in, insert_all, select_in
from hub.store.tables import dead_letter

OPEN, REPLAYED, SOLVED, DISCARDED = "open", "replayed", "solved", "discarded"


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that failed. ``subject`` names it: the stage, and the message, shipment or delivery concerned."""

    stage: str
    subject: str
    partner: str
    type: str
    problem: Problem
    envelope: int | None = None
    message: int | None = None
    shipment: str | None = None
    delivery: int | None = None
    impact: int = 0
    reasons: Sequence[str] = ()

    def cause(self) -> str:
        """What failures of one cause have in common: stage, code and place, partner, type; no value of the message."""
        return "/".join((self.stage, self.problem.fingerprint(), self.partner, self.type))[:1000]

    def fingerprint(self) -> str:
        """The cause, short."""
        return hashlib.blake2b(self.cause().encode(), digest_size=8).hexdigest()


FIND = select(dead_letter.c.seq, dead_letter.c.subject).where(dead_letter.c.subject.in_(bindparam("values", expanding=True)))
ADD = insert(dead_letter)
FAILED_AGAIN = (
    update(dead_letter)
    .where(dead_letter.c.subject == bindparam("s"))
    .values(
        attempts=dead_letter.c.attempts + 1,
        last_at=bindparam("t"),
        state=OPEN,
        problem=bindparam("p"),
        fingerprint=bindparam("fp"),
        cause=bindparam("c"),
    )
)
OPEN_OF_ENVELOPES = select(dead_letter.c.message).where(
    dead_letter.c.envelope.in_(bindparam("values", expanding=True)),
    dead_letter.c.state == OPEN,
    dead_letter.c.message.is_not(None),
)
SOLVE = (
    update(dead_letter)
    .where(dead_letter.c.envelope.in_(bindparam("values", expanding=True)), dead_letter.c.state != DISCARDED)
    .values(state=SOLVED)
)
SOLVE_ONE = (
    update(dead_letter)
    .where(dead_letter.c.subject == bindparam("s"), dead_letter.c.state.not_in((SOLVED, DISCARDED)))
    .values(state=SOLVED)
)
MARK = (
    update(dead_letter)
    .where(dead_letter.c.seq == bindparam("s"), dead_letter.c.state != bindparam("st"))
    .values(state=bindparam("st"))
)
OPEN_OF_SUBJECTS = select(dead_letter.c.seq, dead_letter.c.subject, dead_letter.c.problem).where(
    dead_letter.c.subject.in_(bindparam("values", expanding=True)), dead_letter.c.state == OPEN
)
SETTLE = (
    update(dead_letter)
    .where(dead_letter.c.seq == bindparam("s"))
    .values(state=SOLVED, note=func.coalesce(dead_letter.c.note, bindparam("n")))
)
TAKE_CARE = update(dead_letter).where(dead_letter.c.seq == bindparam("s")).values(owner=bindparam("o"), note=bindparam("n"))


def add(connection: Connection, failures: Sequence[Failure], now: int) -> None:
    """Record failures; what failed before is the same dead letter with one attempt more."""
    latest = {one.subject: one for one in failures}
    known = {row.subject for row in select_in(connection, FIND, sorted(latest))}
    insert_all(connection, FAILED_AGAIN, [_again_values(one, now) for subject, one in latest.items() if subject in known])
    insert_all(connection, ADD, [_values(one, now) for subject, one in latest.items() if subject not in known])


def _again_values(one: Failure, now: int) -> dict[str, Any]:
    return {"s": one.subject, "t": now, "p": msgspec.json.encode(one.problem), "fp": one.fingerprint(), "c": one.cause()}


def _values(one: Failure, now: int) -> dict[str, Any]:
    return {
        "subject": one.subject[:300],
        "stage": one.stage,
        "fingerprint": one.fingerprint(),
        "cause": one.cause(),
        "partner": one.partner,
        "envelope": one.envelope,
        "message": one.message,
        "shipment": one.shipment,
        "delivery": one.delivery,
        "problem": msgspec.json.encode(one.problem),
        "impact": one.impact,
        "reasons": msgspec.json.encode(list(one.reasons)),
        "attempts": 1,
        "first_at": now,
        "last_at": now,
        "state": OPEN,
    }


def open_messages(connection: Connection, envelopes: Sequence[int]) -> set[int]:
    """The numbers of the messages of these envelopes that have an open dead letter."""
    return {row.message for row in select_in(connection, OPEN_OF_ENVELOPES, envelopes)}


def solve(connection: Connection, envelopes: Sequence[int]) -> None:
    """What these envelopes' dead letters stood for is being tried anew; failing again opens them again."""
    execute_in(connection, SOLVE, envelopes)


def mark(connection: Connection, seq: int, state: str) -> bool:
    """Set the state of a dead letter that has another; whether there was one."""
    return connection.execute(MARK, {"s": seq, "st": state}).rowcount == 1


def solve_one(connection: Connection, subject: str) -> None:
    """What failed under this name has gone well now."""
    connection.execute(SOLVE_ONE, {"s": subject})


def open_of(connection: Connection, subjects: Sequence[str]) -> list[Any]:
    """Number, subject and problem of the open dead letters with these subjects."""
    return select_in(connection, OPEN_OF_SUBJECTS, subjects)


def settle(connection: Connection, seq: int, reason: str) -> None:
    """A dead letter needs nothing more, for this reason; what somebody wrote down about it stays."""
    connection.execute(SETTLE, {"s": seq, "n": reason[:1000]})


def take_care(connection: Connection, seq: int, *, owner: str | None, note: str | None) -> bool:
    """Say who looks after a dead letter, and what they found; whether there is one."""
    return connection.execute(TAKE_CARE, {"s": seq, "o": owner or None, "n": (note or "")[:1000] or None}).rowcount == 1


def weigh(document: Mapping[str, Any]) -> tuple[int, list[str]]:
    """How much hangs on a failure about this shipment: a score, and why. Pure."""
    reasons: list[tuple[int, str]] = []
    codes = set(document.get("special_handling") or ())
    reasons.extend((50, f"dangerous goods {code}") for code in sorted(codes & _DANGEROUS))
    reasons.extend((40, f"live or perishable {code}") for code in sorted(codes & _PERISHABLE))
    pieces = document.get("pieces")
    if isinstance(pieces, int) and pieces > 0:
        reasons.append((min(pieces, 20), f"{pieces} pieces"))
    return sum(score for score, _ in reasons), [text for _, text in reasons]


_DANGEROUS = frozenset(
    [
        "DGR",
        "CAO",
        "ICE",
        "RCL",
        "RCM",
        "RCX",
        "RDS",
        "REX",
        "RFG",
        "RFL",
        "RFS",
        "RFW",
        "RIS",
        "RLI",
        "RLM",
        "RMD",
        "RNG",
        "ROP",
        "ROX",
        "RPB",
        "RPG",
        "RRW",
        "RRY",
        "RSB",
        "RSC",
        "EBI",
        "EBM",
        "ELI",
        "ELM",
        "CAI",
    ]
)
_PERISHABLE = frozenset(
    ["AVI", "PER", "PEA", "PEF", "PEM", "PEP", "PES", "PIL", "EAT", "HEG", "COL", "CRT", "ERT", "FRO", "HUM", "LHO", "PIP", "PIH"]
)
