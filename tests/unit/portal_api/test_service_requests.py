"""Requests for service over HTTP: taken in whatever they are, bounded, answered with located problems."""

import asyncio
import base64
import json

import pytest

from hub.ports import RequestView
from portal_api.app import create
from portal_api.bodies import Limits
from portal_api.service_requests import state_of
from tests.unit.portal_api.fakes import NOW, Client, Holders, Reading, Taking

AGENT = {"Authorization": "Bearer agent-key"}
BOOKING = {
    "waybridge": "booking/1",
    "booking": {"number": "NW-1", "issuer": "KOGGE"},
    "origin": "FRA",
    "destination": "SGN",
    "pieces": 2,
    "weight": {"value": "20", "unit": "KGM"},
}
PATH = "/v1/service-requests"


@pytest.fixture
def intake():
    return Taking()


def client_of(intake, **bounds):
    app = create(Reading(intake), intake, Holders(), Limits(**bounds))
    return Client(app)


@pytest.fixture
def client(intake):
    return client_of(intake)


def test_a_booking_keyed_in(client, intake):
    answer = client.post(PATH, json=BOOKING, headers=AGENT)
    assert answer.status_code == 202
    assert answer.json()["status"] == "received"
    assert answer.headers["location"] == f"{PATH}/{answer.json()['id']}"
    arrival = intake.stored[answer.json()["id"]]
    assert (arrival.partner, arrival.channel) == ("kogge", "portal")
    assert json.loads(arrival.raw) == BOOKING
    became = client.get(answer.headers["location"], headers=AGENT).json()
    assert (became["state"], became["pending"]) == ("applied", False)
    assert became["keys"] == ["booking:KOGGE:NW-1"]
    assert became["messages"][0]["problems"] == []
    assert "raw" not in became["messages"][0]


def test_problems_are_said_field_by_field(client):
    wrong = {**BOOKING, "pieces": "two", "shipper": {"city": "Bremen"}, "awb": "020-12345676"}
    location = client.post(PATH, json=wrong, headers=AGENT).headers["location"]
    became = client.get(location, headers=AGENT).json()
    assert became["state"] == "rejected"
    problems = {one["pointer"]: one for one in became["messages"][0]["problems"]}
    assert set(problems) == {"/pieces", "/shipper/name", "/awb"}
    assert problems["/awb"]["severity"] == "warning"
    assert (problems["/pieces"]["line"], problems["/pieces"]["severity"]) == (1, "error")
    assert problems["/pieces"]["column"] > 1
    assert "whole number" in problems["/pieces"]["expected"]


def test_problems_of_a_file_that_is_no_message_are_said_too(client):
    location = client.post(PATH, content=b"\x89PNG\r\n", headers=AGENT).headers["location"]
    became = client.get(location, headers=AGENT).json()
    assert became["messages"] == []
    assert [(one["code"], one["line"], one["column"]) for one in became["problems"]] == [("format.unknown", 1, 1)]


@pytest.mark.parametrize(
    ("envelope", "messages", "state"),
    [
        ("received", [], "received"),
        ("done", [], "rejected"),
        ("split", ["applied"], "split"),
        ("done", ["applied", "applied"], "applied"),
        ("done", ["applied", "split"], "split"),
        ("done", ["applied", "rejected"], "partly_applied"),
        ("done", ["rejected", "partly_applied"], "partly_applied"),
        ("done", ["dead", "rejected"], "rejected"),
        ("done", ["dead"], "dead"),
    ],
)
def test_the_state_of_a_request_is_that_of_its_messages(envelope, messages, state):
    rows = [{"state": one} for one in messages]
    assert state_of(RequestView(id="1", state=envelope, received_at=NOW, messages=rows, keys=[])) == state


def test_the_same_bytes_are_the_same_request(client, intake):
    first = client.post(PATH, json=BOOKING, headers={**AGENT, "Idempotency-Key": "a"})
    again = client.post(PATH, json=BOOKING, headers={**AGENT, "Idempotency-Key": "b"})
    assert again.status_code == 202
    assert again.json() == {"id": first.json()["id"], "status": "duplicate"}
    other = client.post(PATH, json={**BOOKING, "pieces": 3}, headers={**AGENT, "Idempotency-Key": "a"})
    assert other.json()["id"] != first.json()["id"]
    assert len(intake.stored) == 2


def test_another_s_request_is_unknown(client):
    location = client.post(PATH, json=BOOKING, headers=AGENT).headers["location"]
    foreign = client.get(location, headers={"X-Api-Key": "other-key"})
    unknown = client.get(f"{PATH}/nothing", headers={"X-Api-Key": "other-key"})
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


@pytest.mark.parametrize(
    "media", ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream", ""]
)
def test_a_raw_body_is_kept_to_the_byte_whatever_it_is_called(client, intake, media):
    raw = b"FWB/17\r\n020-12345675FRASGN/T10K123.4\r\n&a=b\xff\x00"
    answer = client.post(PATH, content=raw, headers={**AGENT, "Content-Type": media})
    assert intake.stored[answer.json()["id"]].raw == raw


def test_one_file_of_a_form(client, intake):
    files = {"file": ("../../etc/pass\x01wd.exe", b"UNB+UNOA:1'", "image/png")}
    answer = client.post(PATH, files=files, data={"note": "x"}, headers=AGENT)
    assert answer.status_code == 202
    arrival = intake.stored[answer.json()["id"]]
    assert arrival.raw == b"UNB+UNOA:1'"
    assert "/" not in arrival.name
    assert arrival.name.isprintable()


def test_a_form_must_have_one_file_and_be_a_form(client, intake):
    two = [("file", ("a", b"1")), ("file", ("b", b"2"))]
    assert client.post(PATH, files=two, headers=AGENT).status_code == 422
    assert client.post(PATH, files=[*two, two[0]], headers=AGENT).status_code == 400
    broken = {**AGENT, "Content-Type": "multipart/form-data"}
    answer = client.post(PATH, content=b"no boundary", headers=broken)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert intake.stored == {}


def test_bounds(intake):
    client = client_of(intake, max_bytes=100)
    assert client.post(PATH, content=b"x" * 100, headers=AGENT).status_code == 202
    assert client.post(PATH, content=b"x" * 101, headers=AGENT).status_code == 413
    assert client.post(PATH, content=chunks(), headers=AGENT).status_code == 413
    assert client.post(PATH, files={"file": ("a", b"x" * 200)}, headers=AGENT).status_code == 413
    assert client.post(PATH, content=b"", headers=AGENT).status_code == 422
    assert client.post(PATH, content=b"x", headers={**AGENT, "Content-Encoding": "gzip"}).status_code == 415
    assert len(intake.stored) == 1


def test_a_body_without_end_is_not_read_to_its_end(intake):
    """Straight ASGI: the sender never stops, and the portal stops asking soon after the limit."""
    app = create(Reading(intake), intake, Holders(), Limits(max_bytes=1000))
    given, sent = [], []

    async def receive():
        given.append(1)
        return {"type": "http.request", "body": b"x" * 300, "more_body": True}

    async def send(message):
        sent.append(message)

    asyncio.run(app(posted(), receive, send))
    assert sent[0]["status"] == 413
    assert len(given) <= 5


def test_a_body_that_does_not_come(intake):
    app = create(Reading(intake), intake, Holders(), Limits(body_seconds=0.05))
    sent = []

    async def receive():
        await asyncio.sleep(30)

    async def send(message):
        sent.append(message)

    asyncio.run(app(posted(), receive, send))
    assert sent[0]["status"] == 408
    assert intake.stored == {}


async def chunks():
    yield b"x" * 60
    yield b"x" * 60


def posted():
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("test", 80),
        "client": ("test", 1),
        "headers": [(b"x-api-key", b"agent-key")],
    }


@pytest.mark.parametrize(("reason", "status"), [("full", 503), ("busy", 503), ("too-large", 413), ("unknown-partner", 403)])
def test_what_was_not_stored_is_not_said_to_be(client, intake, reason, status):
    intake.refusal = reason
    answer = client.post(PATH, json=BOOKING, headers=AGENT)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in answer.headers) == (status == 503)


def test_the_format_s_own_answers_are_shown(client):
    location = client.post(PATH, content=b"FWB/17", headers=AGENT).headers["location"]
    answers = client.get(location, headers=AGENT).json()["answers"]
    assert answers == [{"text": "FNA\r\n"}, {"base64": base64.b64encode(b"\xff").decode()}]


def test_nothing_is_taken_without_a_key(client, intake):
    assert client.post(PATH, json=BOOKING).status_code == 401
    assert intake.stored == {}
