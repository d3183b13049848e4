"""What is sent again because its answer was lost is made once: calls under one ``Idempotency-Key``, as our client sends them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.one_record.client import wording
from adapters.one_record.vocabulary import CARGO, XSD
from hub.objects import PERMISSIONS, Grant
from tests.unit.adapters.one_record.http_world import Web
from tests.unit.adapters.one_record.node_world import AIRLINE, HANDLER

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def piece(web: Web) -> str:
    address = web.client().post({"@type": "cargo:Piece", "cargo:goodsDescription": "BOOKS"})
    id = address.rpartition("/")[2]
    web.node.doors.access.grant(
        [Grant(object=id, agent=agent, permission=one) for agent in (AIRLINE, HANDLER) for one in PERMISSIONS]
    )
    return address


def changed(piece: str) -> dict[str, Any]:
    operation = wording.Operation(op="ADD", s=piece, p=CARGO + "upid", datatype=XSD + "string", value="P-77")
    return wording.change(piece, 1, [operation])


PIECE = {"@context": {"cargo": CARGO}, "@type": "cargo:Piece", "cargo:goodsDescription": "BOOKS"}
CALLS: dict[str, tuple[str, Callable[[str], str], Callable[[str], dict[str, Any]]]] = {
    "event": (
        "POST",
        lambda piece: f"{piece}/logistics-events",
        lambda piece: wording.event(piece, "DEP", NOON, object_type="Piece"),
    ),
    "change": ("PATCH", lambda piece: piece, changed),
    "subscription": ("POST", lambda _: "/subscriptions", lambda piece: wording.subscription(AIRLINE, piece)),
    "delegation": (
        "POST",
        lambda _: "/access-delegations",
        lambda piece: wording.delegation(AIRLINE, [piece], ["GET_LOGISTICS_OBJECT"]),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_under_one_key_makes_one_thing(web: Web, piece: str, name: str) -> None:
    method, path, body = CALLS[name]
    airline = web.client(AIRLINE)
    answers = [airline(method, path(piece), body(piece), Idempotency_Key="k1") for _ in range(3)]
    assert [one.status_code for one in answers] == [201] * 3, answers[-1].text
    assert len({one.headers["Location"] for one in answers}) == 1
    assert len({one.headers["Type"] for one in answers}) == 1


@pytest.mark.parametrize("name", ["event", "change", "delegation"])
def test_other_keys_other_agents_and_no_key_make_others(web: Web, piece: str, name: str) -> None:
    method, path, body = CALLS[name]
    airline, handler = web.client(AIRLINE), web.client(HANDLER)
    answers = [
        *(airline(method, path(piece), body(piece), Idempotency_Key=key) for key in ("k1", "k2")),
        handler(method, path(piece), body(piece), Idempotency_Key="k1"),
        *(airline(method, path(piece), body(piece)) for _ in range(2)),
    ]
    assert len({one.headers["Location"] for one in answers}) == 5


def test_a_key_opens_nothing_to_who_has_lost_access(web: Web, piece: str) -> None:
    method, path, body = CALLS["event"]
    airline = web.client(AIRLINE)
    assert airline(method, path(piece), body(piece), Idempotency_Key="k1").status_code == 201
    web.node.doors.access.withdraw(piece.rpartition("/")[2], AIRLINE)
    assert airline(method, path(piece), body(piece), Idempotency_Key="k1").status_code == 403


def test_an_object_under_a_key_is_made_once(web: Web) -> None:
    holder = web.client()
    answers = [holder("POST", "/logistics-objects", PIECE, Idempotency_Key=key) for key in ("k1", "k1", "k2")]
    assert [one.status_code for one in answers] == [201] * 3, answers[-1].text
    first, again, other = (one.headers["Location"] for one in answers)
    assert first == again != other
    assert {one.headers["Type"] for one in answers} == {CARGO + "Piece"}
    assert holder.get(first)["cargo:goodsDescription"] == "BOOKS"


def test_create_keeps_a_given_id_once_whatever_the_key(web: Web, piece: str) -> None:
    assert web.client()("POST", "/logistics-objects", {**PIECE, "@id": piece}, Idempotency_Key="k1").status_code == 409


def test_create_multiple_under_a_key_makes_each_event_once(web: Web, piece: str) -> None:
    other = web.client().post({"@type": "cargo:Piece"})
    body = {**wording.event(piece, "DEP", NOON, object_type="Piece"), CARGO + "eventFor": [{"@id": piece}, {"@id": other}]}
    holder = web.client()
    told = [holder("POST", "/logistics-events", body, Idempotency_Key=key).json() for key in ("k1", "k1", "k2")]
    made = [{one["api:hasLogisticsEvent"]["@id"] for one in each["api:hasCreationResult"]} for each in told]
    assert [len(one) for one in made] == [2, 2, 2]
    assert made[0] == made[1]
    assert not made[0] & made[2]


def test_a_call_that_meets_itself_is_answered_like_its_first(web: Web, piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is still at work when the second looks whether there was one."""
    method, path, body = CALLS["event"]
    airline = web.client(AIRLINE)
    first = airline(method, path(piece), body(piece), Idempotency_Key="k1")
    get, asked = web.node.doors.events.get, iter([False])
    monkeypatch.setattr(type(web.node.doors.events), "get", lambda _, *given: get(*given) if next(asked, True) else None)
    second = airline(method, path(piece), body(piece), Idempotency_Key="k1")
    assert (second.status_code, second.headers["Location"]) == (201, first.headers["Location"])


def test_an_object_that_meets_itself_is_answered_like_the_first(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = web.client()
    first = holder("POST", "/logistics-objects", PIECE, Idempotency_Key="k1")
    get, asked = web.node.doors.objects.get, iter([False])
    monkeypatch.setattr(type(web.node.doors.objects), "get", lambda _, *given: get(*given) if next(asked, True) else None)
    second = holder("POST", "/logistics-objects", PIECE, Idempotency_Key="k1")
    assert (second.status_code, second.headers["Location"]) == (201, first.headers["Location"])


def test_an_event_under_a_key_is_listed_once(web: Web, piece: str) -> None:
    method, path, body = CALLS["event"]
    for _ in range(2):
        web.client(AIRLINE)(method, path(piece), json.dumps(body(piece)).encode(), Idempotency_Key="k1")
    assert web.client().get(f"{piece}/logistics-events")["api:hasTotalItems"] in (
        1,
        {"@type": "xsd:nonNegativeInteger", "@value": "1"},
    )
