"""The mapping language as types, loaded from TOML (docs/mapping-language.md). Knows no format and runs nothing."""

import hashlib
import tomllib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

Load = Callable[[str], bytes]
"""Gives the bytes of a table by its name without suffix, ``cargo_imp/fwb_17``; raises FileNotFoundError."""


class MappingError(ValueError):
    """A mapping table that cannot be used; the text names file and row."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row: ``to`` (canonical path) from ``from`` (tree path), with at most a few verbs."""

    to: str
    source: str | list[str] | None = msgspec.field(default=None, name="from")
    const: str | int | bool | None = None
    wire: str | None = None
    code: str | None = None
    using: str | list[str] | None = None
    when: dict[str, str] = {}
    each: str | None = None
    rows: list["Row"] = []
    number: str | None = None
    sorted: bool = False
    join: str | list[int] | None = None
    only: str | None = None
    verbatim: bool = False

    def pairs(self) -> list[str]:
        """The names in ``using``, in reading order."""
        return [self.using] if isinstance(self.using, str) else list(self.using or [])


class Ignore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Elements that are read and deliberately not mapped, and why."""

    source: str = msgspec.field(name="from")
    reason: str


class StatementTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One head and its rows: one statement for every node that ``each`` meets.

    ``detail``: of a message about a flight, what it says of the flight itself; its scope is claimed for the message as a whole.
    ``claim``: its scope is claimed and nothing is said: whatever stood there is taken back. It is never written.
    """

    detail: bool = False
    claim: bool = False
    each: str = "."
    key: str | list[str] = "awb"
    scope: str = ""
    scope_by: list[str] = []
    part: str | None = None
    last: str | None = None
    kind: str = "replace"
    spread: str | None = None
    said_at: str | None = None
    row: list[Row] = []
    ignore: list[Ignore] = []

    def speaks(self, subject: str) -> bool:
        """Whether the rows are about shipments; else they are the detail of a message of this subject."""
        return not self.detail and subject in ("shipment", "flight")

    def key_paths(self) -> list[str]:
        """The canonical paths tried for the key, in order."""
        return [self.key] if isinstance(self.key, str) else self.key


class MappingTable(msgspec.Struct, frozen=True, kw_only=True):
    """A whole mapping of one type and version."""

    format: str
    type: str
    version: str
    subject: str = "shipment"
    content: str = "waybill"
    requires: list[str] = []
    carries: list[str] = []
    statuses: list[str] = []
    dated: str | None = None
    shape: str | None = None
    statement: list[StatementTable] = []
    digest: str = ""
    name: str = ""


def _merge_rows(base: list[dict[str, Any]], own: list[dict[str, Any]], drop: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def identity(row: dict[str, Any]) -> tuple[str, str]:
        return (row.get("to", ""), str(row.get("each") or row.get("from")))

    known = {identity(row): row for row in base}
    own, extended = (
        [row for row in own if not row.get("extend")],
        {identity(row): _extended(row, known.get(identity(row), {})) for row in own if row.get("extend")},
    )
    gone = {identity(row) for row in own} | {identity(row) for row in drop}
    dropped_to = {row["to"] for row in drop if "from" not in row and "each" not in row}
    base = [extended.get(identity(row), row) for row in base]
    kept = [row for row in base if identity(row) not in gone and row.get("to") not in dropped_to]
    return kept + own


def _extended(row: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """A row that says ``extend`` keeps place and inner rows of the one it replaces, but for those its own replace or drop."""
    kept = {key: value for key, value in row.items() if key not in ("extend", "drop")}
    return {**base, **kept, "rows": _merge_rows(base.get("rows", []), row.get("rows", []), row.get("drop", []))}


def _merge_statement(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    rows = _merge_rows(base.get("row", []), own.get("row", []), own.pop("drop", []))
    ignores = base.get("ignore", []) + own.get("ignore", [])
    return {**base, **own, "row": rows, "ignore": ignores}


def _raw(name: str, load: Load, seen: Iterable[str] = ()) -> tuple[dict[str, Any], bytes]:
    if name in seen:
        raise MappingError(f"mappings/{name}.toml extends itself")
    content = load(name)
    try:
        own = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise MappingError(f"mappings/{name}.toml: {fault}") from fault
    parent = own.pop("extends", None)
    if parent is None:
        return own, content
    base, base_content = _raw(f"{name.rpartition('/')[0]}/{parent}", load, [*seen, name])
    theirs, ours = base.get("statement", []), own.get("statement", [])
    merged = [_merge_statement(one, ours[at]) if at < len(ours) else one for at, one in enumerate(theirs)]
    return {**base, **own, "statement": merged + ours[len(theirs) :]}, base_content + content


def load_mapping(name: str, load: Load) -> MappingTable:
    """The mapping ``<folder>/<type>_<version>`` with what it extends merged in. Raises MappingError, FileNotFoundError."""
    raw, content = _raw(name, load)
    try:
        return msgspec.convert(
            {
                "format": name.partition("/")[0].replace("_", "-"),
                **raw,
                "digest": hashlib.blake2b(content, digest_size=12).hexdigest(),
                "name": name,
            },
            MappingTable,
        )
    except msgspec.ValidationError as fault:
        raise MappingError(f"mappings/{name}.toml: {fault}") from fault
