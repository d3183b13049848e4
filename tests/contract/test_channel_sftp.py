"""The SFTP channel under the contracts, against our own asyncssh server on loopback, through a proxy where it must fail."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from adapters import sftp
from adapters.sftp.server import SftpServer, User
from hub.ports import Poller, Refused, Retriable, Sender, Unknown
from tests.contract.partners import Proxy, closed_port, raw_server, small_disk, swallow
from tests.contract.poller_contract import PollerContract
from tests.contract.sender_contract import SenderContract

PASSWORD = "a-secret-word-of-our-own"
SECRETS = {"sftp-password": PASSWORD}
HOST_KEY: list[str] = []


@contextlib.contextmanager
def server(home: Path, port: int = 0) -> Iterator[SftpServer]:
    users = {"waybridge": User(home=home, password=PASSWORD)}
    with SftpServer(users, port=port, host_key=HOST_KEY[0] if HOST_KEY else None) as running:
        HOST_KEY[:] = [running.host_key]
        yield running


def limits() -> dict[str, object]:
    return {"connect_seconds": 1.0, "read_seconds": 0.6, "attempt_seconds": 4.0}


def login(running: SftpServer, port: int | None = None) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": port or running.port,
        "user": "waybridge",
        "host_keys": [running.host_key_line],
        "password_secret": "sftp-password",
        **limits(),
    }


class SftpPartner:
    required = ("host", "user", "host_keys", "password_secret", "dropoff")
    hangs = cuts = (Retriable, Unknown)
    refuses = Refused
    downs = Retriable

    def __init__(self, running: SftpServer, home: Path) -> None:
        self._running = running
        self._home = home

    def settings(self) -> dict[str, object]:
        return {**login(self._running), "dropoff": "/inbox"}

    def open(self, settings: Mapping[str, object]) -> Sender:
        return sftp.open_sender(settings, SECRETS.__getitem__)

    def delivered(self) -> list[bytes]:
        return [path.read_bytes() for path in (self._home / "inbox").iterdir() if not path.name.startswith(".")]

    @contextlib.contextmanager
    def hanging(self) -> Iterator[dict[str, object]]:
        with raw_server(swallow) as port:
            yield {**self.settings(), "port": port}

    @contextlib.contextmanager
    def cutting(self) -> Iterator[dict[str, object]]:
        with raw_server(Proxy(self._running.port, limit=2_500, then="cut").serve) as port:
            yield {**self.settings(), "port": port}

    @contextlib.contextmanager
    def refusing(self) -> Iterator[dict[str, object]]:
        outside = self._home.parent / "outside"
        outside.mkdir()
        (self._home / "forbidden").symlink_to(outside)
        yield {**self.settings(), "dropoff": "/forbidden"}
        assert list(outside.iterdir()) == []

    @contextlib.contextmanager
    def full(self) -> Iterator[dict[str, object]]:
        with small_disk(self._home / "disk") as disk:
            yield {**self.settings(), "dropoff": "/disk"}
            assert list(disk.iterdir()) == []

    @contextlib.contextmanager
    def down(self) -> Iterator[dict[str, object]]:
        yield {**self.settings(), "port": closed_port()}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    return home


@pytest.fixture
def running(home: Path) -> Iterator[SftpServer]:
    with server(home) as running:
        yield running


class TestSftpSender(SenderContract):
    @pytest.fixture
    def partner(self, running: SftpServer, home: Path) -> SftpPartner:
        return SftpPartner(running, home)


class SftpPlace:
    required = ("host", "user", "host_keys", "password_secret", "pickup", "partner", "channel")

    def __init__(self, running: SftpServer, root: Path, **more: object) -> None:
        self.root = root
        self._running = running
        self._more = more

    def settings(self) -> dict[str, object]:
        folders = {"pickup": "/in", "archive": "/archive", "error": "/error", "settle_seconds": 0}
        return {**login(self._running), **folders, "partner": "skyfreight", "channel": "drop", **self._more}

    def open(self, settings: Mapping[str, object]) -> Poller:
        return sftp.open_poller(settings, SECRETS.__getitem__)


class TestSftpPollerByRename(PollerContract):
    @pytest.fixture
    def place(self, running: SftpServer, home: Path) -> SftpPlace:
        (home / "in").mkdir()
        return SftpPlace(running, home)


class TestSftpPollerWhereItIs(PollerContract):
    @pytest.fixture
    def place(self, running: SftpServer, home: Path) -> SftpPlace:
        (home / "in").mkdir()
        return SftpPlace(running, home, claim="stable")
