"""The bytes of a request, read within bounds while they come: raw, or the one file of a form. Knows no format."""

import asyncio

from fastapi import Request
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import UploadFile
from starlette.types import Message

from portal_api.problems import ProblemError

_LONGEST_NAME = 200
_FORM_LIMITS = {"max_files": 2, "max_fields": 20}


class Limits(BaseModel):
    """Bounds of one request: bytes of the body, seconds to send it, seconds to wait when the hub is busy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = 67_108_864
    body_seconds: float = 60.0
    retry_after_seconds: int = 30


class Upload(BaseModel):
    """What was handed in. ``name`` and ``media`` are what the sender calls it, for the record and never believed."""

    model_config = ConfigDict(frozen=True)

    raw: bytes
    name: str = ""
    media: str = ""


def _too_large(limit: int) -> ProblemError:
    return ProblemError(413, f"The body may have {limit} bytes. Send the messages in several requests.")


def _declared(request: Request, limits: Limits) -> None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise ProblemError(415, "The body must not be compressed.", headers={"Accept-Encoding": "identity"})
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > 15 or int(length) > limits.max_bytes):
        raise _too_large(limits.max_bytes)


def _bounded(request: Request, limit: int) -> Request:
    """The same request, whose body stops with a problem at the limit."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise _too_large(limit)
        return message

    return Request(request.scope, receive)


async def taken_in(request: Request, limits: Limits) -> Upload:
    """The body, or the one file of a multipart form. Raises ProblemError for what is too large, too slow, empty or unreadable."""
    _declared(request, limits)
    media = plain(request.headers.get("content-type", ""))
    bounded = _bounded(request, limits.max_bytes)
    try:
        async with asyncio.timeout(limits.body_seconds):
            if media.lower().startswith("multipart/form-data"):
                upload = await _form(bounded)
            else:
                upload = Upload(raw=await bounded.body(), media=media)
    except TimeoutError:
        raise ProblemError(408, f"The body did not come within {limits.body_seconds:g} seconds.") from None
    if not upload.raw:
        raise ProblemError(422, "There is nothing in the body. Send a message as the body, or as the one file of a form.")
    return upload


async def _form(request: Request) -> Upload:
    async with request.form(max_files=_FORM_LIMITS["max_files"], max_fields=_FORM_LIMITS["max_fields"]) as form:
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        if len(files) != 1:
            raise ProblemError(422, f"The form must have one file; it has {len(files)}.")
        file = files[0]
        return Upload(
            raw=await file.read(),
            name=plain((file.filename or "").replace("\\", "/").rpartition("/")[2]),
            media=plain(file.content_type or ""),
        )


def plain(text: str) -> str:
    """A sender's text made safe to keep: printable, at most 200 characters."""
    return "".join(char for char in text if char.isprintable())[:_LONGEST_NAME]
