"""Compiles an ontology the user points at (OWL in Turtle, read with rdflib) into the class table the reader checks by.

Run as ``python -m adapters.one_record.ontology cargo.ttl code-lists.ttl api.ttl --into schemas/one_record``. The ontology files
themselves are the standard's (IATA-Cargo/ONE-Record) and are never kept here; only the facts are.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

NAMESPACE = "https://onerecord.iata.org/ns/"
PREFIXES = {
    NAMESPACE + "cargo#": "",
    NAMESPACE + "api#": "api:",
    NAMESPACE + "code-lists/": "cl:",
    "http://www.w3.org/2001/XMLSchema#": "xsd:",
}
LOWER = (OWL.minCardinality, OWL.minQualifiedCardinality)
UPPER = (OWL.maxCardinality, OWL.maxQualifiedCardinality)
EXACT = (OWL.cardinality, OWL.qualifiedCardinality)
FILLER = (OWL.allValuesFrom, OWL.onClass, OWL.onDataRange)


def short(term: Node) -> str:
    """A term as the class table writes it: cargo names bare, others with ``api:``, ``cl:`` or ``xsd:``."""
    iri = str(term)
    for namespace, prefix in PREFIXES.items():
        if iri.startswith(namespace):
            return prefix + iri[len(namespace) :]
    return iri


def load(paths: Iterable[Path]) -> Graph:
    """All files as one graph. Raises OSError or rdflib's parser errors: this is a tool for people, not a reader of messages."""
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


def _number(graph: Graph, restriction: Node, predicates: Sequence[URIRef]) -> int | None:
    for predicate in predicates:
        value = graph.value(restriction, predicate)
        if isinstance(value, Literal):
            return int(value)
    return None


def _restrict(graph: Graph, restriction: Node, rules: dict[str, Any]) -> None:
    exact = _number(graph, restriction, EXACT)
    bounds = {"min": _number(graph, restriction, LOWER), "max": _number(graph, restriction, UPPER)}
    rules.update({key: exact if number is None else number for key, number in bounds.items() if number or exact})
    for predicate in FILLER:
        filler = graph.value(restriction, predicate)
        if isinstance(filler, URIRef):
            rules["range"] = short(filler)


def _properties(graph: Graph, owner: Node) -> dict[str, dict[str, Any]]:
    properties: dict[str, dict[str, Any]] = {}
    for base in graph.objects(owner, RDFS.subClassOf):
        named = graph.value(base, OWL.onProperty)
        if named is not None:
            _restrict(graph, base, properties.setdefault(short(named), {}))
    for name, rules in properties.items():
        if "range" not in rules:
            stated = graph.value(URIRef(_full(name)), RDFS.range)
            if isinstance(stated, URIRef):
                rules["range"] = short(stated)
    return dict(sorted(properties.items()))


def _full(name: str) -> str:
    for namespace, prefix in PREFIXES.items():
        if prefix and name.startswith(prefix):
            return namespace + name[len(prefix) :]
    return NAMESPACE + "cargo#" + name


def classes(graph: Graph, namespace: str) -> dict[str, dict[str, Any]]:
    """Every named class of a namespace: its superclasses, and its own properties with range and cardinality."""
    found = {}
    for owner in graph.subjects(RDF.type, OWL.Class):
        if isinstance(owner, URIRef) and str(owner).startswith(namespace):
            supers = sorted(short(base) for base in graph.objects(owner, RDFS.subClassOf) if isinstance(base, URIRef))
            found[short(owner)] = {"super": supers, "properties": _properties(graph, owner)}
    return dict(sorted(found.items()))


def individuals(graph: Graph, namespace: str) -> dict[str, list[str]]:
    """Every named individual of a namespace and the enumerations or code lists it belongs to."""
    found: dict[str, list[str]] = {}
    for name in graph.subjects(RDF.type, OWL.NamedIndividual):
        if str(name).startswith(namespace):
            kinds = (kind for kind in graph.objects(name, RDF.type) if kind != OWL.NamedIndividual)
            found[short(name)] = sorted(short(kind) for kind in kinds)
    return dict(sorted(found.items()))


def code_lists(graph: Graph) -> dict[str, list[str]]:
    """Every code list and its codes, by the list whose IRI carries them; a list without codes is open."""
    lists: dict[str, set[str]] = {}
    for owner in graph.subjects(RDF.type, OWL.Class):
        if str(owner).startswith(NAMESPACE + "code-lists/"):
            lists[str(owner).removeprefix(NAMESPACE + "code-lists/")] = set()
    for name, kinds in individuals(graph, NAMESPACE + "code-lists/").items():
        for kind in kinds:
            if kind.startswith("cl:"):
                lists.setdefault(kind[3:], set()).add(name.removeprefix("cl:"))
    return {name: sorted(codes) for name, codes in sorted(lists.items())}


def edition(graph: Graph, ontology: str) -> str:
    """The edition an ontology states of itself: ``3.3.0``."""
    return str(graph.value(URIRef(NAMESPACE + ontology), OWL.versionInfo) or "")


def globals_of(graph: Graph, namespace: str) -> list[str]:
    """Properties a namespace declares, in or out of any class: those may stand on an object of the other ontology."""
    kinds = (OWL.DatatypeProperty, OWL.ObjectProperty)
    return sorted({short(name) for kind in kinds for name in graph.subjects(RDF.type, kind) if str(name).startswith(namespace)})


def tables(graph: Graph) -> dict[str, dict[str, Any]]:
    """File name → content of the tables compiled from a graph."""
    made: dict[str, dict[str, Any]] = {}
    for ontology in ("cargo", "api"):
        namespace = f"{NAMESPACE}{ontology}#"
        made[f"{ontology}_{edition(graph, ontology)}.json"] = {
            "namespace": namespace,
            "edition": edition(graph, ontology),
            "classes": classes(graph, namespace),
            "individuals": individuals(graph, namespace),
            "properties": globals_of(graph, namespace),
        }
    made[f"code_lists_{edition(graph, 'code-lists')}.json"] = {
        "namespace": NAMESPACE + "code-lists/",
        "edition": edition(graph, "code-lists"),
        "lists": code_lists(graph),
    }
    return made


def main(arguments: Sequence[str]) -> int:
    """The command: read the ontologies, write the tables, name what was written on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ontology", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, required=True)
    given = parser.parse_args(arguments)
    for name, table in tables(load(given.ontology)).items():
        path = given.into / name
        path.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        sys.stderr.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
