"""Who may do what here: the refusals of access. The decision itself is adapters.one_record.sharing.permits."""

from adapters.one_record.server.call import Call, Node
from adapters.one_record.server.errors import Refusal, refused
from adapters.one_record.sharing.subscriptions import parties
from hub.objects import GET_OBJECT, ActionRequest, HeldObject


def the_object(node: Node, call: Call) -> HeldObject:
    """The newest revision of the object in the path. Raises Refusal (404)."""
    held = node.doors.objects.get(call.parameters["id"])
    if held is None:
        raise no_object(node.object_iri(call.parameters["id"]))
    return held


def no_object(iri: str) -> Refusal:
    """404 for an object."""
    return refused("There is no logistics object with this URI.", status=404, resource=iri)


def allowed(node: Node, call: Call, held: HeldObject, permission: str) -> bool:
    """Whether the caller may."""
    return node.permits.allows(call.agent.uri, held, permission)


def require(node: Node, call: Call, held: HeldObject, permission: str = GET_OBJECT) -> None:
    """Refuse a caller without a permission. Raises Refusal (403)."""
    if not allowed(node, call, held, permission):
        raise refused(
            f"The authenticated agent does not hold {permission} for this logistics object.",
            status=403,
            resource=node.object_iri(held.id),
        )


def require_holder(node: Node, call: Call, what: str) -> None:
    """Refuse everybody but the holder. Raises Refusal (403)."""
    if not call.agent.holder:
        raise refused(f"Only the data holder of this server may {what}.", status=403, resource=node.base + call.path)


def require_creator(node: Node, call: Call) -> None:
    """Refuse who may not create objects here. Raises Refusal (403)."""
    creators = node.doors.settings.creators
    if not call.agent.holder and call.agent.uri not in creators and "*" not in creators:
        require_holder(node, call, "create logistics objects")


def the_request(node: Node, call: Call) -> ActionRequest:
    """The action request in the path, for its parties or the holder. Raises Refusal (403, 404)."""
    found = node.doors.requests.get(call.parameters["id"])
    iri = node.request_iri(call.parameters["id"])
    if found is None:
        raise refused("There is no action request with this URI.", status=404, resource=iri)
    if not call.agent.holder and call.agent.uri not in parties(found):
        raise refused("An action request is shown to its requestor, its subscriber and the holder.", status=403, resource=iri)
    return found
