"""A layout with one element, or one mark of letters, left open: what tells a single fault from a line that is wrong altogether.

Knows layouts; knows no message and no problem.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from adapters.cargo_imp.notation import LETTERS, Choice, Field, Item, Literal, Maybe, Repeat, expression, field_expression

MOST_COUNTED = 12


@dataclass(frozen=True, kw_only=True)
class Open:
    """A layout with one element, or one mark of letters, left open (the only group of ``whole``)."""

    whole: re.Pattern[str]
    item: Literal | Field
    fits: re.Pattern[str]
    following: Field | None = None


def off(item: Literal | Field, found: str) -> float:
    """About how many characters would have to change."""
    if isinstance(item, Literal):
        return 1 + abs(len(found) - len(item.text)) / 2
    if item.codes:
        return min(_apart(found, code) for code in item.codes)
    letters = re.compile("|".join(LETTERS[run.kind] for run in item.runs) + ("|[.]" if item.runs[-1].point else ""))
    strange = sum(letters.fullmatch(sign) is None for sign in found)
    least, most = sum(run.least for run in item.runs), sum(run.most for run in item.runs)
    return max(1, strange + max(0, len(found) - most, least - len(found)))


def _apart(found: str, code: str) -> float:
    return sum(one != other for one, other in zip(found, code, strict=False)) + 1.5 * abs(len(found) - len(code))


@dataclass(frozen=True, kw_only=True)
class Known:
    """A layout for those who look for its faults: all its ways to be left open, its marks, its whole expression."""

    opened: tuple[Open, ...]
    marks: frozenset[str]
    whole: re.Pattern[str]


@lru_cache(maxsize=1024)
def known(items: tuple[Item, ...]) -> Known:
    """What is to be known of a layout, compiled when first asked for."""
    ways = _opened(items)
    marks = frozenset(one.item.text for one in ways if isinstance(one.item, Literal))
    return Known(opened=ways, marks=marks, whole=re.compile(expression(items)))


def _opened(items: tuple[Item, ...]) -> tuple[Open, ...]:
    return tuple(
        Open(whole=re.compile(text), item=item, fits=re.compile(_fitting(item)), following=following)
        for item, text, following in _each_open(items)
    )


def _fitting(item: Literal | Field) -> str:
    return re.escape(item.text) if isinstance(item, Literal) else field_expression(item)


def _each_open(items: Sequence[Item]) -> Iterator[tuple[Literal | Field, str, Field | None]]:
    """The sequence with each of its elements and marks left open in turn."""
    for place, item in enumerate(items):
        before, after = expression(items[:place], capture=False), expression(items[place + 1 :], capture=False)
        beyond = items[place + 1] if place + 1 < len(items) else None
        for opened, text, following in _opened_item(item, beyond if isinstance(beyond, Field) else None):
            yield opened, before + text + after, following


def _opened_item(item: Item, beyond: Field | None) -> Iterator[tuple[Literal | Field, str, Field | None]]:
    match item:
        case Literal():
            for mark, before, after in _marks(item.text):
                yield Literal(text=mark), f"{re.escape(before)}([^/\r\n]{{0,{len(mark) + 1}}}?){re.escape(after)}", beyond
        case Field():
            spread = "[^\r\n]" if any(run.kind == "x" for run in item.runs) else "[^/\r\n]"
            yield item, f"({spread}*?)", None
        case Maybe():
            yield from _each_open(item.items)
        case Choice():
            for branch in item.branches:
                yield from _each_open(branch)
        case Repeat():
            inner = f"(?:{expression(item.items, capture=False)})"
            for opened, text, following in _each_open(item.items):
                yield from ((opened, before + text + after, following) for before, after in _around(inner, item.most))


def _around(inner: str, most: int) -> Iterator[tuple[str, str]]:
    """What may stand before and after one of a number of repeats; exact for the numbers that a line can hold."""
    if most > MOST_COUNTED:
        yield f"{inner}{{0,{most - 1}}}", f"{inner}{{0,{most - 1}}}"
        return
    for before in range(most):
        yield f"{inner}{{{before}}}", f"{inner}{{0,{most - 1 - before}}}"


def _marks(text: str) -> Iterator[tuple[str, str, str]]:
    """The parts of a literal between its slants, each with what stands before and after it."""
    for found in re.finditer("[^/]+", text):
        yield found[0], text[: found.start()], text[found.end() :]
