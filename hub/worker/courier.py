"""A courier carries one partner's deliveries, one after another, in a thread of its own: one that hangs holds up nobody else.

Knows no storage.
"""

import hashlib
import queue
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

from hub.envelope import Written
from hub.flight_routing import FLIGHT
from hub.ports import Clock, DeliveryError, Misconfigured, Parcel, Refused, Retriable, Sender, Unknown
from hub.problem import Code, Problem, has_error
from hub.retry import next_attempt
from hub.statement import DeliveryPlan
from hub.store import outbox
from hub.store.outbox import Attempt, Due
from hub.worker.faults import told
from hub.worker.line import Line

Result = tuple[Attempt, Problem | None]
"""How an attempt ended, and the problem of a dead letter when it ended for good."""


Round = tuple[str, int]
"""A partner, and which of its couriers."""


class Courier(threading.Thread):
    """Delivers what it is given until ``seconds`` are over, and returns the rest untried."""

    def __init__(self, way: Round, line: Line, clock: Clock, results: "queue.SimpleQueue[Courier]", *, seconds: float) -> None:
        super().__init__(name=f"courier-{way[0]}-{way[1]}", daemon=True)
        self.way = way
        self._line = line
        self._clock = clock
        self._results = results
        self._seconds = seconds
        self._bag: queue.SimpleQueue[Sequence[Due] | None] = queue.SimpleQueue()
        self._senders: dict[str, Sender] = {}
        self.done: list[Result] = []
        self.current: Due | None = None
        self.since = 0.0
        self.start()

    def carry(self, bag: Sequence[Due]) -> None:
        """Set out with deliveries; ``results`` gets this courier when it is back."""
        self.since = time.monotonic()
        self._bag.put(bag)

    def leave(self) -> None:
        """End the thread after what it carries."""
        self._bag.put(None)

    def run(self) -> None:
        """The thread's work."""
        while (bag := self._bag.get()) is not None:
            self.done = []
            end = time.monotonic() + self._seconds
            for due in bag:
                if self.done and time.monotonic() > end:
                    break
                self.current, self.since = due, time.monotonic()
                self.done.append(self._attempt(due))
            self.current = None
            self._results.put(self)
        for channel in list(self._senders):
            self._forget(channel)

    def _attempt(self, due: Due) -> Result:
        try:
            written = written_for(due, self._line)
        except Exception as fault:
            return unwritten(due, told(fault, doing="writing the message"))
        fault_found = next((one for one in written.problems if has_error([one])), None)
        if fault_found is not None or not written.raws:
            return unwritten(due, fault_found or _problem(Code.WRITE_INCOMPLETE, "nothing was written, and no problem says why"))
        try:
            reference, text = self._deliver(due, written)
        except Exception as fault:
            self._forget(due.plan.channel)
            return failed(due, fault, written.raws, self._line, self._clock)
        within = self._line.answer_within(due.plan.partner, due.plan.target)
        said = "; ".join(filter(None, (text, left_out(written.problems))))
        return delivered(due, written.raws, reference, said, within, self._clock), None

    def _deliver(self, due: Due, written: Written) -> tuple[str, str]:
        sender = self._senders.get(due.plan.channel)
        if sender is None:
            sender = self._senders[due.plan.channel] = self._line.open_sender(due.plan.partner, due.plan.channel)
        receipts = [sender.deliver(parcel) for parcel in parcels(due, written.raws, self._line)]
        return "; ".join(one.reference for one in receipts if one.reference), "; ".join(one.text for one in receipts if one.text)

    def _forget(self, channel: str) -> None:
        sender = self._senders.pop(channel, None)
        if sender is not None:
            try:
                sender.close()
            except Exception:  # the connection is given up either way
                return


def left_out(problems: Sequence[Problem]) -> str:
    """What a message could not carry, for the record of its delivery."""
    names = [one.path or one.element or one.segment or one.code for one in problems]
    return f"left out: {', '.join(dict.fromkeys(names))}" if names else ""


ENDINGS = {"cargo-imp": ".txt", "edifact": ".edi", "one-record": ".jsonld", "partner": ".json", "cargo-xml": ".xml"}


def written_for(due: Due, line: Line) -> Written:
    """The bytes of a delivery: those of an earlier attempt, the answer itself, or written now. Pure."""
    if due.parts:
        return Written(raws=list(due.parts))
    if due.ready:
        return Written(raws=[due.plan.content])
    return line.render(due.plan, due.outgoing)


def parcels(due: Due, raws: Sequence[bytes], line: Line) -> list[Parcel]:
    """One parcel for each part; the key of the only one is the delivery's."""
    media = line.media(due.plan.target)
    keys = [due.plan.key] if len(raws) == 1 else [f"{due.plan.key}-{part}" for part in range(1, len(raws) + 1)]
    name = file_name(due.plan)
    return [Parcel(key=key, name=name, raw=raw, media=media) for key, raw in zip(keys, raws, strict=True)]


def file_name(plan: DeliveryPlan) -> str:
    """What a person looks for in a folder: the type, the number spoken of, and the format's usual ending."""
    format, _, rest = plan.target.partition(":")
    type = rest.replace("/", ":").partition(":")[0] or "message"
    named, _, rest_of_key = plan.shipment.partition(":")
    number = rest_of_key.replace(":", "-") if f"{named}:" == FLIGHT else rest_of_key.rpartition(":")[0] or rest_of_key
    return f"{type}-{number or 'answer'}{ENDINGS.get(format, '')}"


def digest_of(raws: Sequence[bytes]) -> str:
    """The digest of what was sent, all parts."""
    return hashlib.blake2b(b"\x1f".join(raws), digest_size=16).hexdigest()


def delivered(due: Due, raws: Sequence[bytes], reference: str, text: str, within: float | None, clock: Clock) -> Attempt:
    """An attempt that went well."""
    answer_by = clock.now() + timedelta(seconds=within) if within else None
    return Attempt(due=due, state=outbox.SENT, digest=digest_of(raws), reference=reference, outcome=text, answer_by=answer_by)


def unwritten(due: Due, problem: Problem) -> Result:
    """An attempt that ended before anything was sent: the message cannot be written."""
    return Attempt(due=due, state=outbox.DEAD, outcome=problem.message), problem


def failed(due: Due, fault: Exception, raws: Sequence[bytes], line: Line, clock: Clock) -> Result:
    """An attempt that did not go well: when to try again, or why not."""
    text = f"{type(fault).__name__}: {fault}"
    parts = raws if not due.ready else ()
    if isinstance(fault, Refused):
        attempt = Attempt(due=due, state=outbox.REFUSED, digest=digest_of(raws), outcome=text, parts=parts)
        return attempt, _problem(Code.DELIVERY_REFUSED, text)
    if isinstance(fault, Misconfigured):
        return Attempt(due=due, state=outbox.DEAD, outcome=text, parts=parts), _problem(Code.DELIVERY_MISCONFIGURED, text)
    run_at = next_attempt(
        clock.now(),
        key=due.plan.key,
        attempts=due.attempts + 1,
        schedule=line.schedule(due.plan.partner),
        retry_after=fault.retry_after if isinstance(fault, DeliveryError) else None,
    )
    if run_at is None:
        return Attempt(due=due, state=outbox.DEAD, outcome=text, parts=parts), _problem(Code.DELIVERY_EXHAUSTED, text)
    # Whatever a sender raises beside its contract, the bytes may have gone out.
    state = outbox.RETRYING if isinstance(fault, Retriable) else outbox.UNKNOWN
    return Attempt(due=due, state=state, run_at=run_at, digest=digest_of(raws), outcome=text, parts=parts), None


def lost(due: Due, seconds: float, line: Line, clock: Clock) -> Result:
    """An attempt whose courier never came back."""
    return failed(due, Unknown(f"no answer within {seconds:g} s"), (), line, clock)


def _problem(code: Code, text: str) -> Problem:
    return Problem(code=code, message=text[:500])
