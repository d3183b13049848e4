"""The holder's desk: what waits, what is decided, and topics proposed to partners.

Standard: action-requests.md, "Update an Action Request"; subscriptions.md, "Get Subscription information as Publisher".
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.one_record.client.said import Thing, said
from adapters.one_record.render import jsonld
from adapters.one_record.server.desk import Desk
from adapters.one_record.vocabulary import CARGO
from hub.objects import Nodes
from tests.unit.adapters.one_record.node_world import (
    AIRLINE,
    HANDLER,
    PIECE,
    SHIPMENT,
    World,
    delegation,
    subscription,
    uri,
    world,
)

ASK = {"policies": [{"agents": ["*"], "subscriptions": "ask"}], "grants": [{"agents": [AIRLINE, HANDLER]}]}


@pytest.fixture
def us(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, security=ASK) as made:
        yield made


def test_what_waits_is_shown_oldest_first_with_what_it_asks(us: World) -> None:
    us.hold("p1")
    us.sharing.subscribe(AIRLINE, subscription(PIECE))
    us.clock.forward(1)
    us.sharing.delegate(HANDLER, delegation("p1", HANDLER))
    first, second = Desk(us.node).waiting()
    assert (first["kind"], first["by"], first["status"]) == ("SubscriptionRequest", AIRLINE, "REQUEST_PENDING")
    assert (first["asks"]["hasTopic"], first["asks"]["hasSubscriber"]) == (PIECE, AIRLINE)
    assert (second["kind"], second["objects"]) == ("AccessDelegationRequest", [uri("p1")])


def test_a_decision_has_all_that_follows_from_it(us: World) -> None:
    us.hold("p1")
    us.sharing.subscribe(AIRLINE, subscription(PIECE))
    ((shown),) = Desk(us.node).waiting()
    assert Desk(us.node).decide(shown["id"], "REQUEST_ACCEPTED")["status"] == "REQUEST_ACCEPTED"
    assert Desk(us.node).waiting() == []
    us.hold("p2")
    assert us.told() == ["LOGISTICS_OBJECT_CREATED"]
    Desk(us.node).decide(shown["id"].rsplit("/", 1)[-1], "REQUEST_REVOKED")
    us.hold("p3")
    assert us.told() == ["LOGISTICS_OBJECT_CREATED"]


def test_what_cannot_be_decided_says_why(us: World) -> None:
    us.sharing.subscribe(AIRLINE, subscription(PIECE))
    ((shown),) = Desk(us.node).waiting()
    with pytest.raises(ValueError, match="cannot become REQUEST_ACKNOWLEDGED"):
        Desk(us.node).decide(shown["id"], "REQUEST_ACKNOWLEDGED")
    with pytest.raises(ValueError, match="no action request"):
        Desk(us.node).decide("none", "REQUEST_ACCEPTED")


class Peer:
    """A partner's node that offers these subscriptions."""

    def __init__(self, *offers: Nodes) -> None:
        self._offers = offers
        self.asked: list[tuple[str, str]] = []

    def subscriptions(self, topic: str, topic_type: str) -> list[Thing]:
        self.asked.append((topic, topic_type.rpartition("#")[2]))
        return [one for nodes in self._offers for one in said(jsonld(nodes)).of("Subscription")]


def test_a_topic_is_proposed_and_its_terms_are_in_force(us: World) -> None:
    us.hold("p1")
    peer = Peer(subscription(uri("p1"), AIRLINE))
    assert Desk(us.node).propose("airline", peer, uri("p1"))["status"] == "REQUEST_ACCEPTED"
    assert peer.asked == [(uri("p1"), "LOGISTICS_OBJECT_IDENTIFIER")]
    (made,) = us.node.subscriptions.on([uri("p1")])
    assert made.subscriber == AIRLINE
    assert Desk(us.node).propose("airline", Peer(subscription(SHIPMENT, AIRLINE)), SHIPMENT)["asks"]["hasTopic"] == SHIPMENT


@pytest.mark.parametrize(
    ("offers", "told"),
    [
        ([], "offers 0 subscriptions"),
        ([subscription(SHIPMENT, AIRLINE), subscription(PIECE, AIRLINE)], "offers 2 subscriptions"),
        ([subscription(SHIPMENT, AIRLINE)], "answered about"),
        ([subscription(CARGO + "Waybill", AIRLINE)], "answered about"),
        ([subscription(PIECE, HANDLER)], "not named in the authors"),
        ([subscription(PIECE, AIRLINE, events=[])], "includeSubscriptionEventType"),
    ],
)
def test_an_answer_about_something_else_is_not_taken(us: World, offers: list[Nodes], told: str) -> None:
    for at, one in enumerate(offers):
        one[0]["@id"] = f"https://airline.example/subscriptions/{at}"
    with pytest.raises(ValueError, match=told):
        Desk(us.node).propose("airline", Peer(*offers), PIECE)
    assert us.node.subscriptions.on([PIECE, SHIPMENT]) == []
