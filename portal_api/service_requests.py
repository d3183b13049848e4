"""Requests for service: taken in as messages like any other, and what became of them. Writes only by the intake."""

import base64
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from hub.canonical.calendar import stamp
from hub.ports import Arrival, Identity, Intake, IntakeRefused, ReadSide, Received, RequestView, StoredAnswer
from portal_api.answers import answered
from portal_api.bodies import Limits, Upload, taken_in
from portal_api.models import Accepted, FormatAnswer, RequestMessage, RequestProblem, ServiceRequest
from portal_api.problems import ProblemError, unknown
from portal_api.security import Caller

CHANNEL = "portal"
_UNFINISHED = ("received", "split")
_STATES = frozenset({*_UNFINISHED, "applied", "partly_applied", "rejected", "dead", "duplicate", "discarded"})
_POINTED = frozenset({"partner", "one-record"})
_REFUSALS = {"full": 503, "busy": 503, "too-large": 413, "unknown-partner": 403}

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="Welcome, and not needed: the same bytes of one sender are the same request, whatever the key.",
    ),
]


def request_routes(read: ReadSide, intake: Intake, identify: Caller, limits: Limits) -> APIRouter:
    """``POST /v1/service-requests`` and ``GET /v1/service-requests/{id}``."""
    routes = APIRouter(prefix="/v1/service-requests", tags=["service requests"])

    @routes.post("", status_code=202, response_model=Accepted, operation_id="submitRequest", summary="Book, or instruct")
    async def submit(request: Request, identity: Annotated[Identity, Depends(identify)], key: Key = None) -> Response:
        upload = await taken_in(request, limits)
        received = await run_in_threadpool(_receive, intake, identity, upload, limits)
        accepted = Accepted(id=received.id, status=received.status)
        return answered(accepted, 202, {"Location": f"{request.url.path}/{received.id}"})

    @routes.get("/{id}", response_model=ServiceRequest, operation_id="getRequest", summary="What became of it")
    def became(
        id: Annotated[str, Path(min_length=1, max_length=128)], identity: Annotated[Identity, Depends(identify)]
    ) -> Response:
        view = read.request(id, identity.partner)
        if view is None:
            raise unknown()
        return answered(_told(view, intake.answer(id)))

    return routes


def _receive(intake: Intake, identity: Identity, upload: Upload, limits: Limits) -> Received:
    arrival = Arrival(partner=identity.partner, channel=CHANNEL, raw=upload.raw, name=upload.name, media=upload.media)
    try:
        return intake.receive(arrival)
    except IntakeRefused as refused:
        status = _REFUSALS.get(refused.reason, 503)
        headers = {"Retry-After": str(limits.retry_after_seconds)} if status == 503 else None
        raise ProblemError(status, f"Nothing was stored ({refused.reason}). Keep the message.", headers=headers) from refused


def state_of(view: RequestView) -> str:
    """The state of a whole request in the words of canonical.md: its messages' where they agree, unfinished while one is."""
    states = {str(one.get("state")) for one in view.messages}
    if not states or view.state in _UNFINISHED:
        states.add(view.state)
    unfinished = [one for one in (*_UNFINISHED, "partly_applied") if one in states]
    if unfinished:
        return unfinished[0]
    if len(states) == 1:
        only = states.pop()
        return only if only in _STATES else "rejected"
    return "partly_applied" if "applied" in states else "rejected"


def _told(view: RequestView, stored: StoredAnswer | None) -> ServiceRequest:
    state = state_of(view)
    return ServiceRequest(
        id=view.id,
        state=state,
        pending=state in _UNFINISHED,
        received_at=stamp(view.received_at),
        messages=[_message(one) for one in view.messages],
        problems=[RequestProblem.model_validate(one) for one in view.problems],
        keys=list(view.keys),
        answers=[_answer(raw) for raw in stored.answers] if stored is not None else [],
    )


def _message(row: Mapping[str, Any]) -> RequestMessage:
    pointed = row.get("format") in _POINTED
    problems = [{**one, "pointer": one.get("path") if pointed else None} for one in row.get("problems", ())]
    return RequestMessage.model_validate({**row, "problems": problems})


def _answer(raw: bytes) -> FormatAnswer:
    try:
        return FormatAnswer(text=raw.decode())
    except UnicodeDecodeError:
        return FormatAnswer(base64=base64.b64encode(raw).decode())
