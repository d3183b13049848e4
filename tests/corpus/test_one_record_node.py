"""Every readable document of the corpus goes into the form a node keeps and comes back as the same graph; what contradicts the
ontology is refused with a place.

The other side of the comparison is pyoxigraph on the sender's own bytes. Four liberties are taken with both sides alike: they
are decisions (docs/decisions/0006): numbers and times in one spelling (``5000.00`` stays a double, which JSON-LD
makes an integer), versions out of IRIs, blanks out of names, and the prefixes of the standard where a document forgets them.
A document whose names we had to mend says less to pyoxigraph than to us: it is compared with what we read of it again.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph
import pytest

from adapters.one_record.frame import Root
from adapters.one_record.graph import Report
from adapters.one_record.nodes import from_graph, is_object, plain, settle
from adapters.one_record.read import Document, understand_as
from adapters.one_record.render import jsonld, turtle
from adapters.one_record.scan import decode
from adapters.one_record.server.documents import INVALID, UNREADABLE, checked
from adapters.one_record.vocabulary import API, CARGO, XSD, unversioned
from hub.clock import SystemClock
from hub.holding import open_node
from hub.node import NodeSettings
from hub.objects import Nodes
from hub.problem import Code
from hub.store.engine import open_engine
from hub.store.migrations import upgrade
from hub.store.objects import packed, unpacked
from tests.unit.adapters.one_record.http_world import Client, served

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("WAYBRIDGE_CORPUS", ROOT.parent / "shared" / "corpus")) / "one_record"
FILES = sorted(CORPUS.rglob("*.json")) if CORPUS.is_dir() else []
EXAMPLES = "https://1r.example.com"
MENDED = {Code.ONE_TERM, Code.ONE_IRI, Code.ONE_IRI_BLANK}
NUMBERS = {XSD + "integer", XSD + "double"}
PREFIXES = {"cargo:": CARGO, "api:": API, "xsd:": XSD}

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not FILES, reason=f"no ONE Record corpus at {CORPUS}")]
OF_EACH = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORPUS)))


def _read(path: Path) -> Document:
    text, fault = decode(path.read_bytes())
    assert fault is None
    document = understand_as(text, turtle=False)
    if Code.ONE_JSON in [one.code for one in document.problems]:
        pytest.skip(f"not JSON: {document.problems[0].message}")
    return document


def _kept(document: Document, root: Root) -> Nodes:
    """What a node would keep of one root, read back from its storage."""
    nodes = from_graph(document.graph, root.subject)
    name = nodes[0]["@id"]
    seed = "urn:test:root" if name.startswith("_:") else name
    kept: Nodes = unpacked(packed(settle(nodes, seed, seed)))
    return kept


def _name(node: pyoxigraph.NamedNode | pyoxigraph.BlankNode, known: set[str]) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode:
    if isinstance(node, pyoxigraph.BlankNode):
        return node
    iri = node.value.strip()
    for prefix, namespace in PREFIXES.items():
        iri = namespace + iri.removeprefix(prefix) if iri.startswith(prefix) else iri
    iri = unversioned(iri)
    ours = iri not in known and iri.startswith(("internal:", "urn:test:"))
    return pyoxigraph.BlankNode(f"x{abs(hash(iri))}") if ours else pyoxigraph.NamedNode(iri)


def _graph(raw: bytes, format: pyoxigraph.RdfFormat, known: set[str]) -> pyoxigraph.Dataset:
    made = pyoxigraph.Dataset()
    for quad in pyoxigraph.parse(raw, format=format):
        value = quad.object
        if isinstance(value, pyoxigraph.Literal):
            datatype = _name(value.datatype, known).value
            datatype = XSD + "double" if datatype in NUMBERS else datatype
            one = plain(value.value, XSD + "string" if value.language else datatype, value.language or "")
            value = pyoxigraph.Literal(
                one["@value"],
                **({"language": value.language} if value.language else {"datatype": pyoxigraph.NamedNode(datatype)}),
            )
        else:
            value = _name(value, known)
        made.add(pyoxigraph.Quad(_name(quad.subject, known), _name(quad.predicate, known), value))
    made.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return made


@OF_EACH
def test_document_comes_back_as_the_same_graph(path: Path) -> None:
    document, raw = _read(path), path.read_bytes()
    if Code.ONE_DUPLICATE in {one.code for one in document.problems}:
        raw = json.dumps(json.loads(raw)).encode()  # the last of two equal keys, which pyoxigraph would both take
    if MENDED & {one.code for one in document.problems}:
        pytest.skip(f"mended: {next(one.message for one in document.problems if one.code in MENDED)}")
    known = {quad.subject.value for quad in pyoxigraph.parse(raw, format=pyoxigraph.RdfFormat.JSON_LD)}
    sent = _graph(raw, pyoxigraph.RdfFormat.JSON_LD, known)
    kept = _kept(document, document.roots[0])
    assert len(sent) > 0
    assert _graph(jsonld(kept), pyoxigraph.RdfFormat.JSON_LD, known) == sent
    assert _graph(turtle(kept), pyoxigraph.RdfFormat.TURTLE, known) == sent


@OF_EACH
def test_document_is_read_again_as_it_was_kept(path: Path) -> None:
    document = _read(path)
    kept = _kept(document, document.roots[0])
    again = understand_as(jsonld(kept).decode(), turtle=False)
    assert _sorted(from_graph(again.graph, again.graph.subjects[kept[0]["@id"]])) == _sorted(kept)


def _sorted(nodes: Nodes) -> list[tuple[str, str, list[str]]]:
    """Every statement of the nodes, in no order that means anything."""
    return sorted(
        (node["@id"], name, sorted(json.dumps(one, sort_keys=True) for one in values))
        for node in nodes
        for name, values in node.items()
        if name != "@id"
    )


@OF_EACH
def test_what_contradicts_the_ontology_has_a_place(path: Path) -> None:
    document = _read(path)
    report = Report(document.lines, list(document.problems))
    for root in document.roots:
        checked(document.graph, root, report)
    for one in report.problems:
        if one.code in INVALID:
            assert one.line
            assert one.path is not None
            assert one.message


@contextmanager
def _node(folder: Path) -> Iterator[Client]:
    """The holder at a node that lives where the standard's examples do, so that their addresses are its own to give."""
    engine = open_engine(f"sqlite:///{folder}/node.db")
    upgrade(engine)
    doors = open_node(engine, SystemClock(), NodeSettings(base_url=EXAMPLES))
    yield Client(served(doors)[1], doors.settings.holder)
    engine.dispose()


@OF_EACH
def test_posted_object_is_served_as_it_was_sent_or_refused_with_a_place(path: Path, tmp_path: Path) -> None:
    document = _read(path)
    if len(document.roots) != 1 or not is_object(from_graph(document.graph, document.roots[0].subject)[0]):
        pytest.skip("no logistics object")
    own = document.roots[0].subject.key.startswith(("_:", EXAMPLES + "/logistics-objects/"))
    report = Report(document.lines, list(document.problems))
    checked(document.graph, document.roots[0], report, mended=True)
    invalid = [one for one in report.problems if one.code in INVALID | UNREADABLE]
    with _node(tmp_path) as client:
        answer = client("POST", f"{EXAMPLES}/logistics-objects", path.read_bytes())
        if invalid or not own:
            assert answer.status_code == 400
            assert answer.json()["api:hasErrorDetail"]
            return
        assert answer.status_code == 201, answer.text
        shown = client("GET", f"{answer.headers['Location']}?embedded=true")
    again = understand_as(shown.text, turtle=False)
    assert _types(again) >= _types(document)


def _types(document: Document) -> set[str]:
    return {kind for one in document.graph.subjects.values() for kind in one.types}
