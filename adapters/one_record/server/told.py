"""What the hub is told by what a node takes in: the document as an arrival of format one-record, where it says something of
shipments.
"""

from collections.abc import Iterable

from adapters.one_record.format import JOINED, MAPPED
from adapters.one_record.nodes import Node as JsonNode
from adapters.one_record.nodes import kind_of, links, properties
from adapters.one_record.render import jsonld
from adapters.one_record.server.call import Node
from adapters.one_record.vocabulary import CARGO
from hub.objects import Nodes
from hub.ports import Arrival

CHANNEL = "one-record"
_NAMING = frozenset(
    CARGO + name
    for name in (
        "waybillPrefix",
        "waybillNumber",
        "waybillType",
        "waybill",
        "masterWaybill",
        "ofShipment",
        "eventFor",
        "issuedForWaybill",
        "issuedForShipment",
        "issuedForPiece",
    )
)
"""What says of which waybill an object is. Of others' objects only this is told: the rest is not the sender's word."""

_FARTHEST = 4
_MOST = 100


def arrival(node: Node, nodes: Nodes, partner: str) -> Arrival | None:
    """The document as the hub reads it, with the waybill that the objects of this node it names belong to.

    None from an agent that is no partner, or of what says something only with what it links to (hub/joining.py tells that).
    """
    kind = kind_of(nodes[0])
    if not partner or kind.known is None or not any(name in kind.known.lineage for name in MAPPED) or _is_joined(nodes):
        return None
    raw = jsonld([*_told(nodes), *_named(node, nodes)])
    return Arrival(
        partner=partner, channel=CHANNEL, raw=raw, name=nodes[0]["@id"].rsplit("/", 1)[-1], media="application/ld+json"
    )


def _is_joined(nodes: Nodes) -> bool:
    """Whether an event is about a flight, a unit or an action: which waybills those carry is seen by their links."""
    about = {target for name, target in links(nodes[0]) if name == CARGO + "eventFor"}
    kinds = [kind_of(one) for one in nodes[1:] if one["@id"] in about]
    return any(kind.known is not None and name in kind.known.lineage for kind in kinds for name in JOINED)


def _told(nodes: Nodes) -> Nodes:
    """The nodes that say something beyond their class."""
    return [one for place, one in enumerate(nodes) if place == 0 or any(properties(one))]


def _named(node: Node, nodes: Nodes) -> Nodes:
    """The objects of this node that lead from the document to its waybill: their classes, numbers and links to it."""
    found: dict[str, JsonNode] = {}
    told = {one["@id"] for one in _told(nodes)}
    waiting = _ahead(node, nodes) - told
    for _ in range(_FARTHEST):
        held = node.doors.objects.get_all(sorted(map(node.object_id, waiting))[: _MOST - len(found)]) if waiting else {}
        fresh = {node.object_iri(id): _naming(one.nodes[0]) for id, one in held.items()}
        found |= fresh
        waiting = _ahead(node, fresh.values()) - told - found.keys()
    return list(found.values())


def _ahead(node: Node, nodes: Iterable[JsonNode]) -> set[str]:
    return {target for one in nodes for name, target in links(one) if name in _NAMING and node.object_id(target)}


def _naming(one: JsonNode) -> JsonNode:
    return {name: value for name, value in one.items() if name.startswith("@") or name in _NAMING}
