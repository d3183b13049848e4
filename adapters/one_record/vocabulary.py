"""The compiled class table as the reader and writer ask it: classes, properties, ranges, codes. Knows no document."""

import functools
import importlib.resources
import json
import re
from typing import Any

import msgspec

NAMESPACE = "https://onerecord.iata.org/ns/"
CARGO = NAMESPACE + "cargo#"
API = NAMESPACE + "api#"
CODES = NAMESPACE + "code-lists/"
XSD = "http://www.w3.org/2001/XMLSchema#"
EDITION = "3.3.0"
API_EDITION = "2.3.0"

_VERSIONED = re.compile(r"^(https?://onerecord\.iata\.org/ns/(?:cargo|api|code-lists))/v?\d+(?:\.[0-9A-Za-z-]+)*([#/])")
_SPELLED = re.compile(r"(?:\S*[:#/])?([A-Za-z]+)[_#](\w+)")
_CORE_LIST = re.compile(r"^https?://onerecord\.iata\.org/ns/coreCodeLists(?:/[\d.]+)?#([A-Za-z]+)(?:_(.+))?$")

LIST_OF_PROPERTY = {"eventCode": "StatusCode"}
"""Code list of a property whose range is any code list element (standard, Data-Model/code-lists.md)."""


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """What a class says of a property. ``kind`` is literal, code or object; ``range`` the short name of class or datatype."""

    name: str
    iri: str
    range: str = ""
    kind: str = "object"
    max: int | None = None
    min: int = 0

    @property
    def repeats(self) -> bool:
        """Whether the class allows several values."""
        return self.max is None or self.max > 1


class Class(msgspec.Struct, frozen=True, kw_only=True):
    """A class with everything it inherits; ``earlier`` are properties it had in an edition before this one."""

    name: str
    iri: str
    lineage: frozenset[str]
    properties: dict[str, Property]
    required: tuple[Property, ...] = ()
    earlier: dict[str, Property] = {}

    def rule(self, name: str) -> Property | None:
        """What the class says of a property, or said of it in an earlier edition."""
        return self.properties.get(name) or self.earlier.get(name)

    @property
    def is_object(self) -> bool:
        """Whether its instances are logistics objects, with an address of their own."""
        return "LogisticsObject" in self.lineage


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """All classes, properties and codes of one edition."""

    classes: dict[str, Class]
    names: dict[str, str]
    codes: dict[str, dict[str, str]]
    open: frozenset[str]
    renamed: dict[str, str]
    prefixes: dict[str, str]

    def class_of(self, iri: str) -> Class | None:
        """The class of an unversioned IRI."""
        return self.classes.get(self.names.get(iri, ""))

    def is_a(self, name: str, base: str) -> bool:
        """Whether a class is the other, or below it."""
        known = self.classes.get(name)
        return known is not None and base in known.lineage

    def code_iri(self, code: str, rule: Property) -> str:
        """The standard IRI of a code for a property: of its list, its enumeration, or empty where the list is open."""
        listed = self.list_of(rule) or rule.range
        known = self.codes.get(listed)
        if known is None:
            return ""
        return known.get(code) or (f"{CODES}{listed}#{code}" if listed in self.open else "") or _sibling(known, code)

    def list_of(self, rule: Property) -> str:
        """The code list of a property, empty for an enumeration or an open element."""
        if rule.range in self.codes:
            return rule.range
        return LIST_OF_PROPERTY.get(rule.name, "") if rule.range == "CodeListElement" else ""

    def code_in(self, text: str, rule: Property) -> str:
        """The code in a text that should have been an IRI (``ccodes:SpecialHandlingCode_EAW``, as the standard's own examples
        have it); the text itself where it is not so.
        """
        if text.startswith(("cargo:", "api:", CARGO, CODES)):
            return local(unversioned(text))
        found = _SPELLED.fullmatch(text)
        return found[2] if found and found[1] == (self.list_of(rule) or rule.range) else text

    def is_code(self, code: str, rule: Property) -> bool:
        """Whether the edition lists the code for a property; an open list lists none and takes all."""
        known = self.codes.get(self.list_of(rule) or rule.range)
        return not known or code in known


@functools.lru_cache(maxsize=8192)
def unversioned(iri: str) -> str:
    """The IRI data must use: no version in it, and today's place of a code (``coreCodeLists#StatusCode_DEP`` of cargo 3.0)."""
    if "/ns/c" not in iri and "/ns/a" not in iri:
        return iri
    core = _CORE_LIST.match(iri)
    if core:
        return f"{CODES}{core[1]}#{core[2]}" if core[2] else CODES + core[1]
    return _VERSIONED.sub(r"\1\2", iri)


@functools.lru_cache(maxsize=8192)
def local(iri: str) -> str:
    """The last word of an IRI: behind ``#``, else behind the last slash, else behind the colon."""
    for mark in "#/:":
        if mark in iri:
            return iri.rsplit(mark, 1)[1]
    return iri


@functools.cache
def vocabulary() -> Vocabulary:
    """The edition shipped: cargo 3.3.0, API 2.3.0, code lists 1.1.0."""
    cargo, api = _table(f"cargo_{EDITION}.json"), _table(f"api_{API_EDITION}.json")
    lists, renamed = _table("code_lists_1.1.0.json")["lists"], _table("renamed.json")
    enumerations = _enumerations(cargo["individuals"]) | _enumerations(api["individuals"])
    raw = {**cargo["classes"], **api["classes"]}
    raw |= {f"cl:{name}": {"super": ["CodeListElement"]} for name in lists}
    names = {_iri(name): _bare(name) for name in [*raw, *cargo["properties"], *api["properties"]]}
    codes = {name: {item.rsplit("#", 1)[1]: CODES + item for item in items} for name, items in lists.items()} | enumerations
    listlike = {name for name in raw if "CodeListElement" in _lineage(name, raw)} | set(enumerations)
    earlier = _table("earlier.json")["properties"]
    classes = {_bare(name): _class(name, raw, listlike, earlier) for name in raw}
    unlisted = frozenset(name for name, items in lists.items() if not items)
    return Vocabulary(
        classes=classes, names=names, codes=codes, open=unlisted, renamed=renamed["properties"], prefixes=renamed["prefixes"]
    )


def _sibling(known: dict[str, str], code: str) -> str:
    return next(iter(known.values())).rsplit("#", 1)[0] + "#" + code


def _table(name: str) -> Any:
    return json.loads(importlib.resources.files("schemas").joinpath("one_record", name).read_bytes())


def _bare(name: str) -> str:
    return name.split(":", 1)[-1]


def _iri(name: str) -> str:
    prefix, _, rest = name.rpartition(":")
    return {"": CARGO, "api": API, "cl": CODES, "xsd": XSD}[prefix] + rest


def _enumerations(individuals: dict[str, list[str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, kinds in individuals.items():
        for kind in kinds:
            found.setdefault(_bare(kind), {})[_bare(name)] = _iri(name)
    return found


def _lineage(name: str, raw: dict[str, Any]) -> list[str]:
    """A class and its superclasses, the nearest first."""
    line = [name]
    for one in line:
        line.extend(base for base in raw.get(one, {}).get("super", ()) if base not in line)
    return line


def _class(name: str, raw: dict[str, Any], listlike: set[str], earlier: dict[str, dict[str, Any]]) -> Class:
    line = _lineage(name, raw)
    rules: dict[str, dict[str, Any]] = {}
    for owner in reversed(line):
        for prop, rule in raw.get(owner, {}).get("properties", {}).items():
            rules.setdefault(prop, {}).update(rule)
    properties = {_bare(prop): _property(prop, rule, listlike) for prop, rule in rules.items()}
    gone = {prop: rule for owner in line for prop, rule in earlier.get(owner, {}).items() if prop not in properties}
    return Class(
        name=_bare(name),
        iri=_iri(name),
        lineage=frozenset(map(_bare, line)),
        properties=properties,
        required=tuple(rule for rule in properties.values() if rule.min),
        earlier={prop: _property(prop, rule, listlike) for prop, rule in gone.items()},
    )


def _property(name: str, rule: dict[str, Any], listlike: set[str]) -> Property:
    reach = rule.get("range", "")
    kind = "literal" if reach.startswith("xsd:") else "code" if _is_code(reach, listlike) else "object"
    bounds = {"max": rule.get("max"), "min": rule.get("min", 0)}
    return Property(name=_bare(name), iri=_iri(name), range=reach if kind == "literal" else _bare(reach), kind=kind, **bounds)


def _is_code(reach: str, listlike: set[str]) -> bool:
    return reach.startswith("cl:") or reach in listlike or f"api:{_bare(reach)}" in listlike or _bare(reach) in listlike
