"""A layout table for people: its lines in their order, in the manual's notation and in words. Knows tables; reads nothing."""

from collections.abc import Iterator, Sequence

from adapters.cargo_imp.layout import SLANT, Option, Row, Table
from adapters.cargo_imp.notation import Choice, Field, Item, Literal, Maybe, Repeat, captures, describe, notation
from hub.layouts import ElementLayout, LineLayout


def described(table: Table) -> Iterator[LineLayout]:
    """Every line and group of a table."""
    return _rows(table.rows, 0, ())


def _rows(rows: Sequence[Row], depth: int, tree: tuple[str, ...]) -> Iterator[LineLayout]:
    for row in rows:
        for option in row.options:
            yield from _option(option, depth, tree)


def _option(option: Option, depth: int, tree: tuple[str, ...]) -> Iterator[LineLayout]:
    row, line = option.row, option.line
    if line is not None:
        here = (*tree, line.node)
        owner = row.owner
        joined = owner is not None and owner.joined and owner.rows[0] is row
        shown = (owner.name if joined and owner is not None else "") + manual(line.items)
        yield LineLayout(
            name=option.segment if line.keys[0] != SLANT or joined else option.name,
            title=line.title,
            status=row.status,
            repeats=row.most,
            depth=depth,
            layout=shown,
            elements=tuple(dict.fromkeys(_elements(line.items, here))),
        )
        yield from _rows(option.rows, depth + 1, here)
        return
    if not option.joined or len(option.rows) > 1:
        yield LineLayout(name=option.name, title="group", status=row.status, repeats=row.most, depth=depth)
        depth += 1
    yield from _rows(option.rows, depth, tree if option.clear else (*tree, option.name))


def _elements(items: Sequence[Item], tree: tuple[str, ...]) -> Iterator[ElementLayout]:
    for one in captures(items):
        if isinstance(one, Field):
            where = "/".join((*tree, one.name))
            yield ElementLayout(name=one.name, format=notation(one), words=describe(one), tree=where)
        else:
            yield from _elements(one.items, (*tree, one.name))


def manual(items: Sequence[Item]) -> str:
    """A layout in the manual's notation: ``a[3]``, ``[ … ]`` may be absent, ``( … | … )`` one of, ``< … >1..3`` repeated."""
    return "".join(_manual(item) for item in items)


def _manual(item: Item) -> str:
    match item:
        case Literal():
            return item.text
        case Field():
            return f"{{{item.name} {notation(item)}}}"
        case Maybe():
            return f"[{manual(item.items)}]"
        case Choice():
            return "(" + " | ".join(manual(branch) for branch in item.branches) + ")"
        case Repeat():
            return f"<{manual(item.items)}>{item.least}..{item.most}"
