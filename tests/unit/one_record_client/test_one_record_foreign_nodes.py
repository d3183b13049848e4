"""What other people's nodes and identity providers were seen to do, or may do by the standard, and ours does not."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from adapters.one_record import client
from adapters.one_record.client import wording
from adapters.one_record.client.settings import Place, place
from adapters.one_record.client.settings import settings as read_settings
from hub.ports import Misconfigured, Parcel, Retriable
from tests.contract.partners import RememberingIntake
from tests.unit.one_record_client.conftest import SECRETS, credentials, opened, settings
from tests.unit.one_record_client.odd_node import http, piece, serving
from tests.unit.one_record_client.other_node import OtherNode

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AGENT = "https://hub.example/logistics-objects/us"
CARGO, API = "https://onerecord.iata.org/ns/cargo#", "https://onerecord.iata.org/ns/api#"


def there(**more: object) -> Place:
    return place(read_settings({"endpoint": "https://node.example/one-record", **more}), SECRETS.__getitem__)


# addresses

INNER = {"iri_base": "http://neone:8080"}


@pytest.mark.parametrize(
    ("iri", "more", "address"),
    [
        ("http://node.example/logistics-objects/1", {}, "https://node.example/logistics-objects/1"),
        ("http://node.example:8443/x?at=1", {"hosts": ["node.example:8443"]}, "https://node.example:8443/x?at=1"),
        ("http://neone:8080/logistics-objects/1", INNER, "https://node.example/one-record/logistics-objects/1"),
        ("http://neone:8080/action-requests/1?status=x", INNER, "https://node.example/one-record/action-requests/1?status=x"),
        ("http://neone:8080", INNER, "https://node.example/one-record"),
        ("https://node.example/one-record/notifications", INNER, "https://node.example/one-record/notifications"),
    ],
)
def test_objects_named_without_tls_or_by_an_inner_name_are_asked_for_at_the_endpoint(
    iri: str, more: dict[str, object], address: str
) -> None:
    assert str(there(**more).url(iri)) == address


@pytest.mark.parametrize(
    "iri", ["http://neone.evil.example:8080/x", "http://neone:80801/x", "http://u@node.example/x", "ftp://neone:8080/x"]
)
def test_what_only_looks_like_the_inner_name_gets_no_token(iri: str) -> None:
    with pytest.raises(Misconfigured, match="Our token goes nowhere else"):
        there(**INNER).url(iri)


def test_what_a_node_names_by_an_inner_name_is_read_changed_and_followed(other: OtherNode) -> None:
    outer, other.base = other.base, "http://neone:8080"
    iri = other.put("s1", "Shipment", pieces=[{"@id": other.put("p1", "Piece")}])
    node = opened(other, endpoint=outer, iri_base="http://neone:8080")
    assert [page.iri for page in node.gather(iri).pages] == [iri, other.iri("p1")]
    made = node.subscribe(wording.raw(wording.subscription(AGENT, iri))).reference
    assert made == "http://neone:8080/action-requests/r1"
    assert node.revoke(made).reference == made


def test_a_root_that_points_elsewhere_keeps_nobody_from_the_objects() -> None:
    with serving(lambda _, __: http(body=piece()), root=http("302 Found", Location="https://portal.example/login")) as odd:
        assert odd.opened().get(odd.piece).thing.kind == "Piece"


# what was made, and where


@pytest.mark.parametrize(
    ("headers", "body", "named"),
    [
        ({"Location": "/logistics-objects/7"}, b"", "{base}/logistics-objects/7"),
        ({"Content-Location": "/logistics-objects/7"}, b"", "{base}/logistics-objects/7"),
        ({}, b'{"@id": "https://far.example/7", "@type": "https://onerecord.iata.org/ns/cargo#Piece"}', "https://far.example/7"),
        ({}, b"", "{base}/logistics-objects/p"),
        ({}, b'{"message": "created"}', "{base}/logistics-objects/p"),
    ],
)
@pytest.mark.parametrize("status", ["200 OK", "201 Created"])
def test_what_was_made_is_named_without_a_location_too(status: str, headers: dict[str, str], body: bytes, named: str) -> None:
    sent = {name.replace("-", "_"): value for name, value in headers.items()}
    with serving(lambda _, __: http(status, body, **sent)) as odd:
        raw = json.loads(piece()) | {"@id": odd.piece}
        assert odd.opened().create(json.dumps(raw).encode()).reference == named.format(base=f"http://127.0.0.1:{odd.port}")


# events


def event(name: str, **more: object) -> dict[str, object]:
    return {"@id": name, "@type": CARGO + "LogisticsEvent", CARGO + "eventName": name, **more}


def test_events_that_a_list_only_names_are_read_one_by_one() -> None:
    def answer(path: str, _: int) -> bytes:
        if path.partition("?")[0].endswith("/logistics-events"):
            items = [{"@id": f"http://127.0.0.1:{odd.port}{path.partition('?')[0]}/{number}"} for number in (1, 2)]
            return http(body=json.dumps({"@type": API + "Collection", API + "hasItem": items}).encode())
        return http(body=json.dumps(event(f"http://127.0.0.1:{odd.port}{path}")).encode())

    with serving(answer) as odd:
        found = list(odd.opened().events(odd.piece))
        assert [one.text("eventName") for one in found] == [f"{odd.piece}/logistics-events/{number}" for number in (1, 2)]


def test_events_without_an_address_are_all_told_and_none_twice() -> None:
    pages = [[event("_:b0"), event("_:b1")], [event("_:b0", **{CARGO + "eventName": "third"})], []]

    def answer(_: str, time: int) -> bytes:
        told = {"@type": API + "Collection", API + "hasTotalItems": 3, API + "hasItem": pages[min(time - 1, 2)]}
        return http(body=json.dumps(told).encode())

    with serving(answer) as odd:
        found = [one.text("eventName") for one in odd.opened().events(odd.piece)]
        assert found == ["_:b0", "_:b1", "third"]


def test_an_event_without_an_address_is_handed_in_with_its_list() -> None:
    events = {"@type": API + "Collection", API + "hasItem": [event("_:b0")]}
    bodies: Callable[[str], bytes] = lambda path: json.dumps(events).encode() if "logistics-events" in path else piece()  # noqa: E731
    with serving(lambda path, _: http(body=bodies(path))) as odd:
        place = {"endpoint": f"http://127.0.0.1:{odd.port}/", "allow_private": True, "partner": "north", "channel": "node"}
        intake = RememberingIntake()
        watch = client.open_poller({**place, "watch": [odd.piece], "events": True}, {}.__getitem__)
        watch.poll(intake)
        watch.poll(intake)
        assert [b"LogisticsEvent" in raw for raw in intake.raws] == [False, True]


def test_a_list_of_events_is_fetched_as_its_events(other: OtherNode) -> None:
    iri, intake = other.put("s1", "Shipment"), RememberingIntake()
    for code in ("RCS", "DEP"):
        opened(other).post_event(iri, wording.raw(wording.event(iri, code, NOON)), key=code)
    fetch = json.dumps({"fetch": [f"{iri}/logistics-events"]}).encode()
    sender = client.open_sender(settings(other, link_count=1), SECRETS.__getitem__, intake)
    assert sender.deliver(Parcel(key="1", name="x", raw=fetch, media="application/json")).text.count("1 object(s)") == 2
    assert [one.name for one in intake.arrivals] == [f"{iri}/logistics-events/{number}" for number in (0, 1)]


def test_an_event_about_several_objects_is_several_calls_where_the_node_leaves_the_one_call_out(other: OtherNode) -> None:
    """2.3.0, Create multiple Logistics Events: the endpoint is optional."""
    other.bulk = False
    for name in ("s1", "s2"):
        other.put(name, "Shipment")
    about = [{"@id": other.iri(name), "@type": "cargo:Shipment"} for name in ("s1", "s2")]
    raw = wording.raw(wording.event(other.iri("s1"), "DEP", NOON) | {"cargo:eventFor": about})
    sender = client.open_sender(settings(other), SECRETS.__getitem__)
    for _ in range(2):
        receipt = sender.deliver(Parcel(key="5f3a09", name="x", raw=raw, media="application/ld+json"))
        assert receipt.reference.split() == [f"{other.iri(name)}/logistics-events/0" for name in ("s1", "s2")]
    assert len(other.asked("POST", "/logistics-events")) == 1


# tokens and clocks


def signed(**claims: object) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in ({"alg": "none"}, claims)]
    return ".".join([*parts, "c2ln"])


@pytest.mark.parametrize(
    ("claims", "stated", "issued"),
    [
        ({"exp": 1_000_000_000}, 3600, 1),
        ({"iat": 1_000_000_000, "exp": 1_000_003_600}, None, 1),
        ({"iat": 4_000_000_000, "exp": 4_000_000_020}, None, 2),
        ({"iat": 4_000_000_000, "exp": 4_000_003_600}, 20, 2),
    ],
)
def test_how_long_a_token_lasts_does_not_hang_on_the_providers_clock(
    other: OtherNode, claims: dict[str, object], stated: float | None, issued: int
) -> None:
    other.tokens, other.token, other.token_seconds = True, signed(**claims), stated
    iri = other.put("piece-1", "Piece")
    node = opened(other, **credentials(other), cache_seconds=0)
    node.get(iri)
    before = other.issued
    node.get(iri)
    assert other.issued - before + 1 == issued


def test_a_token_that_came_in_half_is_asked_for_again() -> None:
    granted = http(body=json.dumps({"access_token": "abc", "token_type": "Bearer"}).encode())
    with serving(lambda path, _: granted[:-9] if path == "/token" else http()) as odd:
        place = {"token_url": f"http://127.0.0.1:{odd.port}/token", "client_id": "us", "client_secret": "their-secret"}
        node = client.open_node({"endpoint": f"http://127.0.0.1:{odd.port}", "allow_private": True, **place}, SECRETS.__getitem__)
        with pytest.raises(Retriable, match=r"token endpoint \S+ broke off"):
            node.notify(b"{}")


def test_a_token_endpoint_under_repair_is_for_later() -> None:
    with serving(lambda _, __: http("302 Found", Location="https://status.example/")) as odd:
        place = {"token_url": f"http://127.0.0.1:{odd.port}/token", "client_id": "us", "client_secret": "their-secret"}
        node = client.open_node({"endpoint": f"http://127.0.0.1:{odd.port}", "allow_private": True, **place}, SECRETS.__getitem__)
        with pytest.raises(Retriable, match=r"token endpoint \S+ answered 302"):
            node.notify(b"{}")


def test_a_token_just_granted_and_not_accepted_is_for_later(other: OtherNode) -> None:
    """Their node may not have its provider's new key yet, or not be able to ask for it; what is owed is not given up for that."""
    other.tokens = True
    iri = other.put("piece-1", "Piece")
    node = opened(other, **credentials(other))
    node.get(iri)
    other.fault(401)
    other.fault(401)
    with pytest.raises(Retriable, match=r"(?s)answered 401: Ordered fault.*just granted") as told:
        node.get(iri)
    assert told.value.retry_after == 30.0
    assert node.get(iri).thing.kind == "Piece"


def test_a_time_to_come_back_is_counted_by_the_clock_that_named_it() -> None:
    then = {"Retry_After": "Sat, 21 Nov 2037 10:30:40 GMT", "Date": "Sat, 21 Nov 2037 10:30:00 GMT"}
    with serving(lambda _, __: http("503 Busy", **then)) as odd, pytest.raises(Retriable) as told:
        odd.opened().notify(b"{}")
    assert told.value.retry_after == 40.0


def test_a_host_without_an_address_is_for_later() -> None:
    node = client.open_node({"endpoint": "https://nowhere.invalid", "version": "2.3.0"}, SECRETS.__getitem__)
    with pytest.raises(Retriable, match=r"there is no host nowhere\.invalid|cannot be looked up"):
        node.notify(b"{}")


@pytest.mark.parametrize(
    ("body", "fault"), [(b"{}", Retriable), (b"who are you", Retriable), (b'{"error": "invalid_client"}', Misconfigured)]
)
def test_credentials_are_refused_by_name_and_all_else_is_for_later(body: bytes, fault: type[Exception]) -> None:
    with serving(lambda _, __: http("401 Unauthorized", body=body)) as odd:
        place = {"token_url": f"http://127.0.0.1:{odd.port}/token", "client_id": "us", "client_secret": "their-secret"}
        node = client.open_node({"endpoint": f"http://127.0.0.1:{odd.port}", "allow_private": True, **place}, SECRETS.__getitem__)
        with pytest.raises(fault, match=r"token endpoint \S+ answered 401"):
            node.notify(b"{}")
