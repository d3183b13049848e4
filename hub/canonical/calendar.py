"""Dates and times that the wire tells only in part: the nearest valid date to a reference day. Knows no format."""

from datetime import date, datetime, timedelta

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def nearest(candidates: list[date], reference: date) -> date:
    """The candidate nearest to the reference day; of two equally near ones the later (canonical.md, Rules)."""
    return min(candidates, key=lambda day: (abs((day - reference).days), -day.toordinal()))


def _valid(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def nearest_year(month: int, day: int, reference: date) -> date:
    """A day and month without a year. 29 February looks up to eight years around. Raises ValueError when no such day exists."""
    near = [one for year in range(reference.year - 1, reference.year + 2) for one in _valid(year, month, day)]
    far = near or [one for year in range(reference.year - 8, reference.year + 9) for one in _valid(year, month, day)]
    if not far:
        raise ValueError(f"a day that {MONTHS[month - 1] if 0 < month < 13 else month} has, not {day}")
    return nearest(far, reference)


def nearest_month(day: int, reference: date) -> date:
    """A day of the month without month and year. Raises ValueError for a day above 31 or below 1."""
    first = reference.replace(day=1)
    months = [
        first - timedelta(days=45),
        first - timedelta(days=15),
        first,
        first + timedelta(days=32),
        first + timedelta(days=62),
    ]
    near = [one for month in months for one in _valid(month.year, month.month, day)]
    if not near:
        raise ValueError(f"a day 1 to 31, not {day}")
    return nearest(near, reference)


def nearest_century(year: int, month: int, day: int, reference: date) -> date:
    """A date with a two-digit year. Raises ValueError when no century makes it a valid day."""
    base = reference.year - reference.year % 100 + year
    near = [one for full in (base - 100, base, base + 100) for one in _valid(full, month, day)]
    if not near:
        raise ValueError(f"a day that {MONTHS[month - 1] if 0 < month < 13 else month} {year:02d} has, not {day}")
    return nearest(near, reference)


def month_number(name: str) -> int:
    """1 to 12 for a three-letter English month. Raises ValueError."""
    try:
        return MONTHS.index(name.upper()) + 1
    except ValueError:
        raise ValueError(f"a month JAN to DEC, not {name!r}") from None


def clock(text: str) -> str:
    """``hhmm`` or ``hhmmss`` as ``hh:mm`` (seconds only if not zero); ``2400`` is refused. Raises ValueError."""
    if len(text) not in (4, 6) or not text.isdigit():
        raise ValueError(f"a time of day 0000 to 2359, not {text!r}")
    hour, minute, second = int(text[:2]), int(text[2:4]), int(text[4:] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"a time of day 0000 to 2359, not {text!r}")
    return f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if second else "")


def stamp(moment: datetime) -> str:
    """ISO 8601 as canonical.md wants it: seconds only if not zero, ``Z`` and never ``+00:00``."""
    text = moment.replace(tzinfo=None).isoformat(timespec="minutes" if not (moment.second or moment.microsecond) else "auto")
    if moment.tzinfo is None:
        return text
    offset = moment.isoformat()[-6:]
    return text + ("Z" if offset == "+00:00" else offset)
