"""More worker processes than one: they share the lanes, and one that is killed loses nothing and is replaced."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from hub.bootstrap.crew import Crew, size
from hub.clock import SystemClock
from hub.store.engine import reading
from hub.store.tables import lease
from tests.end_to_end.desk import EVERYTHING, SILENT, Desk, fwb, partner


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
