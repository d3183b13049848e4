"""Changes over HTTP: PATCH of an object makes a ChangeRequest; accepted, it is applied whole or failed. Also verifications.

The standard: Logistics Objects, "Update a Logistics Object"; Verifications.
"""

import msgspec

from adapters.one_record import changing
from adapters.one_record.nodes import Node as JsonNode
from adapters.one_record.nodes import by_id, class_of, is_object, linked, text_of
from adapters.one_record.server.call import Answer, Call, Node
from adapters.one_record.server.documents import UNKNOWN, body_of, detail_of, faults, require_class, require_valid
from adapters.one_record.server.errors import Detail, Refusal, error, refused
from adapters.one_record.server.permission import require, the_object
from adapters.one_record.server.repeating import new_id, request_again
from adapters.one_record.server.requesting import accepted_at_once, ask, created, notices
from adapters.one_record.server.told import arrival
from adapters.one_record.vocabulary import API, local, vocabulary
from hub.objects import (
    ACCEPTED,
    CHANGE,
    FAILED,
    GET_OBJECT,
    PATCH_OBJECT,
    VERIFICATION,
    Acceptance,
    ActionRequest,
    Conflict,
    HeldObject,
    Nodes,
    Notice,
)
from hub.problem import Problem

STALE = "Conflict with Logistics Object revision number"
UNFIT = "Change could not be applied"


def ask_change(node: Node, call: Call) -> Answer:
    """PATCH /logistics-objects/{id}."""
    held = the_object(node, call)
    require(node, call, held, PATCH_OBJECT)
    again = request_again(node, call)
    if again is not None:
        return again
    nodes, problems = body_of(node, call)
    require_class(nodes, "Change", call)
    change = _read(node, call, nodes)
    require_valid(problems, node, call)
    if change.object != node.object_iri(held.id):
        raise refused(
            "hasLogisticsObject in the Change is not the logistics object of this request.",
            property=API + "hasLogisticsObject",
            resource=change.object,
        )
    _require_subjects(change, held)
    request = ask(node, call, CHANGE, nodes, new_id(call), objects=[held.id], revision=change.revision)
    if accepted_at_once(node, call):
        _accept_own(node, request)
    return created(node, request)


def _accept_own(node: Node, request: ActionRequest) -> None:
    """Accept the holder's own change. Where another one was accepted first in the same moment, this one was rejected by that, and
    says so: it is made all the same.
    """
    try:
        accept_change(node, request, node.holder)
    except Conflict as conflict:
        if conflict.reason != "state":
            raise


def _read(node: Node, call: Call, nodes: Nodes) -> changing.Change:
    try:
        return changing.read(nodes)
    except changing.Wrong as wrong:
        detail = Detail(message=wrong.message, property=wrong.property, resource=wrong.resource or node.base + call.path)
        raise Refusal(400, detail, about="resource") from wrong


def _require_subjects(change: changing.Change, held: HeldObject) -> None:
    """Every subject is the object, one of its embedded objects, or a new one. Raises Refusal (400).

    What another revision has or had embedded is not looked for: the revision is what is wrong with such a change.
    """
    known = {one["@id"] for place, one in enumerate(held.nodes) if not place or not is_object(one)}
    for one in change.operations:
        stale = change.revision != held.latest and "://" not in one.subject
        if not one.subject.startswith("_:") and one.subject not in known and not stale:
            raise refused(
                "The subject of an operation is the logistics object itself or one of its embedded objects.",
                property=API + "s",
                resource=one.subject,
            )


def accept_change(node: Node, request: ActionRequest, by: str) -> ActionRequest:
    """Apply an accepted change, or fail it with the reasons. Raises Conflict (state)."""
    change = changing.read(request.body)
    held = node.doors.objects.get(request.objects[0])
    if held is None:
        raise Conflict("unknown", "the logistics object is gone")
    try:
        return node.doors.requests.accept_change(_acceptance(node, request, change, held, by))
    except changing.Wrong as wrong:
        detail = Detail(code="422", message=wrong.message, property=wrong.property, resource=wrong.resource)
        return _fail(node, request, by, error(UNFIT, [detail]))
    except Refusal as invalid:
        details = [msgspec.structs.replace(one, code=str(invalid.status)) for one in invalid.details]
        return _fail(node, request, by, error(UNFIT, details))
    except Conflict as conflict:
        if conflict.reason == "content":
            detail = Detail(code="422", message=str(conflict), property=API + "hasOperation", resource=node.object_iri(held.id))
            return _fail(node, request, by, error(UNFIT, [detail]))
        if conflict.reason != "revision":
            raise
        return _fail(node, request, by, _stale(node, request, held))


def _stale(node: Node, request: ActionRequest, held: HeldObject) -> Nodes:
    message = f"The change is made against revision {request.revision}; the newest is {held.latest}."
    return error(STALE, [Detail(code="409", message=message, property=API + "hasRevision", resource=node.object_iri(held.id))])


def _fail(node: Node, request: ActionRequest, by: str, errors: Nodes) -> ActionRequest:
    return node.doors.requests.fail(request.id, by, errors, notices(node, request, FAILED, by))


def _acceptance(node: Node, request: ActionRequest, change: changing.Change, held: HeldObject, by: str) -> Acceptance:
    if change.revision != held.latest:
        raise Conflict("revision", "not the newest revision")
    applier = changing.Applier(held.nodes, node.request_iri(request.id), lambda iri: _exists(node, iri))
    nodes = applier.apply(change)
    wrong = [*faults(nodes), *_newly_unknown(node, nodes, held)]
    if wrong:
        raise Refusal(422, *(detail_of(one, node.object_iri(held.id)) for one in wrong))
    updated = Notice(
        event_type="LOGISTICS_OBJECT_UPDATED",
        at=node.doors.now(),
        author=by,
        object=held.id,
        object_type=held.type,
        revision=held.latest + 1,
        changed=changing.changed_properties(change, held.nodes),
        request=request.id,
    )
    return Acceptance(
        request=request.id,
        object=held.id,
        base=held.latest,
        nodes=nodes,
        by=by,
        arrival=arrival(node, nodes, node.doors.partner_of(request.by)),
        notices=[updated, *notices(node, request, ACCEPTED, by)],
    )


def _newly_unknown(node: Node, nodes: Nodes, held: HeldObject) -> list[Problem]:
    """Properties the change adds that no class has, where the node takes none; those that were there before are let be."""
    if node.doors.settings.unknown_properties != "refuse":
        return []
    before = {one.message for one in faults(held.nodes, UNKNOWN)}
    return [one for one in faults(nodes, UNKNOWN) if one.message not in before]


def _exists(node: Node, iri: str) -> bool:
    """Whether an object may be linked: one of ours must exist, what others hold is theirs to know."""
    id = node.object_id(iri)
    return not id or node.doors.objects.get(id) is not None


def ask_verification(node: Node, call: Call) -> Answer:
    """POST /logistics-objects/{id}: a VerificationRequest, failed at once when it speaks of another revision or property."""
    held = the_object(node, call)
    require(node, call, held, GET_OBJECT)
    again = request_again(node, call)
    if again is not None:
        return again
    nodes, problems = body_of(node, call)
    require_class(nodes, "Verification", call)
    require_valid(problems, node, call)
    about, revision = text_of(nodes[0], API + "hasLogisticsObject"), _revision(node, call, nodes)
    if about != node.object_iri(held.id):
        raise refused(
            "hasLogisticsObject in the Verification is not the logistics object of this request.",
            property=API + "hasLogisticsObject",
            resource=about,
        )
    request = ask(node, call, VERIFICATION, nodes, new_id(call), objects=[held.id], revision=revision)
    reasons = _unverifiable(node, nodes, held, revision)
    if reasons:
        errors = error("Verification could not be processed", reasons)
        node.doors.requests.fail(request.id, node.holder, errors, notices(node, request, FAILED, node.holder))
    return created(node, request)


def _revision(node: Node, call: Call, nodes: Nodes) -> int:
    """The revision a Verification is about. Raises Refusal (400)."""
    try:
        return changing.revision(nodes[0])
    except changing.Wrong as wrong:
        raise refused(wrong.message, property=wrong.property, resource=node.base + call.path) from wrong


def _unverifiable(node: Node, nodes: Nodes, held: HeldObject, revision: int) -> list[Detail]:
    iri = node.object_iri(held.id)
    found = []
    if revision != held.latest:
        message = f"The verification is about revision {revision}; the newest is {held.latest}."
        found.append(Detail(code="409", message=message, property=API + "hasRevision", resource=iri))
    for name in _properties(nodes):
        if not _is_property(name, held):
            kind = class_of(held.nodes[0])
            found.append(Detail(code="422", message=f"{name} is no property of {kind}.", property=name, resource=iri))
    return found


def _properties(nodes: Nodes) -> list[str]:
    known = by_id(nodes)
    details: list[JsonNode] = [
        detail
        for one in linked(nodes[0], API + "hasError", known)
        for detail in linked(one, API + "hasErrorDetail", known)
        if API + "hasProperty" in detail
    ]
    return [text_of(one, API + "hasProperty") for one in details]


def _is_property(iri: str, held: HeldObject) -> bool:
    """Whether the object, or an object embedded in it, has such a property by its class or in fact."""
    for one in held.nodes:
        kind = vocabulary().classes.get(class_of(one))
        if iri in one or (
            kind is not None and any(rule.iri == iri or rule.name == local(iri) for rule in kind.properties.values())
        ):
            return True
    return False
