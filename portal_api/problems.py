"""Every error as problem+json (RFC 9457), with the same words for what is unknown and what is somebody else's."""

import http
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from hub.canonical.document import canonical_bytes
from portal_api.models import Fault, ProblemDocument

MEDIA = "application/problem+json"


class ProblemError(Exception):
    """A request that is answered with a problem."""

    def __init__(
        self, status: int, detail: str, *, faults: list[Fault] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = faults
        self.headers = headers


def unknown() -> ProblemError:
    """Nothing of that name, or nothing that the caller may see: equal to the byte."""
    return ProblemError(404, "There is nothing here that you may see.")


def problem(
    status: int, detail: str | None = None, faults: list[Fault] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document as a response."""
    title = http.HTTPStatus(status).phrase
    name = title.lower().replace(" ", "-").replace("'", "")
    document = ProblemDocument(
        type=f"urn:waybridge:problem:{name}", title=title, status=status, detail=detail, errors=faults or None
    )
    body = canonical_bytes(document.model_dump(mode="json", by_alias=True, exclude_none=True))
    return Response(body, status_code=status, media_type=MEDIA, headers={**(headers or {}), "Cache-Control": "no-store"})


def tell_problems(app: FastAPI) -> None:
    """Turn every error of the application into a problem."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)  # noqa: S101 - narrowing for the type checker
        return problem(error.status, error.detail, error.faults, error.headers)

    async def starlettes(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - narrowing for the type checker
        detail = unknown().detail if error.status_code == 404 else _DETAILS.get(error.status_code)
        return problem(error.status_code, detail, None, error.headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - narrowing for the type checker
        faults = [_fault(one) for one in error.errors()]
        return problem(422, "Some part of the request does not have the form it must have.", faults)

    app.add_exception_handler(ProblemError, ours)
    app.add_exception_handler(HTTPException, starlettes)
    app.add_exception_handler(RequestValidationError, invalid)


_DETAILS = {
    400: "The request cannot be read.",
    405: "This method is not for this resource; Allow says which are.",
}


def _fault(error: Any) -> Fault:
    where, *path = [str(step) for step in error["loc"]]
    return Fault(detail=error["msg"], location=where, name="/".join(path) or None)
