"""What one author says in one message, and the results of understanding and folding it. Knows no storage and no format."""

import hashlib
from bisect import bisect
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from hub.envelope import Frame
from hub.position import Place
from hub.problem import Problem

RULE = "rule"
"""The action of a ruling (hub/ruling.py): believed before any authority."""

Document = dict[str, Any]
"""A canonical shipment, whole or partial, as plain JSON values (see hub.canonical.document)."""

CLAIM = "claim:"
"""Begins the key of a statement about no shipment: it says that its message is complete about its scope, and nothing else.

A manifest that names fewer waybills than before, or none, withdraws the others by it; the last of several parts those beyond.
"""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement claims to be complete about: a newer message of the slot replaces all it said before."""

    author: str
    kind: str
    scope: str
    part: str = ""

    def id(self) -> str:
        """A short stable name for storage."""
        return hashlib.blake2b("\x1f".join((self.author, self.kind, self.scope, self.part)).encode(), digest_size=16).hexdigest()


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A statement before anyone has admitted it: made by the mapping, pure in the message.

    ``key`` has no sequence (``awb:020-12345675``): the fold opens sequences. ``action`` is replace, add, patch, cancel, or rule.
    ``last``: this part is marked as the last one.
    ``places`` maps a JSON pointer into ``facts`` to where the value stands in the message.
    """

    key: str
    scope: str
    part: str = ""
    last: bool = False
    action: str = "replace"
    facts: Document
    places: dict[str, Place] = {}
    links: list[str] = []


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A stored statement. Ordered by (said_at, received_at, digest); ``digest`` is that of the message and its ordinal in it.

    ``part`` is the number of a part (0: a whole message), ``last`` that it is marked as the last, ``whole`` the slot that the
    message would have if it were whole. ``derived`` is the fold's scratch: what it has worked out from this statement alone, kept
    with it while it is remembered.
    """

    key: str
    slot: str
    kind: str
    action: str
    author: str
    partner: str
    message: str
    said_at: datetime
    received_at: datetime
    digest: str
    facts: Document
    places: dict[str, Place] = {}
    links: list[str] = []
    admitted: bool = True
    live: bool = True
    part: int = 0
    last: bool = False
    whole: str = ""
    derived: dict[Any, Any] = {}

    def order(self) -> tuple[datetime, datetime, str]:
        """The total order of all that was said."""
        return (self.said_at, self.received_at, self.digest)


class Unfit(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a message that stands on its own and is faulty: its first error, and its first and last line."""

    problem: Problem
    first: int
    last: int


def piece_of(said: Said, pieces: Sequence[Unfit]) -> Unfit | None:
    """The piece a statement is made of, by the line of its waybill number; ``pieces`` in the order of their lines."""
    place = said.places.get("/awb")
    at = bisect(pieces, place.line, key=lambda one: one.first) - 1 if place is not None else -1
    return pieces[at] if place is not None and at >= 0 and place.line <= pieces[at].last else None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One message as understood, before anything is stored.

    ``author`` is the party spoken for; ``said_at`` is None when the message declares no time. ``text`` and the frame are kept
    for the answer. ``readable`` is false when nothing can be folded from it: an error-level problem, or no shipment named.
    ``unfit`` are its pieces that cannot be folded although the others can: all error-level problems stand in them.
    """

    ordinal: int
    format: str
    type: str
    version: str
    subject: str
    author: str | None
    said_at: datetime | None
    frame: int | None
    reference: str
    text: str
    line: int
    offset: int
    problems: Sequence[Problem]
    not_carried: Sequence[tuple[int, str]]
    said: Sequence[Said]
    detail: Mapping[str, Any] = {}
    mapping: str = ""
    readable: bool = True
    unfit: Sequence[Unfit] = ()

    def sound(self) -> list[Said]:
        """The statements that may be stored: all but those of pieces that are faulty."""
        return [one for one in self.said if piece_of(one, self.unfit) is None] if self.unfit else list(self.said)


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file as understood: its layers, its messages, its own problems."""

    format: str
    frames: Sequence[Frame]
    readings: Sequence[Reading]
    problems: Sequence[Problem]


class Witness(msgspec.Struct, frozen=True, array_like=True):
    """Who said a value, and where it stands in their message. Positional: thousands are made."""

    message: str
    partner: str
    author: str
    line: int = 0
    column: int = 0
    offset: int = 0
    path: str = ""
    value: Any = None


class Folded(msgspec.Struct, frozen=True, kw_only=True):
    """One shipment as the fold makes it: the document, its canonical bytes (RFC 8785), and beside it who said what."""

    key: str
    document: Document
    raw: bytes
    lineage: dict[str, list[Witness]]
    conflicts: dict[str, list[Witness]]
    witnesses: Sequence[str] = ()
    neighbours: Sequence[str] = ()


class DeliveryPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One message owed to a partner. ``key`` is digest(partner, channel, kind, shipment key, content).

    ``content`` are the canonical bytes this delivery was written for; ``target`` is ``cargo-imp:FWB/17`` and the like.
    """

    key: str
    partner: str
    channel: str
    target: str
    shipment: str
    content: bytes
    ordering: str = "parallel"
