"""Messages per second through the durable half of the line, stage by stage, with fakes in the place of the pure half.

Run from the repository root: ``python -m benchmarks.store [--messages N] [--batch N] [--url URL]``. Bytes 1.5 kB, document
2.5 kB with 60 facts in its lineage, two deliveries each, ``synchronous=FULL``. The fakes' own time is measured apart and printed.
"""

import argparse
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable

import msgspec

from hub.clock import SystemClock
from hub.envelope import Envelope, Outgoing, Written
from hub.intake import DurableIntake
from hub.ports import Arrival, Parcel, Receipt
from hub.position import Place
from hub.statement import DeliveryPlan, Folded, Reading, Said, Statement, Understood, Witness
from hub.store.engine import open_engine
from hub.store.migrations import upgrade
from hub.worker import Line, Worker
from hub.worker.memory import settle

FACTS = 60
CLIENTS = 16
PARTNERS = ("north", "south")


class Bare:
    """Takes everything."""

    def deliver(self, parcel: Parcel) -> Receipt:
        return Receipt(reference=parcel.key)

    def close(self) -> None:
        return


def raw_of(number: int) -> bytes:
    return f"{number:08d} ".encode() + b"FWB/17 LINE OF A WAYBILL " * 60


def understand(envelope: Envelope, *, partner: str) -> Understood:
    number = envelope.raw[:8].decode()
    key = f"awb:020-{number}"
    facts = {"awb": f"020-{number}", "origin": "FRA", "destination": "SGN", "status": "RCS", "pieces": 10}
    facts |= {f"field_{place:02}": f"A value of some length {place}" for place in range(FACTS - 5)}
    facts["shipper"] = {"name": "SHIPPER", "account": "ACC1"}
    facts["references"] = [{"type": "SRI", "value": f"REF{number}"}]
    places = {f"/{name}": Place(place, 5, place * 30) for place, name in enumerate(facts)}
    said = Said(key=key, scope=key, facts=facts, places=places)
    reading = Reading(
        ordinal=0,
        format="cargo-imp",
        type="FWB",
        version="17",
        subject="shipment",
        author="FRAQR",
        said_at=None,
        frame=None,
        reference="",
        text="",
        line=1,
        offset=0,
        problems=(),
        not_carried=(),
        said=(said,),
    )
    return Understood(format="cargo-imp", frames=(), readings=(reading,), problems=())


def fold(key: str, statements: list[Statement]) -> list[Folded]:
    last = statements[-1]
    document = {**last.facts, "key": f"{key}:1"}
    lineage = {
        pointer: [
            Witness(
                message=last.message,
                partner=last.partner,
                author=last.author,
                line=place.line,
                column=place.column,
                value="x" * 20,
            )
        ]
        for pointer, place in last.places.items()
    }
    return [
        Folded(
            key=f"{key}:1", document=document, raw=msgspec.json.encode(document, order="sorted"), lineage=lineage, conflicts={}
        )
    ]


def route(folded: Folded, _previous: bytes | None) -> list[DeliveryPlan]:
    return [
        DeliveryPlan(
            key=hashlib.blake2b(partner.encode() + folded.key.encode() + folded.raw, digest_size=16).hexdigest(),
            partner=partner,
            channel="main",
            target="cargo-imp:FWB/17",
            shipment=folded.key,
            content=folded.raw,
        )
        for partner in PARTNERS
    ]


def render(plan: DeliveryPlan, outgoing: Outgoing) -> Written:
    return Written(raws=[outgoing.control_reference.encode() + plan.content])


def timed(label: str, count: int, work: Callable[[], object]) -> float:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    seconds = time.perf_counter() - began
    used = time.process_time() - cpu
    print(f"{label:<28}{count / seconds:>10,.0f}/s {seconds / count * 1e6:>8,.0f} us each, {used / count * 1e6:,.0f} us CPU")
    return seconds


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, default=5000)
    options.add_argument("--batch", type=int, default=256)
    options.add_argument("--url")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench(chosen.url or f"sqlite:///{folder}/bench.db", chosen.messages, chosen.batch)
        if not chosen.url:
            size = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
            print(f"database: {size / chosen.messages:,.0f} bytes a message")


def bench(url: str, count: int, batch: int) -> None:
    engine = open_engine(url)
    upgrade(engine)
    settle()
    clock = SystemClock()
    line = Line(
        understand=understand,
        fold=fold,
        admit=lambda *_: True,
        route=route,
        render=render,
        open_sender=lambda *_: Bare(),
    )
    arrivals = [Arrival(partner="p1", channel="bench", raw=raw_of(number)) for number in range(count)]
    pure = timed("fakes alone", count, lambda: fakes_alone(arrivals))
    intake = DurableIntake(engine, clock)
    half = len(arrivals) // 2
    timed(f"receive, {CLIENTS} clients", half, lambda: receive_each(intake, arrivals[:half]))
    received = 2 * timed("receive, handed in together", count - half, lambda: intake.receive_all(arrivals[half:]))
    intake.close()
    worker = Worker(engine, clock, line, batch=batch)
    worker._begin()
    split = timed("split (T1)", count, lambda: until_done(lambda: worker._splitting.run(batch)))
    folded = timed("fold and route (T2)", count, lambda: until_done(lambda: worker._folding.run(batch)))
    delivered = timed(
        "deliver twice", count, lambda: until_done(lambda: worker._delivering.run(batch, wait=1) or worker._delivering.out)
    )
    worker.close()
    total = received + split + folded + delivered
    print(f"{'the line, stages in turn':<28}{count / total:>10,.0f}/s {total / count * 1e6:>8,.0f} us each")
    print(f"{'of that, not the fakes':<28}{count / (total - pure):>10,.0f}/s {(total - pure) / count * 1e6:>8,.0f} us each")


def fakes_alone(arrivals: list[Arrival]) -> None:
    now = SystemClock().now()
    for one in arrivals:
        envelope = Envelope(id="x" * 32, partner="p1", channel="c", received_at=now, digest="d", raw=one.raw)
        said = understand(envelope, partner="p1").readings[0].said[0]
        statement = Statement(
            key=said.key,
            slot="s",
            kind="FWB",
            action="replace",
            author="a",
            partner="p1",
            message="x" * 34,
            said_at=now,
            received_at=now,
            digest="d",
            facts=said.facts,
            places=said.places,
        )
        (folded,) = fold(said.key, [statement])
        for plan in route(folded, None):
            render(plan, Outgoing(message_id="m", control_reference="1", at=now))


def receive_each(intake: DurableIntake, arrivals: list[Arrival]) -> None:
    def client(mine: list[Arrival]) -> None:
        for one in mine:
            intake.receive(one)

    threads = [threading.Thread(target=client, args=(arrivals[start::CLIENTS],)) for start in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def until_done(work: Callable[[], int]) -> None:
    while work():
        pass


if __name__ == "__main__":
    main()
