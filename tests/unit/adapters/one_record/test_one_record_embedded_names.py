"""Embedded objects have names that are theirs alone, whatever names a document brings along, so that no answer mixes two of them
(Implementation Guidelines, "Blank Nodes and Embedded Objects"; Logistics Objects, "Get Audit Trail").
"""

from typing import Any

import pytest

from tests.unit.adapters.one_record.http_world import CONTEXT, Client, Web, change, operation
from tests.unit.adapters.one_record.node_world import AIRLINE, PIECE, subscription

NAMES = ["internal:w", "neone:1b2c", "urn:uuid:0c2c8a0e-6d4e-4b5e-8f43-6e7a54c1a001"]


def weight(name: str, kilograms: str, property: str = "grossWeight") -> dict[str, Any]:
    number = {"@type": "xsd:double", "@value": kilograms}
    return {f"cargo:{property}": {"@id": name, "@type": "cargo:Value", "cargo:numericalValue": number}}


def kilograms(node: dict[str, Any], property: str = "grossWeight") -> str:
    return str(node[f"cargo:{property}"]["cargo:numericalValue"]["@value"])


@pytest.mark.parametrize("name", NAMES)
def test_embedded_objects_of_two_objects_are_two(holder: Client, name: str) -> None:
    pieces = [holder.post({"@type": "cargo:Piece", **weight(name, one)}) for one in ("1", "2")]
    shipment = holder.post({"@type": "cargo:Shipment", "cargo:pieces": [{"@id": one} for one in pieces]})
    shown = holder.get(f"{shipment}?embedded=true")["cargo:pieces"]
    assert {one["@id"]: kilograms(one) for one in shown} == dict(zip(pieces, ("1", "2"), strict=True))
    names = {one["cargo:grossWeight"]["@id"] for one in shown}
    assert len(names) == 2
    assert all(one.startswith("internal:") for one in names)


def test_an_embedded_object_named_twice_in_one_object_is_one(holder: Client) -> None:
    value = weight("internal:w", "1")["cargo:grossWeight"]
    size = {"@type": "cargo:Dimensions", "cargo:length": value, "cargo:width": {"@id": "internal:w"}}
    shown = holder.get(holder.post({"@type": "cargo:Piece", "cargo:dimensions": size}))["cargo:dimensions"]
    assert shown["cargo:length"]["@id"] == shown["cargo:width"]["@id"] != "internal:w"


def test_a_code_keeps_its_name(holder: Client) -> None:
    code = {"@id": "urn:nord:codes:B7", "@type": "cargo:CodeListElement", "cargo:code": "B7"}
    shown = holder.get(holder.post({"@type": "cargo:Piece", "cargo:specialHandlingCodes": code}))
    assert shown["cargo:specialHandlingCodes"] == code


def test_get_logistics_events_embedded_objects_of_two_events_are_two(holder: Client) -> None:
    shipment = holder.post({"@type": "cargo:Shipment"})
    for one in ("1", "2"):
        event = {
            "@context": CONTEXT,
            "@type": "cargo:StatusUpdateEvent",
            "cargo:eventDate": {"@type": "xsd:dateTime", "@value": f"2026-11-2{one}T10:00:00Z"},
            **weight("internal:w", one, "recordedWeight"),
        }
        assert holder("POST", f"{shipment}/logistics-events", event).status_code == 201
    shown = holder.get(f"{shipment}/logistics-events?sort=ASC-eventDate")["api:hasItem"]
    assert [kilograms(one, "recordedWeight") for one in shown] == ["1", "2"]


@pytest.mark.parametrize("name", ["internal:change", "https://a.example/changes/1"])
def test_get_audit_trail_two_changes_of_one_name_are_two(holder: Client, name: str) -> None:
    piece = holder.post({"@type": "cargo:Piece"})
    for revision, mark in enumerate(("A", "B"), start=1):
        asked = {"@id": "internal:op", **operation("ADD", piece, "shippingMarks", mark)}
        asked["api:o"] = {"@id": "internal:o", **asked["api:o"]}
        body = change(piece, asked, revision=revision, **{"@id": name})
        assert holder("PATCH", piece, body).status_code == 201
    shown = holder.get(f"{piece}/audit-trail")["api:hasActionRequest"]
    marks = [one["api:hasChange"]["api:hasOperation"]["api:o"]["api:hasValue"] for one in shown]
    assert sorted(marks) == ["A", "B"]
    assert sorted(holder.get(piece)["cargo:shippingMarks"]) == ["A", "B"]


def test_link_a_verification_request_within_a_change(holder: Client) -> None:
    piece = holder.post({"@type": "cargo:Piece"})
    where = "https://us.example/one-record/action-requests/verified"
    for link in ({"@id": where}, {"@id": where, "@type": "api:VerificationRequest"}):
        body = change(piece, operation("ADD", piece, "upid", "1"), **{"api:hasVerificationRequest": link})
        shown = holder.get(holder("PATCH", piece, body).headers["Location"])["api:hasChange"]
        assert shown["api:hasVerificationRequest"]["@id"] == where


def test_send_notification_the_object_that_comes_along_states_its_own_revision(web: Web, holder: Client) -> None:
    """Not the one that stood in the document it was made from."""
    web.world.sharing.subscribe(web.node.holder, subscription(PIECE, AIRLINE, sendLogisticsObjectBody=True))
    stated = {"@type": "xsd:positiveInteger", "@value": "7"}
    piece = holder.post({"@type": "cargo:Piece", "api:hasRevision": stated, "api:hasLatestRevision": stated})
    body = holder("POST", "/access-delegations", granting(piece))
    assert body.status_code == 201
    holder("PATCH", piece, change(piece, operation("ADD", piece, "upid", "U")))
    (told,) = [one for _, _, one in web.world.owed() if one["api:hasEventType"]["@id"].endswith("LOGISTICS_OBJECT_UPDATED")]
    along = told["api:hasLogisticsObject"]
    assert (along["@id"], along["cargo:upid"]) == (piece, "U")
    assert {along["api:hasRevision"]["@value"], along["api:hasLatestRevision"]["@value"]} == {"2"}


def granting(piece: str) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "@type": "api:AccessDelegation",
        "api:hasPermission": {"@id": "api:GET_LOGISTICS_OBJECT"},
        "api:isRequestedFor": {"@id": AIRLINE},
        "api:hasLogisticsObject": {"@id": piece},
    }


def test_create_takes_no_event_inside_an_object(holder: Client) -> None:
    """Events are "neither logistics objects nor embedded object" (Logistics Events); they have a call of their own."""
    event = {
        "@type": "cargo:LogisticsEvent",
        "cargo:eventDate": {"@type": "xsd:dateTime", "@value": "2026-11-21T10:00:00Z"},
        "cargo:eventFor": {"@id": "_:s"},
    }
    body = {"@context": CONTEXT, "@id": "_:s", "@type": "cargo:Shipment", "cargo:events": event}
    answer = holder("POST", "/logistics-objects", body)
    assert answer.status_code == 400
    assert "logistics-events" in answer.text
