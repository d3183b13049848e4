"""The SFTP endpoint of our own, asked by a client of another library."""

import contextlib
import threading

import paramiko
import pytest

from adapters.sftp.server import SftpServer, User


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def client(home):
    with SftpServer({"u": User(home=home, password="p")}) as server:
        transport = paramiko.Transport(("127.0.0.1", server.port))
        with contextlib.closing(transport):
            transport.connect(username="u", password="p")
            yield paramiko.SFTPClient.from_transport(transport)


def test_listing_goes_on_when_files_vanish_meanwhile(client, home):
    stop = threading.Event()

    def come_and_go():
        while not stop.is_set():
            for number in range(30):
                (home / f"{number}.part").write_bytes(b"x")
            for number in range(30):
                (home / f"{number}.part").rename(home / f"{number}.txt")

    busy = threading.Thread(target=come_and_go)
    busy.start()
    try:
        for _ in range(150):
            client.listdir("/")
    finally:
        stop.set()
        busy.join()


def test_listing_says_size_and_kind(client, home):
    (home / "a.txt").write_bytes(b"four")
    (home / "sub").mkdir()
    found = {one.filename: one for one in client.listdir_attr("/")}
    assert found["a.txt"].st_size == 4
    assert found["a.txt"].longname.startswith("-")
    assert found["sub"].longname.startswith("d")
    with pytest.raises(FileNotFoundError):
        client.listdir("/absent")
