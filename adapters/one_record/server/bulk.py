"""Several logistics objects read at once: ``POST /logistics-objects/query``, beyond the standard (issue 388 there) and off unless
the node's ``extensions`` name ``bulk-read``.

The body is an api:Collection whose ``hasItem`` links the objects; so is the answer, with the objects. What the caller may not
read is left out, as what is not there is: the answer does not tell them apart.
"""

from adapters.one_record.nodes import links, made, with_revision
from adapters.one_record.server.call import Answer, Call, Node
from adapters.one_record.server.documents import body_of, require_class
from adapters.one_record.server.errors import refused
from adapters.one_record.server.permission import allowed
from adapters.one_record.vocabulary import API
from hub.objects import GET_OBJECT, Nodes

BULK = "bulk-read"
MOST = 200


def query(node: Node, call: Call) -> Answer:
    """POST /logistics-objects/query."""
    nodes, _ = body_of(node, call)
    require_class(nodes, "Collection", call)
    asked = list(dict.fromkeys(target for name, target in links(nodes[0]) if name == API + "hasItem"))
    if not 1 <= len(asked) <= MOST:
        message = f"A query names 1 to {MOST} logistics objects, this one {len(asked)}."
        raise refused(message, property=API + "hasItem", resource=f"{node.objects}/query")
    found = node.doors.objects.get_all([id for id in map(node.object_id, asked) if id])
    shown = [with_revision(one) for one in found.values() if allowed(node, call, one, GET_OBJECT)]
    return Answer(status=200, nodes=_collection(f"{node.objects}/query", shown), headers={"Type": API + "Collection"})


def _collection(iri: str, shown: list[Nodes]) -> Nodes:
    root = made(iri, "Collection", hasTotalItems=len(shown))
    if shown:
        root[API + "hasItem"] = [{"@id": one[0]["@id"]} for one in shown]
    return [root, *(node for one in shown for node in one)]
