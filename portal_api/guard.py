"""Around every answer: security headers, and no fault of ours shown as a trace. Plain ASGI; knows no resource."""

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.logs import origin
from portal_api.problems import problem

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_log = structlog.get_logger("portal")


class Guard:
    """The outermost layer of the portal."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an unforeseen fault is logged and answered 500 when nothing was sent yet."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _set_headers(message)
            await send(message)

        try:
            await self.app(scope, receive, guarded)
        except ClientDisconnect:
            _log.info("client went away", path=scope["path"])
        except Exception as fault:
            _log.error("internal fault", path=scope["path"], fault=origin(fault))
            if started:
                raise
            await problem(500, "A fault of ours; it is logged. Try again later.")(scope, receive, guarded)


def _set_headers(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-store")
