"""One segment looked at closely: every element checked against its layout, each fault with its place, and the node built.

This is the slow way, for segments the fast expression did not match (released or folded characters, or a fault).
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from adapters.edifact.directory import Component, Layout, Position
from adapters.edifact.scanner import Piece, Raw, Value
from hub.problem import Code
from hub.syntax import Element, Node

_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?|-?[.,][0-9]+")
_LETTERS = re.compile(r"[^\W\d_]*(?:[ ][^\W\d_]*)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with an element: where (element and component from 1; offset in the scanned text) and what."""

    code: Code
    message: str
    offset: int
    element: int | None = None
    component: int | None = None
    found: str | None = None
    expected: str | None = None


Locate = Callable[[str, int], Element]
"""Makes an element of a text and its offset in the scanned text."""


def read(raw: Raw, layout: Layout, locate: Locate) -> tuple[Node, list[Fault]]:
    """The node of a segment and its faults. What has no place in the layout is only in the faults."""
    node = Node(raw.tag)
    faults: list[Fault] = []
    for number, position in enumerate(layout.positions, 1):
        piece = raw.pieces[number - 1] if number <= len(raw.pieces) else Piece([[]], raw.end - 1)
        faults.extend(_position(node, position, piece, number, locate))
    for number, piece in enumerate(raw.pieces[len(layout.positions) :], len(layout.positions) + 1):
        if text := _text(piece):
            expected = f"at most {len(layout.positions)} elements"
            message = f"{raw.tag} has no element {number} in its directory"
            faults.append(Fault(Code.EDI_ELEMENT_UNEXPECTED, message, piece.offset, number, None, text, expected))
    if raw.folded:
        message = "a line break inside the segment was taken out; a line may only end after a segment"
        faults.append(Fault(Code.EDI_SEGMENT_FOLDED, message, raw.start))
    return node, faults


def generic(raw: Raw, locate: Locate) -> Node:
    """A node without a layout: elements named by their places, ``2`` or ``2.1``; repetitions are child nodes ``2``."""
    node = Node(raw.tag)
    for number, piece in enumerate(raw.pieces, 1):
        _fill(node, str(number), piece.repetitions[0], locate)
        for repetition in piece.repetitions[1:]:
            child = Node(str(number))
            _fill(child, str(number), repetition, locate)
            node.children.append(child)
    return node


def _fill(node: Node, name: str, values: list[Value], locate: Locate) -> None:
    for place, value in enumerate(values, 1):
        if value.text:
            node.elements[name if len(values) == 1 else f"{name}.{place}"] = locate(value.text, value.offset)


def _text(piece: Piece) -> str:
    return "".join(value.text for repetition in piece.repetitions for value in repetition)


def _position(node: Node, position: Position, piece: Piece, number: int, locate: Locate) -> Iterator[Fault]:
    values = piece.repetitions[0]
    if not _text(piece):
        if position.mandatory:
            name = position.composite or position.components[0].number
            yield Fault(
                Code.EDI_ELEMENT_MISSING,
                f"element {number} ({name}) is mandatory and empty",
                piece.offset,
                number,
                None,
                "",
                name,
            )
        return
    for place, component in enumerate(position.components, 1):
        value = values[place - 1] if place <= len(values) else None
        yield from _component(node, component, value, (number, place if position.composite else None), piece.offset, locate)
    for place, value in enumerate(values[len(position.components) :], len(position.components) + 1):
        if value.text:
            name = position.composite or position.components[0].number
            message = f"element {number} ({name}) has no component {place} in its directory"
            yield Fault(Code.EDI_ELEMENT_UNEXPECTED, message, value.offset, number, place, value.text)
    for repetition in piece.repetitions[1:]:
        message = f"element {number} may stand only once"
        found = ":".join(value.text for value in repetition)
        yield Fault(Code.EDI_ELEMENT_REPEATED, message, repetition[0].offset if repetition else piece.offset, number, None, found)


def _component(
    node: Node, one: Component, value: Value | None, where: tuple[int, int | None], start: int, locate: Locate
) -> Iterator[Fault]:
    if value is None or not value.text:
        if one.mandatory and where[1] is not None:
            message = f"data element {one.number} is mandatory in its composite and empty"
            yield Fault(Code.EDI_ELEMENT_MISSING, message, value.offset if value else start, *where, "", one.notation())
        return
    home(node, one).elements[one.name] = locate(value.text, value.offset)
    if fault := wrong(one, value.text):
        code, message = fault
        yield Fault(code, f"data element {one.number}: {message}", value.offset, *where, value.text, one.notation())


def home(node: Node, one: Component) -> Node:
    """The node a component belongs to: the segment's, or the child nodes its steps name, made where they are missing."""
    for name, occurrence in one.steps:
        same = list(node.all(name))
        while len(same) <= occurrence:
            same.append(Node(name))
            node.children.append(same[-1])
        node = same[occurrence]
    return node


def wrong(one: Component, text: str) -> tuple[Code, str] | None:
    """What is wrong with a text as this data element. Sign and decimal mark do not count (ISO 9735, 10.1)."""
    if _CONTROL.search(text):
        return Code.EDI_CHARACTER, "a control character stands in the data"
    if one.kind == "n" and not _NUMBER.fullmatch(text):
        return Code.EDI_ELEMENT_FORMAT, "is no number"
    if one.kind == "a" and not _LETTERS.fullmatch(text):
        return Code.EDI_ELEMENT_FORMAT, "has other characters than letters"
    length = sum(character.isdigit() for character in text) if one.kind == "n" else len(text)
    if length > one.most:
        return Code.EDI_ELEMENT_LENGTH, f"has {length} characters, {one.most} are allowed"
    if length < one.least:
        return Code.EDI_ELEMENT_LENGTH, f"has {length} characters, {one.least} are needed"
    return None
