"""The HTTP sender under the contract, against uvicorn and raw sockets on loopback."""

import contextlib
import socket
from collections.abc import Iterator, Mapping

import pytest
from fastapi import FastAPI, Request, Response

from adapters import http
from hub.ports import Misconfigured, Refused, Retriable, Sender, Unknown
from tests.contract.partners import closed_port, http_server, raw_server, swallow
from tests.contract.sender_contract import SenderContract


def cut_after_reading(connection: socket.socket) -> None:
    seen = b""
    while not seen.endswith(b"K123.4\r\n"):
        seen += connection.recv(65_536)


class PostPartner:
    required = ("url",)
    hangs = cuts = Unknown
    refuses = Refused
    downs = Retriable

    def __init__(self) -> None:
        self.app = FastAPI()
        self.status = 201
        self.port = 0
        self._bodies: dict[str, bytes] = {}
        self.app.post("/in")(self._receive)

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        if self.status < 300:
            self._bodies[request.headers["Idempotency-Key"]] = body
        return Response("no place for it: secret-free", status_code=self.status, headers={"Location": "/in/1"})

    def settings(self) -> dict[str, object]:
        return self._at(self.port)

    @staticmethod
    def _at(port: int) -> dict[str, object]:
        limits = {"connect_seconds": 1.0, "read_seconds": 0.5, "attempt_seconds": 2.0}
        return {"url": f"http://127.0.0.1:{port}/in", "allow_private": True, **limits}

    def open(self, settings: Mapping[str, object]) -> Sender:
        return http.open_sender(settings, {}.__getitem__)

    def delivered(self) -> list[bytes]:
        return list(self._bodies.values())

    @contextlib.contextmanager
    def hanging(self) -> Iterator[dict[str, object]]:
        with raw_server(swallow) as port:
            yield self._at(port)

    @contextlib.contextmanager
    def cutting(self) -> Iterator[dict[str, object]]:
        with raw_server(cut_after_reading) as port:
            yield self._at(port)

    @contextlib.contextmanager
    def refusing(self) -> Iterator[dict[str, object]]:
        self.status = 422
        yield self.settings()

    @contextlib.contextmanager
    def full(self) -> Iterator[dict[str, object]]:
        self.status = 507
        yield self.settings()

    @contextlib.contextmanager
    def down(self) -> Iterator[dict[str, object]]:
        yield self._at(closed_port())


class TestHttpSender(SenderContract):
    @pytest.fixture
    def partner(self) -> Iterator[PostPartner]:
        partner = PostPartner()
        with http_server(partner.app) as port:
            partner.port = port
            yield partner


def test_there_is_no_poller() -> None:
    with pytest.raises(Misconfigured, match="nothing to poll"):
        http.open_poller({}, {}.__getitem__)
