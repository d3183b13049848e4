"""What a second stranger finds who checks the standard's requirements one by one over HTTP. Named by page and section of
API-Security; what stands in tests of its own (objects, events, subscriptions …) is not repeated.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.requests import Request

from adapters.one_record.server import bodies
from adapters.one_record.server.errors import Refusal
from adapters.one_record.server.table import BEYOND, OPERATIONS, Routes
from adapters.one_record.vocabulary import API, CARGO, CODES, XSD
from hub.objects import PERMISSIONS, Grant
from tests.unit.adapters.one_record.http_world import CONTEXT, Client, Web, change, error, operation
from tests.unit.adapters.one_record.node_world import AIRLINE, HANDLER, STRANGER, world

PIECE = {"@type": "cargo:Piece", "cargo:goodsDescription": "BOOKS"}


@pytest.fixture
def piece(holder: Client) -> str:
    return holder.post(PIECE)


def granted(web: Web, address: str, agent: str = AIRLINE) -> Client:
    id = address.rpartition("/")[2]
    web.node.doors.access.grant([Grant(object=id, agent=agent, permission=one) for one in PERMISSIONS])
    return web.client(agent)


def verification(address: str, revision: str) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "@type": "api:Verification",
        "api:hasLogisticsObject": {"@id": address},
        "api:hasError": {"@type": "api:Error", "api:hasTitle": "Wrong", "api:hasErrorDetail": {"@type": "api:ErrorDetail"}},
        "api:hasRevision": {"@type": "xsd:integer", "@value": revision},
    }


def delegation(object: str, *delegates: str) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "@type": "api:AccessDelegation",
        "api:hasPermission": {"@id": "api:GET_LOGISTICS_OBJECT"},
        "api:isRequestedFor": [{"@id": one} for one in delegates],
        "api:hasLogisticsObject": {"@id": object},
    }


def notification(**more: Any) -> dict[str, Any]:
    told = {"@context": CONTEXT, "@type": "api:Notification", "api:hasEventType": {"@id": "api:LOGISTICS_OBJECT_CREATED"}}
    return told | {f"api:{name}": value for name, value in more.items()}


def test_update_the_subject_is_no_other_object_though_this_one_links_it(holder: Client, piece: str) -> None:
    shipment = holder.post({"@type": "cargo:Shipment", "cargo:pieces": {"@id": piece, "@type": "cargo:Piece"}})
    answer = holder("PATCH", shipment, change(shipment, operation("ADD", piece, "upid", "1")))
    assert answer.status_code == 400
    title, details = error(answer)
    assert title == "Invalid resource"
    assert details[0]["api:hasResource"]["@value"] == piece
    assert "api:hasActionRequest" not in holder.get(f"{shipment}/audit-trail")


@pytest.mark.parametrize("suffix", ["?at=20260101T000000Z", "?", "/"])
def test_update_the_object_is_named_as_it_is(holder: Client, piece: str, suffix: str) -> None:
    for method, body in (
        ("PATCH", change(piece + suffix, operation("ADD", piece, "upid", "1"))),
        ("POST", verification(piece + suffix, "1")),
    ):
        answer = holder(method, piece, body)
        assert answer.status_code == 400
        assert error(answer)[1][0]["api:hasProperty"]["@value"] == API + "hasLogisticsObject"


@pytest.mark.parametrize(
    "status", ["REQUEST_REJECTED", API.replace("#", "%23") + "REQUEST_REJECTED", API[:-1] + "/REQUEST_REJECTED"]
)
def test_update_an_action_request_status_in_every_spelling(web: Web, holder: Client, piece: str, status: str) -> None:
    where = granted(web, piece)("PATCH", piece, change(piece, operation("ADD", piece, "upid", "1"))).headers["Location"]
    assert holder("PATCH", f"{where}?status={status}").status_code == 204
    assert holder.get(where)["api:hasRequestStatus"]["@id"] == API + "REQUEST_REJECTED"


def test_validation_additional_properties_are_refused_by_a_change_too(tmp_path: Path) -> None:
    with world(tmp_path, unknown_properties="refuse") as strict:
        holder = Web(strict).client()
        piece = holder.post(PIECE)
        asked = holder("PATCH", piece, change(piece, operation("ADD", piece, "noSuchProperty", "1"))).headers["Location"]
        request = holder.get(asked)
        assert request["api:hasRequestStatus"] == {"@id": API + "REQUEST_FAILED"}
        detail = request["api:hasError"]["api:hasErrorDetail"]
        assert "noSuchProperty" in detail["api:hasMessage"]
        assert detail["api:hasCode"] == "422"
        assert "cargo:noSuchProperty" not in holder.get(piece)


@pytest.mark.parametrize("revision", ["0", "-1", "9" * 12, "9" * 25, "9" * 5_000], ids=lambda text: f"{text[:4]}.{len(text)}")
def test_verifications_a_revision_is_a_positive_number_of_some_size(holder: Client, piece: str, revision: str) -> None:
    answer = holder("POST", piece, verification(piece, revision))
    assert answer.status_code == 400, answer.text
    title, details = error(answer)
    assert title == "Invalid resource"
    assert details[0]["api:hasProperty"]["@value"] == API + "hasRevision"


def test_verifications_a_revision_may_say_its_sign(holder: Client, piece: str) -> None:
    where = holder("POST", piece, verification(piece, "+1")).headers["Location"]
    assert holder.get(where)["api:hasRequestStatus"]["@id"] == API + "REQUEST_PENDING"


@pytest.mark.parametrize(
    "more",
    [
        {"hasEventType": [{"@id": "api:LOGISTICS_OBJECT_CREATED"}, {"@id": "api:LOGISTICS_OBJECT_UPDATED"}]},
        {
            "hasLogisticsObject": [
                {"@id": "https://a.example/logistics-objects/1"},
                {"@id": "https://a.example/logistics-objects/2"},
            ]
        },
        {"isTriggeredBy": [{"@id": "https://a.example/action-requests/1"}, {"@id": "https://a.example/action-requests/2"}]},
        {"hasLogisticsObjectType": ["https://onerecord.iata.org/ns/cargo#Piece", "https://onerecord.iata.org/ns/cargo#ULD"]},
    ],
    ids=lambda more: next(iter(more)),
)
def test_notifications_one_says_one_thing(web: Web, more: dict[str, Any]) -> None:
    answer = web.client(AIRLINE)("POST", "/notifications", notification(**more))
    assert answer.status_code == 400
    assert error(answer)[1][0]["api:hasProperty"]["@value"] == API + next(iter(more))
    assert web.world.messages() == []


def test_notifications_the_object_that_comes_along_is_not_judged_here(web: Web) -> None:
    along = {"@id": "https://a.example/logistics-objects/1", "@type": "cargo:Piece", "cargo:slac": ["1", "many"]}
    assert web.client(AIRLINE)("POST", "/notifications", notification(hasLogisticsObject=along)).status_code == 204


def test_request_access_delegation_for_several_as_the_page_has_it(web: Web, holder: Client, piece: str) -> None:
    assert holder("POST", "/access-delegations", delegation(piece, AIRLINE, HANDLER)).status_code == 201
    assert [web.client(agent)("GET", piece).status_code for agent in (AIRLINE, HANDLER, STRANGER)] == [200, 200, 403]


@pytest.mark.parametrize("delegates", [(), ("nobody",)], ids=["none", "no-iri"])
def test_request_access_delegation_names_somebody(holder: Client, piece: str, delegates: tuple[str, ...]) -> None:
    assert holder("POST", "/access-delegations", delegation(piece, *delegates)).status_code == 400


def test_access_control_members_of_a_group_are_told_what_is_open_to_them(tmp_path: Path) -> None:
    with world(tmp_path, security={"groups": {"carriers": [AIRLINE, STRANGER]}}) as us:
        web = Web(us)
        us.node.access.join("carriers", HANDLER)
        us.node.access.join("others", HANDLER)
        piece = web.client().post(PIECE)
        granting = delegation(piece, "urn:waybridge:group:carriers", AIRLINE)
        assert web.client()("POST", "/access-delegations", granting).status_code == 201
        assert web.client(HANDLER)("GET", piece).status_code == 200
        told = [(partner, one["api:hasEventType"]["@id"], one["api:hasLogisticsObject"]["@id"]) for partner, _, one in us.owed()]
        event = API + "LOGISTICS_OBJECT_ACCESS_GRANTED"
        assert sorted(told) == [("airline", event, piece), ("handler", event, piece)]


@pytest.mark.parametrize("path", ["/logistics-objects/%00", "/logistics-objects/a%0Ab", "/action-requests/%1F"])
def test_logistics_object_uri_has_no_control_characters(holder: Client, path: str) -> None:
    """Not every database can be asked for them."""
    assert holder("GET", path).status_code == 404
    assert Routes(OPERATIONS).find(unquote(path)) == ({}, {})


def test_get_logistics_events_a_code_has_no_control_characters(holder: Client, piece: str) -> None:
    answer = holder("GET", f"{piece}/logistics-events?event-code=DEP%00")
    assert (answer.status_code, error(answer)[0]) == (400, "Invalid query parameter request")


@pytest.fixture
def beyond(tmp_path: Path) -> Iterator[Web]:
    with world(tmp_path, extensions=["subscription-filters", "bulk-read"]) as found:
        yield Web(found, (*OPERATIONS, *BEYOND.values()))


def test_beyond_an_object_that_is_called_as_bulk_read_is_an_object(beyond: Web) -> None:
    holder = beyond.client()
    where = holder("POST", "/logistics-objects", {"@context": CONTEXT, **PIECE, "@id": f"{beyond.node.objects}/query"})
    assert where.status_code == 201
    assert holder.get(where.headers["Location"])["cargo:goodsDescription"] == "BOOKS"
    wrong = holder("DELETE", where.headers["Location"])
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD, PATCH, POST")


@pytest.mark.parametrize("property", ["cargo:upid", "https://onerecord.iata.org/ns/cargo#upid", {"@id": "cargo:upid"}])
def test_beyond_a_filter_names_its_property_in_every_way(beyond: Web, property: Any) -> None:
    holder = beyond.client()
    piece = holder.post(PIECE)
    airline = granted(beyond, piece)
    assert airline("POST", "/subscriptions", subscription(piece, property)).status_code == 201
    holder("PATCH", piece, change(piece, operation("ADD", piece, "shippingMarks", "X")))
    assert beyond.world.told() == []
    holder("PATCH", piece, change(piece, operation("ADD", piece, "upid", "U"), revision=2))
    assert beyond.world.told() == ["LOGISTICS_OBJECT_UPDATED"]


@pytest.mark.parametrize("property", ["cargo:noSuchProperty", "https://onerecord.iata.org/ns/cargo#Upid"])
def test_beyond_a_filter_that_lets_nothing_through_is_refused(beyond: Web, property: str) -> None:
    piece = beyond.client().post(PIECE)
    answer = granted(beyond, piece)("POST", "/subscriptions", subscription(piece, property))
    assert answer.status_code == 400
    assert error(answer)[1][0]["api:hasProperty"]["@value"] == "urn:waybridge:includeChangedProperty"


def subscription(topic: str, property: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "@type": "api:Subscription",
        "api:hasSubscriber": {"@id": AIRLINE},
        "api:hasTopicType": {"@id": "api:LOGISTICS_OBJECT_IDENTIFIER"},
        "api:hasTopic": {"@type": "xsd:anyURI", "@value": topic},
        "api:includeSubscriptionEventType": {"@id": "api:LOGISTICS_OBJECT_UPDATED"},
        "urn:waybridge:includeChangedProperty": property,
    }


class Sending:
    """A client that sends chunks of ten bytes and says so beforehand."""

    def __init__(self, chunks: int, **headers: str) -> None:
        self.left = chunks
        told = {"content-length": str(10 * chunks), **headers}
        scope = {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in told.items()]}
        self.request = Request(scope, self._next)

    async def _next(self) -> dict[str, Any]:
        self.left -= 1
        return {"type": "http.request", "body": b"x" * 10, "more_body": self.left > 0}

    def refused(self, most: int) -> int:
        with pytest.raises(Refusal) as told:
            asyncio.run(bodies.read(self.request, most))
        return told.value.status


def test_error_handling_who_sends_too_much_can_read_why_it_was_refused() -> None:
    """Closing with bytes unread makes the connection end in a reset, which takes the answer along."""
    little, endless = Sending(15), Sending(1_000)
    assert (little.refused(100), little.left) == (413, 0)
    assert endless.refused(100) == 413
    assert endless.left > 950


def test_error_handling_who_asks_first_is_not_told_to_go_on() -> None:
    waiting = Sending(15, expect="100-continue")
    assert (waiting.refused(100), waiting.left) == (413, 15)


def test_update_what_is_added_to_a_part_that_goes_is_not_lost_in_silence(holder: Client) -> None:
    piece = holder.post({**PIECE, "cargo:grossWeight": {"@type": "cargo:Value", "cargo:numericalValue": 20.0}})
    weight = holder.get(piece)["cargo:grossWeight"]["@id"]
    gone = operation("DELETE", piece, "grossWeight", weight, CARGO + "Value")
    added = operation("ADD", weight, "unit", CODES + "MeasurementUnitCode#KGM", CODES + "MeasurementUnitCode")
    request = holder.get(holder("PATCH", piece, change(piece, gone, added)).headers["Location"])
    assert request["api:hasRequestStatus"]["@id"] == API + "REQUEST_FAILED"
    assert request["api:hasError"]["api:hasErrorDetail"]["api:hasResource"]["@value"] == weight
    emptied = operation("DELETE", weight, "numericalValue", "20", XSD + "double")
    holder("PATCH", piece, change(piece, emptied, gone))
    assert "cargo:grossWeight" not in holder.get(piece)


@pytest.mark.parametrize("revision", [1, 2])
def test_update_a_part_that_the_object_does_not_have(web: Web, holder: Client, piece: str, revision: int) -> None:
    """Known at once where the change is against the newest revision; else that is what is wrong with it."""
    unknown = operation("ADD", "internal:8a1f7f6e-0000-5000-8000-000000000000", "numericalValue", "1", XSD + "double")
    answer = granted(web, piece)("PATCH", piece, change(piece, unknown, revision=revision))
    assert answer.status_code == (400 if revision == 1 else 201)


@pytest.mark.parametrize(("property", "value", "datatype"), [("slac", "many", "integer"), ("coload", "maybe", "boolean")])
def test_update_a_value_is_one_of_its_datatype(holder: Client, piece: str, property: str, value: str, datatype: str) -> None:
    answer = holder("PATCH", piece, change(piece, operation("ADD", piece, property, value, XSD + datatype)))
    assert answer.status_code == 400
    assert error(answer)[1][0]["api:hasProperty"]["@value"] == CARGO + property
