"""What a line that departs from its layout was to be: the same values in the form the layout has, or nothing. Never invents data.

Every proposal is checked by the layout itself, and may change only elements its kind of change is for. Knows layouts and text.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import combinations

from adapters.cargo_imp.explaining import EXPLAINED, explain
from adapters.cargo_imp.groups import Within, within
from adapters.cargo_imp.notation import Field, Item, Literal, Repeat, captures
from adapters.cargo_imp.opening import known

MOST_STEPS = 6
MOST_SLANTS = 12
_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9]{1,2}(?![0-9])|[0-9]{4,})")
_DATE = re.compile(r"(?P<day>[0-9]{1,2})[-. ]?(?P<month>[A-Z]{3,9})(?:[-. ]?(?:20)?(?P<year>[0-9]{2}))?(?P<rest>[0-9]{4}.*)?")
_ISO_DATE = re.compile(r"20(?P<year>[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?P<rest>)")
_FLIGHT = re.compile(r"(?P<carrier>[A-Z]{2})(?P<number>[0-9]{1,2})(?P<suffix>[A-Z]?)")
_CLOCK = re.compile(r"(?<![0-9])([0-9]{1,2}):([0-9]{2})(?![0-9])")
_WAYBILL = re.compile(r"([0-9]{3})[ .]?([0-9]{8})(?=[A-Z]{6}|/|$)")
_NOTHING = re.compile(r"[-/0]*(?:/[0-9]{1,4})?")
_TEXTS = frozenset("stx")
_DAYS = frozenset({"day", "month", "year", "flight_day", "flight_month"})


@dataclass(frozen=True, kw_only=True)
class Mended:
    """A line as the layout has it, and what was changed, in words."""

    line: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A proposal: the whole line, the reason, and the elements it may touch (none named: any that is no free text)."""

    line: str
    reason: str
    elements: frozenset[str] = frozenset()


def mend(items: tuple[Item, ...], line: str) -> Mended | None:
    """The line in the form of its layout, when small changes of form alone lead there. Only lines of up to 200 characters."""
    whole, reasons, now = known(items).whole, list[str](), line
    for _ in range(MOST_STEPS if len(line) <= EXPLAINED else 0):
        found = next(_steps(items, whole, now), None)
        if found is None:
            return None
        now, reasons = found.line, [*reasons, found.reason]
        if whole.fullmatch(now):
            return Mended(line=now, reason=", ".join(dict.fromkeys(reasons)))
    return None


def straighten(items: tuple[Item, ...], line: str, told: Sequence[tuple[str, str]]) -> Mended | None:
    """A tolerated line in the layout's own form, when that says exactly the same elements; figures of nothing are left out."""
    whole = known(items).whole
    for candidate in _slants(line):
        says = [(name, candidate[start:end]) for name, start, end, _ in _standing(items, whole, candidate) if end > start]
        if says and says == list(told):
            put = "slant of the absent element put in" if len(candidate) > len(line) else "slant taken out"
            return Mended(line=candidate, reason=put)
    rest = dict(told).get("rest")
    if rest is not None and _NOTHING.fullmatch(rest) and whole.fullmatch(line.removesuffix(rest)):
        return Mended(line=line.removesuffix(rest), reason="figures that say nothing taken off")
    return None


def _slants(line: str) -> Iterator[str]:
    """The line with up to three slants put in at one place, or with one or two taken out."""
    places = [found.start() for found in re.finditer("/", line)]
    for more in ("/", "//", "///"):
        yield from (line[:at] + more + line[at:] for at in (*places, *range(1, len(line))))
    for count in (1, 2):
        for out in combinations(places[:MOST_SLANTS], count):
            yield "".join(sign for at, sign in enumerate(line) if at not in out)


def wrap(items: tuple[Item, ...], line: str, room: int) -> Mended | None:
    """A free text that is too long on as many continuation lines as it needs, at most ``room`` more."""
    *marks, text = items
    if not isinstance(text, Field) or not _is_text(text) or len(text.runs) != 1:
        return None
    begin = line.find("/") + 1
    if "".join(one.text if isinstance(one, Literal) else "?" for one in marks) != line[:begin]:
        return None
    pieces = _pieces(line[begin:], text.runs[0].most)
    if "/" in line[begin:] or not 1 < len(pieces) <= room + 1:
        return None
    return Mended(line="\n/".join([line[:begin] + pieces[0], *pieces[1:]]), reason="text wrapped to a continuation line")


def _pieces(text: str, most: int) -> list[str]:
    """The text in pieces of at most so many characters, cut at blanks where there are any."""
    pieces = list[str]()
    while len(text) > most:
        blank = text.rfind(" ", 1, most + 1)
        cut = blank if blank > 0 else most
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text]


def _steps(items: tuple[Item, ...], whole: re.Pattern[str], line: str) -> Iterator[_Change]:
    """Changes that make the line fit, or else fit further than it does."""
    before = explain(items, line)
    changes = [one for one in _changes(line, before.start) if one.line != line]
    yield from (one for one in changes if whole.fullmatch(one.line) and _keeps(items, whole, one, line))
    for one in changes:
        after = explain(items, one.line)
        if after.reached > before.reached and not whole.fullmatch(one.line):
            yield one


def _keeps(items: tuple[Item, ...], whole: re.Pattern[str], change: _Change, line: str) -> bool:
    """Whether only elements are touched that this kind of change is for."""
    first, last = _changed(change.line, line)
    touched = [(name, text) for name, start, end, text in _standing(items, whole, change.line) if start < last and end > first]
    return not any(text for _, text in touched) and (not change.elements or {name for name, _ in touched} <= change.elements)


def _changed(new: str, old: str) -> tuple[int, int]:
    """Where in the new line the changed characters begin and end."""
    first = next((at for at, pair in enumerate(zip(new, old, strict=False)) if pair[0] != pair[1]), min(len(new), len(old)))
    same = next((at for at, pair in enumerate(zip(reversed(new), reversed(old), strict=False)) if pair[0] != pair[1]), len(new))
    return first, max(first, len(new) - same)


def _standing(items: tuple[Item, ...], whole: re.Pattern[str], line: str) -> Iterator[tuple[str, int, int, bool]]:
    """The elements of a line that fits: name, place, and whether it is free text."""
    found = whole.fullmatch(line)
    if found is None:
        return
    inside = {one.group: one for one in within(items, 1)}
    for group, item in enumerate(captures(items), 1):
        if found[group] is None:
            continue
        if isinstance(item, Field):
            yield item.name, found.start(group), found.end(group), _is_text(item)
        else:
            yield from _repeated(item, inside[group], line, found.span(group))


def _repeated(item: Repeat, inside: Within, line: str, span: tuple[int, int]) -> Iterator[tuple[str, int, int, bool]]:
    texts = {one.name for one in captures(item.items) if isinstance(one, Field) and _is_text(one)}
    place, end = span
    while place < end and (found := inside.pattern.match(line, place, end)) and found.end() > place:
        spans = sorted((found.span(group), name) for group, name in inside.groups.slots if found[group] is not None)
        yield from ((name, start, stop, name in texts) for (start, stop), name in spans)
        place = found.end()


def _is_text(field: Field) -> bool:
    return any(run.kind in _TEXTS for run in field.runs)


def _changes(line: str, start: int) -> Iterator[_Change]:
    """Every change of form there is for the part between slants in which the layout stops."""
    begin, end = line.rfind("/", 0, start) + 1, line.find("/", start)
    part = line[begin : end if end >= 0 else len(line)]
    for text, reason, elements in _of_part(part):
        yield _Change(line=line[:begin] + text + line[begin + len(part) :], reason=reason, elements=elements)
    if not line[start:].strip(" /"):
        yield _Change(line=line[:start].rstrip("/ "), reason="slants at the end taken off")


def _of_part(part: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    yield part.upper(), "small letters to capitals", frozenset()
    yield part.strip(), "blanks around it taken off", frozenset()
    yield _COMMA.sub(".", part), "decimal comma to point", frozenset()
    yield _CLOCK.sub(lambda at: at[1].zfill(2) + at[2], part), "time without a colon", frozenset({"time"})
    yield _WAYBILL.sub(r"\1-\2", part, count=1), "hyphen in the waybill number", frozenset({"prefix", "serial"})
    flight = _FLIGHT.fullmatch(part)
    if flight is not None:
        number = flight["carrier"] + flight["number"].zfill(3) + flight["suffix"]
        yield number, "flight number with its zeros", frozenset({"carrier", "flight_number"})
    yield from ((text, "date as the layout has it", _DAYS) for text in _dates(part))
    yield from ((text, "day and time with their zeros", _DAYS | {"time"}) for text in _zeros(part))
    yield from ((text, "the code's own spelling", frozenset({name})) for name in spellings() for text in _spelt(part, name))


def _dates(part: str) -> Iterator[str]:
    found = _ISO_DATE.fullmatch(part) or _DATE.fullmatch(part.upper())
    if found is None:
        return
    month = next((code for code, others in spellings()["month"].items() if found["month"] in (code, *others)), None)
    if month is not None:
        yield found["day"].zfill(2) + month + (found["year"] or "") + (found["rest"] or "")


def _zeros(part: str) -> Iterator[str]:
    """A first zero left out: ``1NOV1030``, ``21NOV930``, ``A930``; not of ``A103``, where another digit may be missing."""
    yield re.sub(r"^([0-9][A-Z]{3})", r"0\1", part)
    yield re.sub(r"^([0-9]{2}[A-Z]{3}|[A-Z])((?:[3-9][0-9]|2[4-9])[0-9])(?![0-9])", r"\g<1>0\2", part)
    yield re.sub(r"^([0-9])$", r"0\1", part)


def _spelt(part: str, element: str) -> Iterator[str]:
    for code, others in spellings()[element].items():
        for other in sorted((one for one in others if not one.isdigit()), key=len, reverse=True):
            yield re.sub(rf"(?<![A-Z]){other}(?![A-Z])", code, part, count=1)


@lru_cache(maxsize=1)
def spellings() -> Mapping[str, Mapping[str, list[str]]]:
    """Element to code to the other spellings of it."""
    return tomllib.loads(resources.files("schemas").joinpath("cargo_imp", "spellings.toml").read_text("utf-8"))
