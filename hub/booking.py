"""The port of a booking system behind the hub: a request for space and its answer. Knows no format and no booking system."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec


class BookingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request for space in canonical terms: ``document`` is what the message says (canonical.md).

    Its flights are ``document["bookings"][0]["flights"]``, each with a status that asks (NN, NA, NL), reports a sale (SS, CA)
    or cancels (XX). ``id`` is the same when the same request is asked again: a desk must not book twice for it.
    """

    id: str
    partner: str
    author: str
    received_at: datetime
    document: Mapping[str, Any]


class BookingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A status for each flight of the request, in its order (KK, UU, UN, LL, CN, HK, HN, HL).

    ``remarks`` are told as other service information: at most two, of at most 65 characters.
    """

    statuses: Sequence[str]
    remarks: Sequence[str] = ()


class BookingDesk(Protocol):
    """A booking system behind the hub. Named by ``booking_desk`` in waybridge.toml as the dotted name of its factory."""

    def answer(self, request: BookingRequest) -> BookingAnswer | None:
        """What is answered now; None when the booking system will answer later by a message of its own.

        Asked outside any transaction, but by the worker: it answers in a second or says None. What it raises is a dead letter.
        """
