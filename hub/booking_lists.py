"""What is booked on a flight, from what is known of many shipments: a document with one load for each consignment. Pure.

Knows no format: a booking list is written from what this gives.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.canonical.document import Document

CONFIRMED = frozenset({"KK", "HK", "SS", "CA"})
"""Space allocation codes of space that is held or sold (reference/cargo-imp.md, section 7)."""

_TOLD = ("awb", "origin", "destination", "pieces", "weight", "goods", "special_handling")


def booked_on(asked: Mapping[str, Any], shipments: Iterable[Document]) -> list[Document]:
    """The shipments booked on a flight (``flight``, ``date``, ``from`` and perhaps ``to`` of ``asked``) by unloading point."""
    found = [{**_head(one), "loads": [load]} for one in shipments for load in _loads(asked, one)]
    return sorted(found, key=lambda one: (one["loads"][0].get("to", ""), one.get("awb", "")))


def _head(shipment: Document) -> Document:
    return {name: shipment[name] for name in _TOLD if name in shipment}


def _loads(asked: Mapping[str, Any], shipment: Document) -> Iterator[Document]:
    """What a booking list says, else what a booking has come to: never the same space twice."""
    listed = [one for one in shipment.get("loads", ()) if one.get("status") == "booked" and _is_on(asked, one)]
    if listed:
        yield from listed
        return
    for booking in shipment.get("bookings", ()):
        for leg in booking.get("flights", ()):
            if leg.get("status") in CONFIRMED and _is_on(asked, leg):
                yield _load(leg, booking, shipment)


def _is_on(asked: Mapping[str, Any], leg: Document) -> bool:
    return all(leg.get(name) == asked.get(name) for name in ("flight", "date", "from") if name in asked) and (
        "to" not in asked or leg.get("to") == asked["to"]
    )


def _load(leg: Document, booking: Document, shipment: Document) -> Document:
    """A part of the consignment where only that is booked, else all of it."""
    part = "pieces" in booking
    holder = booking if part else shipment
    load: Document = {name: leg[name] for name in ("flight", "date", "from", "to") if name in leg}
    load |= {name: holder[name] for name in ("pieces", "weight", "volume") if name in holder}
    load |= {"status": "booked", "description_code": booking.get("description_code", "P") if part else "T"}
    return load | ({"total_pieces": shipment["pieces"]} if part and "pieces" in shipment else {})
