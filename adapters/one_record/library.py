"""The RDF libraries at work: pyoxigraph for JSON-LD beyond the plain contexts, rdflib for Turtle. Both give the same graph."""

import io
import logging
from collections.abc import Iterable
from typing import Any

import pyoxigraph
import rdflib

from adapters.one_record.burden import chained, objects
from adapters.one_record.context import LANGUAGE, LONGEST_CHAIN, escape
from adapters.one_record.graph import Graph, Link, Literal, Report, literal
from adapters.one_record.scan import Item
from adapters.one_record.vocabulary import XSD
from hub.problem import Code

logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # it repeats what documents say, with tracebacks; we tell it ourselves

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
Triple = tuple[str, str, "Literal | Link"]


def from_jsonld(text: str, top: Item, report: Report) -> Graph:
    """Read JSON-LD with pyoxigraph (no remote context is ever loaded); pointers are those of the first value of equal text."""
    chain = chained(top)
    if chain is not None:
        message = (
            f"Terms are defined by each other in a chain of more than {LONGEST_CHAIN}. Ask the sender to write out the IRIs."
        )
        report.add(Code.ONE_CONTEXT, message, chain, 0, element="@context", expected=f"chains of at most {LONGEST_CHAIN} terms")
        return Graph()
    try:
        quads = list(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.JSON_LD))
    except (SyntaxError, ValueError, OSError) as fault:
        message = f"The JSON-LD could not be read: {fault}. Ask the sender for a context of prefixes and terms only."
        report.add(Code.ONE_CONTEXT, message, "", 0, found=str(fault)[:80])
        return Graph()
    _without_language(top, report)
    places = _places(top)
    graph = _graph(_quad_triples(quads), places)
    if isinstance(top.value, dict) and isinstance(top.value.get("@id", Item("", 0)).value, str):
        named = str(top.value["@id"].value) if "@id" in top.value else ""
        graph.top = named if named in graph.subjects else None
    return graph


def _without_language(top: Item, report: Report) -> None:
    """Name the tags for which the library leaves out texts without a word."""
    for pointer, item in objects(top):
        tag = item.value.get("@language")
        if tag is not None and isinstance(tag.value, str) and not LANGUAGE.match(tag.value or "und"):
            message = f"{tag.value[:40]!r} is no language tag, so its texts cannot be read. Ask the sender for a tag like en-US."
            report.add(
                Code.ONE_DATATYPE,
                message,
                f"{pointer}/@language",
                tag.offset,
                found=tag.value[:40],
                element="@language",
                expected="en-US",
            )


def from_turtle(text: str, report: Report) -> Graph:
    """Read Turtle with rdflib. Turtle has no JSON pointers: places are those of the whole document."""
    parsed = rdflib.Graph()
    try:
        parsed.parse(io.BytesIO(text.encode()), format="turtle", publicID="urn:waybridge:document")
    except Exception as fault:  # rdflib raises many kinds, some of them bare, on bad Turtle
        line = getattr(fault, "lines", 0) or 0
        message = f"The Turtle could not be read: {str(fault)[:200]}. Ask the sender to check it, or to send JSON-LD."
        report.add(Code.ONE_TURTLE, message, "", _offset(text, int(line)), found=type(fault).__name__)
        return Graph()
    return _graph(sorted(_rdflib_triples(parsed), key=_order), {})


def _offset(text: str, line: int) -> int:
    return sum(len(one) for one in text.splitlines(keepends=True)[: max(line - 1, 0)])


def _order(triple: Triple) -> tuple[str, str, str]:
    value = triple[2]
    return triple[0], triple[1], value.key if isinstance(value, Link) else value.text


def _quad_triples(quads: Iterable["pyoxigraph.Quad"]) -> Iterable[Triple]:
    for quad in quads:
        yield _name(quad.subject), quad.predicate.value, _term(quad.object)


def _name(node: Any) -> str:
    return node.value if isinstance(node, pyoxigraph.NamedNode) else f"_:{node.value}"


def _term(node: Any) -> Literal | Link:
    if isinstance(node, pyoxigraph.Literal):
        datatype = XSD + "string" if node.language else node.datatype.value
        return literal(node.value, datatype, node.language or "")
    return Link(_name(node))


def _rdflib_triples(parsed: rdflib.Graph) -> Iterable[Triple]:
    for subject, predicate, value in parsed:
        if isinstance(value, rdflib.Literal):
            datatype = str(value.datatype) if value.datatype else XSD + "string"
            yield _node(subject), str(predicate), literal(str(value), datatype, value.language or "")
        else:
            yield _node(subject), str(predicate), Link(_node(value))


def _node(node: rdflib.term.Node) -> str:
    return f"_:{node}" if isinstance(node, rdflib.BNode) else str(node)


def _graph(triples: Iterable[Triple], places: dict[str, list[tuple[str, int]]]) -> Graph:
    graph = Graph()
    for subject_key, predicate, value in triples:
        subject = graph.subject(subject_key, *_place(places, subject_key))
        if predicate == RDF + "type" and isinstance(value, Link):
            subject.types.setdefault(value.key, _place(places, value.key))
        elif isinstance(value, Link):
            pointer, offset = _place(places, value.key)
            graph.subject(value.key, pointer, offset)
            graph.add(subject, predicate, Link(value.key, pointer, offset))
        else:
            pointer, offset = _place(places, value.text)
            graph.add(subject, predicate, Literal(value.text, value.datatype, value.language, pointer, offset))
    _unroll(graph)
    return graph


def _unroll(graph: Graph) -> None:
    """Ordered lists (``rdf:first``, ``rdf:rest``) become repeated values in their order."""
    cells = {key: subject for key, subject in graph.subjects.items() if RDF + "first" in subject.values}
    if not cells and RDF + "nil" not in graph.subjects:
        return
    for subject in graph.subjects.values():
        if subject.key not in cells:
            for predicate, values in subject.values.items():
                subject.values[predicate] = [inner for value in values for inner in _members(value, graph)]
    for key in (*cells, RDF + "nil"):
        graph.subjects.pop(key, None)


def _members(value: Literal | Link, graph: Graph) -> list[Literal | Link]:
    found: list[Literal | Link] = []
    seen = set()
    while isinstance(value, Link) and value.key in graph.subjects and value.key not in seen:
        seen.add(value.key)
        cell = graph.subjects[value.key].values
        if RDF + "first" not in cell:
            break
        found.extend(cell[RDF + "first"][:1])
        rest = cell.get(RDF + "rest")
        if not rest:
            return found
        value = rest[0]
    return found if isinstance(value, Link) and value.key == RDF + "nil" else [*found, value]


def _place(places: dict[str, list[tuple[str, int]]], text: str) -> tuple[str, int]:
    """The next place of a text, in the document's order; the last one again when they are used up."""
    known = places.get(text)
    if not known:
        return "", 0
    return known.pop() if len(known) > 1 else known[0]


def _places(top: Item) -> dict[str, list[tuple[str, int]]]:
    """Where every text stands, the first place last."""
    places: dict[str, list[tuple[str, int]]] = {}
    waiting = [(top, "")]
    while waiting:
        item, pointer = waiting.pop()
        if isinstance(item.value, dict):
            waiting.extend(
                (inner, f"{pointer}/{escape(key)}") for key, inner in reversed(item.value.items()) if key != "@context"
            )
        elif isinstance(item.value, list):
            waiting.extend((one, f"{pointer}/{place}") for place, one in reversed([*enumerate(item.value)]))
        elif isinstance(item.value, str):
            places.setdefault(str(item.value), []).append((pointer, item.offset))
    for known in places.values():
        known.reverse()
    return places
