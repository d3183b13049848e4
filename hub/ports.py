"""The doors between the hub and the world: small protocols that adapters implement or are handed. Knows no adapter."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import msgspec

from hub.booking import BookingDesk as BookingDesk
from hub.envelope import Frame, Outgoing, Part, Split, Written
from hub.problem import Problem
from hub.syntax import Message


class Format(Protocol):
    """A wire format, both directions. Pure: nothing here touches the world, and no input makes it raise."""

    name: str

    def sniff(self, head: bytes) -> int:
        """How sure, 0 to 100, that a file beginning with these bytes (up to 4,096) is of this format."""

    def split(self, raw: bytes) -> Split:
        """Take a file apart into layers and messages. Bad input gives problems in the split."""

    def read(self, part: Part) -> Message:
        """Read one message into a tree and check it against its layout; reading resumes after a fault."""

    def write(self, message: Message, outgoing: Outgoing) -> Written:
        """Write a tree in the wire's own form; what the layout cannot hold is a problem, never cut in silence."""

    def supports(self) -> Sequence[tuple[str, str]]:
        """The (type, version) pairs that have a layout of their own, in the canonical spelling: ``FWB``, ``17``."""

    def table(self, type: str, version: str) -> tuple[str, str] | None:
        """The (type, version) whose layout and mapping read this one: itself, the nearest approximation, or none."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one received message, to be told to its sender.

    ``wanted`` is false when the sender asked not to be told of this kind of outcome: a format that answers each message alone
    leaves it out; one that answers a whole interchange tells it with the others, as silence would mean something else.
    ``remark`` goes with an acceptance, where the format has a place for words; ``line`` is the message's first in its file.
    """

    accepted: bool
    type: str
    version: str
    text: str
    frame: Frame | None
    reference: str
    problems: Sequence[Problem]
    wanted: bool = True
    remark: str = ""
    line: int = 1


class Acknowledger(Protocol):
    """Writes a format's own answer: FMA or FNA, CONTRL."""

    def acknowledge(self, outcomes: Sequence[Outcome], outgoing: Outgoing) -> Written | None:
        """One answer for the messages of one envelope; none where the format forbids it (never an answer to an answer)."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One file or request body handed to the hub by a channel.

    ``said_at`` is when it was said, where the channel knows (``Last-Modified`` of what was fetched): for messages in it that
    declare no time themselves. ``about``: the ids of posted objects (``object``) and events (``object/event``) whose words it
    carries, that of the speaker first.
    """

    partner: str
    channel: str
    raw: bytes
    name: str = ""
    media: str = ""
    said_at: datetime | None = None
    about: Sequence[str] = ()


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """The durable answer to an arrival: committed before it is returned. ``status`` is ``received`` or ``duplicate``."""

    id: str
    status: str
    sha256: str


class StoredAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub has to say about an earlier arrival: the stored acknowledgements, or nothing while it is pending.

    ``partner`` is whose arrival it was: a channel shows the answer to nobody else, and to nobody when it is empty.
    """

    id: str
    pending: bool
    state: str
    answers: Sequence[bytes] = ()
    partner: str = ""


class Intake(Protocol):
    """Where every channel hands in what arrived."""

    def receive(self, arrival: Arrival) -> Received:
        """Commit the bytes and say so. Raises :class:`hub.ports.IntakeRefused` only when nothing was stored."""

    def answer(self, id: str) -> StoredAnswer | None:
        """What became of an arrival, for a sender who hands in the same bytes again."""


class IntakeRefused(Exception):
    """The arrival was not stored; the sender must keep it. ``reason`` is one of full, busy, too-large, unknown-partner."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of one delivery attempt and the key the receiver can recognise a repetition by."""

    key: str
    name: str
    raw: bytes
    media: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the other side said to a delivery, for the record. ``reference`` is theirs (a Location, a file name)."""

    reference: str = ""
    text: str = ""


class DeliveryError(Exception):
    """Why a delivery attempt did not succeed; the class says what the hub does next.

    DeliveryError
    ├── Retriable       try again by the partner's schedule (refused connection, 5xx, 429); ``retry_after`` in seconds
    ├── Unknown         sent, but the answer was lost: may have arrived; tried again under the same key
    ├── Refused         the partner said no for good (4xx): not retried until something changes
    └── Misconfigured   no such host key, bad credentials, private address: stop and tell an operator
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Retriable(DeliveryError):
    """Try again later."""


class Unknown(DeliveryError):
    """The answer was lost."""


class Refused(DeliveryError):
    """The partner refused for good."""


class Misconfigured(DeliveryError):
    """Our own configuration is wrong."""


class Sender(Protocol):
    """One partner's outbound channel, opened by its factory with the partner's settings."""

    def deliver(self, parcel: Parcel) -> Receipt:
        """Hand over or raise a :class:`DeliveryError`. Same key, same bytes: the receiver may see it twice."""

    def close(self) -> None:
        """Let go of connections."""


class Poller(Protocol):
    """One partner's inbound channel that must be asked: an SFTP folder, a drop folder."""

    def poll(self, intake: Intake) -> int:
        """Fetch what is there, hand it to the intake, and only then move it away; the number handed in."""

    def close(self) -> None:
        """Let go of connections."""


class Clock(Protocol):
    """The only source of now."""

    def now(self) -> datetime:
        """An aware UTC time."""


class ShipmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment as shown: its canonical document, revision, and when that revision was made."""

    key: str
    document: dict[str, Any]
    revision: int
    updated_at: datetime
    lineage: dict[str, Any] = {}
    conflicts: dict[str, Any] = {}


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for; all given fields must hold. ``since`` and ``until`` bound the last change (until: before it).

    ``date_from`` and ``date_to``, both included, bound the day of the first flight, or of issue where no flight is known.
    """

    awb: str = ""
    house: str = ""
    reference: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    date_from: date | None = None
    date_to: date | None = None
    limit: int = 50
    cursor: str = ""


class ShipmentPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a search, and the cursor of the next, if there is one."""

    items: Sequence[ShipmentView]
    next: str = ""


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A handed-in envelope as its sender may see it: its messages with states and problems, and the shipments they speak of.

    ``problems`` are those of the file as a whole.
    """

    id: str
    state: str
    received_at: datetime
    messages: Sequence[dict[str, Any]]
    keys: Sequence[str]
    problems: Sequence[dict[str, Any]] = ()


class ReadSide(Protocol):
    """Projections for those who only look. ``sight`` lists identities that open a shipment (hub/admission.py); None opens all."""

    def shipment(self, awb: str, sight: Sequence[str] | None, at: datetime | None = None) -> ShipmentView | None:
        """The newest shipment of a waybill number (``020-12345675``, or with ``:2`` for a sequence); None unseen or unknown."""

    def search(self, query: Search, sight: Sequence[str] | None) -> ShipmentPage:
        """Shipments by newest change first, keyset cursor stable under inserts and changes, documents without provenance.

        Raises ValueError for a bad cursor.
        """

    def request(self, id: str, partner: str) -> RequestView | None:
        """An envelope that this partner handed in; None when unknown or another's."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling: a partner or customer by API key; ``sight`` are the identities that open shipments to it (None: all)."""

    partner: str
    kind: str
    sight: Sequence[str] | None = ()


class Accounts(Protocol):
    """API keys."""

    def identify(self, key: str) -> Identity | None:
        """The holder of an API key, compared in constant time; None when unknown."""


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """What an ASGI factory of the configuration is handed: it takes what it needs.

    ``node`` is a :class:`hub.node.NodeDoors` where the configuration has a ``[node]``.
    """

    intake: Intake
    accounts: Accounts
    read: ReadSide
    ready: Callable[[], bool]
    max_bytes: int
    node: object | None = None
