"""The drop folder when the process is killed, the disk is full, and when what lies there is no file of ours to read."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import directory
from adapters.directory.folder import DirectoryFolder
from adapters.directory.tree import Tree
from hub.channel import CLAIM
from hub.pickup import UnreadableError
from hub.ports import DeliveryError, Misconfigured, Parcel, Retriable, Unknown
from tests.contract.partners import RememberingIntake, small_disk

REPOSITORY = Path(__file__).parents[3]


def no_secrets(name: str) -> str:
    raise KeyError(name)


def poll(root: Path, intake: RememberingIntake) -> int:
    settings = {"path": str(root), "partner": "p", "channel": "c", "settle_seconds": 0}
    return directory.open_poller(settings, no_secrets).poll(intake)


def reasons(root: Path) -> list[str]:
    return [path.read_text() for path in sorted((root / "error").glob("*.reason"))]


def test_the_four_folders_are_made(tmp_path: Path) -> None:
    directory.open_sender({"path": str(tmp_path)}, no_secrets)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "error", "in", "out"]


def test_what_is_no_file_shows_in_error_and_stops_nothing(tmp_path: Path) -> None:
    incoming = tmp_path / "in"
    (incoming / "folder").mkdir(parents=True)
    (incoming / "folder" / "inner.txt").write_bytes(b"inner")
    os.mkfifo(incoming / "pipe")
    (incoming / "dangling").symlink_to("/nowhere")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(incoming / "socket"))
    (incoming / "real.txt").write_bytes(b"real")
    intake = RememberingIntake()
    assert poll(tmp_path, intake) == 1
    assert os.listdir(incoming) == []
    told = reasons(tmp_path)
    assert len(told) == 4
    assert {line.split(",")[0] for line in told} == {"This is a directory", "This is a link", "This is a device or pipe"}
    assert next((tmp_path / "error").glob("*-folder/inner.txt")).read_bytes() == b"inner"


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder another user can work in."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o777)
    yield place
    shutil.rmtree(place)


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody with fewer rights")
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_the_hub_may_not_read_shows_in_error(open_place: Path) -> None:
    directory.open_sender({"path": str(open_place)}, no_secrets)
    for folder in open_place.iterdir():
        folder.chmod(0o777)
    (open_place / "in" / "locked.txt").write_bytes(b"locked")
    (open_place / "in" / "locked.txt").chmod(0)
    (open_place / "in" / "real.txt").write_bytes(b"real")
    intake = RememberingIntake()
    with as_nobody():
        assert poll(open_place, intake) == 1
    assert intake.raws == [b"real"]
    assert "cannot open it: Permission denied" in reasons(open_place)[0]
    assert next((open_place / "error").glob("*-locked.txt")).read_bytes() == b"locked"


def test_a_folder_the_hub_may_not_write_to_needs_an_operator(open_place: Path) -> None:
    sender = directory.open_sender({"path": str(open_place)}, no_secrets)
    with as_nobody(), pytest.raises(Misconfigured, match="Permission denied"):
        sender.deliver(Parcel(key="k", name="a", raw=b"a", media=""))


DELIVER_FOR_EVER = """
import sys
from adapters import directory
from hub.ports import Parcel
sender = directory.open_sender({"path": sys.argv[1]}, None)
print("ready", flush=True)
number = 0
while True:
    number += 1
    sender.deliver(Parcel(key=f"k{number}", name="FWB.txt", raw=b"x" * 300_000, media=""))
    print(f"k{number}", flush=True)
"""


def test_a_killed_sender_leaves_whole_files_only(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DELIVER_FOR_EVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as running:
        assert running.stdout is not None
        said = [running.stdout.readline().strip() for _ in range(8)]
        running.send_signal(signal.SIGKILL)
        said += running.stdout.read().split()
    seen = [path for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")]
    assert {path.stat().st_size for path in seen} == {300_000}
    assert {f"FWB-{key}.txt" for key in said if key.startswith("k")} <= {path.name for path in seen}


def test_a_full_disk_leaves_nothing_behind_and_passes(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        sender = directory.open_sender({"path": str(disk)}, no_secrets)
        filler = disk / "filler"
        filler.write_bytes(b"x" * 30_000)
        big = Parcel(key="k", name="a.txt", raw=b"x" * 40_000, media="")
        with pytest.raises(Retriable, match="No space left"):
            sender.deliver(big)
        assert list((disk / "out").iterdir()) == []
        filler.unlink()
        sender.deliver(big)
        assert [path.name for path in (disk / "out").iterdir()] == ["a-k.txt"]


def test_a_full_disk_in_error_keeps_the_file_where_it_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        directory.open_sender({"path": str(disk)}, no_secrets)
        (disk / "in" / "a.txt").symlink_to("/nowhere")
        (disk / "filler").write_bytes(b"x" * (os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize))
        with pytest.raises(Retriable):
            poll(disk, RememberingIntake())
        assert os.listdir(disk / "in") == ["a.txt"]
        (disk / "filler").unlink()
        assert poll(disk, RememberingIntake()) == 0
        assert os.listdir(disk / "in") == []


def test_a_folder_that_cannot_be_flushed_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = directory.open_sender({"path": str(tmp_path)}, no_secrets)

    def failing(folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("adapters.directory.sender.flush_folder", failing)
    with pytest.raises(Unknown, match="is written"):
        sender.deliver(Parcel(key="k", name="a", raw=b"a", media=""))


@pytest.mark.parametrize("folder", ["in", "archive", "error"])
def test_a_lost_folder_is_told_and_loses_nothing(tmp_path: Path, folder: str) -> None:
    intake = RememberingIntake()
    settings = {"path": str(tmp_path), "partner": "p", "channel": "c", "settle_seconds": 0}
    poller = directory.open_poller(settings, no_secrets)
    (tmp_path / "in" / "a.txt").write_bytes(b"a")
    (tmp_path / "in" / "link").symlink_to("a.txt")
    (tmp_path / folder).rename(tmp_path / "gone")
    with pytest.raises(DeliveryError) as raised:
        poller.poll(intake)
    assert isinstance(raised.value, Misconfigured)
    (tmp_path / "gone").rename(tmp_path / folder)
    poller.poll(intake)
    assert intake.raws == [b"a"]
    assert os.listdir(tmp_path / "in") == []


def test_a_claim_that_still_grows_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.open_sender({"path": str(tmp_path)}, no_secrets)
    path = tmp_path / "in" / "a.txt"
    path.write_bytes(b"half")
    original = os.read

    def read_while_growing(descriptor: int, size: int) -> bytes:
        found = original(descriptor, size)
        if found == b"half":
            claim = next((tmp_path / "in").glob(f"{CLAIM}*"))
            claim.write_bytes(b"half and half")
        return found

    intake = RememberingIntake()
    with monkeypatch.context() as patched:
        patched.setattr("adapters.directory.folder.os.read", read_while_growing)
        patched.setattr("adapters.directory.folder._CHUNK", 4)
        poll(tmp_path, intake)
    assert intake.raws == []
    assert poll(tmp_path, intake) == 1
    assert intake.raws == [b"half and half"]


@pytest.mark.parametrize("path", ["/nowhere/at/all", __file__])
def test_the_path_must_be_a_folder(path: str) -> None:
    with pytest.raises(Misconfigured, match="'path'"):
        directory.open_sender({"path": path}, no_secrets)


def test_abandoned_temporary_files_go_after_a_day(tmp_path: Path) -> None:
    directory.open_sender({"path": str(tmp_path)}, no_secrets)
    out = tmp_path / "out"
    for name, age in (
        (".a-k.txt.0123abcd.part", 90_000),
        (".b-k.txt.0123abcd.part", 3_600),
        (".theirs.part", 90_000),
        ("c.part", 90_000),
    ):
        (out / name).write_bytes(b"half")
        os.utime(out / name, (time.time() - age,) * 2)
    directory.open_sender({"path": str(tmp_path)}, no_secrets)
    assert sorted(os.listdir(out)) == [".b-k.txt.0123abcd.part", ".theirs.part", "c.part"]


def test_two_pollers_at_once_lose_nothing_and_store_nothing_twice(tmp_path: Path) -> None:
    directory.open_sender({"path": str(tmp_path)}, no_secrets)
    for number in range(60):
        (tmp_path / "in" / f"{number}.txt").write_bytes(b"%d" % number)
    (tmp_path / "in" / "link").symlink_to("0.txt")
    intake = RememberingIntake()
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(3):
                poll(tmp_path, intake)
        except DeliveryError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(int(raw) for raw in intake.raws) == list(range(60))
    assert sorted(int(path.read_bytes()) for path in (tmp_path / "archive").iterdir()) == list(range(60))
    assert os.listdir(tmp_path / "in") == []


def test_a_file_swapped_for_a_link_or_pipe_after_it_was_listed_is_not_read(tmp_path: Path) -> None:
    folder = DirectoryFolder(Tree.prepared(str(tmp_path)))
    (tmp_path / "private.txt").write_bytes(b"not yours")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "private.txt")
    os.mkfifo(tmp_path / "in" / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(UnreadableError):
            folder.read(name, 1_000)
