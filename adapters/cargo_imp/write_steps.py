"""A table made ready for writing: for each group its rows, for each row what nodes it takes, for each line its plans.

Compiled once from a :class:`Table`; knows nothing of files or problems.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from adapters.cargo_imp.layout import Line, Option, Row, Table
from adapters.cargo_imp.notation import Field, Item, Repeat, captures
from adapters.cargo_imp.plans import APART, Plans, plannable
from hub.syntax import Node


class LineStep:
    """A line, the repeats inside it, and its plans.

    ``fast`` gives the text when everything in the node fits, None when the line must be written item by item.
    ``continued`` is how many repeats a line holds that is nothing but a list; 0 for any other line.
    """

    __slots__ = ("continued", "fast", "line", "repeat", "repeats")

    def __init__(self, line: Line) -> None:
        self.line = line
        repeats = [item for item in captures(line.items) if isinstance(item, Repeat)]
        self.repeats = {item.name: item for item in repeats}
        self.repeat = repeats[0] if repeats else None
        self.continued = line.items[0].most if len(line.items) == 1 and isinstance(line.items[0], Repeat) else 0
        sure = plannable(line.items) and len(repeats) < 2 and all(_flat(item) for item in repeats)
        self.fast = self._way(line.items) if sure else _none

    def _way(self, items: tuple[Item, ...]) -> "Callable[[Node], str | None]":
        if self.repeat is None:
            return partial(_filled, Plans(items))
        without, behind, of_one = Plans(items), Plans(items, repeated=True), Plans(self.repeat.items)
        return partial(_with_repeat, self.repeat, without, behind, of_one)

    def apart(self, children: list[Node]) -> list[Node]:
        """The children that are lines of their own."""
        return [child for child in children if child.name not in self.repeats] if self.repeats else children


def _flat(repeat: Repeat) -> bool:
    return plannable(repeat.items) and not any(isinstance(one, Repeat) for one in captures(repeat.items))


def _none(_: Node) -> str | None:
    return None


def _filled(plans: Plans, node: Node) -> str | None:
    elements = node.elements
    plan = plans[tuple(elements)]
    if plan is None:
        return None
    if len(elements) == 1:
        for element in elements.values():
            text = element.text
        return plan.template % text if plan.fits(text) else None
    texts = [element.text for element in elements.values()]
    if not plan.fits(APART.join(texts)):
        return None
    return plan.template % (tuple(texts) if plan.ordered is None else plan.ordered(texts))


def _with_repeat(repeat: Repeat, without: Plans, behind: Plans, of_one: Plans, node: Node) -> str | None:
    name, elements, parts = repeat.name, node.elements, list[str]()
    for child in node.children:
        if child.name == name:
            part = _filled(of_one, child)
            if part is None:
                return None
            parts.append(part)
    if not parts:
        return _filled(without, node)
    plan = behind[tuple(elements)]
    if plan is None or len(parts) > repeat.most:
        return None
    texts = [element.text for element in elements.values()]
    if not plan.fits(APART.join(texts)):
        return None
    texts.append("".join(parts))
    return plan.template % (tuple(texts) if plan.ordered is None else plan.ordered(texts))


@dataclass(kw_only=True, eq=False, slots=True)
class OptionStep:
    """A line or a group, and the node it takes: one of ``names`` and, where the line has codes, with one of them."""

    option: Option
    names: frozenset[str]
    codes: frozenset[str]
    line: LineStep | None
    group: "GroupStep | None"
    clear_most: int

    def fits(self, child: Node) -> bool:
        """Whether the node can stand here."""
        if child.name not in self.names:
            return False
        if self.clear_most and self.group is not None:
            return any(one.fits(child) for row in self.group.rows for one in row.options)
        return not self.codes or child.text("code") in self.codes


class RowStep:
    """One place in the order: which of its options takes a node, looked up by name and, where lines have codes, by code.

    ``alone`` is the only option, when it takes every node of its name.
    """

    __slots__ = ("_by_code", "_by_name", "_mixed", "alone", "mandatory", "most", "options", "row")

    def __init__(self, row: Row, options: tuple[OptionStep, ...]) -> None:
        self.row, self.options, self.mandatory, self.most = row, options, row.mandatory, row.most
        self.alone = options[0] if len(options) == 1 and not options[0].codes and not options[0].clear_most else None
        coded = {name for option in options if option.codes for name in option.names}
        plain = {name for option in options if not option.codes for name in option.names}
        clear = {name for option in options if option.clear_most for name in option.names}
        self._mixed = (coded & plain) | clear
        self._by_name: dict[str, OptionStep] = {}
        self._by_code: dict[str, dict[str | None, OptionStep]] = {}
        for option in options:
            for name in option.names - self._mixed:
                self._enter(option, name)

    def _enter(self, option: OptionStep, name: str) -> None:
        if not option.codes:
            self._by_name.setdefault(name, option)
        for code in option.codes:
            self._by_code.setdefault(name, {}).setdefault(code, option)

    def option(self, child: Node) -> OptionStep | None:
        """The first option the node fits."""
        name = child.name
        found = self._by_name.get(name)
        if found is not None:
            return found
        coded = self._by_code.get(name)
        if coded is not None:
            return coded.get(child.text("code"))
        return next((one for one in self.options if one.fits(child)), None) if name in self._mixed else None


@dataclass(kw_only=True, eq=False, slots=True)
class GroupStep:
    """The rows of a group; ``rank`` says which row takes a name, None where rows must be asked one by one.

    ``needed``: a row is mandatory, so that even a node without children has something to report.
    """

    rows: tuple[RowStep, ...]
    rank: Mapping[str, int] | None
    needed: bool


class WriteSteps:
    """All steps of a table."""

    def __init__(self, table: Table) -> None:
        self._lines: dict[int, LineStep] = {}
        self.message = self._group(table.rows)

    def _group(self, rows: Sequence[Row]) -> GroupStep:
        steps = tuple(self._row(row) for row in rows)
        told = [(name, place) for place, step in enumerate(steps) for name in _names(step.options)]
        ranked = len(steps) > 1 and len(dict(told)) == len(told)
        return GroupStep(rows=steps, rank=dict(told) if ranked else None, needed=any(step.mandatory for step in steps))

    def _row(self, row: Row) -> RowStep:
        return RowStep(row, tuple(self._option(option) for option in row.options))

    def _option(self, option: Option) -> OptionStep:
        group = self._group(option.rows) if option.rows else None
        line = None if option.line is None else self._line(option.line)
        clear = option.line is None and option.clear
        return OptionStep(
            option=option,
            names=frozenset(_taken(option)),
            codes=_codes(option.line),
            line=line,
            group=group,
            clear_most=option.rows[0].most if clear else 0,
        )

    def _line(self, line: Line) -> LineStep:
        return self._lines.setdefault(id(line), LineStep(line))


def _names(options: Sequence[OptionStep]) -> set[str]:
    return {name for option in options for name in option.names}


def _taken(option: Option) -> Iterator[str]:
    if option.line is not None:
        yield option.line.node
    elif option.clear:
        for row in option.rows:
            for inner in row.options:
                yield from _taken(inner)
    else:
        yield option.name


def _codes(line: Line | None) -> frozenset[str]:
    first = line.items[0] if line is not None and line.items else None
    return frozenset(first.codes) if isinstance(first, Field) else frozenset()
