"""Nodes whose elements are still in a match: made when the tree is handed on, not while the message is read.

Checks ask for a few texts of a few lines; a message that is only checked needs no elements. Knows layouts and no message.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from adapters.cargo_imp.groups import Groups
from hub.syntax import Element, Message, Node

Texts = Sequence[str | None]
SHORT = 400
"""Characters."""
UNOPENED: Any = None
"""The elements of a node that is not opened: whoever asks it for one is wrong, and hears of it."""


class Matched(msgspec.Struct, frozen=True, gc=False):
    """The match of a line, and where its elements stand. Until its node is opened, texts are asked of the match."""

    found: re.Match[str]
    groups: Groups

    def text(self, name: str, /) -> str | None:
        """The text of an element, if it is there."""
        group = self.groups.by_name.get(name)
        if group == 0:
            element = located(self.found, self.groups, 0, 0, 0).get(name)
            return None if element is None else element.text
        return self.found[group] or None if group else None

    def texts(self, names: tuple[str, ...], /) -> Texts:
        """The texts of several; None or empty where one is not there."""
        groups = self.groups.together[names]
        return self.found.group(*groups) if groups else [self.text(name) for name in names]


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
        late = node.late
        if isinstance(late, Matched):
            found, groups, line, start = late.found, late.groups, node.line, node.offset
            node.late = None
            node.elements = elements = {}
            for group, name in groups.slots:
                text = found[group]
                if text:
                    at = found.start(group)
                    elements[name] = Element(text, line, at + 1, start + at)
            if groups.within:
                node.children[:0] = repeats(found, groups, line, start, 0)
        if node.children:
            met += node.children
    return root


def columns(nodes: Sequence[Node], names: tuple[str, ...]) -> Iterable[Texts]:
    """The texts of several elements of many nodes: for each element those of all nodes. Written for speed."""
    rows: list[Texts] = []
    for node in nodes:
        late = node.late
        groups = late.groups.together[names] if isinstance(late, Matched) else None
        rows.append(late.found.group(*groups) if isinstance(late, Matched) and groups else node.texts(names))
    return zip(*rows, strict=True)


def located(found: re.Match[str], groups: Groups, line: int, start: int, shift: int) -> dict[str, Element]:
    """The elements of a match that are not empty.

    ``start`` is the offset of the line, ``shift`` how many characters the line has more (or less) before the match than the text.
    """
    made = {}
    for group, name in groups.slots:
        text = found[group]
        if text:
            at = found.start(group) + shift
            made[name] = Element(text, line, at + 1, start + at)
    return made


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
