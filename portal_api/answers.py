"""Models to responses: canonical bytes, a strong ETag where the answer can be asked for again. Knows no resource."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel

from hub.canonical.document import canonical_bytes


def body(model: BaseModel) -> bytes:
    """RFC 8785 bytes; absent means absent."""
    return canonical_bytes(model.model_dump(mode="json", by_alias=True, exclude_none=True))


def answered(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The model as JSON."""
    return Response(body(model), status_code=status, media_type="application/json", headers=headers)


def tagged(request: Request, model: BaseModel, headers: dict[str, str] | None = None) -> Response:
    """The same with an ETag (RFC 9110, section 8.8.3), or 304 when the caller has it already."""
    raw = body(model)
    tag = f'"{hashlib.blake2b(raw, digest_size=16).hexdigest()}"'
    extra = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, X-Api-Key", **(headers or {})}
    if _has(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=304, headers=extra)
    return Response(raw, media_type="application/json", headers=extra)


def _has(lines: list[str], tag: str) -> bool:
    known = [one.strip().removeprefix("W/") for line in lines for one in line.split(",")]
    return "*" in known or tag in known
