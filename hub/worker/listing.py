"""T2b: from shipments that have changed to the lists of their flights that are owed because of it, one flight at a time.

What a list is made of is read outside the transaction; the lease guard at its beginning makes sure that nobody else looks at the
flight meanwhile, and whatever changes behind the reading has queued the flight again. Knows no format.
"""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from hub.clock import micros
from hub.flight_lists import Aboard
from hub.flight_routing import FlightRules, name_of
from hub.settings import SendRule
from hub.store import dead_letters, flights, outbox
from hub.store.dead_letters import Failure
from hub.store.engine import reading, writing
from hub.store.flights import Item, Past
from hub.store.leases import LeaseLost
from hub.store.outbox import UNKNOWN, Owed
from hub.worker.faults import told
from hub.worker.line import Desk

AGAIN_SECONDS = 60.0
"""After how long a flight whose lists could not be made is looked at again."""

_SECOND = 1_000_000


class Listing:
    """The stage that makes lists of flights."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def run(self, limit: int) -> int:
        """Look at up to ``limit`` flights of the lanes held whose time has come; how many."""
        desk = self._desk
        if desk.line.flights is None or not desk.holding.lanes:
            return 0
        with reading(desk.engine) as connection:
            due = flights.due(connection, desk.holding.lanes, micros(desk.clock.now()), limit)
        for departure, items in due.items():
            self._do(desk.line.flights, departure, items)
        return len(due)

    def _do(self, rules: FlightRules, departure: str, items: Sequence[Item]) -> None:
        try:
            with reading(self._desk.engine) as connection:
                aboard = list(flights.aboard(connection, departure).values())
            self._write(rules, departure, items, aboard)
        except (OperationalError, LeaseLost):
            raise
        except Exception as fault:  # the boundary: a fault in one flight must not hold up the others
            self._put_off(departure, items, fault)

    def _write(self, rules: FlightRules, departure: str, items: Sequence[Item], aboard: Sequence[Aboard]) -> None:
        now = self._desk.clock.now()
        began = min(one.changed_at for one in items)
        wanted, later = rules.due((micros(now) - began) / _SECOND)
        with writing(self._desk.engine) as connection:
            self._take(connection, items, micros(now))
            if later is not None:
                flights.queue(connection, [(departure, None)], changed_at=began, run_at=began + int(later * _SECOND))
            history = flights.history(connection, name_of(departure))
            owed = [
                one
                for rule in wanted
                for one in self._owed(
                    connection, rules, rule, departure, aboard, history.get((rule.partner, rule.channel, rule.target), [])
                )
            ]
            outbox.add(connection, owed, now=now, sender=self._desk.line.sender)
            dead_letters.solve_one(connection, _subject(departure))

    def _owed(
        self,
        connection: Connection,
        rules: FlightRules,
        rule: SendRule,
        departure: str,
        aboard: Sequence[Aboard],
        past: Sequence[Past],
    ) -> list[Owed]:
        """What a rule's partner is owed beyond its newest list; lists that have not gone are given up for it."""
        now = micros(self._desk.clock.now())
        made = rules.content(rule, departure, aboard, flights.content(connection, flights.last(past)))
        if made is None:
            return []
        stale = [one for one in past if one.is_stale(now)]
        flights.supersede(connection, stale, now)
        if stale and not any(one.state == UNKNOWN for one in stale):
            made = rules.content(rule, departure, aboard, flights.content(connection, flights.last(past, stale)))
        if made is None:
            return []
        plan = rules.plan(rule, departure, made, past[-1].key if past else "")
        return [Owed(plan=plan, number_key=departure)]

    def _take(self, connection: Connection, items: Sequence[Item], now: int) -> None:
        self._desk.holding.guard(connection, [one.lane for one in items], now)
        if not flights.drop(connection, items):
            raise LeaseLost("a flight was looked at by another worker meanwhile")

    def _put_off(self, departure: str, items: Sequence[Item], fault: Exception) -> None:
        """The lists of one flight cannot be made: a dead letter, and another look later; no other flight waits for it."""
        now = micros(self._desk.clock.now())
        failure = Failure(
            stage="list",
            subject=_subject(departure),
            partner="unknown",
            type="unknown",
            problem=told(fault, doing="making the lists of a flight"),
            shipment=name_of(departure),
        )
        with writing(self._desk.engine) as connection:
            self._take(connection, items, now)
            began = min(one.changed_at for one in items)
            flights.queue(connection, [(departure, None)], changed_at=began, run_at=now + int(AGAIN_SECONDS * _SECOND))
            dead_letters.add(connection, [failure], now)


def _subject(departure: str) -> str:
    return f"list:{departure}"
