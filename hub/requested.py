"""The port of a ONE Record node for what it is asked to do (hub.node.ActionRequests) over the store: asked, decided, and what
follows from a decision, each in one transaction. Knows no HTTP and no wire format.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

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
    Grant,
    NewRequest,
    NewSubscription,
    Nodes,
    Notice,
    asks_for_notice,
)
from hub.over import Over, about
from hub.store import access, action_requests, links, objects, subscriptions
from hub.store.engine import reading


class Requests(Over):
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
