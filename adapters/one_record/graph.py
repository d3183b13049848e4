"""A document as a graph: subjects with types and values, each with its JSON pointer and place. Knows no ontology."""

import re
from typing import Any

import msgspec

from adapters.one_record.scan import Item, Lines
from adapters.one_record.vocabulary import XSD
from hub.problem import Code, Problem

STRING = XSD + "string"
NUMERIC = frozenset(
    XSD + kind
    for kind in [
        "double",
        "float",
        "decimal",
        "integer",
        "int",
        "long",
        "short",
        "byte",
        "positiveInteger",
        "nonNegativeInteger",
        "unsignedInt",
    ]
)
LIMIT_EXPONENT = 40
FEW = 8
_NUMBER = re.compile(r"^[+-]?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$|^[+-]?\.\d+(?:[eE][+-]?\d{1,4})?$")


class Literal(msgspec.Struct, frozen=True, gc=False):
    """A literal in the form all serialisations share (numbers in plain decimal), with where it stands."""

    text: str
    datatype: str = STRING
    language: str = ""
    pointer: str = ""
    offset: int = 0


class Link(msgspec.Struct, frozen=True, gc=False):
    """A reference to a subject by its key (an IRI, or ``_:…`` for one without a name), and where its ``@id`` stands."""

    key: str
    pointer: str = ""
    offset: int = 0
    id_pointer: str = ""
    id_offset: int = 0


class Subject(msgspec.Struct, gc=False):
    """An object of the graph. Statements about one IRI anywhere in the document are gathered here, in the document's order."""

    key: str
    pointer: str = ""
    offset: int = 0
    id_pointer: str = ""
    id_offset: int = 0
    types: dict[str, tuple[str, int]] = msgspec.field(default_factory=dict)
    values: dict[str, list[Literal | Link]] = msgspec.field(default_factory=dict)

    @property
    def stated(self) -> bool:
        """Whether the document says anything of it beyond its name."""
        return bool(self.types or self.values)


class Graph(msgspec.Struct, gc=False):
    """The subjects of a document, in order; ``top`` the key of the object the document is, when it is one object.

    ``back`` are pairs of subjects the first of which refers to the second only because the second refers to it;
    ``alone`` are objects as their parts show them, without each other, by the property that leads up. ``size`` is how many values
    all its objects have, ``share`` how many each of its trees may repeat, once that was counted.
    """

    subjects: dict[str, Subject] = msgspec.field(default_factory=dict)
    top: str | None = None
    said: dict[tuple[str, str], set[tuple[str, ...]]] = msgspec.field(default_factory=dict)
    back: frozenset[tuple[str, str]] = frozenset()
    alone: dict[tuple[str, str], Subject] = msgspec.field(default_factory=dict)
    size: int = 0
    share: int = 0

    def subject(self, key: str, pointer: str, offset: int) -> Subject:
        """The subject of a key, made when it is new."""
        known = self.subjects.get(key)
        if known is None:
            known = self.subjects[key] = Subject(key, pointer, offset, pointer, offset)
        return known

    def add(self, subject: Subject, predicate: str, value: Literal | Link) -> None:
        """State a value once: a graph is a set."""
        values = subject.values.get(predicate)
        if values is None:
            subject.values[predicate] = [value]
        elif len(values) < FEW:
            if not any(_mark(known) == _mark(value) for known in values):
                values.append(value)
        else:
            said = self.said.setdefault((subject.key, predicate), set())
            if not said:
                said.update(map(_mark, values))
            if _mark(value) not in said:
                said.add(_mark(value))
                values.append(value)


def _mark(value: Literal | Link) -> tuple[str, ...]:
    return (value.key,) if isinstance(value, Link) else (value.text, value.datatype, value.language)


class Report(msgspec.Struct):
    """Collects problems with their places."""

    lines: Lines
    problems: list[Problem] = msgspec.field(default_factory=list)
    unread: list[tuple[int, str]] = msgspec.field(default_factory=list)

    def pass_over(self, key: str, item: Item) -> None:
        """Note a key and its value that reach no element."""
        self.unread.append((self.lines.place(item.offset)[0], f"{key}: {shown(item.value)}"))

    def add(self, code: Code, message: str, pointer: str, offset: int, **more: Any) -> None:
        """One problem at a JSON pointer and an offset."""
        line, column = self.lines.place(offset)
        self.problems.append(Problem(code=code, message=message, path=pointer, line=line, column=column, offset=offset, **more))


def plain_number(text: str, datatype: str) -> str:
    """A number in plain decimal: a double by its shortest form, anything else exactly; what is no number stays as it is."""
    number = text.strip()
    if not _NUMBER.match(number):
        return text
    if datatype in (XSD + "double", XSD + "float"):
        shortest = repr(float(number))
        number = number if "n" in shortest else shortest
    return _decimal(number) or text


def _decimal(number: str) -> str:
    sign, digits = ("-", number[1:]) if number[0] == "-" else ("", number.lstrip("+"))
    mantissa, _, exponent = digits.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    shift = int(exponent or 0)
    if abs(shift) > LIMIT_EXPONENT:
        return ""
    if shift > 0:
        whole, fraction = whole + fraction[:shift].ljust(shift, "0"), fraction[shift:]
    elif shift < 0:
        whole = whole.rjust(-shift + 1, "0")
        whole, fraction = whole[:shift], whole[shift:] + fraction
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    plain = f"{whole}.{fraction}" if fraction else whole
    return plain if plain == "0" else sign + plain


def literal(text: str, datatype: str, language: str = "", pointer: str = "", offset: int = 0) -> Literal:
    """A literal in its shared form."""
    if datatype in NUMERIC:
        text = plain_number(text, datatype)
    elif datatype == XSD + "boolean":
        text = {"1": "true", "0": "false"}.get(text.strip(), text.strip())
    return Literal(text, datatype, language, pointer, offset)


def shown(value: Any) -> str:
    return {dict: "object", list: "list", type(None): "null"}.get(type(value), str(value)[:40])
