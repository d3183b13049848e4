"""The ports of a ONE Record node over a real database: revisions, guarded states, transactions, access."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from hub.holding import open_node
from hub.node import NodeDoors, NodeSettings
from hub.objects import (
    ACCEPTED,
    ACKNOWLEDGED,
    CHANGE,
    DELEGATION,
    PENDING,
    REJECTED,
    REVOKED,
    SUBSCRIPTION,
    VERIFICATION,
    Acceptance,
    Conflict,
    EventQuery,
    Grant,
    NewEvent,
    NewObject,
    NewRequest,
    NewSubscription,
    Notice,
    Projected,
)
from hub.ports import Arrival
from hub.store.engine import reading
from hub.store.tables import envelope
from tests.unit.store.fakes import FakeClock

PIECE = "https://onerecord.iata.org/ns/cargo#Piece"
SECOND = timedelta(seconds=1)
HOLDER, OTHER, THIRD = "https://n.example/logistics-objects/holder", "https://o.example/agent", "https://t.example/agent"


def nodes(text: str) -> list[dict[str, Any]]:
    return [{"@id": "https://n.example/logistics-objects/p1", "@type": [PIECE], "urn:text": [{"@value": text}]}]


@pytest.fixture
def told() -> list[Notice]:
    return []


@pytest.fixture
def node(engine: Engine, clock: FakeClock, told: list[Notice]) -> NodeDoors:
    settings = NodeSettings(base_url="https://n.example")
    return open_node(engine, clock, settings, tell=lambda _connection, notices, _now: told.extend(notices))


@pytest.fixture
def piece(node: NodeDoors) -> NewObject:
    new = NewObject(id="p1", type=PIECE, nodes=nodes("first"), by=HOLDER)
    node.objects.create([new])
    return new


def ask(node: NodeDoors, id: str, *, kind: str = CHANGE, revision: int | None = 1, by: str = OTHER) -> None:
    body = [*nodes(id), {"@id": "_:b", "@type": [], "urn:x#notifyRequestStatusChange": [{"@value": "true"}]}]
    node.requests.create(NewRequest(id=id, kind=kind, by=by, body=body, objects=["p1"], revision=revision))


def test_what_was_accepted_and_failed_went_by_way_of_its_acceptance(node: NodeDoors, piece: NewObject) -> None:
    ask(node, "c1")
    failed = node.requests.fail("c1", HOLDER, nodes("an error"))
    assert (failed.status, [one.status for one in failed.history]) == ("REQUEST_FAILED", [PENDING, ACCEPTED])
    assert failed.errors == nodes("an error")
    ask(node, "v1", kind=VERIFICATION)
    assert [one.status for one in node.requests.fail("v1", HOLDER, []).history] == [PENDING]


def test_a_created_object_is_revision_one(node: NodeDoors, piece: NewObject, clock: FakeClock) -> None:
    held = node.objects.get("p1")
    assert held is not None
    assert (held.revision, held.latest, held.nodes, held.revised_at) == (1, 1, piece.nodes, clock.now())
    assert not held.projected
    assert node.objects.get("p2") is None


def test_a_taken_identifier_keeps_nothing_of_the_whole_lot(node: NodeDoors, piece: NewObject) -> None:
    with pytest.raises(Conflict) as refused:
        node.objects.create([NewObject(id="p2", type=PIECE, nodes=nodes("x"), by=HOLDER), piece])
    assert refused.value.reason == "identifier"
    assert node.objects.get("p2") is None


def test_the_past_is_compared_by_whole_seconds(node: NodeDoors, clock: FakeClock) -> None:
    clock.forward(0.4)
    node.objects.create([NewObject(id="p1", type=PIECE, nodes=nodes("first"), by=HOLDER)])
    made = clock.now()
    assert node.objects.get("p1", at=made.replace(microsecond=0)) is not None
    assert node.objects.get("p1", at=made - SECOND) is None
    clock.forward(5)
    ask(node, "c1")
    node.requests.accept_change(Acceptance(request="c1", object="p1", base=1, nodes=nodes("second"), by=HOLDER))
    past, now = node.objects.get("p1", at=made + SECOND), node.objects.get("p1")
    assert past is not None
    assert now is not None
    assert (past.revision, past.latest, past.nodes) == (1, 2, nodes("first"))
    assert (now.revision, now.nodes, now.revised_at) == (2, nodes("second"), clock.now())


def test_accepting_a_change_rejects_its_rivals_tells_the_hub_and_all_of_it_at_once(
    node: NodeDoors, piece: NewObject, engine: Engine, told: list[Notice], clock: FakeClock
) -> None:
    for one in ("c1", "c2"):
        ask(node, one)
    ask(node, "other-revision", revision=7)
    clock.forward(60)
    arrival = Arrival(partner="p1", channel="one-record", raw=b"{}")
    notice = Notice(event_type="LOGISTICS_OBJECT_UPDATED", at=clock.now(), object="p1")
    taken = node.requests.accept_change(
        Acceptance(request="c1", object="p1", base=1, nodes=nodes("second"), by=HOLDER, arrival=arrival, notices=[notice])
    )
    assert (taken.status, taken.since) == (ACCEPTED, clock.now())
    assert [(one.status, one.changed_by) for one in taken.history] == [(PENDING, HOLDER)]
    found = node.requests.of_object("p1", kinds=[CHANGE])
    assert {one.id: one.status for one in found} == {"c1": ACCEPTED, "c2": REJECTED, "other-revision": PENDING}
    with reading(engine) as connection:
        assert len(connection.execute(select(envelope.c.id)).all()) == 1
    assert [one.event_type for one in told] == ["LOGISTICS_OBJECT_UPDATED", "CHANGE_REQUEST_REJECTED"]
    assert told[1].recipients == [OTHER]


def test_a_change_on_an_old_revision_changes_nothing(node: NodeDoors, piece: NewObject) -> None:
    ask(node, "c1")
    ask(node, "old", revision=2)
    node.requests.accept_change(Acceptance(request="c1", object="p1", base=1, nodes=nodes("second"), by=HOLDER))
    with pytest.raises(Conflict) as refused:
        node.requests.accept_change(Acceptance(request="old", object="p1", base=1, nodes=nodes("third"), by=HOLDER))
    assert refused.value.reason == "revision"
    still, held = node.requests.get("old"), node.objects.get("p1")
    assert still is not None
    assert still.status == PENDING
    assert held is not None
    assert held.revision == 2


@pytest.mark.parametrize(
    ("kind", "first", "second", "allowed"),
    [
        (CHANGE, REJECTED, ACCEPTED, False),
        (CHANGE, ACCEPTED, REVOKED, False),
        (SUBSCRIPTION, ACCEPTED, REVOKED, True),
        (VERIFICATION, ACKNOWLEDGED, REVOKED, False),
        (VERIFICATION, ACCEPTED, ACCEPTED, False),
    ],
)
def test_a_state_is_left_only_as_its_kind_allows(
    node: NodeDoors, piece: NewObject, kind: str, first: str, second: str, allowed: bool
) -> None:
    ask(node, "r1", kind=kind)
    if not allowed:
        with pytest.raises(Conflict, match="cannot become"):
            _move_through(node, first, second)
        return
    _move_through(node, first, second)
    moved = node.requests.get("r1")
    assert moved is not None
    assert (moved.status, moved.revoked_by, [one.status for one in moved.history]) == (second, HOLDER, [PENDING, first])


def _move_through(node: NodeDoors, *states: str) -> None:
    for status in states:
        node.requests.move("r1", status, HOLDER)


def test_events_are_found_by_code_time_and_page(node: NodeDoors, piece: NewObject, clock: FakeClock) -> None:
    codes = ["DEP", "ARR", "DEP", "RCF"]
    for number, code in enumerate(codes):
        made = clock.now() - timedelta(days=number)
        node.events.add(
            [NewEvent(object="p1", id=f"e{number}", type="t", nodes=nodes(code), code=f"l#{code}", occurred_at=made, by=OTHER)]
        )
        clock.forward(10)
    found: Callable[..., list[str]] = lambda **query: [one.id for one in node.events.list("p1", EventQuery(**query)).items]  # noqa: E731
    assert found() == ["e0", "e1", "e2", "e3"]
    assert found(codes=["DEP", "RCF"], sort="occurred") == ["e3", "e2", "e0"]
    assert found(descending=True, limit=2, skip=1) == ["e2", "e1"]
    assert found(codes=["D%P"]) == []
    assert node.events.list("p1", EventQuery(limit=1)).total == 4
    assert found(occurred_before=clock.now() - timedelta(days=2)) == ["e2", "e3"]
    held = node.objects.get("p1")
    assert held is not None
    assert held.events_at is not None
    with pytest.raises(Conflict) as refused:
        node.events.add([NewEvent(object="p9", id="e", type="t", nodes=[], code="", occurred_at=clock.now(), by=OTHER)])
    assert refused.value.reason == "unknown"


def test_a_subscription_ends_with_its_request_and_its_time(node: NodeDoors, piece: NewObject, clock: FakeClock) -> None:
    for number, expires in enumerate((None, clock.now() + SECOND)):
        ask(node, f"s{number}", kind=SUBSCRIPTION)
        made = NewSubscription(
            id=f"s{number}",
            request=f"s{number}",
            subscriber=OTHER,
            topic_type="LOGISTICS_OBJECT_TYPE",
            topic=PIECE,
            events=["LOGISTICS_OBJECT_UPDATED"],
            body=nodes("s"),
            expires_at=expires,
        )
        node.requests.accept_subscription(f"s{number}", HOLDER, made)
    assert [one.id for one in node.subscriptions.on([PIECE, "x"])] == ["s0", "s1"]
    clock.forward(2)
    assert [one.id for one in node.subscriptions.of_subscriber(OTHER, topic=PIECE)] == ["s0"]
    node.requests.move("s0", REVOKED, OTHER)
    assert node.subscriptions.on([PIECE]) == []


def test_access_is_denied_until_granted_to_one_to_a_group_or_to_all(node: NodeDoors) -> None:
    def may(agent: str) -> bool:
        return node.access.allows(agent, "p1", "GET_LOGISTICS_OBJECT")

    assert not may(OTHER)
    node.access.grant([Grant(object="p1", agent="group:handlers", permission="GET_LOGISTICS_OBJECT")])
    node.access.join("handlers", OTHER)
    assert may(OTHER)
    assert not may(THIRD)
    node.access.leave("handlers", OTHER)
    assert not may(OTHER)
    node.access.grant([Grant(object="*", agent="*", permission="GET_LOGISTICS_OBJECT")])
    assert may(THIRD)
    assert not node.access.allows(THIRD, "p1", "POST_LOGISTICS_EVENT")


def test_access_through_somebody_ends_with_theirs(node: NodeDoors, piece: NewObject, clock: FakeClock) -> None:
    ask(node, "d1", kind=DELEGATION)
    ask(node, "d2", kind=DELEGATION)
    second = Grant(object="p1", agent=OTHER, permission="GET_LOGISTICS_OBJECT", request="d1")
    third = Grant(object="p1", agent=THIRD, permission="GET_LOGISTICS_OBJECT", request="d2", through=OTHER)
    node.requests.accept_delegation("d1", HOLDER, [second])
    node.requests.accept_delegation("d2", HOLDER, [third])
    assert node.access.allows(THIRD, "p1", "GET_LOGISTICS_OBJECT")
    node.requests.move("d1", REVOKED, HOLDER)
    assert not node.access.allows(OTHER, "p1", "GET_LOGISTICS_OBJECT")
    assert not node.access.allows(THIRD, "p1", "GET_LOGISTICS_OBJECT")


def test_what_a_shipment_projects_changes_only_when_it_is_different(
    node: NodeDoors, told: list[Notice], clock: FakeClock
) -> None:
    def notices(held: Any) -> list[Notice]:
        return [Notice(event_type=f"{held.id}:{held.revision}", at=clock.now())]

    def project(text: str) -> int:
        both = [Projected(id="w1", type=PIECE, nodes=nodes("same")), Projected(id="w2", type=PIECE, nodes=nodes(text))]
        return node.objects.project("awb:020-12345675:1", both, notices)

    assert [project("a"), project("a"), project("b")] == [2, 0, 1]
    assert [one.event_type for one in told] == ["w1:1", "w2:1", "w2:2"]
    held = node.objects.get("w2")
    assert held is not None
    assert held.projected


def test_the_store_itself_keeps_a_projection_off_what_is_not_the_shipment_s(
    node: NodeDoors, piece: NewObject, told: list[Notice]
) -> None:
    """Somebody's own object, and one that follows from another shipment, stay what they are."""

    def project(shipment: str, id: str, text: str) -> int:
        return node.objects.project(shipment, [Projected(id=id, type=PIECE, nodes=nodes(text))], lambda _: [])

    before = node.objects.get("p1")
    assert project("awb:020-12345675:1", "p1", "theirs") == 0
    assert node.objects.get("p1") == before
    assert project("awb:020-12345675:1", "w9", "first") == 1
    assert project("awb:777-55512343:1", "w9", "second") == 0
    held = node.objects.get("w9")
    assert held is not None
    assert (held.shipment, held.revision) == ("awb:020-12345675:1", 1)
