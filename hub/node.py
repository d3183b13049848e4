"""The ports of a ONE Record node, and its settings: what its server is handed. Knows no SQL and no HTTP."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from hub.objects import (
    Acceptance,
    ActionRequest,
    EventPage,
    EventQuery,
    Grant,
    HeldEvent,
    HeldObject,
    NewEvent,
    NewObject,
    NewRequest,
    NewSubscription,
    Nodes,
    Notice,
    Projected,
)
from hub.ports import Arrival


class LogisticsObjects(Protocol):
    """Logistics objects and all their revisions."""

    def create(self, new: Sequence[NewObject]) -> None:
        """Keep new objects as revision 1, all or none. Raises Conflict (identifier)."""

    def get(self, id: str, at: datetime | None = None) -> HeldObject | None:
        """The newest revision, or the one in force at ``at`` (compared by whole seconds); None when there was none."""

    def get_all(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, HeldObject]:
        """Several at once; unknown ones are left out."""

    def project(self, shipment: str, objects: Sequence[Projected], notices: Callable[[HeldObject], Sequence[Notice]]) -> int:
        """Keep the objects that follow from a shipment: new ones as revision 1, changed ones as the next; how many changed."""


class Events(Protocol):
    """Logistics events of objects."""

    def add(self, new: Sequence[NewEvent]) -> None:
        """Keep events, all or none. Raises Conflict (unknown: no such object; identifier)."""

    def get(self, object: str, id: str) -> HeldEvent | None:
        """One event."""

    def list(self, object: str, query: EventQuery) -> EventPage:
        """Events of an object."""


class ActionRequests(Protocol):
    """Action requests and their states."""

    def create(self, new: NewRequest) -> ActionRequest:
        """Keep a request as pending."""

    def get(self, id: str) -> ActionRequest | None:
        """One request."""

    def waiting(self) -> Sequence[ActionRequest]:
        """Requests that are pending, oldest first, at most 500."""

    def of_object(
        self, object: str, *, kinds: Sequence[str], since: datetime | None = None, until: datetime | None = None, status: str = ""
    ) -> Sequence[ActionRequest]:
        """Requests about an object, oldest first; ``since`` and ``until`` bound their last update, by whole seconds."""

    def move(
        self, id: str, status: str, by: str, *, errors: Nodes | None = None, notices: Sequence[Notice] = ()
    ) -> ActionRequest:
        """Put a request into another state. Raises Conflict (unknown; state: its kind and state do not allow it).

        Ending a subscription or delegation request ends what came by it, in the same transaction.
        """

    def fail(self, id: str, by: str, errors: Nodes, notices: Sequence[Notice] = ()) -> ActionRequest:
        """A pending request cannot be done: failed, by way of its acceptance where its kind has one. Raises Conflict (state)."""

    def accept_change(self, accepted: Acceptance) -> ActionRequest:
        """In one transaction: the next revision, the request accepted, every other pending change on that revision rejected,
        what the hub is told taken in, and all of it noticed. Raises Conflict (unknown, state, revision).
        """

    def accept_subscription(
        self,
        id: str,
        by: str,
        made: NewSubscription,
        notices: Sequence[Notice] = (),
        *,
        beside: Callable[[Sequence[NewSubscription]], None] = lambda _known: None,
    ) -> ActionRequest:
        """Accept a subscription request and put the subscription in force. Raises Conflict.

        ``beside`` is shown, in the same transaction, what is in force of that subscriber on that topic; what it raises leaves
        everything as it was.
        """

    def accept_delegation(self, id: str, by: str, grants: Sequence[Grant], notices: Sequence[Notice] = ()) -> ActionRequest:
        """Accept a delegation request and put its grants in force. Raises Conflict."""


class Subscriptions(Protocol):
    """Subscriptions in force."""

    def get(self, id: str) -> NewSubscription | None:
        """One, in force or not."""

    def on(self, topics: Sequence[str]) -> Sequence[NewSubscription]:
        """Those in force now on any of these object or class IRIs."""

    def of_subscriber(self, subscriber: str, topic_type: str = "", topic: str = "") -> Sequence[NewSubscription]:
        """Those in force now of one subscriber."""


class Access(Protocol):
    """Who may do what: deny by default."""

    def allows(self, agent: str, object: str, permission: str) -> bool:
        """Whether an agent holds a permission now: itself, by a group, or because everyone does."""

    def grants(self, object: str, also: Sequence[str] = ()) -> Sequence[Grant]:
        """What is in force on an object, on what else it is named by (its classes), and on every object."""

    def grant(self, grants: Sequence[Grant]) -> None:
        """Put grants in force; what is in force already stays."""

    def withdraw(self, object: str, agent: str, permission: str = "") -> int:
        """End an agent's grants on an object (one permission, or all) and every grant that hangs on them; how many ended."""

    def groups(self, agent: str) -> Sequence[str]:
        """The groups an agent is a member of."""

    def members(self) -> Mapping[str, Sequence[str]]:
        """Every group with its members."""

    def join(self, group: str, agent: str) -> None:
        """Make an agent a member of a group."""

    def leave(self, group: str, agent: str) -> None:
        """End a membership."""


class Hearing(Protocol):
    """What other nodes tell us."""

    def hear(self, agent: str, arrivals: Sequence[Arrival], orders: Mapping[str, bytes]) -> None:
        """Keep what an agent sent as messages, and owe orders to its channel, all in one transaction.

        ``orders`` are documents by what they are about (an IRI); one that stands in line behind another is not made again.
        """


class Announcer(Protocol):
    """What subscribers and requestors are told of a notice, and who of them. Asks nothing but ``Access`` and ``sees``."""

    def topics(self, notice: Notice) -> Sequence[str]:
        """The IRIs, of the object and of its classes, that a subscription on it may name."""

    def concerns(self, notice: Notice, subscription: NewSubscription, held: HeldObject | None) -> bool:
        """Whether a subscription asks for this, and its subscriber may know it."""

    def write(self, notice: Notice, subscription: NewSubscription | None, held: HeldObject | None) -> bytes:
        """The notification, ready to be sent; ``subscription`` is None for a requestor who asked to be told of its request."""

    def merged(self, waiting: bytes, later: bytes) -> bytes | None:
        """One notification that says what two say, the later of them new; None where they are to be sent apart."""


class NodeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[node]`` of the configuration: who the node is and how it decides.

    ``base_url`` is what every URI of the node begins with and never changes (no slash at its end); ``data_holder`` the IRI of the
    organization that holds its objects (default: the object ``holder`` of the node). ``accept_own`` accepts the holder's own
    requests at once. ``unknown_properties`` is ``accept`` or ``refuse``. ``creators`` are the agents beside the holder who may
    create objects (``*``: any). ``partner`` is the hub's partner for agents no partner's ``authors`` name; empty: what they send
    is held, and tells the hub nothing. ``security`` is read by the server. ``announcer`` is the dotted name of what writes
    notifications, ``desk`` that of what the command line decides with; ``extensions`` turns on what goes beyond the standard
    (docs/operations.md). ``moved_to`` is the base address of the node that answers instead of this one, for good or, with
    ``moved_for_now``, for a while.
    """

    base_url: str
    data_holder: str = ""
    name: str = "Waybridge"
    accept_own: bool = True
    unknown_properties: str = "accept"
    creators: list[str] = []
    partner: str = ""
    max_bytes: int = 4 * 1024 * 1024
    max_nodes: int = 20_000
    page: int = 1_000
    announcer: str = "adapters.one_record.sharing.announcing:build"
    desk: str = "adapters.one_record.server.desk:Desk"
    extensions: list[str] = []
    moved_to: str = ""
    moved_for_now: bool = False
    security: dict[str, Any] = {}

    @property
    def holder(self) -> str:
        """The IRI of the data holder."""
        return self.data_holder or f"{self.base_url}/logistics-objects/holder"


class NodeDoors(msgspec.Struct, frozen=True, kw_only=True):
    """What the ONE Record server is handed beside the hub's doors.

    ``partner_of`` names the hub's partner of an agent's IRI, empty where there is none; ``sees`` whether a partner may see the
    shipment of a key (hub/admission.py); ``reaches`` whether an agent has a channel for notifications. ``host`` is where
    ``serve`` listens.
    """

    objects: LogisticsObjects
    events: Events
    requests: ActionRequests
    subscriptions: Subscriptions
    access: Access
    hearing: Hearing
    now: Callable[[], datetime]
    settings: NodeSettings
    partner_of: Callable[[str], str]
    secrets: Callable[[str], str]
    sees: Callable[[str, str], bool] = lambda _partner, _shipment: False
    reaches: Callable[[str], bool] = lambda _agent: False
    host: str = "127.0.0.1"
