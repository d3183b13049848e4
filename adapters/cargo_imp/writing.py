"""Writes a tree as wire text by the same table that reads it. What the layout cannot hold is a problem, never cut in silence.

Knows tables and trees; knows no meaning and no envelope.
"""

from collections.abc import Mapping

from adapters.cargo_imp.layout import Table
from adapters.cargo_imp.notation import Field, Repeat, captures, describe
from adapters.cargo_imp.rendering import Unfit, render
from adapters.cargo_imp.reporting import LONGEST_LINE
from adapters.cargo_imp.write_steps import GroupStep, LineStep, OptionStep, RowStep, WriteSteps
from hub.problem import Code, Problem
from hub.syntax import Element, Node

LONGEST_MESSAGE = 3500


class Writer:
    """Writes messages of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._first = table.type if table.version == "0" else f"{table.type}/{table.version}"
        self._message = WriteSteps(table).message

    def write(self, root: Node) -> tuple[str, list[Problem]]:
        """Lines joined by line feeds, the first naming the message; and what could not be written."""
        writing = _Writing(self._first)
        writing.rows(self._message, root.name, root.children)
        for names in self.table.at_least_one:
            if not any(child.name in names for child in root.children):
                writing.report(names[0], None, None, f"one of {' and '.join(names)} must be there")
        text = "\n".join(writing.lines)
        if len(text) + len(writing.lines) > LONGEST_MESSAGE:
            writing.problems.append(_too_long(self.table, len(text) + len(writing.lines)))
        return text, writing.problems


class _Writing:
    __slots__ = ("lines", "prefix", "problems")

    def __init__(self, first: str) -> None:
        self.lines = [first]
        self.problems: list[Problem] = []
        self.prefix = ""

    def rows(self, group: GroupStep, parent: str, children: list[Node]) -> None:
        """The lines of a group, in the table's order; children the group has no row for are reported."""
        rank = group.rank
        left = self._shared(group, children) if rank is None else self._ranked(group, rank, children)
        for child in left:
            self.report(child.name, None, _shown(child), f"{parent} has no place for {child.name}")

    def _ranked(self, group: GroupStep, rank: Mapping[str, int], children: list[Node]) -> list[Node]:
        """Each child goes to the one row that takes its name. Returns the children left over, in their own order."""
        found: dict[int | None, list[Node]] = {}
        for child in children:
            found.setdefault(rank.get(child.name), []).append(child)
        left = found.pop(None, [])
        strangers = len(left)
        for place, row in enumerate(group.rows):
            here = found.get(place)
            if here is None:
                if row.mandatory:
                    self._missing(row)
            elif len(here) == 1 and row.alone is not None:
                self._option(row.alone, here[0], here)
            else:
                left += self._row(row, here)
        return left if len(left) == strangers else _in_order(children, left)

    def _shared(self, group: GroupStep, children: list[Node]) -> list[Node]:
        """Rows that take nodes of the same name, each from what the rows before it left over."""
        left = children
        for row in group.rows:
            left = self._row(row, left)
        return left

    def _row(self, row: RowStep, children: list[Node]) -> list[Node]:
        """Write what fits here, up to the row's limit. Returns what is left of the children."""
        matched, taken = 0, set[int]()
        for child in children:
            option = None if id(child) in taken else row.option(child)
            if option is None:
                continue
            if matched == row.most:
                break
            matched += 1
            if option.clear_most:
                self._option(option, child, _clear_group(option, children, taken))
            else:
                taken.add(id(child))
                self._option(option, child, children)
        if not matched and row.mandatory:
            self._missing(row)
        return [] if len(taken) == len(children) else [child for child in children if id(child) not in taken]

    def _missing(self, row: RowStep) -> None:
        name = row.row.name
        self.report(name, None, None, f"mandatory line {name} has no value", code=Code.WRITE_INCOMPLETE)

    def _option(self, step: OptionStep, child: Node, group: list[Node]) -> None:
        line, inside = step.line, step.group
        if line is not None:
            for piece in _pieces(step, line, child) if line.continued else (child,):
                text = line.fast(piece)
                if text is not None:
                    self._put(line, text)
                elif not self._careful_line(line, piece):
                    self._lines_lost(line, piece)
                    return
            if inside is not None and (inside.needed or child.children):
                self.rows(inside, child.name, line.apart(piece.children))
            return
        option = step.option
        self.prefix = option.name if option.joined else self.prefix
        if inside is not None:
            self.rows(inside, option.name if option.clear else child.name, group if option.clear else child.children)
        if option.joined:
            self.prefix = ""

    def _lines_lost(self, line: LineStep, node: Node) -> None:
        """The lines below one that cannot be written would belong to the line before it: they are left out, and it is said."""
        for child in line.apart(node.children):
            self.report(child.name, None, _shown(child), f"{child.name} is left out with the {line.line.name} it stands below")

    def _careful_line(self, step: LineStep, node: Node) -> bool:
        """Item by item; what does not fit is reported and left out, until the rest can be written. Whether a line was."""
        line, elements, dropped = step.line, dict(node.elements), set[str]()
        inner = [child for child in node.children if child.name in step.repeats]
        for item in captures(line.items):
            if isinstance(item, Repeat):
                self._too_many(step, item, inner)
        while True:
            try:
                text, written = render(line.items, Node(node.name, elements, inner))
            except Unfit as fault:
                if fault.text is not None or fault.field.name not in dropped:
                    self.report(line.name, fault.field, fault.text, f"{line.name}: {fault.field.name} does not fit")
                if fault.text is None or not _drop(elements, inner, fault):
                    return False
                dropped.add(fault.field.name)
                continue
            for name in elements.keys() - written:
                self.report(line.name, Field(name=name), elements[name].text, f"{line.name} cannot hold {name} beside the others")
            self._put(step, text)
            return True

    def _too_many(self, step: LineStep, item: Repeat, inner: list[Node]) -> None:
        name = step.line.name
        found = [child for child in inner if child.name == item.name]
        for child in found[item.most :]:
            self.report(name, None, _shown(child), f"{name} holds {item.most} {item.name}s at most")
            inner[:] = [other for other in inner if other is not child]

    def _put(self, step: LineStep, text: str) -> None:
        if self.prefix:
            text, self.prefix = self.prefix + text, ""
        if len(text) > LONGEST_LINE:
            self.problems.append(_too_wide(step.line.name, len(self.lines) + 1, text))
        self.lines.append(text)

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


def _in_order(children: list[Node], left: list[Node]) -> list[Node]:
    wanted = set(map(id, left))
    return [child for child in children if id(child) in wanted]


def _clear_group(option: OptionStep, children: list[Node], taken: set[int]) -> list[Node]:
    """The children that stand directly in the parent although their lines share an identifier, up to the group's limit."""
    group = [child for child in children if id(child) not in taken and option.fits(child)][: option.clear_most]
    taken.update(map(id, group))
    return group


def _pieces(step: OptionStep, line: LineStep, node: Node) -> list[Node]:
    """The node itself, or as many as its lines need where a line is nothing but a list and may be continued."""
    most, children = line.continued, node.children
    if step.option.row.most == 1 or len(children) <= most:
        return [node]
    return [Node(node.name, node.elements, children[at : at + most]) for at in range(0, len(children), most)]


def _drop(elements: dict[str, Element], inner: list[Node], fault: Unfit) -> bool:
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


def _shown(node: Node) -> str:
    return " ".join(element.text for one in node.walk() for element in one.elements.values())


def _too_long(table: Table, length: int) -> Problem:
    return Problem(
        code=Code.IMP_MESSAGE_LENGTH,
        message=f"{table.type}/{table.version} of {length} characters, at most {LONGEST_MESSAGE}",
        found=str(length),
        expected=f"at most {LONGEST_MESSAGE}",
    )


def _too_wide(name: str, number: int, text: str) -> Problem:
    return Problem(
        code=Code.IMP_LINE_LENGTH,
        message=f"{name}: line of {len(text)} characters, at most {LONGEST_LINE}",
        segment=name,
        line=number,
        found=text[LONGEST_LINE:],
    )
