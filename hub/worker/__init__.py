"""The worker: takes what is queued through T1, T2, answers and deliveries, in batches when there is much, one by one when idle.

Any number of workers may share a database; each works only in the lanes it has leased. Knows no format and no SQL.
"""

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from hub.clock import micros
from hub.ports import Clock
from hub.store import counts
from hub.store.engine import reading
from hub.store.leases import Holding, LeaseLost
from hub.store.sealer import Sealer, Unsealed
from hub.worker.answering import Answering
from hub.worker.delivering import HANG_SECONDS, Delivering
from hub.worker.folding import Folding
from hub.worker.line import Desk, Line
from hub.worker.listing import Listing
from hub.worker.splitting import Splitting

__all__ = ["Desk", "Drained", "Line", "Worker"]

_log = logging.getLogger("waybridge.worker")

BATCH = 256
LEASE_SECONDS = 30.0
_SHORTEST_SLEEP, _LONGEST_SLEEP = 0.01, 0.5


class Drained(msgspec.Struct, frozen=True, kw_only=True):
    """What a drained line holds: messages and deliveries by state, and how long it took."""

    messages: Mapping[str, int]
    deliveries: Mapping[str, int]
    seconds: float


class Worker:
    """One worker process's loop. Not for two threads at once."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        line: Line,
        *,
        sealer: Sealer | None = None,
        batch: int = BATCH,
        lease_seconds: float = LEASE_SECONDS,
        hang_seconds: float = HANG_SECONDS,
        stages: Sequence[Callable[[int], int]] = (),
    ) -> None:
        """``lease_seconds``: how long others wait before they take over the lanes of a worker that has died.

        ``stages`` are further things to do in each round, so many at most; each says how many it did.
        """
        self.owner = f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        holding = Holding(engine, self.owner, seconds=lease_seconds)
        desk = Desk(engine=engine, clock=clock, sealer=sealer or Unsealed(), holding=holding, line=line)
        self._desk = desk
        self._batch = batch
        self._stages = stages
        self._splitting = Splitting(desk)
        self._folding = Folding(desk)
        self._listing = Listing(desk)
        self._answering = Answering(desk, self._splitting)
        self._delivering = Delivering(desk, hang_seconds=hang_seconds)
        self._stop = threading.Event()
        self._woken = threading.Event()
        self.trouble: str | None = None
        self._keeper = threading.Thread(target=self._keep, args=(lease_seconds / 3,), name="leases", daemon=True)

    def step(self, *, wait: float = 0) -> int:
        """One round of every stage; how many things were done. ``wait``: seconds to wait for couriers, if idle."""
        self._begin()
        try:
            done = self._splitting.run(self._batch) + self._folding.run(self._batch)
            done += self._listing.run(self._batch) + self._answering.run(self._batch)
            done += sum(stage(self._batch) for stage in self._stages)
        except LeaseLost:
            self.share()
            return 0
        return done + self._delivering.run(self._batch, wait=0 if done else wait)

    def drain(self, *, seconds: float = 3600) -> Drained:
        """Work until nothing is left to do now (deliveries due later are left), or ``seconds`` are over."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if not self._patiently(0.05) and not self.trouble and self._delivering.out == 0 and not self._waiting():
                break
        with reading(self._desk.engine) as connection:
            messages, deliveries = counts.messages(connection), counts.deliveries(connection)
        return Drained(messages=messages, deliveries=deliveries, seconds=time.monotonic() - began)

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        sleep = _SHORTEST_SLEEP
        while not stop.is_set():
            sleep = _SHORTEST_SLEEP if self._patiently(sleep) else min(sleep * 1.5, _LONGEST_SLEEP)
            if sleep > _SHORTEST_SLEEP and self._woken.wait(sleep):
                self._woken.clear()
                sleep = _SHORTEST_SLEEP

    def awake(self) -> None:
        """There is, or in a moment will be, something to do: look soon, and often for a while."""
        self._woken.set()

    def close(self) -> None:
        """Record what couriers did and let go of the lanes."""
        self._stop.set()
        self._delivering.close()
        if self._keeper.ident is not None:
            self._keeper.join()
        self._desk.holding.release()

    def _patiently(self, wait: float) -> int:
        """One step; a database that is locked, full or away is waited for: nothing is lost by it, and it is said once."""
        try:
            done = self.step(wait=wait)
        except OperationalError as fault:
            self._tell(str(fault.orig))
            time.sleep(_LONGEST_SLEEP)
            return 0
        self._tell(None)
        return done

    def _tell(self, trouble: str | None) -> None:
        if trouble and trouble != self.trouble:
            _log.error("the database refuses: %s; trying again every %g s", trouble, _LONGEST_SLEEP)
        elif self.trouble and not trouble:
            _log.info("the database is back")
        self.trouble = trouble

    def _waiting(self) -> bool:
        with reading(self._desk.engine) as connection:
            return counts.waiting(connection, micros(self._desk.clock.now()))

    def _begin(self) -> None:
        if self._keeper.ident is None:
            self.share()
            self._keeper.start()
        elif not self._desk.holding.lanes:
            self.share()

    def share(self) -> None:
        """Sign in, take a fair share of the lanes that are free, and let go what is above it."""
        self._desk.holding.keep(micros(self._desk.clock.now()))

    def _keep(self, every: float) -> None:
        while not self._stop.wait(every):
            try:
                self.share()
            except OperationalError:
                continue
