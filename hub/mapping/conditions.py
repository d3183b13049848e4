"""The condition of a row when reading: which elements must be there, and what they must say. Pure."""

from hub.mapping.passing import Pass
from hub.mapping.paths import element_path
from hub.syntax import Node


class When:
    """The condition of a row: elements that must be absent, present or have one of several texts."""

    def __init__(self, when: dict[str, str]) -> None:
        self.tests = [(element_path(path), frozenset(text.split("|")), text) for path, text in when.items()]

    def holds(self, run: Pass, node: Node) -> bool:
        for path, texts, text in self.tests:
            holder = run.tree.first(node, path.steps)
            found = holder.elements.get(path.element) if holder is not None else None
            if text in ("", "*"):
                if (found is None) == (text == "*"):
                    return False
            elif found is None or found.text not in texts:
                return False
        return True

    def use(self, run: Pass, node: Node) -> None:
        for path, texts, text in self.tests:
            if text not in ("", "*") and len(texts) == 1:
                holder = run.tree.first(node, path.steps)
                if holder is not None:
                    run.use(path, holder, [holder.elements[path.element]])
