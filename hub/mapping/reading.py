"""From a tree to statements: every row compiled once to a closure, then run over the tree. Pure; knows no format."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from hub.mapping.convert import PLACEHOLDERS, Codes, Conversion, Unfit, canonical_get, canonical_set, join
from hub.mapping.language import MappingTable, Row, StatementTable
from hub.mapping.paths import Tree, TreePath, element_path, node_path
from hub.position import Place
from hub.problem import Code, Problem
from hub.statement import Document, Said
from hub.syntax import Element, Node
from hub.transforms import Context


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What a mapping made of one message: statements, or the detail of another subject; and what it could not carry."""

    said: list[Said]
    detail: Document
    not_carried: list[tuple[int, str]]
    problems: list[Problem]


class Pass:
    """One run over one tree: what was used, where values came from, what went wrong."""

    def __init__(self, tree: Tree, context: Context) -> None:
        self.tree = tree
        self.context = context
        self.used: set[int] = set()
        self.places: dict[str, Place] = {}
        self.problems: list[Problem] = []
        self.respelled: list[tuple[int, str]] = []

    def fault(self, element: Element, code: Code, expected: str, path: str) -> None:
        """Note a value that could not be read, at its place."""
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
        for step in reversed(path.steps):
            if step.name == "^":
                break
            self.used.update(map(id, step.qualifiers(node)))
            node = self.tree.parent(node)


Run = Callable[[Pass, Node, Any, str], None]


class _When:
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


def _settable(target: Any, keys: Sequence[str]) -> bool:
    return keys == ["."] or canonical_get(target, keys) is None


def _pointer(base: str, to: str) -> str:
    return base if to == "." else f"{base}/{to}"


def _put(run: Pass, target: Any, keys: list[str], pointer: str, value: Any, element: Element, path: str) -> None:
    if keys == ["."]:
        target["."] = value
    elif len(keys) == 1:
        target[keys[0]] = value
    else:
        canonical_set(target, keys, value)
    run.places[pointer] = Place(element.line, element.column, element.offset, element.path or path)


def _constant_row(row: Row) -> Run:
    keys, when = row.to.split("/"), _When(row.when)

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        if _settable(target, keys) and when.holds(run, node):
            when.use(run, node)
            if keys == ["."]:
                target["."] = row.const
            else:
                canonical_set(target, keys, row.const)

    return run_row


def _scalar_row(row: Row, codes: Codes) -> Run:
    path, keys, convert = element_path(str(row.source)), row.to.split("/"), Conversion(row, codes)
    when = _When(row.when) if row.when else None
    steps, name, text_path, to = path.steps, path.element, path.text, row.to
    guarded = path.filtered

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        holder = run.tree.first(node, steps) if steps else node
        element = holder.elements.get(name) if holder is not None else None
        if element is None or holder is None or (when is not None and not when.holds(run, node)):
            return
        value = _value(run, row, convert, element, text_path)
        if value is None or not _settable(target, keys):
            return
        run.used.add(id(element))
        if guarded:
            run.use(path, holder, [element])
        if when is not None:
            when.use(run, node)
        _put(run, target, keys, _pointer(pointer, to), value, element, text_path)

    return run_row


def _value(run: Pass, row: Row, convert: Conversion, element: Element, path: str) -> Any:
    text = element.text
    if row.const is not None:
        return row.const if row.wire is None or text == row.wire else None
    if convert.free:
        if convert.plain and text in PLACEHOLDERS:
            run.fault(element, Code.VALUE_PLACEHOLDER, "a value, or nothing", path)
            return None
        return text or None
    try:
        value = convert.read(text, run.context)
    except (ValueError, TypeError, OverflowError) as fault:
        run.fault(element, fault.code if isinstance(fault, Unfit) else Code.VALUE_FORMAT, str(fault), path)
        return None
    if convert.respells and value is not None and convert.write(value, run.context) != text:
        run.respelled.append((element.line, text))
    return value


def _joined_row(row: Row, codes: Codes) -> Run:
    paths = [element_path(text) for text in row.source or []]
    keys, convert, when = row.to.split("/"), Conversion(row, codes), _When(row.when)
    label = "+".join(path.text for path in paths)

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        holders = [run.tree.first(node, path.steps) for path in paths]
        found = [None if one is None else one.elements.get(path.element) for one, path in zip(holders, paths, strict=True)]
        present = [element for element in found if element is not None and element.text]
        if not present or not _settable(target, keys) or not when.holds(run, node):
            return
        value = _joined_value(run, row, convert, found, present[0], label)
        if value is None:
            return
        for path, holder, element in zip(paths, holders, found, strict=True):
            if element is not None and holder is not None:
                run.use(path, holder, [element])
        when.use(run, node)
        _put(run, target, keys, _pointer(pointer, row.to), value, present[0], label)

    return run_row


def _joined_value(run: Pass, row: Row, convert: Conversion, found: Sequence[Element | None], first: Element, label: str) -> Any:
    texts = [None if element is None else element.text or None for element in found]
    try:
        whole = texts if convert.joins else join(texts, row.join if row.join is not None else "")
        value = None if whole is None else convert.read(whole, run.context)
        if convert.joins and convert.respells and value is not None:
            again = [*convert.write(value, run.context), *[None] * len(texts)][: len(texts)]
            if "".join(text or "" for text in again) != "".join(text or "" for text in texts):
                run.respelled.append((first.line, "".join(text or "" for text in texts)))
        return value
    except (ValueError, TypeError, OverflowError) as fault:
        run.fault(first, fault.code if isinstance(fault, Unfit) else Code.VALUE_FORMAT, str(fault), label)
        return None


def _group_row(row: Row, codes: Codes) -> Run:
    path, inner, when = node_path(str(row.source)), [compile_row(one, codes) for one in row.rows], _When(row.when)
    keys = row.to.split("/")

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        holder = run.tree.first(node, path.steps)
        if holder is None or not when.holds(run, node):
            return
        nested = target if row.to == "." else canonical_get(target, keys)
        fresh = nested is None
        nested = {} if fresh else nested
        below = _pointer(pointer, row.to)
        for one in inner:
            one(run, holder, nested, below)
        if nested:
            run.use(path, holder, ())
            when.use(run, node)
            if fresh:
                canonical_set(target, keys, nested)

    return run_row


def _each_row(row: Row, codes: Codes) -> Run:
    path, inner, when = node_path(str(row.each)), [compile_row(one, codes) for one in row.rows], _When(row.when)
    keys = row.to.split("/")

    def read_item(run: Pass, node: Node) -> tuple[Any, dict[str, Place]]:
        item: dict[str, Any] = {}
        outer_places, outer_item = run.places, run.context.item
        run.places, run.context.item = {}, item
        for one in inner:
            one(run, node, item, "")
        places, run.places, run.context.item = run.places, outer_places, outer_item
        if item:
            run.use(path, node, ())
        return item.get(".", item), places

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        nodes = run.tree.find(node, path.steps)
        if not nodes or not when.holds(run, node):
            return
        read = [read_item(run, one) for one in nodes]
        fresh = [pair for pair in read if pair[0] != {}]
        if fresh:
            when.use(run, node)
            _append(run, row, target, keys, _pointer(pointer, row.to), fresh)

    return run_row


def _append(run: Pass, row: Row, target: Any, keys: list[str], pointer: str, fresh: list[tuple[Any, dict[str, Place]]]) -> None:
    items = canonical_get(target, keys)
    if items is None:
        items = []
        canonical_set(target, keys, items)
    if row.sorted:
        fresh = _sorted(run, target, keys, pointer, items, fresh)
    for item, places in fresh:
        at = len(items)
        if row.number:
            item[row.number] = at + 1
        items.append(item)
        base = f"{pointer}/{at}"
        for below, place in places.items():
            run.places[base + below] = place


def _sorted(
    run: Pass, target: Any, keys: list[str], pointer: str, items: list[Any], fresh: list[tuple[Any, dict[str, Place]]]
) -> list[tuple[Any, dict[str, Place]]]:
    """All items of a set-like list in canonical order; the wire's order is kept beside it where it differs."""
    taken = [(item, _take_places(run, f"{pointer}/{at}")) for at, item in enumerate(items)]
    items.clear()
    wire = taken + fresh
    order = sorted(range(len(wire)), key=lambda at: sort_key(wire[at][0]))
    if order != list(range(len(wire))):
        rank = {at: place for place, at in enumerate(order, 1)}
        canonical_set(target, [*keys[:-1], f"{keys[-1]}_order"], [rank[at] for at in range(len(wire))])
    return [wire[at] for at in order]


def _take_places(run: Pass, pointer: str) -> dict[str, Place]:
    mine = [name for name in run.places if name == pointer or name.startswith(pointer + "/")]
    return {name[len(pointer) :]: run.places.pop(name) for name in mine}


def sort_key(item: Any) -> Any:
    """The order of set-like lists: by text, or by type and value."""
    return tuple(str(value) for value in item.values()) if isinstance(item, dict) else item


def compile_row(row: Row, codes: Codes) -> Run:
    """The closure that reads one row."""
    if row.only == "write":
        return lambda run, node, target, pointer: None
    if row.each is not None:
        return _each_row(row, codes)
    if row.rows:
        return _group_row(row, codes)
    if row.source is None:
        return _constant_row(row)
    return _joined_row(row, codes) if isinstance(row.source, list) else _scalar_row(row, codes)


def _ignored(run: Pass, node: Node, path: TreePath) -> Iterator[Element]:
    for holder in _holders(run, node, path):
        if path.element == "**":
            yield from itertools.chain.from_iterable(one.elements.values() for one in holder.walk())
        elif path.element == "*":
            yield from holder.elements.values()
        elif path.element in holder.elements:
            yield holder.elements[path.element]


def _holders(run: Pass, node: Node, path: TreePath) -> Iterator[Node]:
    """The nodes a path to be ignored meets; a leading ``**`` step is the statement's node and all below it."""
    if path.steps and path.steps[0].name == "**":
        for one in node.walk():
            yield from run.tree.find(one, path.steps[1:])
    else:
        yield from run.tree.find(node, path.steps)


class StatementReader:
    """One compiled [[statement]] table."""

    def __init__(self, table: StatementTable, codes: Codes) -> None:
        self.table = table
        self.each = node_path(table.each)
        self.rows = [compile_row(row, codes) for row in table.row]
        self.keys = [path.split("/") for path in table.key_paths()]
        self.scope_by = [path.split("/") for path in table.scope_by]
        self.part = element_path(table.part) if table.part else None
        self.ignores = [element_path(one.source) for one in table.ignore]

    def read(self, run: Pass) -> Iterator[tuple[Document, dict[str, Place], Node]]:
        """The facts of every node ``each`` meets, with their places."""
        for node in run.tree.find(run.tree.root, self.each.steps):
            facts: Document = {}
            run.places = {}
            run.context.item = facts
            for row in self.rows:
                row(run, node, facts, "")
            for path in self.ignores:
                run.used.update(map(id, _ignored(run, node, path)))
            yield facts, run.places, node

    def said(self, run: Pass) -> Iterator[Said]:
        """The statements; a node without a key is a problem at its place."""
        for facts, places, node in self.read(run):
            key = self.key(facts)
            if key is None:
                if facts:
                    run.problems.append(_keyless(self.table, node))
                continue
            yield Said(
                key=key,
                scope=":".join([self.table.scope, *(str(canonical_get(facts, path) or "") for path in self.scope_by)]),
                part=self._part(run, node),
                action=self.table.kind,
                facts=facts,
                places=places,
            )

    def key(self, facts: Document) -> str | None:
        """The first key that the facts have."""
        for path in self.keys:
            value = canonical_get(facts, path)
            if value is not None:
                return _key(path, value, facts)
        return None

    def _part(self, run: Pass, node: Node) -> str:
        if self.part is None:
            return ""
        holder = run.tree.first(node, self.part.steps)
        return (holder.text(self.part.element) if holder is not None else None) or ""


def _key(path: list[str], value: Any, facts: Document) -> str:
    if path == ["awb"]:
        return f"awb:{value}"
    if path[0] == "houses":
        return f"house:{canonical_get(facts, ['houses', '0', 'issuer']) or ''}:{value}"
    return f"booking::{value}"


def _keyless(table: StatementTable, node: Node) -> Problem:
    return Problem(
        code=Code.KEY_MISSING,
        message=f"nothing here says which shipment is meant (looked for {', '.join(table.key_paths())})",
        line=node.line or None,
        column=node.column or None,
        offset=node.offset,
        segment=node.name,
        expected=" or ".join(table.key_paths()),
    )


class MappingReader:
    """A whole mapping compiled for reading."""

    def __init__(self, table: MappingTable, codes: Codes, shape: Callable[[Node], Node] | None) -> None:
        self.table = table
        self.shape = shape
        self.statements = [StatementReader(one, codes) for one in table.statement]

    def read(self, root: Node, context: Context) -> Carried:
        """Statements or detail of one tree; elements that no row reached are ``not_carried``."""
        run = Pass(Tree(self.shape(root) if self.shape else root), context)
        said: list[Said] = []
        detail: Document = {}
        for statement in self.statements:
            if self.table.subject == "shipment":
                said.extend(statement.said(run))
            else:
                for facts, _, _ in statement.read(run):
                    detail.update(facts)
        left = [
            (element.line, element.text)
            for node in root.walk()
            for element in node.elements.values()
            if id(element) not in run.used and element.text
        ]
        return Carried(said=said, detail=detail, not_carried=left + run.respelled, problems=run.problems)
