"""T1: from stored bytes to statements. Envelopes are understood outside the transaction, and a bounded batch of their messages
is committed with its statements, slots and refold items. Knows no documents and no deliveries.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from hub.clock import micros
from hub.envelope import Envelope
from hub.problem import Code, Problem, has_error
from hub.statement import Reading, Said, Slot, Statement, Understood
from hub.store import acknowledgements, dead_letters, inbox, leases, statements
from hub.store.dead_letters import Failure
from hub.store.engine import reading, writing
from hub.store.inbox import MessageRow, SplitTo, ToSplit
from hub.store.rows import message_id, message_number
from hub.store.statements import Spoken
from hub.worker.faults import told
from hub.worker.line import Desk, Line

MESSAGES = 500
"""Messages of one commit, at most."""

MEGABYTES = 8_000_000
"""Bytes of envelopes loaded at once, unless one alone is larger."""

DEATHS = 5
"""How often a worker may die over one envelope before it is set aside."""

REMEMBERED = 1_000
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


class Splitting:
    """The stage that takes envelopes apart."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._understood: OrderedDict[int, Understood] = OrderedDict()

    def run(self, limit: int) -> int:
        """Take up to ``limit`` envelopes apart; how many. Envelopes a dead worker left are first looked at one by one."""
        if self._desk.holding.inherited:
            return self._careful(limit)
        return self._take(self._desk.holding.lanes, limit)

    def _take(self, lanes: Sequence[int], limit: int) -> int:
        with reading(self._desk.engine) as connection:
            chosen = inbox.open_splits(connection, lanes, limit=limit, bytes_limit=MEGABYTES) if lanes else []
            todo = inbox.load_splits(connection, chosen, self._desk.sealer)
        for batch in self._batches(todo):
            self._commit(batch)
        return len(todo)

    def _careful(self, limit: int) -> int:
        """One by one, each counted before it is touched, so that one that kills its worker is found."""
        inherited = sorted(self._desk.holding.inherited)
        with reading(self._desk.engine) as connection:
            chosen = inbox.open_splits(connection, inherited, limit=limit, bytes_limit=MEGABYTES)
        for seq in chosen:
            with writing(self._desk.engine) as connection:
                inbox.suspect(connection, [seq])
                todo = inbox.load_splits(connection, [seq], self._desk.sealer)
            for batch in self._batches(todo):
                self._commit(batch)
        self._desk.holding.forget_inherited()
        return len(chosen)

    def understood(self, seq: int, envelope: Envelope) -> Understood:
        """What an envelope said: remembered for a while, else understood again (it is pure)."""
        known = self._understood.get(seq)
        return known if known is not None else self._desk.line.understand(envelope, partner=envelope.partner)

    def _batches(self, todo: Sequence[ToSplit]) -> Iterator[list[Portion]]:
        batch: list[Portion] = []
        size = 0
        for one in todo:
            for portion in self._portions(one):
                batch.append(portion)
                size += len(portion.rows)
                if size >= MESSAGES:
                    yield batch
                    batch, size = [], 0
        if batch:
            yield batch

    def _portions(self, todo: ToSplit) -> Iterator[Portion]:
        if todo.attempts >= DEATHS:
            problem = Problem(code=Code.WORKER_DIED, message=f"{todo.attempts} workers ended while reading this envelope")
            return iter([dead(todo, problem)])
        try:
            understood = self._desk.line.understand(todo.envelope, partner=todo.envelope.partner)
        except Exception as fault:
            return iter([dead(todo, told(fault, doing="understanding the envelope"))])
        self._remember(todo.seq, understood)
        return portions(self._desk, todo, understood)

    def _remember(self, seq: int, understood: Understood) -> None:
        self._understood[seq] = understood
        while len(self._understood) > REMEMBERED:
            self._understood.popitem(last=False)

    def _commit(self, batch: Sequence[Portion]) -> None:
        """All together; when the database refuses a value, one by one, so that one envelope cannot hold up the others."""
        try:
            self._write(batch)
        except OperationalError:
            raise
        except (DBAPIError, ValueError) as fault:
            if len(batch) > 1:
                for one in batch:
                    self._commit([one])
            else:
                self._write([dead(batch[0].todo, told(fault, doing="storing the messages"))])

    def _write(self, batch: Sequence[Portion]) -> None:
        desk = self._desk
        now = micros(desk.clock.now())
        with writing(desk.engine) as connection:
            desk.holding.guard(connection, [one.todo.lane for one in batch], now)
            leases.serialise(connection, leases.SPLIT, now)
            touched = _withdraw(connection, [one.todo.seq for one in batch if one.todo.again and one.todo.next_ordinal == 0])
            by_message = statements.add(connection, [said for one in batch for said in one.spoken])
            statements.queue(connection, ((key, None) for key in sorted(touched)))
            statements.queue(connection, ((key, seq) for seq in sorted(by_message) for key in sorted(by_message[seq])))
            failures = [failure for one in batch for failure in one.failures] + self._hear(connection, batch)
            dead_letters.add(connection, failures, now)
            _record(connection, batch, by_message)
            self._end(connection, batch)

    def _hear(self, connection: Connection, batch: Sequence[Portion]) -> list[Failure]:
        """Match partners' acknowledgements to what we sent; those that match nothing."""
        unmatched: list[Failure] = []
        now = self._desk.clock.now()
        for portion in batch:
            for one in portion.heard:
                keys = [said.key for said in one.said] + list(one.detail.get("keys") or ())
                said = one.detail.get("acknowledges") or {}
                if acknowledgements.match(connection, portion.todo.envelope.partner, said, keys, now=now) is None:
                    unmatched.append(_unmatched(portion.todo, one))
        return unmatched

    def _end(self, connection: Connection, batch: Sequence[Portion]) -> None:
        ended = inbox.end_envelopes(connection, [one.todo.seq for one in batch if one.next_ordinal is None])
        owes = self._desk.line.owes_answer
        acknowledgements.owe(connection, [(row.seq, row.id) for row in ended if owes(row.partner, row.channel, row.format)])


def _withdraw(connection: Connection, envelopes: Sequence[int]) -> set[str]:
    if not envelopes:
        return set()
    messages = inbox.messages_of(connection, envelopes)
    touched = statements.withdraw(connection, messages)
    inbox.drop_messages(connection, messages)
    dead_letters.solve(connection, envelopes)
    return touched


def _record(connection: Connection, batch: Sequence[Portion], touched: dict[int, set[str]]) -> None:
    rows = [row for one in batch for row in one.rows]
    inbox.add_messages(connection, [_counted(row, len(touched.get(row.seq, ()))) for row in rows])
    inbox.record_split(connection, [_progress(one) for one in batch])


def _counted(row: MessageRow, items: int) -> MessageRow:
    return msgspec.structs.replace(row, item_count=items) if items else row


def _progress(one: Portion) -> SplitTo:
    return SplitTo(
        seq=one.todo.seq,
        again=False,
        next_ordinal=one.next_ordinal,
        format=one.format[:64],
        open_messages=sum(row.state == inbox.SPLIT for row in one.rows),
        problems=one.problems,
    )


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
        state = inbox.REJECTED if has_error(understood.problems) else inbox.DISCARDED
        portion.rows.append(bare(todo, understood.format, state, understood.problems))
        if understood.problems:
            portion.failures.append(failure(todo, "read", 0, understood.format, understood.problems[0]))
    return portion


def dead(todo: ToSplit, problem: Problem) -> Portion:
    """An envelope that could not be understood at all: kept, seen, and set aside."""
    portion = Portion(todo=todo, format=UNREAD, problems=[problem], next_ordinal=None)
    ordinal = todo.next_ordinal
    portion.rows.append(
        msgspec.structs.replace(bare(todo, UNREAD, inbox.DEAD, [problem]), ordinal=ordinal, seq=_seq(todo, ordinal))
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


def _unmatched(todo: ToSplit, one: Reading) -> Failure:
    said = one.detail.get("acknowledges") or {}
    text = f"{one.type} speaks of {said.get('type') or 'a message'} {said.get('reference') or ''}: nothing sent fits"
    problem = Problem(code=Code.ACKNOWLEDGEMENT_UNMATCHED, message=text, line=one.line)
    return failure(todo, "acknowledged", one.ordinal, one.type, problem)


def _prepare(desk: Desk, portion: Portion, one: Reading) -> None:
    """Add one message to a portion; a fault in it is its own dead letter and nobody else's."""
    todo = portion.todo
    try:
        spoken = _speak(desk, todo, one) if one.readable else []
        row = _row(todo, one, spoken)
    except Exception as fault:
        problem = told(fault, doing="making statements")
        portion.rows.append(
            msgspec.structs.replace(
                bare(todo, one.format, inbox.DEAD, [problem]), seq=_seq(todo, one.ordinal), ordinal=one.ordinal
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


def _rejected(todo: ToSplit, one: Reading) -> Failure:
    worst = next((problem for problem in one.problems if has_error([problem])), next(iter(one.problems), None))
    problem = worst or Problem(code=Code.INTERNAL, message="the message is not readable, and no problem says why")
    rejected = failure(todo, "check", one.ordinal, one.type, problem)
    impact, reasons = dead_letters.weigh(one.said[0].facts if one.said else {})
    return msgspec.structs.replace(rejected, impact=impact, reasons=reasons)


def _speak(desk: Desk, todo: ToSplit, one: Reading) -> list[Spoken]:
    return [
        statements.speak(_seq(todo, one.ordinal), place, statement_of(desk.line, todo.envelope, one, place, said), desk.sealer)
        for place, said in enumerate(one.said)
    ]


def statement_of(line: Line, envelope: Envelope, one: Reading, place: int, said: Said) -> Statement:
    """A statement as it is stored: admitted or not, in its slot, at its place in the order."""
    author = one.author or envelope.partner
    admitted = bool(line.admit(said, envelope.partner, author))
    kind = line.kind(one)
    # What is not admitted must not displace what is: it gets a slot of its own, by partner.
    claimant = author if admitted else f"{author}\x1e{envelope.partner}"
    return Statement(
        key=said.key,
        slot=Slot(author=claimant, kind=kind, scope=said.scope, part=said.part).id(),
        kind=kind,
        action=said.action,
        author=author,
        partner=envelope.partner,
        message=message_id(envelope.id, one.ordinal),
        said_at=statements.plausible(one.said_at, envelope.received_at),
        received_at=envelope.received_at,
        digest=f"{envelope.id}-{one.ordinal:07d}-{place:05d}",
        facts=said.facts,
        places=said.places,
        links=said.links,
        admitted=admitted,
    )


def _row(todo: ToSplit, one: Reading, spoken: Sequence[Spoken]) -> MessageRow:
    state = inbox.REJECTED if not one.readable else inbox.SPLIT if spoken else inbox.APPLIED
    body = {
        "problems": one.problems,
        "not_carried": one.not_carried,
        "keys": sorted({said.key for said in spoken}),
        "frame": one.frame,
        "reference": one.reference,
        "subject": one.subject,
        "detail": one.detail,
        "line": one.line,
        "offset": one.offset,
    }
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
        item_count=len({said.key for said in spoken}),
        mapping=one.mapping[:64] or None,
        body=msgspec.json.encode(body),
    )
