"""More worker processes than one: they share the lanes, and one that is killed loses nothing and is replaced."""

import os
import signal
import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec
from sqlalchemy import select

from hub.bootstrap.crew import Crew, size
from hub.clock import SystemClock
from hub.store.engine import reading
from hub.store.tables import delivery, lease
from tests.end_to_end.desk import EVERYTHING, SILENT, Desk, fwb, partner, sends


def _waybill(number: int) -> str:
    serial = f"{5_600_000 + number:07d}"
    return fwb(awb=f"777-{serial}{int(serial) % 7}")


def _until(holds: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def _owners(desk: Desk) -> set[str]:
    with reading(desk.hub.engine) as connection:
        lanes = select(lease.c.owner).where(lease.c.name.like("lane:%"), lease.c.owner.is_not(None))
        return set(connection.execute(lanes).scalars())


def test_a_killed_process_of_the_crew_is_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    desk = Desk(tmp_path, partner("skyline", admission=EVERYTHING, answers=SILENT), clock=SystemClock())
    for number in range(30):
        desk.receive("skyline", _waybill(number))
    crew = Crew(desk.hub, others=1)
    crew.start()
    try:
        (first,) = crew.pids()
        os.kill(first, signal.SIGKILL)
        for number in range(30, 60):
            desk.receive("skyline", _waybill(number))
        assert _until(lambda: {one["state"] for one in desk.messages(limit=100)} == {"applied"})
        assert _until(lambda: crew.pids() != [first])
        assert len(desk.messages(limit=100)) == 60
    finally:
        crew.close()
    assert _owners(desk) == set()
    desk.close()


def test_a_crew_and_this_process_share_the_lanes(tmp_path: Path) -> None:
    desk = Desk(tmp_path, partner("skyline", admission=EVERYTHING, answers=SILENT), clock=SystemClock())
    worker, crew = desk.hub.worker(), Crew(desk.hub, others=1)
    crew.start()
    try:
        worker.share()
        crew.share()
        assert _until(lambda: worker.share() or len(_owners(desk)) == 2)
        for number in range(20):
            desk.receive("skyline", _waybill(number))
        drained = worker.drain(seconds=30)
        assert dict(drained.messages) == {"applied": 20}
    finally:
        crew.close()
        worker.close()
    desk.close()


def test_the_size_of_a_crew_is_what_is_configured_or_the_cores() -> None:
    assert size(3) == 3
    assert 1 <= size(0) <= 4


def _manifest(flight: int, waybills: int) -> str:
    lines = "\n".join(f"777-{at:07d}{at % 7}FRASGN/T4K50/MACHINE PARTS" for at in range(5_700_000, 5_700_000 + waybills))
    return f"FFM/8\n1/XX{flight}/21NOV/FRA\nSGN\n{lines}\nLAST\n"


def test_lists_of_flights_survive_kills_and_each_state_is_told_once(tmp_path: Path) -> None:
    """Manifests that grow while the processes that tell of them are killed again and again, at whatever they are doing."""
    rule = sends("cargo-imp:FFM/8")
    known = (partner("sky", answers=SILENT), partner("gha", answers=SILENT, send=rule))
    desk = Desk(tmp_path, *known, clock=SystemClock())
    crew, flights, most = Crew(desk.hub, others=2), range(401, 405), 12
    crew.start()
    try:
        for count in range(1, most + 1):
            for flight in flights:
                desk.receive("sky", _manifest(flight, count))
            if count % 3 == 0:
                _until(lambda: len(crew.pids()) == 2)
                os.kill(crew.pids()[count % 2], signal.SIGKILL)
        assert _until(lambda: _told(desk) == dict.fromkeys(flights, most), seconds=60)
        assert {one["state"] for one in desk.messages(limit=200)} == {"applied"}
    finally:
        crew.close()
    for flight in flights:
        contents = _contents(desk, flight)
        assert all(one != other for one, other in pairwise(contents))
    assert desk.letters() == []
    desk.close()


def _contents(desk: Desk, flight: int) -> list[bytes]:
    """What lists of a flight were written from, the oldest first."""
    with reading(desk.hub.engine) as connection:
        found = select(delivery.c.content).where(delivery.c.shipment == f"flight:XX{flight}:{_year(desk)}-11-21:FRA")
        return list(connection.execute(found.order_by(delivery.c.seq)).scalars())


def _year(desk: Desk) -> int:
    """The year whose November is nearest today."""
    now = desk.clock.now()
    return min((now.year - 1, now.year, now.year + 1), key=lambda year: abs((date(year, 11, 21) - now.date()).days))


def _told(desk: Desk) -> dict[int, int]:
    """How many waybills the newest list of each flight has, where it has been sent."""
    newest: dict[int, tuple[int, str]] = {}
    for one in desk.deliveries("gha"):
        newest.setdefault(int(one["shipment"].split(":")[1][2:]), (one["number"], one["state"]))
    return {
        flight: len(msgspec.json.decode(_contents(desk, flight)[-1])["documents"])
        for flight, (_, state) in newest.items()
        if state == "sent"
    }
