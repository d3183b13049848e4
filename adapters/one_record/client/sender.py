"""The outbox's way to another node: each delivery is one call, chosen by the document's class. Knows no storage.

A fetch is a delivery too: what it brings back is handed to the intake, and only then is it done.
"""

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from adapters.one_record.client.faults import RefusedCall
from adapters.one_record.client.links import Gathered
from adapters.one_record.client.listed import each_event
from adapters.one_record.client.node import Node
from adapters.one_record.client.orders import Call, Order, order
from adapters.one_record.client.said import EVENTS
from adapters.one_record.client.settings import KIND
from adapters.one_record.vocabulary import CARGO
from hub.channel import key_text, shown_name
from hub.ports import Arrival, Intake, IntakeRefused, Misconfigured, Parcel, Receipt, Refused, Retriable

_LEFT_OUT = frozenset({404, 405, 501})
"""How a node answers at an address it does not serve: events about several objects at once are optional in 2.3.0."""

_EVENT_FOR = ("cargo:eventFor", CARGO + "eventFor", "eventFor")


class NodeSender:
    """A :class:`hub.ports.Sender` to one partner's node. Not for two threads at once."""

    def __init__(self, node: Node, intake: Intake | None, *, partner: str, channel: str) -> None:
        self._node = node
        self._intake = intake
        self._partner = partner
        self._channel = channel
        self._bulk = True
        self._calls: dict[Call, Callable[[Order, bytes, str], Receipt]] = {
            Call.FETCH: lambda order, _raw, _key: self._fetch(order.about),
            Call.NOTIFY: lambda _order, raw, key: node.notify(raw, key=key),
            Call.CREATE: lambda _order, raw, key: node.create(raw, key=key),
            Call.CHANGE: lambda order, raw, key: node.change(_one(order), raw, key=key),
            Call.VERIFY: lambda order, raw, key: node.verify(_one(order), raw, key=key),
            Call.SUBSCRIBE: lambda _order, raw, key: node.subscribe(raw, key=key),
            Call.DELEGATE: lambda _order, raw, key: node.delegate(raw, key=key),
            Call.EVENT: self._event,
            Call.REVOKE: lambda order, _raw, key: node.revoke(_one(order), key=key),
            Call.DECIDE: lambda order, _raw, key: node.decide(_one(order), _status(order), key=key),
        }

    def deliver(self, parcel: Parcel) -> Receipt:
        """One call; its key goes out as ``Idempotency-Key``. Raises the whole :class:`hub.ports.DeliveryError` tree."""
        wanted = order(parcel.raw)
        return self._calls[wanted.call](wanted, parcel.raw, key_text(parcel.key))

    def close(self) -> None:
        """Close the connections to the node."""
        self._node.close()

    def _event(self, wanted: Order, raw: bytes, key: str) -> Receipt:
        """To the object's own list; about several objects at once where the node can (2.3.0), else to each."""
        targets = [one for one in wanted.about if one.startswith("http")]
        if not targets:
            target = self._object_of(wanted)
            return self._node.post_event(target, _about(raw, target), key=key)
        if len(targets) == 1:
            return self._node.post_event(targets[0], raw, key=key)
        self._node.session.negotiate()
        if self._bulk and self._node.session.versions.has("2.3.0"):
            try:
                return self._node.post_events(raw, key=key)
            except RefusedCall as refusal:
                if refusal.status not in _LEFT_OUT:
                    raise
                self._bulk = False
        made = [self._node.post_event(one, _about(raw, one), key=f"{key}-{place}") for place, one in enumerate(targets, 1)]
        return Receipt(reference=" ".join(one.reference for one in made), text="; ".join(one.text for one in made))

    def _object_of(self, wanted: Order) -> str:
        """The partner's object for a shipment that the event tells by its waybill number only."""
        pattern = self._node.place.shipment_object
        numbers = _waybill(wanted)
        if not pattern or numbers is None:
            raise Misconfigured(
                f"{KIND} channel: the event names no object of the partner's. Set 'shipment_object' to the address of its "
                "shipments, such as https://node.example/logistics-objects/shipment-{prefix}-{number}."
            )
        return pattern.replace("{prefix}", numbers[0]).replace("{number}", numbers[1])

    def _fetch(self, iris: list[str]) -> Receipt:
        """What can be had is handed in at once if it makes sense; a fault that may pass makes the whole be read again later."""
        if self._intake is None:
            raise Misconfigured(f"{KIND} channel: a fetch was ordered on a channel that has no intake.")
        texts, again = [], None
        for iri, found in chain.from_iterable(map(self._documents, iris)):
            hand_in(self._intake, iri, found, partner=self._partner, channel=self._channel)
            again = again or found.again
            left = "; ".join(f"{one}: {why}" for one, why in found.left)
            texts.append(f"{len(found.pages)} object(s)" + (f", left: {left}" if left else ""))
        if again is not None:
            raise again
        return Receipt(reference=" ".join(iris)[:500], text="; ".join(texts))

    def _documents(self, iri: str) -> Iterator[tuple[str, Gathered]]:
        """What is handed in for one address: an object with what it links to, or the events of a list one by one."""
        object, listed, _ = iri.rstrip("/").partition(EVENTS)
        if listed and iri.rstrip("/").endswith(EVENTS):
            return each_event(self._node, object)
        return iter([(iri, self._node.gather(iri))])


def hand_in(intake: Intake, iri: str, found: Gathered, *, partner: str, channel: str) -> bool:
    """Commit what was read; whether it was new. Raises Retriable when the hub is busy or full, Refused where it takes no such."""
    if not found.makes_sense():  # it would be a dead letter, and is read again
        return False
    media = shown_name(found.media())
    arrival = Arrival(
        partner=partner, channel=channel, raw=found.document(), name=shown_name(iri), media=media, said_at=found.modified()
    )
    try:
        return intake.receive(arrival).status != "duplicate"
    except IntakeRefused as refusal:
        if refusal.reason in ("busy", "full"):
            raise Retriable(f"{KIND} channel: the hub is {refusal.reason}; {arrival.name} is read again later.") from refusal
        raise Refused(f"{KIND} channel: the hub did not take {arrival.name} ({refusal.reason}): {refusal}") from refusal


def _one(wanted: Order) -> str:
    if len(wanted.about) != 1:
        kind = wanted.thing.kind if wanted.thing else wanted.call.value
        raise Refused(f"{KIND} channel: a {kind} names one object, this one {len(wanted.about)}.")
    return wanted.about[0]


def _status(wanted: Order) -> str:
    status = wanted.thing.word("api:hasRequestStatus") if wanted.thing else ""
    if not status:
        raise Refused(f"{KIND} channel: the action request says nothing of the status it is to get.")
    return status


def _about(raw: bytes, target: str) -> bytes:
    """The event with ``eventFor`` naming this object alone."""
    document = json.loads(raw)
    if not isinstance(document, dict) or not any(name in document for name in _EVENT_FOR):
        raise Refused(f"{KIND} channel: an event about no object of the partner's is to be one JSON object with cargo:eventFor.")
    return json.dumps({name: _link(value, target) if name in _EVENT_FOR else value for name, value in document.items()}).encode()


def _link(value: Any, target: str) -> dict[str, Any]:
    first = value[0] if isinstance(value, list) and value else value
    kind = first.get("@type") if isinstance(first, dict) else None
    return {"@id": target, **({"@type": kind} if kind else {})}


def _waybill(wanted: Order) -> tuple[str, str] | None:
    """Prefix and number of the waybill that the event's shipment names, or that the event is about itself."""
    told = [found for iri in wanted.about if (found := wanted.document.thing(iri)) is not None]
    told += [found for one in told for iri in one.texts("waybill") if (found := wanted.document.thing(iri)) is not None]
    numbered = next((one for one in told if one.text("waybillNumber")), None)
    return (numbered.text("waybillPrefix"), numbered.text("waybillNumber")) if numbered else None
