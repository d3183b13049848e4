"""Bodies that a node compressed although it was asked not to: taken apart within a bound. Knows no HTTP."""

import zlib

WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""How :mod:`zlib` is told of each encoding (RFC 9110, section 8.4.1)."""


def plain(body: bytes, encoding: str, most: int) -> tuple[bytes, bool]:
    """The body as it was before it was compressed, at most so many bytes of it, and whether that is all of it.

    An encoding that is not known, and bytes that are not what it says, are left as they are.
    """
    window = WINDOWS.get(encoding.strip().lower())
    if window is None:
        return body, True
    apart = zlib.decompressobj(window)
    try:
        found = apart.decompress(body, most)
    except zlib.error:
        return body, True
    return found, apart.eof
