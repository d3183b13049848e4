"""Writes a file as it should have been, by the fixes its problems carry and the tidying its format knows. Pure; invents nothing.

A fix is kept only where the file then reads with fewer problems. Knows formats only through their port.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from hub.layouts import Tidier
from hub.problem import Fix, Problem, Severity
from hub.statement import Understood

MOST_ROUNDS = 40
MARK = b"\xef\xbb\xbf"


class Repaired(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of the repaired file, what was changed in the order of the changes, and how the file reads now."""

    raw: bytes
    fixes: Sequence[Fix]
    understood: Understood


def repair(raw: bytes, understand: Callable[[bytes], Understood], tidier: Tidier | None) -> Repaired:
    """Apply every fix that helps, round by round, until none is left; then tidy. Repairing the result changes nothing."""
    mark = MARK if raw.startswith(MARK) else b""
    text, encoding = _decoded(raw.removeprefix(MARK))
    understood, done, useless = understand(raw), list[Fix](), set[tuple[int, str]]()
    for _ in range(MOST_ROUNDS):
        fixes = [one for one in _apart(_fixes(understood), text) if (one.offset, one.text) not in useless]
        if not fixes:
            break
        text, understood, kept = _helpful(text, understood, fixes, lambda new: understand(mark + new.encode(encoding)))
        done += kept
        useless |= {(one.offset, one.text) for one in fixes if one not in kept}
    tidied = _apart(tidier.tidy(text), text) if tidier is not None else []
    whole = mark + _applied(text, tidied).encode(encoding)
    return Repaired(raw=whole, fixes=[*done, *tidied], understood=understand(whole) if tidied else understood)


def _decoded(raw: bytes) -> tuple[str, str]:
    """The characters as the readers count them: a file whose lines end with CR alone has line feeds there."""
    try:
        text, encoding = raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = raw.decode("latin-1"), "latin-1"
    return text if "\n" in text else text.replace("\r", "\n"), encoding


def _fixes(understood: Understood) -> Iterable[Fix]:
    problems = [*understood.problems, *(problem for reading in understood.readings for problem in reading.problems)]
    return (problem.fix for problem in problems if problem.fix is not None)


def _apart(fixes: Iterable[Fix], text: str) -> list[Fix]:
    """Those that stand where they say, none over another, in the order of the file."""
    kept, end = list[Fix](), 0
    for one in sorted(fixes, key=lambda fix: fix.offset):
        if one.offset >= end and text.startswith(one.found, one.offset):
            kept.append(one)
            end = one.offset + max(1, len(one.found))
    return kept


def _applied(text: str, fixes: Sequence[Fix]) -> str:
    pieces, place = list[str](), 0
    for one in fixes:
        pieces += [text[place : one.offset], one.text]
        place = one.offset + len(one.found)
    return "".join([*pieces, text[place:]])


def _helpful(
    text: str, before: Understood, fixes: Sequence[Fix], understand: Callable[[str], Understood]
) -> tuple[str, Understood, Sequence[Fix]]:
    """All fixes together when that helps, else the first of them that helps alone, else none."""
    for chosen in (fixes, *([one] for one in fixes[:MOST_ROUNDS])) if len(fixes) > 1 else (fixes,):
        new = _applied(text, chosen)
        after = understand(new)
        if _weight(after) < _weight(before):
            return new, after, chosen
    return text, before, ()


def _weight(understood: Understood) -> tuple[int, int]:
    """How bad a file is: its errors first, then all its problems."""
    problems: list[Problem] = [*understood.problems, *(one for reading in understood.readings for one in reading.problems)]
    return sum(one.severity is Severity.ERROR for one in problems), len(problems)
