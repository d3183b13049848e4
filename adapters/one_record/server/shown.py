"""Action requests as the standard shows them. Pure. The standard: Action Requests, data model."""

from adapters.one_record.nodes import internal, made, one_of
from adapters.one_record.server.call import Node, stamp
from adapters.one_record.vocabulary import API, XSD
from hub.objects import CHANGE, DELEGATION, SUBSCRIPTION, VERIFICATION, ActionRequest, Nodes

BODY = {CHANGE: "hasChange", SUBSCRIPTION: "hasSubscription", DELEGATION: "hasAccessDelegation", VERIFICATION: "hasVerification"}
_NOT_TOLD = {API + "notifyRequestStatusChange": [{"@value": "false", "@type": XSD + "boolean"}]}
"""What is meant where it is left out (docs/decisions/0006, 6): mandatory in the ontology, so it is shown."""


def request_nodes(node: Node, request: ActionRequest) -> Nodes:
    """The request, its history without the present status, what it asks for, and its errors."""
    iri = node.request_iri(request.id)
    root = made(
        iri,
        request.kind,
        **{BODY[request.kind]: {"@id": request.body[0]["@id"]}},
        isRequestedBy={"@id": request.by},
        isRequestedAt=_time(stamp(request.requested_at)),
        hasRequestStatus=one_of(request.status),
        hasRequestStatusSince=_time(stamp(request.since)),
    )
    past = [
        made(
            internal(f"{iri}/status/{place}"),
            "RequestStatusEntry",
            hasRequestStatus=one_of(one.status),
            hasRequestStatusSince=_time(stamp(one.since)),
            isChangedBy={"@id": one.changed_by},
        )
        for place, one in enumerate(request.history)
    ]
    if past:
        root[API + "hasRequestStatusHistory"] = [{"@id": one["@id"]} for one in past]
    if request.errors:
        root[API + "hasError"] = [{"@id": one["@id"]} for one in request.errors if API + "Error" in one["@type"]]
    if request.revoked_at:
        root[API + "isRevokedBy"] = [{"@id": request.revoked_by}]
        root[API + "isRevokedAt"] = [_time(stamp(request.revoked_at))]
    return [root, *past, _NOT_TOLD | request.body[0], *request.body[1:], *request.errors]


def _time(text: str) -> dict[str, str]:
    return {"@value": text, "@type": XSD + "dateTime"}


SINCE_2_3 = frozenset(
    API + name
    for name in (
        "hasRequestStatusSince",
        "hasRequestStatusHistory",
        "hasSeverity",
        "isChangedBy",
        "expiresAt",
        "usesOrchestration",
    )
)
"""Properties a 2.2.0 client does not know; ``expiresAt`` only of an AccessDelegation."""


def for_version(nodes: Nodes, version: str) -> Nodes:
    """The nodes as an older version of the API has them."""
    if version != "2.2.0":
        return nodes
    kept = [one for one in nodes if API + "RequestStatusEntry" not in one.get("@type", ())]
    return [
        {iri: value for iri, value in one.items() if iri not in SINCE_2_3 or (iri == API + "expiresAt" and _subscribes(one))}
        for one in kept
    ]


def _subscribes(one: dict[str, object]) -> bool:
    types = one.get("@type", ())
    return isinstance(types, list) and API + "Subscription" in types
