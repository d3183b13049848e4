"""The HTTP intake: a partner posts the bytes of a message, of any format, and is answered when they are stored.

Knows no format; what became of a message is the intake's to say.
"""

import base64
from collections.abc import Callable
from typing import Any

import anyio
import msgspec
from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from adapters.http.problems import ProblemError, tell_problems
from hub.channel import shown_name
from hub.ports import Accounts, Arrival, Doors, Identity, Intake, IntakeRefused, Received, StoredAnswer

_LONGEST_KEY = 512


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of one request. ``bodies`` is how many are read at once; more are told to come back."""

    max_bytes: int = 20_971_520
    body_seconds: float = 60.0
    retry_after_seconds: int = 30
    bodies: int = 64


def always() -> bool:
    """Readiness of a hub nobody asked about."""
    return True


def create(
    intake: Intake, accounts: Accounts, limits: Limits | None = None, *, channel: str = "http", ready: Callable[[], bool] = always
) -> FastAPI:
    """The application.

    ``POST /v1/messages``: 202 ``{"id", "status": "received"}``; the same bytes again 200 ``{"id", "status": "duplicate",
    "state", "answers"}`` or, while pending, 202 ``{"id", "status": "duplicate", "state"}``. ``GET /v1/messages/{id}``: 200
    ``{"id", "pending", "state", "answers"}`` for the sender's own, else 404. An answer is ``{"text"}``, or ``{"base64"}``
    when it is not UTF-8. ``GET /healthz/live`` and ``/healthz/ready`` (200 or 503 by ``ready``). All errors are problem+json.
    """
    bounds = limits or Limits()
    app = FastAPI(title="Waybridge intake", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    tell_problems(app)
    _add_messages(app, intake, _caller(accounts), _Bodies(bounds), channel)
    _add_health(app, ready, bounds)
    return app


def mount(doors: Doors) -> FastAPI:
    """The application behind the hub's doors, for the configuration's ``mounts``."""
    limits = Limits(max_bytes=doors.max_bytes)
    return create(doors.intake, doors.accounts, limits, ready=doors.ready)


def _add_messages(app: FastAPI, intake: Intake, caller: Callable[..., Any], bodies: "_Bodies", channel: str) -> None:
    identified = Depends(caller)

    @app.post("/v1/messages")
    async def receive(request: Request, identity: Identity = identified) -> JSONResponse:
        if identity.kind == "customer":
            raise ProblemError(403, "Messages are taken from partners. A customer uses /v1/service-requests.")
        raw = await bodies.read(request)
        if not raw:
            raise ProblemError(422, "The body is empty. Send the bytes of the message as the body.")
        media = shown_name(request.headers.get("content-type", ""))
        arrival = Arrival(partner=identity.partner, channel=channel, raw=raw, media=media)
        received = await run_in_threadpool(_receive, intake, arrival, bodies.limits)
        return await run_in_threadpool(_told, intake, received)

    @app.get("/v1/messages/{id}")
    async def answer(id: str, identity: Identity = identified) -> JSONResponse:
        stored = await run_in_threadpool(intake.answer, id)
        if stored is None or stored.partner != identity.partner:
            raise ProblemError(404, "There is no such message of yours.")
        return JSONResponse({"id": stored.id, "pending": stored.pending, "state": stored.state, "answers": _answers(stored)})


def _add_health(app: FastAPI, ready: Callable[[], bool], limits: Limits) -> None:
    @app.get("/healthz/live")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "live"})

    @app.get("/healthz/ready")
    async def is_ready() -> JSONResponse:
        if not await run_in_threadpool(ready):
            raise ProblemError(503, "The hub is not ready to take messages.", {"Retry-After": str(limits.retry_after_seconds)})
        return JSONResponse({"status": "ready"})


def _caller(accounts: Accounts) -> Callable[..., Any]:
    async def identified(request: Request) -> Identity:
        key = _key(request)
        identity = await run_in_threadpool(accounts.identify, key) if key else None
        if identity is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="waybridge"'}
            raise ProblemError(401, "Send your API key as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'.", challenge)
        return identity

    return identified


def _key(request: Request) -> str:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    key = credentials.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    return key if len(key) <= _LONGEST_KEY and key.isascii() else ""


class _Bodies:
    """Reads request bodies, bounded in size, time and number whatever their headers claim."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._reading = 0

    async def read(self, request: Request) -> bytes:
        self._refuse_declared(request.headers.get("content-length", ""))
        if self._reading >= self.limits.bodies:
            raise _busy("Too many messages are being sent at once.", self.limits)
        self._reading += 1
        try:
            with anyio.fail_after(self.limits.body_seconds):
                return await self._gathered(request)
        except TimeoutError:
            raise ProblemError(408, f"The body was not complete after {self.limits.body_seconds:g} seconds.", _CLOSE) from None
        except ClientDisconnect:
            raise ProblemError(400, "The connection ended before the body was complete. Nothing was taken in.") from None
        finally:
            self._reading -= 1

    async def _gathered(self, request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self.limits.max_bytes:
                raise self._too_large()
        return bytes(body)

    def _refuse_declared(self, length: str) -> None:
        if length.isascii() and length.isdigit() and int(length[:18]) > self.limits.max_bytes:
            raise self._too_large()

    def _too_large(self) -> ProblemError:
        return ProblemError(413, f"The body has more than {self.limits.max_bytes} bytes. Send smaller messages.", _CLOSE)


_CLOSE = {"Connection": "close"}


def _busy(detail: str, limits: Limits) -> ProblemError:
    return ProblemError(503, f"{detail} Nothing was taken in: send it again.", {"Retry-After": str(limits.retry_after_seconds)})


def _receive(intake: Intake, arrival: Arrival, limits: Limits) -> Received:
    try:
        return intake.receive(arrival)
    except IntakeRefused as refusal:
        if refusal.reason in ("busy", "full"):
            raise _busy(f"The hub is {refusal.reason}.", limits) from refusal
        if refusal.reason == "too-large":
            raise ProblemError(413, "The message is larger than the hub takes in.") from refusal
        raise ProblemError(403, "The hub takes no messages from this partner. Ask its operator.") from refusal


def _told(intake: Intake, received: Received) -> JSONResponse:
    where = {"Location": f"/v1/messages/{received.id}"}
    if received.status != "duplicate":
        return JSONResponse({"id": received.id, "status": received.status}, status_code=202, headers=where)
    stored = intake.answer(received.id)
    if stored is None or stored.pending:
        state = "received" if stored is None else stored.state
        return JSONResponse({"id": received.id, "status": "duplicate", "state": state}, status_code=202, headers=where)
    told = {"id": received.id, "status": "duplicate", "state": stored.state, "answers": _answers(stored)}
    return JSONResponse(told, status_code=200, headers=where)


def _answers(stored: StoredAnswer) -> list[dict[str, str]]:
    return [_shown_answer(raw) for raw in stored.answers]


def _shown_answer(raw: bytes) -> dict[str, str]:
    try:
        return {"text": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode("ascii")}
