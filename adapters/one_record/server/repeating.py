"""Requests that are sent again because their answer was lost: under one ``Idempotency-Key`` an agent makes a thing once.

The header is no part of the standard; who sends none is answered as the standard says.
"""

import uuid

from adapters.one_record.server.call import Answer, Call, Node
from adapters.one_record.server.requesting import created

_SPACE = uuid.UUID("2f6ad9d8-4f0c-5b0e-9d53-3c3b2f0f5c11")


def new_id(call: Call) -> str:
    """The id of what a call makes: for one agent, path and key always the same; without a key always another."""
    if not call.key:
        return str(uuid.uuid4())
    return str(uuid.uuid5(_SPACE, "\x1f".join((call.agent.uri, call.path, call.key))))


def request_again(node: Node, call: Call) -> Answer | None:
    """The answer to a call that made its action request before."""
    found = node.doors.requests.get(new_id(call)) if call.key else None
    return created(node, found) if found is not None else None


def object_again(node: Node, call: Call) -> Answer | None:
    """The answer to a call that made its object before. One that names its object is answered 409, as without a key."""
    found = node.doors.objects.get(new_id(call)) if call.key else None
    if found is None:
        return None
    return Answer(status=201, headers={"Location": node.object_iri(found.id), "Type": found.type})


def event_again(node: Node, call: Call, object: str) -> Answer | None:
    """The answer to a call that made its event before."""
    found = node.doors.events.get(object, new_id(call)) if call.key else None
    if found is None:
        return None
    return Answer(status=201, headers={"Location": node.event_iri(object, found.id), "Type": found.type})
