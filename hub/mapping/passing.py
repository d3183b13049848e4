"""One run of a mapping over one tree: what was used, where values came from, what went wrong. Pure."""

from collections.abc import Sequence

from hub.mapping.paths import Tree, TreePath
from hub.position import Place
from hub.problem import Code, Problem
from hub.syntax import Element, Node
from hub.transforms import Context


class Pass:
    """One run over one tree: what was used, where values came from, what went wrong."""

    def __init__(self, tree: Tree, context: Context) -> None:
        self.tree = tree
        self.context = context
        self.used: set[int] = set()
        self.places: dict[str, Place] = {}
        self.problems: list[Problem] = []
        self.respelled: list[tuple[int, str]] = []
        self.faulty: set[tuple[Code, int, int, str, str]] = set()

    def fault(self, element: Element, code: Code, expected: str, path: str) -> None:
        """Note a value that could not be read, at its place; once, however many rows read it."""
        place = (code, element.line, element.offset, element.path, element.text)
        if place in self.faulty:
            return
        self.faulty.add(place)
        self.problems.append(
            Problem(
                code=code,
                message=f"{path}: expected {expected}, found {element.text[:40]!r}",
                line=element.line or None,
                column=element.column or None,
                offset=element.offset,
                element=path.rpartition("/")[2],
                segment=path.partition("/")[0] if "/" in path else None,
                found=element.text[:80],
                expected=expected,
                path=element.path or None,
            )
        )

    def use(self, path: TreePath, node: Node, elements: Sequence[Element]) -> None:
        """Count elements, and the qualifiers that chose their node, as carried."""
        self.used.update(map(id, elements))
        if not path.filtered:
            return
        left = sum(bool(step.filters) for step in path.steps)
        for step in reversed(path.steps):
            if step.name == "^":
                break
            self.used.update(map(id, step.qualifiers(node)))
            left -= bool(step.filters)
            if not left:
                break
            node = self.tree.parent(node)
