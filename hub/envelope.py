"""What arrives, as it arrives, and the layers found around the messages in it. Knows no meaning of any message."""

from datetime import datetime

import msgspec

from hub.problem import Problem


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes one partner handed over at once, as stored. ``received_at`` is set once and kept by every replay.

    ``said_at`` is when the channel says it was said (``Last-Modified``), for what declares no time itself.
    """

    id: str
    partner: str
    channel: str
    received_at: datetime
    digest: str
    raw: bytes
    media: str = ""
    name: str = ""
    said_at: datetime | None = None


class Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One wire envelope around messages: a Type-B heading, a UNB … UNZ interchange, a notification.

    ``author`` is the party spoken for, as the wire names it (PIMA, Type-B origin, UNB sender); ``said_at`` the declared
    time in ISO 8601, without offset when the wire gives none (then UTC by the standard). The qualifiers and ``syntax``
    (``UNOC:3``) are UNB's, for the answer.
    """

    layer: str
    priority: str | None = None
    origin: str | None = None
    recipients: list[str] = []
    sender: str | None = None
    control_reference: str | None = None
    said_at: str | None = None
    author: str | None = None
    sender_qualifier: str | None = None
    recipient_qualifier: str | None = None
    syntax: str | None = None
    possible_duplicate: bool = False
    test: bool = False


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The text of one message and where it begins in the decoded file.

    ``format`` may differ from the file's own (Cargo-IMP inside UNB): then the pipeline asks that format to split again.
    ``syntax`` is what the reader must know of the layer around, in the format's own form (EDIFACT: the six characters of UNA
    and the syntax version); ``encoding`` and ``byte_offset`` turn an offset into bytes of the file. ``problems`` are those
    of this message that only its interchange shows (a reference used twice).
    """

    format: str
    type: str
    version: str
    text: str
    line: int = 1
    column: int = 1
    offset: int = 0
    frame: int | None = None
    reference: str = ""
    syntax: str = ""
    encoding: str = ""
    byte_offset: int = 0
    problems: list[Problem] = []


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """An input taken apart: its layers, its messages in order, and the problems of the file or interchange as a whole."""

    format: str
    frames: list[Frame] = []
    parts: list[Part] = []
    problems: list[Problem] = []


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """All a writer may know of a delivery beside the shipment: allotted and stored once, so a retry is byte-identical.

    ``style`` chooses the wire envelope by the format's own words (``bare``, ``type-b``, ``interchange``).
    """

    message_id: str
    control_reference: str
    at: datetime
    sender: str = ""
    recipients: list[str] = []
    style: str = "bare"
    priority: str = ""
    test: bool = False


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer made: one or more byte strings (parts of one message), and what it could not express."""

    raws: list[bytes]
    problems: list[Problem] = []
