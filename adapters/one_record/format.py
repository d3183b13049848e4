"""ONE Record as a format of the hub: JSON-LD (and Turtle) in, one message per root object; compact JSON-LD out. Knows no
canonical model.
"""

import re
from collections.abc import Sequence

from adapters.one_record import naming
from adapters.one_record import write as writer
from adapters.one_record.bare import REPEATING, withdrawn
from adapters.one_record.check import Checker
from adapters.one_record.flat import gathered
from adapters.one_record.frame import Root, named
from adapters.one_record.graph import Literal, Report
from adapters.one_record.joining import tellings
from adapters.one_record.lift import is_hollow
from adapters.one_record.outline import outline
from adapters.one_record.read import Document, is_turtle, reference, understand
from adapters.one_record.repeats import tree
from adapters.one_record.scan import decode
from adapters.one_record.stowage import unjoined
from adapters.one_record.straight import Straight, straight
from adapters.one_record.vocabulary import API, API_EDITION, CARGO, EDITION, Class, local, vocabulary
from hub.envelope import Frame, Outgoing, Part, Split, Written
from hub.joined import Shelf, Telling, Touched
from hub.objects import Nodes
from hub.ports import Format
from hub.problem import Code, Problem
from hub.projected import Outline
from hub.syntax import Message, Node

NAME = "one-record"
MAPPED = (
    "Waybill",
    "Shipment",
    "Piece",
    "Booking",
    "CustomsInformation",
    "SecurityDeclaration",
    "StatusUpdateEvent",
    "LogisticsEvent",
)
"""Classes whose mapping says of them what a shipment has a place for, as soon as their waybill is known."""

JOINED = ("TransportMovement", "Loading", "ULD", "UnitComposition", "Composing")
"""Classes that say something of a shipment together with what they link to."""

ANY = "LogisticsObject"
"""Stands for every class without a mapping of its own: what it says is kept, and listed as not carried."""

SAID_AT = (
    API + "hasLastModified",
    CARGO + "creationDate",
    API + "isRequestedAt",
    API + "hasRequestStatusSince",
)
"""Where an object declares when it was said, the best first. An event's own time says when it happened, not when it was said."""
AUTHOR = (CARGO + "recordingOrganization", API + "isRequestedBy", API + "hasSubscriber", API + "hasDataHolder")
_SAID_AT, _AUTHOR = tuple(map(local, SAID_AT)), tuple(map(local, AUTHOR))
_SURE = re.compile(rb"onerecord\.iata\.org/ns/")
_JSONLD = re.compile(rb'"@(context|type|graph|id)"')


class OneRecord:
    """The format object. Holds nothing."""

    name = NAME

    def sniff(self, head: bytes) -> int:
        """100 for JSON-LD or Turtle naming a ONE Record namespace, less for other JSON-LD and JSON."""
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n\xff\xfe\xfe\x00")[:1]
        json_like = start in (b"{", b"[")
        turtle_like = not json_like and is_turtle(head.decode("utf-8", "replace"))
        if not json_like and not turtle_like:
            return 0
        if _SURE.search(head):
            return 100
        if turtle_like:
            return 30
        return 80 if _JSONLD.search(head) else 10

    def split(self, raw: bytes) -> Split:
        """One part per root object. A document that cannot be read has no part, only problems."""
        text, fault = decode(raw)
        if fault:
            return Split(format=NAME, problems=[fault])
        short = straight(text)
        if short is not None:
            return _one(text, short)
        document = understand(text)
        if not document.roots:
            return Split(format=NAME, problems=list(document.problems))
        frames: list[Frame] = []
        parts = [self._part(text, root, document, frames) for root in document.roots]
        return Split(format=NAME, frames=frames, parts=parts, problems=[] if len(parts) == 1 else list(document.problems))

    def _part(self, text: str, root: Root, document: Document, frames: list[Frame]) -> Part:
        kind = named(root.subject)
        frame = _frame(root, document)
        if frame:
            frames.append(frame)
        line, column = document.lines.place(root.subject.offset)
        return Part(
            format=NAME,
            type=kind.name or "unknown",
            version=API_EDITION if kind.known and kind.known.iri.startswith(API) else EDITION,
            text=text,
            line=line,
            column=column,
            offset=root.subject.offset,
            frame=len(frames) - 1 if frame else None,
            reference=reference(root),
        )

    def read(self, part: Part) -> Message:
        """The tree under one root, checked against the class table. ``part.text`` is the whole document, ``part.reference`` the
        root.
        """
        short = straight(part.text)
        if short is not None:
            return _noted(Message(format=NAME, type=part.type, version=part.version, root=short.root))
        document = understand(part.text)
        root = _chosen(document, part.reference)
        if root is None:
            return Message(
                format=NAME, type=part.type, version=part.version, root=Node(part.type), problems=list(document.problems)
            )
        report = Report(document.lines, list(document.problems) if len(document.roots) == 1 else [])
        node, visited, shown = tree(document.graph, document.roots, root, report)
        Checker(document.graph, vocabulary(), report).check(visited, shown)
        problems = _once(report.problems)
        # What no object says is listed once for a document, with its first.
        unread = document.unread if root is document.roots[0] else []
        return _noted(Message(format=NAME, type=part.type, version=part.version, root=node, problems=problems, unread=unread))

    def write(self, message: Message, outgoing: Outgoing) -> Written:
        """Compact JSON-LD with an inline context; deterministic in the tree and the delivery."""
        return writer.write(message, outgoing)

    def outline(self, base: str, name: str, roots: Sequence[Node], events: Sequence[tuple[str, Node]]) -> Outline:
        """See :class:`hub.projected.Outliner`."""
        return outline(base, name, roots, events)

    def shipment_name(self, key: str) -> str:
        """See :class:`hub.projected.Outliner`."""
        return naming.shipment_name(key)

    def shipment_key(self, id: str) -> str | None:
        """See :class:`hub.projected.Outliner`."""
        return naming.shipment_key(id)

    def gathered(self, objects: Sequence[Nodes]) -> bytes:
        """See :class:`hub.projected.Outliner`."""
        return gathered(objects)

    def withdrawn(self, nodes: Nodes) -> Nodes:
        """See :class:`hub.projected.Outliner`."""
        return withdrawn(nodes)

    def repeating(self, type: str) -> frozenset[str]:
        """See :class:`hub.projected.Outliner`."""
        return REPEATING.get(type, frozenset())

    def tellings(self, base: str, touched: Sequence[Touched], shelf: Shelf) -> Sequence[Telling]:
        """See :class:`hub.joined.Joiner`."""
        return tellings(base, touched, shelf)

    def supports(self) -> Sequence[tuple[str, str]]:
        """The classes with a mapping of their own."""
        return [*((name, EDITION) for name in (*MAPPED, *JOINED)), ("Notification", API_EDITION)]

    def table(self, type: str, version: str) -> tuple[str, str] | None:
        """The nearest class above that has a mapping (a ``PieceDg`` is read as a ``Piece``), else the class itself."""
        known = vocabulary().classes.get(type)
        if known is None:
            return None
        for name in (type, *MAPPED, *JOINED):
            if name in known.lineage and name in (*MAPPED, *JOINED):
                return name, EDITION
        if known.is_object:
            return ANY, EDITION
        return type, API_EDITION if known.iri.startswith(API) else EDITION


def build() -> Format:
    """The format, for the registry."""
    return OneRecord()


def _noted(message: Message) -> Message:
    """The message with a problem where it belongs to no shipment: nothing is passed over in silence."""
    root, kind = message.root, vocabulary().classes.get(message.type)
    if is_hollow(root) and message.type in ("Waybill", "Shipment", "Booking"):
        message.type = ANY
    why = _silence(root, kind) if kind is not None and kind.is_object else ""
    if why:
        message.problems.append(
            Problem(
                code=Code.ONE_UNJOINED,
                message=why,
                element=message.type,
                line=root.line or None,
                column=root.column or None,
                offset=root.offset,
            )
        )
    return message


def _silence(root: Node, kind: Class) -> str:
    """Why an object says nothing of a shipment."""
    if is_hollow(root):
        return f"this {kind.name} says only that it is: what it said before is taken back"
    if not kind.lineage.isdisjoint(JOINED):
        return unjoined(root)
    if not kind.lineage.isdisjoint(MAPPED):
        return ""
    return f"a shipment has no place for what a {kind.name} says: it is kept as it is"


def _one(text: str, short: Straight) -> Split:
    """The split of a document understood the short way: one message."""
    frame = _frame_of(_first_text(short.root, _SAID_AT), _first_text(short.root, _AUTHOR))
    part = Part(
        format=NAME,
        type=short.type,
        version=API_EDITION if short.iri.startswith(API) else EDITION,
        text=text,
        line=short.root.line,
        column=short.root.column,
        offset=short.offset,
        frame=0 if frame else None,
        reference=short.reference,
    )
    return Split(format=NAME, frames=[frame] if frame else [], parts=[part])


def _first_text(root: Node, names: Sequence[str]) -> str | None:
    """The text of the first of these properties that the root has: a literal's, an object's address, or its name."""
    below = {child.name for child in root.children}
    for name in names:
        if name in root.elements:
            return root.elements[name].text
        child = root.first(name) if name in below else None
        if child is not None:
            return next((found for key in ("@value", "@id", "name") if (found := child.text(key))), None)
    return None


def _chosen(document: Document, wanted: str) -> Root | None:
    if len(document.roots) == 1:
        return document.roots[0]
    return document.by_reference.get(wanted)


def _once(problems: list[Problem]) -> list[Problem]:
    seen = dict.fromkeys((one.code, one.path, one.offset, one.found) for one in problems)
    kept = []
    for one in problems:
        mark = (one.code, one.path, one.offset, one.found)
        if mark in seen:
            del seen[mark]
            kept.append(one)
    return sorted(kept, key=lambda one: one.offset or 0)


def _frame(root: Root, document: Document) -> Frame | None:
    said_at = next((found for name in SAID_AT if (found := _text(root, name, document))), None)
    author = next((found for name in AUTHOR if (found := _text(root, name, document))), None)
    return _frame_of(said_at, author)


def _frame_of(said_at: str | None, author: str | None) -> Frame | None:
    return None if said_at is None and author is None else Frame(layer=NAME, author=author, said_at=said_at)


def _text(root: Root, predicate: str, document: Document) -> str | None:
    values = root.subject.values.get(predicate)
    if not values:
        return None
    first = values[0]
    if isinstance(first, Literal):
        return first.text
    if not first.key.startswith("_:"):
        return first.key
    held = document.graph.subjects[first.key].values.get(CARGO + "name", [])
    return held[0].text if held and isinstance(held[0], Literal) else None
