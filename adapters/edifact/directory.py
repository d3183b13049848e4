"""Directories: the segments, composites and data elements of schemas/edifact, compiled for reading and writing.

A component is an element of its segment's node, named by its data element number: ``3035``, in a composite ``C082.3039``.
What can stand more than once is always a child node, so that its place is kept: each occurrence of a repeated composite is
a node ``C556`` with elements ``9013`` …, each occurrence of a repeated component a node ``C080.3036`` (inside a composite's
node: ``7402``) with one element of its number. An empty occurrence before a filled one is an empty node.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec

from adapters.edifact.service import Delimiters

_FORMAT = re.compile(r"(an|a|n)(\.\.)?(\d+)")


class Component(msgspec.Struct, frozen=True):
    """One data element in its place: number, class (a, n, an), shortest and longest length, and its home in the tree.

    ``steps`` are the child nodes to go through, each a name and which one of that name from 0.
    """

    number: str
    kind: str
    least: int
    most: int
    mandatory: bool
    name: str
    steps: tuple[tuple[str, int], ...] = ()

    def notation(self) -> str:
        """The format as the directory writes it: ``an..35``, ``n6``."""
        return f"{self.kind}{'' if self.least == self.most else '..'}{self.most}"


class Position(msgspec.Struct, frozen=True):
    """One element position of a segment: a composite with its components, or one data element (``composite`` empty)."""

    composite: str
    mandatory: bool
    components: tuple[Component, ...]


class Layout(msgspec.Struct, frozen=True):
    """One segment of a directory."""

    tag: str
    positions: tuple[Position, ...]

    def components(self) -> list[Component]:
        """All components in the order of the wire."""
        return [one for position in self.positions for one in position.components]


class Directory(msgspec.Struct, frozen=True, eq=False):
    """A directory: its name and its segments by tag. Compared by identity: each is loaded once."""

    name: str
    segments: Mapping[str, Layout]


def table(name: str) -> dict[str, Any]:
    """One file of schemas/edifact."""
    return tomllib.loads(resources.files("schemas").joinpath("edifact", f"{name}.toml").read_text("utf-8"))


def _merged(name: str) -> dict[str, Any]:
    own = table(name)
    if "extends" not in own:
        return own
    base = _merged(own["extends"])
    return {**own, **{part: {**base[part], **own[part]} for part in ("element", "composite", "segment")}}


@lru_cache(maxsize=16)
def directory(name: str) -> Directory:
    """Load and compile a directory by its file name (``d96a``, ``service_v3``)."""
    facts = _merged(name)
    return Directory(facts["directory"], {tag: _layout(tag, line, facts) for tag, line in facts["segment"].items()})


def _layout(tag: str, line: str, facts: dict[str, Any]) -> Layout:
    names = line.split()
    often = Counter(one.rstrip("!") for one in names)
    seen: Counter[str] = Counter()
    positions = []
    for item in names:
        name = item.rstrip("!")
        step = ((name, seen[name]),) if often[name] > 1 else ()
        seen[name] += 1
        positions.append(_position(name, item.endswith("!"), step, facts))
    return Layout(tag, tuple(positions))


def _position(name: str, mandatory: bool, step: tuple[tuple[str, int], ...], facts: dict[str, Any]) -> Position:
    if name not in facts["composite"]:
        return Position("", mandatory, (_component(name, mandatory, name, step, facts),))
    numbers = facts["composite"][name].split()
    often = Counter(one.rstrip("!") for one in numbers)
    seen: Counter[str] = Counter()
    components = []
    for item in numbers:
        number = item.rstrip("!")
        home = number if step else f"{name}.{number}"
        steps = (*step, (home, seen[number])) if often[number] > 1 else step
        seen[number] += 1
        components.append(_component(number, item.endswith("!"), number if often[number] > 1 else home, steps, facts))
    return Position(name, mandatory, tuple(components))


def _component(number: str, mandatory: bool, name: str, steps: tuple[tuple[str, int], ...], facts: dict[str, Any]) -> Component:
    match = _FORMAT.fullmatch(facts["element"][number])
    if match is None:
        raise ValueError(f"data element {number}: {facts['element'][number]!r} is no format")
    most = int(match[3])
    return Component(number, match[1], 1 if match[2] else most, most, mandatory, name, steps)


class Fast(msgspec.Struct, frozen=True):
    """One expression that a faultless segment of a layout matches, terminator included, with a group for each component.

    ``names`` has the element's name for each group, or none where the component lives in a child node;
    ``homes`` are those, with their groups.
    """

    match: Callable[[str, int], re.Match[str] | None]
    names: tuple[str | None, ...]
    homes: tuple[tuple[int, Component], ...]


class Alphabet(msgspec.Struct, frozen=True):
    """How the characters of a component are written in an expression, for one set of delimiters."""

    component: str
    data: str
    end: str
    any: str
    word: str

    @classmethod
    def of(cls, delimiters: Delimiters) -> "Alphabet":
        """Anything but delimiters and control characters; those need the slow way."""
        component, data, end = (re.escape(one) for one in (delimiters.component, delimiters.data, delimiters.terminator))
        others = re.escape(delimiters.release) + re.escape(delimiters.repetition)
        taken = f"{component}{data}{end}{others}\\x00-\\x1f\\x7f"
        return cls(component, data, end, f"[^{taken}]", "[A-Za-z ]")


@lru_cache(maxsize=2048)
def fast(layout: Layout, delimiters: Delimiters) -> Fast:
    """Compile a layout for the delimiters in force. Matching means valid; not matching means: look closer."""
    alphabet = Alphabet.of(delimiters)
    tail = ""
    for position in reversed(layout.positions):
        value = _position_pattern(position, alphabet)
        tail = f"{alphabet.data}{value}{tail}" if position.mandatory else f"(?:{alphabet.data}{value}{tail})?"
    components = tuple(layout.components())
    names = tuple(None if one.steps else one.name for one in components)
    homes = tuple((group, one) for group, one in enumerate(components, 1) if one.steps)
    return Fast(re.compile(layout.tag + tail + alphabet.end).match, names, homes)


class Quick(dict[str, Fast | None]):
    """The expressions of one directory and service by tag, each compiled when first met."""

    def __init__(self, layouts: Mapping[str, Layout], delimiters: Delimiters) -> None:
        super().__init__()
        self._layouts, self._delimiters = layouts, delimiters

    def __missing__(self, tag: str) -> Fast | None:
        layout = self._layouts.get(tag)
        if layout is None:
            return None
        made = self[tag] = fast(layout, self._delimiters)
        return made


@lru_cache(maxsize=64)
def quick_layouts(messages: Directory | None, service: Directory, delimiters: Delimiters) -> Quick:
    """All expressions a message of a directory may need."""
    return Quick({**service.segments, **(messages.segments if messages else {})}, delimiters)


def _position_pattern(position: Position, alphabet: Alphabet) -> str:
    if not position.composite:
        value = f"({_value_pattern(position.components[0], alphabet)})"
        return value if position.mandatory else value + "?"
    needed = max((place for place, one in enumerate(position.components) if one.mandatory), default=-1)
    pattern = ""
    for place, one in reversed(list(enumerate(position.components))):
        value = f"({_value_pattern(one, alphabet)}){'' if one.mandatory else '?'}"
        before = alphabet.component if place else ""
        pattern = f"{before}{value}{pattern}" if place <= needed or not place else f"(?:{before}{value}{pattern})?"
    if position.mandatory:
        return pattern if needed >= 0 else f"(?={alphabet.component}*{alphabet.any}){pattern}"
    return pattern if needed < 0 else f"(?:{pattern})?"


def _value_pattern(one: Component, alphabet: Alphabet) -> str:
    span = f"{{{one.least},{one.most}}}"
    if one.kind == "a":
        return alphabet.word + span
    if one.kind == "an":
        return alphabet.any + span
    return (
        f"-?[0-9]{span}" if one.least == one.most else f"-?(?:[0-9]{span}|(?!{alphabet.any}{{{one.most + 2}}})[0-9]+[.,][0-9]+)"
    )
