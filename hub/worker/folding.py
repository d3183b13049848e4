"""T2: from statements to shipments and what is owed because of them. Folding and routing happen outside the transaction; the
lease guard at its beginning makes sure that nobody else has touched these shipments meanwhile. Knows no format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from hub.clock import micros
from hub.statement import DeliveryPlan, Folded, Statement
from hub.store import acknowledgements, dead_letters, flights, inbox, messages, outbox, recall, shipments, statements
from hub.store.dead_letters import Failure
from hub.store.engine import reading, writing
from hub.store.leases import LeaseLost
from hub.store.messages import Progress
from hub.store.outbox import Owed
from hub.store.rows import envelope_of
from hub.store.shipments import Change, Current
from hub.store.statements import Item
from hub.worker.faults import told
from hub.worker.line import Desk


@dataclass(kw_only=True)
class Outcome:
    """What folding a batch of number-keys has come to."""

    items: Sequence[Item]
    changes: list[Change] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    neighbours: set[str] = field(default_factory=set)
    flights: set[tuple[str, int | None]] = field(default_factory=set)
    failed: dict[str, list[Failure]] = field(default_factory=dict)


class Folding:
    """The stage that makes shipments."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._remembered = recall.Remembered()

    def run(self, limit: int) -> int:
        """Do up to ``limit`` refold items of the lanes held; how many. Items of one key are one fold."""
        lanes = self._desk.holding.lanes
        if not lanes:
            return 0
        with reading(self._desk.engine) as connection:
            items = statements.items(connection, lanes, limit)
        if items:
            self._do(items)
        return len(items)

    def _do(self, items: Sequence[Item]) -> None:
        try:
            self._write(self._fold(items))
        except OperationalError:
            raise
        except (DBAPIError, ValueError) as fault:
            self._apart(items, fault)

    def _apart(self, items: Sequence[Item], fault: Exception) -> None:
        """The database refused a value: key by key, so that one shipment cannot hold up the others."""
        keys = sorted({one.key for one in items})
        if len(keys) > 1:
            for key in keys:
                self._do([one for one in items if one.key == key])
            return
        outcome = Outcome(items=items)
        outcome.failed[keys[0]] = self._failures(items, [], fault, "storing the shipment")
        self._write(outcome)

    def _fold(self, items: Sequence[Item]) -> Outcome:
        causes = {one.key: one.message for one in items}
        keys = list(causes)
        with reading(self._desk.engine) as connection:
            said = recall.load(connection, keys, self._desk.sealer, self._remembered)
            stored = shipments.load(connection, keys)
        outcome = Outcome(items=items)
        for key in keys:
            self._fold_key(outcome, key, said[key], stored[key], causes[key])
        return outcome

    def _fold_key(
        self, outcome: Outcome, key: str, said: Sequence[Statement], stored: Sequence[Current], cause: int | None
    ) -> None:
        """Fold one number-key; a fault in it is its own dead letter and nobody else's."""
        try:
            changes = shipments.changes(key, self._desk.line.fold(key, said), stored, cause)
            owed = [one for change, folded in changes for one in self._owed(change, folded)]
            flown = [(name, cause) for change, folded in changes for name in self._touched(change, folded)]
        except Exception as fault:
            outcome.failed[key] = self._failures(
                [one for one in outcome.items if one.key == key], said, fault, "folding the shipment"
            )
            return
        outcome.changes.extend(change for change, _ in changes)
        outcome.flights.update(flown)
        outcome.owed.extend(owed)
        for change, folded in changes:
            if folded and not change.same_content:
                outcome.neighbours.update(folded.neighbours)

    def _owed(self, change: Change, folded: Folded | None) -> list[Owed]:
        if folded is None or change.same_content:
            return []
        plans = self._desk.line.route(folded, change.previous)
        return [_owed(change, plan) for plan in plans]

    def _touched(self, change: Change, folded: Folded | None) -> list[str]:
        """The flights whose lists this may change."""
        rules = self._desk.line.flights
        if rules is None or change.same_content:
            return []
        before = msgspec.json.decode(change.previous) if change.previous else {}
        return rules.touched(before, folded.document if folded else {})

    def _failures(self, items: Sequence[Item], said: Sequence[Statement], fault: Exception, doing: str) -> list[Failure]:
        problem = told(fault, doing=doing)
        facts = [one.facts for one in said if one.live]
        impact, reasons = max((dead_letters.weigh(one) for one in facts), default=(0, []))
        asking = {one.message: one for one in items}
        return [
            Failure(
                stage="fold",
                subject=f"fold:{message or 'neighbour'}:{one.key}",
                partner=said[-1].partner if said else "unknown",
                type=said[-1].kind if said else "unknown",
                problem=problem,
                envelope=envelope_of(message) if message else None,
                message=message,
                shipment=one.key,
                impact=impact,
                reasons=reasons,
            )
            for message, one in asking.items()
        ]

    def _write(self, outcome: Outcome) -> None:
        desk = self._desk
        now = desk.clock.now()
        with writing(desk.engine) as connection:
            desk.holding.guard(connection, [one.lane for one in outcome.items], micros(now))
            if not statements.drop_items(connection, outcome.items):
                raise LeaseLost("a message was withdrawn while its shipments were folded")
            shipments.record(connection, outcome.changes, micros(now))
            if desk.line.changed is not None:
                desk.line.changed(connection, [(one.key, one.revision_no) for one in outcome.changes if not one.same_content])
            outbox.add(connection, outcome.owed, now=now, sender=desk.line.sender)
            statements.queue(connection, ((key, None) for key in sorted(outcome.neighbours)))
            self._queue_flights(connection, outcome, micros(now))
            dead_letters.add(connection, [one for several in outcome.failed.values() for one in several], micros(now))
            self._end_messages(connection, progress_of(outcome.items, outcome.failed))

    def _queue_flights(self, connection: Connection, outcome: Outcome, now: int) -> None:
        rules = self._desk.line.flights
        if rules is not None:
            run_at = now + int(rules.soonest() * 1_000_000)
            flights.queue(connection, sorted(outcome.flights, key=repr), changed_at=now, run_at=run_at)

    def _end_messages(self, connection: Connection, progress: Mapping[int, Progress]) -> None:
        closed = messages.items_done(connection, progress)
        inbox.close_messages(connection, closed)
        ended = inbox.end_envelopes(connection, sorted(closed))
        owes = self._desk.line.owes_answer
        acknowledgements.owe(connection, [(row.seq, row.id) for row in ended if owes(row.partner, row.channel, row.format)])


def _owed(change: Change, plan: DeliveryPlan) -> Owed:
    whole = plan.content == change.document
    return Owed(plan=plan, number_key=change.number_key, revision_no=change.revision_no if whole else None)


def progress_of(items: Sequence[Item], failed: Mapping[str, object]) -> dict[int, Progress]:
    """How many items of each message are done, and how many of them failed. Pure."""
    progress: dict[int, Progress] = {}
    for one in items:
        if one.message is not None:
            count = progress.setdefault(one.message, Progress())
            count.done += 1
            count.failed += one.key in failed
    return progress
