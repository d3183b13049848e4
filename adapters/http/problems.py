"""Errors of the intake as ``application/problem+json`` (RFC 9457), the security headers, and the last net under a request.

Knows no route.
"""

import json
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_TITLES = {
    400: "Bad request",
    401: "Not identified",
    403: "Not permitted",
    404: "Not found",
    405: "Method not allowed",
    408: "The body took too long",
    413: "Too large",
    422: "Not acceptable as a message",
    500: "A fault of ours",
    503: "Not now",
}


class ProblemError(Exception):
    """An answer that is a problem: status, detail, and headers that go with it."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """The answer ``{"type", "title", "status", "detail"}``."""
    told = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "detail": detail}
    return Response(json.dumps(told), status_code=status, headers=headers, media_type="application/problem+json")


def tell_problems(app: FastAPI) -> None:
    """Answer every error of the application as a problem, unknown routes and methods included."""

    def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)  # noqa: S101
        return problem(error.status, error.detail, error.headers)

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        told = {404: f"There is nothing at {request.url.path[:200]}.", 405: f"{request.method[:20]} is not possible here."}
        return problem(error.status_code, told.get(error.status_code, "The request cannot be served."), dict(error.headers or {}))

    def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        places = ", ".join(".".join(str(step) for step in one["loc"]) for one in error.errors())
        return problem(422, f"Not valid: {places[:300]}.")

    app.add_exception_handler(ProblemError, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_middleware(Guard)


class Guard:
    """Adds the security headers, and turns an unforeseen exception into a bare 500 and a line in our log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(message)
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception as error:
            _log(error, scope)
            if begun:
                raise
            await problem(500, "The fault is ours and is in our log. Try again later.")(scope, receive, guarded)


def _log(error: Exception, scope: Scope) -> None:
    """Where it happened and the first line of what was said; never the values in the frames, which may be a message's."""
    said = str(error).partition("\n")[0][:200]
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-8:]]
    log.error("intake.fault", method=scope["method"], path=scope["path"], error=type(error).__name__, said=said, where=where)


def _add_headers(message: MutableMapping[str, Any]) -> None:
    present = {name.lower() for name, _ in message["headers"]}
    added = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
    message["headers"] = [*message["headers"], *((name, value) for name, value in added if name not in present)]
