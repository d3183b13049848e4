"""A canonical shipment through logistics objects and back, and what of it changed without being named. Shared by tests."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from adapters.one_record.format import OneRecord
from hub.canonical.document import Document, leaves
from hub.envelope import Envelope
from hub.explain import shipments_of
from hub.fold.rules import Rules
from hub.pipeline import Line
from hub.problem import Problem, Profile
from hub.projected import Outline
from hub.projecting import STOWED

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = date(2026, 11, 22)
BASE = "https://hub.example/logistics-objects"
DERIVED = frozenset(
    {"key", "sequence", "kind", "status", "partial_status", "goods_text", "security", "told_twice", "id", "instant"}
)
"""What the fold makes of the rest, and what only says how the wire spelt it."""

RENUMBERED = re.compile(r"/charges/other/\d+/line")
"""Other charges are numbered anew: which line of a waybill several stood on together is no part of the ontology."""

FORMAT = OneRecord()


def outlined(line: Line, document: Document) -> tuple[Outline, set[str]]:
    """The objects and events of a shipment, and the pointers of what the ontology has no place for."""
    plain = {name: value for name, value in document.items() if name != "milestones"}
    head = {name: document[name] for name in ("awb", "origin", "destination") if name in document}
    waybill = line.express("one-record:Waybill", plain, DAY)
    roots, named = [waybill.root], set(_paths(waybill.problems, ""))
    for at, one in enumerate(document.get("bookings", ())):
        booking = line.express("one-record:Booking", {**head, "bookings": [one]}, DAY)
        roots.append(booking.root)
        named -= {path for path in named if path.startswith(f"/bookings/{at}/")}
        named |= {path.replace("/bookings/0", f"/bookings/{at}", 1) for path in _paths(booking.problems, "/bookings")}
    stowed = {name: document[name] for name in STOWED if name in document}
    if stowed:
        loaded = line.express("one-record:TransportMovement", {**head, **stowed}, DAY)
        roots.append(loaded.root)
        named = {path for path in named if not path.startswith(tuple(f"/{name}/" for name in stowed))}
        named |= {path for name in stowed for path in _paths(loaded.problems, f"/{name}")}
    events = []
    for at, one in enumerate(document.get("milestones", ())):
        if one.get("withdrawn"):
            named.add(f"/milestones/{at}")
            continue
        told = line.express("one-record:StatusUpdateEvent", {**head, "milestones": [one]}, DAY)
        events.append((one["id"], told.root))
        named |= {path.replace("/milestones/0", f"/milestones/{at}", 1) for path in _paths(told.problems, "/milestones")}
    return FORMAT.outline(BASE, FORMAT.shipment_name(document["key"]), roots, events), named


def _paths(problems: list[Problem], below: str) -> Iterator[str]:
    return (one.path or "" for one in problems if (one.path or "").startswith(below or "/"))


def read_again(line: Line, outline: Outline, profile: Profile) -> dict[str, Document]:
    """What a reader makes of all objects and events together, by shipment key."""
    raw = FORMAT.gathered([*(one.nodes for one in outline.objects), *(one.nodes for one in outline.events)])
    envelope = Envelope(id="1", partner="green", channel="http", received_at=NOW, digest="", raw=raw)
    understood = line.understand(envelope, profile)
    return {one.key: one.document for one in shipments_of(understood.readings, NOW, Rules())}


def silently_changed(before: Document, after: Document, named: set[str]) -> dict[str, tuple[Any, Any]]:
    """Values that came back different, or not at all, though nothing said so."""
    order = {_occurrence(one): at for at, one in enumerate(before.get("milestones", ()))}
    told = sorted(after.get("milestones", ()), key=lambda one: order.get(_occurrence(one), len(order)))
    stowed = {_load(one): at for at, one in reversed(list(enumerate(before.get("loads", ()))))}
    loads = sorted(after.get("loads", ()), key=lambda one: stowed.get(_load(one), len(stowed)))
    old, new = dict(leaves(before)), dict(leaves({**after, "milestones": told, "loads": loads}))
    return {
        name: (value, new.get(name)) for name, value in old.items() if new.get(name) != value and not _excused(name, value, named)
    }


def _load(load: Document) -> tuple[str, ...]:
    """What a load is found again by: lists of loads are sets."""
    return tuple(str(load.get(name, "")) for name in ("date", "flight", "from", "to", "uld", "status", "pieces"))


def _occurrence(milestone: Document) -> tuple[str, ...]:
    """What a milestone is found again by: the fold puts them in the order they happened."""
    day = milestone.get("date") or str(milestone.get("at") or "")[:10]
    return (milestone["code"], str(milestone.get("station")), day, str(milestone.get("pieces")))


def _excused(name: str, value: Any, named: set[str]) -> bool:
    parts = name.split("/")
    if any(part in DERIVED for part in parts) or RENUMBERED.search(name):
        return True
    if parts[-1] == "description_code" and value in ("T", "P"):
        return True
    return any(name == path or name.startswith(path + "/") for path in named)
