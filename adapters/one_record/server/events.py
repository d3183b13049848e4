"""Logistics events over HTTP: create, list with filters and pages, get, and one event for many objects (207).

The standard: Logistics Events.
"""

import uuid
from datetime import UTC, datetime, timedelta

from adapters.one_record.nodes import class_iri, made, nameless, properties, settle, text_of
from adapters.one_record.server import queries
from adapters.one_record.server.call import Answer, Call, Node, last_modified, stamp
from adapters.one_record.server.documents import body_of, require_class, require_valid
from adapters.one_record.server.errors import Refusal, error_nodes, refused
from adapters.one_record.server.permission import no_object, require, the_object
from adapters.one_record.server.repeating import event_again, new_id
from adapters.one_record.server.told import arrival
from adapters.one_record.vocabulary import API, CARGO, XSD
from hub.objects import GET_EVENT, POST_EVENT, EventPage, EventQuery, HeldEvent, HeldObject, NewEvent, Nodes, Notice

FOR, DATE, CODE, CREATED = CARGO + "eventFor", CARGO + "eventDate", CARGO + "eventCode", CARGO + "creationDate"
SET_BY_US = frozenset(("LogisticsEvent#eventFor", "StatusUpdateEvent#eventFor"))
SORTS = ("ASC-creationDate", "DESC-creationDate", "ASC-eventDate", "DESC-eventDate")
MOST_TARGETS = 1_000
_LONGEST_MARK = 500
MOST_CODES = 200


def create(node: Node, call: Call) -> Answer:
    """POST /logistics-objects/{id}/logistics-events."""
    held = the_object(node, call)
    require(node, call, held, POST_EVENT)
    again = event_again(node, call, held.id)
    if again is not None:
        return again
    nodes = _body(node, call)
    targets = _targets(nodes)
    if targets and targets != [node.object_iri(held.id)]:
        raise refused(
            "eventFor is exactly the logistics object of this request, or absent; POST /logistics-events takes several.",
            property=FOR,
            resource=node.object_iri(held.id),
        )
    new = _new(node, call, held, nodes, new_id(call))
    node.doors.events.add([new])
    return Answer(status=201, headers={"Location": node.event_iri(held.id, new.id), "Type": new.type})


def _body(node: Node, call: Call) -> Nodes:
    nodes, problems = body_of(node, call)
    require_class(nodes, "LogisticsEvent", call)
    require_valid(problems, node, call, waived=SET_BY_US)
    if not text_of(nodes[0], DATE):
        raise refused("A logistics event must have an eventDate.", property=DATE, resource=node.base + call.path)
    return nodes


def _targets(nodes: Nodes) -> list[str]:
    return [one["@id"] for one in nodes[0].get(FOR, ()) if "@id" in one]


def _new(node: Node, call: Call, held: HeldObject, nodes: Nodes, id: str) -> NewEvent:
    """The event of one object; it keeps what was sent, and states when it was created where it does not say."""
    now = node.doors.now()
    iri, target = node.event_iri(held.id, id), node.object_iri(held.id)
    root = nodes[0] | {FOR: [{"@id": target}]}
    root.setdefault(CREATED, [{"@value": stamp(now.replace(microsecond=0)), "@type": XSD + "dateTime"}])
    kept = settle(nameless([root, *_beside(nodes, target), _typed(target, held)]), iri, iri)
    kind, code = class_iri(root), text_of(root, CODE)
    notice = Notice(
        event_type="LOGISTICS_EVENT_RECEIVED",
        at=now,
        author=call.agent.uri,
        object=held.id,
        object_type=held.type,
        revision=held.latest,
        event=iri,
        code=code,
    )
    return NewEvent(
        object=held.id,
        id=id,
        type=kind,
        nodes=kept,
        code=code,
        occurred_at=_moment(text_of(root, DATE)),
        created_at=_moment(text_of(root, CREATED)),
        by=call.agent.uri,
        arrival=arrival(node, kept, call.agent.partner),
        notices=[notice],
    )


def _typed(target: str, held: HeldObject) -> dict[str, object]:
    return {"@id": target, "@type": [held.type]}


def _beside(nodes: Nodes, target: str) -> Nodes:
    """What the document says beside the event, but for the classes of what it is about: those are ours to say."""
    named = {one["@id"] for one in nodes[0].get(FOR, ()) if "@id" in one}
    return [one for one in nodes[1:] if one["@id"] not in named or (one["@id"] != target and any(properties(one)))]


def _moment(text: str) -> datetime:
    """An xsd:dateTime that was checked; without an offset it is UTC (Implementation Guidelines, Date and Time: always UTC)."""
    midnight = "T24:" in text
    try:
        found = datetime.fromisoformat(text.replace("T24:", "T00:")) + timedelta(days=midnight)
        if not midnight or (found.hour, found.minute, found.second, found.microsecond) == (0, 0, 0, 0):
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise refused(f"{text[:60]!r} is no date of the calendar.", property=DATE)


def listed(node: Node, call: Call) -> Answer:
    """GET and HEAD /logistics-objects/{id}/logistics-events."""
    held = the_object(node, call)
    require(node, call, held, GET_EVENT)
    page = node.doors.events.list(held.id, _query(node, call))
    iri = f"{node.object_iri(held.id)}/logistics-events"
    changed = held.events_at or held.created_at
    headers = {"Location": iri, "Type": API + "Collection", "Last-Modified": last_modified(changed)}
    # Events are only ever added, so that their number and the question tell two answers apart; a second does not.
    mark = f"{held.id}/logistics-events?{sorted(call.query.items())}/{page.total}/{changed.timestamp()}"
    return Answer(status=200, nodes=_collection(iri, page), headers=headers, mark=mark if len(mark) < _LONGEST_MARK else "")


def _query(node: Node, call: Call) -> EventQuery:
    direction, _, by = (queries.choice(call, "sort", SORTS) or SORTS[0]).partition("-")
    limit, most = queries.count(call, "limit"), node.doors.settings.page
    return EventQuery(
        codes=queries.listed(call, "event-code", MOST_CODES),
        created_after=queries.instant(call, "created-after"),
        created_before=queries.instant(call, "created-before"),
        occurred_after=queries.instant(call, "occurred-after"),
        occurred_before=queries.instant(call, "occurred-before"),
        sort="occurred" if by == "eventDate" else "created",
        descending=direction == "DESC",
        limit=most if limit is None else min(limit, most),
        skip=queries.count(call, "skip") or 0,
    )


def _collection(iri: str, page: EventPage) -> Nodes:
    """An api:Collection; ``hasItem`` is absent when there is none."""
    root = made(iri, "Collection", hasTotalItems=page.total)
    if page.items:
        root[API + "hasItem"] = [{"@id": one.nodes[0]["@id"]} for one in page.items]
    beside = {one["@id"]: one for event in page.items for one in event.nodes}
    return [root, *beside.values()]


def read(node: Node, call: Call) -> Answer:
    """GET /logistics-objects/{id}/logistics-events/{event}."""
    held = the_object(node, call)
    require(node, call, held, GET_EVENT)
    found = node.doors.events.get(held.id, call.parameters["event"])
    if found is None:
        iri = node.event_iri(held.id, call.parameters["event"])
        raise refused("There is no logistics event with this URI.", status=404, resource=iri)
    return Answer(status=200, nodes=found.nodes, headers=_headers(node, found), mark=f"{held.id}/logistics-events/{found.id}")


def _headers(node: Node, found: HeldEvent) -> dict[str, str]:
    return {
        "Location": node.event_iri(found.object, found.id),
        "Type": found.type,
        "Last-Modified": last_modified(found.received_at),
    }


def create_many(node: Node, call: Call) -> Answer:
    """POST /logistics-events: one event for every object that is there and lets the caller, and an account of each (207)."""
    nodes = _body(node, call)
    targets = list(dict.fromkeys(_targets(nodes)))
    if not 1 <= len(targets) <= MOST_TARGETS:
        raise refused(
            f"eventFor names 1 to {MOST_TARGETS} logistics objects, found {len(targets)}.",
            property=FOR,
            resource=node.base + call.path,
        )
    held = node.doors.objects.get_all([id for one in targets if (id := node.object_id(one))])
    results = [_one_of_many(node, call, nodes, iri, held.get(node.object_id(iri))) for iri in targets]
    headers = {"Type": API + "MultiStatusResponse"}
    return Answer(status=207, nodes=_account(results), headers=headers, language=call.language)


def _one_of_many(node: Node, call: Call, nodes: Nodes, iri: str, held: HeldObject | None) -> Nodes:
    name = f"internal:{uuid.uuid4()}"
    try:
        event = _made_once(node, call, _permitted(node, call, iri, held), nodes)
    except Refusal as refusal:
        errors = error_nodes(refusal, call.language)
        failed = made(name, "EventCreationResult", hasHTTPStatus=refusal.status, hasLogisticsObject={"@id": iri})
        return [failed | {API + "hasError": [{"@id": errors[0]["@id"]}]}, *errors]
    told = {"hasLogisticsObject": {"@id": iri}, "hasLogisticsEvent": {"@id": event}}
    return [made(name, "EventCreationResult", hasHTTPStatus=201, **told)]


def _made_once(node: Node, call: Call, held: HeldObject, nodes: Nodes) -> str:
    """The address of the event of one target, which the call has made now or, under its key, before."""
    id = new_id(call)
    if not call.key or node.doors.events.get(held.id, id) is None:
        node.doors.events.add([_new(node, call, held, nodes, id)])
    return node.event_iri(held.id, id)


def _permitted(node: Node, call: Call, iri: str, held: HeldObject | None) -> HeldObject:
    if held is None:
        raise no_object(iri)
    require(node, call, held, POST_EVENT)
    return held


def _account(results: list[Nodes]) -> Nodes:
    created = sum(API + "hasLogisticsEvent" in one[0] for one in results)
    root = made(
        f"internal:{uuid.uuid4()}",
        "MultiStatusResponse",
        hasTotalItems=len(results),
        hasTotalCreated=created,
        hasTotalFailed=len(results) - created,
        hasCreationResult=[{"@id": one[0]["@id"]} for one in results],
    )
    return [root, *(node for one in results for node in one)]
