"""Why a line does not fit its layout: the longest part of it that does, and the element that comes after.

Runs only on failure; knows layouts and text, nothing of messages.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from adapters.cargo_imp.notation import LETTERS, Choice, Field, Item, Literal, Maybe, Repeat, describe, expression
from hub.problem import Code

EXPLAINED = 200


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong in a line: ``start`` is the column from 0, ``reached`` how far the layout could be followed."""

    code: Code
    start: int
    element: str | None
    found: str
    expected: str
    reached: int


@dataclass(frozen=True, kw_only=True)
class _Atom:
    """One literal or element, the expression of everything before it, and the element that directly precedes it."""

    before: re.Pattern[str]
    item: Literal | Field | None
    previous: Field | None
    optional: bool
    following: Field | None = None


def explain(items: tuple[Item, ...], line: str) -> Fault:
    """The one fault of a line that does not match. Lines longer than 200 characters are judged by their beginning."""
    shown = line[:EXPLAINED]
    reached, atoms = -1, list[_Atom]()
    for atom in _atoms(items):
        met = atom.before.match(shown)
        if met is None or met.end() < reached:
            continue
        if met.end() > reached:
            reached, atoms = met.end(), []
        atoms.append(atom)
    return _fault(shown, reached, atoms)


@lru_cache(maxsize=1024)
def _atoms(items: tuple[Item, ...]) -> tuple[_Atom, ...]:
    return (*_walk(items, "", None, False), _atom(expression(items, capture=False), None, _last(items), False))


def _atom(before: str, item: Literal | Field | None, previous: Field | None, optional: bool) -> _Atom:
    return _Atom(before=re.compile(before), item=item, previous=previous, optional=optional)


def _walk(items: Sequence[Item], before: str, previous: Field | None, optional: bool) -> Iterator[_Atom]:
    """``optional`` holds for the beginning only: what has begun must be finished."""
    for place, item in enumerate(items):
        match item:
            case Literal():
                following = items[place + 1] if place + 1 < len(items) else None
                yield from _literal(item, before, previous, optional, following if isinstance(following, Field) else None)
            case Field():
                yield _atom(before, item, previous, optional or _may_be_empty(item))
            case Maybe():
                yield from _walk(item.items, before, previous, True)
            case Choice():
                for branch in item.branches:
                    yield from _walk(branch, before, previous, optional)
            case Repeat():
                several = f"(?:{expression(item.items, capture=False)}){{0,{item.most - 1}}}"
                yield from _walk(item.items, before + several, previous, True)
        before += expression((item,), capture=False)
        previous = _last(items[: place + 1]) or previous
        optional = optional and isinstance(item, Maybe)


def _literal(item: Literal, before: str, previous: Field | None, optional: bool, following: Field | None) -> Iterator[_Atom]:
    """Each character of a literal is a step of its own, so that a half-matched one is told from a missing one."""
    for place in range(len(item.text)):
        yield _Atom(
            before=re.compile(before + re.escape(item.text[:place])),
            item=Literal(text=item.text[place:]),
            previous=previous if place == 0 else None,
            optional=optional and place == 0,
            following=following,
        )


def _last(items: Sequence[Item]) -> Field | None:
    """The element that directly ends a sequence, if one can."""
    for item in reversed(items):
        match item:
            case Literal():
                return None
            case Field():
                return item
            case Maybe() | Repeat() if _last(item.items):
                return _last(item.items)
            case Choice():
                return next((found for found in map(_last, item.branches) if found), None)
    return None


def _may_be_empty(item: Field) -> bool:
    return bool(item.runs) and all(run.least == 0 for run in item.runs)


def _fault(line: str, reached: int, atoms: list[_Atom]) -> Fault:
    separator = line[reached : reached + 1] in ("", "/")
    spilled = next((atom.previous for atom in atoms if atom.previous is not None), None)
    if spilled is not None and not separator and _goes_on(spilled, line[reached]):
        return _spilled(line, reached, spilled)
    wanted = [atom for atom in atoms if isinstance(atom.item, Field)]
    firm = [atom for atom in wanted if not atom.optional] or wanted
    if firm and (not separator or not firm[0].optional):
        return _element(line, reached, firm)
    if spilled is not None and not separator:
        return _spilled(line, reached, spilled)
    return _character(line, reached, atoms)


def _goes_on(field: Field, character: str) -> bool:
    """Whether a character could belong to an element if only it were allowed to be longer."""
    return (
        bool(field.runs) and field.runs[-1].kind not in "st" and re.fullmatch(LETTERS[field.runs[-1].kind], character) is not None
    )


def _element(line: str, reached: int, wanted: list[_Atom]) -> Fault:
    field = wanted[0].item
    assert isinstance(field, Field)  # noqa: S101
    found = line[reached:].partition("/")[0]
    code = Code.IMP_ELEMENT_FORMAT if found else Code.IMP_ELEMENT_MISSING
    expected = " or ".join(dict.fromkeys(describe(atom.item) for atom in wanted if isinstance(atom.item, Field)))
    return Fault(code=code, start=reached, element=field.name, found=found, expected=expected, reached=reached)


def _spilled(line: str, reached: int, field: Field) -> Fault:
    """More characters where an element should have ended: the element is too long or has a strange character in it."""
    start = _beginning(line, reached, field)
    found = line[start:].partition("/")[0]
    return Fault(
        code=Code.IMP_ELEMENT_FORMAT, start=start, element=field.name, found=found, expected=describe(field), reached=reached
    )


def _beginning(line: str, reached: int, field: Field) -> int:
    """Where the element that ends at ``reached`` begins: the earliest place in its slant-delimited part that still fits."""
    pattern = re.compile(expression((field,), capture=False))
    floor = line.rfind("/", 0, reached) + 1
    return next(
        (place for place in range(floor, reached) if (met := pattern.match(line, place, reached)) and met.end() == reached),
        reached,
    )


def _character(line: str, reached: int, atoms: list[_Atom]) -> Fault:
    firm = [atom for atom in atoms if isinstance(atom.item, Literal) and not atom.optional]
    texts = [f"{atom.item.text!r}" for atom in firm if isinstance(atom.item, Literal)]
    element = firm[0].following if firm else None
    expected = " or ".join(dict.fromkeys(texts)) or "end of line"
    if element is not None:
        expected += f" and {describe(element)}"
    code = Code.IMP_LINE_TRAILING if not firm else Code.IMP_ELEMENT_MISSING if reached == len(line) else Code.IMP_ELEMENT_FORMAT
    name = element.name if element else None
    return Fault(code=code, start=reached, element=name, found=line[reached:], expected=expected, reached=reached)
