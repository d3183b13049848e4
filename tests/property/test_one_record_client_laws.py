"""Laws of the ONE Record client: no bytes, of another node or to be sent, make anything but a document or a named fault."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.one_record import client
from adapters.one_record.client import wording
from adapters.one_record.client.cache import Page
from adapters.one_record.client.links import joined
from adapters.one_record.client.orders import order
from adapters.one_record.client.said import said
from adapters.one_record.client.versions import Versions
from hub.ports import DeliveryError, Parcel, Refused

NAMES = st.sampled_from(["@id", "@type", "@graph", "@value", "@context", "@list", "cargo:shipment", "api:hasItem", "x", "_:b0"])
TEXTS = st.sampled_from(["_:b0", "cargo:Piece", "api:Error", "https://a.example/logistics-objects/1", "neone:1", "", "\ud800"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)
BODIES = st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode())


def page(raw: bytes, number: int = 0) -> Page:
    return Page(iri=f"https://a.example/logistics-objects/{number}", raw=raw, media="", mark="", headers={})


@settings(max_examples=150, deadline=None)
@given(BODIES)
def test_any_answer_is_a_document_or_says_why_not(raw: bytes) -> None:
    document = said(raw)
    main = document.main()
    assert main is not None or document.fault
    list(document.linked())


@settings(max_examples=100, deadline=None)
@given(st.lists(BODIES, min_size=2, max_size=3))
def test_any_pages_join_to_a_document(raws: list[bytes]) -> None:
    whole = said(joined([page(raw, number) for number, raw in enumerate(raws)]))
    assert isinstance(whole.fault, str)


@settings(max_examples=150, deadline=None)
@given(BODIES)
def test_any_bytes_to_be_sent_are_a_call_or_refused(raw: bytes) -> None:
    try:
        assert order(raw).call
    except Refused:
        return


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_an_event_of_any_shape_ends_in_a_fault_the_hub_knows(value: object) -> None:
    """Nobody listens there: what gets so far is Retriable, everything else was refused before."""
    raw = json.dumps({**wording.event("x", "DEP", wording.datetime.now(wording.UTC)), "cargo:eventFor": value}).encode()
    node = {"endpoint": "http://127.0.0.1:9", "allow_private": True, "version": "2.2.0", "connect_attempts": 1}
    sender = client.open_sender(node, {}.__getitem__)
    with pytest.raises(DeliveryError, match="one-record channel"):
        sender.deliver(Parcel(key="k", name="", raw=raw, media=""))


@given(
    st.lists(st.text(max_size=12) | st.sampled_from(["2.2.0", "2.3.0", "2.10.0", "v2.1.0", "2.0.0-dev"]), max_size=4),
    st.text(max_size=40),
)
def test_whatever_a_node_states_a_version_is_spoken(stated: list[str], content_type: str) -> None:
    versions = Versions()
    versions.learn_supported(stated)
    versions.learn_answered(content_type)
    assert versions.media().startswith("application/ld+json; version=2.") or not versions.current.startswith("2.")
    while versions.fall_back():
        assert versions.media().startswith("application/ld+json")
    assert versions.media() == "application/ld+json"
