"""One document to a tree, checked against its layout; every fault at its place, and reading goes on. Pure."""

from adapters.partner_api.documents import MARKER
from adapters.partner_api.layout import Field
from adapters.partner_api.scan import Fault, Lines, Value, scan
from hub.envelope import Part
from hub.problem import Code, Problem
from hub.syntax import Element, Message, Node

MAX_PROBLEMS = 500
"""Problems listed for one document; further ones are counted."""


class Reader:
    """One run over one document."""

    def __init__(self, part: Part) -> None:
        self.text = part.text
        self.lines = Lines(part.text, part.line, part.column, part.offset)
        self.problems: list[Problem] = []
        self.unread: list[tuple[int, str]] = []
        self.suppressed = 0
        self.broken_from: int | None = None

    def note(self, code: Code, at: int, pointer: str, expected: str, found: str = "") -> None:
        """A problem at an offset of the text, named by its JSON pointer (RFC 6901)."""
        if len(self.problems) >= MAX_PROBLEMS:
            self.suppressed += 1
            return
        line, column, offset = self.lines.place(at)
        above, _, name = pointer.rpartition("/")
        said = f", found {found[:40]!r}" if found else ""
        self.problems.append(
            Problem(
                code=code,
                message=f"{pointer or 'document'}: expected {expected}{said}",
                line=line,
                column=column,
                offset=offset,
                segment=_named(above) or None,
                element=name or None,
                found=found[:80] or None,
                expected=expected,
                path=pointer,
            )
        )

    def refuse(self, code: Code, value: Value, pointer: str, expected: str) -> None:
        """A value that is not taken: its problem, and its text among what reached no element."""
        raw = self.text[value.start : value.end]
        self.note(code, value.start, pointer, expected, raw)
        self.unread.append((self.lines.place(value.start)[0], raw))

    def object(self, field: Field, value: Value, name: str, pointer: str) -> Node:
        """An object's members as elements and child nodes, in the document's order."""
        line, column, offset = self.lines.place(value.start)
        node = Node(name=name, line=line, column=column, offset=offset)
        seen: set[str] = set()
        for one in value.members:
            key, inner = one.name, one.value
            below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in seen:
                self.refuse(Code.PARTNER_JSON_DUPLICATE, inner, below, "a member once")
            elif key in field.members:
                self.member(field.members[key], inner, key, below, node)
            else:
                self.unknown(key, one.at, inner, below, node)
            seen.add(key)
        self.missing(field, value, seen, pointer)
        return node

    def missing(self, field: Field, value: Value, seen: set[str], pointer: str) -> None:
        """Mandatory members that are not there; not said of an object that a syntax fault cut off."""
        if self.broken_from is not None and value.end >= self.broken_from:
            return
        for name in field.required:
            if name not in seen:
                expected = f"{name}: {field.members[name].expected}"
                self.note(Code.PARTNER_FIELD_MISSING, value.start, f"{pointer}/{name}", expected)
        if field.either and not seen.intersection(field.either):
            self.note(Code.PARTNER_FIELD_MISSING, value.start, pointer, " or ".join(field.either))

    def unknown(self, key: str, at: int, value: Value, pointer: str, node: Node) -> None:
        """A member the layout does not know: kept as it stands, and reported."""
        raw = self.text[value.start : value.end]
        self.note(Code.PARTNER_FIELD_UNKNOWN, at, pointer, "a member of this version's layout", key)
        node.elements[key] = self.element(value, raw, pointer)

    def element(self, value: Value, text: str, pointer: str) -> Element:
        return Element(text, *self.lines.place(value.start), pointer)

    def member(self, field: Field, value: Value, name: str, pointer: str, node: Node) -> None:
        """A known member: an element, a child node, or one child node for every item."""
        if not field.wants(value.kind):
            self.refuse(Code.PARTNER_FIELD_TYPE, value, pointer, field.expected)
        elif field.kind == "object":
            self.child(field, value, name, pointer, node)
        elif field.kind == "array":
            self.array(field, value, name, pointer, node)
        elif pointer == f"/{MARKER}" or field.fits(value.text):
            node.elements[name] = self.element(value, value.text, pointer)
        else:
            self.refuse(Code.PARTNER_FIELD_FORMAT, value, pointer, field.expected)

    def child(self, field: Field, value: Value, name: str, pointer: str, node: Node) -> None:
        """An object below; one that lacks a mandatory member says nothing that can be relied on, and is left unread."""
        made = self.object(field, value, name, pointer)
        taken = {*made.elements, *(one.name for one in made.children)}
        if taken.issuperset(field.required):
            node.children.append(made)
        else:
            self.unread.append((made.line, self.text[value.start : value.end]))

    def array(self, field: Field, value: Value, name: str, pointer: str, node: Node) -> None:
        if field.least is not None and len(value.items) < field.least:
            self.note(Code.PARTNER_FIELD_FORMAT, value.start, pointer, field.expected, "an empty list")
        most = len(value.items) if field.most is None else field.most
        for at, item in enumerate(value.items[:most]):
            self.item(field, item, name, f"{pointer}/{at}", node)
        if len(value.items) > most:
            rest = Value(kind="array", start=value.items[most].start, end=value.items[-1].end)
            self.refuse(Code.PARTNER_FIELD_FORMAT, rest, f"{pointer}/{most}", field.expected)

    def item(self, field: Field, value: Value, name: str, pointer: str, node: Node) -> None:
        inner = field.item
        if inner is None or not inner.wants(value.kind):
            self.refuse(Code.PARTNER_FIELD_TYPE, value, pointer, inner.expected if inner else "nothing")
        elif inner.kind == "object":
            self.child(inner, value, name, pointer, node)
        elif inner.fits(value.text):
            line, column, offset = self.lines.place(value.start)
            element = self.element(value, value.text, pointer)
            node.children.append(Node(name=name, elements={"text": element}, line=line, column=column, offset=offset))
        else:
            self.refuse(Code.PARTNER_FIELD_FORMAT, value, pointer, inner.expected)

    def stopped(self, fault: Fault) -> None:
        """The document is not JSON from here on."""
        self.broken_from = fault.offset
        self.note(fault.code, fault.offset, "", fault.expected, fault.found)
        rest = self.text[fault.offset :]
        if rest:
            self.unread.append((self.lines.place(fault.offset)[0], rest))

    def many(self) -> None:
        """Say how many problems are not listed."""
        if self.suppressed:
            left, self.suppressed = self.suppressed, 0
            self.problems.append(
                Problem(
                    code=Code.PARTNER_MANY,
                    message=f"{left:,} further problems are not listed; correct those above and send again",
                    found=str(left),
                )
            )


def _named(pointer: str) -> str:
    """The member above, without places in lists: what makes equal faults equal."""
    return next((name for name in reversed(pointer.split("/")) if name and not name.isdigit()), "")


def read_document(part: Part, field: Field | None, approximated: bool) -> Message:
    """A part's text as a tree with problems; ``field`` is its layout, None where there is none."""
    reader, scanned = Reader(part), scan(part.text)
    root = Node(name=part.type, line=part.line, column=part.column, offset=part.offset)
    if scanned.fault is not None:
        reader.stopped(scanned.fault)
    value = scanned.value
    if value is not None and value.kind != "object":
        reader.refuse(Code.PARTNER_FIELD_TYPE, value, "", "an object with a marker: a booking or a shipment instruction")
    elif value is not None:
        root = _root(reader, value, part, field, approximated)
    reader.many()
    return Message(
        format=part.format, type=part.type, version=part.version, root=root, problems=reader.problems, unread=reader.unread
    )


def _root(reader: Reader, value: Value, part: Part, field: Field | None, approximated: bool) -> Node:
    marker = value.member(MARKER)
    at = marker.start if marker is not None else value.start
    found = marker.text if marker is not None else ""
    if field is not None:
        if approximated:
            reader.note(Code.VERSION_APPROXIMATED, at, f"/{MARKER}", "a version with a layout of its own: 1", found)
        return reader.object(field, value, part.type, "")
    line, column, offset = reader.lines.place(value.start)
    if marker is None and (reader.broken_from is None or value.end < reader.broken_from):
        reader.note(Code.PARTNER_FIELD_MISSING, at, f"/{MARKER}", 'the marker, "booking/1" or "shipment-instruction/1"')
    elif marker is not None:
        reader.note(Code.TYPE_UNKNOWN, at, f"/{MARKER}", '"booking/1" or "shipment-instruction/1"', found)
    reader.unread.append((line, reader.text[value.start : value.end]))
    return Node(name=part.type, line=line, column=column, offset=offset)
