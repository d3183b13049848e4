"""Documents as a node keeps them: flattened, expanded JSON-LD as plain JSON, embedded objects named for good. Knows the
graph and the class table, no HTTP.

The form is that of :mod:`hub.objects`: a list of nodes, the object itself first.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from adapters.one_record.frame import named
from adapters.one_record.graph import STRING, Graph, Link, Literal, Subject, literal
from adapters.one_record.vocabulary import API, CARGO, XSD, vocabulary
from hub.objects import HeldObject, Nodes

SPACE = uuid.UUID("0b7e0c52-7d0c-5f0e-9a55-3a4f1c1f7c11")
"""Name space of the ``internal:`` ids a node gives to embedded objects (RFC 9562, section 5.5)."""

_ZULU = re.compile(r"(\.\d*?)0*(Z|[+-]\d\d:\d\d)?$")
Node = dict[str, Any]
Value = dict[str, str]


def from_graph(graph: Graph, root: Subject) -> Nodes:
    """The nodes of a graph, the root's first, then those it reaches in the order it names them, then the rest."""
    order = dict.fromkeys(_reached(graph, root))
    rest = [key for key, one in graph.subjects.items() if key not in order and one.stated]
    return [node_of(graph.subjects[key]) for key in (*order, *rest)]


def _reached(graph: Graph, root: Subject) -> Iterator[str]:
    seen: set[str] = set()
    waiting = [root.key]
    while waiting:
        key = waiting.pop()
        subject = graph.subjects.get(key)
        if key in seen or subject is None or not (subject.stated or key == root.key):
            continue
        seen.add(key)
        yield key
        links = [one.key for values in subject.values.values() for one in values if isinstance(one, Link)]
        waiting.extend(reversed(links))


def node_of(subject: Subject) -> Node:
    """One subject as a node."""
    made: Node = {"@id": subject.key, "@type": [_whole(one) for one in subject.types]}
    for iri, values in subject.values.items():
        made[iri] = [_value(one) for one in values]
    return made


def _whole(type: str) -> str:
    """The IRI of a class that a document names without its namespace."""
    bare = vocabulary().classes.get(type)
    return bare.iri if bare else type


def _value(one: Literal | Link) -> Value:
    return {"@id": one.key} if isinstance(one, Link) else plain(one.text, one.datatype, one.language)


def plain(text: str, datatype: str = STRING, language: str = "") -> Value:
    """A literal in its one form: numbers in plain decimal, times without empty fractions and with Z for UTC."""
    shared = literal(text, datatype, language)
    value = {"@value": time(shared.text) if datatype == XSD + "dateTime" else shared.text}
    if language:
        value["@language"] = language
    elif datatype != STRING:
        value["@type"] = datatype
    return value


def time(text: str) -> str:
    """An xsd:dateTime without trailing zeros of its fraction, ``+00:00`` as ``Z`` (XML Schema part 2, section 3.2.7.2)."""
    found = _ZULU.search(text)
    if found and found[1] is not None:
        text = text[: found.start()] + (found[1] if found[1] != "." else "") + (found[2] or "")
    return text[:-6] + "Z" if text.endswith(("+00:00", "-00:00")) else text


def to_graph(nodes: Nodes) -> Graph:
    """The graph of nodes, for the checks; its places are JSON pointers into the nodes as a tree is shown."""
    graph = Graph()
    for node in nodes:
        subject = graph.subject(node["@id"], "", 0)
        for kind in node.get("@type", ()):
            subject.types.setdefault(kind, ("/@type", 0))
        for iri, values in properties(node):
            for value in values:
                graph.add(subject, iri, _stated(value, iri))
    graph.top = nodes[0]["@id"]
    return graph


def _stated(value: Value, iri: str) -> Literal | Link:
    if "@id" in value:
        return Link(value["@id"], f"/{iri}")
    return Literal(value["@value"], value.get("@type", STRING), value.get("@language", ""), f"/{iri}")


def properties(node: Node) -> Iterator[tuple[str, list[Value]]]:
    """The properties of a node with their values."""
    return ((iri, values) for iri, values in node.items() if iri[:1] != "@")


def by_id(nodes: Nodes) -> dict[str, Node]:
    """Nodes by their names."""
    return {node["@id"]: node for node in nodes}


def links(node: Node) -> Iterator[tuple[str, str]]:
    """(property, name) of everything a node refers to."""
    return ((iri, value["@id"]) for iri, values in properties(node) for value in values if "@id" in value)


def text_of(node: Node, iri: str) -> str:
    """The first value of a property as text: a literal's, or the name referred to; empty when there is none."""
    values = node.get(iri) or [{}]
    return str(values[0].get("@value") or values[0].get("@id") or "")


def linked(node: Node, iri: str, known: dict[str, Node]) -> list[Node]:
    """The nodes a property refers to, as far as the document describes them."""
    return [known[one["@id"]] for one in node.get(iri, ()) if one.get("@id") in known]


def class_of(node: Node) -> str:
    """The short name of the most specific class a node states; empty when it states none."""
    return str(kind_of(node).name)


def kind_of(node: Node) -> Any:
    """The most specific class a node states (frame.Named)."""
    return named(Subject(node["@id"], types=dict.fromkeys(node.get("@type", ()), ("", 0))))


def class_iri(node: Node) -> str:
    """The IRI of the most specific class a node states."""
    kind = kind_of(node)
    return str(kind.known.iri) if kind.known else next(iter(node.get("@type", ())), "")


def is_object(node: Node) -> bool:
    """Whether a node is a logistics object, with an address of its own."""
    kind = kind_of(node)
    return bool(kind.known and kind.known.is_object)


def renamed(nodes: Nodes, names: dict[str, str]) -> Nodes:
    """The nodes with other names for some of them, wherever they are named."""

    def again(value: Value) -> Value:
        return {"@id": names[value["@id"]]} if value.get("@id") in names else value

    return [
        {"@id": names.get(node["@id"], node["@id"]), "@type": node.get("@type", [])}
        | {iri: [again(value) for value in values] for iri, values in properties(node)}
        for node in nodes
    ]


def nameless(nodes: Nodes) -> Nodes:
    """The nodes without the names a document gives to embedded objects: they hold inside it only, and are to be unique in a node
    (Implementation Guidelines, Blank Nodes and Embedded Objects). The root keeps its own.
    """
    names = {one["@id"]: f"_: {place}" for place, one in enumerate(nodes) if place and _is_embedded(one)}
    return renamed(nodes, names) if names else nodes


def _is_embedded(node: Node) -> bool:
    name, known = str(node["@id"]), kind_of(node).known
    if name.startswith("_:"):
        return False
    if known is None:
        return name.startswith("internal:")
    if known.is_object or not known.lineage.isdisjoint(_NAMED):
        return False
    return "://" not in name or known.iri.startswith(API)


_NAMED = frozenset(("CodeListElement", "LogisticsEvent", "ActionRequest"))
"""Classes below which things have names of their own, though they are no logistics objects."""


def with_revision(held: HeldObject) -> Nodes:
    """The nodes of an object with the revision that a document of it must carry (Logistics Objects, "Get a Logistics Object")."""
    number = XSD + "positiveInteger"
    stated = {
        API + "hasRevision": [{"@value": str(held.revision), "@type": number}],
        API + "hasLatestRevision": [{"@value": str(held.latest), "@type": number}],
    }
    return [held.nodes[0] | stated, *held.nodes[1:]]


def settle(nodes: Nodes, root: str, seed: str) -> Nodes:
    """The nodes with the root under its address and every nameless node under ``internal:<uuid5>`` of the seed and its place."""
    names = {nodes[0]["@id"]: root}
    paths: dict[str, str] = {nodes[0]["@id"]: seed}
    for node in nodes:
        above = paths.setdefault(node["@id"], f"{seed}/{len(paths)}")
        for iri, values in properties(node):
            for place, value in enumerate(values):
                paths.setdefault(value.get("@id", ""), f"{above}/{iri}/{place}")
    for key, path in paths.items():
        if key.startswith("_:") and key not in names:
            names[key] = internal(path)
    return renamed(nodes, names)


def internal(path: str) -> str:
    """The name of an embedded object for a place that never changes."""
    return f"internal:{uuid.uuid5(SPACE, path)}"


def reachable(nodes: Nodes) -> set[str]:
    """The names of all nodes that the first one reaches."""
    known = by_id(nodes)
    seen: set[str] = set()
    waiting = [nodes[0]["@id"]]
    while waiting:
        name = waiting.pop()
        if name in known and name not in seen:
            seen.add(name)
            waiting.extend(target for _, target in links(known[name]))
    return seen


def parts(known: dict[str, Node], start: str, stop: Callable[[str], bool]) -> list[Node]:
    """A node and all it reaches, in the order it is named, not going beyond those where ``stop`` says so."""
    seen: dict[str, Node] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in known and name not in seen and (name == start or not stop(name)):
            seen[name] = known[name]
            waiting.extend(reversed([target for _, target in links(known[name])]))
    return list(seen.values())


def made(id: str, kind: str, **values: Iterable[Value | str] | Value | str | bool | int) -> Node:
    """A node of an api class. Values: text as string, truth as boolean, numbers as non-negative integers, a value as it is."""
    node: Node = {"@id": id, "@type": [API + kind]}
    for name, value in values.items():
        node[API + name] = list(_values(value))
    return node


def _values(value: Any) -> Iterator[Value]:
    if isinstance(value, bool):
        yield {"@value": str(value).lower(), "@type": XSD + "boolean"}
    elif isinstance(value, int):
        yield {"@value": str(value), "@type": XSD + "nonNegativeInteger"}
    elif isinstance(value, str):
        yield {"@value": value}
    elif isinstance(value, dict):
        yield value
    else:
        for one in value:
            yield from _values(one)


def one_of(name: str) -> Value:
    """A reference to an individual of the api ontology (``REQUEST_PENDING``)."""
    return {"@id": API + name}


def known_short(iri: str) -> str:
    """The short name of a class or property of either ontology."""
    return vocabulary().names.get(iri, "") if iri.startswith((CARGO, API)) else ""
