"""Writes a tree as wire text by the same table that reads it. What the layout cannot hold is a problem, never cut in silence.

Knows tables and trees; knows no meaning and no envelope.
"""

from collections.abc import Mapping

from adapters.cargo_imp.flight_parting import flight_parts
from adapters.cargo_imp.layout import Table
from adapters.cargo_imp.line_steps import LineStep
from adapters.cargo_imp.line_writing import Lines, shown
from adapters.cargo_imp.parting import LONGEST_MESSAGE, MOST_PARTS, Parting, messages, size
from adapters.cargo_imp.write_steps import NOWHERE, Entry, GroupStep, OptionStep, RowStep, WriteSteps
from hub.problem import Code, Problem
from hub.syntax import Node


class Writer:
    """Writes messages of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._first = table.type if table.version == "0" else f"{table.type}/{table.version}"
        self._message, self._parting = WriteSteps(table).message, Parting(table)

    def write(self, root: Node) -> tuple[list[str], list[Problem]]:
        """Texts of lines joined by line feeds, each beginning with the line that names the message; and what could not be
        written. More than one text where the table has houses that must go alone, or parts for a message that is too long."""
        texts: list[str] = []
        problems: list[Problem] = []
        for one in messages(self.table, root):
            texts += self._written(one, problems)
        return texts, problems

    def _written(self, root: Node, problems: list[Problem]) -> list[str]:
        text = self._text(root, problems)
        if size(text) <= LONGEST_MESSAGE:
            return [text]
        if self.table.unit:
            return self._flight(root, problems)
        parts = self._parting.parts(text)
        if not parts:
            problems.append(_too_long(self.table, size(text)))
        return parts or [text]

    def _text(self, root: Node, problems: list[Problem]) -> str:
        writing = _Writing(self._first, problems)
        children = self._limited(root, writing)
        if not writing.orderly(self._message, children):
            writing.in_any_order(self._message, root.name, children)
            self._look_for_one_of(root, writing)
        return "\n".join(writing.lines)

    def _look_for_one_of(self, root: Node, writing: "_Writing") -> None:
        for names in self.table.at_least_one:
            if not any(child.name in names for child in root.children):
                says = f"one of {' and '.join(names)} must be there"
                writing.report(names[0], None, None, says, code=Code.WRITE_INCOMPLETE)

    def _flight(self, root: Node, problems: list[Problem]) -> list[str]:
        """A message about a flight in parts that number themselves; what could not be written was told of the whole."""
        texts = [self._text(part, []) for part in flight_parts(lambda node: self._text(node, []), root)]
        if len(texts) > MOST_PARTS:
            problems.append(_too_long(self.table, sum(map(len, texts))))
        problems += [_too_long(self.table, size(text)) for text in texts if size(text) > LONGEST_MESSAGE]
        return texts

    def _limited(self, root: Node, writing: "_Writing") -> list[Node]:
        """The children, those with numbered lines without what is beyond the table's number of them."""
        children, numbered = root.children, self.table.numbered
        for at, child in enumerate(children) if numbered else ():
            if child.name in numbered and len(child.children) > numbered[child.name]:
                children = [*children]
                children[at] = self._short_enough(child, numbered[child.name], writing)
        return children

    def _short_enough(self, node: Node, most: int, writing: "_Writing") -> Node:
        places = [at for at, line in enumerate(node.children) if "line" in line.elements]
        if len(places) <= most:
            return node
        for line in node.children[places[most] :]:
            writing.report(node.name, None, shown(line), f"{node.name} holds {most} numbered lines at most")
        return Node(node.name, node.elements, node.children[: places[most]])


class _Writing(Lines):
    __slots__ = ()

    def rows(self, group: GroupStep, parent: str, children: list[Node]) -> None:
        """The lines of a group, in the table's order; children the group has no row for are reported."""
        if not self.orderly(group, children):
            self.in_any_order(group, parent, children)

    def orderly(self, group: GroupStep, children: list[Node]) -> bool:
        """Write children that stand in the table's order, none missing and none too many; if they do not, take all back."""
        place, count, lines = group.start, 1, self.lines
        if place is None or self.prefix != group.prefix:
            return False
        written, told = len(lines), len(self.problems)
        for child in children:
            entry = place.next.get(child.name, NOWHERE)
            if entry.by_code is not None:
                entry = entry.by_code.get(child.text("code") or "", NOWHERE)
            count = count + 1 if entry.again else 1
            if count > entry.most:
                return self._taken_back(group, written, told)
            place, line, inside = entry.behind, entry.line, entry.group
            if line is None:
                self.prefix = inside.prefix
                if child.elements or not self.orderly(inside, child.children):
                    self._around(inside, child)
                self.prefix = ""
                continue
            text = entry.fast(child)
            if text is not None:
                lines.append(text)
                if entry.needed or (child.children and not entry.whole):
                    self.rows(inside, child.name, line.apart(child.children))
            elif not self._by_item(entry, line, child, children):
                return self._taken_back(group, written, told)
        return place.may_end or self._taken_back(group, written, told)

    def _taken_back(self, group: GroupStep, written: int, told: int) -> bool:
        self.prefix = group.prefix
        del self.lines[written:], self.problems[told:]
        return False

    def _by_item(self, entry: Entry, line: LineStep, child: Node, children: list[Node]) -> bool:
        """A line that does not simply fit, and the node's children below it; false if there is no line now."""
        self.prefix, written = entry.prefix, len(self.lines)
        self.line(entry.option, line, child, children)
        self.prefix = ""
        if len(self.lines) == written:
            return False
        if child.children or entry.needed:
            self.rows(entry.group, child.name, line.apart(child.children))
        return True

    def _around(self, group: GroupStep, node: Node) -> None:
        """A node without a line of its own, not all of it in order."""
        if node.elements:
            self.homeless(node.name, node.elements)
        self.in_any_order(group, node.name, node.children)

    def in_any_order(self, group: GroupStep, parent: str, children: list[Node]) -> None:
        """The lines of a group, row by row; what is missing, too much or without a place is reported."""
        rank, children = group.rank, _distinct(children)
        left = self._shared(group, children) if rank is None else self._ranked(group, rank, children)
        for child in left:
            self.report(child.name, None, shown(child), f"{parent} has no place for {child.name}")

    def _left_out(self, line: LineStep, node: Node) -> None:
        """Lines below one that cannot be written would belong to the line before it: left out with it, and it is said."""
        for child in line.apart(node.children):
            self.report(child.name, None, shown(child), f"{child.name} is left out with the {line.line.name} it stands below")

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
        line, inside, option = step.line, step.group, step.option
        if line is not None:
            written = len(self.lines)
            self.line(step, line, child, group)
            if len(self.lines) == written:
                self._left_out(line, child)
            elif child.children or inside.needed:
                self.rows(inside, child.name, line.apart(child.children))
            return
        self.prefix = option.name if option.joined else self.prefix
        if not option.clear and child.elements:
            self.homeless(child.name, child.elements)
        self.rows(inside, option.name if option.clear else child.name, group if option.clear else child.children)
        if option.joined:
            self.prefix = ""


def _distinct(children: list[Node]) -> list[Node]:
    """One node that stands in several places is several: rows know their nodes apart by what they are, not by what they hold."""
    if len(set(map(id, children))) == len(children):
        return children
    return [Node(child.name, child.elements, child.children) for child in children]


def _in_order(children: list[Node], left: list[Node]) -> list[Node]:
    wanted = set(map(id, left))
    return [child for child in children if id(child) in wanted]


def _clear_group(option: OptionStep, children: list[Node], taken: set[int]) -> list[Node]:
    """The children that stand directly in the parent although their lines share an identifier, up to the group's limit."""
    group = [child for child in children if id(child) not in taken and option.fits(child)][: option.clear_most]
    taken.update(map(id, group))
    return group


def _too_long(table: Table, length: int) -> Problem:
    return Problem(
        code=Code.IMP_MESSAGE_LENGTH,
        message=f"{table.type}/{table.version} of {length} characters, at most {LONGEST_MESSAGE}",
        found=str(length),
        expected=f"at most {LONGEST_MESSAGE}",
    )
