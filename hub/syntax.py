"""What every reader yields and every writer takes: a tree of nodes and elements. Knows no format and no meaning."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import msgspec

from hub.problem import Problem


class Element(msgspec.Struct, frozen=True, gc=False):
    """One value as it stands on the wire, and where. Positional: the hot path of every reader.

    ``line`` and ``column`` from 1, ``offset`` in characters of the decoded file from 0 (all 0 when made by a writer).
    ``path`` only where the format has its own addresses (a JSON pointer); else the mapping's path is used.
    """

    text: str
    line: int = 0
    column: int = 0
    offset: int = 0
    path: str = ""


class Node(msgspec.Struct, gc=False):
    """A line, segment, group, composite or object: named elements and ordered child nodes.

    What repeats is always a child node, never a list of elements. Mutable, because writers fill it; a tree, so that the collector
    of cycles has nothing to look for. ``late`` is for a reader that makes elements, out of ``kept``, only when the tree is handed
    on.
    """

    name: str
    elements: dict[str, Element] = msgspec.field(default_factory=dict)
    children: list["Node"] = msgspec.field(default_factory=list)
    line: int = 0
    column: int = 0
    offset: int = 0
    late: "Late | None" = None
    kept: Any = None

    def all(self, name: str) -> Iterator["Node"]:
        """The child nodes of this name, in order."""
        return iter([child for child in self.children if child.name == name])

    def first(self, name: str) -> "Node | None":
        """The first child node of this name."""
        for child in self.children:
            if child.name == name:
                return child
        return None

    def text(self, name: str) -> str | None:
        """The text of an element, if it is there."""
        if self.late is not None:
            return self.late.text(self.kept, name)
        element = self.elements.get(name)
        return None if element is None else element.text

    def texts(self, names: tuple[str, ...]) -> Sequence[str | None]:
        """The texts of several elements; None or empty where one is not there."""
        return [self.text(name) for name in names] if self.late is None else self.late.texts(self.kept, names)

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.children:
                waiting.extend(reversed(node.children))


class Late(Protocol):
    """Where the texts of a node stand, in what its reader kept of it, that has no elements yet."""

    def text(self, kept: Any, name: str, /) -> str | None:
        """The text of an element, if it is there."""
        ...

    def texts(self, kept: Any, names: tuple[str, ...], /) -> Sequence[str | None]:
        """The texts of several; None or empty where one is not there."""
        ...


class Message(msgspec.Struct, kw_only=True):
    """One message as read: its type and version (as the format spells them), its tree, and what was wrong.

    ``unread`` are the pieces of text that reached no element: (line, text). ``root`` holds what could be read after a fault.
    ``units`` are the first and last lines of the pieces that stand on their own, in order: a fault in one consignment of a
    manifest is none of the others'.
    """

    format: str
    type: str
    version: str
    root: Node
    problems: list[Problem] = msgspec.field(default_factory=list)
    unread: list[tuple[int, str]] = msgspec.field(default_factory=list)
    units: list[tuple[int, int]] = msgspec.field(default_factory=list)
