"""One interchange about 200 waybills from arrival to 200 shipments, on SQLite FULL, beside 200 single messages.

Run: python -m benchmarks.manifest
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from hub import settings
from hub.bootstrap.durable import Hub
from hub.bootstrap.setup import prepare_database
from hub.demo.traffic import day_of_traffic
from hub.envelope import Outgoing
from hub.explain import anonymous
from hub.ports import Arrival
from hub.settings import Admission, Partner

COUNT = 200
TARGET = "edifact:IFTSTA:D.96A"


def interchanges(hub: Hub) -> list[bytes]:
    """Two hundred status reports, each an interchange of its own."""
    day = datetime(2026, 11, 21, 6, tzinfo=UTC)
    told = [one for one in day_of_traffic(COUNT * 2, day) if one.target == TARGET][:COUNT]
    return [
        hub.pure.line.render(
            TARGET, one.document, Outgoing(message_id=str(at), control_reference="1", at=day, sender="X", recipients=["Y"])
        ).raws[0]
        for at, one in enumerate(told, 1)
    ]


def together(singles: list[bytes]) -> bytes:
    """The same messages in one interchange."""
    head, tail = singles[0].index(b"UNH+"), b"UNZ+"
    bodies = b"".join(one[one.index(b"UNH+") : one.index(tail)] for one in singles)
    return singles[0][:head] + bodies + tail + str(len(singles)).encode() + b"+1'"


def timed(raws: list[bytes]) -> float:
    """Seconds from the first arrival to the last shipment."""
    with tempfile.TemporaryDirectory() as folder:
        configured = settings.load({"WAYBRIDGE_DATABASE": f"sqlite:///{Path(folder)}/hub.db"})
        teller = Partner(id="teller", admission=Admission(everything=True))
        hub = Hub(settings.Settings(hub=configured.hub, partners={"teller": teller}, source="bench"))
        prepare_database(hub.settings)
        hub.pure.line.understand(anonymous(raws[0], "x"), hub.pure.profile())
        start = time.perf_counter()
        for raw in raws:
            hub.intake.receive(Arrival(partner="teller", channel="c", raw=raw))
        worker = hub.worker()
        drained = worker.drain()
        seconds = time.perf_counter() - start
        worker.close()
        hub.close()
        if drained.messages != {"applied": COUNT}:
            raise SystemExit(f"not all applied: {drained.messages}")
        return seconds


def main() -> None:
    configured = settings.load()
    singles = interchanges(Hub(settings.Settings(hub=configured.hub, partners={}, source="bench")))
    one, many = timed([together(singles)]), timed(singles)
    print(f"one interchange of {COUNT}: {one:.3f} s; {COUNT} interchanges: {many:.3f} s; ratio {many / one:.1f}")


if __name__ == "__main__":
    main()
