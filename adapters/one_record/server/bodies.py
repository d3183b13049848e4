"""Reads request bodies, bounded in size and time whatever their headers claim. Knows no route."""

import anyio
from starlette.requests import ClientDisconnect, Request

from adapters.one_record.server.errors import BODY, Detail, Refusal, refused

SECONDS = 60.0


async def read(request: Request, most: int) -> bytes:
    """The whole body. Raises Refusal (400, 413)."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:18]) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        with anyio.fail_after(SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise _too_large(most)
    except (TimeoutError, ClientDisconnect):
        raise refused("The body ended, or stood still, before it was complete. Nothing was taken in.", about=BODY) from None
    return bytes(body)


def _too_large(most: int) -> Refusal:
    return Refusal(413, Detail(message=f"At most {most} bytes are taken."), headers={"Connection": "close"})
