"""The shape of FMA and FNA: the type and waybill of the message they answer, found in its quoted text.

A pure pair of tree functions named by the mappings; knows no layout. Source: reference/cargo-imp.md section 8.
"""

import re
from collections.abc import Callable
from itertools import takewhile

from adapters.cargo_imp.names import is_message
from hub.syntax import Element, Node

_TYPE = re.compile(r"([A-Z]{3})(?:/[0-9]{1,3})?\s*")
_ERROR = re.compile(r"(?:ERR)?/(.*)")
_NAME = re.compile(r"\b([A-Z]{3})\b")
_WAYBILL = re.compile(r"[0-9]{3}-[0-9]{8}")


class Answers:
    """Adds an ``answered`` node when reading; takes it away when writing."""

    def read(self, root: Node) -> Node:
        """``answered`` has ``type`` and ``reference`` where the quoted message, or else the answer's own text, names them."""
        quoted = [node for node in root.walk() if node.name == "received"]
        own = [node for node in root.walk() if node.name in ("acknowledgement", "error", "reason")]
        elements = {}
        named = next((one for one in (_of_type(node, _TYPE.fullmatch) for node in quoted) if one), None)
        named = named or next((one for one in (_of_type(node, _NAME.search) for node in own) if one), None)
        if named is not None:
            elements["type"] = named
        waybill = next((node for node in quoted + own if _WAYBILL.search(node.text("text") or "")), None)
        if waybill is not None:
            elements["reference"] = _part(waybill, _WAYBILL)
        told = [*_with_further_errors(root.children), Node("answered", elements, [])]
        return Node(root.name, root.elements, told, root.line, root.column, root.offset)

    def write(self, root: Node) -> Node:
        """Without it."""
        return Node(root.name, root.elements, [child for child in root.children if child.name != "answered"])


def _with_further_errors(children: list[Node]) -> list[Node]:
    """Errors with an identifier of their own stand where the quoted text begins: they are reasons like those without."""
    error = next((child for child in children if child.name == "error"), None)
    further = list(takewhile(_is_error, (child for child in children if child.name == "received"))) if error else []
    if error is None or not further:
        return children
    reasons = [Node("reason", {"text": _cut_out(node, found, 1)}) for node in further if (found := _met(_ERROR, node))]
    told = Node(error.name, error.elements, [*error.children, *reasons], error.line, error.column, error.offset)
    taken = set(map(id, further))
    return [told if child is error else child for child in children if id(child) not in taken]


def _is_error(node: Node) -> bool:
    return _met(_ERROR, node) is not None


def _met(pattern: re.Pattern[str], node: Node) -> re.Match[str] | None:
    return pattern.fullmatch(node.text("text") or "")


def _of_type(node: Node, met: Callable[[str], re.Match[str] | None]) -> Element | None:
    """The name of a Cargo-IMP message in a text, where it is one: SHP stands alone on a line too."""
    found = met(node.text("text") or "")
    return _cut_out(node, found, 1) if found is not None and is_message(found[1]) else None


def _part(node: Node, pattern: re.Pattern[str]) -> Element:
    found = pattern.search(node.elements["text"].text)
    assert found is not None  # noqa: S101
    return _cut_out(node, found, 0)


def _cut_out(node: Node, found: re.Match[str], group: int) -> Element:
    element, start = node.elements["text"], found.start(group)
    return Element(found[group], element.line, element.column + start, element.offset + start)


shape = Answers()
