"""Deliver: takes what is due, hands it to each partner's courier, and records how it went. Knows no format and no partner."""

import queue
import time
import zlib
from collections.abc import Sequence

from hub.clock import micros
from hub.problem import Problem
from hub.store import dead_letters, outbox
from hub.store.dead_letters import Failure
from hub.store.engine import reading, writing
from hub.store.leases import LeaseLost
from hub.store.outbox import Attempt, Due
from hub.worker.courier import Courier, Result, Round, lost
from hub.worker.line import Desk

SECONDS_OUT = 0.5
HANG_SECONDS = 120.0


class Delivering:
    """The stage that hands messages to partners."""

    def __init__(self, desk: Desk, *, hang_seconds: float = HANG_SECONDS) -> None:
        """A courier that has been at one delivery for ``hang_seconds`` is given up, the delivery's outcome is unknown."""
        self._desk = desk
        self._hang_seconds = hang_seconds
        self._back: queue.SimpleQueue[Courier] = queue.SimpleQueue()
        self._couriers: dict[Round, Courier] = {}
        self._out: set[Round] = set()
        self._home: list[Courier] = []

    @property
    def out(self) -> int:
        """How many couriers are on their way."""
        return len(self._out)

    def run(self, limit: int, *, wait: float = 0) -> int:
        """Record what has come back (waiting up to ``wait`` seconds for the first) and send out what is due; how many came."""
        done = self._collect(wait if self._out else 0)
        self._give_up()
        while self._send_out(limit):
            pass
        return done

    def _send_out(self, limit: int) -> bool:
        desk = self._desk
        if not desk.holding.lanes:
            return False
        with reading(desk.engine) as connection:
            due = outbox.due(
                connection,
                desk.holding.lanes,
                now=desk.clock.now(),
                busy=sorted({partner for partner, _ in self._out}),
                limit=limit,
                sender=desk.line.sender,
                sealer=desk.sealer,
            )
        bags: dict[Round, list[Due]] = {}
        for one in due:
            bags.setdefault(self._round(one), []).append(one)
        for way, bag in bags.items():
            self._out.add(way)
            self._courier(way).carry(bag)
        return len(due) == limit

    def _round(self, due: Due) -> Round:
        """Whose courier: always the same one for one shipment, so that two of its deliveries are never under way at once."""
        partner = due.plan.partner
        return partner, zlib.crc32(due.plan.shipment.encode()) % max(self._desk.line.connections(partner), 1)

    def _courier(self, way: Round) -> Courier:
        if way not in self._couriers:
            self._couriers[way] = Courier(way, self._desk.line, self._desk.clock, self._back, seconds=SECONDS_OUT)
        return self._couriers[way]

    def _collect(self, wait: float) -> int:
        """Record what the couriers that are back have done; when that fails, they stay at home until it has been done."""
        self._come_home(wait)
        results = [one for courier in self._home for one in courier.done]
        self._record(results)
        for courier in self._home:
            self._out.discard(courier.way)
        self._home.clear()
        return len(results)

    def _come_home(self, wait: float) -> None:
        try:
            while True:
                courier = self._back.get(timeout=wait) if wait and not self._home else self._back.get_nowait()
                if self._couriers.get(courier.way) is courier:
                    self._home.append(courier)
        except queue.Empty:
            return

    def _record(self, results: Sequence[Result]) -> None:
        """By lane, so that a lane lost to another worker costs only its own results (delivered again under their keys)."""
        if not results:
            return
        try:
            self._finish(results)
        except LeaseLost:
            held = set(self._desk.holding.lanes)
            for lane in sorted({attempt.due.lane for attempt, _ in results} & held):
                self._finish_lane([one for one in results if one[0].due.lane == lane])

    def _finish_lane(self, results: Sequence[Result]) -> None:
        try:
            self._finish(results)
        except LeaseLost:
            return

    def _finish(self, results: Sequence[Result]) -> None:
        desk = self._desk
        now = desk.clock.now()
        with writing(desk.engine) as connection:
            desk.holding.guard(connection, [attempt.due.lane for attempt, _ in results], micros(now))
            outbox.finish(connection, [attempt for attempt, _ in results], now=now, sealer=desk.sealer)
            failures = [_failure(attempt, problem) for attempt, problem in results if problem is not None]
            dead_letters.add(connection, failures, micros(now))

    def _give_up(self) -> None:
        """Record as unknown what a hanging courier is at; its thread ends by itself, its other deliveries are due again."""
        for way in list(self._out):
            courier = self._couriers[way]
            stuck = courier.current
            if stuck is not None and time.monotonic() - courier.since > self._hang_seconds:
                self._record([*courier.done, lost(stuck, self._hang_seconds, self._desk.line, self._desk.clock)])
                del self._couriers[way]
                self._out.discard(way)
                courier.leave()

    def close(self, seconds: float = 5) -> None:
        """Wait for the couriers, record what they did, and let them go."""
        end = time.monotonic() + seconds
        while self._out and time.monotonic() < end:
            self._collect(0.05)
        for courier in self._couriers.values():
            courier.leave()
        self._couriers.clear()


def _failure(attempt: Attempt, problem: Problem) -> Failure:
    due = attempt.due
    return Failure(
        stage="deliver",
        subject=f"deliver:{due.plan.key}",
        partner=due.plan.partner,
        type=due.plan.target,
        problem=problem,
        shipment=due.plan.shipment,
        delivery=due.seq,
    )
