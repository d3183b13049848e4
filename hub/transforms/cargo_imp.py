"""Pairs for Cargo-IMP: declared amounts, movement times. Pure."""

from datetime import date, timedelta

from hub.canonical.calendar import month_number, nearest_century, nearest_month, nearest_year
from hub.transforms.common import (
    CHANGE_LETTERS,
    DAY_CHANGES,
    Context,
    Pair,
    Texts,
    as_is,
    day_month_time,
    day_month_time_write,
    day_month_write,
    decimal,
    hhmm,
    lost_seconds,
    lost_year,
    time_on_date_read,
    time_on_date_write,
)


def _amount_or_code(text: str, context: Context) -> str:
    return text if text in ("NVD", "NCV", "XXX") else decimal(text, context)


def _day_month_time_change(texts: Texts, context: Context) -> str | None:
    """Day, month, time of day and day-change indicator; the day is that of the schedule, the time may be days later."""
    day, month, time, change = texts
    moment = day_month_time([day, month, time], context)
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
    return day_month_time_write(value, context)


def _day_month_time_change_write(value: str, context: Context) -> Texts:
    _happened(context)
    on = context.item.get("date") or value[:10]
    days = (date.fromisoformat(value[:10]) - date.fromisoformat(on)).days
    if days and days not in CHANGE_LETTERS:
        raise ValueError(f"a time within -1 to +15 days of {on}")
    return [*day_month_write(on, context), hhmm(value), CHANGE_LETTERS.get(days)]


def _flight_day(texts: Texts, context: Context) -> str | None:
    """The day of a flight, with month and year as far as they are told; what is missing is nearest to the reference day."""
    day, month, year = texts
    if day and month and year:
        return nearest_century(int(year), month_number(month), int(day), context.reference).isoformat()
    if day and month:
        return nearest_year(month_number(month), int(day), context.reference).isoformat()
    return nearest_month(int(day), context.reference).isoformat() if day else None


def _flight_day_write(value: str, context: Context) -> Texts:
    """The year only where the nearest would be another."""
    day, month = day_month_write(value, context)
    near = nearest_year(int(value[5:7]), int(value[8:10]), context.reference).isoformat() == value
    return [day, month, None if near else value[2:4]]


_TIME_TYPES = {"A": "actual", "E": "estimated", "S": "planned"}
_TIME_LETTERS = {word: letter for letter, word in _TIME_TYPES.items()}


def _movement_time(texts: Texts, context: Context) -> str | None:
    """The departure slot of a movement as the milestone's own time: type A, E or S, time of day, day change."""
    kind, time, change = texts
    return time_on_date_read([time, change], context) if kind in _TIME_TYPES else None


def _movement_time_write(value: str, context: Context) -> Texts:
    """The slot itself is written from ``departure`` where that is told; else from the milestone's own time."""
    departure = context.item.get("departure")
    if departure:
        if value not in departure.values():
            raise ValueError(f"one of the departure's own times ({', '.join(departure.values())}): there is one slot for it")
        return []
    return [_TIME_LETTERS[context.item.get("time", "actual")], *time_on_date_write(value, context)]


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


def _none_written(value: object, context: Context) -> None:
    """What is not there needs no words; the fold keeps no empty list, so this is never asked for."""


PAIRS: dict[str, Pair] = {
    "flight_day": Pair(read=_flight_day, write=_flight_day_write, joins=True, respells=True),
    "none_any_more": Pair(read=lambda text, context: [], write=_none_written),
    "nobody_any_more": Pair(read=lambda text, context: {}, write=_none_written),
    "movement_time": Pair(read=_movement_time, write=_movement_time_write, joins=True, lost=lost_seconds),
    "movement_time_type": Pair(read=_movement_time_type, write=_movement_time_type_write, joins=True),
    "amount_or_code": Pair(read=_amount_or_code, write=as_is),
    "actual_day_month_time": Pair(read=day_month_time, write=_actual_day_month_time_write, joins=True, lost=lost_year),
    "day_month_time_change": Pair(read=_day_month_time_change, write=_day_month_time_change_write, joins=True, lost=lost_year),
}
