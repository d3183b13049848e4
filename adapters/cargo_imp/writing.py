"""Writes a tree as wire text by the same table that reads it. What the layout cannot hold is a problem, never cut in silence.

Knows tables and trees; knows no meaning and no envelope.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from adapters.cargo_imp.layout import Line, Option, Row, Table
from adapters.cargo_imp.notation import Choice, Field, Item, Literal, Maybe, Repeat, captures, describe, field_expression
from adapters.cargo_imp.reporting import LONGEST_LINE
from hub.problem import Code, Problem
from hub.syntax import Element, Node

LONGEST_MESSAGE = 3500


class _Unfit(Exception):
    """An element whose text the layout cannot hold, or a mandatory one that is not there (``text`` None)."""

    def __init__(self, field: Field, text: str | None) -> None:
        super().__init__(field.name)
        self.field, self.text = field, text


class Writer:
    """Writes messages of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def write(self, root: Node) -> tuple[str, list[Problem]]:
        """Lines joined by line feeds, the first naming the message; and what could not be written."""
        writing = _Writing()
        first = self.table.type if self.table.version == "0" else f"{self.table.type}/{self.table.version}"
        writing.lines.append(first)
        writing.rows(self.table.rows, root)
        for names in self.table.at_least_one:
            if not any(child.name in names for child in root.children):
                writing.report(names[0], None, None, f"one of {' and '.join(names)} must be there")
        text = "\n".join(writing.lines)
        if len(text) + len(writing.lines) > LONGEST_MESSAGE:
            writing.problems.append(_too_long(self.table, len(text) + len(writing.lines)))
        return text, writing.problems


class _Writing:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.problems: list[Problem] = []
        self.prefix = ""

    def rows(self, rows: Sequence[Row], parent: Node) -> None:
        """The lines of a group, in the table's order; children the group has no row for are reported."""
        left = list(parent.children)
        for row in rows:
            self._row(row, parent, left)
        for child in left:
            self.report(child.name, None, _shown(child), f"{parent.name} has no place for {child.name}")

    def _row(self, row: Row, parent: Node, left: list[Node]) -> None:
        matched = 0
        for child in list(left):
            option = next((one for one in row.options if _fits(one, child)), None) if any(one is child for one in left) else None
            if option is None:
                continue
            if matched == row.most:
                break
            matched += 1
            group = _clear_group(option, left) if option.line is None and option.clear else [child]
            for one in group:
                left[:] = [other for other in left if other is not one]
            self._option(option, child, group)
        if not matched and row.mandatory:
            self.report(row.name, None, None, f"mandatory line {row.name} has no value", code=Code.WRITE_INCOMPLETE)

    def _option(self, option: Option, child: Node, group: list[Node]) -> None:
        if option.line is not None:
            for piece in _pieces(option, child):
                inner = self._line(option.line, piece)
            if option.rows:
                self.rows(option.rows, inner)
            return
        self.prefix = option.name if option.joined else self.prefix
        self.rows(option.rows, Node(option.name, {}, group) if option.clear else child)
        if option.joined:
            self.prefix = ""

    def _line(self, line: Line, node: Node) -> Node:
        """Write one line and return the node with the children that are lines of their own."""
        elements, dropped = dict(node.elements), set[str]()
        repeats = {item.name for item in captures(line.items) if isinstance(item, Repeat)}
        inner = [child for child in node.children if child.name in repeats]
        outer = Node(node.name, {}, [child for child in node.children if child.name not in repeats])
        for item in captures(line.items):
            if isinstance(item, Repeat):
                self._too_many(line, item, inner)
        while True:
            shown = Node(node.name, elements, inner)
            try:
                text, written = _render(line.items, shown)
            except _Unfit as fault:
                if fault.text is not None or fault.field.name not in dropped:
                    self.report(line.name, fault.field, fault.text, f"{line.name}: {fault.field.name} does not fit")
                if fault.text is None or not self._drop(elements, inner, fault):
                    return outer
                dropped.add(fault.field.name)
                continue
            for name in elements.keys() - written:
                self.report(line.name, Field(name=name), elements[name].text, f"{line.name} cannot hold {name} beside the others")
            self._put(line, text)
            return outer

    def _drop(self, elements: dict[str, Element], inner: list[Node], fault: _Unfit) -> bool:
        """Leave out the element that does not fit, or the repeated node that has it."""
        name = fault.field.name
        found = elements.get(name)
        if found is not None and found.text == fault.text:
            del elements[name]
            return True
        culprit = next((child for child in inner if child.text(name) == fault.text), None)
        if culprit is not None:
            inner.remove(culprit)
        return culprit is not None

    def _too_many(self, line: Line, item: Repeat, inner: list[Node]) -> None:
        found = [child for child in inner if child.name == item.name]
        for child in found[item.most :]:
            self.report(line.name, None, _shown(child), f"{line.name} holds {item.most} {item.name}s at most")
            inner[:] = [other for other in inner if other is not child]

    def _put(self, line: Line, text: str) -> None:
        whole, self.prefix = self.prefix + text, ""
        if len(whole) > LONGEST_LINE:
            says = f"{line.name}: line of {len(whole)} characters, at most {LONGEST_LINE}"
            self.problems.append(
                Problem(
                    code=Code.IMP_LINE_LENGTH,
                    message=says,
                    segment=line.name,
                    line=len(self.lines) + 1,
                    found=whole[LONGEST_LINE:],
                )
            )
        self.lines.append(whole)

    def report(
        self, segment: str, field: Field | None, found: str | None, message: str, *, code: Code = Code.NOT_EXPRESSIBLE
    ) -> None:
        """Something the layout has no place for."""
        self.problems.append(
            Problem(
                code=code,
                message=message,
                line=len(self.lines) + 1,
                segment=segment,
                element=field.name if field else None,
                found=found[:80] if found else None,
                expected=describe(field) or None if field else None,
            )
        )


def _fits(option: Option, child: Node) -> bool:
    if option.line is not None:
        first = option.line.items[0] if option.line.items else None
        code = first.codes if isinstance(first, Field) else ()
        return option.line.node == child.name and (not code or child.text("code") in code)
    if option.clear:
        return any(_fits(one, child) for row in option.rows for one in row.options)
    return option.name == child.name


def _pieces(option: Option, node: Node) -> list[Node]:
    """The node itself, or as many as its lines need where a line is nothing but a list and may be continued."""
    items = option.line.items if option.line else ()
    only = items[0] if len(items) == 1 else None
    if not isinstance(only, Repeat) or option.row.most == 1 or len(node.children) <= only.most:
        return [node]
    return [Node(node.name, node.elements, node.children[at : at + only.most]) for at in range(0, len(node.children), only.most)]


def _clear_group(option: Option, left: list[Node]) -> list[Node]:
    """The children that stand directly in the parent although their lines share an identifier, up to the group's limit."""
    most = option.rows[0].most
    return [child for child in left if _fits(option, child)][:most]


def _render(items: Sequence[Item], node: Node) -> tuple[str, set[str]]:
    """The text of a layout and the names it used. Raises _Unfit for the first element that cannot stand there."""
    text, written = "", set[str]()
    for item in items:
        piece, names = _piece(item, node)
        text += piece
        written |= names
    return text, written


def _piece(item: Item, node: Node) -> tuple[str, set[str]]:
    match item:
        case Literal():
            return item.text, set()
        case Field():
            return _field(item, node)
        case Maybe():
            return _maybe(item, node)
        case Choice():
            return _choice(item, node)
        case Repeat():
            return "".join(_render(item.items, child)[0] for child in node.all(item.name)), set()


def _maybe(item: Maybe, node: Node) -> tuple[str, set[str]]:
    """What is there is written when it is whole; what is not written is reported by whoever asked."""
    if not any(_present(node, one) for one in captures(item.items)):
        return "", set()
    try:
        return _render(item.items, node)
    except _Unfit as fault:
        if fault.text is not None:
            raise
        return "", set()


def _field(item: Field, node: Node) -> tuple[str, set[str]]:
    text = node.text(item.name)
    if not text:
        if item.runs and all(run.least == 0 for run in item.runs):
            return "", set()
        raise _Unfit(item, None)
    fitting = fit(item, text)
    if fitting is None:
        raise _Unfit(item, text)
    return fitting, {item.name}


def fit(item: Field, text: str) -> str | None:
    """The text as the element can hold it: a decimal may lose trailing zeros of its fraction, nothing else is changed."""
    pattern = _compiled(item)
    if pattern.fullmatch(text):
        return text
    if any(run.point for run in item.runs) and "." in text:
        shorter = text.rstrip("0").rstrip(".")
        while len(text) > len(shorter):
            text = text[:-1]
            if not text.endswith(".") and pattern.fullmatch(text):
                return text
    return None


@lru_cache(maxsize=4096)
def _compiled(item: Field) -> re.Pattern[str]:
    return re.compile(field_expression(item))


def _choice(item: Choice, node: Node) -> tuple[str, set[str]]:
    """The branch that holds most of what is there; of equals the first."""
    best: tuple[str, set[str]] | None = None
    unfit: _Unfit | None = None
    for branch in item.branches:
        try:
            found = _render(branch, node)
        except _Unfit as fault:
            unfit = fault if unfit is None or (unfit.text is None and fault.text is not None) else unfit
            continue
        if best is None or len(found[1]) > len(best[1]):
            best = found
    if best is None:
        raise unfit or _Unfit(next(_fields(item.branches)), None)
    return best


def _fields(branches: Sequence[Sequence[Item]]) -> Iterator[Field]:
    return (one for branch in branches for one in captures(branch) if isinstance(one, Field))


def _present(node: Node, item: Field | Repeat) -> bool:
    return bool(node.text(item.name)) if isinstance(item, Field) else node.first(item.name) is not None


def _shown(node: Node) -> str:
    return " ".join(element.text for one in node.walk() for element in one.elements.values())


def _too_long(table: Table, length: int) -> Problem:
    return Problem(
        code=Code.IMP_MESSAGE_LENGTH,
        message=f"{table.type}/{table.version} of {length} characters, at most {LONGEST_MESSAGE}",
        found=str(length),
        expected=f"at most {LONGEST_MESSAGE}",
    )
