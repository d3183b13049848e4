"""Logistics objects over HTTP: create, get (embedded, historical), audit trail. The standard: Logistics Objects."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from adapters.one_record.nodes import Node as JsonNode
from adapters.one_record.nodes import class_iri, kind_of, links, made, properties, renamed, with_revision
from adapters.one_record.server import queries
from adapters.one_record.server.call import Answer, Call, Node, last_modified
from adapters.one_record.server.documents import body_of, require_class, require_valid
from adapters.one_record.server.errors import Detail, Refusal, refused
from adapters.one_record.server.permission import allowed, no_object, require, require_creator, the_object
from adapters.one_record.server.repeating import new_id, object_again
from adapters.one_record.server.shown import request_nodes
from adapters.one_record.server.splitting import split
from adapters.one_record.server.told import arrival
from adapters.one_record.vocabulary import API, CARGO, XSD
from hub.objects import (
    CHANGE,
    GET_OBJECT,
    PENDING,
    TRANSITIONS,
    VERIFICATION,
    Conflict,
    HeldObject,
    NewObject,
    Nodes,
    Notice,
)
from hub.ports import Arrival

MOST_EMBEDDED = 500
"""Objects shown inside another at most; further ones stay links."""

STATES = tuple(
    dict.fromkeys((PENDING, *(to for kind in TRANSITIONS.values() for states in kind.values() for to in sorted(states))))
)


def create(node: Node, call: Call) -> Answer:
    """POST /logistics-objects."""
    require_creator(node, call)
    again = object_again(node, call)
    if again is not None:
        return again
    nodes, problems = body_of(node, call)
    require_class(nodes, "LogisticsObject", call)
    require_valid(problems, node, call)
    _require_no_events(node, nodes)
    apart = split(node, nodes, new_id(call))
    told = arrival(node, [inner for one in apart.values() for inner in one], call.agent.partner)
    new = [_new(node, call, id, one, None if place else told) for place, (id, one) in enumerate(apart.items())]
    try:
        node.doors.objects.create(new)
    except Conflict as taken:
        again = object_again(node, call)
        if again is not None:
            return again
        raise refused(str(taken), status=409, resource=node.object_iri(new[0].id)) from taken
    return Answer(status=201, headers={"Location": node.object_iri(new[0].id), "Type": new[0].type})


def _require_no_events(node: Node, nodes: Nodes) -> None:
    """An event has an address below its object and is never part of it (Logistics Events, guidelines). Raises Refusal (400)."""
    for one in nodes[1:]:
        known = kind_of(one).known
        if known is not None and "LogisticsEvent" in known.lineage and any(properties(one)):
            message = f"Logistics events are created by POST {node.objects}/ID/logistics-events, each on its own."
            raise refused(message, property=CARGO + "events", resource=one["@id"])


def _new(node: Node, call: Call, id: str, nodes: Nodes, told: Arrival | None) -> NewObject:
    """One of the objects of a document; the hub is told the whole document once."""
    kind = class_iri(nodes[0])
    notice = Notice(
        event_type="LOGISTICS_OBJECT_CREATED", at=node.doors.now(), author=call.agent.uri, object=id, object_type=kind, revision=1
    )
    return NewObject(id=id, type=kind, nodes=nodes, by=call.agent.uri, arrival=told, notices=[notice])


def read(node: Node, call: Call) -> Answer:
    """GET and HEAD /logistics-objects/{id}."""
    at, embedded = queries.instant(call, "at"), queries.flag(call, "embedded")
    held = _held(node, call, at)
    require(node, call, held, GET_OBJECT)
    nodes = with_revision(held)
    if embedded:
        nodes = _embedded(node, call, nodes, at)
    suffix = f"?at={call.query['at']}" if at else ""
    headers = {
        "Location": node.object_iri(held.id) + suffix,
        "Type": held.type,
        "Revision": str(held.revision),
        "Latest-Revision": str(held.latest),
        "Last-Modified": last_modified(held.revised_at),
    }
    mark = "" if embedded else f"{held.id}?{held.revision}/{held.latest}{suffix}"
    return Answer(status=200, nodes=_as_of(node, nodes, suffix) if at else nodes, headers=headers, mark=mark)


def _held(node: Node, call: Call, at: datetime | None) -> HeldObject:
    if at is not None and at > node.doors.now() + timedelta(seconds=1):
        raise Refusal(400, Detail(message="The query parameter 'at' must not be in the future."), about="query")
    held = node.doors.objects.get(call.parameters["id"], at)
    if held is None:
        raise no_object(node.object_iri(call.parameters["id"]))
    return held


def _embedded(node: Node, call: Call, nodes: Nodes, at: datetime | None) -> Nodes:
    """The nodes with every object of this node that they link, and that the caller may read, and so on."""
    shown: dict[str, Nodes] = {nodes[0]["@id"]: nodes}
    waiting = _linked(node, nodes) - shown.keys()
    while waiting and len(shown) < MOST_EMBEDDED:
        chosen = sorted(waiting)[: MOST_EMBEDDED - len(shown)]
        found = node.doors.objects.get_all([node.object_id(one) for one in chosen], at)
        fresh = {node.object_iri(id): with_revision(held) for id, held in found.items() if allowed(node, call, held, GET_OBJECT)}
        shown |= fresh
        waiting = {target for one in fresh.values() for target in _linked(node, one)} - shown.keys() - set(chosen)
    return _merged(shown)


def _linked(node: Node, nodes: Nodes) -> set[str]:
    return {target for one in nodes for _, target in links(one) if node.object_id(target)}


def _merged(shown: dict[str, Nodes]) -> Nodes:
    """All nodes once; of two that say something under one name the first stays: nobody speaks for an object that links theirs."""
    whole: dict[str, JsonNode] = {}
    for nodes in shown.values():
        for one in nodes:
            known = whole.get(one["@id"])
            if known is None or not any(properties(known)):
                whole[one["@id"]] = one
    return list(whole.values())


def _as_of(node: Node, nodes: Nodes, suffix: str) -> Nodes:
    """Every link to an object of this node with the same ``?at=`` (Retrieve a historical Logistics Object)."""
    names: Iterable[str] = {target for one in nodes for _, target in links(one)} | {one["@id"] for one in nodes}
    others = (name for name in names if node.object_id(name) and name != nodes[0]["@id"])
    return renamed(nodes, {name: name + suffix for name in others})


def audit_trail(node: Node, call: Call) -> Answer:
    """GET /logistics-objects/{id}/audit-trail: change and verification requests, by the time of their last update."""
    held = the_object(node, call)
    require(node, call, held, GET_OBJECT)
    found = node.doors.requests.of_object(
        held.id,
        kinds=(CHANGE, VERIFICATION),
        since=queries.instant(call, "updated-from"),
        until=queries.instant(call, "updated-to"),
        status=queries.choice(call, "status", STATES),
    )
    iri = f"{node.object_iri(held.id)}/audit-trail"
    trail = made(iri, "AuditTrail", hasLatestRevision={"@value": str(held.latest), "@type": XSD + "positiveInteger"})
    if found:
        trail[API + "hasActionRequest"] = [{"@id": node.request_iri(one.id)} for one in found]
    nodes = [trail, *(one for request in found for one in request_nodes(node, request))]
    moved = max((held.revised_at, *(one.since for one in found)))
    return Answer(
        status=200, nodes=nodes, headers={"Location": iri, "Type": API + "AuditTrail", "Last-Modified": last_modified(moved)}
    )
