"""Tree paths of the mapping language: parsed once, then found in a tree when reading and made in one when writing."""

import re
from collections.abc import Iterator

import msgspec

from hub.syntax import Element, Node

_STEP = re.compile(r"(?:[^/\[]|\[[^\]]*\])+")
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\]]*\])*)")
_FILTER = re.compile(r"\[([^\]]*)\]")
_SCAN_LIMIT = 6


class PathError(ValueError):
    """A path that is not of the mapping language."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: a child name (or ``^`` or ``*``), a place from 1, and element = text filters."""

    name: str
    place: int | None = None
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    direct: bool = False

    def fits(self, node: Node) -> bool:
        """Whether a child of the right name passes the filters."""
        for element, texts in self.filters:
            found = node.elements.get(element)
            if found is None or found.text not in texts:
                return False
        return True

    def qualifiers(self, node: Node) -> Iterator[Element]:
        """The elements that a single-valued filter has read."""
        return (node.elements[name] for name, texts in self.filters if len(texts) == 1 and name in node.elements)


class TreePath(msgspec.Struct, frozen=True, kw_only=True):
    """Steps to nodes, and the name of the element at the end (empty for a path to nodes)."""

    text: str
    steps: tuple[Step, ...]
    element: str = ""
    filtered: bool = False

    def leading(self) -> str | None:
        """The name of the child every match begins with; None when it may begin anywhere."""
        return self.steps[0].name if self.steps and self.steps[0].name not in ("^", "*") else None

    def below(self, count: int) -> "TreePath":
        """The same path from where its first steps lead."""
        return msgspec.structs.replace(self, steps=self.steps[count:]) if count else self


def _step(text: str) -> Step:
    match = _NAME.fullmatch(text)
    if match is None:
        raise PathError(f"not a step of a tree path: {text!r}")
    place, filters = None, []
    for inner in _FILTER.findall(match[2]):
        name, equals, value = inner.partition("=")
        if equals:
            filters.append((name, tuple(value.split("|"))))
        else:
            place = int(inner)
    return Step(name=match[1], place=place, filters=tuple(filters), direct=place is None and match[1] not in ("^", "*"))


def node_path(text: str) -> TreePath:
    """A path all of whose steps are nodes; ``.`` is the node itself."""
    return _path(text, [] if text == "." else _STEP.findall(text), "")


def element_path(text: str) -> TreePath:
    """A path whose last step names an element."""
    *nodes, element = _STEP.findall(text)
    return _path(text, nodes, element)


def _path(text: str, nodes: list[str], element: str) -> TreePath:
    steps = tuple(_step(part) for part in nodes)
    return TreePath(text=text, steps=steps, element=element, filtered=any(step.filters for step in steps))


class Tree:
    """A tree with what paths need beside it: parents, and an index of children by name where there are many."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._parents: dict[int, Node] | None = None
        self._index: dict[int, dict[str, list[Node]]] = {}

    def parent(self, node: Node) -> Node:
        """The node above; the root is its own."""
        if self._parents is None:
            self._parents = {id(child): one for one in self.root.walk() for child in one.children}
        return self._parents.get(id(node), self.root)

    def adopt(self, parent: Node, child: Node) -> Node:
        """Add a new child (writing)."""
        if self._parents is None:
            self._parents = {id(below): one for one in self.root.walk() for below in one.children}
        parent.children.append(child)
        self._parents[id(child)] = parent
        self._index.pop(id(parent), None)
        return child

    def discard(self, node: Node) -> None:
        """Take back a child that turned out empty (writing)."""
        parent = self.parent(node)
        if node is not self.root:
            parent.children = [child for child in parent.children if child is not node]
            self._index.pop(id(parent), None)

    def named(self, node: Node, name: str) -> list[Node]:
        """The children of a name, in order."""
        children = node.children
        if name == "*":
            return children
        if len(children) <= _SCAN_LIMIT:
            return [child for child in children if child.name == name]
        return self.children(node).get(name, [])

    def is_alone(self, node: Node, name: str) -> bool:
        """Whether a node has just one child of a name."""
        return len(self.children(node).get(name, ())) == 1

    def children(self, node: Node) -> dict[str, list[Node]]:
        """The children of a node by their names."""
        index = self._index.get(id(node))
        if index is None:
            index = {}
            for child in node.children:
                index.setdefault(child.name, []).append(child)
            self._index[id(node)] = index
        return index

    def _matches(self, node: Node, step: Step) -> list[Node]:
        if step.direct and not step.filters and len(node.children) <= _SCAN_LIMIT:
            name = step.name
            return [child for child in node.children if child.name == name]
        if step.name == "^":
            return [self.parent(node)]
        found = self.named(node, step.name)
        if step.filters:
            found = [child for child in found if step.fits(child)]
        return found if step.place is None else found[step.place - 1 : step.place]

    def find(self, node: Node, steps: tuple[Step, ...]) -> list[Node]:
        """Every node the steps meet, in document order."""
        met = [node]
        for step in steps:
            met = self._matches(met[0], step) if len(met) == 1 else [child for one in met for child in self._matches(one, step)]
        return met

    def first(self, node: Node, steps: tuple[Step, ...]) -> Node | None:
        """The first node the steps meet."""
        at = node
        for step in steps:
            children, name = at.children, step.name
            # Most nodes have few children: looked through as they stand, without a list of those of the name.
            few = step.direct and len(children) <= _SCAN_LIMIT
            for child in children if few else self._matches(at, step):
                if (not few or child.name == name) and (not step.filters or step.fits(child)):
                    at = child
                    break
            else:
                # Where the first of its name leads nowhere, the next may.
                return None if step is steps[0] else self._first(node, steps, 0)
        return at

    def _first(self, node: Node, steps: tuple[Step, ...], at: int) -> Node | None:
        below = at + 1
        for child in self._matches(node, steps[at]):
            found = child if below == len(steps) else self._first(child, steps, below)
            if found is not None:
                return found
        return None

    def make(self, node: Node, steps: tuple[Step, ...]) -> Node:
        """The first node the steps meet, made where it is missing."""
        for step in steps:
            found = self._matches(node, step)
            node = found[0] if found else self.grow(node, step)
        return node

    def grow(self, node: Node, step: Step) -> Node:
        """A new child for a step, its single-valued filters written as elements."""
        if step.name in ("^", "*"):
            raise PathError(f"cannot write through {step.name!r}")
        elements = {name: Element(texts[0]) for name, texts in step.filters if len(texts) == 1}
        child = self.adopt(node, Node(name=step.name, elements=elements))
        while step.place is not None and len(self.named(node, step.name)) < step.place:
            child = self.adopt(node, Node(name=step.name))
        return child
