"""One process that does everything: HTTP, worker, pollers. Threads around the parts that bootstrap wires; knows none of them."""

import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Dispatcher:
    """An ASGI application that hands each request to the application with the longest fitting path prefix."""

    def __init__(self, mounts: Mapping[str, Application]) -> None:
        self._mounts = sorted(mounts.items(), key=lambda pair: -len(pair[0]))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        scope = _in_origin_form(scope)
        path = scope.get("path", "/")
        for prefix, application in self._mounts:
            if path == prefix or path.startswith(prefix.rstrip("/") + "/") or prefix == "/":
                await application(scope, receive, send)
                return
        await _found_nothing(scope, send)


def _in_origin_form(scope: dict[str, Any]) -> dict[str, Any]:
    """A target may be a whole address (RFC 9112, section 3.2.2): who is meant is us, what is meant is its path."""
    if not scope.get("path", "").startswith(("http://", "https://")):
        return scope
    path = "/" + scope["path"].partition("://")[2].partition("/")[2]
    return {**scope, "path": path, "raw_path": quote(path).encode()}


async def _found_nothing(scope: dict[str, Any], send: Any) -> None:
    if scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
        return
    body = b"Nothing is mounted at this path.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


class Background:
    """A loop in a thread that stops when told."""

    def __init__(self, name: str, run: Callable[[threading.Event], None]) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=run, args=(self._stop,), name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float = 10) -> None:
        """Ask to stop and wait."""
        self._stop.set()
        self._thread.join(seconds)
