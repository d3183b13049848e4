"""What documents mean: keys from addresses, discrepancies, several targets, houses, pieces, currencies."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.one_record.format import build
from hub.envelope import Envelope, Outgoing
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.problem import Code
from hub.profiles import problem_rows, profile
from hub.statement import CLAIM, Reading

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LINE = Line(formats={"one-record": build()}, mappings=Mappings())
CODES = "https://onerecord.iata.org/ns/code-lists/"
CONTEXT = {"@vocab": "https://onerecord.iata.org/ns/cargo#"}
SITE = "https://data.green.example/logistics-objects/"
MASTER = {"@type": "Waybill", "waybillPrefix": "020", "waybillNumber": "12345675"}


def reading(document: dict[str, Any]) -> Reading:
    raw = json.dumps({"@context": CONTEXT, **document}).encode()
    envelope = Envelope(id="1", partner="green", channel="http", received_at=NOW, digest="", raw=raw)
    (one,) = LINE.understand(envelope, profile("standard", problem_rows())).readings
    return one


def event(**properties: Any) -> dict[str, Any]:
    return {"@type": "StatusUpdateEvent", "eventCode": {"@id": CODES + "StatusCode#RCS"}, **properties}


def moment(text: str) -> dict[str, str]:
    return {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": text}


def code(text: str) -> dict[str, str]:
    return {"@type": "CodeListElement", "code": text}


def write(target: str, document: dict[str, Any]) -> dict[str, Any]:
    written = LINE.render(target, document, Outgoing(message_id="m", control_reference="1", at=NOW))
    assert [one for one in written.problems if one.code is not Code.NOT_EXPRESSIBLE] == []
    made: dict[str, Any] = json.loads(written.raws[0])
    return made


@pytest.mark.parametrize("address", ["awb-020-12345675", "020-12345675", "02012345675", "waybills/020-12345675/shipment"])
def test_a_waybill_number_in_an_address_is_the_key(address: str) -> None:
    (said,) = reading(event(eventFor={"@id": SITE + address, "@type": "Shipment"})).said
    assert said.key == "awb:020-12345675"
    assert said.places["/awb"].path == "/eventFor/@id"


@pytest.mark.parametrize("address", ["1a8ded38-1804-467c-a369-81a411416b3c", "020-12345676", "902012345675", ""])
def test_without_a_number_the_key_is_missing(address: str) -> None:
    about = reading(event(eventFor={"@id": SITE + address, "@type": "Shipment"}))
    assert about.said == []
    assert [one.code for one in about.problems] == [Code.KEY_MISSING]


def test_a_discrepancy_is_a_code_and_its_reason() -> None:
    about = event(eventFor={"@type": "Shipment", "waybill": MASTER}, eventCode={"@id": CODES + "StatusCode#DIS_FDCA"})
    (said,) = reading(about).said
    assert said.facts["milestones"][0]["code"] == "DIS"
    assert said.facts["milestones"][0]["discrepancy"] == "FDCA"
    assert reading(about).not_carried == []
    assert write("one-record:StatusUpdateEvent", said.facts)["cargo:eventCode"]["@id"].endswith("StatusCode#DIS_FDCA")


def test_an_event_about_several_objects_is_a_statement_about_each() -> None:
    other = {"@type": "Waybill", "waybillPrefix": "020", "waybillNumber": "76543210"}
    targets = [
        {"@type": "Shipment", "waybill": MASTER},
        {"@type": "Piece", "ofShipment": {"@type": "Shipment", "waybill": other}},
        other,
    ]
    about = reading({"@type": "LogisticsEvent", "eventCode": {"@id": CODES + "StatusCode#ARR"}, "eventFor": targets})
    assert [said.key for said in about.said] == ["awb:020-12345675", "awb:020-76543210", "awb:020-76543210"]
    assert {said.facts["milestones"][0]["code"] for said in about.said} == {"ARR"}


def test_an_event_about_a_house_names_master_and_house() -> None:
    house = {"@type": "Waybill", "waybillType": {"@id": "https://onerecord.iata.org/ns/cargo#HOUSE"}, "waybillNumber": "H77"}
    about = event(
        eventFor={"@type": "Shipment", "waybill": {**house, "masterWaybill": MASTER}}, eventDate=moment("2026-11-21T10:00:00Z")
    )
    (said,) = reading(about).said
    assert (said.key, said.facts["milestones"][0]["house"]) == ("awb:020-12345675", "H77")
    written = write("one-record:StatusUpdateEvent", said.facts)
    again = reading({key: value for key, value in written.items() if key != "@context"} | {"@context": written["@context"]})
    assert [one.facts for one in again.said] == [said.facts]


def test_several_milestones_are_written_as_a_collection() -> None:
    milestones = [{"code": "RCS", "station": "FRA"}, {"code": "DEP", "station": "FRA"}]
    written = write("one-record:StatusUpdateEvent", {"awb": "020-12345675", "milestones": milestones})
    assert written["@type"] == "api:Collection"
    assert [one["cargo:eventCode"]["@id"][-3:] for one in written["api:hasItem"]] == ["RCS", "DEP"]


def test_a_house_waybill_alone_is_a_house_in_its_master() -> None:
    house = {"@type": "Waybill", "waybillType": {"@id": "https://onerecord.iata.org/ns/cargo#HOUSE"}, "waybillNumber": "H77"}
    said, claimed = reading({**house, "masterWaybill": MASTER, "departureLocation": {"locationCodes": [code("FRA")]}}).said
    assert (said.key, said.scope) == ("awb:020-12345675", "house:020-12345675:H77")
    assert said.facts["houses"] == [{"hawb": "H77", "origin": "FRA"}]
    assert (claimed.key, claimed.facts) == (f"{CLAIM}house:green:H77", {})
    assert [said.key for said in reading(house).said] == ["house:green:H77"]


def test_a_shipment_speaks_for_its_waybill_and_a_piece_for_its_shipment() -> None:
    (said,) = reading({"@type": "Shipment", "goodsDescription": "BOLTS", "waybill": MASTER}).said
    assert (said.key, said.scope, said.facts["goods"]) == ("awb:020-12345675", "shipment:020-12345675", ["BOLTS"])
    handling = {"@id": CODES + "SpecialHandlingCode#PER"}
    piece = {"@type": "Piece", "@id": SITE + "p1", "specialHandlingCodes": [handling], "ofShipment": {"waybill": MASTER}}
    (said,) = reading(piece).said
    assert (said.key, said.part, said.facts["special_handling"]) == ("awb:020-12345675", SITE + "p1", ["PER"])


def test_pieces_are_counted_and_written_one_by_one() -> None:
    written = write("one-record:Waybill", {"awb": "020-12345675", "pieces": 3, "special_handling": ["PER"]})
    pieces = written["cargo:shipment"]["cargo:pieces"]
    assert len({one["@id"] for one in pieces}) == 3
    assert all(one["cargo:skeletonIndicator"] is True and one["cargo:specialHandlingCodes"] for one in pieces)
    document = {key: value for key, value in written.items() if key != "@context"}
    again = reading({"@context": written["@context"], **document})
    assert again.said[0].facts == {"awb": "020-12345675", "pieces": 3, "special_handling": ["PER"]}


def test_an_airport_comes_before_other_codes_of_a_place() -> None:
    place = {"@type": "Location", "locationCodes": [code("DEFRA"), code("FRA")]}
    about = reading({**MASTER, "departureLocation": place})
    assert about.said[0].facts["origin"] == "FRA"
    assert [text for _, text in about.not_carried] == ["DEFRA"]


def test_a_reference_to_an_unknown_object_is_not_passed_over() -> None:
    about = reading({**MASTER, "departureLocation": {"@id": SITE + "FRA"}})
    assert [text for _, text in about.not_carried] == [SITE + "FRA"]


def test_amounts_in_a_second_currency_are_not_taken_for_the_first() -> None:
    def amount(number: float, currency: str) -> dict[str, Any]:
        return {"@type": "CurrencyValue", "numericalValue": number, "currencyUnit": {"@id": CODES + f"CurrencyCode#{currency}"}}

    about = reading({**MASTER, "declaredValueForCarriage": amount(5000.0, "EUR"), "declaredValueForCustoms": amount(10, "USD")})
    assert about.said[0].facts["charges"]["currency"] == "EUR"
    assert [text for _, text in about.not_carried] == ["USD"]


def test_no_value_declared_is_written_on_the_pieces() -> None:
    charges = {
        "currency": "EUR",
        "declared_carriage": "NVD",
        "declared_customs": "NCV",
        "insurance": "XXX",
        "weight_payment": "P",
    }
    written = LINE.render(
        "one-record:Waybill", {"awb": "020-12345675", "charges": charges}, Outgoing(message_id="m", control_reference="1", at=NOW)
    )
    assert [one.path for one in written.problems] == ["/charges/insurance"]
    made = json.loads(written.raws[0])
    assert "cargo:declaredValueForCustoms" not in made
    (piece,) = made["cargo:shipment"]["cargo:pieces"]
    assert piece["cargo:nvdForCarriage"] is True
    assert reading(made).said[0].facts["charges"] == {name: value for name, value in charges.items() if name != "insurance"}


def test_what_the_ontology_has_no_place_for_is_said() -> None:
    charges = {"lines": [{"line": 1, "rate": "2.00", "total": "300.00"}]}
    written = LINE.render(
        "one-record:Waybill", {"awb": "020-12345675", "charges": charges}, Outgoing(message_id="m", control_reference="1", at=NOW)
    )
    assert [(one.code, one.path) for one in written.problems] == [(Code.NOT_EXPRESSIBLE, "/charges/lines/0/total")]
