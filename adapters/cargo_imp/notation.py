"""The manual's notation (``a n m t p``, ``[3]``, ``[1..4]``) as a small tree, and the regular expression it stands for.

Besides the manual's kinds there is ``x``: any text, slants too; and ``s``: the free text of editions up to 31, which is read like
``t`` but written in capital letters, digits, blanks, points and hyphens only.
Knows nothing of files, messages or meanings.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

LETTERS = {"a": "[A-Z]", "n": "[0-9]", "m": "[A-Z0-9]", "s": "[^/\r\n]", "t": "[^/\r\n]", "x": "[^\r\n]"}
"""What is read."""
WRITTEN = {**LETTERS, "s": "[A-Z0-9 .-]", "t": "[ -.0-~]", "x": "[ -~]"}
"""What is written: free text in printable ASCII only (reference section 1)."""
TEXT = frozenset("stx")
KINDS = {"a": "letter", "n": "digit", "m": "letter or digit", "s": "character", "t": "character", "x": "character"}


class NotationError(ValueError):
    """A layout in a schema file that is not in the notation: says what and where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Literal:
    """Characters that stand on the wire as they are."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A number of characters of one kind; ``point``: one decimal point may be among them and is counted."""

    kind: str
    least: int
    most: int
    point: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A named element: runs that stand side by side, or one of a list of codes."""

    name: str
    runs: tuple[Run, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Maybe:
    """Items that may be absent together: ``[ … ]``."""

    items: tuple["Item", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of several: ``( … | … )``."""

    branches: tuple[tuple["Item", ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """Child nodes within a line: ``<name 1..3 … >``."""

    name: str
    least: int
    most: int
    items: tuple["Item", ...]


Item = Literal | Field | Maybe | Choice | Repeat

_RUN = re.compile(r"([anmstx])\[(\d+)(?:\.\.(\d+))?\](p?)")
_CODES = re.compile(r"[A-Z0-9.]+(?:\|[A-Z0-9.]+)*")
_REPEAT = re.compile(r"<([a-z_0-9]+) (\d+)\.\.(\d+) ")
_FIELD = re.compile(r"\{([a-z_0-9]+):([^}]+)\}")


@lru_cache(maxsize=2048)
def parse(text: str) -> tuple[Item, ...]:
    """The items of a layout. Raises :class:`NotationError`."""
    items, place = _sequence(text, 0)
    if place != len(text):
        raise NotationError(f"{text!r}: {text[place]!r} at {place} closes nothing")
    return items


def _sequence(text: str, place: int) -> tuple[tuple[Item, ...], int]:
    items: list[Item] = []
    while place < len(text) and text[place] not in "])>|":
        item, place = _item(text, place)
        items.append(item)
    return tuple(items), place


def _item(text: str, place: int) -> tuple[Item, int]:
    match text[place]:
        case "{":
            return _field(text, place)
        case "[":
            items, place = _sequence(text, place + 1)
            return Maybe(items=items), _closed(text, place, "]")
        case "(":
            return _choice(text, place)
        case "<":
            return _repeat(text, place)
        case _:
            end = place
            while end < len(text) and text[end] not in "{[(<])>|":
                end += 1
            return Literal(text=text[place:end]), end


def _closed(text: str, place: int, mark: str) -> int:
    if text[place : place + 1] != mark:
        raise NotationError(f"{text!r}: {mark!r} expected at {place}")
    return place + 1


def _choice(text: str, place: int) -> tuple[Item, int]:
    branches: list[tuple[Item, ...]] = []
    while True:
        items, place = _sequence(text, place + 1)
        branches.append(items)
        if text[place : place + 1] != "|":
            return Choice(branches=tuple(branches)), _closed(text, place, ")")


def _repeat(text: str, place: int) -> tuple[Item, int]:
    head = _REPEAT.match(text, place)
    if head is None:
        raise NotationError(f"{text!r}: '<name 1..3 ' expected at {place}")
    items, place = _sequence(text, head.end())
    return Repeat(name=head[1], least=int(head[2]), most=int(head[3]), items=items), _closed(text, place, ">")


def _field(text: str, place: int) -> tuple[Item, int]:
    whole = _FIELD.match(text, place)
    if whole is None:
        raise NotationError(f"{text!r}: '{{name:type}}' expected at {place}")
    name, kind = whole[1], whole[2]
    if _CODES.fullmatch(kind):
        return Field(name=name, codes=tuple(kind.split("|"))), whole.end()
    runs = tuple(_run(one) for one in _RUN.finditer(kind))
    if not runs or "".join(one[0] for one in _RUN.finditer(kind)) != kind:
        raise NotationError(f"{text!r}: type {kind!r} of {name} is not in the notation")
    return Field(name=name, runs=runs), whole.end()


def _run(found: re.Match[str]) -> Run:
    least = int(found[2])
    return Run(kind=found[1], least=least, most=int(found[3] or least), point=bool(found[4]))


def run_expression(run: Run, letters: Mapping[str, str] = LETTERS) -> str:
    """The regular expression of a run: bounded counts only, so that no input makes it slow."""
    count = f"{{{run.least},{run.most}}}" if run.least != run.most else f"{{{run.most}}}" if run.most != 1 else ""
    if not run.point:
        return letters[run.kind] + count
    return rf"(?![0-9.]{{{run.most + 1}}})(?:[0-9]{{1,{run.most}}}(?:\.[0-9]{{0,{run.most - 1}}})?|\.[0-9]{{1,{run.most - 1}}})"


def field_expression(field: Field, letters: Mapping[str, str] = LETTERS) -> str:
    """The regular expression of one element's text, as it is read, or with :data:`WRITTEN` as it is written."""
    if field.codes:
        return "|".join(re.escape(code) for code in sorted(field.codes, key=len, reverse=True))
    return "".join(run_expression(run, letters) for run in field.runs)


def expression(items: Sequence[Item], *, capture: bool = True) -> str:
    """The regular expression of a layout; elements and repeats are groups in the order of :func:`captures`."""
    return "".join(_expression(item, capture) for item in items)


def _expression(item: Item, capture: bool) -> str:
    match item:
        case Literal():
            return re.escape(item.text)
        case Field():
            return f"({field_expression(item)})" if capture else f"(?:{field_expression(item)})"
        case Maybe():
            return f"(?:{expression(item.items, capture=capture)})?"
        case Choice():
            return "(?:" + "|".join(expression(branch, capture=capture) for branch in item.branches) + ")"
        case Repeat():
            inner = f"(?:{expression(item.items, capture=False)}){{{item.least},{item.most}}}"
            return f"({inner})" if capture else inner


def captures(items: Sequence[Item]) -> Iterator[Field | Repeat]:
    """What each group of :func:`expression` holds, in order."""
    for item in items:
        match item:
            case Field() | Repeat():
                yield item
            case Maybe():
                yield from captures(item.items)
            case Choice():
                for branch in item.branches:
                    yield from captures(branch)


def describe(field: Field) -> str:
    """What is expected, for the reader of an error: ``number, up to 7 characters``, ``K or L``."""
    if field.codes:
        return " or ".join(field.codes) if len(field.codes) < 9 else "one of " + ", ".join(field.codes)
    return " then ".join(_describe(run) for run in field.runs if run.most)


def _describe(run: Run) -> str:
    if run.point:
        return f"number, up to {run.most} characters"
    if run.least == run.most:
        return f"{run.most} {KINDS[run.kind]}{'s' if run.most > 1 else ''}"
    if run.kind in TEXT:
        return f"text, up to {run.most} characters"
    return f"{run.least} to {run.most} {KINDS[run.kind]}s" if run.least else f"up to {run.most} {KINDS[run.kind]}s"


def notation(field: Field) -> str:
    """The field's type as the manual writes it."""
    if field.codes:
        return "|".join(field.codes)
    return "".join(_notation(run) for run in field.runs)


def _notation(run: Run) -> str:
    count = str(run.most) if run.least == run.most else f"{run.least}..{run.most}"
    return f"{run.kind}[{count}]{'p' if run.point else ''}"
