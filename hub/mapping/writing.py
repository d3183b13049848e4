"""From a canonical shipment to a tree, by the same rows that read it. Pure; knows no format's layout."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from hub.canonical.document import leaves
from hub.mapping.convert import Codes, Conversion, Unfit, canonical_get, cut
from hub.mapping.language import MappingTable, Row, StatementTable
from hub.mapping.paths import PathError, Tree, TreePath, element_path, node_path
from hub.problem import Code, Problem
from hub.statement import Document
from hub.syntax import Element, Node
from hub.transforms import Context

DERIVED = frozenset({"key", "sequence", "kind", "goods_text", "security", "status", "partial_status"})
"""Views that the fold makes (canonical.md): never written, because what they are made from is."""

DERIVED_IN_MILESTONES = frozenset({"id", "instant", "withdrawn", "time", "partial"})


class Expressed(msgspec.Struct, frozen=True, kw_only=True):
    """The tree made from a shipment, and what its mapping has no place for."""

    root: Node
    problems: list[Problem]


class WritePass:
    """One run: the tree being made, which canonical values were written, which could not be."""

    def __init__(self, tree: Tree, context: Context) -> None:
        self.tree = tree
        self.context = context
        self.spent: set[str] = set()
        self.covered: set[str] = set()
        self.problems: list[Problem] = []

    def refuse(self, pointer: str, expected: str) -> None:
        """Note a canonical value that a row could not write."""
        self.spent.add(pointer)
        self.problems.append(
            Problem(
                code=Code.NOT_EXPRESSIBLE, message=f"{pointer}: cannot be written: {expected}", path=pointer, expected=expected
            )
        )


Write = Callable[[WritePass, Any, Node, str], None]


class _WhenWritten:
    """The condition of a row when writing: what is already there must agree, a single text is set where nothing is."""

    def __init__(self, when: dict[str, str]) -> None:
        self.tests = [(element_path(path), text) for path, text in when.items()]

    def holds(self, run: WritePass, node: Node) -> bool:
        for path, text in self.tests:
            holder = run.tree.first(node, path.steps)
            found = holder.text(path.element) if holder is not None else None
            if text == "*" or (text == "" and found is None):
                continue
            if text == "" or (found is not None and found not in text.split("|")):
                return False
        return True

    def set(self, run: WritePass, node: Node) -> None:
        for path, text in self.tests:
            if text not in ("", "*") and "|" not in text:
                run.tree.make(node, path.steps).elements[path.element] = Element(text)


def _below(pointer: str, to: str) -> str:
    return pointer if to == "." else f"{pointer}/{to}"


def _value(holder: Any, keys: Sequence[str]) -> Any:
    return holder if list(keys) == ["."] else canonical_get(holder, keys)


def _constant_row(row: Row) -> Write:
    keys, when = row.to.split("/"), _WhenWritten(row.when)

    def run_row(run: WritePass, holder: Any, node: Node, pointer: str) -> None:
        if _value(holder, keys) == row.const and when.holds(run, node):
            run.spent.add(_below(pointer, row.to))
            when.set(run, node)

    return run_row


def _plain_row(convert: Conversion, name: str, to: str) -> Write:
    """The commonest row, one key to one element of the node itself, without the machinery of the others."""

    def run_row(run: WritePass, holder: Any, node: Node, pointer: str) -> None:
        value = holder.get(to)
        if value is None:
            return
        at = f"{pointer}/{to}"
        text = None if at in run.spent else _text(run, convert, value, at)
        if text is not None:
            node.elements[name] = Element(text)
            run.spent.add(at)

    return run_row


def _scalar_row(row: Row, codes: Codes) -> Write:
    path, keys, convert, when = element_path(str(row.source)), row.to.split("/"), Conversion(row, codes), _WhenWritten(row.when)
    if not path.steps and not row.when and row.const is None and len(keys) == 1 and row.to != ".":
        return _plain_row(convert, path.element, row.to)

    def run_row(run: WritePass, holder: Any, node: Node, pointer: str) -> None:
        value = _value(holder, keys)
        name = _below(pointer, row.to)
        if value is None or name in run.spent or not when.holds(run, node):
            return
        if row.const is not None:
            text = (row.wire or str(row.const)) if value == row.const else None
        else:
            text = _text(run, convert, value, name)
        if text is not None:
            run.tree.make(node, path.steps).elements[path.element] = Element(text)
            when.set(run, node)
            run.spent.add(name)

    return run_row


def _text(run: WritePass, convert: Conversion, value: Any, name: str) -> Any:
    try:
        return convert.write(value, run.context)
    except (ValueError, TypeError, KeyError, IndexError) as fault:
        run.refuse(name, str(fault))
        return None


def _joined_row(row: Row, codes: Codes) -> Write:
    paths, convert, when = [element_path(text) for text in row.source or []], Conversion(row, codes), _WhenWritten(row.when)
    keys = row.to.split("/")

    def run_row(run: WritePass, holder: Any, node: Node, pointer: str) -> None:
        value = _value(holder, keys)
        name = _below(pointer, row.to)
        if value is None or name in run.spent or not when.holds(run, node):
            return
        texts = _texts(run, convert, row, value, name, len(paths))
        if texts is None:
            run.covered.add(name)
            return
        for path, text in zip(paths, texts, strict=False):
            if text is not None:
                run.tree.make(node, path.steps).elements[path.element] = Element(text)
        when.set(run, node)
        run.spent.add(name)

    return run_row


def _texts(run: WritePass, convert: Conversion, row: Row, value: Any, name: str, count: int) -> Sequence[str | None] | None:
    written = _text(run, convert, value, name)
    if written is None or convert.joins:
        return None if written is None else list(written)
    try:
        return cut(written, row.join if row.join is not None else "", count)
    except Unfit as fault:
        run.refuse(name, str(fault))
        return None


def _group_row(row: Row, codes: Codes) -> Write:
    path, inner, when = node_path(str(row.source)), [compile_row(one, codes) for one in row.rows], _WhenWritten(row.when)
    keys = row.to.split("/")

    def run_row(run: WritePass, holder: Any, node: Node, pointer: str) -> None:
        nested = _value(holder, keys)
        if nested is None or not when.holds(run, node) or not _discriminates(row, nested):
            return
        _write_group(run, path, inner, nested, node, _below(pointer, row.to), when)

    return run_row


def _write_group(
    run: WritePass, path: TreePath, inner: list[Write], nested: Any, node: Node, pointer: str, when: _WhenWritten
) -> None:
    before = len(run.spent)
    made = run.tree.make(node, path.steps)
    for one in inner:
        one(run, nested, made, pointer)
    if len(run.spent) > before:
        when.set(run, node)
    elif not made.elements and not made.children:
        run.tree.discard(made)


def _discriminates(row: Row, item: Any) -> bool:
    """Whether an item is one that this row reads: its bare constants agree."""
    return all(
        _value(item, one.to.split("/")) == one.const
        for one in row.rows
        if one.const is not None and one.source is None and not one.when
    )


def _each_row(row: Row, codes: Codes) -> Write:
    path, inner, when = node_path(str(row.each)), [compile_row(one, codes) for one in row.rows], _WhenWritten(row.when)
    keys = row.to.split("/")

    def write_item(run: WritePass, item: Any, node: Node, pointer: str) -> None:
        before, outer = len(run.spent), run.context.item
        run.context.item = item if isinstance(item, dict) else {}
        above = run.tree.make(node, path.steps[:-1])
        made = run.tree.grow(above, path.steps[-1])
        for one in inner:
            one(run, item, made, pointer)
        run.context.item = outer
        if len(run.spent) == before:
            run.tree.discard(made)
        elif row.number and isinstance(item, dict):
            run.spent.add(f"{pointer}/{row.number}")

    def run_row(run: WritePass, holder: Any, node: Node, pointer: str) -> None:
        items = _value(holder, keys)
        if not items or not when.holds(run, node):
            return
        base = _below(pointer, row.to)
        when.set(run, node)
        for at in _wire_order(run, row, holder, keys, base, len(items)):
            name = f"{base}/{at}"
            if name not in run.spent and _discriminates(row, items[at]):
                write_item(run, items[at], node, name)
                run.spent.add(name)

    return run_row


def _wire_order(run: WritePass, row: Row, holder: Any, keys: list[str], base: str, count: int) -> Sequence[int]:
    if not row.sorted:
        return range(count)
    order = canonical_get(holder, [*keys[:-1], f"{keys[-1]}_order"])
    run.covered.add(f"{base}_order")
    if order is None or sorted(order) != list(range(1, count + 1)):
        return range(count)
    return [place - 1 for place in order]


def compile_row(row: Row, codes: Codes) -> Write:
    """The closure that writes one row."""
    if row.only == "read":
        return lambda run, holder, node, pointer: run.covered.add(_below(pointer, row.to))
    if row.each is not None:
        return _each_row(row, codes)
    if row.rows:
        return _group_row(row, codes)
    if row.source is None:
        return _constant_row(row)
    return _joined_row(row, codes) if isinstance(row.source, list) else _scalar_row(row, codes)


def _derived(pointer: str) -> bool:
    names = pointer.split("/")
    return names[1] in DERIVED or (names[1] == "milestones" and names[-1] in DERIVED_IN_MILESTONES) or names[-1] == "goods_text"


class MappingWriter:
    """A whole mapping compiled for writing."""

    def __init__(self, table: MappingTable, codes: Codes, shape: Callable[[Node], Node] | None) -> None:
        self.table = table
        self.shape = shape
        self.statements = [
            (one, node_path(one.each), [(row.to.partition("/")[0], compile_row(row, codes)) for row in one.row])
            for one in table.statement
        ]

    def write(self, document: Document, context: Context) -> Expressed:
        """The tree that says this document, and a problem for every value it has no place for."""
        run = WritePass(Tree(Node(name=self.table.type)), context)
        for table, each, rows in self.statements:
            for part, rename in _spread(document, table):
                _statement(run, each, rows, part, rename)
        missing = [name for name, _ in leaves(document) if name not in run.spent and not self._covered(run, name)]
        root = self.shape(run.tree.root) if self.shape else run.tree.root
        return Expressed(root=root, problems=run.problems + [_unmapped(name, self.table) for name in missing])

    def _covered(self, run: WritePass, name: str) -> bool:
        return _derived(name) or name in run.covered or any(above in run.covered for above in _above(name))


def _above(pointer: str) -> Iterator[str]:
    """The pointers of all that holds a value, the nearest first."""
    end = pointer.rfind("/")
    while end > 0:
        yield pointer[:end]
        end = pointer.rfind("/", 0, end)


Rename = tuple[str, str] | None
Rows = list[tuple[str, Write]]


def _statement(run: WritePass, each: TreePath, rows: Rows, part: Document, rename: Rename) -> None:
    node = run.tree.root
    if each.steps:
        node = run.tree.grow(run.tree.make(node, each.steps[:-1]), each.steps[-1])
    run.context.item = part
    if rename is None:
        _run_rows(run, rows, part, node)
        return
    spent, covered, run.spent, run.covered = run.spent, run.covered, set(), set()
    known = len(run.problems)
    _run_rows(run, rows, part, node)
    spent.update(_renamed(name, rename) for name in run.spent)
    covered.update(_renamed(name, rename) for name in run.covered)
    run.spent, run.covered = spent, covered
    run.problems[known:] = [_at_its_place(one, rename) for one in run.problems[known:]]


def _renamed(name: str, rename: tuple[str, str]) -> str:
    here, there = rename
    return there + name[len(here) :] if name.startswith(here) else name


def _at_its_place(problem: Problem, rename: tuple[str, str]) -> Problem:
    pointer = problem.path or ""
    place = _renamed(pointer, rename)
    return msgspec.structs.replace(problem, path=place, message=problem.message.replace(pointer, place, 1))


def _run_rows(run: WritePass, rows: Rows, part: Document, node: Node) -> None:
    for name, row in rows:
        if name in part or name == ".":
            row(run, part, node, "")


def _spread(document: Document, table: StatementTable) -> Iterator[tuple[Document, Rename]]:
    if table.spread is None:
        yield document, None
        return
    for at, item in enumerate(document.get(table.spread, [])):
        yield {**document, table.spread: [item]}, (f"/{table.spread}/0/", f"/{table.spread}/{at}/")


def _unmapped(pointer: str, table: MappingTable) -> Problem:
    return Problem(
        code=Code.NOT_EXPRESSIBLE,
        message=f"{table.type}/{table.version} has no place for {pointer}",
        path=pointer,
        element=pointer,
    )


__all__ = ["Expressed", "MappingWriter", "PathError"]
