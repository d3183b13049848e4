"""What a document from another node says, whatever its serialisation: nested, flattened under ``@graph``, expanded, Turtle.

Knows no HTTP. Reads by full IRIs on the graph, so that prefixes, list or single value, and datatypes (NE:ONE writes revisions
as ``xsd:int``) make no difference.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from adapters.one_record.frame import links, named, roots
from adapters.one_record.graph import Graph, Link, Literal, Subject
from adapters.one_record.read import understand
from adapters.one_record.scan import decode
from adapters.one_record.vocabulary import API, CARGO, local, unversioned, vocabulary

_read = understand.__wrapped__
"""Without the cache of one document, which belongs to the worker's own thread."""

OBJECTS, EVENTS = "/logistics-objects/", "/logistics-events"


class Thing(msgspec.Struct, frozen=True):
    """One object of a document. Names without a namespace are the API's when ``api`` stands before the colon, else cargo's."""

    subject: Subject

    @property
    def iri(self) -> str:
        """Its name; ``_:…`` when it has none."""
        return self.subject.key

    @property
    def kind(self) -> str:
        """The short name of its most specific class, empty when it states none."""
        return named(self.subject).name

    def is_a(self, base: str) -> bool:
        """Whether its class is this one, or below it."""
        return self.kind == base or vocabulary().is_a(self.kind, base)

    def values(self, name: str) -> list[Literal | Link]:
        """All values of a property."""
        return self.subject.values.get(_iri(name), [])

    def texts(self, name: str) -> list[str]:
        """All values as text; a reference by its IRI."""
        return [one.key if isinstance(one, Link) else one.text for one in self.values(name)]

    def text(self, name: str) -> str:
        """The first value as text, empty when there is none."""
        return next(iter(self.texts(name)), "")

    def word(self, name: str) -> str:
        """The last word of the first value: ``REQUEST_PENDING`` of an IRI, a compact IRI or a bare text."""
        return local(self.text(name))

    def whole(self, name: str) -> int | None:
        """A whole number of any numeric datatype."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() else None

    def moment(self, name: str) -> datetime | None:
        """A time of any precision; UTC when it states no zone."""
        return moment(self.text(name))


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A document understood as far as it could be; ``fault`` says why there is nothing in it."""

    graph: Graph
    fault: str = ""

    def things(self) -> Iterator[Thing]:
        """Every object the document says anything of."""
        return (Thing(one) for one in self.graph.subjects.values() if one.stated)

    def thing(self, iri: str) -> Thing | None:
        """The object of an IRI."""
        found = self.graph.subjects.get(iri)
        return Thing(found) if found is not None and found.stated else None

    def main(self, iri: str = "") -> Thing | None:
        """The object of this IRI, with or without its query; else the one the document is about."""
        known = self.thing(iri) or self.thing(iri.partition("?")[0])
        if known is not None:
            return known
        found = roots(self.graph) if self.graph.subjects else []
        return Thing(found[0].subject) if found else None

    def of(self, kind: str) -> list[Thing]:
        """The objects of a class, or of one below it."""
        return [one for one in self.things() if one.is_a(kind)]

    def linked(self) -> list[str]:
        """The logistics objects that are named and not told: IRIs of the web, once each, in the document's order.

        Events are left out: they are read by their own list.
        """
        found: dict[str, None] = {}
        for one in self.things():
            for predicate, values in one.subject.values.items():
                if predicate.startswith(API) or predicate == CARGO + "events":
                    continue
                found |= dict.fromkeys(value.key for value in values if isinstance(value, Link) and self._is_elsewhere(value.key))
        return list(found)

    def _is_elsewhere(self, iri: str) -> bool:
        told = self.graph.subjects.get(iri)
        is_object = iri.startswith(("https://", "http://")) and OBJECTS in iri and EVENTS not in iri
        return is_object and not (told is not None and told.values)


def said(raw: bytes) -> Said:
    """Understand a document. Never raises; no context is fetched."""
    text, fault = decode(raw)
    if fault is not None:
        return Said(graph=Graph(), fault=fault.message)
    document = _read(text)
    problem = "" if document.roots else next((one.message for one in document.problems), "it says nothing of any object")
    return Said(graph=document.graph, fault=problem)


def repeats(theirs: Thing, ours: Thing) -> bool:
    """Whether everything our object says of itself by text and by web IRI is said of theirs too."""
    return all(
        _plain(values) <= _plain(theirs.subject.values.get(predicate, [])) for predicate, values in ours.subject.values.items()
    )


def _plain(values: list[Literal | Link]) -> set[str]:
    texts = {str(moment(one.text) or one.text) for one in values if isinstance(one, Literal)}
    return texts | {one.key for one in values if isinstance(one, Link) and one.key.startswith("http")}


def moment(text: str) -> datetime | None:
    """A time as nodes write it (``2026-11-21T10:30:00Z``, ``….000Z``, with an offset); None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def references(thing: Thing) -> list[str]:
    """What an object refers to."""
    return [one.key for one in links(thing.subject)]


def _iri(name: str) -> str:
    if name.startswith("api:"):
        return API + name[4:]
    return unversioned(name) if "://" in name else CARGO + name
