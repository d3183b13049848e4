"""Pairs for EDIFACT: DTM formats, flights, status reasons. Pure."""

import re
from datetime import datetime
from typing import Any

from hub.canonical.calendar import stamp
from hub.canonical.number import decimal_text
from hub.transforms.common import Context, Pair, Texts, as_is, flight, flight_text_read, flight_write


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


_EDIFACT_TIMES = {"102": 8, "203": 12, "204": 14}
"""Digits of each format of 2379: CCYYMMDD and as much of HHMMSS."""
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
        offset = f"{match[2] or '+00'}:{match[3] or '00'}"
        return stamp(datetime.fromisoformat(f"{_of_digits(match[1]).isoformat()}{offset}"))
    if len(text) != _EDIFACT_TIMES.get(form) or not (text.isascii() and text.isdigit()):
        return None
    moment = _of_digits(text)
    return moment.date().isoformat() if form == "102" else stamp(moment)


def _of_digits(text: str) -> datetime:
    """Local to the station by the wire. Raises ValueError for what is no moment."""
    return datetime.fromisoformat(f"{text[:8]}T{text[8:]}" if len(text) > 8 else text)


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


def _edifact_other_day_write(value: str, context: Context) -> Texts:
    told = [context.item.get("at") or "", *_edifact_sides(context.item).values()]
    return [] if any(one.startswith(value) for one in told) else _edifact_moment_write(value, context)


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
        return flight_text_read(number.replace(" ", ""), context)
    except ValueError:
        return None


def _flight_of(carrier: str | None, number: str, context: Context) -> str | None:
    fits = carrier and re.fullmatch(r"[A-Z0-9]{2}|[A-Z]{3}", carrier) and re.fullmatch(r"[0-9]{1,5}[A-Z]?", number)
    return flight([carrier, number], context) if fits else None


def _edifact_flight_write(value: str, context: Context) -> Texts:
    carrier, _ = flight_write(value, context)
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


PAIRS: dict[str, Pair] = {
    "edifact_waybill": Pair(read=_edifact_waybill, write=_edifact_waybill_write, respells=True),
    "edifact_house": Pair(read=_edifact_house, write=as_is),
    "edifact_number": Pair(read=_edifact_number, write=as_is, respells=True),
    "edifact_moment": Pair(read=_edifact_moment, write=_edifact_moment_write, joins=True, respells=True),
    "edifact_unless_told": Pair(read=_edifact_unless_told, write=_edifact_moment_write, joins=True),
    "edifact_departed": Pair(read=_edifact_moment, write=_edifact_departed_write, joins=True),
    "edifact_other_day": Pair(read=_edifact_other_day, write=_edifact_other_day_write, joins=True),
    "edifact_only_day": Pair(read=_edifact_moment, write=_edifact_only_day_write, joins=True),
    "edifact_flight": Pair(read=_edifact_flight, write=_edifact_flight_write, joins=True, respells=True),
    "edifact_discrepancy": Pair(read=_edifact_discrepancy, write=_edifact_discrepancy_write),
    "edifact_uld": Pair(read=_edifact_uld, write=as_is, respells=True),
}
