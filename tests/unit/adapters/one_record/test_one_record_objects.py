"""Logistics objects over HTTP, named by the standard's page and section (API-Security, logistics-objects.md)."""

from typing import Any

import pytest

from adapters.one_record.vocabulary import API, CARGO, CODES
from hub.objects import GET_OBJECT, PERMISSIONS, Grant
from tests.unit.adapters.one_record.http_world import CONTEXT, Client, Web, change, error, operation
from tests.unit.adapters.one_record.node_world import AIRLINE, BASE, STRANGER

KILOGRAM = CODES + "MeasurementUnitCode#KGM"
DOUBLE, BOOLEAN = "http://www.w3.org/2001/XMLSchema#double", "http://www.w3.org/2001/XMLSchema#boolean"


@pytest.fixture
def piece(holder: Client) -> str:
    weight = {"@type": "cargo:Value", "cargo:numericalValue": 20.5, "cargo:unit": {"@id": KILOGRAM}}
    return holder.post({"@type": "cargo:Piece", "cargo:coload": False, "cargo:grossWeight": weight})


def test_create_gives_location_and_the_most_specific_type(holder: Client) -> None:
    body = {"@context": CONTEXT, "@type": ["cargo:Organization", "cargo:Company", "cargo:LogisticsObject"], "cargo:name": "Nord"}
    answer = holder("POST", "/logistics-objects", body)
    assert answer.status_code == 201
    assert answer.headers["Type"] == CARGO + "Company"
    assert answer.headers["Location"].startswith(f"{BASE}/logistics-objects/")
    assert answer.headers["Content-Language"] == "en-US"
    assert answer.content == b""


def test_create_keeps_a_given_id_once(holder: Client) -> None:
    body = {"@context": CONTEXT, "@id": f"{BASE}/logistics-objects/piece-7", "@type": "cargo:Piece"}
    assert holder("POST", "/logistics-objects", body).headers["Location"].endswith("/piece-7")
    again = holder("POST", "/logistics-objects", body)
    assert again.status_code == 409
    assert error(again)[0] == "Identifier conflict"


@pytest.mark.parametrize(
    "id",
    [
        "https://elsewhere.example/logistics-objects/1",
        f"{BASE}/logistics-objects/a/b",
        f"{BASE}/logistics-objects/a?at=20260101T000000Z",
        "urn:x:1",
    ],
)
def test_create_takes_no_id_that_is_not_its_own_to_give(holder: Client, id: str) -> None:
    answer = holder("POST", "/logistics-objects", {"@context": CONTEXT, "@id": id, "@type": "cargo:Piece"})
    assert answer.status_code == 400
    assert error(answer)[0] == "Invalid resource"


def test_create_is_for_the_holder_only(web: Web) -> None:
    answer = web.client(AIRLINE)("POST", "/logistics-objects", {"@context": CONTEXT, "@type": "cargo:Piece"})
    assert answer.status_code == 403
    assert error(answer)[0] == "Not authorized to perform action"


EXPANDED = [{"@type": [CARGO + "Piece"], CARGO + "goodsDescription": [{"@value": "Books"}]}]
FLATTENED = {
    "@context": {"cargo": CARGO},
    "@graph": [
        {"@id": "_:b0", "@type": "cargo:Piece", "cargo:goodsDescription": "Books", "cargo:grossWeight": {"@id": "_:b1"}},
        {"@id": "_:b1", "@type": "cargo:Value", "cargo:unit": {"@id": KILOGRAM}},
    ],
}
TURTLE = f'@prefix c: <{CARGO}> . [] a c:Piece ; c:goodsDescription "Books" .'.encode()


@pytest.mark.parametrize(
    ("body", "media"),
    [(EXPANDED, "application/ld+json; version=2.3.0"), (FLATTENED, "application/ld+json"), (TURTLE, "text/turtle")],
    ids=["expanded", "flattened", "turtle"],
)
def test_serialization_and_data_formats_every_document_form(holder: Client, body: Any, media: str) -> None:
    answer = holder("POST", "/logistics-objects", body, Content_Type=media)
    assert answer.status_code == 201, answer.text
    assert holder.get(answer.headers["Location"])["cargo:goodsDescription"] == "Books"


@pytest.mark.parametrize(
    ("body", "property"),
    [
        ({"@type": "cargo:Parcel"}, ""),
        ({"@type": "cargo:Piece", "cargo:slac": "many"}, "slac"),
        ({"@type": "cargo:Piece", "cargo:grossWeight": {"@type": "cargo:Dimensions"}}, "grossWeight"),
        ({"@type": "cargo:Piece", "cargo:goodsDescription": ["a", "b"]}, "goodsDescription"),
        (
            {"@type": "cargo:Piece", "cargo:specialHandlingCodes": {"@id": CODES + "SpecialHandlingCode#NIX"}},
            "specialHandlingCodes",
        ),
        ({"@type": "cargo:Value", "cargo:numericalValue": 1}, ""),
        ({"cargo:goodsDescription": "no class"}, ""),
    ],
)
def test_validation_refuses_what_the_ontology_does_not_allow_and_says_where(
    holder: Client, body: dict[str, Any], property: str
) -> None:
    answer = holder("POST", "/logistics-objects", {"@context": CONTEXT, **body})
    assert answer.status_code == 400
    title, details = error(answer)
    assert title == "Invalid resource"
    assert details[0]["api:hasCode"] == "400"
    if property:
        assert details[0]["api:hasProperty"]["@value"] == CARGO + property
        assert f"#/cargo:{property}" in details[0]["api:hasResource"]["@value"]


def test_validation_accepts_additional_properties_and_keeps_them(holder: Client) -> None:
    where = holder.post({"@type": "cargo:Piece", "https://nord.example/ns#shelf": "B7"})
    assert holder.get(where)["https://nord.example/ns#shelf"] == "B7"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b'{"@context": "https://evil.example/context.jsonld", "@type": "x"}',
        b"[" * 500 + b"]" * 500,
        b'"just text"',
    ],
)
def test_error_handling_a_body_that_cannot_be_read_is_an_invalid_body(holder: Client, body: bytes) -> None:
    answer = holder("POST", "/logistics-objects", body)
    assert answer.status_code == 400
    assert error(answer)[0] == "Invalid body request"


def test_create_refuses_a_body_of_several_objects(holder: Client) -> None:
    two = {"@context": CONTEXT, "@graph": [{"@type": "cargo:Piece"}, {"@type": "cargo:Piece", "cargo:slac": 1}]}
    assert holder("POST", "/logistics-objects", two).status_code == 400


def test_create_example_a2_a_nested_object_becomes_one_of_its_own(holder: Client) -> None:
    person = {"@type": "cargo:Person", "cargo:firstName": "Ada"}
    where = holder.post({"@type": "cargo:Company", "cargo:name": "Nord", "cargo:contactPersons": [person]})
    linked = holder.get(where)["cargo:contactPersons"]
    assert linked == {"@id": linked["@id"], "@type": "cargo:Person"}
    assert holder.get(linked["@id"])["cargo:firstName"] == "Ada"
    inside = holder.get(f"{where}?embedded=true")["cargo:contactPersons"]
    assert (inside["cargo:firstName"], inside["api:hasRevision"]["@value"]) == ("Ada", "1")


def test_blank_nodes_embedded_objects_have_ids_that_stay(holder: Client, piece: str) -> None:
    first = holder.get(piece)["cargo:grossWeight"]
    assert first["@id"].startswith("internal:")
    assert first == holder.get(piece)["cargo:grossWeight"]
    assert first["cargo:numericalValue"] == {"@type": "xsd:double", "@value": "20.5"}


def test_get_carries_its_headers_and_its_revision(web: Web, holder: Client, piece: str) -> None:
    answer = holder("GET", piece)
    made = web.world.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
    expected = {
        "Content-Type": "application/ld+json; version=2.3.0",
        "Content-Language": "en-US",
        "Type": CARGO + "Piece",
        "Revision": "1",
        "Latest-Revision": "1",
        "Last-Modified": made,
        "Location": piece,
    }
    assert {name: answer.headers[name] for name in expected} == expected
    body = answer.json()
    assert body["@id"] == piece
    assert (body["api:hasRevision"]["@value"], body["api:hasLatestRevision"]["@value"]) == ("1", "1")


def test_retrieve_logistics_object_metadata_is_get_without_its_body(holder: Client, piece: str) -> None:
    told, asked = holder("GET", piece), holder("HEAD", piece)
    assert asked.content == b""
    assert dict(asked.headers) == dict(told.headers)


def test_get_is_denied_to_who_has_no_access(web: Web, piece: str) -> None:
    answer = web.client(STRANGER)("GET", piece)
    assert answer.status_code == 403
    assert error(answer)[1][0]["api:hasResource"]["@value"] == piece
    assert web.client("")("GET", piece).status_code == 401
    assert web.client("")("GET", piece).headers["WWW-Authenticate"] == "Bearer"


def test_get_embedded_shows_only_what_the_caller_may_read(web: Web, holder: Client, piece: str) -> None:
    where = holder.post({"@type": "cargo:Shipment", "cargo:pieces": [{"@id": piece}]})
    web.world.node.access.grant([Grant(object=where.rsplit("/", 1)[1], agent=AIRLINE, permission=GET_OBJECT)])
    assert "cargo:coload" in holder.get(f"{where}?embedded=true")["cargo:pieces"]
    assert web.client(AIRLINE).get(f"{where}?embedded=true")["cargo:pieces"] == {"@id": piece}


def test_get_embedded_nobody_speaks_for_an_object_that_links_theirs(holder: Client) -> None:
    name = "https://nord.example/weights/1"
    false = {"@id": name, "@type": "cargo:Value", "cargo:numericalValue": 99.5, "cargo:unit": {"@id": KILOGRAM}}
    other = holder.post({"@type": "cargo:Piece", "cargo:grossWeight": false})
    true = {"@id": name, "@type": "cargo:Value", "cargo:numericalValue": 1.5}
    where = holder.post({"@type": "cargo:Shipment", "cargo:totalGrossWeight": true, "cargo:pieces": [{"@id": other}]})
    shown = holder("GET", f"{where}?embedded=true").text
    assert '"1.5"' in shown
    assert '"99.5"' not in shown


def test_get_embedded_objects_in_a_circle_end(holder: Client) -> None:
    shipment, waybill = f"{BASE}/logistics-objects/s", f"{BASE}/logistics-objects/w"
    holder.post({"@id": waybill, "@type": "cargo:Waybill", "cargo:shipment": {"@id": shipment}})
    holder.post({"@id": shipment, "@type": "cargo:Shipment", "cargo:waybill": {"@id": waybill}})
    body = holder.get(f"{waybill}?embedded=true")
    assert body["cargo:shipment"]["cargo:waybill"] == {"@id": waybill}


def test_retrieve_a_historical_object_and_its_links_of_that_time(web: Web, holder: Client, piece: str) -> None:
    where = holder.post({"@type": "cargo:Shipment", "cargo:pieces": [{"@id": piece}], "cargo:goodsDescription": "old"})
    then = web.world.clock.now().strftime("%Y%m%dT%H%M%SZ")
    web.world.clock.forward(60)
    operations = (
        operation("DELETE", where, "goodsDescription", "old"),
        operation("ADD", where, "goodsDescription", "new"),
    )
    assert holder("PATCH", where, change(where, *operations)).status_code == 201
    answer = holder("GET", f"{where}?at={then}")
    body = answer.json()
    assert (body["cargo:goodsDescription"], body["cargo:pieces"]["@id"]) == ("old", f"{piece}?at={then}")
    assert (answer.headers["Revision"], answer.headers["Latest-Revision"]) == ("1", "2")
    assert answer.headers["Location"] == f"{where}?at={then}"
    assert "cargo:coload" in holder.get(f"{where}?at={then}&embedded=true")["cargo:pieces"]
    assert holder.get(where)["cargo:goodsDescription"] == "new"


@pytest.mark.parametrize(
    ("query", "status", "title"),
    [
        ("at=20190926T075830Z", 404, "Resource not found"),
        ("at=29990101T000000Z", 400, "Invalid query parameter request"),
        ("at=2019-09-26", 400, "Invalid query parameter request"),
        ("at=20191326T075830Z", 400, "Invalid query parameter request"),
        ("embedded=yes", 400, "Invalid query parameter request"),
    ],
)
def test_get_refuses_wrong_query_parameters(holder: Client, piece: str, query: str, status: int, title: str) -> None:
    answer = holder("GET", f"{piece}?{query}")
    assert (answer.status_code, error(answer)[0]) == (status, title)


def test_update_by_the_holder_is_accepted_at_once_and_confirmed(web: Web, holder: Client, piece: str) -> None:
    answer = holder("PATCH", piece, change(piece, operation("ADD", piece, "goodsDescription", "Books")))
    assert (answer.status_code, answer.headers["Type"]) == (201, API + "ChangeRequest")
    assert holder.get(answer.headers["Location"])["api:hasRequestStatus"] == {"@id": API + "REQUEST_ACCEPTED"}
    assert holder.get(piece)["cargo:goodsDescription"] == "Books"
    assert holder("PATCH", f"{answer.headers['Location']}?status=REQUEST_ACCEPTED").status_code == 204
    assert holder("GET", piece).headers["Latest-Revision"] == "2"


def test_update_deletes_before_it_adds_and_is_atomic(holder: Client, piece: str) -> None:
    good = [
        operation("ADD", piece, "coload", "true", BOOLEAN),
        operation("DELETE", piece, "coload", "false", BOOLEAN),
    ]
    holder("PATCH", piece, change(piece, *good))
    assert holder.get(piece)["cargo:coload"] is True
    bad = change(piece, operation("ADD", piece, "upid", "U1"), operation("DELETE", piece, "slac", "3"), revision=2)
    failed = holder.get(holder("PATCH", piece, bad).headers["Location"])
    assert failed["api:hasRequestStatus"] == {"@id": API + "REQUEST_FAILED"}
    assert failed["api:hasError"]["api:hasErrorDetail"]["api:hasProperty"]["@value"] == CARGO + "slac"
    assert [one["api:hasRequestStatus"]["@id"] for one in failed["api:hasRequestStatusHistory"]] == [
        API + "REQUEST_PENDING",
        API + "REQUEST_ACCEPTED",
    ]
    assert "cargo:upid" not in holder.get(piece)
    assert holder("GET", piece).headers["Latest-Revision"] == "2"


def test_update_names_new_embedded_objects_and_sweeps_orphans(holder: Client, piece: str) -> None:
    old = holder.get(piece)["cargo:grossWeight"]["@id"]
    operations = [
        operation("ADD", "_:b0", "numericalValue", "25.0", DOUBLE),
        operation("ADD", "_:b0", "unit", KILOGRAM, CODES + "MeasurementUnitCode"),
        operation("ADD", piece, "grossWeight", "_:b0", CARGO + "Value"),
        operation("DELETE", piece, "grossWeight", old, CARGO + "Value"),
    ]
    request = holder.get(holder("PATCH", piece, change(piece, *operations)).headers["Location"])
    assert request["api:hasRequestStatus"] == {"@id": API + "REQUEST_ACCEPTED"}, request
    new = holder.get(piece)["cargo:grossWeight"]
    assert new["@id"].startswith("internal:")
    assert new["@id"] != old
    assert (new["@type"], new["cargo:numericalValue"]["@value"], new["cargo:unit"]) == ("cargo:Value", "25", {"@id": KILOGRAM})


@pytest.mark.parametrize(
    "bad",
    [
        operation("ADD", "HERE", "events", f"{BASE}/logistics-objects/x/logistics-events/1", CARGO + "LogisticsEvent"),
        operation("ADD", f"{BASE}/logistics-objects/other", "goodsDescription", "x"),
        operation("ADD", "HERE", "pieces", "_:b0", CARGO + "Piece"),
        operation("ADD", "HERE", API + "hasRevision", "7"),
        operation("REPLACE", "HERE", "goodsDescription", "x"),
        operation("ADD", "HERE", "goodsDescription", "x", "https://nord.example/no-class"),
    ],
    ids=["events", "other-subject", "creates-an-object", "api-property", "op", "datatype"],
)
def test_update_example_c7_an_illegal_operation_is_an_invalid_resource(holder: Client, piece: str, bad: dict[str, Any]) -> None:
    bad = {**bad, "api:s": piece if bad["api:s"] == "HERE" else bad["api:s"]}
    answer = holder("PATCH", piece, change(piece, bad))
    assert answer.status_code == 400
    assert error(answer)[0] in ("Invalid resource", "Invalid body request")
    assert holder("GET", piece).headers["Latest-Revision"] == "1"


def test_update_example_c6_the_object_must_be_that_of_the_address(holder: Client, piece: str) -> None:
    other = change(f"{BASE}/logistics-objects/other", operation("ADD", piece, "upid", "1"))
    answer = holder("PATCH", piece, other)
    assert answer.status_code == 400
    assert error(answer)[1][0]["api:hasProperty"]["@value"] == API + "hasLogisticsObject"


@pytest.mark.parametrize("broken", ["api:hasOperation", "api:hasRevision", "api:hasLogisticsObject", "@type"])
def test_update_a_change_without_what_it_needs_is_refused(holder: Client, piece: str, broken: str) -> None:
    body = change(piece, operation("ADD", piece, "upid", "1"))
    del body[broken]
    assert holder("PATCH", piece, body).status_code == 400


def test_update_result_must_still_be_valid(holder: Client, piece: str) -> None:
    twice = change(piece, operation("ADD", piece, "upid", "1"), operation("ADD", piece, "upid", "2"))
    request = holder.get(holder("PATCH", piece, twice).headers["Location"])
    assert request["api:hasRequestStatus"] == {"@id": API + "REQUEST_FAILED"}


def _partner(web: Web, piece: str) -> Client:
    id = piece.rsplit("/", 1)[1]
    web.world.node.access.grant([Grant(object=id, agent=AIRLINE, permission=one) for one in PERMISSIONS])
    return web.client(AIRLINE)


def test_update_by_a_partner_waits_for_the_holder_and_rivals_are_rejected(web: Web, holder: Client, piece: str) -> None:
    partner = _partner(web, piece)
    asked = [
        partner("PATCH", piece, change(piece, operation("ADD", piece, "upid", text))).headers["Location"] for text in ("1", "2")
    ]
    assert holder.get(asked[0])["api:hasRequestStatus"] == {"@id": API + "REQUEST_PENDING"}
    assert partner("PATCH", f"{asked[0]}?status=REQUEST_ACCEPTED").status_code == 403
    assert holder("PATCH", f"{asked[0]}?status={API.replace('#', '%23')}REQUEST_ACCEPTED").status_code == 204
    assert holder.get(asked[1])["api:hasRequestStatus"] == {"@id": API + "REQUEST_REJECTED"}
    assert holder("PATCH", f"{asked[0]}?status=REQUEST_ACCEPTED").status_code == 422
    assert holder.get(piece)["cargo:upid"] == "1"


def test_asynchronous_error_handling_an_old_revision_fails_when_accepted(web: Web, holder: Client, piece: str) -> None:
    partner = _partner(web, piece)
    late = partner("PATCH", piece, change(piece, operation("ADD", piece, "upid", "1"), revision=7)).headers["Location"]
    assert holder("PATCH", f"{late}?status=REQUEST_ACCEPTED").status_code == 204
    failed = partner.get(late)
    assert failed["api:hasRequestStatus"] == {"@id": API + "REQUEST_FAILED"}
    assert failed["api:hasError"]["api:hasErrorDetail"]["api:hasCode"] == "409"


def test_get_audit_trail_with_its_filters(web: Web, holder: Client, piece: str) -> None:
    holder("PATCH", piece, change(piece, operation("ADD", piece, "upid", "1")))
    web.world.clock.forward(3600)
    holder("PATCH", piece, change(piece, operation("DELETE", piece, "upid", "9"), revision=2))

    def found(query: str = "") -> list[str]:
        trail = holder.get(f"{piece}/audit-trail{query}")
        assert (trail["@type"], trail["api:hasLatestRevision"]["@value"]) == ("api:AuditTrail", "2")
        requests = trail.get("api:hasActionRequest", [])
        several = requests if isinstance(requests, list) else [requests]
        return [one["api:hasRequestStatus"]["@id"].removeprefix(API) for one in several]

    now = web.world.clock.now().strftime("%Y%m%dT%H%M%SZ")
    assert found() == ["REQUEST_ACCEPTED", "REQUEST_FAILED"]
    assert found("?status=REQUEST_FAILED") == ["REQUEST_FAILED"]
    assert found(f"?updated-from={now}") == ["REQUEST_FAILED"]
    assert found("?updated-to=20200101T000000Z") == []
    assert holder("GET", f"{piece}/audit-trail?status=LOST").status_code == 400
    assert web.client(STRANGER)("GET", f"{piece}/audit-trail").status_code == 403


def _verification(address: str, property: str = CARGO + "grossWeight", revision: int = 1) -> dict[str, Any]:
    detail = {"@type": "api:ErrorDetail", "api:hasProperty": {"@type": "xsd:anyURI", "@value": property}}
    return {
        "@context": CONTEXT,
        "@type": "api:Verification",
        "api:hasLogisticsObject": {"@id": address},
        "api:hasError": [{"@type": "api:Error", "api:hasTitle": "Too light", "api:hasErrorDetail": detail}],
        "api:hasRevision": {"@type": "xsd:positiveInteger", "@value": str(revision)},
    }


def test_verifications_request_and_acknowledge(web: Web, holder: Client, piece: str) -> None:
    partner = _partner(web, piece)
    answer = partner("POST", piece, _verification(piece))
    assert (answer.status_code, answer.headers["Type"]) == (201, API + "VerificationRequest")
    where = answer.headers["Location"]
    assert holder("PATCH", f"{where}?status=REQUEST_ACCEPTED").status_code == 422
    assert holder("PATCH", f"{where}?status=REQUEST_ACKNOWLEDGED").status_code == 204
    assert partner("DELETE", where).status_code == 422
    shown = holder.get(f"{piece}/audit-trail")["api:hasActionRequest"]
    assert shown["api:hasVerification"]["api:hasError"]["api:hasTitle"] == "Too light"


@pytest.mark.parametrize(("property", "revision"), [(CARGO + "noSuchThing", 1), (CARGO + "upid", 4)])
def test_verifications_of_another_revision_or_property_fail(
    web: Web, holder: Client, piece: str, property: str, revision: int
) -> None:
    where = _partner(web, piece)("POST", piece, _verification(piece, property, revision)).headers["Location"]
    assert holder.get(where)["api:hasRequestStatus"] == {"@id": API + "REQUEST_FAILED"}


def test_verifications_must_be_about_the_object_of_the_address(holder: Client, piece: str) -> None:
    assert holder("POST", piece, _verification(f"{BASE}/logistics-objects/other")).status_code == 400
    assert holder("POST", f"{BASE}/logistics-objects/none", _verification(piece)).status_code == 404


def test_revoke_action_request_by_its_requestor_while_pending(web: Web, holder: Client, piece: str) -> None:
    partner = _partner(web, piece)
    where = partner("PATCH", piece, change(piece, operation("ADD", piece, "upid", "1"))).headers["Location"]
    assert web.client(STRANGER)("DELETE", where).status_code == 403
    assert partner("DELETE", where).status_code == 204
    shown = partner.get(where)
    assert shown["api:isRevokedBy"] == {"@id": AIRLINE}
    assert shown["api:hasRequestStatusHistory"]["api:isChangedBy"] == {"@id": AIRLINE}
    assert holder("PATCH", f"{where}?status=REQUEST_ACCEPTED").status_code == 422
    assert holder("PATCH", where).status_code == 400
    assert holder("PATCH", f"{where}?status=REQUEST_PENDING").status_code == 400


def test_get_action_request_metadata(web: Web, holder: Client, piece: str) -> None:
    where = holder("PATCH", piece, change(piece, operation("ADD", piece, "upid", "1"))).headers["Location"]
    told, asked = holder("GET", where), holder("HEAD", where)
    assert dict(told.headers) == dict(asked.headers)
    assert asked.content == b""
    assert told.headers["Type"] == API + "ChangeRequest"
    assert told.headers["Last-Modified"]
    assert holder("GET", "/action-requests/none").status_code == 404


def test_what_is_held_is_told_to_the_hub_where_its_agent_is_a_partner(web: Web, holder: Client, piece: str) -> None:
    partner = _partner(web, piece)
    where = partner("PATCH", piece, change(piece, operation("ADD", piece, "upid", "1"))).headers["Location"]
    assert web.world.messages() == []
    holder("PATCH", f"{where}?status=REQUEST_ACCEPTED")
    assert [partner for partner, _ in web.world.messages()] == ["airline"]
