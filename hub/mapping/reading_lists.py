"""Rows that read lists: an item from every node a path meets. Pure; knows rows only as what reads them."""

from collections.abc import Callable, Sequence
from typing import Any

from hub.mapping.conditions import When
from hub.mapping.convert import Codes, Conversion, canonical_get
from hub.mapping.language import Row
from hub.mapping.lists import append, items_at
from hub.mapping.passing import Pass
from hub.mapping.paths import TreePath, element_path, node_path
from hub.mapping.reading_values import plain_text, value_of, verbatim
from hub.position import Place
from hub.syntax import Node

Run = Callable[[Pass, Node, Any, str], None]
"""Reads what a node says into a document; the text is the document's own pointer."""


def pointer_to(base: str, to: str) -> str:
    """The pointer of what a row fills, below that of its document."""
    return base if to == "." else f"{base}/{to}"


def each_row(row: Row, codes: Codes, inner: Run, skip: int) -> Run:
    """A list; ``inner`` reads one of its items."""
    path, when = node_path(str(row.each)).below(skip), When(row.when)
    keys = row.to.split("/")
    if [one.to for one in row.rows] == ["."] and not (row.when or row.sorted or row.number or path.filtered):
        texts = _texts_row(row.rows[0], codes, path, keys, row.to)
        if texts is not None:
            return texts
    fill = None if _sorts(row.rows) else _in_order(row, inner, path, keys)

    def read_item(run: Pass, node: Node) -> tuple[Any, dict[str, Place]]:
        item: dict[str, Any] = {}
        outer_places, outer_item = run.places, run.context.item
        run.places, run.context.item = {}, item
        inner(run, node, item, "")
        places, run.places, run.context.item = run.places, outer_places, outer_item
        if item and path.filtered:
            run.use(path, node, ())
        return item.get(".", item), places

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        nodes = run.tree.find(node, path.steps)
        if not nodes or not when.holds(run, node):
            return
        known = canonical_get(target, keys)
        if fill is not None and (not row.sorted or (len(nodes) == 1 and known is None)):
            if fill(run, nodes, target, known, pointer_to(pointer, row.to)):
                when.use(run, node)
            return
        read = [read_item(run, one) for one in nodes]
        fresh = [pair for pair in read if pair[0] != {}]
        if fresh:
            when.use(run, node)
            append(run, row, target, keys, pointer_to(pointer, row.to), fresh)

    return run_row


def _sorts(rows: Sequence[Row]) -> bool:
    return any(row.sorted or _sorts(row.rows) for row in rows)


Fill = Callable[[Pass, Sequence[Node], Any, list[Any] | None, str], bool]
"""Reads nodes into a list, of which some may be known; whether any of them said something."""


def _in_order(row: Row, inner: Run, path: TreePath, keys: list[str]) -> Fill:
    """A list in the wire's order, as is all in it: the places of an item are known before it is read."""

    def fill(run: Pass, nodes: Sequence[Node], target: Any, items: list[Any] | None, pointer: str) -> bool:
        outer, told = run.context.item, False
        for one in nodes:
            item: dict[str, Any] = {}
            run.context.item = item
            inner(run, one, item, f"{pointer}/{len(items) if items else 0}")
            value = item.get(".", item)
            if item and path.filtered:
                run.use(path, one, ())
            if value == {}:
                continue
            if items is None:
                items = items_at(target, keys)
            if row.number:
                value[row.number] = len(items) + 1
            items.append(value)
            told = True
        run.context.item = outer
        return told

    return fill


def _texts_row(row: Row, codes: Codes, path: TreePath, keys: list[str], to: str) -> Run | None:
    """The commonest list, of texts as they stand, without the machinery of the others; None where it is not such a list."""
    inner, read = element_path(str(row.source)), value_of(row, Conversion(row, codes))
    if inner.steps or row.when or read not in (plain_text, verbatim):
        return None
    name = inner.element

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        base, items = f"{pointer_to(pointer, to)}/", None
        for at in run.tree.find(node, path.steps):
            element = at.elements.get(name)
            value = read(run, element, name) if element is not None else None
            if value is None or element is None:
                continue
            if items is None:
                items = items_at(target, keys)
            run.used.add(id(element))
            run.places[base + str(len(items))] = Place(element.line, element.column, element.offset, element.path or name)
            items.append(value)

    return run_row
