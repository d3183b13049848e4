"""Where everything arrives: the bytes are committed before anything is understood, and the sender is answered on that commit.

One writer thread gathers what many callers hand in and commits it together. Knows no format and no meaning.
"""

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Overslept
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.clock import micros
from hub.ports import Arrival, Clock, IntakeRefused, Received, StoredAnswer
from hub.store import acknowledgements, inbox
from hub.store.engine import reading, writing
from hub.store.inbox import Kept
from hub.store.rows import envelope_id
from hub.store.sealer import Sealer, Unsealed

MEGABYTE = 1_000_000
_STOP = None
_DISK_FULL = (
    "disk is full",
    "disk full",
    "no space left",
    "disk i/o error",
    "ora-01653",
    "ora-01654",
    "ora-19815",
    "could not extend",
)
_LOCKED = ("database is locked", "database table is locked", "lock timeout", "ora-00054", "busy")
_ATTEMPTS = 5


class _Waiting:
    """An arrival and the caller who waits for its commit."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.future: Future[Received] = Future()


class DurableIntake:
    """The hub's :class:`hub.ports.Intake`: safe for any number of threads and processes at once."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        sealer: Sealer | None = None,
        partners: Callable[[str], bool] = lambda _: True,
        largest: int = 100 * MEGABYTE,
        waiting: int = 1_000,
        batch: int = 256,
        batch_bytes: int = 16 * MEGABYTE,
        seconds: float = 30,
        awake: Callable[[], None] = lambda: None,
    ) -> None:
        """``partners``: is a partner known; ``waiting`` arrivals may queue, for ``seconds``, before callers are refused;
        ``awake`` is called when something was stored.
        """
        self._engine = engine
        self._clock = clock
        self._sealer = sealer or Unsealed()
        self._partners = partners
        self._largest = largest
        self._batch = batch
        self._batch_bytes = batch_bytes
        self._seconds = seconds
        self._awake = awake
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(maxsize=waiting)
        self._writer = threading.Thread(target=self._write, name="intake", daemon=True)
        self._closed = False
        self._writer.start()

    def receive(self, arrival: Arrival) -> Received:
        """Commit the bytes and say so. Raises IntakeRefused (too-large, unknown-partner, busy, full) when they were not stored;
        after a refusal for ``busy`` the bytes may still be committed, and handing them in again is a duplicate.
        """
        return self._result(self._hand_in(arrival))

    def receive_all(self, arrivals: Iterable[Arrival]) -> list[Received | IntakeRefused]:
        """Hand in many at once, for a caller who has them all: they share commits. What became of each, in order."""
        waiting: list[_Waiting | IntakeRefused] = []
        for one in arrivals:
            try:
                waiting.append(self._hand_in(one))
            except IntakeRefused as refused:
                waiting.append(refused)
        return [self._outcome(one) for one in waiting]

    def _outcome(self, waiting: _Waiting | IntakeRefused) -> Received | IntakeRefused:
        if isinstance(waiting, IntakeRefused):
            return waiting
        try:
            return self._result(waiting)
        except IntakeRefused as refused:
            return refused

    def _hand_in(self, arrival: Arrival) -> _Waiting:
        self._admit(arrival)
        waiting = _Waiting(kept(arrival, self._clock.now()))
        try:
            self._queue.put(waiting, timeout=self._seconds)
        except queue.Full:
            raise self._too_slow() from None
        return waiting

    def _result(self, waiting: _Waiting) -> Received:
        try:
            return waiting.future.result(timeout=self._seconds)
        except Overslept:
            waiting.future.cancel()
            raise self._too_slow() from None

    def _too_slow(self) -> IntakeRefused:
        return IntakeRefused("busy", f"not stored within {self._seconds:g} s: hand it in again later")

    def _admit(self, arrival: Arrival) -> None:
        if self._closed:
            raise IntakeRefused("busy", "the intake is closing: hand it in again later")
        if not self._partners(arrival.partner):
            raise IntakeRefused("unknown-partner", f"partner {arrival.partner!r} is not configured")
        if len(arrival.raw) > self._largest:
            raise IntakeRefused("too-large", f"{len(arrival.raw):,} bytes: at most {self._largest:,} are taken")

    def answer(self, id: str) -> StoredAnswer | None:
        """What became of an arrival: its state, and the stored acknowledgements once there are any."""
        with reading(self._engine) as connection:
            found = acknowledgements.stored(connection, id, self._sealer)
        if found is None:
            return None
        return StoredAnswer(id=id, pending=found.pending, state=found.state, answers=found.answers, partner=found.partner)

    def close(self) -> None:
        """Commit what is waiting and stop."""
        if not self._closed:
            self._closed = True
            self._queue.put(_STOP)
            self._writer.join()

    def _write(self) -> None:
        while (first := self._queue.get()) is not _STOP:
            batch, more = self._gather(first)
            self._commit(batch)
            if not more:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """All that waits now, within bounds; and whether to go on afterwards."""
        batch, size = [first], len(first.kept.raw)
        while len(batch) < self._batch and size < self._batch_bytes:
            try:
                one = self._queue.get_nowait()
            except queue.Empty:
                break
            if one is _STOP:
                return batch, False
            batch.append(one)
            size += len(one.kept.raw)
        return batch, True

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        wanted = [one for one in batch if one.future.set_running_or_notify_cancel()]
        try:
            fresh = store(self._engine, [one.kept for one in wanted], self._sealer)
        except Exception as fault:
            for one in wanted:
                one.future.set_exception(refusal(fault))
            return
        self._awake()
        for one in wanted:
            status = "received" if one.kept.id in fresh else "duplicate"
            fresh.discard(one.kept.id)
            one.future.set_result(Received(id=one.kept.id, status=status, sha256=one.kept.digest))


def kept(arrival: Arrival, now: datetime) -> Kept:
    """An arrival as it is stored: named by the digest of its partner and bytes."""
    sha256 = hashlib.sha256(arrival.raw).hexdigest()
    return Kept(
        id=envelope_id(arrival.partner, sha256),
        digest=sha256,
        partner=arrival.partner,
        channel=arrival.channel,
        media=arrival.media,
        name=arrival.name,
        raw=arrival.raw,
        received_at=micros(now),
        said_at=micros(arrival.said_at) if arrival.said_at is not None else None,
    )


def store(engine: Engine, arrivals: Sequence[Kept], sealer: Sealer) -> set[str]:
    """Commit arrivals together; the ids of those that were new. Two receivers with the same bytes make one envelope."""
    for attempt in range(_ATTEMPTS):
        try:
            with writing(engine) as connection:
                return _store_new(connection, arrivals, sealer)
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.01 * attempt)
    return set()


def _store_new(connection: Connection, arrivals: Sequence[Kept], sealer: Sealer) -> set[str]:
    first: dict[str, Kept] = {}
    for one in arrivals:
        first.setdefault(one.id, one)
    for known in inbox.known(connection, sorted(first)):
        del first[known]
    inbox.keep(connection, list(first.values()), sealer)
    inbox.note_repeated(connection, [one for one in arrivals if one is not first.get(one.id)])
    return set(first)


def refusal(fault: Exception) -> IntakeRefused:
    """What to tell a sender whose bytes could not be committed."""
    text = str(fault.orig if isinstance(fault, DBAPIError) and fault.orig else fault)
    if any(sign in text.lower() for sign in _DISK_FULL):
        return IntakeRefused("full", f"the database has no room left, nothing was stored: {text}")
    if any(sign in text.lower() for sign in _LOCKED):
        return IntakeRefused("busy", f"the database is locked by another process, nothing was stored: {text}")
    return IntakeRefused("busy", f"the database refused, nothing was stored: {type(fault).__name__}: {text}")
