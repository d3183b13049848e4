"""A tree as one of our own documents: members in the layout's order, what it cannot hold reported. Pure, deterministic."""

import json
from typing import Any

from adapters.partner_api.documents import MARKER
from adapters.partner_api.layout import Field
from adapters.partner_api.scan import scan
from hub.canonical.calendar import stamp
from hub.envelope import Outgoing
from hub.problem import Code, Problem
from hub.syntax import Element, Node


class Writer:
    """One run over one tree."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, pointer: str, expected: str, found: str = "") -> None:
        said = f", found {found[:40]!r}" if found else ""
        self.problems.append(
            Problem(
                code=Code.NOT_EXPRESSIBLE,
                message=f"{pointer}: expected {expected}{said}",
                path=pointer,
                element=pointer.rpartition("/")[2],
                found=found[:80] or None,
                expected=expected,
            )
        )

    def object(self, field: Field, node: Node, pointer: str) -> dict[str, Any]:
        """Known members in the layout's order, then those kept from an unknown version in theirs."""
        made: dict[str, Any] = {}
        for name, inner in field.members.items():
            value = self.member(inner, node, name, f"{pointer}/{name}")
            if value is not None:
                made[name] = value
            elif name in field.required:
                self.refuse(f"{pointer}/{name}", inner.expected)
        if field.either and made.keys().isdisjoint(field.either):
            self.refuse(f"{pointer}/{field.either[0]}", " or ".join(field.either))
        for name, element in node.elements.items():
            if name not in field.members:
                self.kept(made, name, element, pointer)
        for child in node.children:
            if child.name not in field.members:
                self.refuse(f"{pointer}/{child.name}", "a member of the layout")
        return made

    def kept(self, made: dict[str, Any], name: str, element: Element, pointer: str) -> None:
        """A member the layout does not know, as it stood."""
        scanned = scan(element.text)
        if scanned.fault is None:
            made[name] = json.loads(element.text, parse_float=_Literal, parse_int=_Literal)
        else:
            self.refuse(f"{pointer}/{name}", "a member of the layout, or the JSON of an unknown one", element.text)

    def member(self, field: Field, node: Node, name: str, pointer: str) -> Any:
        if field.kind == "array":
            return self.array(field, list(node.all(name)), pointer)
        if field.kind != "object":
            element = node.elements.get(name)
            return None if element is None else self.scalar(field, element.text, pointer)
        found = list(node.all(name))
        if len(found) > 1:
            self.refuse(pointer, f"one {name}, not {len(found)}")
        return self.object(field, found[0], pointer) if found else None

    def array(self, field: Field, nodes: list[Node], pointer: str) -> list[Any] | None:
        if field.most is not None and len(nodes) > field.most:
            self.refuse(f"{pointer}/{field.most}", field.expected, str(len(nodes)))
            nodes = nodes[: field.most]
        made = [self.item(field.item, node, f"{pointer}/{at}") for at, node in enumerate(nodes) if field.item is not None]
        return [one for one in made if one is not None] or None

    def item(self, field: Field, node: Node, pointer: str) -> Any:
        return (
            self.object(field, node, pointer) if field.kind == "object" else self.scalar(field, node.text("text") or "", pointer)
        )

    def scalar(self, field: Field, text: str, pointer: str) -> Any:
        if not field.fits(text):
            self.refuse(pointer, field.expected, text)
            return None
        if field.kind == "integer":
            return int(text)
        return text == "true" if field.kind == "boolean" else text


class _Literal(str):
    """A number of an unknown member, by its own digits."""


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def rendered(value: Any, indent: str = "") -> str:
    """JSON text, two blanks a level, numbers of unknown members by their own digits."""
    deeper = indent + "  "
    if isinstance(value, _Literal):
        return str(value)
    if isinstance(value, dict) and value:
        rows = [f"{deeper}{_plain(name)}: {rendered(inner, deeper)}" for name, inner in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(deeper + rendered(inner, deeper) for inner in value) + f"\n{indent}]"
    return _plain(value)


def header(outgoing: Outgoing) -> dict[str, Any]:
    """The header of a document we send: who says it and when, as allotted to the delivery."""
    said = {
        "message_id": outgoing.message_id,
        "sent_at": stamp(outgoing.at),
        "sender": outgoing.sender,
        "recipients": outgoing.recipients,
        "control_reference": outgoing.control_reference,
    }
    return {name: value for name, value in said.items() if value} | ({"test": True} if outgoing.test else {})


def write_document(marker: str, field: Field, root: Node, outgoing: Outgoing) -> tuple[bytes, list[Problem]]:
    """The document's bytes and what could not be written."""
    writer = Writer()
    named = Node(name=root.name, elements={**root.elements, MARKER: Element(marker)})
    named.children = [child for child in root.children if child.name != "header"]
    body = writer.object(field, named, "")
    rest = {name: value for name, value in body.items() if name not in (MARKER, "header")}
    document = {MARKER: marker, "header": header(outgoing), **rest}
    return (rendered(document) + "\n").encode(), writer.problems
