"""Action requests over HTTP: show, update their status, revoke. The standard: Action Requests."""

from adapters.one_record.server import queries
from adapters.one_record.server.accepting import ACCEPT
from adapters.one_record.server.call import Answer, Call, Node, last_modified
from adapters.one_record.server.errors import QUERY, Refusal, refused
from adapters.one_record.server.negotiation import body_media
from adapters.one_record.server.permission import require_holder, the_request
from adapters.one_record.server.requesting import notices
from adapters.one_record.server.shown import request_nodes
from adapters.one_record.vocabulary import API
from hub.objects import ACCEPTED, ACKNOWLEDGED, CHANGE, FAILED, PENDING, REJECTED, REVOKED, ActionRequest, Conflict

STATUSES = (ACCEPTED, REJECTED, ACKNOWLEDGED, REVOKED, FAILED)


def read(node: Node, call: Call) -> Answer:
    """GET and HEAD /action-requests/{id}."""
    found = the_request(node, call)
    headers = {
        "Location": node.request_iri(found.id),
        "Type": API + found.kind,
        "Last-Modified": last_modified(found.since),
    }
    mark = f"{found.kind}/{found.id}?{found.status}/{len(found.history)}/{found.since.timestamp()}"
    return Answer(status=200, nodes=request_nodes(node, found), headers=headers, mark=mark)


def update(node: Node, call: Call) -> Answer:
    """PATCH /action-requests/{id}?status=: only the holder decides; revoking is open to the requestor, as DELETE is."""
    if call.body:
        body_media(call.media)
    status = queries.choice(call, "status", STATUSES)
    if not status:
        raise refused(f"The query parameter 'status' is missing; {' or '.join(STATUSES)} is expected.", about=QUERY)
    found = the_request(node, call)
    if status != REVOKED:
        require_holder(node, call, "decide on action requests")
    if found.kind == CHANGE and (found.status, status) == (ACCEPTED, FAILED):
        raise refused(
            "The change was applied when it was accepted, so it cannot fail any more; make another change that takes it back.",
            status=422,
            property=API + "hasRequestStatus",
            resource=node.request_iri(found.id),
        )
    if not _is_confirmed(node, found, status):
        decide(node, found, status, call.agent.uri)
    return Answer(status=204, headers={"Location": node.request_iri(found.id), "Type": API + found.kind})


def _is_confirmed(node: Node, found: ActionRequest, status: str) -> bool:
    """Whether the holder only says again what was accepted at once because it had asked for it itself."""
    own = found.by == node.holder and node.doors.settings.accept_own
    return own and status == ACCEPTED and found.status == ACCEPTED


def revoke(node: Node, call: Call) -> Answer:
    """DELETE /action-requests/{id}: by the requestor or the holder."""
    found = the_request(node, call)
    decide(node, found, REVOKED, call.agent.uri)
    return Answer(status=204, headers={"Location": node.request_iri(found.id), "Type": API + found.kind})


def decide(node: Node, found: ActionRequest, status: str, by: str) -> None:
    """Put a request into another state in an agent's name, with all that follows from it. Raises Refusal (422)."""
    try:
        accept = ACCEPT.get(found.kind) if (found.status, status) == (PENDING, ACCEPTED) else None
        if accept is not None:
            accept(node, found, by)
        else:
            node.doors.requests.move(found.id, status, by, notices=notices(node, found, status, by))
    except Conflict as conflict:
        raise _unprocessable(node, found, conflict) from conflict


def _unprocessable(node: Node, found: ActionRequest, conflict: Conflict) -> Refusal:
    return refused(f"{conflict}.", status=422, property=API + "hasRequestStatus", resource=node.request_iri(found.id))
