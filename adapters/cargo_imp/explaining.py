"""Why a line does not fit its layout: the one element or mark that, left open, lets all the rest fit; else how far it goes.

Runs only on failure; knows layouts and text, nothing of messages.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from adapters.cargo_imp.notation import LETTERS, Choice, Field, Item, Literal, Maybe, Repeat, describe, expression
from adapters.cargo_imp.opening import Open, known, off
from hub.problem import Code

EXPLAINED = 200
SINGLE = 10_000
"""Added to how far a layout was followed when a single fault explains the whole line."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong in a line: ``start`` is the column from 0, ``reached`` how far the layout could be followed.

    ``single``: everything else in the line fits. ``field`` is the element that does not, if it is one.
    """

    code: Code
    start: int
    element: str | None
    found: str
    expected: str
    reached: int
    single: bool = False
    field: Field | None = None


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
    furthest = _furthest(items, shown)
    return _single(items, shown, furthest.reached) or furthest


def _single(items: tuple[Item, ...], line: str, reached: int) -> Fault | None:
    """The one element, or else the one mark, but for which the line would fit: of several the one that is least off.

    What fits beyond it without any fault (up to ``reached``) speaks against it.
    """
    layout = known(items)
    met = [(one, found) for one in layout.opened if (found := one.whole.fullmatch(line)) and _may_be(one, found, reached)]
    likely = [(one, found) for one, found in met if not (isinstance(one.item, Field) and found[1] in layout.marks)] or met
    if not likely:
        return None
    one, found = min(likely, key=lambda pair: _rank(pair[0], pair[1]))
    return _of_one(one, found.start(1), found[1])


def _may_be(one: Open, found: re.Match[str], reached: int) -> bool:
    """Whether what stands in an element's place can be what became of it."""
    text = found[1]
    if one.fits.fullmatch(text):
        return False
    if isinstance(one.item, Literal):
        mark = one.item.text
        like = not text or len(text) == len(mark) == 1 or any(pair[0] == pair[1] for pair in zip(text, mark, strict=False))
        return like and found.end(1) + (len(mark) if text else 0) >= reached
    longest = max(map(len, one.item.codes), default=EXPLAINED)
    return len(text) <= longest + 2 and found.end(1) >= reached


def _rank(one: Open, found: re.Match[str]) -> tuple[bool, float, int, int]:
    """Elements before marks; what is least off; then the shortest, then the first; of absent ones the last."""
    place = found.start(1) if found[1] else -found.start(1)
    return isinstance(one.item, Literal), off(one.item, found[1]), len(found[1]), place


def _of_one(one: Open, start: int, found: str) -> Fault:
    field = one.item if isinstance(one.item, Field) else None
    named = field or one.following
    expected = describe(field) if field else _mark(one.item, one.following)
    return Fault(
        code=Code.IMP_ELEMENT_FORMAT if found else Code.IMP_ELEMENT_MISSING,
        start=start,
        element=named.name if named else None,
        found=found,
        expected=expected,
        reached=SINGLE - int(4 * off(one.item, found)) - 100 * isinstance(one.item, Literal),
        single=True,
        field=field,
    )


def _mark(item: Literal | Field, following: Field | None) -> str:
    text = f"{item.text!r}" if isinstance(item, Literal) else ""
    return f"{text} and {describe(following)}" if following else text


def _furthest(items: tuple[Item, ...], line: str) -> Fault:
    reached, atoms = -1, list[_Atom]()
    for atom in _atoms(items):
        met = atom.before.match(line)
        if met is None or met.end() < reached:
            continue
        if met.end() > reached:
            reached, atoms = met.end(), []
        atoms.append(atom)
    return _fault(line, reached, atoms)


@lru_cache(maxsize=1024)
def _atoms(items: tuple[Item, ...]) -> tuple[_Atom, ...]:
    last = _last(items)
    return (*_walk(items, "", None, False), _atom(expression(items, capture=False), None, last, False))


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
        previous = None if isinstance(item, Literal) else _last((item,)) or previous
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
    return Fault(code=code, start=reached, element=field.name, found=found, expected=expected, reached=reached, field=field)


def _spilled(line: str, reached: int, field: Field) -> Fault:
    """More characters where an element should have ended: the element is too long or has a strange character in it."""
    start = _beginning(line, reached, field)
    found = line[start:].partition("/")[0]
    return Fault(
        code=Code.IMP_ELEMENT_FORMAT,
        start=start,
        element=field.name,
        found=found,
        expected=describe(field),
        reached=reached,
        field=field,
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
