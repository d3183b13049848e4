"""Databases for the tests of the store: SQLite always, PostgreSQL where its binaries are."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from hub.intake import DurableIntake
from hub.ports import Arrival
from hub.store.engine import open_engine
from hub.store.migrations import upgrade
from hub.worker import Worker
from tests.unit.store.fakes import FakeClock, World

BINARIES = Path(os.environ.get("WAYBRIDGE_POSTGRESQL", "/usr/lib/postgresql/15/bin"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "slow" not in config.option.markexpr:
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="takes minutes: run with -m slow (make storm)"))


def _unprivileged() -> str | None:
    """The user to run PostgreSQL as: it refuses root."""
    if os.geteuid() != 0:
        return None
    names = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


class Server:
    """A PostgreSQL server of our own in a temporary folder, reached by a socket in it."""

    def __init__(self) -> None:
        self._user = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="waybridge-pg-"))
        if self._user:
            shutil.chown(self.folder, self._user)
        self._databases = 0
        self._run("initdb", "-D", self.folder / "data", "-U", "hub", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", settings, "start")

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [BINARIES / program, *arguments], check=True, capture_output=True, user=self._user, cwd=self.folder, timeout=60
        )

    def database(self) -> str:
        """The URL of a new, empty database."""
        self._databases += 1
        name = f"hub{self._databases}"
        admin = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return self._url(name)

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://hub@/{database}?host={self.folder}"

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    if not (BINARIES / "initdb").exists():
        pytest.skip(f"no PostgreSQL binaries in {BINARIES} (set WAYBRIDGE_POSTGRESQL to their folder)")
    server = Server()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql").database())
    return f"sqlite:///{tmp_path}/hub.db"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url, busy_seconds=0.5)
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
