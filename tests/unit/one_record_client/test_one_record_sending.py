"""Deliveries to other nodes: each class of document goes where it belongs, once; fetches come back as arrivals."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from adapters.one_record import client
from adapters.one_record.client import wording
from adapters.one_record.client.orders import Call, order
from hub.ports import IntakeRefused, Misconfigured, Parcel, Receipt, Refused, Retriable, Unknown
from tests.contract.partners import RememberingIntake, raw_server
from tests.unit.one_record_client.conftest import SECRETS, opened, settings
from tests.unit.one_record_client.other_node import MODIFIED, OtherNode

AGENT = "https://hub.example/logistics-objects/us"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def deliver(
    other: OtherNode, document: dict[str, Any] | bytes, intake: RememberingIntake | None = None, **more: object
) -> Receipt:
    raw = document if isinstance(document, bytes) else wording.raw(document)
    sender = client.open_sender(settings(other, **more), SECRETS.__getitem__, intake)
    return sender.deliver(Parcel(key="5f3a09", name="x.jsonld", raw=raw, media="application/ld+json"))


def changed(other: OtherNode, iri: str) -> dict[str, Any]:
    operation = wording.Operation(
        op="ADD", s=iri, p="https://onerecord.iata.org/ns/cargo#goodsDescription", datatype="d", value="NEW"
    )
    return wording.change(iri, 1, [operation], description="for a reason")


def said_to(other: OtherNode, method: str, path: str) -> dict[str, Any]:
    (one,) = other.asked(method, path)
    assert one.headers["idempotency-key"] == "5f3a09"
    assert one.headers["content-type"].startswith("application/ld+json")
    read: dict[str, Any] = json.loads(one.body)
    return read


@pytest.mark.parametrize("dialect", ["other", "neone"])
def test_every_document_goes_where_its_class_says(dialect: str, request: pytest.FixtureRequest) -> None:
    other: OtherNode = request.getfixturevalue(dialect)
    iri = other.put("s1", "Shipment")
    assert deliver(other, changed(other, iri)) == Receipt(reference=f"{other.base}/action-requests/r1", text="201 ChangeRequest")
    assert said_to(other, "PATCH", "/logistics-objects/s1")["api:hasRevision"]["@value"] == "1"
    assert deliver(other, wording.subscription(AGENT, iri)).text == "201 SubscriptionRequest"
    assert said_to(other, "POST", "/subscriptions")["api:hasTopic"]["@value"] == iri
    assert deliver(other, wording.delegation(AGENT, [iri], ["GET_LOGISTICS_OBJECT"])).text == "201 AccessDelegationRequest"
    assert said_to(other, "POST", "/access-delegations")["api:isRequestedFor"] == [{"@id": AGENT}]
    assert deliver(other, wording.notification("LOGISTICS_OBJECT_UPDATED", object=AGENT)).text == "204"
    assert said_to(other, "POST", "/notifications")["api:hasLogisticsObject"] == {"@id": AGENT}
    event = deliver(other, wording.event(iri, "DEP", NOON, recorded_by=AGENT))
    assert event.reference == f"{iri}/logistics-events/0"
    assert said_to(other, "POST", "/logistics-objects/s1/logistics-events")["cargo:eventDate"]["@value"] == "2026-11-21T12:00:00Z"
    made = deliver(other, {"@context": wording.CONTEXT, "@type": "cargo:Shipment", "cargo:goodsDescription": "PUMPS"})
    assert made.reference == f"{other.base}/logistics-objects/o2"


@pytest.mark.parametrize("dialect", ["other", "neone"])
def test_requests_are_revoked_and_decided_and_a_repetition_is_no_fault(dialect: str, request: pytest.FixtureRequest) -> None:
    other: OtherNode = request.getfixturevalue(dialect)
    iri = other.put("s1", "Shipment")
    other.delay = 0.2
    asked = deliver(other, wording.subscription(AGENT, iri)).reference
    for text in ("204", "it is REQUEST_REVOKED already") if dialect == "other" else ("204",):
        assert deliver(other, wording.status(asked, "REQUEST_REVOKED", "SubscriptionRequest")).text == text
    asked = deliver(other, changed(other, iri)).reference
    decision = wording.status(asked, "REQUEST_ACCEPTED", "ChangeRequest")
    assert deliver(other, decision).text == "204"
    assert opened(other).request(asked).word("api:hasRequestStatus") == "REQUEST_ACCEPTED"
    assert deliver(other, decision).text == "it is REQUEST_ACCEPTED already"
    with pytest.raises(Refused, match=r"answered 4(22|00): Unprocessable content"):
        deliver(other, wording.status(asked, "REQUEST_REJECTED", "ChangeRequest"))


def test_a_status_that_is_not_applied_in_time_is_looked_at_again(neone: OtherNode) -> None:
    neone.delay = 60
    asked = deliver(neone, wording.subscription(AGENT, neone.put("s1", "Shipment"))).reference
    with pytest.raises(Retriable, match="is still REQUEST_PENDING and not REQUEST_ACCEPTED"):
        deliver(neone, wording.status(asked, "REQUEST_ACCEPTED"), status_seconds=0.2)


def test_a_created_object_that_is_there_as_sent_is_a_success(other: OtherNode) -> None:
    document = {"@context": wording.CONTEXT, "@id": other.iri("s9"), "@type": "cargo:Shipment", "cargo:goodsDescription": "PUMPS"}
    assert deliver(other, document).text == "201 Shipment"
    assert deliver(other, document) == Receipt(reference=other.iri("s9"), text="409: it is there already, as sent")
    with pytest.raises(Refused, match="answered 409: Identifier conflict"):
        deliver(other, {**document, "cargo:goodsDescription": "VALVES"})


def several(other: OtherNode, *names: str) -> dict[str, Any]:
    about = [{"@id": other.iri(name), "@type": "cargo:Shipment"} for name in names]
    return wording.event(other.iri(names[0]), "DEP", NOON) | {"cargo:eventFor": about}


def test_an_event_about_several_objects_is_one_call_where_the_node_can(other: OtherNode) -> None:
    for name in ("s1", "s2"):
        other.put(name, "Shipment")
    assert deliver(other, several(other, "s1", "s2")).text == "207 2 created"
    with pytest.raises(Refused, match=r"was not created for http\S+/nowhere 404"):
        deliver(other, several(other, "s1", "nowhere"))


def test_an_event_about_several_objects_is_several_calls_where_it_cannot(neone: OtherNode) -> None:
    for name in ("s1", "s2"):
        neone.put(name, "Shipment")
    receipt = deliver(neone, several(neone, "s1", "s2"))
    assert receipt.reference.split() == [f"{neone.iri(name)}/logistics-events/0" for name in ("s1", "s2")]
    bodies = [json.loads(one.body)["cargo:eventFor"] for one in neone.seen if one.path.endswith("logistics-events")]
    assert [one["@id"] for one in bodies] == [neone.iri("s1"), neone.iri("s2")]


def test_an_event_written_from_a_shipment_of_the_hub_goes_to_the_configured_object(other: OtherNode) -> None:
    other.put("shipment-777-55512343", "Shipment")
    waybill = {"@type": "cargo:Waybill", "cargo:waybillPrefix": "777", "cargo:waybillNumber": "55512343"}
    shipment = {"@id": "internal:1", "@type": "cargo:Shipment", "cargo:waybill": waybill}
    document = wording.event("x", "DEP", NOON) | {"cargo:eventFor": [shipment]}
    with pytest.raises(Misconfigured, match="Set 'shipment_object'"):
        deliver(other, document)
    receipt = deliver(other, document, shipment_object=f"{other.base}/logistics-objects/shipment-{{prefix}}-{{number}}")
    assert receipt.reference == f"{other.iri('shipment-777-55512343')}/logistics-events/0"
    sent = other.events["shipment-777-55512343"][0]
    assert sent["cargo:eventFor"] == {"@id": other.iri("shipment-777-55512343"), "@type": "cargo:Shipment"}


def test_access_that_should_end_is_not_asked_for_where_it_would_not(neone: OtherNode) -> None:
    iri = neone.put("s1", "Shipment")
    with pytest.raises(Refused, match="would never end"):
        deliver(neone, wording.delegation(AGENT, [iri], ["GET_LOGISTICS_OBJECT"], expires_at=NOON))
    assert neone.requests == {}


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no ONE Record document"),
        (b"QU HDQ", "no ONE Record document"),
        (b'{"fetch": 3}', "no ONE Record document|no call carries"),
        (b'{"@type": "https://elsewhere.example/Thing", "https://elsewhere.example/p": "1"}', "no call carries"),
        (wording.raw(wording.status("https://x.example/action-requests/1", "")), "says nothing of the status"),
        (wording.raw(wording.change("", 1, [])), "names one object, this one 0"),
    ],
)
def test_what_no_call_carries_is_refused(other: OtherNode, raw: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        deliver(other, raw)
    assert other.asked("POST", "/logistics-objects") == []


def test_an_object_of_another_host_is_not_touched(other: OtherNode) -> None:
    with pytest.raises(Misconfigured, match="Our token goes nowhere else"):
        deliver(other, changed(other, "https://elsewhere.example/logistics-objects/s1"))


def test_a_write_is_not_repeated_in_the_same_call(other: OtherNode) -> None:
    iri = other.put("s1", "Shipment")
    other.fault(503, Retry_After="7")
    with pytest.raises(Retriable, match="answered 503: Ordered fault") as raised:
        deliver(other, wording.event(iri, "DEP", NOON))
    assert raised.value.retry_after == 7
    assert len(other.asked("POST", "/logistics-objects/s1/logistics-events")) == 1


@pytest.mark.parametrize("dialect", ["other", "neone"])
def test_a_fetch_is_handed_to_the_intake(dialect: str, request: pytest.FixtureRequest) -> None:
    other: OtherNode = request.getfixturevalue(dialect)
    other.put("w", "Waybill", waybillPrefix="777", waybillNumber="55512343")
    iri = other.put("s", "Shipment", goodsDescription="PUMPS", waybill={"@id": other.iri("w")})
    intake = RememberingIntake()
    receipt = deliver(other, json.dumps({"fetch": [iri], "because": "LOGISTICS_OBJECT_UPDATED"}).encode(), intake)
    assert receipt == Receipt(reference=iri, text="2 object(s)")
    (arrival,) = intake.arrivals
    assert (arrival.partner, arrival.channel, arrival.name) == ("north", "node", iri)
    assert b"55512343" in arrival.raw
    stated = None if other.neone else parsedate_to_datetime(MODIFIED)
    assert arrival.said_at == stated


def test_a_link_that_fails_for_now_makes_the_fetch_come_back(other: OtherNode, monkeypatch: pytest.MonkeyPatch) -> None:
    other.put("w", "Waybill", waybillNumber="55512343")
    iri = other.put("s", "Shipment", waybill={"@id": other.iri("w")})
    half = {"waybillNumber": "55512354", "masterWaybill": {"@id": other.iri("w")}}
    intake = RememberingIntake()
    sender = client.open_sender(settings(other, attempts=1), SECRETS.__getitem__, intake)
    answered = other._object

    def failing(name: str, request: Any) -> Any:
        return other._error(503, "Internal server error") if name == "w" else answered(name, request)

    monkeypatch.setattr(other, "_object", failing)
    fetch = Parcel(key="k", name="", raw=json.dumps({"fetch": [iri, other.put("w2", "Waybill", **half)]}).encode(), media="")
    with pytest.raises(Retriable, match="answered 503"):
        sender.deliver(fetch)
    assert [one.name for one in intake.arrivals] == [other.iri("w2")]  # the other says of no waybill yet what it says
    monkeypatch.undo()
    sender.deliver(fetch)
    assert [one.name for one in intake.arrivals] == [other.iri("w2"), iri, other.iri("w2")]


@pytest.mark.parametrize(("reason", "fault"), [("busy", Retriable), ("full", Retriable), ("too-large", Refused)])
def test_an_intake_that_does_not_take_it(other: OtherNode, reason: str, fault: type[Exception]) -> None:
    intake = RememberingIntake()
    intake.refusal = IntakeRefused(reason, "no")
    with pytest.raises(fault):
        deliver(other, json.dumps({"fetch": [other.put("s", "Shipment")]}).encode(), intake)


def test_a_fetch_without_an_intake_is_a_fault_of_the_configuration(other: OtherNode) -> None:
    with pytest.raises(Misconfigured, match="no intake"):
        deliver(other, json.dumps({"fetch": [other.put("s", "Shipment")]}).encode())


def test_watched_objects_are_handed_in_when_they_change(other: OtherNode) -> None:
    iri = other.put("s", "Shipment", goodsDescription="OLD")
    intake = RememberingIntake()
    watch = client.open_poller(settings(other, watch=[iri], events=True), SECRETS.__getitem__)
    assert [watch.poll(intake), watch.poll(intake)] == [1, 0]
    other.put("s", "Shipment", goodsDescription="NEW")
    assert watch.poll(intake) == 1
    deliver(other, wording.event(iri, "DEP", NOON))
    assert [watch.poll(intake), watch.poll(intake)] == [1, 0]
    assert [b"NEW" in one.raw for one in intake.arrivals] == [False, True, True]
    broken = client.open_poller(settings(other, watch=[other.iri("nowhere"), iri]), SECRETS.__getitem__)
    with pytest.raises(Refused, match="answered 404"):
        broken.poll(intake)
    assert intake.duplicates == 1


def test_documents_read_as_what_they_are() -> None:
    iri = "https://x.example/logistics-objects/1"
    assert order(wording.raw(wording.notification("LOGISTICS_OBJECT_CREATED", object=iri, id="internal:1"))).call is Call.NOTIFY
    decided = order(wording.raw(wording.status("https://x.example/action-requests/1", "REQUEST_ACCEPTED", "ChangeRequest")))
    assert (decided.call, decided.about) == (Call.DECIDE, ["https://x.example/action-requests/1"])
    assert order(b'{"fetch": ["https://x.example/logistics-objects/1"]}').about == [iri]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"endpoint": "ftp://x"}, "'endpoint' should be https"),
        ({"endpoint": "http://x.example", "allow_private": False}, "'endpoint' is not https"),
        ({"version": "1.2"}, "'version' should be"),
        ({"hosts": 3}, "'hosts' should be a list"),
        ({"token_url": "https://x.example/token"}, "'client_secret' is missing"),
        ({"token_url": "https://x.example/token", "client_secret": "their-secret"}, "'client_id' is missing"),
        ({"token_url": "https://x.example/token", "client_secret": "nowhere"}, "no secret 'nowhere'"),
        ({"certificate_file": "/nowhere"}, "'certificate_file'"),
        ({"endpiont": "x"}, "no such setting: endpiont"),
        ({"link_depth": -1}, "'link_depth'"),
    ],
)
def test_settings_are_checked(other: OtherNode, changed: dict[str, object], why: str) -> None:
    with pytest.raises(Misconfigured, match=why):
        client.open_sender({**settings(other), **changed}, SECRETS.__getitem__)


def test_an_answer_that_is_lost_after_a_write_is_unknown_and_after_a_read_is_not() -> None:
    with raw_server(lambda connection: connection.recv(65_536)) as port:
        other = OtherNode(base=f"http://127.0.0.1:{port}")
        with pytest.raises(Unknown, match="may have arrived"):
            deliver(other, wording.notification("LOGISTICS_OBJECT_UPDATED", object=AGENT), version="2.3.0")
        with pytest.raises(Retriable):
            opened(other, version="2.3.0", attempts=2).get(f"{other.base}/logistics-objects/1")
