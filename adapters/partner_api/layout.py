"""The layouts of our own documents: a subset of JSON Schema, compiled once to fields. Knows no mapping.

Keywords used: type, properties, required, anyOf (of one required name each), items, minItems, maxItems, pattern, enum, const,
format, minLength, maxLength, minimum, maximum, $ref to ``common_1.json``. An unknown keyword stops the load, so a rule that is
written is a rule that is checked.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec

TYPES: Mapping[tuple[str, str], str] = {
    ("Booking", "1"): "booking_1.json",
    ("ShipmentInstruction", "1"): "shipmentinstruction_1.json",
}
"""Type and version to layout file."""

_NOTES = frozenset({"$schema", "$id", "title", "description", "examples"})
_CHECKED = frozenset(
    "type properties required anyOf items minItems maxItems pattern enum const format minLength maxLength minimum maximum".split()  # noqa: SIM905
)
_KINDS = {"object": "object", "array": "array", "string": "text", "integer": "integer", "boolean": "boolean"}


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a layout. ``kind``: object array text decimal integer boolean; ``expected`` in words for a problem.

    Of the members named in ``either``, one at least must be there.
    """

    kind: str
    expected: str
    members: dict[str, "Field"] = {}
    required: list[str] = []
    either: list[str] = []
    item: "Field | None" = None
    least: int | None = None
    most: int | None = None
    pattern: re.Pattern[str] | None = None
    words: frozenset[str] = frozenset()
    format: str = ""

    def wants(self, kind: str) -> bool:
        """Whether a JSON value of this kind may stand here."""
        return kind in _JSON_KINDS[self.kind]

    def fits(self, text: str) -> bool:
        """Whether the text of a scalar has the form this place wants."""
        if self.kind == "integer":
            return len(text) <= 18 and text.isascii() and text.isdigit() and _between(int(text), self.least, self.most)
        if self.words:
            return text in self.words
        return (
            _between(len(text), self.least, self.most)
            and (self.pattern is None or self.pattern.fullmatch(text) is not None)
            and _FORMATS[self.format](text)
        )


_JSON_KINDS = {
    "object": ("object",),
    "array": ("array",),
    "text": ("string",),
    "decimal": ("string", "number"),
    "integer": ("number",),
    "boolean": ("boolean",),
}


def _between(number: int, least: int | None, most: int | None) -> bool:
    return (least is None or number >= least) and (most is None or number <= most)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


_FORMATS: Mapping[str, Callable[[str], bool]] = {"": lambda text: True, "date": _is_day, "date-time": _is_moment}


def raw_schema(name: str) -> dict[str, Any]:
    """A layout file as it stands."""
    found: dict[str, Any] = json.loads(resources.files("schemas").joinpath("partner", name).read_bytes())
    return found


@lru_cache(maxsize=16)
def layout(type: str, version: str) -> Field:
    """The compiled layout of a type and version. Raises KeyError where there is none."""
    return _field(raw_schema(TYPES[type, version]), raw_schema("common_1.json")["$defs"])


def _field(schema: dict[str, Any], parts: dict[str, Any]) -> Field:
    if "$ref" in schema:
        return _field(parts[schema["$ref"].rpartition("/")[2]], parts)
    unknown = set(schema) - _NOTES - _CHECKED
    if unknown:
        raise ValueError(f"schemas/partner: keyword {sorted(unknown)} is not of our subset")
    kind = "decimal" if isinstance(schema["type"], list) else _KINDS[schema["type"]]
    words = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return Field(
        kind=kind,
        expected=_expected(kind, schema),
        members={name: _field(one, parts) for name, one in schema.get("properties", {}).items()},
        required=schema.get("required", []),
        either=[name for one in schema.get("anyOf", []) for name in one["required"]],
        item=_field(schema["items"], parts) if "items" in schema else None,
        least=schema.get("minItems", schema.get("minLength", schema.get("minimum", 1 if kind == "text" else None))),
        most=schema.get("maxItems", schema.get("maxLength", schema.get("maximum"))),
        pattern=re.compile(schema["pattern"], re.ASCII) if "pattern" in schema else None,
        words=frozenset(json.dumps(one) if isinstance(one, bool) else one for one in words) or _booleans(kind),
        format=schema.get("format", ""),
    )


def _booleans(kind: str) -> frozenset[str]:
    return frozenset({"true", "false"}) if kind == "boolean" else frozenset()


_WORDS = {
    "object": "an object",
    "array": "a list",
    "text": "a string",
    "decimal": "a decimal, as a string or number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def _expected(kind: str, schema: dict[str, Any]) -> str:
    """``a string: IATA airport or city code, ^[A-Z]{3}$``: what stands here, in words and then exactly."""
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS.items() if key in schema]
    choice = [" ".join(map(str, schema["enum"]))] if "enum" in schema else []
    pattern = [schema["pattern"]] if "pattern" in schema and len(schema["pattern"]) < 60 else []
    details = [*([schema["description"]] if "description" in schema else []), *choice, *pattern, *limits]
    return _WORDS[kind] + (": " + ", ".join(details) if details else "")


_LIMITS = {"minItems": "at least", "maxItems": "at most", "maxLength": "characters at most", "minimum": "from", "maximum": "to"}
