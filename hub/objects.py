"""What a ONE Record node keeps: logistics objects, their events, action requests, subscriptions, grants. The ports over them are
in hub.node. Knows no SQL and no HTTP.

A document is a graph as plain JSON: flattened, expanded JSON-LD, a list of nodes with ``@id``, ``@type`` (a list) and full IRIs
whose values are lists of ``{"@id"}`` or ``{"@value", "@type", "@language"}``. Its first node is the object itself; every embedded
object has a name of its own (``internal:<uuid5>``) that never changes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from hub.ports import Arrival

Nodes = list[dict[str, Any]]

PENDING = "REQUEST_PENDING"
ACCEPTED = "REQUEST_ACCEPTED"
ACKNOWLEDGED = "REQUEST_ACKNOWLEDGED"
REJECTED = "REQUEST_REJECTED"
FAILED = "REQUEST_FAILED"
REVOKED = "REQUEST_REVOKED"

CHANGE, SUBSCRIPTION, DELEGATION, VERIFICATION = (
    "ChangeRequest",
    "SubscriptionRequest",
    "AccessDelegationRequest",
    "VerificationRequest",
)

_DECIDED = {PENDING: frozenset((ACCEPTED, REJECTED, REVOKED)), ACCEPTED: frozenset((FAILED,))}
_LASTING = {PENDING: frozenset((ACCEPTED, REJECTED, REVOKED)), ACCEPTED: frozenset((FAILED, REVOKED))}
TRANSITIONS: dict[str, dict[str, frozenset[str]]] = {
    CHANGE: _DECIDED,
    SUBSCRIPTION: _LASTING,
    DELEGATION: _LASTING,
    VERIFICATION: {PENDING: frozenset((ACKNOWLEDGED, REJECTED, REVOKED, FAILED))},
}
"""From which state to which, by kind of request (standard, Action Requests, state diagrams)."""

GET_OBJECT, PATCH_OBJECT = "GET_LOGISTICS_OBJECT", "PATCH_LOGISTICS_OBJECT"
POST_EVENT, GET_EVENT = "POST_LOGISTICS_EVENT", "GET_LOGISTICS_EVENT"
PERMISSIONS = (GET_OBJECT, PATCH_OBJECT, POST_EVENT, GET_EVENT)
EVERYONE, EVERYTHING = "*", "*"
"""Whom and what a public grant names: any authenticated agent; every object of the node."""


def asks_for_notice(body: Nodes) -> bool:
    """Whether a requestor wants to be told of every status its request takes."""
    return any(
        value.get("@value") == "true"
        for node in body
        for name, values in node.items()
        if name.endswith("#notifyRequestStatusChange")
        for value in values
    )


class Conflict(Exception):
    """The identifier is taken, the revision is not the newest, or the state does not allow it; ``reason`` says which.

    ``reason`` is identifier, revision, state or unknown.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling: the agent's IRI (claim ``logistics_agent_uri``), the hub's partner it is, and whether it is the holder."""

    uri: str
    partner: str = ""
    holder: bool = False


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened and subscribers or requestors may want to hear of; ``event_type`` is one of the standard's 25.

    ``recipients`` are agents told whether subscribed or not (requestors of an action request); ``author`` is who caused it and
    is never told of it, nor are the partners in ``known_to``: they told the hub themselves. ``changed`` are property IRIs,
    ``event`` the IRI of a logistics event, ``code`` its event code.
    """

    event_type: str
    at: datetime
    author: str = ""
    object: str = ""
    object_type: str = ""
    revision: int = 0
    changed: Sequence[str] = ()
    event: str = ""
    code: str = ""
    request: str = ""
    recipients: Sequence[str] = ()
    known_to: Sequence[str] = ()


class NewObject(msgspec.Struct, frozen=True, kw_only=True):
    """A logistics object to be kept. ``id`` is the last part of its URI, ``type`` the IRI of its most specific class.

    ``arrival`` is what the hub is told by it, if anything: it goes through intake in the same transaction.
    """

    id: str
    type: str
    nodes: Nodes
    by: str
    arrival: Arrival | None = None
    notices: Sequence[Notice] = ()


class Projected(msgspec.Struct, frozen=True, kw_only=True):
    """A logistics object as it follows from a shipment; kept as a new revision only when ``nodes`` changed."""

    id: str
    type: str
    nodes: Nodes


class HeldObject(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a logistics object. ``shipment`` is the key of the shipment it is projected from, else empty.

    ``revised_at`` is when this revision was made, ``events_at`` when the newest event was received.
    """

    id: str
    type: str
    nodes: Nodes
    revision: int
    latest: int
    created_at: datetime
    revised_at: datetime
    created_by: str
    events_at: datetime | None = None
    shipment: str = ""

    @property
    def projected(self) -> bool:
        """Whether the fold makes it."""
        return bool(self.shipment)


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A logistics event to be kept under an object. ``code`` is the IRI of its event code, ``created_at`` its creation date as
    stated (None: now).
    """

    object: str
    id: str
    type: str
    nodes: Nodes
    code: str
    occurred_at: datetime
    by: str
    created_at: datetime | None = None
    arrival: Arrival | None = None
    notices: Sequence[Notice] = ()


class HeldEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A logistics event, never changed. ``by`` is the agent who posted it, or the shipment whose milestone it tells."""

    object: str
    id: str
    type: str
    nodes: Nodes
    code: str
    occurred_at: datetime
    created_at: datetime
    received_at: datetime
    by: str = ""


class EventQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events, in which order. An event has one of ``codes`` when its code's IRI contains the text.

    ``sort`` is ``created`` or ``occurred``; the bounds are included.
    """

    codes: Sequence[str] = ()
    created_after: datetime | None = None
    created_before: datetime | None = None
    occurred_after: datetime | None = None
    occurred_before: datetime | None = None
    sort: str = "created"
    descending: bool = False
    limit: int | None = None
    skip: int = 0


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events, and how many there are whatever the page's limits."""

    items: Sequence[HeldEvent]
    total: int


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An action request to be kept as pending. ``body`` are the nodes of the Change, Subscription, … that is asked for.

    ``objects`` are the ids of the logistics objects it is about, ``revision`` the one a Change or Verification is made against.
    """

    id: str
    kind: str
    by: str
    body: Nodes
    objects: Sequence[str] = ()
    revision: int | None = None
    notices: Sequence[Notice] = ()


class StatusEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A status a request had; ``changed_by`` ended it."""

    status: str
    since: datetime
    changed_by: str


class ActionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An action request. ``errors`` are error objects as nodes; ``history`` never holds the current status."""

    id: str
    kind: str
    by: str
    body: Nodes
    objects: Sequence[str]
    revision: int | None
    status: str
    since: datetime
    requested_at: datetime
    history: Sequence[StatusEntry] = ()
    errors: Nodes = []
    revoked_by: str = ""
    revoked_at: datetime | None = None


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted change as it is to be kept: the nodes of the next revision of ``object``.

    ``base`` is the revision they were made from: accepted only while that is the newest.
    """

    request: str
    object: str
    base: int
    nodes: Nodes
    by: str
    arrival: Arrival | None = None
    notices: Sequence[Notice] = ()


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription in force. ``topic`` is the IRI of an object or of a class, ``events`` short names of event types.

    ``body`` is the Subscription as nodes. ``request`` is the action request it came by, which ends it when revoked.
    """

    id: str
    request: str
    subscriber: str
    topic_type: str
    topic: str
    events: Sequence[str]
    body: Nodes
    expires_at: datetime | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A permission of an agent on an object: an agent's IRI, ``group:<name>`` or ``*``; an object's id or ``*``.

    ``request`` is the delegation it came by; ``through`` the agent whose own access it hangs on (trust chain).
    """

    object: str
    agent: str
    permission: str
    request: str = ""
    through: str = ""
    expires_at: datetime | None = None
