"""Puts a message into the envelope a partner wants: bare, or a Type-B heading. Knows no message's content.

Source: reference/cargo-imp.md section 2.
"""

import re
from datetime import UTC

from hub.envelope import Outgoing
from hub.problem import Code, Problem

LINE_END = "\r\n"
ADDRESSES_PER_LINE = 8
USUAL_PRIORITY = "QK"
_ADDRESS = re.compile(r"[A-Z][A-Z0-9]{6}")


def enveloped(text: str, outgoing: Outgoing) -> tuple[bytes, list[Problem]]:
    """Wire bytes: lines end with CRLF. ``type-b`` writes priority, addresses and origin; a PIMA sender stands behind the time.

    Without an origin address of seven characters in ``outgoing.sender`` no heading can be written: the message stays bare, and
    a problem says so.
    """
    if outgoing.style != "type-b":
        return _wire(text), []
    origin = next((one for one in outgoing.sender.split() if _ADDRESS.fullmatch(one)), None)
    if origin is None:
        return _wire(text), [_no_origin(outgoing)]
    return _wire("\n".join([*_heading(outgoing, origin), text])), []


def _wire(text: str) -> bytes:
    return (text.rstrip("\n").replace("\n", LINE_END) + LINE_END).encode("utf-8")


def _heading(outgoing: Outgoing, origin: str) -> list[str]:
    addresses = outgoing.recipients
    groups = [addresses[place : place + ADDRESSES_PER_LINE] for place in range(0, len(addresses), ADDRESSES_PER_LINE)]
    first, *more = [" ".join(group) for group in groups or [[]]]
    rest = [one for one in outgoing.sender.split() if one != origin]
    stamp = outgoing.at.astimezone(UTC).strftime("%d%H%M")
    return [f"{outgoing.priority or USUAL_PRIORITY} {first}".rstrip(), *more, " ".join([f".{origin}", stamp, *rest])]


def _no_origin(outgoing: Outgoing) -> Problem:
    return Problem(
        code=Code.NOT_EXPRESSIBLE,
        message="no Type-B heading without an origin address: put one (seven characters) into the sender",
        segment="heading",
        element="origin",
        found=outgoing.sender or None,
        expected="seven letters and digits",
    )
