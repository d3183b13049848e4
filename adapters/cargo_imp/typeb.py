"""Puts a message into the envelope a partner wants: bare, or a Type-B heading. Knows no message's content.

Source: reference/cargo-imp.md section 2.
"""

import re

from hub.envelope import Outgoing

LINE_END = "\r\n"
ADDRESSES_PER_LINE = 8
_ADDRESS = re.compile(r"[A-Z][A-Z0-9]{6}")


def enveloped(text: str, outgoing: Outgoing) -> bytes:
    """Wire bytes: lines end with CRLF. ``type-b`` writes priority, addresses and origin; a PIMA sender stands behind the time."""
    lines = text.rstrip("\n").split("\n")
    if outgoing.style == "type-b":
        lines = [*_heading(outgoing), *lines]
    return (LINE_END.join(lines) + LINE_END).encode("utf-8")


def _heading(outgoing: Outgoing) -> list[str]:
    addresses = outgoing.recipients or []
    groups = [addresses[place : place + ADDRESSES_PER_LINE] for place in range(0, len(addresses), ADDRESSES_PER_LINE)]
    priority = outgoing.priority or "QK"
    first = [f"{priority} {' '.join(group)}".strip() if place == 0 else " ".join(group) for place, group in enumerate(groups or [[]])]
    time = outgoing.at.strftime("%d%H%M")
    sender = outgoing.sender.split()
    origin = next((one for one in sender if _ADDRESS.fullmatch(one)), None)
    rest = [one for one in sender if one != origin]
    return [*first, " ".join([f".{origin or 'XXXXXXX'}", time, *rest])]
