"""The directory channel under the contracts."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from adapters import directory
from hub.ports import Misconfigured, Poller, Sender
from tests.contract.partners import small_disk
from tests.contract.poller_contract import PollerContract
from tests.contract.sender_contract import SenderContract


def no_secrets(name: str) -> str:
    raise KeyError(name)


class DropFolder:
    required = ("path",)
    hangs = cuts = ()
    refuses = downs = Misconfigured

    def __init__(self, root: Path) -> None:
        self.root = root

    def settings(self) -> dict[str, object]:
        return {"path": str(self.root)}

    def open(self, settings: Mapping[str, object]) -> Sender:
        return directory.open_sender(settings, no_secrets)

    def delivered(self) -> list[bytes]:
        out = self.root / "out"
        return [path.read_bytes() for path in out.iterdir()] if out.is_dir() else []

    def hanging(self) -> contextlib.AbstractContextManager[dict[str, object]]:
        pytest.skip("a folder on this machine has no other side that could hang")

    def cutting(self) -> contextlib.AbstractContextManager[dict[str, object]]:
        pytest.skip("a folder on this machine has no connection that could be cut")

    @contextlib.contextmanager
    def refusing(self) -> Iterator[dict[str, object]]:
        (self.root / "out").mkdir()
        sender_opened_before = self.settings()
        original = self.open
        self.open = lambda settings: self._broken(original(settings))  # type: ignore[method-assign]
        yield sender_opened_before
        self.open = original  # type: ignore[method-assign]

    def _broken(self, sender: Sender) -> Sender:
        (self.root / "out").rmdir()
        return sender

    @contextlib.contextmanager
    def full(self) -> Iterator[dict[str, object]]:
        with small_disk(self.root / "disk") as disk:
            yield {"path": str(disk)}
            assert list((disk / "out").iterdir()) == []

    @contextlib.contextmanager
    def down(self) -> Iterator[dict[str, object]]:
        shutil.rmtree(self.root)
        yield self.settings()
        self.root.mkdir()


class TestDirectorySender(SenderContract):
    @pytest.fixture
    def partner(self, tmp_path: Path) -> DropFolder:
        root = tmp_path / "drop"
        root.mkdir()
        return DropFolder(root)


class DropPlace:
    required = ("path", "partner", "channel")

    def __init__(self, root: Path) -> None:
        self.root = root

    def settings(self) -> dict[str, object]:
        return {"path": str(self.root), "partner": "skyfreight", "channel": "drop", "settle_seconds": 0}

    def open(self, settings: Mapping[str, object]) -> Poller:
        return directory.open_poller(settings, no_secrets)


class TestDirectoryPoller(PollerContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> DropPlace:
        place = DropPlace(tmp_path / "drop")
        place.root.mkdir()
        place.open(place.settings()).close()
        return place
