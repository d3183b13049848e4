"""What happens by the clock: polls of partners' folders and housekeeping, run by apscheduler in the leader only.

Knows no channel: a poll is a callable with a name and a period.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from hub.clock import micros
from hub.ports import Clock, DeliveryError
from hub.store import acknowledgements, leases
from hub.store.engine import writing

_log = logging.getLogger("waybridge.schedule")

HOUSEKEEPING_SECONDS = 60.0
LEADER_SECONDS = 30.0


class Recurring(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done every so many seconds by whoever leads."""

    name: str
    seconds: float
    work: Callable[[], object]


class Schedule:
    """The leader's clock. Every process may have one; only the one that holds the leader lease does anything."""

    def __init__(
        self, engine: Engine, clock: Clock, owner: str, recurring: Sequence[Recurring], *, leader_seconds: float = LEADER_SECONDS
    ) -> None:
        """``leader_seconds``: how long a dead leader's place stays empty."""
        self._engine = engine
        self._clock = clock
        self._owner = owner
        self._leader_seconds = leader_seconds
        # A poll that takes longer than its period is meant to skip: no line for each.
        self._scheduler = BackgroundScheduler(timezone="UTC", logger=logging.Logger("apscheduler", logging.ERROR))
        housekeeping = Recurring(name="housekeeping", seconds=HOUSEKEEPING_SECONDS, work=self.keep_house)
        for one in (*recurring, housekeeping):
            self._scheduler.add_job(
                self.run, "interval", args=(one,), seconds=one.seconds, id=one.name, name=one.name, coalesce=True, max_instances=1
            )

    def start(self) -> None:
        """Begin; each job first runs after its period."""
        self._scheduler.start()

    def close(self) -> None:
        """Stop, waiting for what is running."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def leads(self) -> bool:
        """Become or stay the leader; whether this process is."""
        return leases.lead(self._engine, self._owner, now=micros(self._clock.now()), seconds=self._leader_seconds)

    def run(self, one: Recurring) -> bool:
        """Do a recurring thing if this process leads; whether it was done. Its failure is logged and ends nothing."""
        try:
            if not self.leads():
                return False
            one.work()
        except DeliveryError as fault:
            _log.error("%s: %s Tried again in %g s.", one.name, fault, one.seconds)
            return False
        except Exception:
            _log.exception("%s failed; it is tried again in %g s", one.name, one.seconds)
            return False
        return True

    def keep_house(self) -> None:
        """Mark overdue answers and forget workers that are long gone."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            acknowledgements.mark_overdue(connection, micros(now))
            leases.forget_dead(connection, micros(now - timedelta(hours=1)))
