"""The ports of a ONE Record node (hub.node) over the store: one transaction a call, in which everything that belongs together
is kept together, what the hub is told by it included. Knows no HTTP and no wire format.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from hub.joined import Touched, event_word
from hub.node import NodeDoors, NodeSettings
from hub.objects import (
    Acceptance,
    EventPage,
    EventQuery,
    Grant,
    HeldEvent,
    HeldObject,
    NewEvent,
    NewObject,
    NewSubscription,
    Notice,
    Projected,
)
from hub.over import Order, Tell, about, order_nothing, tell_nobody
from hub.over import Over as _Over
from hub.ports import Arrival, Clock
from hub.requested import Requests
from hub.store import access, events, links, objects, subscriptions
from hub.store.engine import reading
from hub.store.sealer import Sealer


class Objects(_Over):
    """hub.node.LogisticsObjects."""

    def create(self, new: Sequence[NewObject]) -> None:
        """See the port."""
        self._ready([one.id for one in new])
        with self._writing() as (connection, now):
            objects.create(connection, new, now)
            links.note(connection, self._base, [(one.id, one.nodes) for one in new], now)
            self._take_in(connection, [about(one.arrival, one.id) for one in new], now)
            self._tell(connection, [notice for one in new for notice in one.notices], now)

    def get(self, id: str, at: datetime | None = None) -> HeldObject | None:
        """See the port."""
        return self.get_all([id], at).get(id)

    def get_all(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, HeldObject]:
        """See the port."""
        self._ready(ids)
        with reading(self._engine) as connection:
            return objects.get_all(connection, ids, at)

    def project(self, shipment: str, projected: Sequence[Projected], notices: Callable[[HeldObject], Sequence[Notice]]) -> int:
        """See the port."""
        with self._writing() as (connection, now):
            changed = objects.project(connection, shipment, projected, shipment, now)
            found = objects.get_all(connection, changed, None)
            self._tell(connection, [notice for id in changed for notice in notices(found[id])], now)
        return len(changed)


class Events(_Over):
    """hub.node.Events."""

    def add(self, new: Sequence[NewEvent]) -> None:
        """See the port."""
        with self._writing() as (connection, now):
            events.add(connection, new, now)
            links.owe(connection, [Touched(object=one.object, event=one.id) for one in new], now)
            self._take_in(connection, [about(one.arrival, event_word(one.object, one.id)) for one in new], now)
            self._tell(connection, [notice for one in new for notice in one.notices], now)

    def get(self, object: str, id: str) -> HeldEvent | None:
        """See the port."""
        self._ready([object])
        with reading(self._engine) as connection:
            return events.get(connection, object, id)

    def list(self, object: str, query: EventQuery) -> EventPage:
        """See the port."""
        self._ready([object])
        with reading(self._engine) as connection:
            return events.list_of(connection, object, query)


class Subscriptions(_Over):
    """hub.node.Subscriptions."""

    def get(self, id: str) -> NewSubscription | None:
        """See the port."""
        with reading(self._engine) as connection:
            return subscriptions.get(connection, id)

    def on(self, topics: Sequence[str]) -> Sequence[NewSubscription]:
        """See the port."""
        with reading(self._engine) as connection:
            return subscriptions.on(connection, topics, self._clock.now())

    def of_subscriber(self, subscriber: str, topic_type: str = "", topic: str = "") -> Sequence[NewSubscription]:
        """See the port."""
        with reading(self._engine) as connection:
            return subscriptions.of_subscriber(connection, subscriber, topic_type, topic, self._clock.now())


class Access(_Over):
    """hub.node.Access."""

    def allows(self, agent: str, object: str, permission: str) -> bool:
        """See the port."""
        with reading(self._engine) as connection:
            return access.allows(connection, agent, object, permission, self._clock.now())

    def grants(self, object: str, also: Sequence[str] = ()) -> Sequence[Grant]:
        """See the port."""
        with reading(self._engine) as connection:
            return access.in_force(connection, object, self._clock.now(), also)

    def grant(self, grants: Sequence[Grant]) -> None:
        """See the port."""
        with self._writing() as (connection, now):
            access.grant(connection, grants, now)

    def withdraw(self, object: str, agent: str, permission: str = "") -> int:
        """See the port."""
        with self._writing() as (connection, now):
            return access.withdraw(connection, object, agent, permission, now)

    def groups(self, agent: str) -> Sequence[str]:
        """See the port."""
        with reading(self._engine) as connection:
            return access.groups(connection, agent)

    def members(self) -> Mapping[str, Sequence[str]]:
        """See the port."""
        with reading(self._engine) as connection:
            return access.members(connection)

    def join(self, group: str, agent: str) -> None:
        """See the port."""
        with self._writing() as (connection, _):
            access.join(connection, group, agent)

    def leave(self, group: str, agent: str) -> None:
        """See the port."""
        with self._writing() as (connection, _):
            access.leave(connection, group, agent)


class Hearing(_Over):
    """hub.node.Hearing."""

    def __init__(self, engine: Engine, clock: Clock, *, order: Order, **over: Any) -> None:
        super().__init__(engine, clock, **over)
        self._order = order

    def hear(self, agent: str, arrivals: Sequence[Arrival], orders: Mapping[str, bytes]) -> None:
        """See the port."""
        with self._writing() as (connection, now):
            self._take_in(connection, arrivals, now)
            self._order(connection, agent, orders, now)


def open_node(
    engine: Engine,
    clock: Clock,
    settings: NodeSettings,
    *,
    sealer: Sealer | None = None,
    tell: Tell = tell_nobody,
    order: Order = order_nothing,
    partner_of: Callable[[str], str] = lambda _: "",
    secrets: Callable[[str], str] = str,
    ready: Callable[[Sequence[str]], None] = lambda _ids: None,
    rule: Callable[[HeldObject, Acceptance], Arrival | None] = lambda _held, accepted: accepted.arrival,
    **told: Any,
) -> NodeDoors:
    """Every port of a node over one database; ``told`` are further fields of the doors."""
    base = f"{settings.base_url}/logistics-objects"
    over: dict[str, Any] = {"sealer": sealer, "tell": tell, "ready": ready, "rule": rule, "base": base}
    return NodeDoors(
        objects=Objects(engine, clock, **over),
        events=Events(engine, clock, **over),
        requests=Requests(engine, clock, **over),
        subscriptions=Subscriptions(engine, clock, **over),
        access=Access(engine, clock, **over),
        hearing=Hearing(engine, clock, order=order, **over),
        now=clock.now,
        settings=settings,
        partner_of=partner_of,
        secrets=secrets,
        **told,
    )
