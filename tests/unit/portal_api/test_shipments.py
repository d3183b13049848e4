"""Shipments and timelines over HTTP: who sees what, in which words, and what is refused."""

import pytest

from portal_api.app import create
from tests.unit.portal_api.fakes import AWB, FOREIGN, Client, Holders, Reading, Taking

AGENT = {"Authorization": "Bearer agent-key"}
STAFF = {"X-Api-Key": "staff-key"}


@pytest.fixture
def hub():
    intake = Taking()
    return Reading(intake), intake


@pytest.fixture
def client(hub):
    return Client(create(*hub, Holders()))


@pytest.mark.parametrize("address", [AWB, "02012345675", f"{AWB}:1", "02012345675:1"])
def test_a_shipment_by_its_number(client, address):
    answer = client.get(f"/v1/shipments/{address}", headers=AGENT)
    assert answer.status_code == 200
    assert answer.json()["shipment"]["awb"] == AWB
    assert answer.json()["revision"] == 3
    assert answer.json()["updated_at"] == "2026-11-21T12:00Z"
    assert "lineage" not in answer.json()


def test_the_read_side_is_asked_with_a_hyphen_and_the_sequence(client, hub):
    client.get("/v1/shipments/02012345675:2", headers=AGENT)
    assert hub[0].asked == [f"{AWB}:2"]


@pytest.mark.parametrize("path", ["", "/timeline"])
def test_foreign_and_unknown_are_the_same(client, path):
    foreign = client.get(f"/v1/shipments/{FOREIGN}{path}", headers=AGENT)
    unknown = client.get(f"/v1/shipments/999-99999992{path}", headers=AGENT)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert foreign.headers == unknown.headers
    assert client.get(f"/v1/shipments/{FOREIGN}{path}", headers=STAFF).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic agent-key"},
        {"X-Api-Key": ""},
        {"X-Api-Key": "k" * 5000},
        {"Authorization": "Bearer agent-key", "X-Api-Key": "staff-key"},
    ],
)
def test_without_a_known_key_nothing(client, headers):
    answer = client.get(f"/v1/shipments/{AWB}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


def test_both_ways_to_give_one_key(client):
    assert client.get(f"/v1/shipments/{AWB}", headers={**AGENT, "X-Api-Key": "agent-key"}).status_code == 200


def test_provenance_is_asked_for_and_trimmed(client):
    customer = client.get(f"/v1/shipments/{AWB}?provenance=true", headers=AGENT).json()
    assert customer["lineage"]["/origin"] == [
        {"message": "m1", "partner": "nordair", "author": "NORDAIR", "line": 2, "column": 5}
    ]
    assert "conflicts" not in customer
    assert "/origin" in client.get(f"/v1/shipments/{AWB}?provenance=true", headers=STAFF).json()["conflicts"]


def test_an_answer_known_already_is_not_sent_again(client):
    first = client.get(f"/v1/shipments/{AWB}", headers=AGENT)
    again = client.get(f"/v1/shipments/{AWB}", headers={**AGENT, "If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get(f"/v1/shipments/{AWB}?provenance=true", headers={**AGENT, "If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_a_changed_shipment_has_another_tag(client, hub):
    before = client.get(f"/v1/shipments/{AWB}", headers=AGENT).headers["etag"]
    hub[0].views[0] = type(hub[0].views[0])(
        **{name: getattr(hub[0].views[0], name) for name in ("key", "document", "updated_at")}, revision=4
    )
    after = client.get(f"/v1/shipments/{AWB}", headers={**AGENT, "If-None-Match": before})
    assert after.status_code == 200


def test_the_timeline_in_order_and_by_station(client):
    line = client.get(f"/v1/shipments/{AWB}/timeline", headers=AGENT).json()
    assert (line["status"], line["partial_status"]) == ("DEP", {"ARR": 4})
    assert [one["id"] for one in line["milestones"]] == ["b", "c", "d", "e", "x"]
    assert [one.get("station") for one in line["stations"]] == ["FRA", "DOH", None]
    departure = line["stations"][0]["steps"][0]
    assert (departure["code"], departure["flight"]) == ("DEP", "QR066")
    assert [one["id"] for one in departure["planned"]] == ["b"]
    assert [(one["id"], one["pieces"]) for one in departure["actual"]] == [("c", 6), ("d", 4)]
    assert "estimated" not in departure
    assert "provenance" not in line["milestones"][0]


def test_the_timeline_with_provenance(client):
    line = client.get(f"/v1/shipments/{AWB}/timeline?provenance=1", headers=AGENT).json()
    assert {one["id"]: [row["line"] for row in one["provenance"]] for one in line["milestones"]} == {
        "b": [],
        "c": [9],
        "d": [],
        "e": [],
        "x": [],
    }


def test_pages_follow_each_other_by_link_and_cursor(client):
    met, url = [], "/v1/shipments?limit=2"
    while url:
        answer = client.get(url, headers=AGENT)
        met += [one["shipment"]["awb"] for one in answer.json()["items"]]
        assert ("next" in answer.json()) == ("link" in answer.headers)
        url = answer.links.get("next", {}).get("url")
    assert met[0] == AWB
    assert len(met) == len(set(met)) == 6
    assert FOREIGN not in met


@pytest.mark.parametrize(
    ("query", "count"),
    [("awb=02012345675", 1), ("house=HAWB0001", 1), ("reference=NW-1", 1), ("status=BKD", 5), ("status=DLV", 0)],
)
def test_search(client, query, count):
    assert len(client.get(f"/v1/shipments?{query}", headers=AGENT).json()["items"]) == count


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/shipments/12", "awb"),
        ("/v1/shipments/020-12345675:0", "awb"),
        ("/v1/shipments?limit=0", "limit"),
        ("/v1/shipments?limit=1000", "limit"),
        ("/v1/shipments?since=2026-11-21T10:00", "since"),
        ("/v1/shipments?cursor=abc", "cursor"),
        ("/v1/shipments?date_from=2026-02-30", "date_from"),
        ("/v1/shipments?date_to=1", "date_to"),
        ("/v1/shipments?date_to=2026-11-21T10:00Z", "date_to"),
        ("/v1/shipments?awb=020", "awb"),
        ("/v1/shipments?house=%00", "house"),
    ],
)
def test_what_is_badly_asked_is_said_by_name(client, path, name):
    answer = client.get(path, headers=AGENT)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [one["name"] for one in answer.json()["errors"]] == [name]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("DELETE", f"/v1/shipments/{AWB}", 405)])
def test_routes_that_are_none(client, method, path, status):
    answer = client.request(method, path, headers=AGENT)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert status != 405 or answer.headers["allow"] == "GET"


@pytest.mark.parametrize("path", [f"/v1/shipments/{AWB}", "/nothing", "/v1/shipments/12", "/v1/openapi.json"])
def test_security_headers_are_on_every_answer(client, path):
    headers = client.get(path, headers=AGENT).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"]
    assert "cache-control" in headers
    assert "server" not in headers


def test_a_fault_of_ours_shows_no_trace(client, hub, capsys):
    def broken(*_, **__):
        raise RuntimeError("password=hunter2")

    hub[0].shipment = broken
    answer = client.get(f"/v1/shipments/{AWB}", headers=AGENT)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text
    logged = capsys.readouterr()
    assert "RuntimeError" in logged.out + logged.err
    assert "hunter2" not in logged.out + logged.err
    assert answer.headers["x-content-type-options"] == "nosniff"
