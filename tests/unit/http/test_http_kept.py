"""Connections that are used again (hub/kept.py): when, how many, and never to an address that was not checked."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.channel import Settings
from hub.exchange import Answer, Request, exchange
from hub.kept import Kept
from hub.ports import Misconfigured, Retriable, Unknown
from hub.way import WAY_SETTINGS, Way, way
from tests.unit.http.test_http_sender import certificate

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Answering = Callable[[int, int], bytes | None]
"""``answering(connection, request)``: the bytes to answer, b"" to hang, None to close at once."""


class Partner:
    """A server that counts connections and requests, and answers as it is told; each on a thread of its own."""

    def __init__(self, answering: Answering = lambda _connection, _request: OK, context: ssl.SSLContext | None = None) -> None:
        self._answering = answering
        self._context = context
        self._listening = socket.create_server(("0.0.0.0", 0))
        self.port = self._listening.getsockname()[1]
        self.connections: list[socket.socket] = []
        self.requests = 0
        self._over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
                if self._context is not None:
                    connection = self._context.wrap_socket(connection, server_side=True)
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._talk, args=(connection, len(self.connections)), daemon=True).start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError), connection:
            count = 0
            while _request(connection):
                count += 1
                self.requests += 1
                answer = self._answering(number, count)
                if answer is None:
                    return
                if answer == b"":
                    self._over.wait(5)
                connection.sendall(answer)

    def close(self) -> None:
        self._over.set()
        for one in (self._listening, *self.connections):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _request(connection: socket.socket) -> bytes:
    """One request, whole; empty at the end of the connection."""
    raw = b""
    while b"\r\n\r\n" not in raw or (b"POST" in raw and not raw.endswith(b"{}")):
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        raw += chunk
    return raw


@contextmanager
def partner(answering: Answering | None = None, context: ssl.SSLContext | None = None) -> Iterator[Partner]:
    made = Partner(answering, context) if answering else Partner(context=context)
    try:
        yield made
    finally:
        made.close()


def the_way(**more: object) -> Way:
    values = {"connect_seconds": 1.0, "read_seconds": 1.0, "attempt_seconds": 2.0, "allow_private": True, **more}
    return way(Settings(kind="http", values=values, known=("url", *WAY_SETTINGS)), "url")


@pytest.fixture
def kept() -> Iterator[Kept]:
    found = Kept(4.0)
    yield found
    found.close()


def ask(to: Partner, kept: Kept | None, method: str = "GET", host: str = "127.0.0.1", **more: Any) -> Answer:
    request = Request(
        method=method, url=httpx.URL(f"http://{host}:{to.port}/x"), headers={}, raw=b"" if method == "GET" else b"{}"
    )
    return exchange(more.pop("way", None) or the_way(**more), request, kept)


def has_ended(connection: socket.socket) -> bool:
    """Whether the partner has seen the end of a connection, and closed it."""
    for _ in range(100):
        if connection.fileno() == -1:
            return True
        threading.Event().wait(0.02)
    return False


def test_one_connection_carries_many_requests(kept: Kept) -> None:
    with partner() as there:
        answers = [ask(there, kept, method) for method in ("GET", "POST", "GET", "POST", "GET")]
        assert [one.body for one in answers] == [b"ok"] * 5
        assert (len(there.connections), there.requests, len(kept)) == (1, 5, 1)


def test_without_a_place_to_keep_it_each_request_has_its_own() -> None:
    with partner() as there:
        for _ in range(2):
            ask(there, None)
        assert len(there.connections) == 2


@pytest.mark.parametrize("header", [b"Connection: close\r\n", b"connection: Close\r\n"])
def test_a_partner_that_closes_says_so(kept: Kept, header: bytes) -> None:
    with partner(lambda _connection, _request: OK.replace(b"\r\n\r\n", b"\r\n" + header + b"\r\n", 1)) as there:
        ask(there, kept)
        assert len(kept) == 0
        ask(there, kept)
        assert len(there.connections) == 2


def test_an_answer_that_is_larger_than_we_read_ends_its_connection(kept: Kept) -> None:
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n" + b"x" * 90_000
    with partner(lambda _connection, _request: long) as there:
        assert not ask(there, kept, max_answer_bytes=10).whole
        assert len(kept) == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_closed_meanwhile_is_replaced_before_anything_is_sent(kept: Kept, method: str) -> None:
    with partner() as there:
        ask(there, kept)
        there.connections[0].shutdown(socket.SHUT_RDWR)
        assert ask(there, kept, method).status == 200
        assert (len(there.connections), there.requests) == (2, 2)


def test_a_read_that_finds_it_dead_is_sent_again(kept: Kept) -> None:
    with partner(lambda connection, request: None if (connection, request) == (1, 2) else OK) as there:
        ask(there, kept)
        assert ask(there, kept).status == 200
        assert (len(there.connections), there.requests) == (2, 3)


def test_a_request_that_changes_something_and_may_have_arrived_is_not(kept: Kept) -> None:
    with partner(lambda connection, request: None if (connection, request) == (1, 2) else OK) as there:
        ask(there, kept, "POST")
        with pytest.raises(Unknown):
            ask(there, kept, "POST")
        assert (len(there.connections), there.requests, len(kept)) == (1, 2, 0)


def test_time_limits_hold_on_a_kept_connection(kept: Kept) -> None:
    with partner(lambda connection, request: OK if request == 1 else b"HTTP/1.1 200 OK\r\n") as there:
        ask(there, kept, "POST")
        with pytest.raises(Unknown, match="no end after"):
            ask(there, kept, "POST", connect_seconds=0.1, attempt_seconds=0.3, read_seconds=20.0)


def test_a_read_that_hangs_is_not_sent_again_for_another_time_limit(kept: Kept) -> None:
    with partner(lambda _connection, request: OK if request == 1 else b"HTTP/1.1 200 OK\r\n") as there:
        ask(there, kept)
        with pytest.raises(Unknown, match="no end after"):
            ask(there, kept, connect_seconds=0.1, attempt_seconds=0.3, read_seconds=20.0)
        assert (len(there.connections), there.requests) == (1, 2)


def test_idle_and_old_ones_are_not_used_again() -> None:
    now = [100.0]
    kept = Kept(4.0, age_seconds=10.0, clock=lambda: now[0])
    with partner() as there:
        for after, connections in ((0.0, 1), (3.9, 1), (4.1, 2), (3.0, 2), (3.0, 2), (3.0, 2), (3.0, 3)):
            now[0] += after
            ask(there, kept)
            assert len(there.connections) == connections, after
    kept.close()


def test_no_idle_seconds_no_keeping() -> None:
    kept = Kept(0.0)
    with partner() as there:
        for _ in range(2):
            ask(there, kept)
        assert (len(there.connections), len(kept)) == (2, 0)


def test_bounded_in_number() -> None:
    kept = Kept(4.0, most=2)
    with partner() as there:
        for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
            ask(there, kept, host=host)
        assert len(kept) == 2
        ask(there, kept, host="127.0.0.3")
        assert len(there.connections) == 3
        ask(there, kept, host="127.0.0.1")
        assert len(there.connections) == 4
    kept.close()


def test_closing_it_closes_the_connections(kept: Kept) -> None:
    with partner() as there:
        ask(there, kept)
        kept.close()
        assert len(kept) == 0
        assert has_ended(there.connections[0])


def test_forgetting_it_closes_them_too() -> None:
    with partner() as there:
        kept = Kept(4.0)
        ask(there, kept)
        del kept
        assert has_ended(there.connections[0])


def test_the_name_is_looked_up_once_for_a_connection_and_anew_for_the_next(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who owns a name may point it at an inner address once we have looked: a kept connection stays where it was checked to be,
    and a new one is refused.
    """
    looked: list[str] = []

    def rebound(host: str, port: int, *given: Any, **more: Any) -> list[Any]:
        looked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with partner() as there:
        for _ in range(3):
            ask(there, kept, host="partner.example")
        assert looked.count("partner.example") == 1
        there.connections[0].shutdown(socket.SHUT_RDWR)
        with pytest.raises(Misconfigured, match="no public address"):
            ask(there, kept, host="partner.example", allow_private=False, allow_plain=True)
        assert len(there.connections) == 1


def test_a_connection_to_one_host_is_none_to_another_of_its_address(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_address(_host: str, port: int, *_given: Any, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", one_address)
    with partner() as there:
        for host in ("north.example", "south.example", "north.example"):
            ask(there, kept, host=host)
        assert len(there.connections) == 2


def test_over_tls_too(kept: Kept, tmp_path: Path) -> None:
    pem = certificate(tmp_path / "server.pem", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    trusting = the_way(ca_file=str(pem))
    with partner(context=context) as there:
        for _ in range(3):
            request = Request(method="GET", url=httpx.URL(f"https://127.0.0.1:{there.port}/x"), headers={})
            assert exchange(trusting, request, kept).status == 200
        assert (len(there.connections), there.requests) == (1, 3)


def test_nobody_there_is_still_retriable(kept: Kept) -> None:
    with partner() as there:
        ask(there, kept)
        there.close()
        with pytest.raises(Retriable):
            ask(there, kept, connect_attempts=1)
