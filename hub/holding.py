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
    ACCEPTED,
    FAILED,
    PENDING,
    REJECTED,
    REVOKED,
    TRANSITIONS,
    Acceptance,
    ActionRequest,
    Conflict,
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
    asks_for_notice,
)
from hub.over import Order, Tell, about, order_nothing, tell_nobody
from hub.over import Over as _Over
from hub.ports import Arrival, Clock
from hub.store import access, action_requests, events, links, objects, subscriptions
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


class Requests(_Over):
    """hub.node.ActionRequests."""

    def create(self, new: NewRequest) -> ActionRequest:
        """See the port."""
        with self._writing() as (connection, now):
            made = action_requests.create(connection, new, now)
            self._tell(connection, new.notices, now)
        return made

    def get(self, id: str) -> ActionRequest | None:
        """See the port."""
        with reading(self._engine) as connection:
            return action_requests.get(connection, id)

    def waiting(self) -> Sequence[ActionRequest]:
        """See the port."""
        with reading(self._engine) as connection:
            return action_requests.waiting(connection)

    def of_object(
        self,
        object: str,
        *,
        kinds: Sequence[str],
        since: datetime | None = None,
        until: datetime | None = None,
        status: str = "",
    ) -> Sequence[ActionRequest]:
        """See the port."""
        with reading(self._engine) as connection:
            return action_requests.of_object(connection, object, kinds=kinds, since=since, until=until, status=status)

    def move(
        self, id: str, status: str, by: str, *, errors: Nodes | None = None, notices: Sequence[Notice] = ()
    ) -> ActionRequest:
        """See the port."""
        with self._writing() as (connection, now):
            moved = action_requests.move(connection, id, status, by, now, errors=errors)
            if status in (REVOKED, FAILED):
                subscriptions.end(connection, id, now)
                access.end_request(connection, id, now)
            self._tell(connection, notices, now)
        return moved

    def fail(self, id: str, by: str, errors: Nodes, notices: Sequence[Notice] = ()) -> ActionRequest:
        """See the port."""
        with self._writing() as (connection, now):
            found = action_requests.get(connection, id)
            if found is not None and ACCEPTED in TRANSITIONS[found.kind][PENDING]:
                action_requests.move(connection, id, ACCEPTED, by, now)
            moved = action_requests.move(connection, id, FAILED, by, now, errors=errors)
            self._tell(connection, notices, now)
        return moved

    def accept_change(self, accepted: Acceptance) -> ActionRequest:
        """See the port."""
        with self._writing() as (connection, now):
            before = objects.get_all(connection, [accepted.object], None).get(accepted.object)
            if before is None:
                raise Conflict("unknown", f"there is no logistics object {accepted.object}")
            moved = action_requests.move(connection, accepted.request, ACCEPTED, accepted.by, now)
            objects.revise(
                connection,
                accepted.object,
                before.type,
                base=accepted.base,
                nodes=accepted.nodes,
                by=moved.by,
                request=accepted.request,
                now=now,
            )
            stale = [
                action_requests.move(connection, rival, REJECTED, accepted.by, now)
                for rival in action_requests.rivals(connection, accepted.object, accepted.base)
            ]
            told = self._rule(before, accepted) if before.projected else about(accepted.arrival, accepted.object)
            if not before.projected:
                links.note(connection, self._base, [(accepted.object, accepted.nodes)], now)
            self._take_in(connection, [told], now)
            self._tell(connection, [*accepted.notices, *(_rejected(one, accepted, now) for one in stale)], now)
        return moved

    def accept_subscription(
        self,
        id: str,
        by: str,
        made: NewSubscription,
        notices: Sequence[Notice] = (),
        *,
        beside: Callable[[Sequence[NewSubscription]], None] = lambda _known: None,
    ) -> ActionRequest:
        """See the port."""
        with self._writing() as (connection, now):
            beside(subscriptions.of_subscriber(connection, made.subscriber, made.topic_type, made.topic, now))
            moved = action_requests.move(connection, id, ACCEPTED, by, now)
            subscriptions.add(connection, made)
            self._tell(connection, notices, now)
        return moved

    def accept_delegation(self, id: str, by: str, grants: Sequence[Grant], notices: Sequence[Notice] = ()) -> ActionRequest:
        """See the port."""
        with self._writing() as (connection, now):
            moved = action_requests.move(connection, id, ACCEPTED, by, now)
            access.grant(connection, grants, now)
            self._tell(connection, notices, now)
        return moved


def _rejected(request: ActionRequest, accepted: Acceptance, now: datetime) -> Notice:
    """What the requestor of a change is told when another one was accepted on the same revision."""
    return Notice(
        event_type="CHANGE_REQUEST_REJECTED",
        at=now,
        author=accepted.by,
        object=accepted.object,
        request=request.id,
        recipients=[request.by] if asks_for_notice(request.body) else [],
    )


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
