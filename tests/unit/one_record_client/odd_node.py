"""A node on loopback whose every answer is raw bytes that a test writes."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from adapters.one_record import client
from adapters.one_record.client.node import Node

CARGO = "https://onerecord.iata.org/ns/cargo#"


@dataclass
class Odd:
    """A node on loopback that answers with raw bytes; what it was asked, in order, without the question what it is (``root``)."""

    answer: Callable[[str, int], bytes]
    root: bytes = b""
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def piece(self) -> str:
        return f"http://127.0.0.1:{self.port}/logistics-objects/p"

    def opened(self, **more: object) -> Node:
        place = {"endpoint": f"http://127.0.0.1:{self.port}/", "allow_private": True, "partner": "north", "channel": "node"}
        limits = {"connect_seconds": 1.0, "read_seconds": 1.0, "attempt_seconds": 2.0, "attempts": 2}
        return client.open_node({**place, **limits, **more}, {}.__getitem__)

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as said:
                method, path, _ = said.readline().decode().split(" ", 2)
                length = 0
                while (header := said.readline().strip()) != b"":
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.partition(b":")[2])
                said.read(length)
                connection.sendall(self._told(method, path))

    def _told(self, method: str, path: str) -> bytes:
        if path == "/":
            return self.root or http("404 Not Found")
        self.asked.append(f"{method} {path}")
        return self.answer(path, len(self.asked))


@contextmanager
def serving(answer: Callable[[str, int], bytes], *, root: bytes = b"") -> Iterator[Odd]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        odd = Odd(answer, root=root, port=listening.getsockname()[1])
        threading.Thread(target=odd.serve, args=(listening,), daemon=True).start()
        yield odd


def http(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "Connection: close", "", ""])
    return head.encode() + body


def piece(text: str = "PUMPS") -> bytes:
    return json.dumps({"@context": {"cargo": CARGO}, "@type": "cargo:Piece", "cargo:goodsDescription": text}).encode()
