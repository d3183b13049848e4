"""``waybridge one-record`` against another node on loopback: reads at once, calls through the outbox."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.commands import Place
from tests.unit.one_record_client.other_node import OtherNode

PARTNER = """id = "north"
schedule = [0.0, 0.0]
[[channel]]
name = "node"
adapter = "adapters.one_record.client"
[channel.settings]
endpoint = "{base}"
agent = "https://hub.example/logistics-objects/us"
allow_private = true
"""


@pytest.fixture
def other() -> Iterator[OtherNode]:
    with OtherNode().serving() as node:
        yield node


@pytest.fixture
def there(place: Place, other: OtherNode) -> Place:
    """A place whose partner ``north`` has that node."""
    (place.config / "partners" / "north.toml").write_text(PARTNER.format(base=other.base))
    return place


def test_an_object_is_read_with_what_it_links_to(there: Place, other: OtherNode) -> None:
    other.put("w", "Waybill", waybillNumber="55512343")
    far = "https://1r.stranger.example/logistics-objects/org"
    iri = other.put("s", "Shipment", goodsDescription="PUMPS", waybill={"@id": other.iri("w")}, insurance={"@id": far})
    shown = there.here("one-record", "get", iri, "--partner", "north", "--follow", "--json").json
    assert (shown["type"], shown["revision"], shown["latest_revision"]) == ("Shipment", 1, 1)
    assert [node["@id"] for node in shown["document"]["@graph"]] == [iri, other.iri("w")]
    assert shown["left"] == [{"id": far, "why": "another host"}]
    assert "PUMPS" in there.here("one-record", "get", iri, "--partner", "north").out.decode()


def test_events_are_listed(there: Place, other: OtherNode) -> None:
    iri = other.put("s", "Shipment")
    there.file("event.jsonld", json.dumps(event(iri)))
    sent = there.here("one-record", "send", str(there.folder / "event.jsonld"), "--partner", "north", "--now", "--json")
    assert sent.json == {"reference": f"{iri}/logistics-events/0", "text": "201 LogisticsEvent"}
    found = there.here("one-record", "events", iri, "--partner", "north", "--json").json
    at = "2026-11-21T10:30:00Z"
    assert found == {"items": [{"id": f"{iri}/logistics-events/0", "type": "LogisticsEvent", "code": "DEP", "at": at}]}


def event(iri: str) -> dict[str, object]:
    code = {"@id": "https://onerecord.iata.org/ns/code-lists/StatusCode#DEP"}
    at = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2026-11-21T10:30:00Z"}
    context = {"cargo": "https://onerecord.iata.org/ns/cargo#"}
    said = {"cargo:eventCode": code, "cargo:eventDate": at, "cargo:eventFor": {"@id": iri}}
    return {"@context": context, "@type": "cargo:LogisticsEvent", **said}


def test_calls_go_through_the_outbox(there: Place, other: OtherNode) -> None:
    iri = other.put("p", "Piece", goodsDescription="PUMPS", slac={"@type": "http://www.w3.org/2001/XMLSchema#int", "@value": "4"})
    assert there.here("init").status == 0
    owed = [
        there.here("one-record", "subscribe", iri, "--partner", "north", "--json").json,
        there.here(
            "one-record", "change", iri, "--partner", "north", "--set", "goodsDescription=VALVES", "--set", "slac=", "--json"
        ).json,
    ]
    assert [one["target"] for one in owed] == ["one-record:Subscription", "one-record:Change"]
    assert other.requests == {}
    assert there.here("work", "--drain", "--json").json["deliveries"] == {"sent": 2}
    asked = {one["@type"]: one["api:wanted"] for one in other.requests.values()}
    assert asked["api:SubscriptionRequest"]["api:hasSubscriber"] == {"@id": "https://hub.example/logistics-objects/us"}
    told = [(one["api:op"]["@id"], one["api:o"][0]["api:hasValue"]) for one in asked["api:ChangeRequest"]["api:hasOperation"]]
    assert told == [("api:DELETE", "PUMPS"), ("api:ADD", "VALVES"), ("api:DELETE", "4")]
    request = next(iri for iri in (one["@id"] for one in other.requests.values()))
    assert there.here("one-record", "revoke", request, "--partner", "north").status == 0
    assert there.here("work", "--drain", "--json").json["deliveries"] == {"sent": 3}
    assert next(iter(other.requests.values()))["api:hasRequestStatus"] == {"@id": "api:REQUEST_REVOKED"}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["get", "{iri}", "--partner", "nobody"], 2, "no partner 'nobody'"),
        (["get", "{iri}", "--partner", "blue"], 3, "0 channels to a ONE Record node"),
        (["get", "{iri}-gone", "--partner", "north"], 1, "answered 404"),
        (["get", "https://elsewhere.example/x", "--partner", "north"], 3, "Our token goes nowhere else"),
        (["get", "{iri}", "--partner", "north", "--at", "soon"], 2, "--at wants a time"),
        (
            ["change", "{iri}", "--partner", "north", "--set", "goodsDescr=X"],
            2,
            "no property 'goodsDescr'; there are goodsDescription",
        ),
        (["change", "{iri}", "--partner", "north", "--set", "grossWeight=3"], 2, "an object of its own"),
        (["change", "{iri}", "--partner", "north", "--set", "specialHandlingCodes=QQQ"], 2, "no code of SpecialHandlingCode"),
        (["send", "nowhere", "--partner", "north"], 2, "cannot read nowhere"),
    ],
)
def test_faults_are_told(there: Place, other: OtherNode, arguments: list[str], status: int, said: str) -> None:
    iri = other.put("p", "Piece")
    ran = there.here("one-record", *(one.replace("{iri}", iri) for one in arguments))
    assert (ran.status, said in ran.err) == (status, True), ran.err


def test_help_has_an_example(place: Place, tmp_path: Path) -> None:
    for name in ("get", "events", "subscribe", "change", "send", "revoke"):
        assert "Example: waybridge one-record" in place.here("one-record", name, "--help").out.decode()
