"""What agents ask of a node about sharing: subscribe, delegate access, be told our terms, tell us something. Knows no HTTP.

The standard: subscriptions.md, access-delegations.md, notifications.md, action-requests.md.
"""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from adapters.one_record.sharing import delegations, subscriptions
from adapters.one_record.sharing.hearing import hear
from adapters.one_record.sharing.nodes import Invalid
from adapters.one_record.sharing.permits import Permits
from adapters.one_record.sharing.statuses import status_notices
from adapters.one_record.sharing.subscriptions import BY_IDENTIFIER, BY_TYPE, Wanted
from adapters.one_record.vocabulary import API, local
from hub.node import NodeDoors
from hub.objects import (
    ACCEPTED,
    DELEGATION,
    GET_OBJECT,
    REJECTED,
    SUBSCRIPTION,
    ActionRequest,
    HeldObject,
    NewRequest,
    NewSubscription,
    Nodes,
    Notice,
)


class Refusal(Invalid):
    """Something well formed that this agent may not have, or not now."""


class Sharing:
    """The operations, over the node's ports."""

    def __init__(self, node: NodeDoors, permits: Permits | None = None) -> None:
        self._node = node
        self._holder = node.settings.holder
        self._permits = permits or Permits(node)
        self._objects = f"{node.settings.base_url}/logistics-objects/"

    def offer(self, publisher: str, topic_type: str, topic: str) -> Nodes:
        """The Subscription that tells a publisher on what terms we want to hear of a topic. Raises :class:`Invalid`."""
        for name, given in (("topicType", topic_type), ("topic", topic)):
            if not given:
                raise Invalid(f"The query parameter {name} is missing.", name)
        kind = local(topic_type.rstrip("/").replace("/ns/api/", "/ns/api#"))
        if kind not in (BY_TYPE, BY_IDENTIFIER):
            raise Invalid(f"topicType should be {API}{BY_TYPE} or {API}{BY_IDENTIFIER}.", "topicType")
        policy = self._permits.policy(publisher)
        if not policy.offers:
            raise Refusal("We take no notifications from you.", "", status=403)
        base = self._node.settings.base_url
        return subscriptions.offered(base, self._holder, publisher, kind, subscriptions.topic(kind, topic), body=policy.body)

    def subscribe(self, agent: str, nodes: Nodes, id: str = "") -> ActionRequest:
        """A SubscriptionRequest (of this id), accepted at once where the policy says so. Raises :class:`Invalid`."""
        asked = subscriptions.wanted(nodes)
        held = self._topic(agent, asked)
        self._check_subscriber(agent, asked)
        new = NewRequest(id=id or str(uuid.uuid4()), kind=SUBSCRIPTION, by=agent, body=nodes, objects=[held.id] if held else [])
        request = self._node.requests.create(new)
        if self._is_own(agent) or (self._answers(agent, asked) == {"accept"} and self._node.reaches(asked.subscriber)):
            return self._accept_or_reject(request)
        return request

    def _answers(self, agent: str, asked: Wanted) -> set[str]:
        """What policy says of who asks, and of who is to be told where that is another."""
        return {self._permits.policy(one).subscriptions for one in (agent, asked.subscriber)}

    def _accept_or_reject(self, request: ActionRequest) -> ActionRequest:
        """Accept at once; what was overtaken by its like waits for nobody. Raises :class:`Invalid`."""
        try:
            return self.accept(request, self._holder)
        except Invalid:
            self._node.requests.move(request.id, REJECTED, self._holder)
            raise

    def _topic(self, agent: str, asked: Wanted) -> HeldObject | None:
        """The object a subscription is about; one must be there, and be open to whoever is to be told of it."""
        if asked.topic_type != BY_IDENTIFIER:
            return None
        held = self._held([asked.topic]).get(asked.topic)
        if held is None:
            raise Refusal(
                "api:hasTopic names no logistics object of this node.", API + "hasTopic", status=422, resource=asked.topic
            )
        if not self._permits.allows(agent, held, GET_OBJECT):
            raise Refusal("You may not read the object of api:hasTopic.", API + "hasTopic", status=403, resource=asked.topic)
        return held

    def _check_subscriber(self, agent: str, asked: Wanted) -> None:
        if "refuse" in self._answers(agent, asked) and agent != self._holder:
            raise Refusal("You may not subscribe here.", "", status=403)
        if asked.subscriber != agent and agent != self._holder and not self._permits.policy(agent).third_parties:
            raise Refusal("You may subscribe yourself only.", API + "hasSubscriber", status=403, resource=asked.subscriber)
        if asked.expires_at is not None and asked.expires_at <= self._node.now():
            raise Refusal("api:expiresAt is in the past.", API + "expiresAt", status=422)
        self._refuse_double(asked, self._node.subscriptions.of_subscriber(asked.subscriber, asked.topic_type, asked.topic))

    def _refuse_double(self, asked: Wanted, known: Sequence[NewSubscription]) -> None:
        for one in known:
            if subscriptions.wanted(one.body).same(asked):
                where = f"{self._node.settings.base_url}/action-requests/{one.request}"
                raise Refusal("There is such a subscription; revoke it first.", API + "hasTopic", status=422, resource=where)

    def delegate(self, agent: str, nodes: Nodes, id: str = "") -> ActionRequest:
        """An AccessDelegationRequest; the holder's own, and those a policy accepts, are in force at once. Raises Invalid."""
        asked = delegations.delegation(nodes)
        found = self._held(asked.objects)
        missing = [one for one in asked.objects if one not in found]
        if missing:
            raise Invalid(
                f"{missing[0][:200]} is no logistics object of this node.", API + "hasLogisticsObject", resource=missing[0]
            )
        if asked.expires_at is not None and asked.expires_at <= self._node.now():
            raise Invalid("api:expiresAt is in the past.", API + "expiresAt")
        policy = self._permits.policy(agent)
        if policy.delegations == "refuse" and agent != self._holder:
            raise Refusal("You may not ask for access here.", "", status=403)
        ids = [one.id for one in found.values()]
        request = self._node.requests.create(
            NewRequest(id=id or str(uuid.uuid4()), kind=DELEGATION, by=agent, body=nodes, objects=ids)
        )
        return self.accept(request, self._holder) if self._is_own(agent) or policy.delegations == "accept" else request

    def accept(self, request: ActionRequest, by: str) -> ActionRequest:
        """Accept a subscription or delegation request: what it asks for is in force, in one transaction. Raises Conflict."""
        if request.kind == SUBSCRIPTION:
            return self._accept_subscription(request, by)
        asked = delegations.delegation(request.body)
        found = self._held(asked.objects)
        ids = {uri: one.id for uri, one in found.items()}
        if len(ids) < len(asked.objects):
            return self._node.requests.move(request.id, REJECTED, by, notices=self._status(request, REJECTED, by))
        notices = [*self._status(request, ACCEPTED, by), *self._granted(request, asked, found)]
        return self._node.requests.accept_delegation(
            request.id, by, delegations.grants(request, asked, ids, self._holder), notices
        )

    def _accept_subscription(self, request: ActionRequest, by: str) -> ActionRequest:
        asked = subscriptions.wanted(request.body)
        return self._node.requests.accept_subscription(
            request.id,
            by,
            subscriptions.made(request),
            self._status(request, ACCEPTED, by),
            beside=lambda known: self._refuse_double(asked, known),
        )

    def _status(self, request: ActionRequest, status: str, by: str) -> list[Notice]:
        return status_notices(request, status, by, self._node.now())

    def _granted(self, request: ActionRequest, asked: delegations.Delegation, found: Mapping[str, HeldObject]) -> list[Notice]:
        """Each delegate we can reach, of a group each member, is told which objects are open to it now
        (LOGISTICS_OBJECT_ACCESS_GRANTED).
        """
        meant = dict.fromkeys(agent for one in asked.delegates for agent in self._agents(one))
        reached = [one for one in meant if one != self._holder and self._node.reaches(one)]
        if not reached or GET_OBJECT not in asked.permissions:
            return []
        notice = Notice(event_type="LOGISTICS_OBJECT_ACCESS_GRANTED", at=self._node.now(), request=request.id, recipients=reached)
        return [msgspec.structs.replace(notice, object=one.id, object_type=one.type) for one in found.values()]

    def _agents(self, delegate: str) -> Sequence[str]:
        group = delegations.group(delegate)
        return self._permits.members(group) if group else [delegate]

    def hear(self, agent: str, raw: bytes, media: str, nodes: Nodes) -> None:
        """Take a Notification in. Raises :class:`Invalid`."""
        hear(self._node, agent, raw, media, nodes)

    def _is_own(self, agent: str) -> bool:
        return agent == self._holder and self._node.settings.accept_own

    def _held(self, uris: Sequence[str]) -> dict[str, HeldObject]:
        """Objects of ours by URI."""
        ours = {one: one.removeprefix(self._objects) for one in uris if one.startswith(self._objects)}
        found = self._node.objects.get_all(list(ours.values()))
        return {uri: found[id] for uri, id in ours.items() if id in found}
