"""What a shipment is found by and who may see it, taken from its document. Pure; knows no tables."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from hub.statement import Document

AWB, HOUSE, STATUS, DATE, ORIGIN, DESTINATION, PARTY = "awb", "house", "status", "date", "origin", "destination", "party"
REFERENCE, FLIGHT = "reference", "flight"
BOOKED, LOADED = "BKD", ("DEP", "MAN")
"""Statuses that say that a shipment is booked on a flight, or is on it, the surest first."""

_PARTIES = ("shipper", "consignee", "notify", "agent")
_PARTY_LISTS = ("also_notify", "other_participants")
_IDENTITIES = ("account", "iata_code", "participant")
_LONGEST = 200


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """The columns and the terms of one shipment."""

    status: str | None
    origin: str | None
    destination: str | None
    first_date: str | None
    terms: frozenset[tuple[str, str]]


def project(document: Document) -> Projection:
    """What the search and the visibility of a shipment need to know of its document."""
    status, origin, destination, date = (
        _text(document, "status"),
        _text(document, "origin"),
        _text(document, "destination"),
        _date(document),
    )
    single = ((AWB, _text(document, "awb")), (STATUS, status), (DATE, date))
    several = (*_houses(document), *_references(document), *_parties(document), *_flights(document))
    terms = frozenset((kind, value[:_LONGEST]) for kind, value in (*single, *several) if value)
    return Projection(status=status, origin=origin, destination=destination, first_date=date, terms=terms)


def _text(document: Document, name: str) -> str | None:
    value = document.get(name)
    return value[:16] if isinstance(value, str) and value else None


def _date(document: Document) -> str | None:
    """The day of the first flight, booked or requested; else of issue."""
    booked = [flight for one in _dicts(document.get("bookings")) for flight in _dicts(one.get("flights"))]
    flown = [one.get("date") for one in (*_dicts(document.get("flights")), *_dicts(document.get("loads")), *booked)]
    known = [one for one in flown if isinstance(one, str)]
    issued = document.get("issued")
    return min(known)[:10] if known else (_text(issued, "date") if isinstance(issued, dict) else None)


def _flights(document: Document) -> Iterator[tuple[str, str | None]]:
    """The flights it is booked on, or a list or a status says it is."""
    told = [one for one in _dicts(document.get("milestones")) if one.get("code") in (BOOKED, *LOADED)]
    booked = [flight for one in _dicts(document.get("bookings")) for flight in _dicts(one.get("flights"))]
    for one in (*_dicts(document.get("loads")), *booked, *({**one, "from": one.get("station")} for one in told)):
        yield FLIGHT, departure(one)


def departure(leg: Mapping[str, Any]) -> str | None:
    """A flight on its day from its station, as one word: ``XX421/2026-11-21/FRA``; None where one of them is not known."""
    names = [leg.get(name) for name in ("flight", "date", "from")]
    return "/".join(map(str, names)) if all(names) else None


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _houses(document: Document) -> Iterator[tuple[str, str | None]]:
    for one in _dicts(document.get("houses")):
        yield HOUSE, one.get("hawb")


def _references(document: Document) -> Iterator[tuple[str, str | None]]:
    for one in _dicts(document.get("references")):
        value = one.get("value")
        if isinstance(value, str):
            yield REFERENCE, value


def _parties(document: Document) -> Iterator[tuple[str, str | None]]:
    awb = document.get("awb")
    if isinstance(awb, str):
        yield PARTY, f"awb:{awb}"
        yield PARTY, f"prefix:{awb[:3]}"
    for party in _every_party(document):
        for name in _IDENTITIES:
            value = party.get(name)
            if isinstance(value, str):
                yield PARTY, f"{name}:{value}"
        for one in _dicts(party.get("identifiers")):
            yield PARTY, f"{one.get('type')}:{one.get('value')}"


def _every_party(document: Document) -> Iterable[dict[str, Any]]:
    for place in (document, *_dicts(document.get("houses"))):
        yield from (place[name] for name in _PARTIES if isinstance(place.get(name), dict))
        for name in _PARTY_LISTS:
            yield from _dicts(place.get(name))
