"""Notifications as JSON-LD: ours written, others' read. Pure. The standard: notifications.md."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.one_record.nodes import internal, made, one_of, with_revision
from adapters.one_record.render import jsonld
from adapters.one_record.sharing.nodes import iris, link, literal, names, the
from adapters.one_record.vocabulary import API
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
    """A notification, deterministic. ``request`` is the id of the action request that triggers it; ``held`` comes along whole.

    It has a name of its own, by which a receiver can tell a repetition from a second event that is told in the same words.
    """
    told = made(_name(notice, request), "Notification", hasEventType=one_of(notice.event_type))
    if notice.object:
        told[API + "hasLogisticsObject"] = link(f"{base}/logistics-objects/{notice.object}")
    if notice.object_type:
        told[API + "hasLogisticsObjectType"] = literal(notice.object_type, "anyURI")
    if notice.event:
        told[API + "hasLogisticsEvent"] = link(notice.event)
    if notice.changed:
        told[API + "hasChangedProperty"] = [literal(one, "anyURI")[0] for one in sorted(set(notice.changed))]
    if request:
        told[API + "isTriggeredBy"] = link(f"{base}/action-requests/{request}")
    return jsonld([told, *(with_revision(held) if held else ())])


def _name(notice: Notice, request: str) -> str:
    return internal("\x1f".join((notice.event_type, notice.at.isoformat(), notice.object, notice.event, notice.request, request)))


def merged(waiting: bytes, later: bytes) -> bytes | None:
    """Two updates of one object by one subscription as one: the later, with the properties that changed in either."""
    first, second = json.loads(waiting), json.loads(later)
    if _bare(first) != _bare(second) or second.get("api:hasEventType") != {"@id": f"{API}LOGISTICS_OBJECT_UPDATED"}:
        return None
    both = {one["@value"]: one for told in (first, second) for one in _changed(told)}
    # An update that names no property may have changed any: what is merged with it names none either.
    stated = all(_CHANGED in told for told in (first, second))
    kept = {name: value for name, value in second.items() if name != _CHANGED}
    changed = {_CHANGED: [both[one] for one in sorted(both)]} if stated else {}
    return json.dumps(kept | changed, ensure_ascii=False, separators=(",", ":")).encode()


_CHANGED = "api:hasChangedProperty"
_OBJECT = "api:hasLogisticsObject"


def _changed(told: dict[str, Any]) -> list[dict[str, str]]:
    values = told.get(_CHANGED, [])
    return values if isinstance(values, list) else [values]


def _bare(told: dict[str, Any]) -> dict[str, Any]:
    """All but what two updates of one object may differ in: their names, what changed, and the object's content."""
    kept = {name: value for name, value in told.items() if name not in (_CHANGED, _OBJECT, "@id", "@context")}
    return kept | {_OBJECT: told.get(_OBJECT, {}).get("@id")}
