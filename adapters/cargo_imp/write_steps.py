"""A table made ready for writing: for each group its rows, for each row what nodes it takes, for each line its plans.

Compiled once from a :class:`Table`; knows nothing of files or problems.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from adapters.cargo_imp.layout import Line, Option, Row, Table
from adapters.cargo_imp.line_steps import LineStep, Way, no_way
from adapters.cargo_imp.notation import Field
from hub.syntax import Node


@dataclass(kw_only=True, eq=False, slots=True)
class OptionStep:
    """A line or a group, and the node it takes: one of ``names`` and, where the line has codes, with one of them. The ``group``
    of a line that has nothing below it has no rows."""

    option: Option
    names: frozenset[str]
    codes: frozenset[str]
    line: LineStep | None
    group: "GroupStep"
    clear_most: int

    def fits(self, child: Node) -> bool:
        """Whether the node can stand here."""
        if child.name not in self.names:
            return False
        if self.clear_most:
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
class Place:
    """How far nodes that stand in the table's order have come: what may be next by its name, and whether nothing more must be."""

    next: dict[str, "Entry"] = field(default_factory=dict)
    may_end: bool = False


@dataclass(kw_only=True, eq=False, slots=True)
class Entry:
    """A node of one name at a place: what is written of it, and the place ``behind`` it.

    ``again``: it is not the first of its row, which takes no more than ``most``. ``fast`` is the way to write its line, if it has
    one, with the ``prefix`` of its group where it is the first. Nothing is below a node whose children are all in its line
    (``whole``), or that has none unless a line is ``needed``. ``by_code`` chooses between lines for nodes of one name.
    """

    behind: Place
    again: bool
    most: int
    option: OptionStep
    line: LineStep | None
    group: "GroupStep"
    fast: Way
    prefix: str
    whole: bool
    needed: bool
    by_code: dict[str, "Entry"] | None = None


class GroupStep:
    """The rows of a group; ``rank`` says which row takes a name, None where rows must be asked one by one.

    ``needed``: a row is mandatory, so that even a node without children has something to report. ``prefix`` is the identifier its
    first line begins with.
    """

    def __init__(self, rows: tuple[RowStep, ...], prefix: str, one_of: Sequence[Sequence[str]]) -> None:
        self.rows, self.prefix, self._one_of = rows, prefix, one_of
        told = [(name, at) for at, row in enumerate(rows) for name in _names(row)]
        self._told_apart = len(dict(told)) == len(told)
        self.rank: Mapping[str, int] | None = dict(told) if len(rows) > 1 and self._told_apart else None
        self.needed = any(row.mandatory for row in rows)

    @cached_property
    def start(self) -> Place | None:
        """The place before all rows; None where names and codes alone do not tell the row. Worked out when a node first comes."""
        sure = self._told_apart and (not self.prefix or self.rows[0].mandatory)
        return _start(self.rows, self.prefix, self._one_of) if sure else None


NOTHING = GroupStep((), "", ())
"""Below a line that has no lines below it."""


class WriteSteps:
    """All steps of a table."""

    def __init__(self, table: Table) -> None:
        self._lines: dict[int, LineStep] = {}
        self.message = self._group(table.rows, "", table.at_least_one)

    def _group(self, rows: Sequence[Row], prefix: str, one_of: Sequence[Sequence[str]] = ()) -> GroupStep:
        return GroupStep(tuple(self._row(row) for row in rows), prefix, one_of)

    def _row(self, row: Row) -> RowStep:
        return RowStep(row, tuple(self._option(option) for option in row.options))

    def _option(self, option: Option) -> OptionStep:
        group = self._group(option.rows, option.name if option.joined else "") if option.rows else NOTHING
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


def _names(row: RowStep) -> set[str]:
    return {name for option in row.options for name in option.names}


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


def _start(rows: Sequence[RowStep], prefix: str, one_of: Sequence[Sequence[str]]) -> Place | None:
    """The place before the first row, with all behind it. From each, the rows up to the next of which there must be a node."""
    places = [Place() for _ in range(len(rows) + 1)]
    first = [_entries(row, places[at], "" if at > 1 else prefix, again=False) for at, row in enumerate(rows, 1)]
    again = [_entries(row, places[at], "", again=True) for at, row in enumerate(rows, 1)]
    for at, place in enumerate(places):
        stops = _stops(rows, one_of, at)
        reached = range(at, min(stops, default=len(rows) - 1) + 1)
        found = [*again[at - 1 : at], *(first[one] for one in reached)]
        if None in found:
            return None
        place.next = {name: entry for entries in found for name, entry in (entries or {}).items()}
        place.may_end = not stops
    return places[0]


def _stops(rows: Sequence[RowStep], one_of: Sequence[Sequence[str]], at: int) -> set[int]:
    """The rows from a place on of which there must be a node; of rows that need one between them, the last."""
    stops = {number for number, row in enumerate(rows) if row.mandatory and number >= at}
    for names in one_of:
        either = [number for number, row in enumerate(rows) if _names(row) & set(names)]
        if max(either) >= at and at - 1 not in either:
            stops.add(max(either))
    return stops


def _entries(row: RowStep, behind: Place, prefix: str, *, again: bool) -> dict[str, Entry] | None:
    """What a row takes by name; None where it cannot be told by name and code."""
    found: dict[str, Entry] = {}
    for option in row.options:
        inner, most, before = _inner(option, row.most, prefix, again)
        if inner is None:
            return None
        if again and most == 1:
            continue
        entry = _entry(inner, most, behind, before, again)
        for name in option.names:
            known = found.setdefault(name, entry)
            if option.codes and (known is entry or known.by_code):
                known.by_code = dict.fromkeys(option.codes, entry) | (known.by_code or {})
            elif known is not entry:
                return None
    return found


def _inner(option: OptionStep, most: int, prefix: str, again: bool) -> tuple[OptionStep | None, int, str]:
    """What writes a node of an option, how many there may be, what the line begins with; no option where that is not certain."""
    if option.clear_most:
        alone = option.group.rows[0].alone if len(option.group.rows) == 1 else None
        sure = alone is not None and alone.line is not None and most == 1 and not prefix
        return (alone if sure else None), option.clear_most, "" if again else option.option.name
    return (None if prefix and option.line is None else option), most, prefix


def _entry(option: OptionStep, most: int, behind: Place, prefix: str, again: bool) -> Entry:
    line, group = option.line, option.group
    return Entry(
        behind=behind,
        again=again,
        most=most,
        option=option,
        line=line,
        group=group,
        fast=no_way if line is None else line.way(prefix, strangers=bool(group.rows)),
        prefix=prefix,
        whole=line is not None and not group.rows and bool(line.repeats),
        needed=line is not None and group.needed,
    )


_NO_OPTION = OptionStep(
    option=Option(name="", row=Row(status="", most=0), line=None),
    names=frozenset(),
    codes=frozenset(),
    line=None,
    group=NOTHING,
    clear_most=0,
)
NOWHERE = _entry(_NO_OPTION, 0, Place(), "", again=False)
"""Where a node goes that nothing has a place for: it takes none."""
