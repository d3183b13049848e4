"""The holder's desk: what waits for a decision, decided in the holder's name; topics proposed to partners; what is opened to
whom. Knows no HTTP.

The standard leaves to the holder how it decides (Action Requests, "Update an Action Request"); a topic is proposed as in
Publish & Subscribe, "Get Subscription information as Publisher".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from adapters.one_record.client.said import Thing
from adapters.one_record.nodes import node_of, properties
from adapters.one_record.server import granting
from adapters.one_record.server.call import Node, stamp
from adapters.one_record.server.errors import Refusal
from adapters.one_record.server.requests import decide
from adapters.one_record.sharing import subscriptions
from adapters.one_record.sharing.asking import Sharing
from adapters.one_record.sharing.nodes import Invalid
from adapters.one_record.sharing.permits import Permits
from adapters.one_record.sharing.subscriptions import BY_IDENTIFIER, BY_TYPE
from adapters.one_record.vocabulary import API, CARGO, local
from hub.node import NodeDoors
from hub.objects import ActionRequest

Shown = Mapping[str, Any]


class Partner(Protocol):
    """A partner's node, as far as it is asked here (adapters.one_record.client)."""

    def subscriptions(self, topic: str, topic_type: str) -> list[Thing]:
        """The Subscriptions it offers for a topic."""


class Desk:
    """What an operator does with a node. Every refusal is a ValueError that says why."""

    def __init__(self, doors: NodeDoors) -> None:
        holder, base = doors.settings.holder, doors.settings.base_url
        self._node = Node(doors=doors, permits=Permits(doors), base=base, holder=holder, started=doors.now())

    def waiting(self) -> Sequence[Shown]:
        """The action requests that wait for the holder, oldest first."""
        return [self._shown(one) for one in self._node.doors.requests.waiting()]

    def decide(self, id: str, status: str) -> Shown:
        """Accept, acknowledge, reject or revoke a request, named by its id or its address."""
        found = self._node.doors.requests.get(id.rsplit("/", 1)[-1])
        if found is None:
            raise ValueError(f"there is no action request {id}")
        try:
            decide(self._node, found, status, self._node.holder)
        except Refusal as refusal:
            raise ValueError("; ".join(one.message for one in refusal.details)) from refusal
        moved = self._node.doors.requests.get(found.id)
        return self._shown(moved or found)

    def propose(self, partner: str, node: Partner, topic: str) -> Shown:
        """Ask a partner on what terms it wants to hear of a topic, and put them in force. The terms must be about that topic, and
        the subscriber must be the partner (it is the publisher's to check).
        """
        kind = BY_TYPE if topic.startswith(CARGO) else BY_IDENTIFIER
        offered = node.subscriptions(topic, API + kind)
        if len(offered) != 1:
            raise ValueError(f"{partner} offers {len(offered)} subscriptions for {topic}; one is expected")
        body = [node_of(offered[0].subject)]
        try:
            asked = subscriptions.wanted(body)
            if (asked.topic_type, asked.topic) != (kind, topic):
                raise ValueError(f"{partner} answered about {asked.topic} instead of {topic}")
            if self._node.doors.partner_of(asked.subscriber) != partner:
                raise ValueError(f"{asked.subscriber} is to be told, and is not named in the authors of {partner}")
            sharing = Sharing(self._node.doors, self._node.permits)
            return self._shown(sharing.subscribe(self._node.holder, body))
        except Invalid as wrong:
            raise ValueError(wrong.message) from wrong

    def grant(
        self, what: Sequence[str], who: str, permissions: Sequence[str], until: datetime | None, *, linked: bool = False
    ) -> Sequence[Shown]:
        """Open objects or classes of objects to an agent, a group, or everybody, at once."""
        return granting.grant(self._node, what, who, permissions, until, linked=linked)

    def withdraw(self, what: str, who: str, permission: str = "") -> int:
        """Close what was opened, with all that hangs on it; how many grants ended."""
        return granting.withdraw(self._node, what, who, permission)

    def access(self, what: str) -> Sequence[Shown]:
        """What is open of an object, and by what."""
        return granting.in_force(self._node, what)

    def groups(self) -> Mapping[str, Sequence[str]]:
        """Groups of agents that were made here; those of the configuration are beside them."""
        return self._node.doors.access.members()

    def join(self, group: str, agents: Sequence[str]) -> None:
        """Make agents members of a group, which is there from its first member on."""
        for one in agents:
            self._node.doors.access.join(granting.group_name(group), granting.agent_iri(one))

    def leave(self, group: str, agents: Sequence[str]) -> None:
        """End memberships, and all that came by them."""
        for one in agents:
            self._node.doors.access.leave(granting.group_name(group), one)

    def _shown(self, request: ActionRequest) -> Shown:
        body = properties(request.body[0]) if request.body else ()
        stated = {local(name): [one.get("@id", one.get("@value")) for one in values] for name, values in body}
        return {
            "id": self._node.request_iri(request.id),
            "kind": request.kind,
            "status": request.status,
            "by": request.by,
            "at": stamp(request.requested_at),
            "objects": [self._node.object_iri(one) for one in request.objects],
            "asks": {name: found[0] if len(found) == 1 else found for name, found in stated.items()},
        }
