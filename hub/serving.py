"""One process that does everything: HTTP, worker, pollers. Threads around the parts that bootstrap wires; knows none of them."""

import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Dispatcher:
    """An ASGI application that hands each request to the application with the longest fitting path prefix."""

    def __init__(self, mounts: Mapping[str, Application]) -> None:
        self._mounts = sorted(mounts.items(), key=lambda pair: -len(pair[0]))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        path = scope.get("path", "/")
        for prefix, application in self._mounts:
            if path == prefix or path.startswith(prefix.rstrip("/") + "/") or prefix == "/":
                await application(scope, receive, send)
                return


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
