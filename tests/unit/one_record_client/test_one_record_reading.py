"""Reading other nodes: versions, tokens, both dialects, the cache, links within bounds."""

import json

import pytest

from adapters.one_record.client import said as words
from adapters.one_record.client.cache import Page
from adapters.one_record.client.links import MEDIA, Gathered, joined
from hub.ports import Misconfigured, Refused, Retriable
from tests.contract.partners import closed_port
from tests.unit.one_record_client.conftest import credentials, opened
from tests.unit.one_record_client.other_node import OtherNode


@pytest.mark.parametrize("dialect", ["other", "neone"])
def test_an_object_reads_the_same_in_both_dialects(dialect: str, request: pytest.FixtureRequest) -> None:
    node: OtherNode = request.getfixturevalue(dialect)
    weight = {
        "@type": "cargo:Value",
        "cargo:numericalValue": {"@type": "http://www.w3.org/2001/XMLSchema#double", "@value": "12.5"},
    }
    iri = node.put("piece-1", "Piece", goodsDescription="PUMPS", grossWeight=weight)
    found = opened(node).get(iri)
    assert (found.thing.iri, found.thing.kind, found.thing.text("goodsDescription")) == (iri, "Piece", "PUMPS")
    assert (found.revision, found.latest) == (1, 1)
    inner = found.document.thing(found.thing.text("grossWeight"))
    assert inner is not None
    assert inner.text("numericalValue") == "12.5"
    modified = found.thing.moment("api:hasLastModified")
    assert modified is not None
    assert modified.isoformat() == "2026-11-21T10:30:00+00:00"


@pytest.mark.parametrize(
    ("versions", "spoken"),
    [
        (("2.3.0",), "2.3.0"),
        (("2.2.0",), "2.2.0"),
        (("2.2.0", "2.3.0", "2.9.0"), "2.3.0"),
        (("2.0.0-dev",), "2.0.0"),
        (("3.0.0",), "2.3.0"),
        ((), "2.3.0"),
        (("soon",), "2.3.0"),
    ],
)
def test_the_newest_version_both_know_is_spoken(other: OtherNode, versions: tuple[str, ...], spoken: str) -> None:
    other.versions = versions or ("2.3.0",)
    node = opened(other)
    if not versions:
        other.versions = ("",)
    iri = other.put("piece-1", "Piece")
    node.get(iri)
    assert other.seen[-1].headers["accept"] == f"application/ld+json; version={spoken}"


def test_a_node_that_refuses_the_version_is_asked_in_an_older_one(other: OtherNode) -> None:
    other.refuses_newer, other.versions = True, ("2.2.0",)
    iri = other.put("piece-1", "Piece")
    node = opened(other)
    node.get(iri)
    assert node.session.versions.current == "2.2.0"
    node.get(iri)
    assert [one.headers["accept"][-5:] for one in other.seen] == ["2.3.0", "2.2.0", "2.2.0", "2.2.0"]


def test_an_answer_in_an_older_version_is_heeded(other: OtherNode) -> None:
    iri = other.put("piece-1", "Piece")
    node = opened(other)
    node.session.versions.asked = True
    other.versions = ("2.2.0",)
    node.get(iri)
    node.get(iri)
    assert other.seen[-1].headers["accept"].endswith("2.2.0")


def test_a_configured_version_is_not_negotiated(other: OtherNode) -> None:
    iri = other.put("piece-1", "Piece")
    opened(other, version="2.2.0").get(iri)
    assert [(one.path, one.headers["accept"][-5:]) for one in other.seen] == [("/logistics-objects/piece-1", "2.2.0")]


@pytest.mark.parametrize("form", ["basic", "post"])
def test_a_token_is_got_once_and_sent(other: OtherNode, form: str) -> None:
    other.tokens = True
    iri = other.put("piece-1", "Piece")
    node = opened(other, **credentials(other), token_auth=form, scope="read write")
    node.get(iri)
    node.get(iri)
    assert other.issued == 1
    asked = json.loads(other.asked("POST", "/token")[0].body)
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "read+write")
    assert "client_secret" in asked if form == "post" else "client_secret" not in asked


def test_a_token_is_renewed_shortly_before_it_ends(other: OtherNode) -> None:
    other.tokens, other.token_seconds = True, 20
    iri = other.put("piece-1", "Piece")
    node = opened(other, **credentials(other), token_margin_seconds=30)
    node.get(iri)
    before = other.issued
    node.get(iri)
    assert other.issued == before + 1


def test_a_token_that_is_refused_is_renewed_once(other: OtherNode) -> None:
    other.tokens = True
    iri = other.put("piece-1", "Piece")
    node = opened(other, **credentials(other))
    node.get(iri)
    other.good_tokens = set()
    assert node.get(iri).thing.kind == "Piece"
    assert other.issued == 2


def test_a_fixed_token_that_is_refused_is_a_fault_of_the_configuration(other: OtherNode) -> None:
    iri = other.put("piece-1", "Piece")
    node = opened(other, bearer_secret="their-secret")
    other.fault(401)
    with pytest.raises(Misconfigured, match=r"answered 401: Ordered fault: as ordered by the test \(401\)"):
        node.get(iri)


def test_wrong_credentials_are_told_without_the_secret(other: OtherNode) -> None:
    other.tokens = True
    node = opened(other, **{**credentials(other), "client_id": "nobody"})
    with pytest.raises(Misconfigured, match="invalid_client who is that") as raised:
        node.get(other.put("piece-1", "Piece"))
    assert "a-secret-word" not in str(raised.value)


def test_our_token_goes_to_no_other_host(other: OtherNode) -> None:
    with OtherNode().serving() as stranger:
        iri = stranger.put("piece-1", "Piece")
        node = opened(other, bearer_secret="their-secret")
        with pytest.raises(Misconfigured, match="Our token goes nowhere else"):
            node.get(iri)
        other.fault(301, Location=iri)
        with pytest.raises(Misconfigured, match="Our token goes nowhere else"):
            node.get(other.put("piece-1", "Piece"))
        assert stranger.seen == []


def test_a_redirect_within_the_host_is_followed(other: OtherNode) -> None:
    iri = other.put("piece-2", "Piece", goodsDescription="MOVED")
    other.fault(301, Location="/logistics-objects/piece-2")
    assert opened(other).get(other.iri("piece-1")).thing.text("goodsDescription") == "MOVED"
    for _ in range(5):
        other.fault(302, Location=iri)
    with pytest.raises(Retriable, match="points to"):
        opened(other).get(iri)


def test_a_private_address_is_refused_unless_allowed(other: OtherNode) -> None:
    with pytest.raises(Misconfigured, match="no public address"):
        opened(other, allow_private=False, allow_plain=True).get(other.iri("x"))


def test_a_read_is_tried_again_in_the_same_call(other: OtherNode) -> None:
    iri = other.put("piece-1", "Piece")
    other.fault(503, Retry_After="0")
    other.fault(500)
    assert opened(other).get(iri).thing.kind == "Piece"
    for _ in range(3):
        other.fault(502)
    with pytest.raises(Retriable, match=r"answered 502: Ordered fault"):
        opened(other).get(iri)
    other.faults.clear()
    other.fault(429, Retry_After="120")
    with pytest.raises(Retriable) as raised:
        opened(other).get(iri)
    assert raised.value.retry_after == 120


def test_a_node_that_is_down_is_retriable() -> None:
    with pytest.raises(Retriable, match="no connection"):
        opened(OtherNode(base=f"http://127.0.0.1:{closed_port()}"), connect_attempts=1, attempts=1).server_information()


@pytest.mark.parametrize(
    ("status", "kind"), [(403, Refused), (404, Refused), (410, Refused), (501, Refused), (415, Refused), (422, Refused)]
)
def test_the_words_of_the_error_are_kept(other: OtherNode, status: int, kind: type[Exception]) -> None:
    for _ in range(4):
        other.fault(status)
    with pytest.raises(kind, match=rf"GET .*piece-1 answered {status}: Ordered fault: as ordered by the test \({status}\)"):
        opened(other).get(other.put("piece-1", "Piece"))


@pytest.mark.parametrize(
    "body", [b"", b"<html>gone", b"{", b'{"@context": "https://elsewhere.example/context"}', b"[]", b"\xff\xfe", b'{"a":' * 2000]
)
def test_an_answer_that_cannot_be_read_is_refused_with_its_reason(other: OtherNode, body: bytes) -> None:
    from starlette.responses import Response

    other.faults.append(Response(body, media_type="application/ld+json"))
    with pytest.raises(Refused, match="nothing that can be read"):
        opened(other).get(other.put("piece-1", "Piece"))


def test_a_document_too_large_is_refused(other: OtherNode) -> None:
    with pytest.raises(Refused, match="larger than 'max_answer_bytes'"):
        opened(other, max_answer_bytes=2000).get(other.put("piece-1", "Piece", goodsDescription="x" * 3000))


@pytest.mark.parametrize("dialect", ["other", "neone"])
def test_events_are_read_page_by_page(dialect: str, request: pytest.FixtureRequest) -> None:
    node: OtherNode = request.getfixturevalue(dialect)
    iri = node.put("shipment-1", "Shipment")
    node.events["shipment-1"] = [
        {"@id": f"{iri}/logistics-events/{n}", "@type": "cargo:LogisticsEvent", "cargo:eventName": f"E{n}"} for n in range(230)
    ]
    client = opened(node)
    assert [one.text("eventName") for one in client.events(iri)] == [f"E{n}" for n in range(230)]
    assert len(list(client.events(iri, most=7))) == 7
    asked = len(node.asked("GET", "/logistics-objects/shipment-1/logistics-events"))
    assert asked == (4 if dialect == "other" else 2)


@pytest.mark.parametrize("dialect", ["other", "neone"])
def test_an_object_without_events_has_none(dialect: str, request: pytest.FixtureRequest) -> None:
    node: OtherNode = request.getfixturevalue(dialect)
    assert list(opened(node).events(node.put("shipment-1", "Shipment"))) == []


def chain(node: OtherNode, length: int) -> str:
    for n in range(length):
        node.put(f"p{n}", "Piece", goodsDescription=f"P{n}", containedPieces=[{"@id": node.iri(f"p{n + 1}")}])
    return node.iri("p0")


@pytest.mark.parametrize(
    ("bounds", "read", "why"),
    [
        ({"link_depth": 0}, 1, "more than 0 links away"),
        ({"link_depth": 3}, 4, "more than 3 links away"),
        ({"link_depth": 99, "link_count": 5}, 5, "more than 5 objects"),
        ({"link_depth": 99, "link_bytes": 1}, 1, "more than 1 bytes"),
        ({"link_depth": 99}, 9, "answered 404"),
    ],
)
def test_links_are_followed_within_bounds(other: OtherNode, bounds: dict[str, object], read: int, why: str) -> None:
    iri = chain(other, 9)
    found = opened(other, **bounds).gather(iri)
    assert len(found.pages) == read
    assert len(found.left) == 1
    assert why in found.left[0][1]


def test_links_in_a_circle_end(other: OtherNode) -> None:
    other.put("a", "Piece", containedPieces=[{"@id": other.iri("b")}])
    other.put("b", "Piece", containedPieces=[{"@id": other.iri("a")}, {"@id": other.iri("b")}])
    assert [page.iri for page in opened(other).gather(other.iri("a")).pages] == [other.iri("a"), other.iri("b")]


def test_objects_of_others_are_left_and_named(other: OtherNode) -> None:
    there = "https://1r.stranger.example/logistics-objects/org"
    iri = other.put("a", "Shipment", involvedParties=[{"@type": "cargo:Party", "cargo:partyDetails": {"@id": there}}])
    assert opened(other).gather(iri).left == [(there, "another host")]


@pytest.mark.parametrize("dialect", ["other", "neone"])
def test_what_was_gathered_is_one_document_that_says_it_all(dialect: str, request: pytest.FixtureRequest) -> None:
    node: OtherNode = request.getfixturevalue(dialect)
    node.put("p1", "Piece", goodsDescription="PUMPS", grossWeight={"@id": "_:b0", "cargo:numericalValue": 1.5})
    node.put("p2", "Piece", goodsDescription="VALVES", grossWeight={"@id": "_:b0", "cargo:numericalValue": 2.5})
    iri = node.put("s", "Shipment", pieces=[{"@id": node.iri("p1")}, {"@id": node.iri("p2")}])
    found = opened(node).gather(iri)
    document = words.said(found.document())
    shipment = document.main()
    assert shipment is not None
    assert shipment.iri == iri
    pieces = [one for piece in shipment.texts("pieces") if (one := document.thing(piece)) is not None]
    assert [one.text("goodsDescription") for one in pieces] == ["PUMPS", "VALVES"]
    weights = [one for piece in pieces if (one := document.thing(piece.text("grossWeight"))) is not None]
    if dialect == "other":
        assert [one.text("numericalValue") for one in weights] == ["1.5", "2.5"]


def test_one_page_is_kept_as_it_came(other: OtherNode) -> None:
    iri = other.put("p1", "Piece")
    node = opened(other)
    assert node.gather(iri).document() == node.get(iri).raw
    assert joined(node.gather(iri).pages) != b""


def page(changed: str, read: str) -> Page:
    times = {"last-modified": changed, "date": read}
    headers = {name: f"Sat, 21 Nov 2026 {at} GMT" for name, at in times.items() if at}
    return Page(iri="https://node.example/x", raw=b"{}", media=MEDIA, mark="", headers=headers)


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([page("10:00:00", "10:05:00"), page("10:03:00", "10:05:00")], "10:03:00"),
        ([page("10:03:00", "10:05:00"), page("10:00:00", "10:02:00")], "10:02:00"),
        ([page("10:03:00", ""), page("10:00:00", "")], "10:03:00"),
        ([page("", "10:05:00"), page("", "10:04:00")], None),
    ],
    ids=["newest", "not after the oldest was read", "no date", "never"],
)
def test_what_is_remembered_is_no_word_of_today(pages: list[Page], said: str | None) -> None:
    found = Gathered(pages=pages, left=[]).modified()
    assert (found.strftime("%H:%M:%S") if found else None) == said


def test_what_was_read_is_asked_for_again_only_when_it_changed(other: OtherNode) -> None:
    other.put("p1", "Piece", goodsDescription="OLD")
    iri = other.put("s", "Shipment", pieces=[{"@id": other.iri("p1")}])
    node = opened(other, cache_seconds=0)
    node.gather(iri)
    node.gather(iri)
    assert len(other.asked("GET", "/logistics-objects/p1")) == 1
    assert len(other.asked("HEAD", "/logistics-objects/p1")) == 1
    other.put("p1", "Piece", goodsDescription="NEW")
    assert b"NEW" in node.gather(iri).document()
    fresh = opened(other, cache_seconds=60)
    fresh.gather(iri)
    before = len(other.seen)
    fresh.gather(iri)
    assert [one.method for one in other.seen[before:]] == ["HEAD"]


def test_a_node_without_head_is_read_again(other: OtherNode) -> None:
    other.head = False
    iri = other.put("p1", "Piece", goodsDescription="OLD")
    node = opened(other)
    node.gather(iri)
    other.put("p1", "Piece", goodsDescription="NEW")
    assert b"NEW" in node.gather(iri).document()


def test_the_cache_is_bounded(other: OtherNode) -> None:
    node = opened(other, cache_count=3, cache_bytes=1_000_000)
    for n in range(6):
        node.pages.page(other.put(f"p{n}", "Piece"))
    asked = node.pages.asked
    node.pages.page(other.iri("p5"))
    assert node.pages.asked == asked
    node.pages.page(other.iri("p0"))
    assert node.pages.asked == asked + 1
    small = opened(other, cache_bytes=10)
    small.pages.page(other.iri("p0"))
    small.pages.page(other.iri("p0"))
    assert small.pages.asked == 2


@pytest.mark.parametrize(
    "iri", ["", "x", "https://", "https://[::1/x", "https://a.example/\ud800", "https://a.example/\0", "urn:x"]
)
def test_what_is_no_address_is_named(other: OtherNode, iri: str) -> None:
    with pytest.raises(Misconfigured, match=r"no address|Our token goes nowhere else"):
        opened(other).get(iri)
    bad = {"@id": f"https://{iri}/logistics-objects/1"}
    assert len(opened(other).gather(other.put("a", "Piece", containedPieces=[bad])).pages) == 1


def test_token_objects_and_heads_come_over_one_connection(other: OtherNode) -> None:
    other.tokens = True
    node = opened(other, **credentials(other))
    node.gather(chain(other, 5))
    node.pages.page(other.iri("p0"), fresh=True)
    assert len(other.seen) > 7
    assert len({one.port for one in other.seen}) == 1
    node.close()
    node.gather(other.iri("p0"))
    assert len({one.port for one in other.seen}) == 2


def test_keep_seconds_0_makes_a_connection_for_each_call(other: OtherNode) -> None:
    opened(other, keep_seconds=0).gather(chain(other, 3))
    assert len({one.port for one in other.seen}) == len(other.seen)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_call_that_changes_something_is_sent_nowhere_else(other: OtherNode, status: int) -> None:
    iri = other.put("piece-4", "Piece")
    node = opened(other)
    node.get(iri)
    other.fault(status, Location=other.iri("piece-5"))
    with pytest.raises(Retriable if status in (302, 307) else Misconfigured, match=r"points to .*/piece-5"):
        node.change(iri, b'{"@type": "api:Change"}')
    assert [one.path for one in other.seen if one.method == "PATCH"] == ["/logistics-objects/piece-4"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_read_follows_every_redirect_as_a_read(other: OtherNode, status: int) -> None:
    other.put("piece-2", "Piece", goodsDescription="MOVED")
    other.fault(status, Location="piece-2")
    assert opened(other).get(other.iri("piece-1")).thing.text("goodsDescription") == "MOVED"


@pytest.mark.parametrize(("status", "kind"), [(301, Misconfigured), (308, Misconfigured), (302, Retriable), (307, Retriable)])
def test_a_redirect_elsewhere_is_for_later_where_it_is_for_now(other: OtherNode, status: int, kind: type[Exception]) -> None:
    """A node under repair sends everybody to a page that says so; what is owed to it is not given up for that."""
    iri = other.put("piece-1", "Piece")
    node = opened(other, attempts=1)
    node.server_information()
    for where in ("https://status.example/repair", iri):
        for _ in range(3):
            other.fault(status, Location=where)
        with pytest.raises(kind, match=r"status\.example/repair is not on|points to"):
            node.get(iri)
        other.faults.clear()


def test_a_redirect_to_another_host_gets_no_token(other: OtherNode) -> None:
    with OtherNode().serving() as stranger:
        other.fault(302, Location=stranger.put("piece-1", "Piece"))
        with pytest.raises(Retriable, match="Our token goes nowhere else"):
            opened(other, bearer_secret="their-secret").get(other.iri("piece-1"))
        assert stranger.seen == []


def test_retry_after_is_waited_for_within_a_read_or_told_to_the_outbox(other: OtherNode) -> None:
    iri = other.put("piece-6", "Piece")
    other.fault(429, Retry_After="0")
    assert opened(other).get(iri).thing.iri == iri
    other.fault(503, Retry_After="60")
    with pytest.raises(Retriable) as later:
        opened(other).get(iri)
    assert later.value.retry_after == 60.0
