"""Which subscriptions a notice concerns and what is told: the hub's :class:`hub.node.Announcer` for ONE Record."""

from collections.abc import Sequence
from functools import lru_cache

from adapters.one_record.sharing.notifications import MERGED, merged, written
from adapters.one_record.sharing.permits import Permits
from adapters.one_record.sharing.subscriptions import EVENT, EVENTS, FILTERS, UPDATED, Wanted, topics, wanted
from adapters.one_record.vocabulary import local
from hub.node import Announcer, NodeDoors
from hub.objects import GET_EVENT, GET_OBJECT, HeldObject, NewSubscription, Notice


class Announcing:
    """See :class:`hub.node.Announcer`. Deny by default: who may not read an object is not told that it is there."""

    def __init__(self, node: NodeDoors) -> None:
        self._base = node.settings.base_url
        self._filters = FILTERS in node.settings.extensions
        self._merges = MERGED in node.settings.extensions
        self._permits = Permits(node)
        self._wanted = lru_cache(maxsize=4096)(_wanted)

    def topics(self, notice: Notice) -> Sequence[str]:
        """The object's URI, its class and those above; none for what cannot be subscribed to."""
        if notice.event_type not in EVENTS:
            return ()
        return topics(f"{self._base}/logistics-objects/{notice.object}", notice.object_type)

    def concerns(self, notice: Notice, subscription: NewSubscription, held: HeldObject | None) -> bool:
        """Whether the kind of event, and the filters if they are turned on, let it through to a subscriber who may know it."""
        if notice.event_type not in subscription.events or held is None:
            return False
        if self._filters and not _passes(notice, self._asked(subscription)):
            return False
        needed = GET_EVENT if notice.event_type == EVENT else GET_OBJECT
        return self._permits.allows(subscription.subscriber, held, needed)

    def write(self, notice: Notice, subscription: NewSubscription | None, held: HeldObject | None) -> bytes:
        """The notification; with the object itself where the subscription says so and its subscriber may read it."""
        body = held if subscription and held and self._sends_body(subscription, held) else None
        return written(notice, self._base, subscription.request if subscription else notice.request, body)

    def merged(self, waiting: bytes, later: bytes) -> bytes | None:
        """Two updates that stand in line are told as one, where that is turned on (IATA-Cargo/ONE-Record issue 401)."""
        return merged(waiting, later) if self._merges else None

    def _sends_body(self, subscription: NewSubscription, held: HeldObject) -> bool:
        return self._asked(subscription).body and self._permits.allows(subscription.subscriber, held, GET_OBJECT)

    def _asked(self, subscription: NewSubscription) -> Wanted:
        return self._wanted(_Key(subscription))


class _Key:
    """A subscription as a key: it never changes, so its id stands for it."""

    def __init__(self, subscription: NewSubscription) -> None:
        self.subscription = subscription

    def __hash__(self) -> int:
        return hash(self.subscription.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.subscription.id == self.subscription.id


def _wanted(key: _Key) -> Wanted:
    return wanted(key.subscription.body)


def _passes(notice: Notice, asked: Wanted) -> bool:
    if notice.event_type == EVENT and asked.codes:
        return local(notice.code) in asked.codes
    if notice.event_type == UPDATED and asked.properties:
        return not set(notice.changed).isdisjoint(asked.properties)
    return True


def build(node: NodeDoors) -> Announcer:
    """The announcer of a node, for ``[node] announcer``."""
    return Announcing(node)
