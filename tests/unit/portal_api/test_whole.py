"""The portal on the real hub: a request is stored, worked, and seen by those who may, over the doors that bootstrap wires."""

import json

import pytest

from hub.bootstrap.doors import Reading
from hub.bootstrap.durable import Hub
from hub.ports import Doors
from hub.read import ReadSide
from hub.settings import Admission, Partner, Settings, Sight
from hub.settings import Hub as HubSettings
from hub.store.migrations import upgrade
from portal_api.app import mount
from tests.unit.portal_api.fakes import AWB, Client

FORMATS = {"partner": "adapters.partner_api:build", "cargo-imp": "adapters.cargo_imp:build"}
NORDWIND = {"X-Api-Key": "north"}
STRANGER = {"X-Api-Key": "strange"}
STAFF = {"Authorization": "Bearer staff"}
BOOKING = {
    "waybridge": "booking/1",
    "awb": AWB,
    "booking": {"number": "NW-1", "issuer": "NORDWIND"},
    "origin": "FRA",
    "destination": "SGN",
    "pieces": 2,
    "weight": {"value": "20.50", "unit": "KGM"},
    "shipper": {"name": "Nordwind Pumpen GmbH", "account": "NW100"},
}


def partner(name, **sight):
    return Partner(id=name, kind="customer", api_keys=[f"{name}-key"], admission=Admission(everything=True), sight=Sight(**sight))


@pytest.fixture
def hub(tmp_path, monkeypatch):
    for name, key in {"nordwind": "north", "stranger": "strange", "staff": "staff"}.items():
        monkeypatch.setenv(f"WAYBRIDGE_SECRET_{name.upper()}_KEY", key)
    partners = {
        "nordwind": partner("nordwind", accounts=["NW100"]),
        "stranger": partner("stranger", accounts=["ZZ999"]),
        "staff": partner("staff", everything=True),
    }
    database = f"sqlite:///{tmp_path}/hub.db"
    hub = Hub(Settings(hub=HubSettings(database=database, formats=FORMATS), partners=partners, source="test"))
    upgrade(hub.engine)
    yield hub
    hub.close()


@pytest.fixture
def client(hub):
    read = Reading(lambda: ReadSide(hub.engine))
    return Client(mount(Doors(intake=hub.intake, accounts=hub.accounts, read=read, ready=lambda: True, max_bytes=100_000)))


def work(hub):
    worker = hub.worker()
    worker.drain(seconds=20)
    worker.close()


def test_a_booking_becomes_a_shipment_seen_by_its_owner_alone(hub, client):
    sent = client.post("/v1/service-requests", json=BOOKING, headers=NORDWIND)
    assert sent.status_code == 202
    assert client.get(sent.headers["location"], headers=NORDWIND).json()["pending"] is True
    work(hub)
    became = client.get(sent.headers["location"], headers=NORDWIND).json()
    assert (became["state"], became["pending"], became["keys"]) == ("applied", False, [f"awb:{AWB}"])
    shown = client.get(f"/v1/shipments/{AWB}?provenance=true", headers=NORDWIND).json()
    assert shown["shipment"]["weight"] == {"value": "20.5", "unit": "KGM"}
    assert shown["lineage"]["/origin"][0]["path"] == "/origin"
    assert client.get(f"/v1/shipments/{AWB}", headers=STAFF).status_code == 200
    assert client.get(f"/v1/shipments/{AWB}", headers=STRANGER).status_code == 404
    assert client.get(sent.headers["location"], headers=STRANGER).status_code == 404
    again = client.post("/v1/service-requests", json=BOOKING, headers=NORDWIND)
    assert again.json() == {"id": sent.json()["id"], "status": "duplicate"}


def test_search_over_the_real_read_side(hub, client):
    client.post("/v1/service-requests", json=BOOKING, headers=NORDWIND)
    work(hub)
    for query in ("", f"?awb={AWB}", "?reference=NW-1"):
        found = client.get(f"/v1/shipments{query}", headers=NORDWIND).json()["items"]
        assert [one["shipment"]["awb"] for one in found] == [AWB]
        assert client.get(f"/v1/shipments{query}", headers=STRANGER).json() == {"items": []}
    assert client.get("/v1/shipments?reference=NW-2", headers=NORDWIND).json() == {"items": []}


def test_search_by_day_of_flight_and_by_change(hub, client):
    flown = [{"flight": "QR066", "date": "2026-11-22", "from": "FRA", "to": "DOH"}]
    client.post("/v1/service-requests", json={**BOOKING, "flights": flown}, headers=NORDWIND)
    work(hub)
    counts = {
        "date_from=2026-11-22&date_to=2026-11-22": 1,
        "date_from=2026-11-23": 0,
        "date_to=2026-11-21": 0,
        "since=2020-01-01T00:00Z": 1,
        "until=2020-01-01T00:00Z": 0,
    }
    for query, count in counts.items():
        assert len(client.get(f"/v1/shipments?{query}", headers=NORDWIND).json()["items"]) == count, query


@pytest.mark.parametrize("cursor", ["abc", "WzEsMl0", "%00", "a" * 1000])
def test_a_cursor_of_no_page_is_refused(client, cursor):
    answer = client.get(f"/v1/shipments?cursor={cursor}", headers=NORDWIND)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_bad_booking_is_rejected_field_by_field(hub, client):
    wrong = {**BOOKING, "pieces": "two"}
    sent = client.post("/v1/service-requests", content=json.dumps(wrong, indent=1).encode(), headers=NORDWIND)
    work(hub)
    became = client.get(sent.headers["location"], headers=NORDWIND).json()
    assert became["state"] == "rejected"
    problem = became["messages"][0]["problems"][0]
    assert (problem["code"], problem["pointer"], problem["line"], problem["column"]) == ("partner.field.type", "/pieces", 10, 12)
    assert client.get(f"/v1/shipments/{AWB}", headers=STAFF).status_code == 404


def test_a_file_of_no_format_is_told_where(hub, client):
    sent = client.post("/v1/service-requests", files={"file": ("x.fwb", b"\x89PNG\r\n\x1a\n")}, headers=NORDWIND)
    work(hub)
    became = client.get(sent.headers["location"], headers=NORDWIND).json()
    problems = [*became["problems"], *(fault for one in became["messages"] for fault in one["problems"])]
    assert ("format.unknown", 1, 1) in [(one["code"], one["line"], one["column"]) for one in problems]
    assert became["pending"] is False


def test_a_shipment_named_by_its_booking_alone(hub, client):
    client.post("/v1/service-requests", json={name: value for name, value in BOOKING.items() if name != "awb"}, headers=NORDWIND)
    work(hub)
    found = client.get("/v1/shipments?reference=NW-1", headers=NORDWIND).json()["items"]
    assert [one["shipment"]["key"] for one in found] == ["booking:NORDWIND:NW-1"]
