"""Nodes as the wire wants them: compact JSON-LD as a tree with an inline context, or Turtle. Knows no HTTP and no meaning."""

from typing import Any

import msgspec
import rdflib

from adapters.one_record.graph import STRING
from adapters.one_record.nodes import Node, Value, by_id, properties
from adapters.one_record.vocabulary import API, CARGO, XSD
from hub.objects import Nodes

PREFIXES = (("cargo", CARGO), ("api", API), ("xsd", XSD))
DEEPEST = 40
"""Objects in objects; deeper ones stand beside the tree, so that what we write everybody can read."""

_encoder = msgspec.json.Encoder()


def jsonld(nodes: Nodes, *, language: str = "") -> bytes:
    """One JSON-LD document: a tree from the first node, each node in full where it is first named. ``language`` is stated in
    the context; texts then carry it.
    """
    tree, prefixes = _Tree(nodes).whole()
    context = {prefix: iri for prefix, iri in PREFIXES if prefix in prefixes}
    return _encoder.encode({"@context": context | ({"@language": language} if language else {}), **tree})


class _Tree:
    """Writes the nodes of one document and remembers which prefixes it used."""

    def __init__(self, nodes: Nodes) -> None:
        self._first = nodes[0]
        self._nodes = nodes
        self._known = by_id(nodes)
        self._shown: set[str] = set()
        self._prefixes: set[str] = set()
        self._names: dict[str, str] = {}
        self._depth = 0

    def whole(self) -> tuple[dict[str, Any], set[str]]:
        """The tree; what the first node does not reach stands in ``@included``."""
        tree = self._node(self._first)
        left = []
        for beside in self._nodes:
            if beside["@id"] not in self._shown:
                left.append(self._node(beside))
        if left:
            tree["@included"] = left
        return tree, self._prefixes

    def _node(self, node: Node) -> dict[str, Any]:
        self._shown.add(node["@id"])
        made: dict[str, Any] = {"@id": node["@id"]}
        types = [self._compact(iri) for iri in node.get("@type", ())]
        if types:
            made["@type"] = types[0] if len(types) == 1 else types
        self._depth += 1
        for iri, values in properties(node):
            shown = [self._value(value) for value in values]
            made[self._compact(iri)] = shown[0] if len(shown) == 1 else shown
        self._depth -= 1
        return made

    def _value(self, value: Value) -> Any:
        name = value.get("@id")
        if name is None:
            return self._literal(value)
        described = self._known.get(name)
        if described is None or name in self._shown or self._depth >= DEEPEST:
            return {"@id": name}
        return self._node(described)

    def _literal(self, value: Value) -> Any:
        kind = value.get("@type")
        if kind is None or kind == STRING:
            return {"@language": value["@language"], "@value": value["@value"]} if "@language" in value else value["@value"]
        if kind == XSD + "boolean" and value["@value"] in ("true", "false"):
            return value["@value"] == "true"
        return {"@type": self._compact(kind), "@value": value["@value"]}

    def _compact(self, iri: str) -> str:
        known = self._names.get(iri)
        if known is None:
            known = self._names[iri] = self._shortened(iri)
        return known

    def _shortened(self, iri: str) -> str:
        for prefix, namespace in PREFIXES:
            if iri.startswith(namespace):
                self._prefixes.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri


def turtle(nodes: Nodes) -> bytes:
    """The same graph in Turtle."""
    graph = rdflib.Graph()
    for prefix, namespace in PREFIXES:
        graph.bind(prefix, namespace)
    for node in nodes:
        subject = _term(node["@id"])
        for kind in node.get("@type", ()):
            graph.add((subject, rdflib.RDF.type, rdflib.URIRef(kind)))
        for iri, values in properties(node):
            for value in values:
                graph.add((subject, rdflib.URIRef(iri), _object(value)))
    return graph.serialize(format="turtle").encode()


def _term(name: str) -> rdflib.term.Node:
    return rdflib.BNode(name[2:]) if name.startswith("_:") else rdflib.URIRef(name)


def _object(value: Value) -> rdflib.term.Node:
    if "@id" in value:
        return _term(value["@id"])
    kind = value.get("@type", "")
    datatype = rdflib.URIRef(kind) if kind and kind != STRING else None
    return rdflib.Literal(value["@value"], lang=value.get("@language"), datatype=datatype, normalize=False)
