"""Action requests as they are made: a body named for good, kept as pending; the holder's own accepted at once. Knows no kind."""

from collections.abc import Callable, Sequence

from adapters.one_record.nodes import internal, nameless, settle
from adapters.one_record.server.call import Answer, Call, Node
from adapters.one_record.sharing.statuses import status_notices
from adapters.one_record.vocabulary import API
from hub.objects import ActionRequest, NewRequest, Nodes, Notice

Accept = Callable[[Node, ActionRequest, str], ActionRequest]
"""Accepts a request in the name of an agent (whatever comes of it), and says how it stands then."""


def ask(
    node: Node, call: Call, kind: str, nodes: Nodes, id: str, *, objects: Sequence[str] = (), revision: int | None = None
) -> ActionRequest:
    """Keep a request as pending."""
    iri = f"{node.request_iri(id)}/body"
    new = NewRequest(
        id=id,
        kind=kind,
        by=call.agent.uri,
        body=settle(nameless(nodes), internal(iri), iri),
        objects=objects,
        revision=revision,
    )
    return node.doors.requests.create(new)


def accepted_at_once(node: Node, call: Call) -> bool:
    """Whether the requestor is the holder, whose requests SHOULD be accepted and processed directly (Action Requests)."""
    return call.agent.holder and node.doors.settings.accept_own


def created(node: Node, request: ActionRequest) -> Answer:
    """201 with the address of the request."""
    return Answer(status=201, headers={"Location": node.request_iri(request.id), "Type": API + request.kind})


def notices(node: Node, request: ActionRequest, status: str, by: str) -> list[Notice]:
    """What the requestor is told of a new status."""
    held = node.doors.objects.get(request.objects[0]) if len(request.objects) == 1 else None
    return status_notices(request, status, by, node.doors.now(), held.type if held else "")
