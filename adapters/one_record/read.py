"""One ONE Record document, any serialisation, understood once: its graph, its roots, and what was wrong with the whole."""

import functools

import msgspec

from adapters.one_record import library
from adapters.one_record.build import Builder
from adapters.one_record.burden import laborious
from adapters.one_record.context import NotPlain, remote
from adapters.one_record.frame import Root, roots
from adapters.one_record.graph import Graph, Report
from adapters.one_record.scan import Item, Lines, scan
from adapters.one_record.vocabulary import vocabulary
from hub.problem import Code, Problem


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document understood as far as it could be. Without roots it could not be read, and ``problems`` say why."""

    graph: Graph
    roots: list[Root]
    lines: Lines
    problems: list[Problem]
    unread: list[tuple[int, str]] = []
    by_reference: dict[str, Root] = {}


def reference(root: Root) -> str:
    """What names a root among those of its document: its address, else its JSON pointer."""
    return root.subject.pointer if root.subject.key.startswith("_:") else root.subject.key


def is_turtle(text: str) -> bool:
    """Whether a text is Turtle rather than JSON: it does not begin as JSON does, but with a prefix, an IRI or a comment."""
    start = text[:400].lstrip().lower()
    if start.startswith("["):
        return start[1:].lstrip()[:1] not in '{["]-0123456789tfn'
    return start.startswith(("@prefix", "prefix ", "@base", "base ", "<http", "<urn", "_:", "#"))


@functools.lru_cache(maxsize=1)
def understand(text: str) -> Document:
    """Read a document. The last one is kept, because ``split`` and every ``read`` of its parts ask for the same one."""
    return _turtle(text) if is_turtle(text) else _jsonld(text)


def understand_as(text: str, *, turtle: bool) -> Document:
    """Read a document whose form is known from outside it (a media type)."""
    return _turtle(text) if turtle else _jsonld(text)


def _turtle(text: str) -> Document:
    report = Report(Lines.of(text))
    graph = library.from_turtle(text, report)
    return _document(graph, report)


def _document(graph: Graph, report: Report) -> Document:
    found = roots(graph) if graph.subjects else []
    if not found and not report.problems:
        report.add(
            Code.ONE_GRAPH, "The document is readable but says nothing about any object.", "", 0, expected="an object with @type"
        )
    named = {reference(root): root for root in found}
    return Document(
        graph=graph, roots=found, lines=report.lines, problems=report.problems, unread=report.unread, by_reference=named
    )


def _jsonld(text: str) -> Document:
    scanned = scan(text)
    report = Report(scanned.lines, list(scanned.problems))
    if scanned.top is None:
        return Document(graph=Graph(), roots=[], lines=scanned.lines, problems=report.problems)
    if not isinstance(scanned.top.value, dict | list):
        report.add(
            Code.ONE_GRAPH,
            "A JSON-LD document is an object or a list of objects.",
            "",
            scanned.top.offset,
            expected="object or list",
        )
        return _document(Graph(), report)
    if _refused(text, scanned.top, report):
        return Document(graph=Graph(), roots=[], lines=scanned.lines, problems=report.problems)
    return _document(_graph(text, scanned.top, report), report)


def _one_inline_context(text: str, top: Item) -> bool:
    """The usual document, seen without a walk: its only context is an object at the top, and no key is written with escapes."""
    stated = top.value.get("@context") if isinstance(top.value, dict) else None
    inline = stated is None or isinstance(stated.value, dict)
    return inline and "\\u" not in text and '"@import"' not in text and text.count('"@context"') == (stated is not None)


def _refused(text: str, top: Item, report: Report) -> bool:
    if _one_inline_context(text, top):
        return False
    for pointer, item in remote(top):
        message = (
            f"The context {str(item.value)[:120]!r} would have to be fetched; Waybridge never fetches "
            "one. Ask the sender to write it inline."
        )
        report.add(
            Code.ONE_CONTEXT_REMOTE,
            message,
            pointer,
            item.offset,
            element="@context",
            found=str(item.value)[:120],
            expected="an inline context",
        )
        return True
    costly = laborious(top)
    if costly is not None:
        message = "Contexts inside the document define so many terms for so many objects that reading it would take too long. "
        message += "Ask the sender for one context at the top."
        report.add(Code.ONE_CONTEXT, message, costly, 0, element="@context", expected="one context at the top")
        return True
    return False


def _graph(text: str, top: Item, report: Report) -> Graph:
    before = len(report.problems)
    try:
        return Builder(report, vocabulary().prefixes).document(top)
    except NotPlain:
        del report.problems[before:]
        return library.from_jsonld(text, top, report)
