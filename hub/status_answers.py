"""What a request for the status of consignments is answered with, from what is known of their shipments. Pure.

Knows no format: an answer is written from the documents this gives.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hub.canonical.calendar import MONTHS
from hub.canonical.document import Document
from hub.canonical.station import METROPOLITAN
from hub.routing import STATUS_KEEPS

NO_RECORD = "NO RECORD FOUND"
NO_STATUS = "NO STATUS RECORDED"
LEAVING = frozenset({"BKD", "MAN", "PRE", "DEP"})
"""Statuses whose day is the flight's own and whose station is where it leaves; the day of the others is that of the event."""

ARRIVING = frozenset({"RCF", "ARR", "AWR"})
"""Statuses that happen where a flight arrives; any other of a flight may happen at either end."""

_LATEST = timedelta(days=2)
"""How long behind its flight's day a consignment may still be received from it."""

_TEXT, _LINES = 65, 2
"""Characters of a line of other service information, and how many there may be (reference/cargo-imp.md, sections 8 and 11)."""


def asked(question: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every consignment a question is about, the first one and those behind it."""
    return [one for one in (question, *question.get("further", ())) if one.get("awb")]


def status_answer(consignment: Mapping[str, Any], shipment: Document | None) -> Document:
    """What has happened to a shipment, on the flights asked for where there are any.

    Unknown and not visible (None) are told in the same words. Flights of which nothing is recorded are named.
    """
    if shipment is None:
        return {"awb": consignment["awb"], "other_service": [NO_RECORD]}
    head = {name: shipment[name] for name in STATUS_KEEPS if name in shipment}
    recorded = [one for one in shipment.get("milestones", ()) if not one.get("withdrawn")]
    flights = consignment.get("flights", ())
    told = _narrowed(recorded, flights) if flights else recorded
    remarks = list(_unanswered(recorded, flights)) or ([] if told else [NO_STATUS])
    return {**head, **({"milestones": told} if told else {}), **({"other_service": remarks} if remarks else {})}


def _narrowed(recorded: Sequence[Document], flights: Sequence[Document]) -> list[Document]:
    """The statuses of these flights, and those of no flight that happened at one of their stations."""
    flown = [one for one in recorded if any(_is_of(one, flight) for flight in flights)]
    stations = {code for one in (*flights, *flown) for name in ("from", "to", "station") for code in _codes(one.get(name))}
    return [one for one in recorded if one in flown or (not one.get("flight") and _codes(one.get("station")) & stations)]


def _is_of(milestone: Document, flight: Document) -> bool:
    """Whether a status says something of a flight, as far as both say which it is."""
    named = milestone.get("flight")
    if not named or not _same_flight(named, flight):
        return False
    station, start, end = milestone.get("station"), flight.get("from"), flight.get("to")
    if milestone.get("code") in LEAVING:
        return _same_day(milestone, flight, timedelta()) and _same_place(station, start) and _same_place(milestone.get("to"), end)
    at_start = milestone.get("code") not in ARRIVING and _same_place(station, start)
    return _same_day(milestone, flight, _LATEST) and (at_start or _same_place(station, end))


def _same_flight(named: str, flight: Document) -> bool:
    return named == flight["flight"] if "flight" in flight else named.startswith(flight.get("carrier", ""))


def _same_day(milestone: Document, flight: Document, latest: timedelta) -> bool:
    told, wanted = milestone.get("date") or milestone.get("at"), flight.get("date")
    if not told or not wanted:
        return True
    return date.fromisoformat(wanted) <= date.fromisoformat(told[:10]) <= date.fromisoformat(wanted) + latest


def _same_place(one: str | None, other: str | None) -> bool:
    return not one or not other or bool(_codes(one) & _codes(other))


def _codes(place: str | None) -> frozenset[str]:
    """A place, and the airports of a city."""
    return frozenset((place, *METROPOLITAN.get(place, ()))) if place else frozenset()


def _unanswered(recorded: Sequence[Document], flights: Iterable[Document]) -> Iterator[str]:
    """The flights of which nothing is recorded, in as many lines as there may be."""
    names = [_name(one) for one in flights if not any(_is_of(milestone, one) for milestone in recorded)]
    if names:
        told = " ".join(("NO STATUS OF", *names))
        yield from textwrap.wrap(told, _TEXT, max_lines=_LINES, placeholder=" AND MORE", break_on_hyphens=False)


def _name(flight: Document) -> str:
    """A flight in the words of the question, without the slants that no text may have."""
    on = flight.get("date")
    day = f"{on[8:10]}{MONTHS[int(on[5:7]) - 1]}" if on else ""
    leg = flight.get("from", "") + flight.get("to", "")
    return "-".join(filter(None, (flight.get("flight") or flight.get("carrier", ""), day, leg)))
