"""Pairs that any format may use, and what pairs are made of. Pure; knows no format's layout."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from hub.canonical.calendar import MONTHS, clock, month_number, nearest_century, nearest_month, nearest_year, stamp
from hub.canonical.number import decimal_text

Texts = Sequence[str | None]


class Context(msgspec.Struct, kw_only=True):
    """What a pair may know besides its text: the reference day, and the canonical item being read or written."""

    reference: date
    item: dict[str, Any] = {}


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two functions that undo each other. ``respells``: one meaning has several wire spellings, so the wire's own may be lost.

    ``lost``: what of a value is not in what is written, in words; None where all of it is.

    ``read`` may return None (nothing said). Both raise ValueError with what was expected.
    """

    read: Callable[[Any, Context], Any]
    write: Callable[[Any, Context], Any]
    joins: bool = False
    respells: bool = False
    lost: Callable[[Any, Context], str | None] | None = None


def integer(text: str, _: Context) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise ValueError("a whole number")
    return int(text)


def _str(value: Any, _: Context) -> str:
    return str(value)


def decimal(text: str, _: Context) -> str:
    return decimal_text(text)


def as_is(value: Any, _: Context) -> Any:
    return value


def flight(texts: Texts, _: Context) -> str | None:
    carrier, number, *suffix = [*texts, None]
    if not carrier or not number:
        return None
    digits, letter = re.fullmatch(r"([0-9]*)([A-Z]?)", number + (suffix[0] or "")).groups()  # type: ignore[union-attr]
    return f"{carrier}{digits.lstrip('0').zfill(3)}{letter}"


_FLIGHT = re.compile(r"([A-Z0-9]{2}|[A-Z]{3})([0-9]{3,5}[A-Z]?)")


def _flight_read(texts: Texts, context: Context) -> str | None:
    try:
        return flight(texts, context)
    except AttributeError:
        raise ValueError("a carrier and a flight number of 3 or 4 digits with at most one letter") from None


def flight_write(value: str, _: Context) -> Texts:
    match = _FLIGHT.fullmatch(value)
    if match is None:
        raise ValueError(f"a flight designator, not {value!r}")
    return [match[1], match[2]]


def flight_text_read(text: str, context: Context) -> str | None:
    match = re.fullmatch(r"([A-Z0-9]{2}|[A-Z]{3})([0-9]{1,5}[A-Z]?)", text)
    if match is None:
        raise ValueError("a carrier and a flight number of 3 or 4 digits with at most one letter")
    return flight([match[1], match[2]], context)


def _day_month(texts: Texts, context: Context) -> str | None:
    day, month = texts
    return None if not day or not month else nearest_year(month_number(month), int(day), context.reference).isoformat()


def day_month_write(value: str, _: Context) -> Texts:
    return [value[8:10], MONTHS[int(value[5:7]) - 1]]


def _day_month_year(texts: Texts, context: Context) -> str | None:
    day, month, year = texts
    if not (day and month and year):
        return None
    return nearest_century(int(year), month_number(month), int(day), context.reference).isoformat()


def _day_month_year_write(value: str, _: Context) -> Texts:
    return [value[8:10], MONTHS[int(value[5:7]) - 1], value[2:4]]


def day_month_time(texts: Texts, context: Context) -> str | None:
    day, month, time = texts
    on = _day_month([day, month], context)
    return on if on is None or not time else f"{on}T{clock(time)}"


def day_month_time_write(value: str, context: Context) -> Texts:
    return [*day_month_write(value, context), hhmm(value) if "T" in value else None]


def hhmm(value: str) -> str:
    return value[11:13] + value[14:16]


def lost_seconds(value: str, _: Context) -> str | None:
    """A time of day has hours and minutes."""
    return "its seconds" if len(value) > len("2026-11-21T10:15") and value[16] == ":" else None


def lost_year(value: str, context: Context) -> str | None:
    """A day and month are read in the year nearest to the reference day."""
    day = date.fromisoformat(value[:10])
    near = nearest_year(day.month, day.day, context.reference) == day
    return lost_seconds(value, context) if near else f"its year {day.year}"


def _day(text: str, context: Context) -> str:
    return nearest_month(int(text), context.reference).isoformat()


def _day_write(value: str, _: Context) -> str:
    return value[8:10]


DAY_CHANGES = {"P": -1, "N": 1, "S": 2, "T": 3, **{letter: 4 + place for place, letter in enumerate("ABCDEFGHIJKL")}}
CHANGE_LETTERS = {days: letter for letter, days in DAY_CHANGES.items()}


def _time_on_date(texts: Texts, context: Context) -> str | None:
    """A time of day with a day-change indicator, on the ``date`` (or day of ``at``) of the item being read."""
    time, change = texts
    on = context.item.get("date") or str(context.item.get("at") or "")[:10]
    if not time or not on:
        return None
    shifted = date.fromisoformat(on) + timedelta(days=DAY_CHANGES[change] if change else 0)
    return f"{shifted.isoformat()}T{clock(time)}"


def time_on_date_write(value: str, context: Context) -> Texts:
    on = context.item.get("date") or str(context.item.get("at") or "")[:10]
    days = (date.fromisoformat(value[:10]) - date.fromisoformat(on)).days if on else 0
    if days and days not in CHANGE_LETTERS:
        raise ValueError(f"a time within -1 to +15 days of {on}")
    return [hhmm(value), CHANGE_LETTERS.get(days)]


def time_on_date_read(texts: Texts, context: Context) -> str | None:
    try:
        return _time_on_date(texts, context)
    except KeyError:
        raise ValueError("a day-change indicator P, N, S, T or A to L") from None


def _iso_moment(text: str, _: Context) -> str:
    return stamp(datetime.fromisoformat(text))


def _uld(texts: Texts, _: Context) -> str | None:
    kind, serial, owner = [*texts, None, None][:3]
    return None if not kind else f"{kind}{serial or ''}{owner or ''}".replace(" ", "")


_ULD = re.compile(r"([A-Z][A-Z0-9]{2})([A-Z0-9]?[0-9]{3,4})?([A-Z0-9]{2})?")


def _uld_write(value: str, _: Context) -> Texts:
    match = _ULD.fullmatch(value)
    if match is None:
        raise ValueError(f"a ULD as type, serial and owner, not {value!r}")
    return [match[1], match[2], match[3]]


PAIRS: dict[str, Pair] = {
    "integer": Pair(read=integer, write=_str, respells=True),
    "decimal": Pair(read=decimal, write=as_is),
    "flight": Pair(read=_flight_read, write=flight_write, joins=True, respells=True),
    "flight_text": Pair(read=flight_text_read, write=as_is, respells=True),
    "day_month": Pair(read=_day_month, write=day_month_write, joins=True, lost=lost_year),
    "day_month_year": Pair(read=_day_month_year, write=_day_month_year_write, joins=True),
    "day_month_time": Pair(read=day_month_time, write=day_month_time_write, joins=True, lost=lost_year),
    "day": Pair(read=_day, write=_day_write),
    "time_on_date": Pair(read=time_on_date_read, write=time_on_date_write, joins=True, lost=lost_seconds),
    "iso_moment": Pair(read=_iso_moment, write=as_is),
    "uld": Pair(read=_uld, write=_uld_write, joins=True),
}
"""The pairs of no format in particular."""
