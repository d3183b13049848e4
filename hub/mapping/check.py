"""Checks a mapping against the canonical model before it meets a message: paths exist, values fit. Knows no format."""

import sys
from collections.abc import Iterator
from importlib import resources
from typing import Any

import msgspec

from hub.canonical.shipment import Shipment
from hub.mapping import packaged
from hub.mapping.language import MappingTable, Row, load_mapping
from hub.transforms import PAIRS

_EMPTIED = frozenset({"none_any_more", "nobody_any_more"})
"""Pairs that read a whole list or object: an empty one."""

_SHIPMENT = msgspec.inspect.type_info(Shipment)


def faults(table: MappingTable) -> list[str]:
    """What is wrong with a mapping's rows, in words that name the row; empty when all is well."""
    told = [one for one in table.statement if one.speaks(table.subject)]
    return [fault for statement in told for row in statement.row for fault in _row(row, _SHIPMENT, statement.each)]


def one_way(table: MappingTable) -> list[str]:
    """The rows that work in one direction only."""
    return [f"{row.to} ({row.only})" for statement in table.statement for row in _all(statement.row) if row.only]


def _all(rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from _all(row.rows)


def _row(row: Row, holder: Any, where: str) -> Iterator[str]:
    name = f"{where}: row to {row.to!r}"
    for pair in row.pairs():
        if pair not in PAIRS:
            yield f"{name}: no pair named {pair!r}"
    target = _follow(holder, row.to)
    if target is None:
        yield f"{name}: no such canonical path"
        return
    if row.each is not None:
        if not isinstance(target, msgspec.inspect.ListType):
            yield f"{name}: each needs a list"
            return
        target = target.item_type
        if row.number and _follow(target, row.number) is None:
            yield f"{name}: no key {row.number!r} to number"
    for inner in row.rows:
        yield from _row(inner, target, name)
    if not row.rows:
        yield from _leaf(row, target, name)


def _leaf(row: Row, target: Any, name: str) -> Iterator[str]:
    inner = _plain(target)
    whole = isinstance(inner, msgspec.inspect.StructType | msgspec.inspect.ListType | msgspec.inspect.DictType)
    if whole and not set(row.pairs()) & _EMPTIED:
        yield f"{name}: a value cannot be put on {type(inner).__name__}"
    if isinstance(inner, msgspec.inspect.IntType) and row.const is None and "integer" not in " ".join(row.pairs()):
        yield f'{name}: a count needs `using = "integer"`'
    if row.const is not None and not isinstance(row.const, _python(inner)):
        yield f"{name}: {row.const!r} is not of the field's type"


def _python(inner: Any) -> type | tuple[type, ...]:
    kinds: dict[type, type] = {msgspec.inspect.IntType: int, msgspec.inspect.StrType: str, msgspec.inspect.BoolType: bool}
    return kinds.get(type(inner), object)


def _follow(holder: Any, path: str) -> Any:
    for key in [] if path == "." else path.split("/"):
        holder = _step(_plain(holder), key)
        if holder is None:
            return None
    return _plain(holder)


def _plain(found: Any) -> Any:
    """Without the None of an optional field and without its annotations."""
    while isinstance(found, msgspec.inspect.Metadata):
        found = found.type
    if isinstance(found, msgspec.inspect.UnionType):
        found = next(one for one in found.types if not isinstance(one, msgspec.inspect.NoneType))
    return _plain(found) if isinstance(found, msgspec.inspect.Metadata) else found


def _step(holder: Any, key: str) -> Any:
    if isinstance(holder, msgspec.inspect.StructType):
        return next((field.type for field in holder.fields if field.encode_name == key), None)
    if isinstance(holder, msgspec.inspect.ListType) and key.isdigit():
        return holder.item_type
    return None


def shipped() -> list[MappingTable]:
    """Every mapping of the installed package. Raises MappingError."""
    folders = (one for one in resources.files("mappings").iterdir() if one.is_dir() and one.name not in ("codes", "partners"))
    names = sorted(
        f"{folder.name}/{file.name[:-5]}" for folder in folders for file in folder.iterdir() if file.name.endswith(".toml")
    )
    return [load_mapping(name, packaged) for name in names]


def main() -> None:
    """Print what ``make check`` owes: the one-way rows, and how many shapes there are."""
    tables = shipped()
    for table in tables:
        for row in one_way(table):
            sys.stdout.write(f"one way: {table.name}: {row}\n")
    shapes = {table.shape for table in tables} - {None}
    sys.stdout.write(f"{len(tables)} mappings, {len(shapes)} shapes\n")


if __name__ == "__main__":
    main()
