"""``kill -9`` on receivers and workers in a loop: nothing acknowledged is lost, nothing is made twice, every delivery arrives."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.unit.store.storm import assert_nothing_lost, drained

ROOT = Path(__file__).parents[3]


class Victims:
    """Child processes that are killed and started again."""

    def __init__(self, url: str, receipts: str, deliveries: str) -> None:
        self._commands = [("receiver", url, receipts), ("worker", url, deliveries), ("worker", url, deliveries)]
        self._begun = [0, 0, 0]
        self._running = [self._start(place) for place in range(len(self._commands))]

    def _start(self, place: int) -> subprocess.Popen[bytes]:
        self._begun[place] = self._written(place)
        return subprocess.Popen([sys.executable, "-m", "tests.unit.store.storm", *self._commands[place]], cwd=ROOT)

    def _written(self, place: int) -> int:
        ledger = Path(self._commands[place][2])
        return ledger.stat().st_size if ledger.exists() else 0

    def kill_one(self, place: int) -> None:
        """Kill a child in the middle of its work: when it has written something since it was started, and a moment later."""
        victim = self._running[place]
        end = time.monotonic() + 30
        while self._written(place) == self._begun[place] and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(random.uniform(0, 0.4))
        assert victim.poll() is None, "a child ended by itself"
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        self._running[place] = self._start(place)

    def end(self) -> None:
        for one in self._running:
            one.kill()
            one.wait()


def storm(engine: Engine, folder: Path, kills: int) -> int:
    url = engine.url.render_as_string(hide_password=False)
    receipts, deliveries = str(folder / "receipts"), str(folder / "deliveries")
    victims = Victims(url, receipts, deliveries)
    try:
        for kill in range(kills):
            victims.kill_one(kill % 3)
    finally:
        victims.end()
    after = drained(url, deliveries)
    try:
        return assert_nothing_lost(after, receipts, deliveries)
    finally:
        after.dispose()


def test_twenty_kills_lose_nothing(engine: Engine, tmp_path: Path) -> None:
    assert storm(engine, tmp_path, 20) > 100


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_kills_lose_nothing(engine: Engine, tmp_path: Path) -> None:
    assert storm(engine, tmp_path, 200) > 1000
