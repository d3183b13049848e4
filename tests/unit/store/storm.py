"""Receivers and workers to be killed: run as ``python -m tests.unit.store.storm receiver|worker URL FILE``.

The receiver writes the id of an envelope to FILE only after the intake has answered; the partner writes the key and digest of
what it was handed to FILE: two ledgers outside the database, to hold it against afterwards.
"""

import hashlib
import itertools
import os
import random
import sys
import threading

from sqlalchemy import Engine, func, select

from hub.clock import SystemClock
from hub.intake import DurableIntake
from hub.ports import Arrival, IntakeRefused, Parcel, Receipt, Retriable
from hub.store.engine import open_engine, reading
from hub.store.tables import delivery, envelope, envelope_bytes, message, revision
from hub.verify import verify
from hub.worker import Worker
from tests.unit.store.fakes import World, fold

WAYBILLS = 40
LEASE_SECONDS = 1.5


class Ledger:
    """Lines that outlive a kill: one write call each, appended."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(self, line: str) -> None:
        os.write(self._file, f"{line}\n".encode())


class LedgerPartner:
    """A partner that writes down what it gets, and now and then refuses for the moment."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def deliver(self, parcel: Parcel) -> Receipt:
        if random.random() < 0.03:
            raise Retriable("503")
        self._ledger.write(f"{parcel.key} {hashlib.sha256(parcel.raw).hexdigest()}")
        return Receipt()

    def close(self) -> None:
        return


def storm_world(ledger: Ledger) -> World:
    return World(
        "north", "south", open_sender=lambda partner, channel: LedgerPartner(ledger), schedule=lambda partner: (0, *[0.05] * 50)
    )


def receive_until_killed(url: str, path: str) -> None:
    intake = DurableIntake(open_engine(url), SystemClock(), seconds=20)
    ledger = Ledger(path)
    threads = [threading.Thread(target=_receive, args=(intake, ledger)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def _receive(intake: DurableIntake, ledger: Ledger) -> None:
    while True:
        waybill = f"awb:020-{random.randrange(WAYBILLS)}"
        waybill_said = f"FRAQR FWB {waybill} replace - {waybill}/pieces={random.randrange(10)}"
        text = f"{waybill_said}\nLH FSU {random.random()} add - {waybill}/status=RCS"
        try:
            received = intake.receive(Arrival(partner="p1", channel="storm", raw=text.encode()))
        except IntakeRefused:
            continue
        ledger.write(f"{received.id} {received.sha256}")
        threading.Event().wait(0.004)


def work_until_killed(url: str, path: str) -> None:
    worker = Worker(open_engine(url), SystemClock(), storm_world(Ledger(path)).line, batch=32, lease_seconds=LEASE_SECONDS)
    worker.run(threading.Event())


def lines(path: str) -> list[list[str]]:
    """The whole lines of a ledger."""
    with open(path) as file:
        return [line.split() for line in file.read().split("\n")[:-1]]


def drained(url: str, deliveries: str) -> Engine:
    """Work off what is left, with a worker of our own; the engine."""
    engine = open_engine(url)
    worker = Worker(engine, SystemClock(), storm_world(Ledger(deliveries)).line, lease_seconds=LEASE_SECONDS)
    for _ in range(50):
        states = worker.drain(seconds=120).deliveries
        if set(states) <= {"sent"}:
            break
        threading.Event().wait(0.1)
    worker.close()
    return engine


def assert_nothing_lost(engine: Engine, receipts: str, deliveries: str) -> int:
    """The invariants after a storm; how many arrivals were acknowledged."""
    acknowledged = dict(map(tuple, lines(receipts)))
    with reading(engine) as connection:
        raws = connection.execute(
            select(envelope.c.id, envelope_bytes.c.sealed).join_from(
                envelope, envelope_bytes, envelope_bytes.c.envelope == envelope.c.seq
            )
        ).all()
        stored = {row.id: hashlib.sha256(row.sealed).hexdigest() for row in raws}
        states = dict(list(map(tuple, connection.execute(select(message.c.state, func.count()).group_by(message.c.state)))))
        made = connection.execute(select(revision).order_by(revision.c.shipment, revision.c.revision_no)).all()
        owed = connection.execute(select(delivery)).all()
    assert {one: stored.get(one) for one in acknowledged} == acknowledged
    assert states == {"applied": 2 * len(stored)}
    assert all(before.digest != after.digest for before, after in itertools.pairwise(made) if before.shipment == after.shipment)
    assert len({one.key for one in owed}) == len(owed) > 0
    assert {one.state for one in owed} == {"sent"}
    handed_over = lines(deliveries)
    assert {key for key, _ in handed_over} == {one.key for one in owed}
    assert len({(key, sha) for key, sha in handed_over}) == len(owed)
    assert list(verify(engine, fold)) == []
    return len(acknowledged)


if __name__ == "__main__":
    {"receiver": receive_until_killed, "worker": work_until_killed}[sys.argv[1]](sys.argv[2], sys.argv[3])
