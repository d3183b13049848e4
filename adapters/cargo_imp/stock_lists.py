"""The shape of a ULD stock check: every ULD as a node of its own, however the wire gathers them on lines.

A pure pair of tree functions named by the SCM mapping; knows no text and no canonical model. Elements are shared.
"""

from collections.abc import Iterator

from hub.syntax import Element, Node

SERIALS_PER_LINE = 5


class Stock:
    """The shape object: one ``unit`` node a ULD in, lines of one type with their count out."""

    def read(self, root: Node) -> Node:
        """The type stands once on a line and is part of every ULD there; the count stays behind."""
        return _copy(root, [one for child in root.children for one in (_counted(child) if child.name == "units" else [child])])

    def write(self, root: Node) -> Node:
        """Lines of one type, the counts made anew."""
        lines: list[Node] = []
        for unit in (one for one in root.all("unit") if "type" in one.elements):
            if not lines or lines[-1].text("type") != unit.text("type") or len(lines[-1].children) + 1 >= SERIALS_PER_LINE:
                lines.append(Node("units", dict(unit.elements)))
            else:
                lines[-1].children.append(Node("unit", {name: one for name, one in unit.elements.items() if name != "type"}))
        for line in lines:
            line.elements["total"] = Element(str(len(line.children) + 1))
        return _copy(root, [*(child for child in root.children if child.name not in ("unit", "units")), *lines])


def _copy(node: Node, children: list[Node]) -> Node:
    return Node(node.name, node.elements, children, node.line, node.column, node.offset)


def _counted(line: Node) -> Iterator[Node]:
    shared = {"type": line.elements["type"]} if "type" in line.elements else {}
    first = {name: one for name, one in line.elements.items() if name != "total"}
    if first:
        yield Node("unit", first, [], line.line, line.column, line.offset)
    for unit in line.all("unit"):
        yield Node("unit", shared | unit.elements, [], unit.line, unit.column, unit.offset)
    total = line.elements.get("total")
    if total is not None:
        yield Node("units", {"total": total}, [], line.line, line.column, line.offset)


shape = Stock()
