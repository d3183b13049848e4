"""What stands between two nodes on a bad day: a proxy that answers in their stead, loses what they say, or is slow."""

import contextlib
import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAULTS = ("busy", "too many", "bad gateway", "who are you", "no word", "half", "elsewhere", "huge", "slow", "lost")
_OF_CONNECTION = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive"})


class Between(ThreadingHTTPServer):
    """Listens where a node is said to be, and asks it where it is. ``share`` of all requests meet one of the faults."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, target: int, chance: random.Random) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.target = target
        self.share = 0.0
        self.met: Counter[str] = Counter()
        self._chance = chance
        self._lock = threading.Lock()

    def next_fault(self) -> tuple[str, float]:
        """What the next request meets, empty for nothing, and how many seconds it may take."""
        with self._lock:
            fault = self._chance.choice(FAULTS) if self._chance.random() < self.share else ""
            self.met[fault] += 1
            return fault, self._chance.random()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hung up has hung up."""


class _Handler(BaseHTTPRequestHandler):
    server: Between
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        fault, seconds = self.server.next_fault()
        if fault == "slow":
            time.sleep(seconds)
        if fault == "no word" or self._refused(fault):
            return
        try:
            status, headers, told = self._asked(body)
        except OSError:
            self._say(502, b"nobody there")
            return
        if fault != "lost":
            self._say(status, told + b" " * (9_000_000 if fault == "huge" else 0), headers, half=fault == "half")

    do_GET = do_POST = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _refused(self, fault: str) -> bool:
        """Whether the fault is an answer, given in the node's stead."""
        answers: dict[str, Callable[[], None]] = {
            "busy": lambda: self._say(503, b"busy", [("Retry-After", "1")]),
            "too many": lambda: self._say(429, b"", [("Retry-After", "0")]),
            "bad gateway": lambda: self._say(502, b"<html>bad gateway</html>", [("Content-Type", "text/html")]),
            "who are you": lambda: self._say(401, b"{}", [("Retry-After", "1")]),
            "elsewhere": lambda: self._say(307, b"", [("Location", self.path)]),
        }
        if fault in answers:
            answers[fault]()
        return fault in answers

    def _asked(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_CONNECTION}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=15)) as node:
            node.request(self.command, self.path, body or None, kept)
            answer = node.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def _say(self, status: int, told: bytes, headers: list[tuple[str, str]] | None = None, *, half: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers or []:
            if name.lower() not in _OF_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(told)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told[: len(told) // 2] if half else told)


@contextlib.contextmanager
def between(port: int, target: int, chance: random.Random) -> Iterator[Between]:
    """A proxy that is there as long as it is asked for."""
    with Between(port, target, chance) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        try:
            yield made
        finally:
            made.shutdown()
