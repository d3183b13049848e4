"""A notification of another node: kept as a message, and where the configuration says so the object it names is fetched.

The standard: notifications.md. What it makes us do never makes the other node do something again: a fetch is a read.
"""

import json
from collections.abc import Sequence

from adapters.one_record.client.said import EVENTS
from adapters.one_record.render import jsonld
from adapters.one_record.sharing.notifications import OBJECT_EVENTS, Heard, heard
from hub.logs import Log
from hub.node import NodeDoors
from hub.objects import Nodes
from hub.ports import Arrival

FETCH = "fetch-notified"
CHANNEL = "one-record"
EVENT_RECEIVED = "LOGISTICS_EVENT_RECEIVED"
_FETCHED = frozenset(OBJECT_EVENTS) - {EVENT_RECEIVED} | {"CHANGE_REQUEST_ACCEPTED"}
"""What leads to reading an object: also that a change of ours was accepted, as who asked for it is not told that it was made."""
_log = Log("one-record.hearing")


def hear(node: NodeDoors, agent: str, raw: bytes, media: str, nodes: Nodes) -> None:
    """Keep a notification. Raises :class:`adapters.one_record.sharing.nodes.Invalid` when it is none."""
    told = heard(nodes)
    partner = node.partner_of(agent)
    if not partner:
        _log.warning("a notification of an agent that no partner names: kept nowhere", agent=agent, told=told.event_type)
        return
    said = Arrival(partner=partner, channel=CHANNEL, raw=raw, name=f"notification-{told.event_type}", media=media)
    orders = _orders(node, agent, told)
    along = _along(partner, told, nodes) if told.object not in orders else ()
    node.hearing.hear(agent, [said, *along], orders)


def _along(partner: str, told: Heard, nodes: Nodes) -> Sequence[Arrival]:
    """The object that came along, as a message of its own: all there is where it is not read with what it links to."""
    if not told.body:
        return ()
    own = [one for one in nodes if one.get("@id") == told.object]
    rest = [one for one in nodes[1:] if one.get("@id") != told.object]
    return [
        Arrival(partner=partner, channel=CHANNEL, raw=jsonld([*own, *rest]), name=told.object[:200], media="application/ld+json")
    ]


def _orders(node: NodeDoors, agent: str, told: Heard) -> dict[str, bytes]:
    """What to read in answer, where that is turned on: the object with what it links to, also when it came along, and the events;
    all of them where it is not told which (the API before 2.2.0).

    A waybill by itself only names its shipment and parties: in the place of the whole it would take away what they say.
    """
    if FETCH not in node.settings.extensions or not node.reaches(agent):
        return {}
    wanted = [told.object] if told.event_type in _FETCHED and told.object else []
    if told.event_type == EVENT_RECEIVED and told.object and not told.events:
        wanted = [told.object.rstrip("/") + EVENTS]
    ours = f"{node.settings.base_url}/"
    asked = [one for one in (*wanted, *told.events) if not one.startswith(ours)]
    return {one: json.dumps({"fetch": [one], "because": told.event_type}).encode() for one in dict.fromkeys(asked)}
