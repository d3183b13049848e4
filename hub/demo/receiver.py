"""A partner's HTTP server on loopback: keeps what is posted, and answers 503 to the first try of a few. Knows no message."""

import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

LARGEST = 10_000_000


class Receiver:
    """``with Receiver(folder, token, refuse=3) as receiver: receiver.url``. Each ``Idempotency-Key`` becomes one file."""

    def __init__(self, folder: Path, token: str, *, refuse: int) -> None:
        self._folder = folder
        self._token = token
        self._refusals_left = refuse
        self._refused: set[str] = set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="receiver", daemon=True)

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self._server.server_port}/statuses"

    def status_of(self, key: str, token: str, raw: bytes) -> int:
        """Take one post in; the HTTP status to answer."""
        if not hmac.compare_digest(token.encode(), f"Bearer {self._token}".encode()):
            return 401
        if not key.isalnum():
            return 400
        if self._refuses(key):
            return 503
        (self._folder / f"{key}.jsonld").write_bytes(raw)
        return 204

    def _refuses(self, key: str) -> bool:
        with self._lock:
            if key in self._refused or not self._refusals_left:
                return False
            self._refused.add(key)
            self._refusals_left -= 1
            return True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if not (length.isascii() and length.isdigit() and int(length) <= LARGEST):
                    self._answer(411)
                    return
                raw = self.rfile.read(int(length))
                key, token = self.headers.get("Idempotency-Key", ""), self.headers.get("Authorization", "")
                self._answer(receiver.status_of(key, token, raw))

            def _answer(self, status: int) -> None:
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", "0")
                self.send_header("Connection", "close")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return

        return Handler

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)
