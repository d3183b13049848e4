"""Rows at work when reading: each compiled once to a closure from elements to a document. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from hub.mapping.convert import PLACEHOLDERS, Codes, Conversion, Unfit, canonical_get, canonical_set, join
from hub.mapping.language import Row
from hub.mapping.lists import append
from hub.mapping.passing import Pass
from hub.mapping.paths import TreePath, element_path, node_path
from hub.position import Place
from hub.problem import Code
from hub.syntax import Element, Node

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
    if len(keys) == 1:
        return keys[0] not in target or keys[0] == "."
    return canonical_get(target, keys) is None


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
    if not steps and when is None and row.const is None and len(keys) == 1 and to != ".":
        return _plain_row(row, convert, name, to)

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


def _plain_row(row: Row, convert: Conversion, name: str, to: str) -> Run:
    """The commonest row, one element to one key, without the machinery of the others."""

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        element = node.elements.get(name)
        if element is None or to in target:
            return
        value = _value(run, row, convert, element, name)
        if value is not None:
            run.used.add(id(element))
            target[to] = value
            run.places[f"{pointer}/{to}"] = Place(element.line, element.column, element.offset, element.path or name)

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

    filtered = [path for path in paths if path.filtered]

    def run_row(run: Pass, node: Node, target: Any, pointer: str) -> None:
        found = [_element(run, node, path) for path in paths]
        present = [element for element in found if element is not None and element.text]
        if not present or not _settable(target, keys) or not when.holds(run, node):
            return
        value = _joined_value(run, row, convert, found, paths)
        if value is None:
            return
        run.used.update(id(element) for element in found if element is not None)
        for path in filtered:
            holder = run.tree.first(node, path.steps)
            if holder is not None and path.element in holder.elements:
                run.use(path, holder, ())
        when.use(run, node)
        _put(run, target, keys, _pointer(pointer, row.to), value, present[0], label)

    return run_row


def _element(run: Pass, node: Node, path: TreePath) -> Element | None:
    holder = run.tree.first(node, path.steps) if path.steps else node
    return None if holder is None else holder.elements.get(path.element)


def _joined_value(run: Pass, row: Row, convert: Conversion, found: Sequence[Element | None], paths: Sequence[TreePath]) -> Any:
    texts = [None if element is None else element.text or None for element in found]
    try:
        whole = texts if convert.joins else join(texts, row.join if row.join is not None else "")
        value = None if whole is None else convert.read(whole, run.context)
        if convert.joins and convert.respells and value is not None:
            again = [*convert.write(value, run.context), *[None] * len(texts)][: len(texts)]
            if "".join(text or "" for text in again) != "".join(text or "" for text in texts):
                first = next(one.line for one in found if one is not None and one.text)
                run.respelled.append((first, "".join(text or "" for text in texts)))
        return value
    except (ValueError, TypeError, OverflowError) as fault:
        element, path = _blamed(found, paths, str(fault))
        run.fault(element, fault.code if isinstance(fault, Unfit) else Code.VALUE_FORMAT, str(fault), path)
        return None


def _blamed(found: Sequence[Element | None], paths: Sequence[TreePath], fault: str) -> tuple[Element, str]:
    """The element whose text the fault quotes, else the first with the names of all."""
    present = [(element, path.text) for element, path in zip(found, paths, strict=True) if element is not None and element.text]
    quoted = next((pair for pair in present if f"not {pair[0].text!r}" in fault), None)
    return quoted or (present[0][0], "+".join(path.text for path in paths))


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
    path, when = node_path(str(row.each)), _When(row.when)
    inner = [(leading(one), compile_row(one, codes)) for one in row.rows]
    keys = row.to.split("/")

    def read_item(run: Pass, node: Node) -> tuple[Any, dict[str, Place]]:
        item: dict[str, Any] = {}
        outer_places, outer_item = run.places, run.context.item
        run.places, run.context.item = {}, item
        below = {child.name for child in node.children} if node.children else ()
        for name, one in inner:
            if name is None or name in below:
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
            append(run, row, target, keys, _pointer(pointer, row.to), fresh)

    return run_row


def leading(row: Row) -> str | None:
    """The child name without which a row finds nothing; None when it may find something anyway."""
    if row.each is not None:
        return node_path(row.each).leading()
    if row.source is None:
        return None
    if row.rows:
        return node_path(str(row.source)).leading()
    sources = row.source if isinstance(row.source, list) else [row.source]
    names = {element_path(one).leading() for one in sources}
    return names.pop() if len(names) == 1 else None


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
