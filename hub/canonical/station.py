"""The zone of a station, and the instant of a local time there. Zones from airportsdata; knows no message."""

import csv
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import airportsdata

from hub.canonical.calendar import stamp

METROPOLITAN: dict[str, tuple[str, ...]] = {
    "LON": ("LHR", "LGW", "STN", "LTN", "LCY"),
    "NYC": ("JFK", "EWR", "LGA"),
    "PAR": ("CDG", "ORY"),
    "TYO": ("NRT", "HND"),
    "SEL": ("ICN", "GMP"),
    "MIL": ("MXP", "LIN", "BGY"),
    "CHI": ("ORD", "MDW"),
    "WAS": ("IAD", "DCA", "BWI"),
    "MOW": ("SVO", "DME", "VKO"),
    "SAO": ("GRU", "CGH", "VCP"),
    "BUE": ("EZE", "AEP"),
    "RIO": ("GIG", "SDU"),
    "STO": ("ARN", "BMA"),
    "ROM": ("FCO", "CIA"),
    "OSA": ("KIX", "ITM"),
    "YTO": ("YYZ", "YTZ"),
    "YMQ": ("YUL", "YMX"),
    "JKT": ("CGK", "HLP"),
    "BJS": ("PEK", "PKX"),
}
"""Metropolitan codes and their airports: one zone each, and equal to their airports in routing checks."""


@lru_cache(maxsize=1)
def _airports() -> str:
    """The table as text: one station is found in it faster than all of it is parsed."""
    return resources.files(airportsdata).joinpath("airports.csv").read_text(encoding="utf-8")


def _zone_name(code: str) -> str | None:
    text = _airports()
    at = text.find(f',"{code}",') if code.isascii() and code.isalnum() else -1
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        row = next(csv.reader([text[start : text.find("\n", at)]]))
        if row[1] == code:
            return row[9]
        at = text.find(f',"{code}",', at + 1)
    return None


@lru_cache(maxsize=4096)
def zone(station: str) -> ZoneInfo | None:
    """The IANA zone of an airport or metropolitan code; None when unknown (never guessed)."""
    name = _zone_name(station) or _zone_name(METROPOLITAN.get(station, ("-",))[0])
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def instant(at: str | None, station: str | None) -> datetime | None:
    """The moment of a canonical time: by its own offset, else by the station's zone; None when neither is known."""
    if at is None or "T" not in at:
        return None
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        where = zone(station) if station else None
        if where is None:
            return None
        moment = moment.replace(tzinfo=where)
    return moment.astimezone(UTC)


def instant_text(at: str | None, station: str | None) -> str | None:
    """The same as canonical text."""
    moment = instant(at, station)
    return None if moment is None else stamp(moment)
