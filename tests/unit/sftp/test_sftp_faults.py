"""SFTP with a partner that fails at every point there is, and what an operator is told about our own mistakes."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import paramiko
import pytest

import adapters.sftp.server as endpoint
from adapters import sftp
from adapters.sftp.server import SftpServer, User
from hub.ports import DeliveryError, Misconfigured, Parcel, Poller, Refused, Retriable, Unknown
from tests.contract.partners import Proxy, RememberingIntake, closed_port, raw_server

PASSWORD = "a-secret-word-of-our-own"
SECRETS = {"password": PASSWORD}
PARCEL = Parcel(key="5f3a09", name="FWB.txt", raw=b"FWB/17\r\n" * 5_000, media="text/plain")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    return home


@pytest.fixture
def server(home: Path) -> Iterator[SftpServer]:
    with SftpServer({"waybridge": User(home=home, password=PASSWORD)}) as server:
        yield server


def login(server: SftpServer, **more: object) -> dict[str, object]:
    limits = {"connect_seconds": 1.0, "read_seconds": 0.4, "attempt_seconds": 3.0}
    place = {"host": "127.0.0.1", "port": server.port, "user": "waybridge", "host_keys": [server.host_key_line]}
    return {**place, "password_secret": "password", "dropoff": "/inbox", **limits, **more}


def deliver(settings: dict[str, object], secrets: dict[str, str] | None = None) -> str:
    with contextlib.closing(sftp.open_sender(settings, (secrets or SECRETS).__getitem__)) as sender:
        return sender.deliver(PARCEL).reference


def arrived(home: Path) -> list[bytes]:
    return [path.read_bytes() for path in (home / "inbox").iterdir() if not path.name.startswith(".")]


def outcome(settings: dict[str, object]) -> type[DeliveryError] | None:
    try:
        deliver(settings)
    except DeliveryError as error:
        return type(error)
    return None


def bytes_of_a_delivery(server: SftpServer) -> int:
    proxy = Proxy(server.port)
    with raw_server(proxy.serve) as port:
        deliver(login(server, port=port))
    return proxy.forwarded


def test_a_cut_anywhere_leaves_all_or_nothing_and_is_told_right(server: SftpServer, home: Path) -> None:
    total = bytes_of_a_delivery(server)
    told = set()
    for step in range(10):
        for path in (home / "inbox").iterdir():
            path.unlink()
        with raw_server(Proxy(server.port, limit=total * step // 9 if step < 4 else total - 90 * (9 - step)).serve) as port:
            result = outcome(login(server, port=port))
        assert arrived(home) in ([], [PARCEL.raw])
        assert result in (None, Retriable, Unknown), result
        assert arrived(home) == [] or result in (None, Unknown)
        told.add(result)
        deliver(login(server))
        assert arrived(home) == [PARCEL.raw]
    assert {Retriable, Unknown} <= told


@pytest.mark.parametrize("part", [0.001, 0.05, 0.985])
def test_silence_anywhere_ends_in_time(server: SftpServer, home: Path, part: float) -> None:
    total = bytes_of_a_delivery(server)
    (home / "inbox" / "FWB-5f3a09.txt").unlink()
    begun = time.monotonic()
    with raw_server(Proxy(server.port, limit=int(total * part), then="hang").serve) as port:
        assert outcome(login(server, port=port)) in (Retriable, Unknown)
    assert time.monotonic() - begun < 8
    assert arrived(home) == []


class AnswerLost(endpoint._Home):
    """A server that does the rename and dies before it can say so."""

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().posix_rename(oldpath, newpath)
        self.connection.abort()


def test_a_rename_whose_answer_is_lost_is_unknown(server: SftpServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_Home", AnswerLost)
    with pytest.raises(Unknown, match="may have arrived"):
        deliver(login(server))
    assert arrived(home) == [PARCEL.raw]


class OldServer(endpoint._Home):
    """A server without OpenSSH's extension: its rename never overwrites."""

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPOpUnsupported("unknown extension")


def test_a_server_without_the_extension_gets_repetitions_too(
    server: SftpServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "_Home", OldServer)
    for _ in range(2):
        assert deliver(login(server)) == "/inbox/FWB-5f3a09.txt"
    assert arrived(home) == [PARCEL.raw]


def test_a_file_that_may_not_be_claimed_does_not_hide_the_others(
    server: SftpServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ForbiddingOne(endpoint._Home):
        def rename(self, oldpath: bytes, newpath: bytes) -> None:
            if b"locked" in oldpath:
                raise asyncssh.SFTPPermissionDenied("in use")
            super().rename(oldpath, newpath)

    monkeypatch.setattr(endpoint, "_Home", ForbiddingOne)
    for name in ("a-locked.txt", "b.txt"):
        (home / "inbox" / name).write_bytes(name.encode())
    intake = RememberingIntake()
    with contextlib.closing(poller(server)) as opened, pytest.raises(Refused, match="a-locked"):
        opened.poll(intake)
    assert intake.raws == [b"b.txt"]


def poller(server: SftpServer, **more: object) -> Poller:
    settings = login(server, **{"pickup": "/inbox", "partner": "p", "channel": "c", "settle_seconds": 0, **more})
    return sftp.open_poller(settings, SECRETS.__getitem__)


def test_a_poll_of_a_silent_or_absent_server_ends_in_time(server: SftpServer, home: Path) -> None:
    (home / "inbox" / "a.txt").write_bytes(b"a")
    intake = RememberingIntake()
    begun = time.monotonic()
    for limit in (0, 600, 2_300):
        hanging = raw_server(Proxy(server.port, limit=limit, then="hang").serve)
        with hanging as port, contextlib.closing(poller(server, port=port)) as opened, pytest.raises(Retriable):
            opened.poll(intake)
    with contextlib.closing(poller(server, port=closed_port())) as opened, pytest.raises(Retriable, match="refused"):
        opened.poll(intake)
    assert time.monotonic() - begun < 15
    assert (home / "inbox" / "a.txt").exists()


def test_a_server_that_fails_the_rename_has_answered(server: SftpServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(OldServer):
        def rename(self, oldpath: bytes, newpath: bytes) -> None:
            raise asyncssh.SFTPFailure("quota")

    monkeypatch.setattr(endpoint, "_Home", Failing)
    with pytest.raises(Retriable, match="quota"):
        deliver(login(server))
    assert list((home / "inbox").iterdir()) == []


def test_delete_after_commit(server: SftpServer, home: Path) -> None:
    (home / "inbox" / "a.txt").write_bytes(b"a")
    intake = RememberingIntake()
    with contextlib.closing(poller(server, after="delete")) as opened:
        assert opened.poll(intake) == 1
    assert list((home / "inbox").iterdir()) == []


def test_a_poll_cut_anywhere_loses_nothing(server: SftpServer, home: Path) -> None:
    intake = RememberingIntake()
    for step in range(10):
        (home / "inbox" / f"{step}.txt").write_bytes(b"%d" % step)
        cut = raw_server(Proxy(server.port, limit=1_800 + 170 * step).serve)
        with cut as port, contextlib.closing(poller(server, port=port)) as opened, contextlib.suppress(DeliveryError):
            opened.poll(intake)
        with contextlib.closing(poller(server)) as opened:
            opened.poll(intake)
        assert intake.raws == [b"%d" % number for number in range(step + 1)]
    kept = sorted(int(path.read_bytes()) for path in (home / "inbox" / "archive").iterdir())
    assert kept == list(range(10))
    assert [path.name for path in (home / "inbox").iterdir()] == ["archive"]


def test_one_sender_outlives_its_server(home: Path) -> None:
    users = {"waybridge": User(home=home, password=PASSWORD)}
    with SftpServer(users) as first:
        settings, key, port = login(first), first.host_key, first.port
        sender = sftp.open_sender(settings, SECRETS.__getitem__)
        sender.deliver(PARCEL)
    with contextlib.closing(sender):
        with pytest.raises(Retriable):
            sender.deliver(PARCEL)
        with SftpServer(users, port=port, host_key=key):
            assert sender.deliver(PARCEL).reference == "/inbox/FWB-5f3a09.txt"


def test_another_host_key_is_a_hard_stop(server: SftpServer, home: Path) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode()
    with pytest.raises(Misconfigured, match="host key"):
        deliver(login(server, host_keys=[other]))
    assert arrived(home) == []


@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"])
def test_every_kind_of_host_key_and_login_key(home: Path, kind: str) -> None:
    ours = asyncssh.generate_private_key(kind)
    host_key = asyncssh.generate_private_key(kind).export_private_key("openssh").decode()
    users = {"waybridge": User(home=home, public_keys=(ours.export_public_key("openssh").decode(),))}
    with SftpServer(users, host_key=host_key) as server:
        settings = login(server, key_secret="key")
        del settings["password_secret"]
        settings["host_keys"] = f"# theirs\n[127.0.0.1]:{server.port} {server.host_key_line} a comment"
        secrets = {"key": ours.export_private_key("openssh").decode()}
        assert deliver(settings, secrets) == "/inbox/FWB-5f3a09.txt"
        stranger = asyncssh.generate_private_key(kind).export_private_key("openssh").decode()
        with pytest.raises(Misconfigured, match="does not accept our login"):
            deliver(settings, {"key": stranger})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"password_secret": "nowhere"}, "no secret 'nowhere'"),
        ({"host_keys": []}, "'host_keys' is missing"),
        ({"host_keys": ["ssh-ed25519 !!!"]}, "no public key"),
        ({"host_keys": ["ssh-ed25519 AAAA"]}, "no public key"),
        ({"host_keys": ["hello"]}, "no public key"),
        ({"port": "22"}, "'port' should be a whole number"),
        ({"key_secret": "password"}, "no private key"),
    ],
)
def test_settings_are_checked(server: SftpServer, more: dict[str, object], said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as raised:
        sftp.open_sender(login(server, **more), SECRETS.__getitem__)
    assert PASSWORD not in str(raised.value)


def opened_with(server: SftpServer, key: str, phrase: str | None) -> None:
    settings = login(server, key_secret="key", **({"passphrase_secret": "phrase"} if phrase is not None else {}))
    sftp.open_sender(settings, {**SECRETS, "key": key, "phrase": phrase or ""}.__getitem__).close()


@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem"])
def test_a_key_with_a_passphrase(server: SftpServer, form: str) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    locked = key.export_private_key(form, passphrase="p").decode()
    opened_with(server, locked, "p")
    opened_with(server, key.export_private_key(form).decode(), "not needed")
    with pytest.raises(Misconfigured, match="has a passphrase"):
        opened_with(server, locked, None)
    with pytest.raises(Misconfigured, match="the passphrase is wrong"):
        opened_with(server, locked, "q")


def test_every_sound_key_can_be_opened(server: SftpServer) -> None:
    """Paramiko alone refuses about half of these."""
    for _ in range(12):
        opened_with(server, asyncssh.generate_private_key("ecdsa-sha2-nistp256").export_private_key("openssh").decode(), None)


@pytest.mark.parametrize(("user", "password"), [("waybridge", "wrong"), ("nobody", PASSWORD), ("waybridge", "")])
def test_a_wrong_login(server: SftpServer, user: str, password: str) -> None:
    with pytest.raises(Misconfigured, match="does not accept our login"):
        deliver(login(server, user=user), {"password": password})


def test_a_wrong_folder(server: SftpServer) -> None:
    with pytest.raises(Misconfigured, match="no such folder"):
        deliver(login(server, dropoff="/nowhere"))


def test_no_such_host(server: SftpServer) -> None:
    with pytest.raises((Misconfigured, Retriable), match="host"):
        deliver(login(server, host="nowhere.invalid"))


@contextlib.contextmanager
def client(server: SftpServer) -> Iterator[paramiko.SFTPClient]:
    transport = paramiko.Transport(("127.0.0.1", server.port))
    try:
        transport.connect(username="waybridge", password=PASSWORD)
        opened = paramiko.SFTPClient.from_transport(transport)
        assert opened is not None
        with opened:
            yield opened
    finally:
        transport.close()


def test_the_server_shows_nothing_outside_of_a_home(server: SftpServer, home: Path) -> None:
    (home.parent / "private.txt").write_bytes(b"not yours")
    (home / "way-out").symlink_to(home.parent)
    with client(server) as opened:
        for path in ("/../private.txt", "../private.txt", "/way-out/private.txt", str(home.parent / "private.txt")):
            with pytest.raises(OSError, match=r".*"):
                opened.open(path).read()
        for call in (lambda: opened.listdir("/way-out"), lambda: opened.chmod("/way-out", 0), lambda: opened.mkdir("/way-out/x")):
            with pytest.raises(PermissionError):
                call()
        with pytest.raises(OSError, match="no links"):
            opened.symlink("/inbox", "/another")
        assert sorted(opened.listdir("/..")) == ["inbox", "way-out"]
    assert not (home.parent / "x").exists()


def test_the_server_gives_no_shell(server: SftpServer) -> None:
    transport = paramiko.Transport(("127.0.0.1", server.port))
    try:
        transport.connect(username="waybridge", password=PASSWORD)
        with pytest.raises(paramiko.SSHException):
            transport.open_session().exec_command("id")
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", 1), ("127.0.0.1", 1))
    finally:
        transport.close()


def test_a_taken_port_is_told(server: SftpServer, home: Path) -> None:
    with pytest.raises(OSError, match="address"):
        SftpServer({"waybridge": User(home=home, password=PASSWORD)}, port=server.port).start()


def test_secrets_are_in_no_text_of_ours(server: SftpServer, home: Path) -> None:
    from adapters.sftp.endpoint import endpoint as read
    from hub.channel import Settings

    settings = Settings(kind="sftp", values=login(server), known=sftp._KNOWN)
    assert PASSWORD not in repr(read(settings, SECRETS.__getitem__)) + repr(User(home=home, password=PASSWORD))
