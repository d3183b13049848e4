"""Logistics events over HTTP, named by the standard's page and section (API-Security, logistics-events.md)."""

from typing import Any

import httpx
import pytest

from adapters.one_record.vocabulary import API, CARGO, CODES
from hub.objects import POST_EVENT, Grant
from tests.unit.adapters.one_record.http_world import CONTEXT, Client, Web, error
from tests.unit.adapters.one_record.node_world import AIRLINE, BASE, STRANGER

STATUS = CODES + "StatusCode#"


@pytest.fixture
def shipment(holder: Client) -> str:
    return holder.post({"@type": "cargo:Shipment", "cargo:goodsDescription": "Books"})


def event(code: str = "DEP", date: str = "2026-11-21T10:30:00.000Z", **more: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "@type": "cargo:LogisticsEvent",
        "cargo:eventCode": {"@id": STATUS + code},
        "cargo:eventDate": {"@type": "xsd:dateTime", "@value": date},
        "cargo:eventTimeType": {"@id": "cargo:ACTUAL", "@type": "cargo:EventTimeType"},
        **more,
    }


def post(client: Client, shipment: str, body: dict[str, Any]) -> httpx.Response:
    return client("POST", f"{shipment}/logistics-events", body)


def test_create_and_get_a_logistics_event(web: Web, holder: Client, shipment: str) -> None:
    answer = post(holder, shipment, event(**{"cargo:eventName": "Departed"}))
    assert answer.status_code == 201
    assert answer.headers["Type"] == CARGO + "LogisticsEvent"
    where = answer.headers["Location"]
    assert where.startswith(f"{shipment}/logistics-events/")
    shown = holder("GET", where)
    assert shown.headers["Last-Modified"]
    body = shown.json()
    assert body["@id"] == where
    assert body["cargo:eventDate"] == {"@type": "xsd:dateTime", "@value": "2026-11-21T10:30:00Z"}
    assert body["cargo:eventFor"] == {"@id": shipment, "@type": "cargo:Shipment"}
    assert body["cargo:eventTimeType"] == {"@id": CARGO + "ACTUAL", "@type": "cargo:EventTimeType"}
    assert body["cargo:creationDate"]["@type"] == "xsd:dateTime"
    assert holder("HEAD", where).headers == shown.headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"@context": CONTEXT, "@type": "cargo:LogisticsEvent", "cargo:eventName": "no date"}, 400),
        ({"@context": CONTEXT, "@type": "cargo:Piece"}, 400),
        (event(code="XYZ"), 400),
        (event(date="yesterday"), 400),
        (event(date="2026-02-30T10:00:00Z"), 400),
        (event(**{"cargo:eventFor": {"@id": f"{BASE}/logistics-objects/other"}}), 400),
    ],
)
def test_create_refuses_what_is_no_event_of_this_object(holder: Client, shipment: str, body: dict[str, Any], status: int) -> None:
    answer = post(holder, shipment, body)
    assert answer.status_code == status
    assert error(answer)[0] == "Invalid resource"


def test_create_needs_an_object_and_access(web: Web, holder: Client, shipment: str) -> None:
    assert post(holder, f"{BASE}/logistics-objects/none", event()).status_code == 404
    assert post(web.client(STRANGER), shipment, event()).status_code == 403
    web.world.node.access.grant([Grant(object=shipment.rsplit("/", 1)[1], agent=AIRLINE, permission=POST_EVENT)])
    made = post(web.client(AIRLINE), shipment, event())
    assert made.status_code == 201
    assert web.client(AIRLINE)("GET", made.headers["Location"]).status_code == 403
    assert [partner for partner, _ in web.world.messages()] == ["airline"]


def test_create_takes_a_custom_code_of_another_list(holder: Client, shipment: str) -> None:
    own = {"cargo:eventCode": {"@id": "https://nord.example/ns/eventCodes#GATE"}}
    assert post(holder, shipment, event(**own)).status_code == 201


@pytest.fixture
def several(web: Web, holder: Client, shipment: str) -> str:
    for day, code in ((21, "DEP"), (19, "RCS"), (20, "MAN")):
        post(holder, shipment, event(code, f"2026-11-{day}T08:00:00Z"))
        web.world.clock.forward(60)
    return shipment


def names(holder: Client, shipment: str, query: str = "") -> tuple[list[str], int]:
    body = holder.get(f"{shipment}/logistics-events/{query}")
    assert (body["@type"], body["@id"]) == ("api:Collection", f"{shipment}/logistics-events")
    items = body.get("api:hasItem", [])
    several = items if isinstance(items, list) else [items]
    return [one["cargo:eventCode"]["@id"].rsplit("#", 1)[1] for one in several], int(body["api:hasTotalItems"]["@value"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["DEP", "RCS", "MAN"]),
        ("?event-code=DEP", ["DEP"]),
        (f"?event-code={STATUS.replace('#', '%23')}MAN,RCS", ["RCS", "MAN"]),
        ("?event-code=NFD", []),
        ("?sort=ASC-eventDate", ["RCS", "MAN", "DEP"]),
        ("?sort=DESC-eventDate", ["DEP", "MAN", "RCS"]),
        ("?sort=DESC-creationDate", ["MAN", "RCS", "DEP"]),
        ("?occurred-after=20261120T000000Z", ["DEP", "MAN"]),
        ("?occurred-before=20261120T080000Z&sort=ASC-eventDate", ["RCS", "MAN"]),
        ("?created-after=29990101T000000Z", []),
        ("?created-before=29990101T000000Z", ["DEP", "RCS", "MAN"]),
    ],
)
def test_get_logistics_events_filters_and_sorts(holder: Client, several: str, query: str, expected: list[str]) -> None:
    assert names(holder, several, query) == (expected, len(expected))


def test_get_logistics_events_pages_without_changing_the_total(holder: Client, several: str) -> None:
    assert names(holder, several, "?limit=2") == (["DEP", "RCS"], 3)
    assert names(holder, several, "?skip=2") == (["MAN"], 3)
    assert names(holder, several, "?limit=0") == ([], 3)


@pytest.mark.parametrize(
    "query", ["limit=-1", "skip=x", "sort=UP", "created-after=yesterday", "occurred-before=20261301T000000Z"]
)
def test_get_logistics_events_refuses_wrong_parameters(holder: Client, several: str, query: str) -> None:
    answer = holder("GET", f"{several}/logistics-events?{query}")
    assert (answer.status_code, error(answer)[0]) == (400, "Invalid query parameter request")


def test_get_logistics_events_takes_each_code_once_and_not_without_end(holder: Client, several: str) -> None:
    assert holder.get(f"{several}/logistics-events?event-code={'DEP,' * 1000}")["api:hasTotalItems"]["@value"] == "1"
    answer = holder("GET", f"{several}/logistics-events?event-code={','.join(f'X{one}' for one in range(1000))}")
    assert (answer.status_code, error(answer)[0]) == (400, "Invalid query parameter request")


@pytest.mark.parametrize(
    ("date", "before", "status"),
    [
        ("2026-11-20T24:00:00Z", "20261121T000000Z", 201),
        ("2026-11-20T24:00:01Z", "", 400),
        ("2026-02-30T10:00:00Z", "", 400),
        ("9999-12-31T23:59:59-14:00", "", 400),
        ("0001-01-01T00:00:00+14:00", "", 400),
        ("2026-11-20T10:00:00.123456789-00:30", "20261120T103000Z", 201),
        ("2026-11-20T10:00:00", "20261120T100000Z", 201),
    ],
)
def test_create_takes_every_time_of_the_calendar_and_no_other(
    holder: Client, shipment: str, date: str, before: str, status: int
) -> None:
    answer = post(holder, shipment, event(date=date))
    assert answer.status_code == status, answer.text
    if status == 201:
        events = f"{shipment}/logistics-events"
        assert "api:hasItem" in holder.get(f"{events}?occurred-after={before}")
        assert "api:hasItem" not in holder.get(f"{events}?occurred-after=20261122T000000Z")
    else:
        assert error(answer)[0] == "Invalid resource"


def test_get_logistics_events_metadata_moves_with_each_event(web: Web, holder: Client, shipment: str) -> None:
    before = holder("HEAD", f"{shipment}/logistics-events").headers["Last-Modified"]
    web.world.clock.forward(120)
    post(holder, shipment, event())
    after = holder("HEAD", f"{shipment}/logistics-events")
    assert after.headers["Last-Modified"] != before
    assert after.content == b""


def _many(*targets: str) -> dict[str, Any]:
    return event(**{"cargo:eventFor": [{"@id": one} for one in targets]})


def test_create_multiple_example_d2_accounts_for_every_target(web: Web, holder: Client, shipment: str) -> None:
    closed = holder.post({"@type": "cargo:Piece", "cargo:goodsDescription": "closed"})
    web.world.node.access.grant([Grant(object=shipment.rsplit("/", 1)[1], agent=AIRLINE, permission=POST_EVENT)])
    missing = f"{BASE}/logistics-objects/none"
    answer = web.client(AIRLINE)("POST", "/logistics-events", _many(shipment, missing, closed))
    assert answer.status_code == 207
    body = answer.json()
    assert body["@type"] == "api:MultiStatusResponse"
    totals = [body[f"api:{name}"]["@value"] for name in ("hasTotalItems", "hasTotalCreated", "hasTotalFailed")]
    assert totals == ["3", "1", "2"]
    results = {one["api:hasLogisticsObject"]["@id"]: one for one in body["api:hasCreationResult"]}
    assert [results[one]["api:hasHTTPStatus"]["@value"] for one in (shipment, missing, closed)] == ["201", "404", "403"]
    made = results[shipment]["api:hasLogisticsEvent"]["@id"]
    assert holder.get(made)["cargo:eventFor"]["@id"] == shipment
    assert results[missing]["api:hasError"]["api:hasTitle"] == "Resource not found"
    assert "api:hasLogisticsEvent" not in results[closed]


def test_create_multiple_example_d3_needs_targets_and_a_date(holder: Client, shipment: str) -> None:
    assert holder("POST", "/logistics-events", event()).status_code == 400
    body = _many(shipment)
    del body["cargo:eventDate"]
    assert holder("POST", "/logistics-events", body).status_code == 400
    assert holder("POST", "/logistics-events", _many(shipment)).status_code == 207
    assert holder("POST", "/logistics-events", b"x", Content_Type="text/plain").status_code == 415


def test_events_are_never_changed(holder: Client, shipment: str) -> None:
    where = post(holder, shipment, event()).headers["Location"]
    for method in ("PATCH", "PUT", "DELETE", "POST"):
        answer = holder(method, where, event())
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD"
        assert answer.headers["Type"] == API + "Error"
