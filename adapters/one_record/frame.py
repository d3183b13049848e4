"""A graph as trees: which subjects are roots, and the tree under each. Knows the class table, not the document's JSON."""

import functools
from collections.abc import Iterable

import msgspec

from adapters.one_record.graph import Graph, Link, Literal, Subject
from adapters.one_record.inverse import INVERSE as INVERSE
from adapters.one_record.inverse import LEADING, PARTS, ways_back
from adapters.one_record.scan import LIMIT_DEPTH, Lines
from adapters.one_record.vocabulary import API, CARGO, Class, Property, Vocabulary, local, vocabulary
from hub.syntax import Element, Node

FIRST = ("Waybill", "Booking", "Shipment", "StatusUpdateEvent", "LogisticsEvent", "Loading", "TransportMovement", "ULD", "Piece")
"""Who is the root among objects that refer to each other in a circle: the document before its parts."""

SPARE_NODES = 500
GROWTH = 4
"""A shared object is repeated under each that refers to it until the trees would be this many times the document."""

LIMIT_PATH = LIMIT_DEPTH
"""Objects under objects, as in nested JSON; a flattened chain may be longer and is cut with a problem."""


class Named(msgspec.Struct, frozen=True):
    """A class as a tree names it; ``known`` is absent for a class the table does not have."""

    name: str
    known: Class | None


def named(subject: Subject, expected: str = "") -> Named:
    """The most specific class a subject states, else the one expected of it."""
    return _named(tuple(subject.types), expected)


@functools.lru_cache(maxsize=4096)
def _named(types: tuple[str, ...], expected: str) -> Named:
    words = vocabulary()
    known = [one for iri in types if (one := words.class_of(iri)) is not None]
    if known:
        best = max(known, key=lambda one: len(one.lineage))
        return Named(best.name, best)
    if types:
        return Named(local(types[0]), words.classes.get(types[0]))
    return Named(expected, words.classes.get(expected))


class Root(msgspec.Struct, frozen=True):
    """A root and how many values the objects have that it is the first to reach."""

    subject: Subject
    weight: int


def roots(graph: Graph) -> list[Root]:
    """The objects nothing refers to, in order; the document's top when it is one object; one of every circle.

    A collection (api:Collection) is no object of its own: its items are roots, unless it has none.
    """
    everything = [subject for subject in graph.subjects.values() if subject.stated]
    lists = {subject.key for subject in everything if _lists_objects(graph, subject)}
    stated = [subject for subject in everything if subject.key not in lists]
    back = graph.back = ways_back(graph)
    referred = {link.key for subject in stated for link in _ahead(subject, back) if link.key != subject.key}
    first = [graph.subjects[graph.top]] if graph.top in graph.subjects and graph.top not in lists else []
    free = [subject for subject in stated if subject.key not in referred]
    circles = sorted((subject for subject in stated if subject.key in referred), key=_rank)
    found: list[Root] = []
    reached: set[str] = set()
    for subject in (*first, *free, *circles):
        if subject.key not in reached:
            new = _reach(graph, subject, reached, back)
            found.append(Root(subject, sum(size(graph.subjects[key]) for key in new)))
            reached |= new
    graph.size = sum(root.weight for root in found)
    return found


def _lists_objects(graph: Graph, subject: Subject) -> bool:
    if API + "Collection" not in subject.types:
        return False
    # The standard's examples before 2026 spell the property in the plural.
    items = [value for name in ("hasItem", "hasItems") for value in subject.values.get(API + name, ())]
    return any(isinstance(one, Link) and one.key in graph.subjects and graph.subjects[one.key].stated for one in items)


def links(subject: Subject) -> Iterable[Link]:
    """Every reference a subject makes."""
    return (value for values in subject.values.values() for value in values if isinstance(value, Link))


def size(subject: Subject) -> int:
    """How many values a subject has: as many nodes or elements show it, beside its own."""
    return sum(map(len, subject.values.values()))


def _ahead(subject: Subject, back: frozenset[tuple[str, str]]) -> Iterable[Link]:
    """Every reference but the ways back."""
    return links(subject) if not back else (link for link in links(subject) if (subject.key, link.key) not in back)


def _rank(subject: Subject) -> int:
    name = named(subject).name
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _reach(graph: Graph, start: Subject, before: set[str], back: frozenset[tuple[str, str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        subject = waiting.pop()
        if subject.key not in reached and subject.key not in before:
            reached.add(subject.key)
            waiting.extend(graph.subjects[link.key] for link in _ahead(subject, back) if link.key in graph.subjects)
    return reached


class Framer:
    """Makes the tree under one root, of so many values. What was visited is in ``visited``; ``cut`` says that something, and
    ``spent`` that something for want of values is only named.
    """

    def __init__(self, graph: Graph, vocabulary: Vocabulary, lines: Lines, budget: int, *, alone: bool = True) -> None:
        self.graph = graph
        self.alone = alone
        self.back = graph.back
        self.vocabulary = vocabulary
        self.lines = lines
        self.budget = budget
        self.above: set[str] = set()
        self.visited: dict[str, Named] = {}
        self.shown: dict[str, Subject] = {}
        self.cut = False
        self.spent = False

    def tree(self, root: Subject) -> Node:
        """The tree of a root; its node has the short class name."""
        kind = named(root)
        return self._subject(root, kind.name or "Thing", kind, None, way=True)

    def element(self, text: str, pointer: str, offset: int) -> Element:
        """An element with its place."""
        line, column = self.lines.place(offset)
        return Element(text, line, column, offset, pointer)

    def _subject(self, subject: Subject, name: str, kind: Named, link: Link | None, *, way: bool = False) -> Node:
        """One object; ``way`` while only the object a root is about, or ways back, lead here from it."""
        place = (subject.pointer, subject.offset) if link is None or subject.key[:2] == "_:" else (link.pointer, link.offset)
        line, column = self.lines.place(place[1])
        node = Node(name, {}, [], line, column, place[1])
        self._identity(node, subject, link)
        if subject.key in self.above:
            return node
        cost = size(subject)
        if cost > self.budget or len(self.above) >= LIMIT_PATH:
            self.cut = self.cut or bool(cost)
            self.spent = self.spent or cost > self.budget
            return node
        self.budget -= cost
        self.visited.setdefault(subject.key, kind)
        if subject is self.graph.subjects.get(subject.key) or subject.key not in self.shown:
            self.shown[subject.key] = subject
        self.above.add(subject.key)
        for short, iri, values in self._sorted(subject):
            rule = kind.known.rule(short) if kind.known else None
            self._values(node, subject, short, rule or _guess(short, iri, values), values, way=way)
        self.above.remove(subject.key)
        return node

    def _identity(self, node: Node, subject: Subject, link: Link | None) -> None:
        if subject.key[:2] != "_:":
            pointer, offset = _id_place(subject, link)
            node.elements["@id"] = self.element(subject.key, pointer, offset)
        if subject.types:
            kind = named(subject)
            iri = kind.known.iri if kind.known else next(iter(subject.types))
            node.elements["@type"] = self.element(kind.name, *subject.types.get(iri, ("", 0)))

    def _sorted(self, subject: Subject) -> list[tuple[str, str, list[Literal | Link]]]:
        merged: dict[str, tuple[str, list[Literal | Link]]] = {}
        for iri, values in subject.values.items():
            short = self._short(iri, subject)
            merged.setdefault(short, (iri, []))[1].extend(values)
        return sorted((short, iri, values) for short, (iri, values) in merged.items())

    def _short(self, iri: str, subject: Subject) -> str:
        known = self.vocabulary.names.get(iri)
        if known is not None:
            return self._renamed(known, subject)
        if not iri.startswith((CARGO, API)):
            return iri
        return self._renamed(local(iri), subject)

    def _renamed(self, short: str, subject: Subject) -> str:
        now = self.vocabulary.renamed.get(short)
        kind = self.visited.get(subject.key)
        if now and kind and kind.known and short not in kind.known.properties and now in kind.known.properties:
            return now
        return short

    def _values(
        self, node: Node, subject: Subject, short: str, rule: Property, values: list[Literal | Link], *, way: bool
    ) -> None:
        for value in values:
            scalar = self._scalar(value, rule)
            if scalar is None:
                node.children.append(self._child(value, subject, short, rule, way=way))
            elif rule.repeats or short in node.elements:
                line, column = self.lines.place(value.offset)
                elements = {"@value": self.element(scalar, value.pointer, value.offset)}
                node.children.append(
                    Node(short, elements | self._extras("", value, rule, scalar), [], line, column, value.offset)
                )
            else:
                node.elements[short] = self.element(scalar, value.pointer, value.offset)
                node.elements.update(self._extras(short, value, rule, scalar))

    def _scalar(self, value: Literal | Link, rule: Property) -> str | None:
        if isinstance(value, Literal):
            return self.vocabulary.code_in(value.text, rule) if rule.kind == "code" else value.text
        if rule.kind == "literal":
            return value.key if not self._described(value.key) else None
        if rule.kind != "code" or self._described(value.key) or value.key[:2] == "_:":
            return None
        return local(value.key)

    def _described(self, key: str) -> bool:
        subject = self.graph.subjects.get(key)
        return subject is not None and bool(subject.values)

    def _extras(self, name: str, value: Literal | Link, rule: Property, scalar: str) -> dict[str, Element]:
        """What the short text does not say: a code's IRI outside the property's own list, a language."""
        if isinstance(value, Link):
            if rule.kind == "code" and value.key != self.vocabulary.code_iri(scalar, rule):
                return {f"{name}@id": self.element(value.key, value.pointer, value.offset)}
        elif value.language:
            return {f"{name}@language": self.element(value.language, value.pointer, value.offset)}
        return {}

    def _child(self, value: Literal | Link, holder: Subject, short: str, rule: Property, *, way: bool) -> Node:
        link = value if isinstance(value, Link) else Link("")
        subject = self.graph.subjects.get(link.key) or Subject(link.key)
        kind = named(subject, rule.range)
        back = (holder.key, link.key) in self.back
        leads = way and (back or short in INVERSE or short in LEADING) and short != "servedActivity"
        if (back and not leads) or (self._is_anothers(link, leads, way) and not self._is_part(holder, kind)):
            node = Node(short, {}, [], *self.lines.place(link.offset), link.offset)
            self._identity(node, subject, link)
            return node
        return self._subject(self._alone(subject, short), short, kind, link, way=leads)

    def _is_anothers(self, link: Link, leads: bool, way: bool) -> bool:
        """Whether an object, met below what a root is about, is told by another message of the document."""
        return way and not leads and not self.alone and len(self.above) > 1 and link.key[:2] != "_:"

    def _alone(self, above: Subject, short: str) -> Subject:
        """What a part leads up to, without the other parts: they say themselves that they are its, and it is told elsewhere."""
        parts = [CARGO + name for name in PARTS.get(short, ()) if CARGO + name in above.values]
        if not parts or not self.back:
            return above
        known = self.graph.alone.get((above.key, short))
        if known is None:
            kept = {name: [one for one in above.values[name] if not self._is_mutual(above, one)] for name in parts}
            less = any(len(kept[name]) < len(above.values[name]) for name in parts)
            known = msgspec.structs.replace(above, values={**above.values, **kept}) if less else above
            self.graph.alone[above.key, short] = known
        return known

    def _is_mutual(self, above: Subject, part: Literal | Link) -> bool:
        return isinstance(part, Link) and ((above.key, part.key) in self.back or (part.key, above.key) in self.back)

    def _is_part(self, holder: Subject, kind: Named) -> bool:
        """Whether a value is embedded in a piece or unit: its measures and codes are said with it."""
        above = self.visited.get(holder.key)
        physical = above is not None and above.known is not None and "PhysicalLogisticsObject" in above.known.lineage
        return physical and kind.known is not None and not kind.known.is_object


def _id_place(subject: Subject, link: Link | None) -> tuple[str, int]:
    if link is None:
        return subject.id_pointer, subject.id_offset
    return (link.id_pointer, link.id_offset) if link.id_pointer else (link.pointer, link.offset)


def _guess(short: str, iri: str, values: list[Literal | Link]) -> Property:
    """How a property outside the class is shown: as many values as it has."""
    kind = "literal" if all(isinstance(value, Literal) for value in values) else "object"
    return Property(name=short, iri=iri, kind=kind, max=1 if len(values) == 1 else None)
