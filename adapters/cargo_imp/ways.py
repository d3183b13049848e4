"""The ways through a table: from a line, every line that may come next, and the mandatory rows left out to get there.

Knows tables; knows no expressions and no text.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.cargo_imp.layout import Option, Row, Table

END = ""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One path from a place to an option's line, before compilation."""

    key: str
    option: Option
    prefix: str
    wrappers: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]
    missing: tuple[Row, ...]


def onward(option: Option, table: Table) -> Iterator[Way]:
    """What may follow a line of this option: its group's rows, itself again, and what follows its row, group by group."""
    missing: tuple[Row, ...] = ()
    if option.rows:
        yield from _rows(option.rows, missing)
        missing += tuple(row for row in option.rows if row.mandatory)
    yield from _after(option.row, missing, table)


def _after(row: Row, missing: tuple[Row, ...], table: Table) -> Iterator[Way]:
    if row.most > 1:
        yield from _enter(row, missing)
    siblings = table.rows if row.owner is None else row.owner.rows
    rest = siblings[siblings.index(row) + 1 :]
    yield from _rows(rest, missing)
    missing += tuple(one for one in rest if one.mandatory)
    if row.owner is None:
        yield Way(key=END, option=row.options[0], prefix="", wrappers=(), rows=(), missing=missing)
    else:
        yield from _after(row.owner.row, missing, table)


def through(rows: tuple[Row, ...], missing: tuple[Row, ...]) -> Iterator[Way]:
    yield from _rows(rows, missing)
    yield Way(
        key=END,
        option=rows[0].options[0],
        prefix="",
        wrappers=(),
        rows=(),
        missing=missing + tuple(one for one in rows if one.mandatory),
    )


def _rows(rows: tuple[Row, ...], missing: tuple[Row, ...]) -> Iterator[Way]:
    for row in rows:
        yield from _enter(row, missing)
        if row.mandatory:
            missing += (row,)


def _enter(row: Row, missing: tuple[Row, ...]) -> Iterator[Way]:
    for option in row.options:
        yield from entries(option, (), missing)


def entries(option: Option, outer: tuple[tuple[int, str], ...], missing: tuple[Row, ...]) -> Iterator[Way]:
    """The lines by which an option begins: its own, or the first row of a group that is only a node."""
    rows = tuple(_owners(option.row))[: len(outer)][::-1]
    if option.line is not None:
        for key in option.line.keys:
            yield Way(key=key, option=option, prefix="", wrappers=outer, rows=(*rows, option.row), missing=missing)
        return
    wrappers = (*outer, (option.row.depth, "" if option.clear else option.name))
    for way in (way for inner in option.rows[0].options for way in entries(inner, wrappers, missing)):
        yield _joined(way, option) if option.joined else way


def _joined(way: Way, option: Option) -> Way:
    return Way(key=option.name, option=way.option, prefix=option.name, wrappers=way.wrappers, rows=way.rows, missing=way.missing)


def _owners(row: Row) -> Iterator[Row]:
    while row.owner is not None:
        row = row.owner.row
        yield row
