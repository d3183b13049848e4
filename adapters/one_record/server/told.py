"""What the hub is told by what a node takes in: the document as an arrival of format one-record, where it says something of
shipments.
"""

from adapters.one_record.format import MAPPED
from adapters.one_record.nodes import kind_of
from adapters.one_record.render import jsonld
from hub.objects import Nodes
from hub.ports import Arrival

CHANNEL = "one-record"


def arrival(nodes: Nodes, partner: str) -> Arrival | None:
    """The document as the hub reads it; none from an agent that is no partner, or of a class no mapping reads."""
    kind = kind_of(nodes[0])
    if not partner or kind.known is None or not any(name in kind.known.lineage for name in MAPPED):
        return None
    return Arrival(
        partner=partner, channel=CHANNEL, raw=jsonld(nodes), name=nodes[0]["@id"].rsplit("/", 1)[-1], media="application/ld+json"
    )
