"""Rows at work when reading: each compiled once to a closure from elements to a document. Pure."""

import itertools
from collections.abc import Sequence
from typing import Any

from hub.mapping.conditions import When
from hub.mapping.convert import PLACEHOLDERS, Codes, Conversion, canonical_get, canonical_set
from hub.mapping.language import Row
from hub.mapping.passing import Pass
from hub.mapping.paths import TreePath, element_path, node_path
from hub.mapping.reading_lists import Run, each_row, pointer_to
from hub.mapping.reading_values import Value, joined_value, plain_text, value_of, verbatim
from hub.position import Place
from hub.syntax import Element, Node

Plain = tuple[str, Value, str, str, bool]
"""The commonest row, one element to one key: the key, how the value is read, the path, what is behind the pointer, whether most
values are taken as they stand.
"""

Part = tuple[str, bool, list[Run], Run | None, Plain | None]
"""Rows of a node that find nothing without an element or child (true) of this name, and the same rows below that child."""


def _settable(target: Any, keys: Sequence[str]) -> bool:
    if len(keys) == 1:
        return keys[0] not in target or keys[0] == "."
    return canonical_get(target, keys) is None


def _put(run: Pass, target: Any, keys: list[str], pointer: str, value: Any, element: Element, path: str) -> None:
    if len(keys) == 1:
        target[keys[0]] = value
    else:
        canonical_set(target, keys, value)
    run.places[pointer] = Place(element.line, element.column, element.offset, element.path or path)


def _constant_row(row: Row) -> Run:
    keys, when = row.to.split("/"), When(row.when)

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        if _settable(target, keys) and when.holds(run, node):
            when.use(run, node)
            if keys == ["."]:
                target["."] = row.const
            else:
                canonical_set(target, keys, row.const)

    return run_row


def _scalar_row(row: Row, codes: Codes, skip: int) -> Run:
    path, keys, to = element_path(str(row.source)).below(skip), row.to.split("/"), row.to
    when = When(row.when) if row.when else None
    read, steps, name, text = value_of(row, Conversion(row, codes)), path.steps, path.element, path.text
    alone = len(keys) == 1 and to != "."

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        holder = run.tree.first(node, steps) if steps else node
        element = holder.elements.get(name) if holder is not None else None
        if element is None or holder is None or (when is not None and not when.holds(run, node)):
            return
        value = read(run, element, text)
        if value is None or (to in target if alone else not _settable(target, keys)):
            return
        run.used.add(id(element))
        if path.filtered:
            run.use(path, holder, ())
        if when is not None:
            when.use(run, node)
        if alone:
            target[to] = value
            run.places[f"{pointer}/{to}"] = Place(element.line, element.column, element.offset, element.path or text)
        else:
            _put(run, target, keys, pointer_to(pointer, to), value, element, text)

    return run_row


def _joined_row(row: Row, codes: Codes, skip: int) -> Run:
    paths = [element_path(text).below(skip) for text in row.source or []]
    keys, convert, when = row.to.split("/"), Conversion(row, codes), When(row.when)
    names = [path.text for path in paths]
    label = "+".join(names)
    filtered = [path for path in paths if path.filtered]

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        found = [_element(run, node, path) for path in paths]
        present = [element for element in found if element is not None and element.text]
        if not present or not _settable(target, keys) or not when.holds(run, node):
            return
        value = joined_value(run, row, convert, found, names)
        if value is None:
            return
        run.used.update(id(element) for element in found if element is not None)
        for path in filtered:
            holder = run.tree.first(node, path.steps)
            if holder is not None and path.element in holder.elements:
                run.use(path, holder, ())
        when.use(run, node)
        _put(run, target, keys, pointer_to(pointer, row.to), value, present[0], label)

    return run_row


def _element(run: Pass, node: Node, path: TreePath) -> Element | None:
    holder = run.tree.first(node, path.steps) if path.steps else node
    return None if holder is None else holder.elements.get(path.element)


def _group_row(row: Row, codes: Codes, skip: int) -> Run:
    path, inner = node_path(str(row.source)).below(skip), compile_rows(row.rows, codes)
    to, keys, when = row.to, row.to.split("/"), When(row.when) if row.when else None
    steps, filtered, alone = path.steps, path.filtered, len(keys) == 1 and to != "."

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        holder = run.tree.first(node, steps) if steps else node
        if holder is None or (when is not None and not when.holds(run, node)):
            return
        nested = target.get(to) if alone else target if to == "." else canonical_get(target, keys)
        fresh = nested is None
        nested = {} if fresh else nested
        inner(run, holder, nested, f"{pointer}/{to}" if alone else pointer_to(pointer, to))
        if nested:
            if filtered:
                run.use(path, holder, ())
            if when is not None:
                when.use(run, node)
            if alone:
                target[to] = nested
            elif fresh:
                canonical_set(target, keys, nested)

    return run_row


def _paths(row: Row) -> list[TreePath]:
    """The paths from which a row reads; without one of them it reads nothing."""
    if row.each is not None:
        return [node_path(row.each)]
    sources = row.source if isinstance(row.source, list) else [row.source] if row.source is not None else []
    return [node_path(one) if row.rows else element_path(one) for one in sources]


def _needs(row: Row, skip: int) -> tuple[str, bool, bool]:
    """The one name without which a row finds nothing, if any; whether a child has it; whether the row can start at that child."""
    paths = [path.below(skip) for path in _paths(row)]
    names = {path.leading() for path in paths} if row.only != "write" else set()
    name = names.pop() if len(names) == 1 else None
    if name is not None:
        return name, True, not row.when and all(path.steps[0].direct and not path.steps[0].filters for path in paths)
    alone = len(paths) == 1 and not paths[0].steps and paths[0].element
    return (alone, False, False) if alone else ("", False, False)


def compile_rows(rows: Sequence[Row], codes: Codes, skip: int = 0) -> Run:
    """The closure that reads all rows of a node, in their order. Neighbours whose paths begin at the same child find it once.

    ``skip``: so many steps of the paths lead to the node already.
    """
    parts = _parts(rows, codes, skip)
    childless = [part for part in parts if not part[1]]

    def run_rows(run: Pass, node: Node, target: Any, pointer: str) -> None:
        elements, children = node.elements, node.children
        first = {child.name: child for child in children} if children else {}
        alone = len(first) == len(children)
        for name, child, runs, below, plain in parts if children else childless:
            if plain is not None:
                element = elements.get(name)
                # A value further away is read, and found faulty, also where a row before has told the key.
                if element is not None and (skip or plain[0] not in target):
                    to, read, text, behind, stands = plain
                    value = element.text
                    if not stands or not value or value in PLACEHOLDERS:
                        value = read(run, element, text)
                    if value is not None and (not skip or to not in target):
                        run.used.add(id(element))
                        target[to] = value
                        place = Place(element.line, element.column, element.offset, element.path or text)
                        run.places[pointer + behind] = place
            elif child and below is not None and name in first and (alone or run.tree.is_alone(node, name)):
                below(run, first[name], target, pointer)
            elif name in (first if child else elements) or not name:
                for one in runs:
                    one(run, node, target, pointer)

    return run_rows


def _parts(rows: Sequence[Row], codes: Codes, skip: int) -> list[Part]:
    parts: list[Part] = []
    for (name, child, below), alike in itertools.groupby(rows, key=lambda row: _needs(row, skip)):
        group = [row for row in alike if row.only != "write"]
        if name and not child:
            parts.extend(_own_element(name, row, codes, skip) for row in group)
            continue
        runs = [_compiled(row, codes, skip) for row in group]
        parts.append((name, child, runs, _from_below(group, codes, skip + 1) if below and group else None, None))
    return parts


def _from_below(group: list[Row], codes: Codes, skip: int) -> Run:
    return compile_rows(group, codes, skip) if len(group) > 1 else _compiled(group[0], codes, skip)


def _own_element(name: str, row: Row, codes: Codes, skip: int) -> Part:
    """A row from one element of the node itself."""
    if row.when or isinstance(row.source, list) or "/" in row.to or row.to == ".":
        return name, False, [_compiled(row, codes, skip)], None, None
    text = element_path(str(row.source)).text
    read = value_of(row, Conversion(row, codes))
    return name, False, [], None, (row.to, read, text, f"/{row.to}", read in (plain_text, verbatim))


def _compiled(row: Row, codes: Codes, skip: int) -> Run:
    if row.each is not None:
        return each_row(row, codes, compile_rows(row.rows, codes), skip)
    if row.rows:
        return _group_row(row, codes, skip)
    if row.source is None:
        return _constant_row(row)
    return _joined_row(row, codes, skip) if isinstance(row.source, list) else _scalar_row(row, codes, skip)
