"""The messages of an envelope, made ready to be stored: rows, statements, dead letters. Pure; knows no SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from hub.clock import micros
from hub.declared import plausible
from hub.envelope import Envelope
from hub.position import Place
from hub.problem import Code, Problem, Severity, has_error
from hub.statement import CLAIM, Reading, Said, Slot, Statement, Understood, piece_of
from hub.store import dead_letters, messages, statements
from hub.store.dead_letters import Failure
from hub.store.inbox import ToSplit
from hub.store.messages import MessageRow
from hub.store.rows import message_id, message_number
from hub.store.statements import Spoken
from hub.worker.faults import told
from hub.worker.line import Desk, Line

MESSAGES = 500
"""Messages of one portion, and of one commit, at most."""

UNREAD = "unknown"


@dataclass(frozen=True, kw_only=True)
class Portion:
    """A run of messages of one envelope, made ready outside the transaction."""

    todo: ToSplit
    format: str
    problems: Sequence[Problem]
    next_ordinal: int | None
    rows: list[MessageRow] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    heard: list[Reading] = field(default_factory=list)


def portions(desk: Desk, todo: ToSplit, understood: Understood) -> Iterator[Portion]:
    """The messages of an envelope that are still to be stored, in runs of at most MESSAGES. Pure."""
    waiting = [one for one in understood.readings if one.ordinal >= todo.next_ordinal]
    if not waiting:
        yield _empty(todo, understood)
    for start in range(0, len(waiting), MESSAGES):
        run, rest = waiting[start : start + MESSAGES], waiting[start + MESSAGES :]
        again = todo if start == 0 else msgspec.structs.replace(todo, next_ordinal=run[0].ordinal)
        portion = Portion(
            todo=again, format=understood.format, problems=understood.problems, next_ordinal=rest[0].ordinal if rest else None
        )
        for one in run:
            _prepare(desk, portion, one)
        yield portion


def _empty(todo: ToSplit, understood: Understood) -> Portion:
    """An envelope in which no message was found is itself one message, so that it is seen in every list."""
    portion = Portion(todo=todo, format=understood.format, problems=understood.problems, next_ordinal=None)
    if todo.next_ordinal == 0:
        state = messages.REJECTED if has_error(understood.problems) else messages.DISCARDED
        portion.rows.append(bare(todo, understood.format, state, understood.problems))
        if understood.problems:
            portion.failures.append(failure(todo, "read", 0, understood.format, understood.problems[0]))
    return portion


def dead(todo: ToSplit, problem: Problem) -> Portion:
    """An envelope that could not be understood at all: kept, seen, and set aside."""
    portion = Portion(todo=todo, format=UNREAD, problems=[problem], next_ordinal=None)
    ordinal = todo.next_ordinal
    portion.rows.append(
        msgspec.structs.replace(bare(todo, UNREAD, messages.DEAD, [problem]), ordinal=ordinal, seq=_seq(todo, ordinal))
    )
    portion.failures.append(failure(todo, "understand", ordinal, UNREAD, problem))
    return portion


def _seq(todo: ToSplit, ordinal: int) -> int:
    return message_number(todo.seq, ordinal)


def bare(todo: ToSplit, format: str, state: str, problems: Sequence[Problem]) -> MessageRow:
    """A message row of an envelope in which no message can be told apart."""
    return MessageRow(
        seq=_seq(todo, 0),
        envelope=todo.seq,
        ordinal=0,
        partner=todo.envelope.partner,
        format=format[:64],
        type=UNREAD,
        version=None,
        author=None,
        said_at=None,
        received_at=micros(todo.envelope.received_at),
        state=state,
        item_count=0,
        mapping=None,
        body=msgspec.json.encode({"problems": problems}),
    )


def failure(todo: ToSplit, stage: str, ordinal: int, type: str, problem: Problem) -> Failure:
    """A dead letter about one message of an envelope."""
    return Failure(
        stage=stage,
        subject=f"{stage}:{message_id(todo.envelope.id, ordinal)}",
        partner=todo.envelope.partner,
        type=type,
        problem=problem,
        envelope=todo.seq,
        message=_seq(todo, ordinal),
    )


def _prepare(desk: Desk, portion: Portion, one: Reading) -> None:
    """Add one message to a portion; a fault in it is its own dead letter and nobody else's."""
    todo = portion.todo
    try:
        spoken = _speak(desk, todo, one) if one.readable else []
        row = _row(todo, one, spoken, _unadmitted(desk.line, todo.envelope, one, spoken))
    except Exception as fault:
        problem = told(fault, doing="making statements")
        portion.rows.append(
            msgspec.structs.replace(
                bare(todo, one.format, messages.DEAD, [problem]), seq=_seq(todo, one.ordinal), ordinal=one.ordinal
            )
        )
        portion.failures.append(failure(todo, "split", one.ordinal, one.type, problem))
        return
    portion.rows.append(row)
    portion.spoken.extend(spoken)
    if one.subject == "acknowledgement" and one.readable:
        portion.heard.append(one)
    if not one.readable:
        portion.failures.append(_rejected(todo, one))
    portion.failures.extend(_pieces_rejected(todo, one))


def _rejected(todo: ToSplit, one: Reading) -> Failure:
    worst = next((problem for problem in one.problems if has_error([problem])), next(iter(one.problems), None))
    problem = worst or Problem(
        code=Code.TYPE_UNKNOWN, line=one.line, message=f"{one.type} was read, and says nothing of a shipment: its bytes are kept"
    )
    rejected = failure(todo, "check", one.ordinal, one.type, problem)
    impact, reasons = dead_letters.weigh(one.said[0].facts if one.said else {})
    return msgspec.structs.replace(rejected, impact=impact, reasons=reasons)


def _pieces_rejected(todo: ToSplit, one: Reading) -> Iterator[Failure]:
    """The dead letters of the faulty pieces of a message whose others are applied."""
    facts = {piece.first: said.facts for said in one.said if one.unfit and (piece := piece_of(said, one.unfit))}
    for piece in one.unfit:
        rejected = failure(todo, "check", one.ordinal, one.type, piece.problem)
        impact, reasons = dead_letters.weigh(facts.get(piece.first, {}))
        subject = f"{rejected.subject}:{piece.first}"
        yield msgspec.structs.replace(rejected, subject=subject, impact=impact, reasons=reasons)


def _speak(desk: Desk, todo: ToSplit, one: Reading) -> list[Spoken]:
    return [
        statements.speak(_seq(todo, one.ordinal), place, statement_of(desk.line, todo.envelope, one, place, said), desk.sealer)
        for place, said in enumerate(one.sound())
    ]


def statement_of(line: Line, envelope: Envelope, one: Reading, place: int, said: Said) -> Statement:
    """A statement as it is stored: admitted or not, in its slot, at its place in the order."""
    author = one.author or envelope.partner
    admitted = bool(line.admit(said, envelope.partner, author))
    kind = line.kind(one)
    # What is not admitted must not displace what is: it gets a slot of its own, by partner.
    claimant = author if admitted else f"{author}\x1e{envelope.partner}"
    part = _number(said.part)
    whole = Slot(author=claimant, kind=kind, scope=said.scope).id()
    return Statement(
        key=f"{CLAIM}{whole}" if said.key.startswith(CLAIM) else said.key,
        slot=Slot(author=claimant, kind=kind, scope=said.scope, part=said.part).id(),
        part=part,
        last=said.last,
        whole=whole if part else "",
        kind=kind,
        action=said.action,
        author=author,
        partner=envelope.partner,
        message=message_id(envelope.id, one.ordinal),
        said_at=plausible(one.said_at if line.trusts(envelope.partner) else None, envelope.received_at),
        received_at=envelope.received_at,
        digest=f"{envelope.id}-{one.ordinal:07d}-{place:05d}",
        facts=said.facts,
        places=said.places,
        links=said.links,
        admitted=admitted,
    )


def _number(part: str) -> int:
    """The number of a part; 0 for a whole message, and for parts that have names instead."""
    return int(part) if part.isdecimal() and len(part) < 4 else 0


def _unadmitted(line: Line, envelope: Envelope, one: Reading, spoken: Sequence[Spoken]) -> list[Problem]:
    """One warning for each shipment the sender may not speak of so: the message is accepted, its words are not folded."""
    author = one.author or envelope.partner
    found: dict[tuple[str, str], Problem] = {}
    for said in (said for said, stored in zip(one.sound() if spoken else (), spoken, strict=True) if _left_out(stored)):
        why = line.refusal(said, envelope.partner, author) or "not admitted"
        place = min(said.places.values(), key=lambda at: at.offset, default=None)
        found.setdefault((said.key, why), _kept_apart(said.key, envelope.partner, author, why, place))
    return list(found.values())


def _left_out(stored: Spoken) -> bool:
    return not stored.admitted and not stored.key.startswith(CLAIM)


def _kept_apart(key: str, partner: str, author: str, why: str, place: Place | None) -> Problem:
    return Problem(
        code=Code.AUTHOR_UNADMITTED,
        severity=Severity.WARNING,
        message=f"{partner} for {author} about {key}: {why}; kept under conflicts. See [admission] in the partner's file",
        line=place.line if place else None,
        column=place.column if place else None,
        offset=place.offset if place else None,
        found=author,
    )


def _row(todo: ToSplit, one: Reading, spoken: Sequence[Spoken], unadmitted: Sequence[Problem]) -> MessageRow:
    state = messages.REJECTED if not one.readable else messages.SPLIT if spoken else messages.APPLIED
    body = {
        "problems": [*one.problems, *unadmitted],
        "not_carried": one.not_carried,
        "keys": sorted({said.key for said in spoken if not said.key.startswith(CLAIM)}),
        "frame": one.frame,
        "reference": one.reference,
        "subject": one.subject,
        "detail": one.detail,
        "line": one.line,
        "offset": one.offset,
    }
    part = next((said for said in one.said if _number(said.part)), None)
    if part is not None:
        body["part"] = {"number": _number(part.part), "last": part.last}
        body["claim"] = next((said.key for said in spoken if said.key.startswith(CLAIM)), "")
    return MessageRow(
        seq=_seq(todo, one.ordinal),
        envelope=todo.seq,
        ordinal=one.ordinal,
        partner=todo.envelope.partner,
        format=one.format[:64],
        type=one.type[:64] or UNREAD,
        version=one.version[:64] or None,
        author=(one.author or todo.envelope.partner)[:200],
        said_at=micros(one.said_at) if one.said_at else None,
        received_at=micros(todo.envelope.received_at),
        state=state,
        item_count=len({said.key for said in spoken}) + len(one.unfit),
        failed_items=len(one.unfit),
        mapping=one.mapping[:64] or None,
        body=msgspec.json.encode(body),
    )
