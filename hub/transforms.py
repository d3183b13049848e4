"""The closed list of named pairs that mappings may use: wire text to canonical value, and back. Pure; knows no format's layout.

A pair that takes several elements (``joins``) reads and writes a list in the order of the row's ``from``.
"""

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

    ``read`` may return None (nothing said). Both raise ValueError with what was expected.
    """

    read: Callable[[Any, Context], Any]
    write: Callable[[Any, Context], Any]
    joins: bool = False
    respells: bool = False


def _integer(text: str, _: Context) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise ValueError("a whole number")
    return int(text)


def _str(value: Any, _: Context) -> str:
    return str(value)


def _decimal(text: str, _: Context) -> str:
    return decimal_text(text)


def _as_is(value: Any, _: Context) -> Any:
    return value


def _flight(texts: Texts, _: Context) -> str | None:
    carrier, number, *suffix = [*texts, None]
    if not carrier or not number:
        return None
    digits, letter = re.fullmatch(r"([0-9]*)([A-Z]?)", number + (suffix[0] or "")).groups()  # type: ignore[union-attr]
    return f"{carrier}{digits.lstrip('0').zfill(3)}{letter}"


_FLIGHT = re.compile(r"([A-Z0-9]{2}|[A-Z]{3})([0-9]{3,5}[A-Z]?)")


def _flight_read(texts: Texts, context: Context) -> str | None:
    try:
        return _flight(texts, context)
    except AttributeError:
        raise ValueError("a carrier and a flight number of 3 or 4 digits with at most one letter") from None


def _flight_write(value: str, _: Context) -> Texts:
    match = _FLIGHT.fullmatch(value)
    if match is None:
        raise ValueError(f"a flight designator, not {value!r}")
    return [match[1], match[2]]


def _flight_text_read(text: str, context: Context) -> str | None:
    match = re.fullmatch(r"([A-Z0-9]{2}|[A-Z]{3})([0-9]{1,5}[A-Z]?)", text)
    if match is None:
        raise ValueError("a carrier and a flight number of 3 or 4 digits with at most one letter")
    return _flight([match[1], match[2]], context)


def _day_month(texts: Texts, context: Context) -> str | None:
    day, month = texts
    return None if not day or not month else nearest_year(month_number(month), int(day), context.reference).isoformat()


def _day_month_write(value: str, _: Context) -> Texts:
    return [value[8:10], MONTHS[int(value[5:7]) - 1]]


def _day_month_year(texts: Texts, context: Context) -> str | None:
    day, month, year = texts
    if not (day and month and year):
        return None
    return nearest_century(int(year), month_number(month), int(day), context.reference).isoformat()


def _day_month_year_write(value: str, _: Context) -> Texts:
    return [value[8:10], MONTHS[int(value[5:7]) - 1], value[2:4]]


def _day_month_time(texts: Texts, context: Context) -> str | None:
    day, month, time = texts
    on = _day_month([day, month], context)
    return on if on is None or not time else f"{on}T{clock(time)}"


def _day_month_time_write(value: str, context: Context) -> Texts:
    return [*_day_month_write(value, context), _hhmm(value) if "T" in value else None]


def _hhmm(value: str) -> str:
    return value[11:13] + value[14:16]


def _day(text: str, context: Context) -> str:
    return nearest_month(int(text), context.reference).isoformat()


def _day_write(value: str, _: Context) -> str:
    return value[8:10]


DAY_CHANGES = {"P": -1, "N": 1, "S": 2, "T": 3, **{letter: 4 + place for place, letter in enumerate("ABCDEFGHIJKL")}}
_CHANGE_LETTERS = {days: letter for letter, days in DAY_CHANGES.items()}


def _time_on_date(texts: Texts, context: Context) -> str | None:
    """A time of day with a day-change indicator, on the ``date`` (or day of ``at``) of the item being read."""
    time, change = texts
    on = context.item.get("date") or str(context.item.get("at") or "")[:10]
    if not time or not on:
        return None
    shifted = date.fromisoformat(on) + timedelta(days=DAY_CHANGES[change] if change else 0)
    return f"{shifted.isoformat()}T{clock(time)}"


def _time_on_date_write(value: str, context: Context) -> Texts:
    on = context.item.get("date") or str(context.item.get("at") or "")[:10]
    days = (date.fromisoformat(value[:10]) - date.fromisoformat(on)).days if on else 0
    if days and days not in _CHANGE_LETTERS:
        raise ValueError(f"a time within -1 to +15 days of {on}")
    return [_hhmm(value), _CHANGE_LETTERS.get(days)]


def _time_on_date_read(texts: Texts, context: Context) -> str | None:
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
    "integer": Pair(read=_integer, write=_str, respells=True),
    "decimal": Pair(read=_decimal, write=_as_is),
    "flight": Pair(read=_flight_read, write=_flight_write, joins=True, respells=True),
    "flight_text": Pair(read=_flight_text_read, write=_as_is, respells=True),
    "day_month": Pair(read=_day_month, write=_day_month_write, joins=True),
    "day_month_year": Pair(read=_day_month_year, write=_day_month_year_write, joins=True),
    "day_month_time": Pair(read=_day_month_time, write=_day_month_time_write, joins=True),
    "day": Pair(read=_day, write=_day_write),
    "time_on_date": Pair(read=_time_on_date_read, write=_time_on_date_write, joins=True),
    "iso_moment": Pair(read=_iso_moment, write=_as_is),
    "uld": Pair(read=_uld, write=_uld_write, joins=True),
}
"""Every pair a mapping may name. Formats add theirs below, in a block of their own."""

# ONE Record

_AWB = re.compile(r"([0-9]{3})-?([0-9]{8})")
_TRANSPORT = re.compile(r"([A-Z][A-Z0-9]|[0-9][A-Z]|[A-Z]{3}) ?([0-9]{1,5}[A-Z]?)(?:/([0-9]{1,2})([A-Z]{3})([0-9]{4}))?")


def _awb_parts(texts: Texts, _: Context) -> str | None:
    """Prefix and number, or the whole number in the second element."""
    prefix, number = texts
    match = _AWB.fullmatch(f"{prefix}-{number}" if prefix else number or "")
    if match is None:
        raise ValueError("a waybill prefix of 3 digits and a number of 8")
    return f"{match[1]}-{match[2]}"


def _awb_parts_write(value: str, _: Context) -> Texts:
    return [value[:3], value[4:]]


def _xsd_moment(text: str, _: Context) -> str:
    """xsd:dateTime in its canonical form: fractions of zero and an offset of zero are spelt one way only."""
    return stamp(datetime.fromisoformat(text))


def _xsd_moment_write(value: str, _: Context) -> str:
    if len(value) == 10:
        return f"{value}T00:00:00"
    return value if value[16:17] == ":" else f"{value[:16]}:00{value[16:]}"


def _xsd_day(text: str, _: Context) -> str:
    return datetime.fromisoformat(text).date().isoformat()


def _xsd_day_write(value: str, _: Context) -> str:
    return f"{value}T00:00:00"


def _transport(text: str) -> re.Match[str]:
    match = _TRANSPORT.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError("a flight as carrier and number, with /ddMMMyyyy or without")
    return match


def _transport_identifier(text: str, context: Context) -> str | None:
    match = _transport(text)
    return _flight([match[1], match[2]], context)


def _transport_identifier_day(text: str, _: Context) -> str | None:
    match = _transport(text)
    return date(int(match[5]), month_number(match[4]), int(match[3])).isoformat() if match[3] else None


def _transport_identifier_day_write(value: str, context: Context) -> str:
    return f"{context.item['flight']}/{value[8:10]}{MONTHS[int(value[5:7]) - 1]}{value[:4]}"


PAIRS |= {
    "awb_parts": Pair(read=_awb_parts, write=_awb_parts_write, joins=True),
    "xsd_moment": Pair(read=_xsd_moment, write=_xsd_moment_write),
    "day_of_moment": Pair(read=_xsd_day, write=_xsd_day_write),
    "xsd_day": Pair(read=_xsd_day, write=_xsd_day_write, respells=True),
    "transport_identifier": Pair(read=_transport_identifier, write=_as_is),
    "transport_identifier_day": Pair(read=_transport_identifier_day, write=_transport_identifier_day_write),
}


# EDIFACT


def _edifact_waybill(text: str, _: Context) -> str | None:
    """Eleven digits, with a hyphen or blanks or without, as 020-12345675; any other document number is none."""
    digits = text.replace("-", "").replace(" ", "")
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 11 and digits.isascii() and digits.isdigit() else None


def _edifact_waybill_write(value: str, _: Context) -> str:
    return value.replace("-", "")


def _edifact_house(text: str, context: Context) -> str | None:
    """A consignment's document number that is no waybill number."""
    return None if _edifact_waybill(text, context) else text


def _edifact_number(text: str, _: Context) -> str:
    return decimal_text(text.replace(",", "."))


_EDIFACT_TIMES = {"102": "%Y%m%d", "203": "%Y%m%d%H%M", "204": "%Y%m%d%H%M%S"}
_EDIFACT_ZONE = re.compile(r"(\d{12})(?:([+-]\d{2})(\d{2})?|UTC|GMT|Z)")


def _edifact_moment(texts: Texts, _: Context) -> str | None:
    """2380 by its format 2379 (102, 203, 204, 303 with zone). What is no moment says nothing; the reader has told it."""
    text, form = [*texts, None][:2]
    if not text:
        return None
    try:
        return _edifact_time(text, form or "102")
    except ValueError:
        return None


def _edifact_time(text: str, form: str) -> str | None:
    if form == "303" and (match := _EDIFACT_ZONE.fullmatch(text)):
        moment = datetime.strptime(match[1], "%Y%m%d%H%M")  # noqa: DTZ007 - the zone is put on below
        offset = f"{match[2] or '+00'}:{match[3] or '00'}"
        return stamp(datetime.fromisoformat(f"{moment.isoformat()}{offset}"))
    if form not in _EDIFACT_TIMES or len(text) != len(datetime(2000, 1, 1).strftime(_EDIFACT_TIMES[form])):  # noqa: DTZ001
        return None
    moment = datetime.strptime(text, _EDIFACT_TIMES[form])  # noqa: DTZ007 - local to the station by the wire
    return moment.date().isoformat() if form == "102" else stamp(moment)


def _edifact_moment_write(value: str, _: Context) -> Texts:
    if "T" not in value:
        return [value.replace("-", ""), "102"]
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is not None:
        if moment.second:
            raise ValueError("a time without seconds: with a zone there is no place for them")
        zone = moment.strftime("%z")
        return [moment.strftime("%Y%m%d%H%M") + (zone[:3] if zone.endswith("00") else zone), "303"]
    return [moment.strftime("%Y%m%d%H%M%S"), "204"] if moment.second else [moment.strftime("%Y%m%d%H%M"), "203"]


def _edifact_unless_told(texts: Texts, context: Context) -> str | None:
    """An actual time beside the event's own says nothing more (it is then listed as not carried)."""
    return None if "at" in context.item else _edifact_moment(texts, context)


def _edifact_departed_write(value: str, context: Context) -> Texts | None:
    """The time of a departure is the event's own (334), where the event is one."""
    leaves = context.item.get("code") in ("BKD", "MAN", "PRE", "DEP") and "at" not in context.item
    return _edifact_moment_write(value, context) if leaves else None


def _edifact_sides(item: dict[str, Any]) -> dict[str, str]:
    return {f"{side}/{kind}": at for side in ("departure", "arrival") for kind, at in item.get(side, {}).items()}


def _edifact_other_day(texts: Texts, context: Context) -> str | None:
    """A flight's day beside the event's own time: none where it only repeats that day, or is no day."""
    moment = _edifact_moment(texts, context)
    return None if moment is None or "T" in moment or moment == str(context.item.get("at") or "")[:10] else moment


def _edifact_other_day_write(value: str, context: Context) -> Texts | None:
    told = [context.item.get("at") or "", *_edifact_sides(context.item).values()]
    return None if any(one.startswith(value) for one in told) else _edifact_moment_write(value, context)


def _edifact_only_day_write(value: str, context: Context) -> Texts | None:
    """The event's own day, where it has no time."""
    item = context.item
    timed = "at" in item or any(name.endswith("/actual") for name in _edifact_sides(item))
    return None if timed or item.get("time", "actual") != "actual" else _edifact_moment_write(value, context)


def _edifact_flight(texts: Texts, context: Context) -> str | None:
    """8028, with the carrier (3127) where it has only a number; what is no flight (a truck, a voyage) says nothing."""
    number, carrier = [*texts, None][:2]
    if not number:
        return None
    told = _flight_of(carrier, number, context)
    if told is not None:
        return told
    try:
        return _flight_text_read(number.replace(" ", ""), context)
    except ValueError:
        return None


def _flight_of(carrier: str | None, number: str, context: Context) -> str | None:
    fits = carrier and re.fullmatch(r"[A-Z0-9]{2}|[A-Z]{3}", carrier) and re.fullmatch(r"[0-9]{1,5}[A-Z]?", number)
    return _flight([carrier, number], context) if fits else None


def _edifact_flight_write(value: str, context: Context) -> Texts:
    carrier, _ = _flight_write(value, context)
    return [value, carrier]


EDIFACT_DISCREPANCIES = {"36": "MSCA", "37": "FDCA", "59": "OFLD", "62": "OVCD", "86": "SSPD"}
"""Status events (9011) that are a discrepancy of Cargo-IMP's DIS; the milestone's code itself is in status_event_9011.toml."""
_EDIFACT_EVENTS = {code: event for event, code in EDIFACT_DISCREPANCIES.items()}


def _edifact_discrepancy(text: str, _: Context) -> str | None:
    return EDIFACT_DISCREPANCIES.get(text)


def _edifact_discrepancy_write(value: str, _: Context) -> str:
    if value not in _EDIFACT_EVENTS:
        raise ValueError(f"one of {' '.join(_EDIFACT_EVENTS)}")
    return _EDIFACT_EVENTS[value]


def _edifact_uld(text: str, _: Context) -> str | None:
    return text.replace(" ", "") or None


PAIRS.update(
    {
        "edifact_waybill": Pair(read=_edifact_waybill, write=_edifact_waybill_write, respells=True),
        "edifact_house": Pair(read=_edifact_house, write=_as_is),
        "edifact_number": Pair(read=_edifact_number, write=_as_is, respells=True),
        "edifact_moment": Pair(read=_edifact_moment, write=_edifact_moment_write, joins=True, respells=True),
        "edifact_unless_told": Pair(read=_edifact_unless_told, write=_edifact_moment_write, joins=True),
        "edifact_departed": Pair(read=_edifact_moment, write=_edifact_departed_write, joins=True),
        "edifact_other_day": Pair(read=_edifact_other_day, write=_edifact_other_day_write, joins=True),
        "edifact_only_day": Pair(read=_edifact_moment, write=_edifact_only_day_write, joins=True),
        "edifact_flight": Pair(read=_edifact_flight, write=_edifact_flight_write, joins=True, respells=True),
        "edifact_discrepancy": Pair(read=_edifact_discrepancy, write=_edifact_discrepancy_write),
        "edifact_uld": Pair(read=_edifact_uld, write=_as_is, respells=True),
    }
)


# Cargo-IMP


def _amount_or_code(text: str, context: Context) -> str:
    return text if text in ("NVD", "NCV", "XXX") else _decimal(text, context)


def _day_month_time_change(texts: Texts, context: Context) -> str | None:
    """Day, month, time of day and day-change indicator; the day is that of the schedule, the time may be days later."""
    day, month, time, change = texts
    moment = _day_month_time([day, month, time], context)
    if moment is None or "T" not in moment or not change:
        return moment
    if change not in DAY_CHANGES:
        raise ValueError("a day-change indicator P, N, S, T or A to L")
    return f"{date.fromisoformat(moment[:10]) + timedelta(days=DAY_CHANGES[change])}{moment[10:]}"


def _happened(context: Context) -> None:
    """A status line says that something has happened: what is only planned or expected cannot be written as one."""
    if context.item.get("time") in ("planned", "estimated"):
        raise ValueError(f"a time at which it happened, not one that is {context.item['time']}")


def _actual_day_month_time_write(value: str, context: Context) -> Texts:
    _happened(context)
    return _day_month_time_write(value, context)


def _day_month_time_change_write(value: str, context: Context) -> Texts:
    _happened(context)
    on = context.item.get("date") or value[:10]
    days = (date.fromisoformat(value[:10]) - date.fromisoformat(on)).days
    if days and days not in _CHANGE_LETTERS:
        raise ValueError(f"a time within -1 to +15 days of {on}")
    return [*_day_month_write(on, context), _hhmm(value), _CHANGE_LETTERS.get(days)]


_TIME_TYPES = {"A": "actual", "E": "estimated", "S": "planned"}
_TIME_LETTERS = {word: letter for letter, word in _TIME_TYPES.items()}


def _movement_time(texts: Texts, context: Context) -> str | None:
    """The departure slot of a movement as the milestone's own time: type A, E or S, time of day, day change."""
    kind, time, change = texts
    return _time_on_date_read([time, change], context) if kind in _TIME_TYPES else None


def _movement_time_write(value: str, context: Context) -> Texts:
    """The slot itself is written from ``departure`` where that is told; else from the milestone's own time."""
    if context.item.get("departure"):
        return [None, None, None]
    return [_TIME_LETTERS[context.item.get("time", "actual")], *_time_on_date_write(value, context)]


def _movement_time_type(texts: Texts, context: Context) -> str | None:
    kind, time = texts
    return _TIME_TYPES.get(kind or "") if time and "at" in context.item else None


def _movement_time_type_write(value: str, context: Context) -> Texts:
    """Said by the slot's type; without a slot a booking is planned and a departure is actual, and nothing else can be said."""
    item = context.item
    told = "at" in item or item.get("departure")
    if not told and value != ("planned" if item.get("code") in ("BKD", "PRE") else "actual"):
        raise ValueError(f"a time of day, to say that it is {value}")
    return [None, None]


PAIRS |= {
    "movement_time": Pair(read=_movement_time, write=_movement_time_write, joins=True),
    "movement_time_type": Pair(read=_movement_time_type, write=_movement_time_type_write, joins=True),
    "amount_or_code": Pair(read=_amount_or_code, write=_as_is),
    "actual_day_month_time": Pair(read=_day_month_time, write=_actual_day_month_time_write, joins=True),
    "day_month_time_change": Pair(read=_day_month_time_change, write=_day_month_time_change_write, joins=True),
}
