"""The other side of a channel, real on loopback: an intake that remembers, sockets that hang or cut, a proxy, an HTTP server."""

import contextlib
import hashlib
import select
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from hub.ports import Arrival, IntakeRefused, Received, StoredAnswer


class RememberingIntake:
    """An intake in memory with the hub's own promises: the same bytes from the same partner are a duplicate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """As new."""
        self.arrivals: list[Arrival] = []
        self.duplicates = 0
        self.refusal: IntakeRefused | None = None
        self.after_commit: Callable[[Arrival], None] = lambda _: None
        self.answers: dict[str, StoredAnswer] = {}
        self._seen: dict[tuple[str, str], str] = {}

    def receive(self, arrival: Arrival) -> Received:
        if self.refusal is not None:
            raise self.refusal
        sha256 = hashlib.sha256(arrival.raw).hexdigest()
        with self._lock:
            known = self._seen.get((arrival.partner, sha256))
            if known is not None:
                self.duplicates += 1
                return Received(id=known, status="duplicate", sha256=sha256)
            fresh = self._seen[arrival.partner, sha256] = f"m{len(self._seen) + 1}"
            self.arrivals.append(arrival)
            self.answers[fresh] = StoredAnswer(id=fresh, pending=True, state="received", partner=arrival.partner)
        self.after_commit(arrival)
        return Received(id=fresh, status="received", sha256=sha256)

    def answer(self, id: str) -> StoredAnswer | None:
        return self.answers.get(id)

    @property
    def raws(self) -> list[bytes]:
        return [arrival.raw for arrival in self.arrivals]


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A listening socket; each connection is given to ``serve`` in a thread and closed after it."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            serve(connection)

    def accept() -> None:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                connection.settimeout(5)
                threads.append(threading.Thread(target=one, args=(connection,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        stop.set()
        accepting.join()
        listener.close()
        for thread in threads:
            thread.join(timeout=6)


def swallow(connection: socket.socket) -> None:
    """Read all and never answer, until the other side goes away."""
    while connection.recv(65_536):
        pass


class Proxy:
    """Forwards to a port; after ``limit`` bytes from the client it hangs or cuts. ``limit=None`` forwards for ever."""

    def __init__(self, port: int, *, limit: int | None = None, then: str = "cut") -> None:
        self._to = port
        self.limit = limit
        self.then = then
        self.forwarded = 0

    def serve(self, client: socket.socket) -> None:
        passed = 0
        with socket.create_connection(("127.0.0.1", self._to)) as server:
            while True:
                for side in select.select([client, server], [], [], 5)[0]:
                    chunk = side.recv(4_096)
                    if not chunk:
                        return
                    if side is client and self.limit is not None and passed + len(chunk) > self.limit:
                        server.sendall(chunk[: self.limit - passed])
                        if self.then == "hang":
                            swallow(client)
                        return
                    passed += len(chunk) if side is client else 0
                    self.forwarded = max(self.forwarded, passed)
                    (server if side is client else client).sendall(chunk)


@contextlib.contextmanager
def small_disk(at: Path, size: str = "64k") -> Iterator[Path]:
    """A tmpfs of 64 kB; skips the test, with the reason, where it cannot be mounted."""
    at.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk to fill: {mounted.stderr.decode().strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


@contextlib.contextmanager
def http_server(app: object, **options: object) -> Iterator[int]:
    """A real uvicorn on loopback, in a thread."""
    # asyncio turns Nagle's delay off only for sockets that say they are TCP, which create_server's do not.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off", server_header=False, **options)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=10)
        listener.close()
