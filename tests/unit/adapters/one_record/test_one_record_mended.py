"""Bodies that spell right values wrongly, as clients of other servers do: what is plain is taken, what is not is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.one_record.vocabulary import CARGO, CODES
from tests.unit.adapters.one_record.http_world import CONTEXT, Web, change, operation
from tests.unit.adapters.one_record.node_world import BASE, world

CHECK, PIECE = f"{BASE}/logistics-objects/check", f"{BASE}/logistics-objects/piece"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with world(tmp_path) as node:
        yield Web(node)


def posted(web: Web, body: dict[str, Any], path: str = "/logistics-objects") -> httpx.Response:
    return web.client()("POST", path, {"@context": CONTEXT, **body})


def typed(text: str, kind: str) -> dict[str, str]:
    return {"@type": f"xsd:{kind}", "@value": text}


@pytest.mark.parametrize(
    ("kind", "name", "sent", "shown"),
    [
        ("Check", "actionStartTime", "2026-04-27T05:48:00Z", typed("2026-04-27T05:48:00Z", "dateTime")),
        ("Piece", "slac", "5", typed("5", "integer")),
        ("Piece", "coload", "true", True),
        ("Piece", "ofShipment", f"{BASE}/logistics-objects/s1", {"@id": f"{BASE}/logistics-objects/s1"}),
        ("Piece", "ofShipment", "https://far.example/lo/1", {"@id": "https://far.example/lo/1"}),
        ("Waybill", "waybillType", "MASTER", {"@id": CARGO + "MASTER"}),
        ("Waybill", "waybillType", CARGO + "MASTER", {"@id": CARGO + "MASTER"}),
        ("Piece", "specialHandlingCodes", "EAW", {"@id": CODES + "SpecialHandlingCode#EAW"}),
    ],
)
def test_a_plain_text_that_says_its_value_plainly_is_that_value(web: Web, kind: str, name: str, sent: str, shown: Any) -> None:
    made = posted(web, {"@id": CHECK, "@type": f"cargo:{kind}", f"cargo:{name}": sent})
    assert made.status_code == 201, made.text
    assert web.client().get(CHECK)[f"cargo:{name}"] == shown


def test_values_inside_other_values_too(web: Web) -> None:
    weight = {"@type": "cargo:Value", "cargo:numericalValue": "12.50", "cargo:unit": "KGM"}
    web.client().post({"@id": PIECE, "@type": "cargo:Piece", "cargo:grossWeight": weight})
    held = web.client().get(PIECE)["cargo:grossWeight"]
    assert held["cargo:numericalValue"]["@value"] == "12.5"
    assert held["cargo:unit"]["@id"] == CODES + "MeasurementUnitCode#KGM"


@pytest.mark.parametrize(
    ("kind", "name", "sent"),
    [
        ("Piece", "slac", "five"),
        ("Piece", "slac", " 5"),
        ("Piece", "coload", "yes"),
        ("Piece", "coload", {"@value": "true", "@language": "en"}),
        ("Piece", "ofShipment", "SHIPMENT 1"),
        ("Piece", "ofShipment", "s1"),
        ("Piece", "ofShipment", "https://far.example/lo 1"),
        ("Piece", "ofShipment", "javascript:alert(1)"),
        ("Waybill", "waybillType", "MASTERFUL"),
        ("Waybill", "arrivalLocation", "FRA"),
        ("Check", "actionStartTime", "2026-04-31T05:48:00Z"),
        ("Check", "actionStartTime", "yesterday"),
    ],
)
def test_what_is_not_plain_is_refused(web: Web, kind: str, name: str, sent: Any) -> None:
    answer = posted(web, {"@id": CHECK, "@type": f"cargo:{kind}", f"cargo:{name}": sent})
    assert (answer.status_code, f"{kind}#{name}" in answer.text) == (400, True)


def test_a_change_says_its_datatypes_itself_and_is_held_to_them(web: Web) -> None:
    web.client().post({"@id": PIECE, "@type": "cargo:Piece"})
    told = change(PIECE, operation("ADD", PIECE, "coload", "true"))
    made = web.client()("PATCH", PIECE, told)
    assert made.status_code == 201, made.text
    assert web.client().get(made.headers["Location"])["api:hasRequestStatus"]["@id"].endswith("REQUEST_FAILED")


@pytest.mark.parametrize("path", ["//logistics-objects/piece", "//logistics-objects//piece/", "/logistics-objects/piece//"])
def test_an_address_with_a_slash_too_many_is_that_address(web: Web, path: str) -> None:
    """A base address that ends in a slash, and a path that begins with one: the standard's own collection does it."""
    web.client().post({"@id": PIECE, "@type": "cargo:Piece", "cargo:upid": "A"})
    assert web.client().get(BASE + path)["cargo:upid"] == "A"


def test_what_is_asked_for_says_whether_it_is_to_be_told_of_as_the_ontology_demands(web: Web) -> None:
    """``notifyRequestStatusChange`` is mandatory in the ontology and left out by most; readers made from the ontology want it."""
    web.client().post({"@id": PIECE, "@type": "cargo:Piece"})
    told = change(PIECE, operation("ADD", PIECE, "upid", "A"))
    for stated in (None, True):
        body = told | (
            {"api:notifyRequestStatusChange": stated} if stated else {"api:hasRevision": typed("1", "positiveInteger")}
        )
        made = web.client()("PATCH", PIECE, {**body, "@context": CONTEXT})
        shown = web.client().get(made.headers["Location"])["api:hasChange"]
        assert shown["api:notifyRequestStatusChange"] is bool(stated)


def test_an_event_is_read_as_leniently(web: Web) -> None:
    web.client().post({"@id": PIECE, "@type": "cargo:Piece"})
    event = {"@type": "cargo:LogisticsEvent", "cargo:eventCode": "RCS", "cargo:eventDate": "2026-04-27T05:50:00.000Z"}
    made = posted(web, event, f"{PIECE}/logistics-events")
    assert made.status_code == 201, made.text
    held = web.client().get(made.headers["Location"])
    assert held["cargo:eventDate"] == typed("2026-04-27T05:50:00Z", "dateTime")
    assert held["cargo:eventCode"]["@id"] == CODES + "StatusCode#RCS"
