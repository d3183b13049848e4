"""Who may do what with an object, delegations and their trust chains.

Standard: API-Security, security/access-control.md and access-delegations.md.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.one_record.sharing.nodes import Invalid
from hub.objects import ACCEPTED, PENDING, PERMISSIONS, REVOKED, Grant
from tests.unit.adapters.one_record.node_world import (
    AIRLINE,
    HANDLER,
    HOLDER,
    PIECE,
    SHIPMENT,
    STRANGER,
    World,
    delegation,
    world,
)

GET, PATCH, POST_EVENT, GET_EVENT = PERMISSIONS


@pytest.fixture
def us(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def may(us: World, agent: str, id: str = "p1", permission: str = GET) -> bool:
    return us.permits.allows(agent, us.held(id), permission)


def grants(*pairs: tuple[str, str]) -> list[Grant]:
    return [Grant(object=object, agent=agent, permission=GET) for object, agent in pairs]


# Permissions (access-control.md)


def test_nothing_is_allowed_but_to_the_holder(us: World) -> None:
    us.hold("p1")
    for permission in PERMISSIONS:
        assert may(us, HOLDER, permission=permission)
        assert not may(us, STRANGER, permission=permission)


def test_a_single_grant_is_for_one_agent_one_object_one_permission(us: World) -> None:
    us.hold("p1")
    us.hold("p2")
    us.node.access.grant(grants(("p1", AIRLINE)))
    assert may(us, AIRLINE)
    assert not may(us, HANDLER)
    assert not may(us, AIRLINE, "p2")
    assert not any(may(us, AIRLINE, permission=one) for one in (PATCH, POST_EVENT, GET_EVENT))


def test_a_public_grant_is_for_everybody_who_is_authenticated(us: World) -> None:
    us.hold("p1")
    us.node.access.grant(grants(("p1", "*")))
    assert may(us, STRANGER)


def test_a_group_grant_is_for_its_members_while_they_are(us: World) -> None:
    us.hold("p1")
    us.node.access.grant(grants(("p1", "group:handlers")))
    assert not may(us, HANDLER)
    us.node.access.join("handlers", HANDLER)
    assert may(us, HANDLER)
    us.node.access.leave("handlers", HANDLER)
    assert not may(us, HANDLER)


def test_groups_and_grants_of_the_configuration(tmp_path: Path) -> None:
    security = {
        "groups": {"handlers": [HANDLER]},
        "grants": [{"agents": ["group:handlers"], "types": ["PhysicalLogisticsObject"], "permissions": [GET, POST_EVENT]}],
    }
    with world(tmp_path, security=security) as us:
        us.hold("p1", PIECE)
        us.hold("s1", SHIPMENT)
        assert may(us, HANDLER)
        assert may(us, HANDLER, permission=POST_EVENT)
        assert not may(us, HANDLER, permission=PATCH)
        assert not may(us, HANDLER, "s1")
        assert not may(us, AIRLINE)


def test_sight_of_a_shipment_opens_what_is_projected_from_it_to_look_at(us: World) -> None:
    us.project("s1", "awb:020-12345675:1")
    us.hold("p1")
    assert not may(us, AIRLINE, "s1")
    us.seen["airline"] = {"awb:020-12345675:1"}
    assert may(us, AIRLINE, "s1", GET)
    assert may(us, AIRLINE, "s1", GET_EVENT)
    assert not may(us, AIRLINE, "s1", PATCH)
    assert not may(us, AIRLINE, "s1", POST_EVENT)
    assert not may(us, AIRLINE, "p1")
    assert not may(us, HANDLER, "s1")
    us.seen["airline"] = set()
    assert not may(us, AIRLINE, "s1")


# Request Access Delegation (access-delegations.md)


def test_a_delegation_waits_for_the_holder_and_opens_nothing_until_then(us: World) -> None:
    us.hold("p1")
    request = us.sharing.delegate(AIRLINE, delegation("p1", AIRLINE, GET, POST_EVENT))
    assert (request.status, request.by, list(request.objects)) == (PENDING, AIRLINE, ["p1"])
    assert not may(us, AIRLINE)
    assert us.sharing.accept(request, HOLDER).status == ACCEPTED
    assert may(us, AIRLINE)
    assert may(us, AIRLINE, permission=POST_EVENT)
    assert not may(us, AIRLINE, permission=PATCH)


def test_the_holders_own_delegation_is_in_force_at_once(us: World) -> None:
    us.hold("p1")
    assert us.sharing.delegate(HOLDER, delegation("p1", AIRLINE)).status == ACCEPTED
    assert may(us, AIRLINE)


def test_a_delegation_to_everyone_and_to_a_group(us: World) -> None:
    us.hold("p1")
    us.hold("p2")
    us.node.access.join("handlers", HANDLER)
    us.sharing.delegate(HOLDER, delegation("p1", "http://www.w3.org/ns/auth/acl#AuthenticatedAgent"))
    us.sharing.delegate(HOLDER, delegation("p2", "urn:waybridge:group:handlers"))
    assert may(us, STRANGER, "p1")
    assert may(us, HANDLER, "p2")
    assert not may(us, STRANGER, "p2")


def test_an_expired_delegation_opens_nothing_the_second_it_ends(us: World) -> None:
    us.hold("p1")
    until = us.clock.now() + timedelta(seconds=60)
    us.sharing.delegate(HOLDER, delegation("p1", expiresAt=until.isoformat()))
    us.clock.forward(59)
    assert may(us, AIRLINE)
    us.clock.forward(1)
    assert not may(us, AIRLINE)


def test_a_revoked_delegation_opens_nothing(us: World) -> None:
    us.hold("p1")
    request = us.sharing.delegate(HOLDER, delegation("p1"))
    us.node.requests.move(request.id, REVOKED, HOLDER)
    assert not may(us, AIRLINE)


def test_one_of_two_delegations_ends_and_the_other_stands(us: World) -> None:
    us.hold("p1")
    first = us.sharing.delegate(HOLDER, delegation("p1"))
    us.sharing.delegate(HOLDER, delegation("p1"))
    us.node.requests.move(first.id, REVOKED, HOLDER)
    assert may(us, AIRLINE)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"hasPermission": []}, "hasPermission"),
        ({"hasPermission": [{"@id": "https://onerecord.iata.org/ns/api#DELETE_EVERYTHING"}]}, "hasPermission"),
        ({"isRequestedFor": []}, "isRequestedFor"),
        ({"isRequestedFor": [{"@value": "the airline"}]}, "isRequestedFor"),
        ({"hasLogisticsObject": []}, "hasLogisticsObject"),
        ({"hasLogisticsObject": [{"@id": "https://elsewhere.example/logistics-objects/p1"}]}, "no logistics object"),
        ({"hasLogisticsObject": [{"@id": "https://us.example/one-record/logistics-objects/none"}]}, "no logistics object"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "past"),
        ({"expiresAt": "tomorrow"}, "dateTime"),
        ({"notifyRequestStatusChange": "perhaps"}, "true or false"),
    ],
)
def test_a_delegation_that_cannot_be_meant(us: World, more: dict[str, Any], told: str) -> None:
    us.hold("p1")
    with pytest.raises(Invalid, match=told) as refused:
        us.sharing.delegate(AIRLINE, delegation("p1", AIRLINE, **more))
    assert refused.value.status == 400


def test_who_may_not_ask_is_refused(tmp_path: Path) -> None:
    with world(tmp_path, security={"policies": [{"agents": ["*"], "delegations": "refuse"}]}) as us:
        us.hold("p1")
        with pytest.raises(Invalid) as refused:
            us.sharing.delegate(AIRLINE, delegation("p1"))
        assert refused.value.status == 403


# Trust Chains (access-delegations.md)


def chain(us: World, **more: Any) -> str:
    """The holder lets the airline in, which asks for its handler, which asks for a stranger. The first request's id."""
    us.hold("p1")
    first = us.sharing.delegate(HOLDER, delegation("p1", AIRLINE, **more))
    us.sharing.accept(us.sharing.delegate(AIRLINE, delegation("p1", HANDLER)), HOLDER)
    us.sharing.accept(us.sharing.delegate(HANDLER, delegation("p1", STRANGER)), HOLDER)
    assert all(may(us, one) for one in (AIRLINE, HANDLER, STRANGER))
    return first.id


def test_a_revoked_second_party_takes_the_whole_chain_with_it(us: World) -> None:
    us.node.requests.move(chain(us), REVOKED, HOLDER)
    assert not any(may(us, one) for one in (AIRLINE, HANDLER, STRANGER))
    us.sharing.delegate(HOLDER, delegation("p1", AIRLINE))
    assert may(us, AIRLINE)
    assert not may(us, HANDLER)


def test_an_expired_second_party_takes_the_whole_chain_with_it(us: World) -> None:
    chain(us, expiresAt=(us.clock.now() + timedelta(seconds=60)).isoformat())
    us.clock.forward(61)
    assert not any(may(us, one) for one in (AIRLINE, HANDLER, STRANGER))


def test_a_withdrawn_grant_takes_the_whole_chain_with_it(us: World) -> None:
    chain(us)
    us.node.access.withdraw("p1", AIRLINE)
    assert not any(may(us, one) for one in (AIRLINE, HANDLER, STRANGER))


def test_a_chain_hangs_on_sight_too(us: World) -> None:
    us.project("s1", "awb:020-12345675:1")
    us.seen["airline"] = {"awb:020-12345675:1"}
    us.sharing.accept(us.sharing.delegate(AIRLINE, delegation("s1", HANDLER)), HOLDER)
    assert may(us, HANDLER, "s1")
    us.seen["airline"] = set()
    assert not may(us, HANDLER, "s1")


def test_a_chain_that_hangs_only_on_itself_hangs_on_nothing(us: World) -> None:
    us.hold("p1")
    us.sharing.accept(us.sharing.delegate(AIRLINE, delegation("p1", HANDLER)), HOLDER)
    us.sharing.accept(us.sharing.delegate(HANDLER, delegation("p1", AIRLINE)), HOLDER)
    assert not may(us, AIRLINE)
    assert not may(us, HANDLER)


def test_a_third_party_gets_no_more_than_the_second_has(us: World) -> None:
    us.hold("p1")
    us.sharing.delegate(HOLDER, delegation("p1", AIRLINE, GET))
    us.sharing.accept(us.sharing.delegate(AIRLINE, delegation("p1", HANDLER, GET, PATCH)), HOLDER)
    assert may(us, HANDLER, permission=GET)
    assert not may(us, HANDLER, permission=PATCH)
