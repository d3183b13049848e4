"""The documents we send to other nodes: changes, subscriptions, delegations, notifications, events, request states. Pure.

Compact JSON-LD with an inline context and full IRIs as values, as the standard's examples write them. Knows no HTTP.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.one_record.vocabulary import API, CARGO, CODES, XSD

CONTEXT = {"api": API, "cargo": CARGO}
ADD, DELETE = "ADD", "DELETE"
IDENTIFIER, TYPE = "LOGISTICS_OBJECT_IDENTIFIER", "LOGISTICS_OBJECT_TYPE"
EVERY_EVENT = ("LOGISTICS_OBJECT_CREATED", "LOGISTICS_OBJECT_UPDATED", "LOGISTICS_EVENT_RECEIVED")


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a Change: ``s`` the object or an embedded one, ``p`` a property's IRI, a value and its datatype's IRI."""

    op: str
    s: str
    p: str
    datatype: str
    value: str


def change(
    object: str, revision: int, operations: Sequence[Operation], *, description: str = "", notify: bool = True
) -> dict[str, Any]:
    """A Change against a revision (standard, Update a Logistics Object)."""
    return _document(
        "api:Change",
        {
            "api:hasLogisticsObject": _link(object),
            "api:hasDescription": description,
            "api:hasOperation": [_operation(one) for one in operations],
            "api:hasRevision": _typed(str(revision), "positiveInteger"),
            "api:notifyRequestStatusChange": notify,
        },
    )


def _operation(one: Operation) -> dict[str, Any]:
    value = {"@type": "api:OperationObject", "api:hasDatatype": _uri(one.datatype), "api:hasValue": one.value}
    return {"@type": "api:Operation", "api:op": {"@id": f"api:{one.op}"}, "api:s": one.s, "api:p": _uri(one.p), "api:o": [value]}


def subscription(
    subscriber: str,
    topic: str,
    *,
    topic_type: str = IDENTIFIER,
    events: Sequence[str] = EVERY_EVENT,
    expires_at: datetime | None = None,
    send_body: bool = False,
    description: str = "",
    notify: bool = True,
) -> dict[str, Any]:
    """A Subscription of ``subscriber`` (an organization's IRI) to an object or a class (standard, Subscriptions)."""
    return _document(
        "api:Subscription",
        {
            "api:hasSubscriber": _link(subscriber),
            "api:hasTopicType": {"@id": f"api:{topic_type}"},
            "api:hasTopic": _uri(topic),
            "api:includeSubscriptionEventType": [{"@id": f"api:{one}"} for one in events],
            "api:hasContentType": "application/ld+json",
            "api:sendLogisticsObjectBody": send_body,
            "api:expiresAt": _moment(expires_at),
            "api:hasDescription": description,
            "api:notifyRequestStatusChange": notify,
        },
    )


def delegation(
    requested_for: str,
    objects: Sequence[str],
    permissions: Sequence[str],
    *,
    expires_at: datetime | None = None,
    description: str = "",
    notify: bool = True,
) -> dict[str, Any]:
    """An AccessDelegation for one organization (2.3.0 knows one; written as a list, as its own example does)."""
    return _document(
        "api:AccessDelegation",
        {
            "api:hasPermission": [{"@id": f"api:{one}"} for one in permissions],
            "api:isRequestedFor": [_link(requested_for)],
            "api:hasLogisticsObject": [_link(one) for one in objects],
            "api:expiresAt": _moment(expires_at),
            "api:hasDescription": description,
            "api:notifyRequestStatusChange": notify,
        },
    )


def notification(
    event_type: str,
    *,
    object: str = "",
    type: str = "",
    changed: Sequence[str] = (),
    events: Sequence[str] = (),
    triggered_by: str = "",
    id: str = "",
) -> dict[str, Any]:
    """A Notification. ``id`` tells two equal ones apart, which the standard's own model cannot."""
    return _document(
        "api:Notification",
        {
            "@id": id,
            "api:hasEventType": {"@id": f"api:{event_type}"},
            "api:hasLogisticsObject": _link(object),
            "api:hasLogisticsObjectType": _uri(type),
            "api:hasChangedProperty": [_uri(one) for one in changed],
            "api:hasLogisticsEvent": [_link(one) for one in events],
            "api:isTriggeredBy": _link(triggered_by),
        },
    )


def event(
    object: str,
    code: str,
    at: datetime,
    *,
    object_type: str = "Shipment",
    recorded_by: str = "",
    name: str = "",
    time_type: str = "ACTUAL",
) -> dict[str, Any]:
    """A LogisticsEvent about an object; ``code`` is a StatusCode or an IRI, ``at`` an aware time (standard, Logistics Events)."""
    return _document(
        "cargo:LogisticsEvent",
        {
            "cargo:eventFor": {"@id": object, "@type": f"cargo:{object_type}"},
            "cargo:eventCode": _link(code if "://" in code else f"{CODES}StatusCode#{code}"),
            "cargo:eventDate": _moment(at),
            "cargo:eventTimeType": {"@id": f"cargo:{time_type}"},
            "cargo:eventName": name,
            "cargo:recordingOrganization": _link(recorded_by),
        },
    )


def status(request: str, wanted: str, kind: str = "ActionRequest") -> dict[str, Any]:
    """An action request as it is to become: ``REQUEST_REVOKED`` ends it, any other status is the holder's word."""
    return _document(f"api:{kind}", {"@id": request, "api:hasRequestStatus": {"@id": f"api:{wanted}"}})


def raw(document: dict[str, Any]) -> bytes:
    """A document's bytes: the same for the same document."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _document(type: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Absent means absent: nothing empty is written."""
    said = {name: value for name, value in properties.items() if value not in (None, "", [], ())}
    return {"@context": CONTEXT, "@type": type, **said}


def _link(iri: str) -> dict[str, str] | None:
    return {"@id": iri} if iri else None


def _typed(text: str, datatype: str) -> dict[str, str]:
    return {"@type": XSD + datatype, "@value": text}


def _uri(iri: str) -> dict[str, str] | None:
    return _typed(iri, "anyURI") if iri else None


def _moment(at: datetime | None) -> dict[str, str] | None:
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return _typed(text, "dateTime")
