"""Rows at work when writing: each compiled once to a closure from a document to elements of a tree. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from hub.mapping.convert import Codes, Conversion, Unfit, canonical_get, cut
from hub.mapping.language import Row
from hub.mapping.paths import Tree, TreePath, element_path, node_path
from hub.problem import Code, Problem
from hub.syntax import Element, Node
from hub.transforms import Context


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


def _covering(row: Row) -> Write:
    """A row that only reads excuses what it reads itself: of a list or group no more than its inner rows name."""
    keys = row.to.split("/")

    def run_row(run: WritePass, holder: Any, node: Node, pointer: str) -> None:
        base = _below(pointer, row.to)
        holders = [f"{base}/{at}" for at in range(len(_value(holder, keys) or ()))] if row.each is not None else [base]
        told = [one.to for one in row.rows if one.to != "."]
        run.covered.update(f"{one}/{name}" for one in holders for name in told)
        if not told:
            run.covered.add(base)

    return run_row


def compile_row(row: Row, codes: Codes) -> Write:
    """The closure that writes one row."""
    if row.only == "read":
        return _covering(row)
    if row.each is not None:
        return _each_row(row, codes)
    if row.rows:
        return _group_row(row, codes)
    if row.source is None:
        return _constant_row(row)
    return _joined_row(row, codes) if isinstance(row.source, list) else _scalar_row(row, codes)
