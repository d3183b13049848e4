"""The holder's desk: what waits for a decision, decided in the holder's name; topics proposed to partners. Knows no HTTP.

The standard leaves to the holder how it decides (Action Requests, "Update an Action Request"); a topic is proposed as in
Publish & Subscribe, "Get Subscription information as Publisher".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from adapters.one_record.client.said import Thing
from adapters.one_record.nodes import node_of, properties
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
