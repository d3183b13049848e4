"""Which application answers which path (RFC 9112, section 3.2; RFC 9110, section 15.5.5)."""

import asyncio
from typing import Any

import pytest

from hub.serving import Application, Dispatcher


def naming(name: str) -> Application:
    """An application that answers with its name and the path it was asked for."""

    async def answer(scope: dict[str, Any], _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"{name} {scope['path']}".encode()})

    return answer


def asked(path: str, *, type: str = "http") -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        raise AssertionError("nobody reads here")

    made = Dispatcher({"/1r": naming("node"), "/1r/portal": naming("portal")})
    asyncio.run(made({"type": type, "path": path, "raw_path": path.encode()}, receive, send))
    return sent


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/1r", b"node /1r"),
        ("/1r/logistics-objects/a", b"node /1r/logistics-objects/a"),
        ("/1r/portal/x", b"portal /1r/portal/x"),
        ("http://hub.example/1r/a", b"node /1r/a"),
        ("https://hub.example:8443/1r/portal", b"portal /1r/portal"),
    ],
)
def test_the_longest_prefix_answers_whatever_the_form_of_the_target(path: str, answer: bytes) -> None:
    assert asked(path)[-1]["body"] == answer


@pytest.mark.parametrize("path", ["/", "/elsewhere", "/1rX/a", "", "http://hub.example", "http://hub.example/elsewhere", "*"])
def test_where_nothing_is_mounted_nothing_is_found(path: str) -> None:
    start, body = asked(path)
    assert start["status"] == 404
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()


def test_a_websocket_where_nothing_is_mounted_is_closed() -> None:
    assert [one["type"] for one in asked("/elsewhere", type="websocket")] == ["websocket.close"]
