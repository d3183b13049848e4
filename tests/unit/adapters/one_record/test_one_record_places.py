"""What less usual properties have a place for goes through objects and back: parts of a booking, legs told to customs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.one_record.format import build
from hub.canonical.document import Document
from hub.envelope import Envelope
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.profiles import problem_rows, profile
from hub.statement import Reading
from tests.one_record_rounds import outlined, read_again, silently_changed

CARGO = "https://onerecord.iata.org/ns/cargo#"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LINE = Line(formats={"one-record": build()}, mappings=Mappings())
STANDARD = profile("standard", problem_rows())
HEAD = {"key": "awb:020-12345675:1", "awb": "020-12345675", "origin": "FRA", "destination": "SGN"}
LEG = {"flight": "QR066", "date": "2026-11-21", "from": "FRA", "to": "DOH", "status": "KK"}


def lost(document: Document) -> tuple[dict[str, Any], set[str]]:
    """What changed in silence, and what was named, of a document through its objects and back."""
    outline, named = outlined(LINE, document)
    return silently_changed(document, read_again(LINE, outline, STANDARD)[document["key"]], named), named


def test_the_part_that_is_booked_is_a_piece_group() -> None:
    booking = {"flights": [LEG], "pieces": 4, "weight": {"value": "80.5", "unit": "KGM"}}
    assert lost({**HEAD, "bookings": [booking]}) == ({}, set())


def read(document: Document) -> Reading:
    raw = json.dumps({"@context": {"cargo": CARGO}, **document}).encode()
    envelope = Envelope(id="1", partner="green", channel="http", received_at=NOW, digest="", raw=raw)
    (reading,) = LINE.understand(envelope, STANDARD).readings
    return reading


def group(pieces: int | None, weight: float | None, unit: str = "KGM") -> dict[str, Any]:
    code = {"@id": f"https://onerecord.iata.org/ns/code-lists/MeasurementUnitCode#{unit}"}
    made: dict[str, Any] = {"@type": "cargo:PieceGroup"}
    made |= {"cargo:pieceGroupCount": pieces} if pieces is not None else {}
    value = {"@type": "cargo:Value", "cargo:numericalValue": weight, "cargo:unit": code}
    return made | ({"cargo:pieceGroupGrossWeight": value} if weight is not None else {})


def booked(*groups: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What a Booking of these piece groups says of the part booked, and the properties that were not carried."""
    shipment = {"@type": "cargo:BookingShipment", "cargo:pieceGroups": list(groups)}
    number = {"cargo:waybillPrefix": "020", "cargo:waybillNumber": "12345675"}
    reading = read({"@type": "cargo:Booking", **number, "cargo:bookingShipmentDetails": shipment})
    (booking,) = reading.said[0].facts.get("bookings", [{}])
    return booking, [text for _, text in reading.not_carried]


@pytest.mark.parametrize(
    ("groups", "said", "unsaid"),
    [
        ([group(2, 10.5), group(3, 20)], {"pieces": 5, "weight": {"value": "30.5", "unit": "KGM"}}, 0),
        ([group(2, 10.5), group(3, 20, "LBR")], {"pieces": 5}, 4),
        ([group(2, 10.5), group(3, None)], {"pieces": 5}, 2),
        ([group(2, 10.5), group(None, 20)], {"weight": {"value": "30.5", "unit": "KGM"}}, 1),
    ],
    ids=["alike", "other-unit", "without-weight", "without-count"],
)
def test_piece_groups_are_told_together_as_far_as_all_say_it(groups: list[Any], said: Document, unsaid: int) -> None:
    booking, not_carried = booked(*groups)
    assert booking == said
    assert len(not_carried) == unsaid


def test_what_was_told_to_customs_is_told_with_its_leg() -> None:
    told = {"code": "CRC", "from": "LGG", "station": "SVO", "to": "DME", "at": "2026-11-21T09:11", "time": "actual", "pieces": 4}
    assert lost({**HEAD, "milestones": [{**told, "id": "a"}]}) == ({}, set())


@pytest.mark.parametrize("code", ["BKD", "MAN", "PRE", "DEP", "ARR", "RCF", "AWR", "CRC", "RCS", "DLV", "DIS"])
def test_no_code_tells_more_ends_of_a_leg_than_come_back(code: str) -> None:
    told = {"code": code, "station": "FRA", "at": "2026-11-21T09:11", "time": "actual", "pieces": 4, "to": "DOH"}
    changed, named = lost({**HEAD, "milestones": [{**told, "id": "a"}]})
    assert changed == {}
    assert named <= {"/milestones/0/to"}
