"""Layouts as people read them, each element with its place in the shipment. Pure; knows formats and mappings by their ports."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from hub.layouts import Describer, ElementLayout, LineLayout
from hub.mapping.language import MappingTable, Row
from hub.ports import Format


class Unknown(LookupError):
    """No layout of that name; ``near`` are the likeliest meant."""

    def __init__(self, asked: str, near: Sequence[str]) -> None:
        super().__init__(asked)
        self.asked, self.near = asked, near


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """One message layout, as ``describe --json`` prints it."""

    format: str
    type: str
    version: str
    title: str
    lines: Sequence[LineLayout]


def named(formats: Mapping[str, Format], text: str) -> tuple[Format, str, str]:
    """``FWB/17``, ``cargo-imp:FWB/17``, ``IFTSTA:D.96A`` or ``FWB`` (its last version) as format, type, version.

    Raises Unknown, also for a format that cannot be described.
    """
    every = {(name, *pair): formats[name] for name in formats for pair in formats[name].supports()}
    format, _, rest = text.partition(":") if text.partition(":")[0] in formats else ("", "", text)
    type, _, version = rest.replace("/", ":").partition(":")
    found = [
        key
        for key, one in every.items()
        if isinstance(one, Describer)
        and format in ("", key[0])
        and key[1].upper() == type.upper()
        and version.upper() in ("", key[2].upper())
    ]
    if not found:
        raise Unknown(text, _near(rest, [key for key, one in every.items() if isinstance(one, Describer)]))
    return every[found[-1]], *found[-1][1:]


def _near(asked: str, keys: Sequence[tuple[str, str, str]]) -> list[str]:
    names = {spelt(*key): key for key in keys}
    same = [name for name, key in names.items() if key[1].upper() == asked.replace("/", ":").partition(":")[0].upper()]
    return same or difflib.get_close_matches(asked.upper(), list(names), n=5, cutoff=0.3)


def spelt(format: str, type: str, version: str) -> str:
    """A layout's name as ``describe`` takes it."""
    return f"{type}:{version}" if format == "edifact" else f"{type}/{version}"


def description(format: Format, type: str, version: str, mapping: MappingTable | None) -> Description:
    """The layout with the canonical path of every element that the mapping carries. Raises Unknown."""
    if not isinstance(format, Describer):
        raise Unknown(type, [])
    paths = [] if mapping is None else list(canonical_paths(mapping))
    lines = [
        msgspec.structs.replace(line, elements=tuple(_placed(one, paths) for one in line.elements))
        for line in format.describe(type, version)
    ]
    return Description(format=format.name, type=type, version=version, title=format.title(type, version), lines=lines)


Steps = tuple[str, ...]


def canonical_paths(table: MappingTable) -> Iterator[tuple[Steps, str]]:
    """Tree path and canonical path of every row that reads an element."""
    for statement in table.statement:
        base = () if statement.each == "." else _steps(statement.each)
        for row in statement.row:
            yield from _of_row(row, base, "")


def _of_row(row: Row, tree: Steps, path: str) -> Iterator[tuple[Steps, str]]:
    here = path if row.to == "." else f"{path}/{row.to}".lstrip("/")
    if row.each is not None:
        tree, here = _joined(tree, row.each), f"{here}[]"
    sources = [row.source] if isinstance(row.source, str) else list(row.source or [])
    if row.rows:
        below = _joined(tree, sources[0]) if sources else tree
        for inner in row.rows:
            yield from _of_row(inner, below, here)
        return
    yield from ((_joined(tree, source), here) for source in sources)


def _joined(tree: Steps, text: str) -> Steps:
    steps = list(tree)
    for step in _steps(text):
        if step == "^":
            del steps[-1:]
        else:
            steps.append(step)
    return tuple(steps)


def _steps(text: str) -> Steps:
    """The names of a tree path; filters and places are left out."""
    plain, depth = "", 0
    for sign in text:
        depth += (sign == "[") - (sign == "]")
        plain += sign if not depth and sign != "]" else ""
    return tuple(step for step in plain.split("/") if step not in ("", "."))


def _placed(element: ElementLayout, paths: Sequence[tuple[Steps, str]]) -> ElementLayout:
    """With its canonical path: that of the same tree path, else (where a shape regroups the tree) of the likest."""
    tree = tuple(element.tree.split("/"))
    ranked = [(_likeness(tree, steps), path) for steps, path in paths]
    best = max((rank for rank, _ in ranked), default=0)
    likest = [path for rank, path in ranked if rank == best] if best else [""]
    path = min(likest, key=lambda one: one.count("[]"))
    return msgspec.structs.replace(element, path=path)


def _likeness(tree: Steps, steps: Steps) -> int:
    if not steps or tree[-1] != steps[-1]:
        return 0
    if tree == steps:
        return 3
    if tree[-2:] == steps[-2:]:
        return 2
    return 1 if tree[0] == steps[0] else 0


def described_json(found: Description) -> dict[str, Any]:
    """The whole answer of ``describe --json``."""
    shown: dict[str, Any] = msgspec.to_builtins(found)
    return shown
