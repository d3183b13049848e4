"""Reads request bodies, plain or compressed, bounded in size and time whatever their headers claim. Knows no route."""

import zlib

import anyio
from starlette.requests import ClientDisconnect, Request

from adapters.one_record.server.errors import BODY, Detail, Refusal, refused

SECONDS = 60.0
FURTHER = 4
"""Times as much as is taken is read, and not kept: closed with bytes unread, a connection is reset and our answer with it."""


GZIP = 16 + zlib.MAX_WBITS
PLAIN = ("", "identity")


async def read(request: Request, most: int) -> bytes:
    """The whole body as its Content-Type means it; ``most`` bounds it before and after. Raises Refusal (400, 413, 415)."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in (*PLAIN, "gzip", "x-gzip"):
        message = f"The body is {encoding[:60]!r}; this server reads gzip, and what is not compressed."
        raise Refusal(415, Detail(message=message), headers={"Accept-Encoding": "gzip"})
    raw = await _raw(request, most)
    return raw if encoding in PLAIN else _opened(raw, most)


def _opened(raw: bytes, most: int) -> bytes:
    try:
        opening = zlib.decompressobj(GZIP)
        body = opening.decompress(raw, most + 1)
    except zlib.error:
        raise refused("The body is said to be gzip, and is not.", about=BODY) from None
    if len(body) > most:
        raise _too_large(most)
    if not opening.eof or opening.unused_data:
        raise refused("The gzip body ends too early, or goes on after its end.", about=BODY)
    return body


async def _raw(request: Request, most: int) -> bytes:
    declared = _declared(request)
    asks_first = "100-continue" in request.headers.get("expect", "").lower()
    if declared > FURTHER * most or (declared > most and asks_first):
        raise _too_large(most)
    body, seen = bytearray(), 0
    try:
        with anyio.fail_after(SECONDS):
            async for chunk in request.stream():
                seen += len(chunk)
                if seen <= most:
                    body += chunk
                elif seen > FURTHER * most:
                    break
    except (TimeoutError, ClientDisconnect):
        raise refused("The body ended, or stood still, before it was complete. Nothing was taken in.", about=BODY) from None
    if seen > most:
        raise _too_large(most)
    return bytes(body)


def _declared(request: Request) -> int:
    text = request.headers.get("content-length", "")
    return int(text[:18]) if text.isascii() and text.isdigit() else 0


def _too_large(most: int) -> Refusal:
    return Refusal(413, Detail(message=f"At most {most} bytes are taken."), headers={"Connection": "close"})
