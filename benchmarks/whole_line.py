"""The whole line on SQLite FULL: real mix, two deliveries each, beside the store alone with nothing parsed.

Run: python -m benchmarks.whole_line [count]. Prints messages per second from first commit to last delivery, with one worker
process and with as many as there are cores.
"""

import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from hub import settings
from hub.bootstrap.crew import Crew, size
from hub.bootstrap.durable import Hub
from hub.bootstrap.setup import prepare_database
from hub.demo.traffic import day_of_traffic
from hub.envelope import Outgoing
from hub.explain import anonymous
from hub.ports import Arrival, Parcel, Receipt
from hub.settings import Admission, Channel, Partner, SendRule
from hub.worker.memory import settle

UNTOLD = ("cargo-imp:FFR", "cargo-imp:FSR")


class Counting:
    """A sender that only counts: what is measured is the hub."""

    def __init__(self) -> None:
        self.count = 0

    def deliver(self, parcel: Parcel) -> Receipt:
        self.count += 1
        return Receipt()

    def close(self) -> None:
        return


def open_sender(options: Mapping[str, object], secrets: Callable[[str], str]) -> Counting:
    return Counting()


def partner(name: str, *targets: str) -> Partner:
    return Partner(
        id=name,
        admission=Admission(everything=True),
        channel=[Channel(name="c", adapter="benchmarks.whole_line")],
        send=[SendRule(target=target, channel="c") for target in targets],
    )


def messages(hub: Hub, count: int) -> list[bytes]:
    """A day of the demonstration's waybills and status messages, each of which two partners are told."""
    day = datetime(2026, 11, 21, 6, tzinfo=UTC)
    raws = []
    for number, telling in enumerate(day_of_traffic(count // 4, day)):
        if telling.target and not telling.target.startswith(UNTOLD):
            outgoing = Outgoing(
                message_id=str(number), control_reference=str(number), at=telling.at, sender="X", recipients=["Y"]
            )
            raws.extend(hub.pure.line.render(telling.target, telling.document, outgoing).raws)
    return raws[:count]


def run(count: int, processes: int, profile: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        configured = settings.load({"WAYBRIDGE_DATABASE": f"sqlite:///{Path(folder)}/hub.db"})
        targets = ("cargo-imp:FSU/14", "cargo-imp:FWB/17")
        people = [partner("teller"), partner("first", *targets), partner("second", *targets)]
        configured = settings.Settings(hub=configured.hub, partners={one.id: one for one in people}, source="bench")
        people[0] = partner("teller")
        prepare_database(configured)
        hub = Hub(configured)
        raws = messages(hub, count)
        hub.pure.line.understand(anonymous(raws[0], "x"), hub.pure.profile())
        crew, worker = Crew(hub, others=processes - 1), hub.worker()
        crew.start()
        worker.share()
        crew.share()
        start, spent = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(64) as pool:
            list(pool.map(lambda raw: hub.intake.receive(Arrival(partner="teller", channel="c", raw=raw)), raws))
        received = time.perf_counter()
        settle()
        watch = cProfile.Profile()
        if profile:
            watch.enable()
        drained = worker.drain()
        watch.disable()
        end, spent = time.perf_counter(), time.process_time() - spent
        crew.close()
        worker.close()
        hub.close()
        if profile:
            pstats.Stats(watch).sort_stats("tottime").print_stats(45)
        n = len(raws)
        each = sum(map(len, raws)) // n
        print(
            f"{processes} worker process(es): {n} messages of {each} bytes; {dict(drained.messages)} {dict(drained.deliveries)}"
        )
        print(f"received    {n / (received - start):8.0f}/s")
        print(f"worked off  {n / (end - received):8.0f}/s")
        print(f"whole line  {n / (end - start):8.0f}/s, {spent * 1000 / n:.2f} ms of this process for each message")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    for processes in sorted({1, size(0)}):
        run(wanted, processes, "--profile" in sys.argv)
