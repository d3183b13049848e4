"""Subscriptions, access delegations and notifications as calls of the API (``/subscriptions``, ``/access-delegations``,
``/notifications``). What is asked is decided in adapters.one_record.sharing.
"""

import uuid

from adapters.one_record.nodes import settle
from adapters.one_record.server.call import Answer, Call, Node
from adapters.one_record.server.documents import body_of, require_class, require_valid
from adapters.one_record.server.errors import BODY, QUERY, RESOURCE, Refusal, refused
from adapters.one_record.server.repeating import new_id, request_again
from adapters.one_record.server.requesting import created
from adapters.one_record.sharing.asking import Sharing
from adapters.one_record.sharing.nodes import Invalid
from adapters.one_record.vocabulary import API
from hub.objects import ActionRequest, Nodes

TEXT_FOLLOWED = frozenset(("AccessDelegation#isRequestedFor", "Subscription#notifyRequestStatusChange"))
"""What the ontology bounds otherwise than the text and its diagrams (docs/decisions/0006, rows 6 and 37); it is checked where it
is read.
"""


def get_subscriptions(node: Node, call: Call) -> Answer:
    """GET /subscriptions?topicType=&topic=: the terms on which we want to hear of a topic (subscriptions.md, "Get Subscription
    information as Publisher"). Always one api:Subscription; asking changes nothing.
    """
    try:
        offered = _sharing(node).offer(call.agent.uri, call.query.get("topicType", ""), call.query.get("topic", ""))
    except Invalid as wrong:
        raise _refusal(wrong, QUERY) from wrong
    return Answer(status=200, nodes=offered, headers={"Type": API + "Subscription"})


def post_subscription(node: Node, call: Call) -> Answer:
    """POST /subscriptions: a SubscriptionRequest (subscriptions.md, "Subscribe to Logistics Objects")."""
    again = request_again(node, call)
    if again is not None:
        return again
    body = _body(node, call, "Subscription")
    try:
        return created(node, _sharing(node).subscribe(call.agent.uri, body, new_id(call)))
    except Invalid as wrong:
        raise _refusal(wrong, RESOURCE) from wrong


def post_delegation(node: Node, call: Call) -> Answer:
    """POST /access-delegations: an AccessDelegationRequest (access-delegations.md, "Request Access Delegation")."""
    again = request_again(node, call)
    if again is not None:
        return again
    body = _body(node, call, "AccessDelegation")
    try:
        return created(node, _sharing(node).delegate(call.agent.uri, body, new_id(call)))
    except Invalid as wrong:
        raise _refusal(wrong, RESOURCE) from wrong


def post_notification(node: Node, call: Call) -> Answer:
    """POST /notifications: something happened elsewhere (notifications.md, "Send Notification")."""
    nodes, problems = body_of(node, call)
    require_class(nodes, "Notification", call)
    # The object that may have come along is checked where it is taken in.
    require_valid([one for one in problems if (one.element or "").startswith("Notification#")], node, call)
    try:
        _sharing(node).hear(call.agent.uri, call.body, call.media, nodes)
    except Invalid as wrong:
        raise _refusal(wrong, BODY) from wrong
    return Answer(status=204)


def accept(node: Node, request: ActionRequest, by: str) -> ActionRequest:
    """Put what a pending SubscriptionRequest or AccessDelegationRequest asks for in force. Raises Refusal and hub Conflict."""
    try:
        return _sharing(node).accept(request, by)
    except Invalid as wrong:
        raise _refusal(wrong, RESOURCE) from wrong


def _sharing(node: Node) -> Sharing:
    return Sharing(node.doors, node.permits)


def _body(node: Node, call: Call, kind: str) -> Nodes:
    """The api object of the body under a name of ours where it has none. Raises Refusal (400, 415)."""
    nodes, problems = body_of(node, call)
    require_class(nodes, kind, call)
    require_valid(problems, node, call, waived=TEXT_FOLLOWED)
    name = nodes[0]["@id"]
    own = f"internal:{uuid.uuid4()}" if name.startswith("_:") else name
    return settle(nodes, own, own)


def _refusal(wrong: Invalid, about: str) -> Refusal:
    name = wrong.property if ":" in wrong.property else ""
    return refused(wrong.message, status=wrong.status, about=about, property=name, resource=wrong.resource)
