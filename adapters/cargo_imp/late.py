"""Nodes whose elements are still in the match of their line (``kept``, with its groups): made when the tree is handed on.

Checks ask for a few texts of a few lines; a message that is only checked needs no elements. Knows layouts and no message.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from adapters.cargo_imp.groups import Groups, Texts, located
from hub.syntax import Element, Message, Node

SHORT = 400
"""Characters."""
UNOPENED: Any = None
"""The elements of a node that is not opened: whoever asks it for one is wrong, and hears of it."""


class LateMessage(Message, kw_only=True):
    """A message whose tree is opened when it is first asked for."""

    closed: Node

    def __getattr__(self, name: str) -> object:
        """Asked for what is not there yet."""
        if name != "root":
            raise AttributeError(name)
        self.root = opened(self.closed)
        return self.root


def message(format: str, type: str, version: str, root: Node, size: int) -> Message:
    """A message of this tree, ``size`` characters long. A short one is opened at once: waiting would cost more."""
    if size < SHORT:
        return Message(format=format, type=type, version=version, root=opened(root))
    made = LateMessage(format=format, type=type, version=version, root=root, closed=root)
    del made.root
    return made


def opened(root: Node) -> Node:
    """The node and all below it with their elements, and with the repeats inside their lines. Written for speed."""
    met = [root]
    for node in met:
        groups = node.late
        if isinstance(groups, Groups):
            found, line, start = node.kept, node.line, node.offset
            node.late = node.kept = None
            node.elements = located(found, groups, line, start, 0)
            if groups.within:
                node.children[:0] = repeats(found, groups, line, start, 0)
        if node.children:
            met += node.children
    return root


def columns(nodes: Sequence[Node], names: tuple[str, ...]) -> Iterable[Texts]:
    """The texts of several elements of many nodes: for each element those of all nodes. Written for speed."""
    rows: list[Texts] = []
    known: Groups | None = None
    groups: tuple[int, ...] = ()
    for node in nodes:
        late = node.late
        if isinstance(late, Groups):
            if late is not known:
                known, groups = late, late.together[names]
            rows.append(node.kept.group(*groups) if groups else late.texts(node.kept, names))
        else:
            rows.append(node.texts(names))
    return zip(*rows, strict=True)


def repeats(found: re.Match[str], groups: Groups, line: int, start: int, shift: int) -> Iterator[Node]:
    """The repeats inside a line as nodes; what is no repeat is an element ``rest`` of its own."""
    text = found.string
    for within in groups.within:
        place, end = found.span(within.group)
        match, name, inner = within.pattern.match, within.name, within.groups
        while place < end:
            item, at = match(text, place, end), place + shift
            if item is None or item.end() == place:
                yield Node(name, {"rest": Element(text[place:end], line, at + 1, start + at)}, [], line, 1, start)
                break
            yield Node(name, located(item, inner, line, start, shift), [], line, at + 1, start + at)
            place = item.end()
