"""A table made ready for writing: for each group its rows, for each row what nodes it takes, for each line its plans.

Compiled once from a :class:`Table`; knows nothing of files or problems.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.cargo_imp.layout import Line, Option, Row, Table
from adapters.cargo_imp.line_steps import LineStep, Way
from adapters.cargo_imp.notation import Field
from hub.syntax import Node


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
class Entry:
    """Where a node of one name goes, for nodes that stand in the table's order: the ``place`` of its row, how many it takes.

    ``first`` is the entry of the first node of the row, with the identifier its line begins with. ``others`` masks the row out
    of what must be there; ``fast`` is the way to write the line, None for a node without one. Nothing is below a node whose
    children are all in its line (``whole``), or that has none unless a line is ``needed``. ``by_code`` chooses between lines for
    nodes of one name.
    """

    place: int
    most: int
    others: int
    option: OptionStep
    line: LineStep | None
    group: "GroupStep | None"
    fast: Way | None
    needed: bool
    whole: bool
    prefix: str
    first: "Entry | None" = None
    by_code: Mapping[str, "Entry"] | None = None


@dataclass(kw_only=True, eq=False, slots=True)
class GroupStep:
    """The rows of a group; ``rank`` says which row takes a name, None where rows must be asked one by one.

    ``needed``: a row is mandatory, so that even a node without children has something to report. ``prefix`` is the identifier its
    first line begins with. ``entries`` by node name are None where names alone do not tell the row; ``wanted`` has a bit for each
    mandatory row, and for each set of names of which a message must have one.
    """

    rows: tuple[RowStep, ...]
    rank: Mapping[str, int] | None
    needed: bool
    prefix: str
    entries: Mapping[str, Entry] | None
    wanted: int


class WriteSteps:
    """All steps of a table."""

    def __init__(self, table: Table) -> None:
        self._lines: dict[int, LineStep] = {}
        self.message = self._group(table.rows)
        _want_one_of(self.message, table.at_least_one)

    def _group(self, rows: Sequence[Row], prefix: str = "") -> GroupStep:
        steps = tuple(self._row(row) for row in rows)
        told = [(name, place) for place, step in enumerate(steps) for name in _names(step.options)]
        alone = len(dict(told)) == len(told) and (not prefix or steps[0].mandatory)
        return GroupStep(
            rows=steps,
            rank=dict(told) if len(steps) > 1 and len(dict(told)) == len(told) else None,
            needed=any(step.mandatory for step in steps),
            prefix=prefix,
            entries=_entries(steps, prefix) if alone else None,
            wanted=sum(1 << place for place, step in enumerate(steps) if step.mandatory),
        )

    def _row(self, row: Row) -> RowStep:
        return RowStep(row, tuple(self._option(option) for option in row.options))

    def _option(self, option: Option) -> OptionStep:
        group = self._group(option.rows, option.name if option.joined else "") if option.rows else None
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
        known = self._lines.get(id(line))
        return self._lines.setdefault(id(line), LineStep(line)) if known is None else known


def _want_one_of(message: GroupStep, sets: Sequence[Sequence[str]]) -> None:
    """One of the nodes of each set must be there."""
    for bit, names in enumerate(sets, len(message.rows)):
        message.wanted |= 1 << bit
        for name in names:
            entry = (message.entries or {}).get(name)
            for one in (entry, entry.first) if entry is not None else ():
                if one is not None:
                    one.others &= ~(1 << bit)


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


def _entries(rows: Sequence[RowStep], prefix: str) -> Mapping[str, Entry] | None:
    """The entries of a group whose rows take nodes of different names; None where one row cannot be told by name and code."""
    found: dict[str, Entry] = {}
    for place, row in enumerate(rows):
        for option in row.options:
            entry = _entry(place, row, option, "" if place else prefix)
            for name in option.names:
                if entry is None or (name in found and not _added_code(found[name], entry, option)):
                    return None
                found.setdefault(name, entry)
    return found


def _added_code(known: Entry, entry: Entry, option: OptionStep) -> bool:
    """Another line for nodes of this name, told apart by the code it begins with."""
    if not option.codes or known.by_code is None:
        return False
    known.by_code = {**known.by_code, **dict.fromkeys(option.codes, entry)}
    return True


def _entry(place: int, row: RowStep, option: OptionStep, prefix: str) -> Entry | None:
    """Every node after the first of a row stands without the identifier of its group."""
    inner, most = option, row.most
    if option.clear_most:
        alone = option.group.rows[0].alone if option.group is not None and len(option.group.rows) == 1 else None
        if alone is None or alone.line is None or row.most > 1 or prefix:
            return None
        inner, most, prefix = alone, option.clear_most, option.option.name
    if inner.line is None:
        return None if prefix else _made(place, most, inner, option.option.name if option.option.joined else "")
    made = _made(place, most, inner, "")
    made.first = _made(place, most, inner, prefix) if prefix else None
    if option.codes:
        made.by_code = dict.fromkeys(option.codes, made)
    return made


def _made(place: int, most: int, option: OptionStep, prefix: str) -> Entry:
    line, group = option.line, option.group
    plain = line.fast if line is not None and not prefix and (group is not None or not line.repeats) else None
    return Entry(
        place=place,
        most=most,
        others=~(1 << place),
        option=option,
        line=line,
        group=group,
        fast=None if line is None else plain or line.way(prefix, strangers=group is not None),
        needed=line is not None and group is not None and group.needed,
        whole=line is not None and group is None and bool(line.repeats),
        prefix=prefix,
    )
