"""A Change read and applied to an object's nodes: deletes before adds, all or nothing. Pure; knows no HTTP and no storage.

The standard: Logistics Objects, "Update a Logistics Object".
"""

from collections.abc import Callable, Sequence

import msgspec

from adapters.one_record.check import LEXICAL
from adapters.one_record.context import IRI
from adapters.one_record.graph import STRING
from adapters.one_record.nodes import (
    Node,
    Value,
    by_id,
    internal,
    is_object,
    kind_of,
    linked,
    links,
    plain,
    properties,
    reachable,
    renamed,
    text_of,
)
from adapters.one_record.vocabulary import API, CARGO, CODES, XSD, local, unversioned, vocabulary
from hub.objects import Nodes

ADD, DELETE = "ADD", "DELETE"
_LONGEST_REVISION = 9
EVENTS = CARGO + "events"


class Wrong(Exception):
    """A Change that cannot be taken (``unsuitable``: it never could) or not be applied to this revision."""

    def __init__(self, message: str, *, property: str = "", resource: str = "", unsuitable: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.property = property
        self.resource = resource
        self.unsuitable = unsuitable


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Add or delete one value: subject and property by IRI, the value as it stands in a node; ``kind`` is its class, if any."""

    op: str
    subject: str
    property: str
    value: Value
    kind: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A Change as asked for."""

    object: str
    revision: int
    operations: Sequence[Operation]


def read(nodes: Nodes) -> Change:
    """Read a Change. Raises :class:`Wrong` (unsuitable)."""
    known = by_id(nodes)
    root = nodes[0]
    objects = [value.get("@id", value.get("@value", "")) for value in root.get(API + "hasLogisticsObject", ())]
    if len(objects) != 1:
        raise _unsuitable(f"hasLogisticsObject is needed exactly once, found {len(objects)} times.", "hasLogisticsObject")
    operations = linked(root, API + "hasOperation", known)
    if not operations:
        raise _unsuitable("hasOperation is needed at least once.", "hasOperation")
    return Change(
        object=objects[0],
        revision=revision(root),
        operations=[one for node in operations for one in _operations(node, known)],
    )


def _unsuitable(message: str, short: str, resource: str = "") -> Wrong:
    return Wrong(message, property=API + short if short.isidentifier() else short, resource=resource, unsuitable=True)


def revision(root: Node) -> int:
    """The revision a Change or Verification is made against, from 1. Raises :class:`Wrong` (unsuitable)."""
    text = text_of(root, API + "hasRevision")
    known = text.isascii() and text.isdigit() and len(text) <= _LONGEST_REVISION and int(text) > 0
    if not known or len(root.get(API + "hasRevision", ())) != 1:
        raise _unsuitable(f"hasRevision should be one positive integer, found {text[:20]!r}.", "hasRevision")
    return int(text)


def _operations(node: Node, known: dict[str, Node]) -> list[Operation]:
    op = local(text_of(node, API + "op"))
    if op not in (ADD, DELETE):
        raise _unsuitable(f"op should be ADD or DELETE, found {op[:40]!r}.", "op")
    subject, property = text_of(node, API + "s"), _written_out(text_of(node, API + "p"))
    if not IRI.match(subject) and not subject.startswith("_:"):
        raise _unsuitable(f"s should be an IRI, an embedded id or _:b0, found {subject[:80]!r}.", "s")
    if not IRI.match(property):
        raise _unsuitable(f"p should be the IRI of a property, found {property[:80]!r}.", "p")
    if property == EVENTS or property.startswith((API, "http://www.w3.org/1999/02/22-rdf-syntax-ns#")):
        raise _unsuitable(f"{property} cannot be changed by a Change.", property)
    objects = linked(node, API + "o", known)
    if not objects:
        raise _unsuitable("o should be an OperationObject with hasDatatype and hasValue.", "o")
    return [_operation(op, subject, property, one) for one in objects]


def _operation(op: str, subject: str, property: str, object: Node) -> Operation:
    datatype, values = _written_out(text_of(object, API + "hasDatatype")), object.get(API + "hasValue", ())
    if not datatype or len(values) != 1:
        raise _unsuitable("An OperationObject needs one hasDatatype and one hasValue.", "hasDatatype" if values else "hasValue")
    text = text_of(object, API + "hasValue")
    value, kind = _value(datatype, text)
    form = LEXICAL.get(f"xsd:{datatype.removeprefix(XSD)}") if datatype.startswith(XSD) else None
    if op == ADD and form and not form[0].fullmatch(value["@value"]):
        raise Wrong(f"{text[:80]!r} is no {local(datatype)}; {form[1]} was expected.", property=property, unsuitable=True)
    if kind and op == ADD and text.startswith("_:") and vocabulary().classes[kind].is_object:
        raise _unsuitable(f"A Change cannot create a {kind}; it can only link one that exists.", "hasValue")
    return Operation(op=op, subject=subject, property=property, value=value, kind=kind)


def _value(datatype: str, text: str) -> tuple[Value, str]:
    """The value as it stands in a node, and the short name of the class where it is a link to an object."""
    if datatype.startswith(XSD) and IRI.match(datatype):
        return plain(text, datatype), ""
    known = vocabulary().class_of(datatype)
    listed = datatype.startswith(CODES) or (
        known is not None and ("CodeListElement" in known.lineage or known.name in vocabulary().codes)
    )
    if known is None and not listed:
        raise _unsuitable(f"hasDatatype {datatype!r} is no datatype and no class of the ontology.", "hasDatatype")
    if not IRI.match(text) and not text.startswith("_:"):
        raise _unsuitable(f"hasValue {text[:80]!r} should be an IRI or an embedded id.", "hasValue")
    return {"@id": _written_out(text)}, "" if listed or known is None else known.name


def _written_out(text: str) -> str:
    """An IRI as data must use it; the standard's prefixes, which mean nothing inside a text, are written out."""
    prefix, colon, rest = text.partition(":")
    return vocabulary().prefixes[prefix] + rest if colon and prefix in vocabulary().prefixes else unversioned(text)


def changed_properties(change: Change, nodes: Nodes) -> list[str]:
    """The properties of the object itself that a change touches: of an embedded object, the one that owns it."""
    above = {target: (node["@id"], iri) for node in nodes for iri, target in links(node)}
    above |= {one.value["@id"]: (one.subject, one.property) for one in change.operations if "@id" in one.value}
    found: dict[str, None] = {}
    for one in change.operations:
        name, property = one.subject, one.property
        for _ in range(len(above) + 1):
            if name == nodes[0]["@id"] or name not in above:
                break
            name, property = above[name]
        found[property] = None
    return list(found)


Mark = tuple[tuple[str, str], ...]


class Applier:
    """Applies one change to one revision. ``seed`` names embedded objects it makes; ``exists`` knows the node's own objects."""

    def __init__(self, nodes: Nodes, seed: str, exists: Callable[[str], bool]) -> None:
        self._root = nodes[0]["@id"]
        self._nodes = [{key: list(value) if isinstance(value, list) else value for key, value in node.items()} for node in nodes]
        self._before = reachable(nodes)
        self._known = by_id(self._nodes)
        self._seed = seed
        self._exists = exists
        self._touched: dict[tuple[str, str], dict[Mark, Value]] = {}

    def apply(self, change: Change) -> Nodes:
        """The nodes of the next revision. Raises :class:`Wrong`; nothing was changed then."""
        for one in change.operations:
            if one.op == DELETE:
                self._delete(one)
        self._make_new(change)
        for one in change.operations:
            if one.op == ADD:
                self._add(one)
        return self._swept({one.subject for one in change.operations if one.op == ADD})

    def _subject(self, one: Operation) -> Node:
        node = self._known.get(one.subject)
        if node is None or (one.subject != self._root and is_object(node)):
            raise Wrong(
                f"{one.subject} is neither the object nor one of its embedded objects.",
                property=one.property,
                resource=one.subject,
            )
        return node

    def _delete(self, one: Operation) -> None:
        held = self._values(self._subject(one), one.property)
        mark = _mark(one.value)
        found = mark if mark in held else next((known for known, value in held.items() if _same(value, one.value)), None)
        if found is None:
            message = f"{one.property} of {one.subject} has no value {_shown(one.value)} to delete."
            raise Wrong(message, property=one.property, resource=one.subject)
        del held[found]

    def _values(self, node: Node, property: str) -> dict[Mark, Value]:
        """The values of a property, by what they say, while the change is applied."""
        place = (node["@id"], property)
        if place not in self._touched:
            self._touched[place] = {_mark(value): value for value in node.get(property, ())}
        return self._touched[place]

    def _make_new(self, change: Change) -> None:
        """The embedded objects that adds name ``_:bN``, of the class that the linking operation states."""
        for one in change.operations:
            name = one.value.get("@id", "")
            if one.op == ADD and name.startswith("_:") and name not in self._known:
                made: Node = {"@id": name, "@type": [vocabulary().classes[one.kind].iri] if one.kind else []}
                self._known[name] = made
                self._nodes.append(made)

    def _add(self, one: Operation) -> None:
        node, name = self._subject(one), one.value.get("@id", "")
        embedded = one.kind and not vocabulary().classes[one.kind].is_object
        if embedded and name not in self._known:
            raise Wrong(f"{name} is no embedded object of this one.", property=one.property, resource=name)
        if one.kind and not embedded and not self._exists(name):
            raise Wrong(f"There is no logistics object {name} to link.", property=one.property, resource=name)
        if one.kind and not embedded:
            _require_range(node, one)
        held = self._values(node, one.property)
        if _mark(one.value) in held:
            raise Wrong(f"{one.property} has this value already.", property=one.property, resource=one.subject)
        held[_mark(one.value)] = one.value

    def _swept(self, added_to: set[str]) -> Nodes:
        """Without embedded objects nothing refers to any more, and with names for the new ones. What was added must be there."""
        for (name, property), values in self._touched.items():
            self._known[name].pop(property, None)
            if values:
                self._known[name][property] = list(values.values())
        reached = reachable(self._nodes)
        for name in self._known:
            if name.startswith("_:") and name not in reached:
                raise Wrong(f"{name} is given properties, but no ADD links it to the object.", resource=name)
        lost = sorted(added_to - reached)
        if lost:
            raise Wrong(f"{lost[0]} is no part of the object any more; nothing can be added to it.", resource=lost[0])
        kept = [node for node in self._nodes if node["@id"] in reached or node["@id"] not in self._before]
        names = {name: internal(f"{self._seed}/{name}") for name in self._known if name.startswith("_:")}
        return renamed([node for node in kept if node["@type"] or any(properties(node))], names)


def _require_range(node: Node, one: Operation) -> None:
    """The class an operation says it links is one the property may link. Raises :class:`Wrong`."""
    kind, words = kind_of(node), vocabulary()
    rule = kind.known.properties.get(local(one.property)) if kind.known and one.property.startswith(CARGO) else None
    if rule and rule.range and not (words.is_a(one.kind, rule.range) or words.is_a(rule.range, one.kind)):
        message = f"{kind.name}#{rule.name} links {rule.range}; hasDatatype says {one.kind}."
        raise Wrong(message, property=one.property, resource=one.subject)


def _mark(value: Value) -> Mark:
    return tuple(sorted(value.items()))


def _shown(value: Value) -> str:
    """A value as it is told in a message."""
    return value.get("@id") or f"{value['@value'][:80]!r} ({local(value.get('@type', STRING))})"


def _same(held: Value, asked: Value) -> bool:
    """Equal values; a text without language means the same text in any (an Operation cannot state a language)."""
    if held == asked:
        return True
    if "@value" not in held or held["@value"] != asked.get("@value"):
        return False
    plain_text = asked.get("@type", STRING) == STRING
    return plain_text and "@language" in held
