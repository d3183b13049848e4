"""T1: from stored bytes to statements. Envelopes are understood outside the transaction, and a bounded batch of their messages
is committed with its statements, slots and refold items. Knows no documents and no deliveries.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from hub.clock import micros
from hub.envelope import Envelope
from hub.problem import Code, Problem
from hub.statement import CLAIM, Reading, Understood
from hub.store import acknowledgements, dead_letters, inbox, leases, messages, outbox, statements, words
from hub.store.acknowledgements import Matched
from hub.store.dead_letters import Failure
from hub.store.engine import reading, writing
from hub.store.inbox import SplitTo, ToSplit
from hub.store.messages import MessageRow
from hub.store.rows import message_number
from hub.store.words import CHANNEL, Heard
from hub.worker.faults import told
from hub.worker.line import Desk
from hub.worker.portions import MESSAGES, Portion, dead, failure, portions

MEGABYTES = 8_000_000
"""Bytes of envelopes loaded at once, unless one alone is larger."""

DEATHS = 5
"""How often a worker may die over one envelope before it is set aside."""

REMEMBERED = 1_000
SMALL = 50_000


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
        self._remember(todo, understood)
        return portions(self._desk, todo, understood)

    def _remember(self, todo: ToSplit, understood: Understood) -> None:
        """For the answer, if there is to be one; a large interchange is rather understood again."""
        envelope = todo.envelope
        if len(envelope.raw) > SMALL or not self._desk.line.owes_answer(envelope.partner, envelope.channel, understood.format):
            return
        self._understood[todo.seq] = understood
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
            anew = [one.todo.seq for one in batch if one.todo.again]
            unsolved = dead_letters.open_messages(connection, anew)
            touched = _withdraw(connection, [one.todo.seq for one in batch if one.todo.again and one.todo.next_ordinal == 0])
            by_message = statements.add(connection, [said for one in batch for said in one.spoken])
            statements.queue(connection, ((key, None) for key in sorted(touched)))
            statements.queue(connection, ((key, seq) for seq in sorted(by_message) for key in sorted(by_message[seq])))
            failures = [failure for one in batch for failure in one.failures] + self._hear(connection, batch, unsolved)
            dead_letters.add(connection, failures, now)
            words.hear(connection, _heard(batch))
            _record(connection, batch, by_message)
            self._end(connection, batch)

    def _hear(self, connection: Connection, batch: Sequence[Portion], unsolved: set[int]) -> list[Failure]:
        """Match partners' acknowledgements to what we sent; the dead letters of refusals, and of those that match nothing.

        One that is replayed speaks again only when it had come to nothing: else it would end the delivery of another message.
        """
        now = self._desk.clock.now()
        heard: list[Failure] = []
        for portion in batch:
            for one in portion.heard:
                if portion.todo.again and message_number(portion.todo.seq, one.ordinal) not in unsolved:
                    continue
                partner = portion.todo.envelope.partner
                matched = acknowledgements.match(connection, partner, one.format, one.detail, now=now)
                if matched is None:
                    heard.append(_unmatched(portion.todo, one))
                elif matched.state == outbox.REFUSED:
                    heard.append(_refused(portion.todo, matched))
        return heard

    def _end(self, connection: Connection, batch: Sequence[Portion]) -> None:
        ended = inbox.end_envelopes(connection, [one.todo.seq for one in batch if one.next_ordinal is None])
        owes = self._desk.line.owes_answer
        acknowledgements.owe(connection, [(row.seq, row.id) for row in ended if owes(row.partner, row.channel, row.format)])


def _withdraw(connection: Connection, envelopes: Sequence[int]) -> set[str]:
    if not envelopes:
        return set()
    withdrawn = messages.numbers_of(connection, envelopes)
    touched = statements.withdraw(connection, withdrawn)
    messages.drop(connection, withdrawn)
    dead_letters.solve(connection, envelopes)
    return touched


def _heard(batch: Sequence[Portion]) -> list[Heard]:
    """The messages of what a node has taken in, and whether they say something of a shipment."""
    taken = [one for one in batch if one.todo.envelope.channel == CHANNEL]
    speaking = {said.message for one in taken for said in one.spoken if not said.key.startswith(CLAIM)}
    return [
        Heard(envelope=one.todo.envelope.id, ordinal=row.ordinal, speaks=row.seq in speaking) for one in taken for row in one.rows
    ]


def _record(connection: Connection, batch: Sequence[Portion], touched: dict[int, set[str]]) -> None:
    rows = [row for one in batch for row in one.rows]
    messages.add(connection, [_counted(row, len(touched.get(row.seq, ()))) for row in rows])
    inbox.record_split(connection, [_progress(one) for one in batch])


def _counted(row: MessageRow, items: int) -> MessageRow:
    return msgspec.structs.replace(row, item_count=items + row.failed_items) if items else row


def _progress(one: Portion) -> SplitTo:
    return SplitTo(
        seq=one.todo.seq,
        again=False,
        next_ordinal=one.next_ordinal,
        format=one.format[:64],
        open_messages=sum(row.state == messages.SPLIT for row in one.rows),
        problems=one.problems,
    )


def _unmatched(todo: ToSplit, one: Reading) -> Failure:
    said = one.detail
    text = f"{one.type} speaks of {said.get('type') or 'a message'} {said.get('reference') or ''}: nothing sent fits"
    problem = Problem(code=Code.ACKNOWLEDGEMENT_UNMATCHED, message=text, line=one.line)
    return failure(todo, "acknowledged", one.ordinal, one.type, problem)


def _refused(todo: ToSplit, matched: Matched) -> Failure:
    """The dead letter of the delivery a partner has refused: the same as when it refuses at the door."""
    return Failure(
        stage="deliver",
        subject=f"deliver:{matched.key}",
        partner=todo.envelope.partner,
        type=matched.target,
        problem=Problem(code=Code.DELIVERY_REFUSED, message=matched.text or "refused without a reason"),
        shipment=matched.shipment,
        delivery=matched.delivery,
    )
