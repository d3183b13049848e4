"""The layout tables of ``schemas/cargo_imp`` as loaded: lines in the manual's notation and the order they stand in.

Knows the TOML and the notation; knows nothing of reading or writing a message.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

from adapters.cargo_imp.notation import Field, Item, Literal, Maybe, Repeat, parse

ANY = "*"
SLANT = "/"
POINT = "."
CONSIGNMENT = "#"
_FREE_TEXT = re.compile(r"(?<=[:\]])t\[")
OTHERWISE = "otherwise"


class LayoutError(ValueError):
    """A schema file that cannot be used: says which file and what is wrong in it."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A departure that has a number in docs/wire-differences.md and a problem code of its own."""

    number: int
    code: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Ambiguity:
    """Elements of a line that can trade characters, or two lines that can be taken for each other, and the reading chosen."""

    line: str
    elements: tuple[str, ...]
    reading: str


@dataclass(frozen=True, kw_only=True)
class Tolerated:
    """A form that departs from the layout and is read all the same; which departure it is tells the element it is found at."""

    items: tuple[Item, ...]
    node: str
    by_element: Mapping[str, Difference]

    def difference(self, element: str | None) -> Difference:
        """The departure at an element; ``otherwise`` where none is named for it."""
        return self.by_element.get(element or OTHERWISE) or self.by_element[OTHERWISE]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a message: its layout and what its node is called.

    ``one_more``: the ``node`` and its ``element`` that this line was meant to be, where another line like it follows.
    """

    name: str
    node: str
    title: str
    items: tuple[Item, ...]
    check: str = ""
    unprefixed: int = 0
    one_more: Mapping[str, str] = field(default_factory=dict)
    tolerated: tuple[Tolerated, ...] = ()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What a wire line of this layout begins with: its identifier, a slant, a point, a waybill number, or anything."""
        first = self.items[0] if self.items else Literal(text="")
        match first:
            case Literal():
                return (first.text.partition("/")[0] or SLANT,)
            case Field() if first.codes:
                return tuple(POINT if code.startswith(POINT) else code for code in first.codes)
            case Field() if first.runs[0].kind == "n":
                return (CONSIGNMENT,)
            case Maybe() | Repeat():
                return (POINT if first.items[0] == Literal(text=POINT) else SLANT,)
        return (ANY,)


@dataclass(kw_only=True, eq=False)
class Row:
    """One place in the order of a message: the lines or groups that may stand there, and how often."""

    options: tuple["Option", ...] = ()
    status: str
    most: int
    depth: int = 0
    index: int = 0
    last: int = 0
    owner: "Option | None" = None

    @property
    def name(self) -> str:
        """For people: the names of its options."""
        return " or ".join(option.name for option in self.options)

    @property
    def mandatory(self) -> bool:
        """Whether a message without it is faulty."""
        return self.status == "M"


@dataclass(kw_only=True, eq=False)
class Option:
    """A line, or a group of rows. A group without a line of its own is a node made for it; when ``joined``, its first row
    stands on the identifier's own line; when ``clear``, there is no node for it and its lines stand in the node around."""

    name: str
    row: Row
    line: Line | None
    rows: tuple[Row, ...] = ()
    joined: bool = False
    clear: bool = False

    @cached_property
    def segment(self) -> str:
        """The identifier an engineer finds in the message: the line's own, else that of the group it stands in."""
        if self.name.isupper() and (self.line is None or self.line.keys[0] != SLANT):
            return self.name
        owner = self.row.owner
        if owner is None:
            return self.name
        return owner.segment if owner.name.isupper() or owner.rows[0] is self.row else owner.rows[0].options[0].segment


@dataclass(kw_only=True, eq=False)
class Table:
    """The layout of one type and version.

    ``numbered``: how many lines with a number a group of lines may have. ``unit`` names the group that stands on its own: a fault
    in one is not the others'. ``mistaken``: the version whose names and addresses are sent under this one's number.
    """

    type: str
    version: str
    title: str
    rows: tuple[Row, ...]
    lines: Mapping[str, Line]
    at_least_one: tuple[tuple[str, ...], ...] = ()
    ambiguous: tuple["Ambiguity", ...] = ()
    check: str = ""
    unit: str = ""
    mistaken: str = ""
    numbered: Mapping[str, int] = field(default_factory=dict)
    all_rows: list[Row] = field(default_factory=list)


def schema_names() -> Iterator[str]:
    """The names of the tables shipped: ``fwb_16``."""
    for one in sorted(resources.files("schemas").joinpath("cargo_imp").iterdir(), key=lambda path: path.name):
        if one.name.endswith(".toml") and "_" in one.name:
            yield one.name.removesuffix(".toml")


def load(name: str) -> Table:
    """A table with all it extends. Raises :class:`LayoutError`."""
    spec = _spec(name)
    narrow = spec.get("narrow_text", False)
    lines = {one: _line(one, _narrowed(row) if narrow else row) for one, row in spec["lines"].items()}
    table = Table(
        type=spec["type"],
        version=str(spec["version"]),
        title=spec["title"],
        rows=(),
        lines=lines,
        at_least_one=tuple(tuple(one) for one in spec.get("at_least_one", ())),
        ambiguous=tuple(_ambiguity(one) for one in spec.get("ambiguous", ()) if one["line"].split()[0] in lines),
        check=spec.get("check", ""),
        unit=spec.get("unit", ""),
        mistaken=spec.get("mistaken", ""),
        numbered=spec.get("numbered", {}),
    )
    table.rows = _Structure(name, spec["structure"], lines, table.all_rows).rows("message", None, 0)
    return table


@lru_cache(maxsize=128)
def _file(name: str) -> Mapping[str, Any]:
    """One file as it stands; many tables extend the same few."""
    return tomllib.loads(resources.files("schemas").joinpath("cargo_imp", f"{name}.toml").read_text("utf-8"))


def _spec(name: str) -> dict[str, Any]:
    raw = dict(_file(name))
    base: dict[str, Any] = {"lines": {}, "structure": {}, "ambiguous": []}
    for one in raw.pop("extends", ()):
        inherited = _spec(one)
        base["lines"] |= inherited.pop("lines")
        base["structure"] |= inherited.pop("structure")
        base["ambiguous"] = base["ambiguous"] + inherited.pop("ambiguous")
        base |= inherited
    lines = base["lines"] | {row["name"]: base["lines"].get(row["name"], {}) | row for row in raw.pop("line", ())}
    structure = base["structure"] | raw.pop("structure", {})
    ambiguous = base["ambiguous"] + raw.pop("ambiguous", [])
    return base | raw | {"lines": lines, "structure": structure, "ambiguous": ambiguous}


def _narrowed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A line whose free text is that of editions up to 31: written in capital letters, digits, blanks, points and hyphens."""
    return {**row, "format": _FREE_TEXT.sub("s[", row["format"])}


def _line(name: str, row: Mapping[str, Any]) -> Line:
    return Line(
        name=name,
        node=row.get("node", name),
        title=row.get("title", ""),
        items=parse(row["format"]),
        check=row.get("check", ""),
        unprefixed=row.get("unprefixed", 0),
        one_more=row.get("one_more", {}),
        tolerated=tuple(_tolerated(one, row.get("node", name)) for one in row.get("tolerated", ())),
    )


def _tolerated(row: Mapping[str, Any], node: str) -> Tolerated:
    told = row["difference"]
    numbers = told if isinstance(told, dict) else {OTHERWISE: told}
    by_element = {element: _difference(number, row) for element, number in numbers.items()}
    by_element.setdefault(OTHERWISE, next(iter(by_element.values())))
    return Tolerated(items=parse(row["format"]), node=row.get("node", node), by_element=by_element)


def _difference(number: int, row: Mapping[str, Any]) -> Difference:
    known = differences().get(number)
    return known or Difference(number=number, code=row["code"], says=row["says"])


@lru_cache(maxsize=1)
def differences() -> Mapping[int, Difference]:
    """All departures by their number."""
    raw = tomllib.loads(resources.files("schemas").joinpath("cargo_imp", "differences.toml").read_text("utf-8"))
    return {row["number"]: Difference(**row) for row in raw["difference"]}


def _ambiguity(row: Mapping[str, Any]) -> Ambiguity:
    return Ambiguity(line=row["line"], elements=tuple(row.get("elements", ())), reading=row["reading"])


class _Structure:
    """Turns the structure strings ``name status max`` into rows."""

    def __init__(self, file: str, spec: Mapping[str, Any], lines: Mapping[str, Line], rows: list[Row]) -> None:
        self.file, self.spec, self.lines, self.all_rows = file, spec, lines, rows

    def rows(self, group: str, owner: Option | None, depth: int) -> tuple[Row, ...]:
        return tuple(self._row(text, owner, depth) for text in self._strings(group))

    def _strings(self, group: str) -> Sequence[str]:
        found = self.spec[group]
        return self._strings(found) if isinstance(found, str) else found

    def _row(self, text: str, owner: Option | None, depth: int) -> Row:
        names, status, most = [*text.lstrip("+=").split(), "1"][:3]
        row = Row(status=status, most=int(most), depth=depth, index=len(self.all_rows), owner=owner)
        self.all_rows.append(row)
        row.options = tuple(self._option(name, row) for name in names.split("|"))
        row.last = len(self.all_rows)
        return row

    def _option(self, name: str, row: Row) -> Option:
        if name not in self.lines and name not in self.spec:
            raise LayoutError(
                f"schemas/cargo_imp/{self.file}.toml: structure names {name!r}, which is neither a line nor a group"
            )
        option = Option(name=name, row=row, line=self.lines.get(name))
        if name in self.spec:
            option.clear = self._strings(name)[0].startswith("=")
            option.joined = option.clear or self._strings(name)[0].startswith("+")
            if option.joined and option.line is not None:
                raise LayoutError(f"schemas/cargo_imp/{self.file}.toml: {name!r} has a line of its own and a joined one")
            option.rows = self.rows(name, option, row.depth + 1)
        return option
