"""Bodies in: bytes to one checked object as nodes, within bounds; faults are located refusals. Knows no route."""

import msgspec

from adapters.one_record.check import Checker
from adapters.one_record.frame import Root, size
from adapters.one_record.graph import Graph, Report
from adapters.one_record.nodes import from_graph, kind_of, to_graph
from adapters.one_record.read import Document, understand_as
from adapters.one_record.repeats import tree
from adapters.one_record.scan import Lines, decode
from adapters.one_record.server.call import Call, Node
from adapters.one_record.server.errors import BODY, RESOURCE, Detail, Refusal, refused
from adapters.one_record.server.mending import mend
from adapters.one_record.server.negotiation import TURTLE, body_media
from adapters.one_record.vocabulary import API, CARGO, local, vocabulary
from hub.objects import Nodes
from hub.problem import Code, Problem

UNREADABLE = frozenset(
    (
        Code.FILE_EMPTY,
        Code.FILE_ENCODING,
        Code.FILE_TOO_LARGE,
        Code.FILE_TRUNCATED,
        Code.ONE_JSON,
        Code.ONE_DEPTH,
        Code.ONE_SIZE,
        Code.ONE_CONTEXT,
        Code.ONE_CONTEXT_REMOTE,
        Code.ONE_TURTLE,
        Code.ONE_GRAPH,
        Code.ONE_DUPLICATE,
    )
)
"""What leaves nothing to look at, or open which of two things is meant: the body is invalid (JSON-LD 1.1, section 2: names in
an object are unique).
"""

INVALID = frozenset(
    (
        Code.ONE_CLASS_MISSING,
        Code.ONE_CLASS_UNKNOWN,
        Code.ONE_CLASS_CONFLICT,
        Code.ONE_RANGE,
        Code.ONE_CARDINALITY,
        Code.ONE_MISSING,
        Code.ONE_DATATYPE,
        Code.ONE_LEXICAL,
        Code.ONE_CODE,
        Code.ONE_IRI,
    )
)
"""What contradicts the ontology: the resource is invalid (Implementation Guidelines, Data Model Versioning and Validation)."""

UNKNOWN = frozenset((Code.ONE_PROPERTY_UNKNOWN, Code.ONE_TERM))
"""What is refused beside, where the node is set to (``unknown_properties``)."""

MOST_TOLD = 20

TURTLE_COSTS = 8
"""Times as much to read as JSON-LD of the same length."""

OF_A_NODE = {"{": 10, ",": 50}
"""Braces and commas that an object of a document may have on average, with its values."""


def body_of(node: Node, call: Call) -> tuple[Nodes, list[Problem]]:
    """The body as nodes, its one root first, and what contradicts the ontology. Raises Refusal (400, 415)."""
    document = _read(node, call)
    _refuse(document.problems, UNREADABLE, call, BODY)
    root = _only_root(document, call)
    report = Report(document.lines, list(document.problems))
    checked(document.graph, root, report, mended=True)
    return from_graph(document.graph, root.subject), report.problems


def _read(node: Node, call: Call) -> Document:
    turtle = body_media(call.media) == TURTLE
    _require_moderate(node, call.body, turtle=turtle)
    text, fault = decode(call.body)
    if fault is not None:
        raise refused(fault.message, about=BODY)
    document = understand_as(text, turtle=turtle)
    most = node.doors.settings.max_nodes
    if len(document.graph.subjects) > most:
        raise refused(f"The body describes {len(document.graph.subjects)} objects; at most {most} are taken at once.", about=BODY)
    return document


def _require_moderate(node: Node, body: bytes, *, turtle: bool) -> None:
    """Refuse, before it is read, what would cost far more than a document of as many objects as are taken (400, 413)."""
    limits = node.doors.settings
    if turtle and len(body) > limits.max_bytes // TURTLE_COSTS:
        raise Refusal(413, Detail(message=f"At most {limits.max_bytes // TURTLE_COSTS} bytes of Turtle are taken."))
    if body.count(b"{") > OF_A_NODE["{"] * limits.max_nodes or body.count(b",") > OF_A_NODE[","] * limits.max_nodes:
        raise refused(f"The body has far more values than {limits.max_nodes} objects, which are taken at once.", about=BODY)


def _only_root(document: Document, call: Call) -> Root:
    if len(document.roots) == 1:
        return document.roots[0]
    names = ", ".join(one.subject.key for one in document.roots[:4]) or "none"
    raise refused(f"The body should describe one object that no other refers to; it has {len(document.roots)} ({names}).")


def checked(graph: Graph, root: Root, report: Report, *, mended: bool = False) -> None:
    """Check what one root reaches against the class table; ``mended``: once it is put right where that is plain."""
    _, visited, shown = tree(graph, [root], root, report)
    if mended:
        mend(graph, visited)
    Checker(graph, vocabulary(), report).check(visited, shown)


def faults(nodes: Nodes, codes: frozenset[Code] = INVALID) -> list[Problem]:
    """What contradicts the ontology in nodes we made ourselves (an applied change); there is no text to point into."""
    graph = to_graph(nodes)
    report = Report(Lines.of(""))
    graph.size = sum(map(size, graph.subjects.values()))
    checked(graph, Root(graph.subjects[nodes[0]["@id"]], graph.size), report)
    return [msgspec.structs.replace(one, line=None, column=None) for one in report.problems if one.code in codes]


def require_valid(problems: list[Problem], node: Node, call: Call, *, waived: frozenset[str] = frozenset()) -> None:
    """Refuse what contradicts the ontology, and unknown properties where the node is set to. Raises Refusal (400)."""
    wrong = INVALID | UNKNOWN if node.doors.settings.unknown_properties == "refuse" else INVALID
    _refuse([one for one in problems if (one.element or "") not in waived], wrong, call, RESOURCE, node.base)


def _refuse(problems: list[Problem], codes: frozenset[Code], call: Call, about: str, base: str = "") -> None:
    found = [one for one in problems if one.code in codes]
    if found:
        raise Refusal(400, *(detail_of(one, base + call.path) for one in found[:MOST_TOLD]), about=about)


def detail_of(problem: Problem, resource: str) -> Detail:
    """A problem as an error detail: the property's IRI, and the place as a JSON pointer in the fragment of the resource."""
    where = f" (line {problem.line}, column {problem.column})" if problem.line else ""
    pointer = problem.path or ""
    return Detail(
        message=f"{problem.message}{where}",
        property=_property_iri(problem.element or ""),
        resource=f"{resource}#{pointer}" if pointer else resource,
    )


def _property_iri(element: str) -> str:
    short = local(element) if "#" in element else element
    return next((iri for iri in (CARGO + short, API + short) if iri in vocabulary().names), "")


def require_class(nodes: Nodes, base: str, call: Call) -> None:
    """Refuse a body whose object is not of a class or below it. Raises Refusal (400)."""
    kind = kind_of(nodes[0])
    if kind.known is None or base not in kind.known.lineage:
        raise refused(f"The body is a {kind.name or 'thing without @type'}; {base} is expected at {call.path}.")
