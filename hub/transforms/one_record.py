"""Pairs for ONE Record: waybill numbers, xsd times, transport identifiers. Pure."""

import re
from datetime import date, datetime, timedelta

from hub.canonical.calendar import MONTHS, month_number, stamp
from hub.transforms.common import Context, Pair, Texts, as_is, decimal, flight, integer

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
    return stamp(_moment(text))


def _moment(text: str) -> datetime:
    """A time of XML Schema part 2, section 3.2.7; midnight may be the end of its day (``24:00:00``)."""
    try:
        if "T24:00:00" in text:
            return datetime.fromisoformat(text.replace("T24:00:00", "T00:00:00")) + timedelta(days=1)
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError("a time like 2026-11-21T10:30:00Z") from None


_DATE_ALONE = re.compile(r"\d{4}-\d\d-\d\dT00:00:00(?:\.0+)?")


def _xsd_clock(text: str, context: Context) -> str | None:
    """A moment with a clock time: midnight without an offset is how xsd:dateTime writes a date alone."""
    return None if _DATE_ALONE.fullmatch(text) else _xsd_moment(text, context)


def _xsd_date_alone(text: str, _: Context) -> str | None:
    return text[:10] if _DATE_ALONE.fullmatch(text) else None


def _xsd_moment_write(value: str, _: Context) -> str:
    if len(value) == 10:
        return f"{value}T00:00:00"
    return value if value[16:17] == ":" else f"{value[:16]}:00{value[16:]}"


def _xsd_day(text: str, _: Context) -> str:
    return _moment(text).date().isoformat()


def _xsd_day_write(value: str, _: Context) -> str:
    return f"{value}T00:00:00"


def _transport(text: str) -> re.Match[str]:
    match = _TRANSPORT.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError("a flight as carrier and number, with /ddMMMyyyy or without")
    return match


def _transport_identifier(text: str, context: Context) -> str | None:
    match = _transport(text)
    return flight([match[1], match[2]], context)


def _transport_identifier_day(text: str, _: Context) -> str | None:
    match = _transport(text)
    return date(int(match[5]), month_number(match[4]), int(match[3])).isoformat() if match[3] else None


def _transport_identifier_day_write(value: str, context: Context) -> str:
    return f"{context.item['flight']}/{value[8:10]}{MONTHS[int(value[5:7]) - 1]}{value[:4]}"


def _number_only(value: str, _: Context) -> str:
    if value.isalpha():
        raise ValueError("an amount: that there is none is not said")
    return value


def _from_one(value: int, _: Context) -> str:
    if value < 1:
        raise ValueError("one piece or more: objects are counted, and none are none")
    return str(value)


def _of_one_piece(value: str, context: Context) -> str:
    """The weight of several pieces together is nobody's own weight: it is not spread over them."""
    if context.item.get("pieces", 1) != 1:
        raise ValueError("the weight of one piece")
    return value


def _of_one_load_piece(value: str, context: Context) -> str:
    """The weight of a load is that of its piece where it has one: it is not spread over several."""
    if context.item["loads"][0].get("pieces") != 1:
        raise ValueError("the weight of a load of one piece")
    return value


def _of_counted(list: str) -> Pair:
    """What is said of a load or unit: its pieces lead to the waybill, so without their number nothing can be said of it."""

    def write(value: str, context: Context) -> str:
        if not context.item[list][0].get("pieces"):
            raise ValueError("a number of pieces beside it: they lead to the waybill")
        return value

    return Pair(read=as_is, write=write)


PAIRS: dict[str, Pair] = {
    "of_counted_load": _of_counted("loads"),
    "of_counted_unit": _of_counted("ulds"),
    "awb_parts": Pair(read=_awb_parts, write=_awb_parts_write, joins=True),
    "xsd_moment": Pair(read=_xsd_moment, write=_xsd_moment_write),
    "integer_from_one": Pair(read=integer, write=_from_one, respells=True),
    "of_one_piece": Pair(read=as_is, write=_of_one_piece),
    "of_one_load_piece": Pair(read=as_is, write=_of_one_load_piece),
    "amount": Pair(read=decimal, write=_number_only),
    "xsd_clock": Pair(read=_xsd_clock, write=_xsd_moment_write),
    "xsd_date_alone": Pair(read=_xsd_date_alone, write=_xsd_day_write),
    "day_of_moment": Pair(read=_xsd_day, write=_xsd_day_write),
    "xsd_day": Pair(read=_xsd_day, write=_xsd_day_write, respells=True),
    "transport_identifier": Pair(read=_transport_identifier, write=as_is),
    "transport_identifier_day": Pair(read=_transport_identifier_day, write=_transport_identifier_day_write),
}
