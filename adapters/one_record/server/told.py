"""What the hub is told by what a node takes in: the document as an arrival of format one-record, where it says something of
shipments.
"""

from collections.abc import Callable, Iterator
from typing import Any

from adapters.one_record.format import MAPPED
from adapters.one_record.nodes import kind_of, properties
from adapters.one_record.render import jsonld
from adapters.one_record.vocabulary import CARGO
from hub.objects import Nodes
from hub.ports import Arrival

CHANNEL = "one-record"


LEADS = tuple(
    CARGO + name for name in ("eventFor", "ofShipment", "waybill", "masterWaybill", "issuedForShipment", "issuedForPiece")
)
"""The properties by which an object says whose it is, up to the waybill that has a number."""

SAYS = frozenset(CARGO + name for name in ("waybillPrefix", "waybillNumber", "waybillType")) | frozenset(LEADS)
DEEPEST = 5

Find = Callable[[str], Nodes | None]
"""The nodes of an object by its address; None for one this node does not hold."""


def arrival(nodes: Nodes, partner: str, find: Find = lambda _iri: None) -> Arrival | None:
    """The document as the hub reads it, with what the objects it is part of are called; none from an agent that is no partner,
    or of a class no mapping reads.
    """
    kind = kind_of(nodes[0])
    if not partner or kind.known is None or not any(name in kind.known.lineage for name in MAPPED):
        return None
    added = {node["@id"]: node for node in _whose(nodes, find)}
    whole = [*(node for node in nodes if node["@id"] not in added), *added.values()]
    return Arrival(
        partner=partner, channel=CHANNEL, raw=jsonld(whole), name=nodes[0]["@id"].rsplit("/", 1)[-1], media="application/ld+json"
    )


def _whose(nodes: Nodes, find: Find) -> Iterator[dict[str, Any]]:
    """Of the objects held elsewhere that a document's own object is part of: class, number, and whose they are in turn."""
    told = {node["@id"] for node in nodes if any(True for _ in properties(node))}
    waiting = [(iri, 1) for iri in _leading(nodes[0])]
    while waiting:
        iri, depth = waiting.pop(0)
        found = find(iri) if iri not in told and depth <= DEEPEST else None
        told.add(iri)
        if found:
            node = {name: values for name, values in found[0].items() if name[:1] == "@" or name in SAYS}
            yield node
            waiting.extend((one, depth + 1) for one in _leading(node))


def _leading(node: dict[str, Any]) -> list[str]:
    return [value["@id"] for name in LEADS for value in node.get(name, ()) if "@id" in value]
