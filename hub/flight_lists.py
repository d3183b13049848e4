"""What is booked or loaded on a flight, from what is known of many shipments: a document for each consignment. Pure.

Knows no format and no partner: booking lists and manifests are written from what this gives.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from hub.canonical.document import Document, canonical_bytes
from hub.routing import Kind
from hub.store.projection import BOOKED, LOADED, departure

CONFIRMED = frozenset({"KK", "HK", "SS", "CA"})
"""Space allocation codes of space that is held or sold (reference/cargo-imp.md, section 7)."""

LOADS, BOOKINGS = "loads", "bookings"
LISTS = (LOADS, BOOKINGS)
"""The ``content`` of mappings that are written from what is on a flight: a manifest, a booking list."""

_QUANTITY = ("pieces", "weight", "volume", "density_group", "description_code")
_LEG = ("flight", "date", "from", "to")

Tellers = Mapping[str, frozenset[str]]
"""The partners who told an item of a list, by its pointer: ``/loads/0``, ``/bookings/1``, ``/milestones/<id>``."""


class Aboard(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment as it stands: its document, and who told its loads, bookings and milestones."""

    document: Document
    tellers: Tellers = {}


class Consignment(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment's line of a list: a document with nothing but its loads on the flight, and who told each of them.

    ``complete``: all that a list of its kind requires has been told.
    """

    document: Document
    tellers: Sequence[frozenset[str]] = ()
    complete: bool = True

    def told_by(self, partner: str) -> bool:
        """Whether a partner told all of it itself."""
        return bool(self.tellers) and all(partner in one for one in self.tellers)


def listed(kind: Kind, asked: Mapping[str, Any], aboard: Iterable[Aboard]) -> list[Consignment]:
    """What is loaded or booked (by the kind of list) on a flight: ``flight``, ``date``, ``from`` and perhaps ``to`` of ``asked``.

    In the order of points of unloading, unit load devices and waybill numbers.
    """
    of = _manifested if kind.content == LOADS else _booked
    found = [_consignment(one, of(asked, one.document), kind) for one in aboard]
    return sorted((one for one in found if one is not None), key=_place)


def _place(one: Consignment) -> tuple[str, ...]:
    first = one.document["loads"][0]
    return first.get("to", ""), first.get("uld", ""), one.document.get("awb", "")


def _consignment(one: Aboard, loads: Sequence[tuple[str, Document]], kind: Kind) -> Consignment | None:
    if not loads:
        return None
    head = {name: one.document[name] for name in kind.carries if name in one.document and name not in ("loads", "ulds")}
    units = {load["uld"] for _, load in loads if "uld" in load}
    ulds = [unit for unit in one.document.get("ulds", ()) if unit.get("uld") in units] if "ulds" in kind.carries else []
    document = {**head, "loads": [load for _, load in loads], **({"ulds": ulds} if ulds else {})}
    return Consignment(
        document=document,
        tellers=[one.tellers.get(pointer, frozenset()) for pointer, _ in loads],
        complete=all(name in document for name in kind.requires)
        and all(name in load for _, load in loads for name in ("pieces", "weight")),
    )


def _is_on(asked: Mapping[str, Any], leg: Document) -> bool:
    return all(leg.get(name) == asked[name] for name in _LEG if name in asked)


def _told(asked: Mapping[str, Any], document: Document, statuses: Sequence[str]) -> list[tuple[str, Document]]:
    """The loads that a list of the flight tells."""
    loads = enumerate(document.get("loads", ()))
    return [(f"/loads/{at}", one) for at, one in loads if one.get("status") in statuses and _is_on(asked, one)]


def _manifested(asked: Mapping[str, Any], document: Document) -> list[tuple[str, Document]]:
    """What a manifest says, else what has been reported as departed, else as manifested: never the same pieces twice."""
    told = _told(asked, document, ("manifested", "loaded"))
    return told or next((found for code in LOADED if (found := list(_reported(asked, document, code, "manifested")))), [])


def _booked(asked: Mapping[str, Any], document: Document) -> list[tuple[str, Document]]:
    """What a booking list says, else what bookings have come to, else what has been reported as booked."""
    told = _told(asked, document, ("booked",))
    if told:
        return told
    legs = [
        (f"/bookings/{at}", leg, booking)
        for at, booking in enumerate(document.get("bookings", ()))
        for leg in booking.get("flights", ())
        if _is_on(asked, leg)
    ]
    if legs:
        return [(at, _space(leg, booking, document)) for at, leg, booking in legs if leg.get("status") in CONFIRMED]
    return list(_reported(asked, document, BOOKED, "booked"))


def _space(leg: Document, booking: Document, shipment: Document) -> Document:
    """A part of the consignment where only that is booked, else all of it."""
    part = "pieces" in booking
    return _load(leg, booking if part else shipment, booking.get("description_code", "P") if part else "T", shipment, "booked")


def _reported(asked: Mapping[str, Any], document: Document, code: str, status: str) -> Iterator[tuple[str, Document]]:
    """What statuses of one code say of the flight."""
    for one in document.get("milestones", ()):
        leg = {**one, "from": one.get("station")}
        if one.get("code") != code or one.get("withdrawn") or not _is_on(asked, leg):
            continue
        holder = one if "pieces" in one else document
        whole = "T" if holder is document or one.get("pieces") == document.get("pieces") else "P"
        load = _load(leg, holder, one.get("description_code", whole) if holder is one else whole, document, status)
        units = [unit["uld"] for unit in one.get("ulds", ()) if "uld" in unit]
        yield f"/milestones/{one.get('id')}", {**load, **({"uld": units[0]} if len(units) == 1 else {})}


def _load(leg: Document, holder: Document, description: str, shipment: Document, status: str) -> Document:
    load = {name: leg[name] for name in _LEG if name in leg}
    load |= {name: holder[name] for name in _QUANTITY if name in holder}
    load |= {"status": status, "description_code": description}
    return load | ({"total_pieces": shipment["pieces"]} if description != "T" and "pieces" in shipment else {})


def reached(asked: Mapping[str, Any], aboard: Iterable[Aboard], codes: Sequence[str]) -> bool:
    """Whether a status of one of these codes is reported of the flight, for whichever consignment."""
    return any(
        one.get("code") in codes and not one.get("withdrawn") and _is_on(asked, {**one, "from": one.get("station")})
        for each in aboard
        for one in each.document.get("milestones", ())
    )


def on_flights(document: Document, carries: Sequence[str]) -> dict[str, bytes]:
    """All that lists are made of, by departure (``XX421/2026-11-21/FRA``): equal bytes change no list."""
    found: dict[str, list[Document]] = {}
    for kind in ("loads", "milestones"):
        for one in document.get(kind, ()):
            leg = one if kind == "loads" else {**one, "from": one.get("station")}
            if kind == "loads" or (one.get("flight") and not one.get("withdrawn") and one.get("code") in (*LOADED, BOOKED)):
                found.setdefault(departure(leg) or "", []).append(one)
    for booking in document.get("bookings", ()):
        for leg in booking.get("flights", ()):
            found.setdefault(departure(leg) or "", []).append(booking)
    head = {name: document[name] for name in (*carries, *_QUANTITY) if name in document and name != "loads"}
    return {name: canonical_bytes([head, told]) for name, told in found.items() if name}


def asked_of(departure: str) -> dict[str, str]:
    """The flight, day and station that a departure is the word for."""
    return dict(zip(("flight", "date", "from"), departure.split("/", 2), strict=True))
