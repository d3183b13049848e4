"""Databases for the tests of the store: SQLite always, PostgreSQL where its binaries are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.intake import DurableIntake
from hub.ports import Arrival
from hub.store.engine import open_engine
from hub.store.migrations import upgrade
from hub.worker import Worker
from tests.unit.store.fakes import FakeClock, World


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db", busy_seconds=0.5)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def intake(engine: Engine, clock: FakeClock) -> Iterator[DurableIntake]:
    intake = DurableIntake(engine, clock, seconds=10)
    yield intake
    intake.close()


@pytest.fixture
def receive(intake: DurableIntake) -> Callable[..., str]:
    def hand_in(text: str, partner: str = "p1") -> str:
        return intake.receive(Arrival(partner=partner, channel="test", raw=text.encode())).id

    return hand_in


@pytest.fixture
def hire(engine: Engine, clock: FakeClock) -> Iterator[Callable[..., Worker]]:
    hired: list[Worker] = []

    def worker(world: World, **options: object) -> Worker:
        hired.append(Worker(engine, clock, world.line, **options))
        return hired[-1]

    yield worker
    for one in hired:
        one.close()
