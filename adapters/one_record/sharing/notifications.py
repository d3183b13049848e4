"""Notifications as JSON-LD: ours written, others' read. Pure. The standard: notifications.md."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.one_record.sharing.nodes import iris, names, the
from adapters.one_record.vocabulary import API, XSD
from hub.objects import HeldObject, Nodes, Notice

MERGED = "merged-notifications"
OBJECT_EVENTS = (
    "LOGISTICS_OBJECT_CREATED",
    "LOGISTICS_OBJECT_UPDATED",
    "LOGISTICS_OBJECT_AVAILABLE",
    "LOGISTICS_OBJECT_ACCESS_GRANTED",
    "LOGISTICS_EVENT_RECEIVED",
)
_ENDS = ("PENDING", "ACCEPTED", "REJECTED", "FAILED", "REVOKED")
EVENT_TYPES = (
    *OBJECT_EVENTS,
    *(f"{kind}_REQUEST_{end}" for kind in ("CHANGE", "ACCESS_DELEGATION", "SUBSCRIPTION") for end in _ENDS),
    *(f"VERIFICATION_REQUEST_{end}" for end in ("PENDING", "ACKNOWLEDGED", "REJECTED", "FAILED", "REVOKED")),
)
_CONTEXT = {"api": API, "cargo": "https://onerecord.iata.org/ns/cargo#"}


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a notification of somebody else says. ``object`` and ``request`` are IRIs, ``body`` whether the object came along."""

    event_type: str
    object: str = ""
    object_type: str = ""
    events: Sequence[str] = ()
    changed: Sequence[str] = ()
    request: str = ""
    body: bool = False


def heard(nodes: Nodes) -> Heard:
    """Read a Notification. Raises :class:`adapters.one_record.sharing.nodes.Invalid`."""
    node = the(nodes, "Notification")
    about, types = iris(node, "hasLogisticsObject"), iris(node, "hasLogisticsObjectType")
    requests = iris(node, "isTriggeredBy")
    object = about[0] if about else ""
    return Heard(
        event_type=names(node, "hasEventType", EVENT_TYPES)[0],
        object=object,
        object_type=types[0] if types else "",
        events=iris(node, "hasLogisticsEvent"),
        changed=iris(node, "hasChangedProperty"),
        request=requests[0] if requests else "",
        body=any(one.get("@id") == object and len(one) > 1 + ("@type" in one) for one in nodes[1:]),
    )


def written(notice: Notice, base: str, request: str, held: HeldObject | None) -> bytes:
    """A notification, compact, deterministic. ``request`` is the id of the action request that triggers it; ``held`` its body."""
    told: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "api:Notification",
        "api:hasEventType": {"@id": f"api:{notice.event_type}"},
    }
    if notice.object:
        uri = f"{base}/logistics-objects/{notice.object}"
        told["api:hasLogisticsObject"] = nested(held.nodes) if held else {"@id": uri}
    if notice.object_type:
        told["api:hasLogisticsObjectType"] = _uri(notice.object_type)
    if notice.event:
        told["api:hasLogisticsEvent"] = {"@id": notice.event}
    if notice.changed:
        told["api:hasChangedProperty"] = [_uri(one) for one in sorted(set(notice.changed))]
    if request:
        told["api:isTriggeredBy"] = {"@id": f"{base}/action-requests/{request}"}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _uri(value: str) -> dict[str, str]:
    return {"@type": XSD + "anyURI", "@value": value}


def nested(nodes: Nodes) -> dict[str, Any]:
    """The first node with its embedded nodes inside it, in expanded terms; one met twice stands whole once."""
    rest = {str(one.get("@id")): one for one in nodes[1:]}

    def whole(node: dict[str, Any]) -> dict[str, Any]:
        return {key: [inner(one) for one in value] if isinstance(value, list) else value for key, value in node.items()}

    def inner(value: Any) -> Any:
        name = value.get("@id") if isinstance(value, dict) and len(value) == 1 else None
        found = rest.pop(name, None) if isinstance(name, str) else None
        return whole(found) if found is not None else value

    return whole(nodes[0]) if nodes else {}


def merged(waiting: bytes, later: bytes) -> bytes | None:
    """Two updates of one object by one subscription as one: the later, with the properties that changed in either."""
    first, second = json.loads(waiting), json.loads(later)
    if any(_bare(first).get(name) != value for name, value in _bare(second).items()) or not _is_update(second):
        return None
    both = {one["@value"]: one for told in (first, second) for one in told.get(_CHANGED, ())}
    stated = all(_CHANGED in told for told in (first, second))
    # An update that names no property may have changed any: what is merged with it names none either.
    return json.dumps(
        _bare(second) | _body(second) | ({_CHANGED: [both[one] for one in sorted(both)]} if stated else {})
    ).encode()


_CHANGED = "api:hasChangedProperty"
_OBJECT = "api:hasLogisticsObject"


def _is_update(told: dict[str, Any]) -> bool:
    return bool(told.get("api:hasEventType", {}).get("@id") == "api:LOGISTICS_OBJECT_UPDATED")


def _bare(told: dict[str, Any]) -> dict[str, Any]:
    """All but what two updates of one object may differ in."""
    kept = {name: value for name, value in told.items() if name not in (_CHANGED, _OBJECT)}
    return kept | {_OBJECT: {"@id": told.get(_OBJECT, {}).get("@id")}}


def _body(told: dict[str, Any]) -> dict[str, Any]:
    return {_OBJECT: told[_OBJECT]} if _OBJECT in told else {}
