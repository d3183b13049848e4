"""A posted document as the objects it holds: one object each, linked; embedded objects named for good. Pure but for new names.

Decision 0006, row 8: a logistics object nested in another becomes an object of its own (standard, Logistics Objects, Example A2).
"""

import re
import uuid

from adapters.one_record.nodes import Node as JsonNode
from adapters.one_record.nodes import by_id, class_iri, is_object, links, nameless, parts, properties, renamed, settle
from adapters.one_record.server.call import Node
from adapters.one_record.server.errors import refused
from hub.objects import Nodes

_ID = re.compile(r"[A-Za-z0-9._~-]{1,200}")


def split(node: Node, nodes: Nodes, id: str) -> dict[str, Nodes]:
    """The objects of a document by id, the posted one first: under ``id`` where it has no address. Raises Refusal (400) for an
    address that is not ours to give.
    """
    nodes = nameless(nodes)
    names = {
        one["@id"]: _address(node, one["@id"], str(uuid.uuid4()) if place else id, first=place == 0)
        for place, one in enumerate(nodes)
        if _is_own(node, one, place)
    }
    whole = renamed(nodes, names)
    known, own = by_id(whole), set(names.values())
    return {node.object_id(iri): settle(_apart(known, iri, own), iri, iri) for iri in names.values()}


def _is_own(node: Node, one: dict[str, object], place: int) -> bool:
    """The posted object, and every nested one that has no address yet, or one of ours and something to say."""
    if place == 0:
        return True
    name = str(one["@id"])
    return is_object(one) and (name.startswith("_:") or (bool(node.object_id(name)) and any(properties(one))))


def _address(node: Node, name: str, fresh: str, *, first: bool) -> str:
    if name.startswith("_:"):
        return node.object_iri(fresh)
    if not _ID.fullmatch(node.object_id(name)) or "?" in name:
        raise refused(
            f"The @id of a new logistics object begins with {node.objects}/ and ends with an id of letters, digits, - . _ and ~.",
            property="@id" if first else "",
            resource=name,
        )
    return name


def _apart(known: dict[str, JsonNode], iri: str, own: set[str]) -> Nodes:
    """One object with its embedded ones; of others that it links only their classes."""
    inner = parts(known, iri, own.__contains__)
    named = {target: None for one in inner for _, target in links(one)}
    return [*inner, *({"@id": name, "@type": [class_iri(known[name])]} for name in named if name in own and name != iri)]
