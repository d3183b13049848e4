"""What the holder opens to others at its desk, in force at once. Standard: security/access-control.md, Authorizations."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.one_record.server.desk import Desk
from adapters.one_record.vocabulary import CARGO
from hub.objects import GET_EVENT, GET_OBJECT, PATCH_OBJECT, Grant, NewObject
from tests.unit.adapters.one_record.node_world import AIRLINE, HANDLER, HOLDER, PIECE, SHIPMENT, STRANGER, World, uri, world

HANDLERS = "group:handlers"


@pytest.fixture
def us(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


@pytest.fixture
def desk(us: World) -> Desk:
    return Desk(us.node)


def may(us: World, agent: str, id: str, permission: str = GET_OBJECT) -> bool:
    return us.permits.allows(agent, us.held(id), permission)


def test_single_authorization(us: World, desk: Desk) -> None:
    us.hold("p1")
    us.hold("p2")
    shown = desk.grant(["p1"], AIRLINE, [], None)
    assert sorted(one["permission"] for one in shown) == [GET_EVENT, GET_OBJECT]
    assert {one["object"] for one in shown} == {uri("p1")}
    assert (may(us, AIRLINE, "p1"), may(us, AIRLINE, "p2"), may(us, HANDLER, "p1")) == (True, False, False)
    assert not may(us, AIRLINE, "p1", PATCH_OBJECT)
    assert us.told() == ["LOGISTICS_OBJECT_ACCESS_GRANTED"]


def test_what_is_granted_is_an_access_delegation_that_can_be_revoked(us: World, desk: Desk) -> None:
    us.hold("p1")
    request = desk.grant([uri("p1")], AIRLINE, ["patch_logistics_object"], None)[0]["request"]
    assert may(us, AIRLINE, "p1", PATCH_OBJECT)
    assert desk.decide(request, "REQUEST_REVOKED")["kind"] == "AccessDelegationRequest"
    assert not may(us, AIRLINE, "p1", PATCH_OBJECT)


def test_it_is_in_force_though_the_holders_own_requests_wait_otherwise(tmp_path: Path) -> None:
    with world(tmp_path, accept_own=False) as us:
        us.hold("p1")
        Desk(us.node).grant(["p1"], AIRLINE, [], None)
        assert may(us, AIRLINE, "p1")


def test_group_authorization_follows_its_members(us: World, desk: Desk) -> None:
    us.hold("p1")
    desk.grant(["p1"], HANDLERS, [], None)
    assert not may(us, HANDLER, "p1")
    desk.join("handlers", [HANDLER, AIRLINE])
    assert may(us, HANDLER, "p1")
    assert desk.groups() == {"handlers": [AIRLINE, HANDLER]}
    desk.leave("handlers", [HANDLER])
    assert (may(us, HANDLER, "p1"), may(us, AIRLINE, "p1")) == (False, True)


def test_group_authorization_is_told_to_its_members(us: World, desk: Desk) -> None:
    us.hold("p1")
    desk.join("handlers", [HANDLER, STRANGER])
    desk.grant(["p1"], HANDLERS, [], None)
    assert (us.told("handler"), us.told("airline"), us.told("unnamed")) == (["LOGISTICS_OBJECT_ACCESS_GRANTED"], [], [])


def test_public_authorization(us: World, desk: Desk) -> None:
    us.hold("p1")
    desk.grant(["p1"], "everybody", [], None)
    assert may(us, STRANGER, "p1")


def test_a_class_opens_what_is_held_later_too_and_what_is_below_it(us: World, desk: Desk) -> None:
    desk.join("handlers", [HANDLER])
    desk.grant(["PhysicalLogisticsObject"], HANDLERS, [], None)
    us.hold("p1")
    us.hold("s1", SHIPMENT)
    assert (may(us, HANDLER, "p1"), may(us, HANDLER, "s1"), may(us, AIRLINE, "p1")) == (True, False, False)
    assert [one["object"] for one in desk.access("p1")] == ["class:PhysicalLogisticsObject"] * 2
    assert desk.withdraw(f"{CARGO}PhysicalLogisticsObject", HANDLERS) == 2
    assert not may(us, HANDLER, "p1")


def test_everything(us: World, desk: Desk) -> None:
    us.hold("p1")
    desk.grant(["everything"], AIRLINE, [GET_OBJECT], None)
    us.hold("s1", SHIPMENT)
    assert may(us, AIRLINE, "p1")
    assert may(us, AIRLINE, "s1")
    assert desk.withdraw("everything", AIRLINE, GET_OBJECT) == 1
    assert not may(us, AIRLINE, "p1")


@pytest.mark.parametrize("what", ["p1", "Piece"])
def test_it_ends_by_itself(us: World, desk: Desk, what: str) -> None:
    us.hold("p1")
    desk.grant([what], AIRLINE, [], us.clock.now() + timedelta(hours=1))
    assert may(us, AIRLINE, "p1")
    us.clock.forward(3601)
    assert not may(us, AIRLINE, "p1")
    assert desk.access(what) == []


def linking(us: World, id: str, target: str) -> None:
    nodes = [{"@id": uri(id), "@type": [PIECE], CARGO + "containedPieces": [{"@id": uri(target)}]}]
    us.node.objects.create([NewObject(id=id, type=PIECE, nodes=nodes, by=HOLDER)])


def test_linked_opens_what_an_object_links_to_of_this_node(us: World, desk: Desk) -> None:
    us.project("other", "awb:020-1:1")
    for id, target in (("p1", "p2"), ("p2", "p3"), ("p3", "p1"), ("p4", "other")):
        linking(us, id, target)
    desk.grant(["p1"], AIRLINE, [], None)
    assert not may(us, AIRLINE, "p2")
    desk.grant(["p1", "p4"], AIRLINE, [], None, linked=True)
    assert [may(us, AIRLINE, one) for one in ("p1", "p2", "p3", "p4")] == [True] * 4
    assert not may(us, AIRLINE, "other")  # what follows from a shipment is opened by naming the shipment's own


def test_what_is_withdrawn_takes_along_what_hangs_on_it(us: World, desk: Desk) -> None:
    us.hold("p1")
    desk.grant(["p1"], AIRLINE, [GET_OBJECT], None)
    us.node.access.grant([Grant(object="p1", agent=HANDLER, permission=GET_OBJECT, through=AIRLINE)])
    assert may(us, HANDLER, "p1")
    assert desk.withdraw("p1", AIRLINE) == 2
    assert not may(us, HANDLER, "p1")


@pytest.mark.parametrize(
    ("what", "who", "permission", "why"),
    [
        ("nothing", AIRLINE, "", "no object of this node"),
        ("Value", AIRLINE, "", "no object of this node"),
        ("p1", "airline", "", "no IRI of an agent"),
        ("p1", "group:", "", "no name of a group"),
        ("p1", AIRLINE, "DELETE_EVERYTHING", "there is no permission"),
    ],
)
def test_what_cannot_be_meant_is_said(us: World, desk: Desk, what: str, who: str, permission: str, why: str) -> None:
    us.hold("p1")
    with pytest.raises(ValueError, match=why):
        desk.grant([what], who, [permission] if permission else [], None)


def test_a_time_that_is_over_is_no_end(us: World, desk: Desk) -> None:
    us.hold("p1")
    with pytest.raises(ValueError, match="is over"):
        desk.grant(["p1", "Piece"], AIRLINE, [], us.clock.now())
    assert not may(us, AIRLINE, "p1")
