"""The shape of FMA and FNA: the type and waybill of the message they answer, found in its quoted text.

A pure pair of tree functions named by the mappings; knows no layout. Source: reference/cargo-imp.md section 8.
"""

import re

from hub.syntax import Element, Node

_TYPE = re.compile(r"([A-Z]{3})(?:/[0-9]{1,3})?")
_WAYBILL = re.compile(r"[0-9]{3}-[0-9]{8}")


class Answers:
    """Adds an ``answered`` node when reading; takes it away when writing."""

    def read(self, root: Node) -> Node:
        """``answered`` has ``type`` and ``reference`` where the quoted message, or else the answer's own text, names them."""
        quoted = [node for node in root.walk() if node.name == "received"]
        own = [node for node in root.walk() if node.name in ("acknowledgement", "error", "reason")]
        elements = {}
        type_line = next((node for node in quoted if _TYPE.fullmatch((node.text("text") or "").strip())), None)
        if type_line is not None:
            elements["type"] = _part(type_line, _TYPE, 1)
        waybill = next((node for node in quoted + own if _WAYBILL.search(node.text("text") or "")), None)
        if waybill is not None:
            elements["reference"] = _part(waybill, _WAYBILL, 0)
        return Node(
            root.name, root.elements, [*root.children, Node("answered", elements, [])], root.line, root.column, root.offset
        )

    def write(self, root: Node) -> Node:
        """Without it."""
        return Node(root.name, root.elements, [child for child in root.children if child.name != "answered"])


def _part(node: Node, pattern: re.Pattern[str], group: int) -> Element:
    element = node.elements["text"]
    found = pattern.search(element.text)
    assert found is not None  # noqa: S101
    start = found.start(group)
    return Element(found[group], element.line, element.column + start, element.offset + start)


shape = Answers()
