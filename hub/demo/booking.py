"""The demonstration's booking system: it has space for light consignments and a waiting list for heavy ones. Knows no format."""

from decimal import Decimal
from typing import Any

from hub.booking import BookingAnswer, BookingRequest

HEAVY = Decimal(2000)
"""Kilograms from which a flight has only a waiting list."""

_ANSWERS = {"XX": "CN", "SS": "HK", "CA": "HK"}


class DemoDesk:
    """Confirms, puts on the waiting list, notes cancellations; remembers nothing, so asking twice books nothing twice."""

    def answer(self, request: BookingRequest) -> BookingAnswer:
        """See :class:`hub.booking.BookingDesk`."""
        booking = request.document["bookings"][0]
        heavy = _kilograms(booking) >= HEAVY or _kilograms(request.document) >= HEAVY
        space = "LL" if heavy else "KK"
        statuses = [_ANSWERS.get(leg.get("status", ""), space) for leg in booking["flights"]]
        return BookingAnswer(statuses=statuses, remarks=["CALL US FOR A FREIGHTER"] if heavy and "LL" in statuses else [])


def _kilograms(holder: Any) -> Decimal:
    weight = holder.get("weight", {})
    return Decimal(weight.get("value", "0")) * (Decimal("0.45359237") if weight.get("unit") == "LBR" else 1)


def build() -> DemoDesk:
    """The factory that ``booking_desk`` names."""
    return DemoDesk()
