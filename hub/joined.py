"""What a format that knows linked objects is asked for when objects arrive one by one: which of those held now say something of a
shipment together. Knows no SQL and no wire format.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from hub.objects import HeldEvent, HeldObject


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """An object that is new or has a new revision; with ``event``, its event of that id is new."""

    object: str
    event: str = ""


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """A document that says what one object or event, with all it leads to, says of shipments.

    ``by`` is whose word it is, ``said_at`` when its own words were last changed. ``about``: whose words it carries whole, the
    speaker's first: the ids of objects, or the :func:`event_word` of an event.
    """

    by: str
    name: str
    raw: bytes
    said_at: datetime
    about: Sequence[str] = ()


def event_word(object: str, event: str) -> str:
    """What an event's own words are called."""
    return f"{object}/{event}"


class Shelf(Protocol):
    """The objects of a node as they lie there, by their ids."""

    def objects(self, ids: Sequence[str]) -> Mapping[str, HeldObject]:
        """The newest revisions; unknown ids are left out."""

    def linking(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """The objects posted by anybody that refer to each of these."""

    def events(self, ids: Sequence[str]) -> Sequence[HeldEvent]:
        """The events that somebody posted to these."""


class Joiner(Protocol):
    """The part of a format that joins objects through their links. Deterministic in what lies on the shelf."""

    def tellings(self, base: str, touched: Sequence[Touched], shelf: Shelf) -> Sequence[Telling]:
        """What is to be said again, or for the first time, because of what is touched.

        ``base`` is the address below which objects live. Whatever came last: once all are touched the same is said.
        """
