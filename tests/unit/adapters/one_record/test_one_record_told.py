"""What the hub is told by objects that only refer to what they are part of; security declarations and customs information."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from adapters.one_record.format import build
from adapters.one_record.server.told import arrival
from hub.envelope import Envelope, Outgoing
from hub.mapping import Mappings
from hub.objects import Nodes
from hub.pipeline import Line
from hub.profiles import problem_rows, profile
from hub.statement import Reading

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LINE = Line(formats={"one-record": build()}, mappings=Mappings())
STANDARD = profile("standard", problem_rows())
CARGO = "https://onerecord.iata.org/ns/cargo#"
CODES = "https://onerecord.iata.org/ns/code-lists/"
SITE = "https://hub.example/logistics-objects/"


def node(id: str, type: str, **values: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"@id": SITE + id, "@type": [CARGO + type]}
    for name, value in values.items():
        made[CARGO + name] = value if isinstance(value, list) else [{"@value": value}]
    return made


def link(id: str) -> list[dict[str, str]]:
    return [{"@id": SITE + id}]


HELD = {
    SITE + "w7": [node("w7", "Waybill", waybillPrefix="020", waybillNumber="12345675", shippingInfo="NOT TOLD AGAIN")],
    SITE + "s7": [node("s7", "Shipment", waybill=link("w7"), goodsDescription="NOT TOLD AGAIN")],
    SITE + "p7": [node("p7", "Piece", ofShipment=link("s7"))],
}


def readings(raw: bytes) -> list[Reading]:
    envelope = Envelope(id="1", partner="green", channel="http", received_at=NOW, digest="", raw=raw)
    return list(LINE.understand(envelope, STANDARD).readings)


def holding(held: dict[str, Nodes]) -> Any:
    """As much of a node as telling the hub needs: objects by id, addresses both ways."""

    def get_all(ids: list[str]) -> dict[str, Any]:
        return {id: SimpleNamespace(nodes=held[SITE + id]) for id in ids if SITE + id in held}

    return SimpleNamespace(
        doors=SimpleNamespace(objects=SimpleNamespace(get_all=get_all)),
        object_id=lambda iri: iri.removeprefix(SITE) if iri.startswith(SITE) else "",
        object_iri=lambda name: SITE + name,
    )


def told(nodes: Nodes) -> list[Reading]:
    found = arrival(holding(HELD), nodes, "green")
    assert found is not None
    return readings(found.raw)


def test_a_piece_that_refers_to_its_shipment_is_told_with_the_number_of_the_waybill() -> None:
    (reading,) = told([node("p9", "Piece", ofShipment=link("s7"), goodsDescription="PUMPS")])
    (said,) = reading.said
    assert said.key == "awb:020-12345675"
    assert said.facts == {"awb": "020-12345675", "pieces": 1, "goods": ["PUMPS"]}


def test_an_event_about_a_held_piece_finds_its_waybill() -> None:
    code = [{"@id": CODES + "StatusCode#RCS"}]
    event = node("p7/logistics-events/1", "LogisticsEvent", eventCode=code, eventFor=link("p7"))
    (reading,) = told([event, {"@id": SITE + "p7", "@type": [CARGO + "Piece"]}])
    assert [said.key for said in reading.said] == ["awb:020-12345675"]
    assert reading.said[0].facts["milestones"][0]["code"] == "RCS"


def test_what_nobody_holds_leaves_the_key_missing_and_says_so() -> None:
    (reading,) = told([node("p9", "Piece", ofShipment=link("elsewhere"), goodsDescription="PUMPS")])
    assert [str(one.code) for one in reading.problems] == ["key.missing"]


def test_a_circle_of_held_objects_ends() -> None:
    circle = {SITE + one: [node(one, "Waybill", masterWaybill=link("b" if one == "a" else "a"))] for one in "ab"}
    found = arrival(holding(circle), [node("x", "Shipment", waybill=link("a"))], "green")
    assert found is not None
    assert {one.subject for one in readings(found.raw)} == {"shipment"}


def test_a_security_declaration_alone_is_the_lines_it_stands_for() -> None:
    entity = [{"@id": "internal:1"}]
    declaration = node("d1", "SecurityDeclaration", issuedForShipment=link("s7"), regulatedEntityIssuer=entity)
    declaration[CARGO + "securityStatus"] = [{"@id": CODES + "SecurityStatus#SPX"}]
    declaration[CARGO + "issuedOn"] = [{"@value": "2026-11-20T08:30:00", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}]
    agent = {
        "@id": "internal:1",
        "@type": [CARGO + "RegulatedEntity"],
        CARGO + "regulatedEntityIdentifier": [{"@value": "DE/RA/00100-01"}],
        CARGO + "regulatedEntityCategory": [{"@id": CODES + "RegulatedEntityCategoryCode#RA"}],
    }
    (reading,) = told([declaration, agent])
    assert reading.not_carried == []
    assert reading.said[0].facts["customs"] == [
        {"line": 1, "country": "DE", "subject": "ISS", "identifier": "RA", "text": "00100-01"},
        {"line": 2, "identifier": "SS", "text": "SPX"},
        {"line": 3, "identifier": "SD", "text": "20NOV260830"},
    ]


def test_customs_information_alone_is_a_customs_line() -> None:
    customs = node("c1", "CustomsInformation", issuedForShipment=link("s7"), note="9988")
    customs[CARGO + "country"] = [{"@id": "internal:2"}]
    country = {"@id": "internal:2", "@type": [CARGO + "CodeListElement"], CARGO + "code": [{"@value": "US"}]}
    (reading,) = told([customs, country])
    assert reading.said[0].facts["customs"] == [{"line": 1, "country": "US", "text": "9988"}]


def test_a_declaration_beside_the_lines_it_repeats_adds_none() -> None:
    facts = {
        "awb": "020-12345675",
        "customs": [
            {"line": 1, "country": "DE", "subject": "ISS", "identifier": "RA", "text": "00100-01"},
            {"line": 2, "identifier": "ED", "text": "0429"},
            {"line": 3, "identifier": "SM", "text": "XRY"},
            {"line": 4, "country": "US", "subject": "CNE", "identifier": "T", "text": "9988"},
        ],
    }
    raw = LINE.render("one-record:Waybill", facts, Outgoing(message_id="m", control_reference="1", at=NOW)).raws[0]
    (declaration,) = json.loads(raw)["cargo:shipment"]["cargo:securityDeclarations"]
    assert declaration["cargo:regulatedEntityIssuer"]["cargo:regulatedEntityIdentifier"] == "DE/RA/00100-01"
    assert declaration["cargo:regulatedEntityIssuer"]["cargo:regulatedEntityExpiryDate"]["@value"] == "2029-04-01T00:00:00"
    (reading,) = readings(raw)
    assert (reading.said[0].facts, reading.not_carried) == (facts, [])
