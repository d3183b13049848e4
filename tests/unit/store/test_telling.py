"""Notices to deliveries, in the transaction they belong to, on each database."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, select

from hub.holding import open_node
from hub.node import NodeDoors, NodeSettings
from hub.objects import SUBSCRIPTION, Conflict, HeldObject, NewObject, NewRequest, NewSubscription, Notice
from hub.store.engine import reading
from hub.store.tables import delivery
from hub.telling import Teller
from tests.unit.store.fakes import FakeClock

PIECE = "urn:class:Piece"
US, THEM = "https://us.example/agent", "https://them.example/agent"


class Words:
    """An announcer of plain words: ``created p1``; what ends in the same object is merged."""

    def topics(self, notice: Notice) -> Sequence[str]:
        return [notice.object_type]

    def concerns(self, notice: Notice, subscription: NewSubscription, held: HeldObject | None) -> bool:
        return held is not None

    def write(self, notice: Notice, subscription: NewSubscription | None, held: HeldObject | None) -> bytes:
        return f"{notice.event_type} {notice.object}".encode()

    def merged(self, waiting: bytes, later: bytes) -> bytes | None:
        return waiting.split()[0] + b"+" + later if waiting.split()[-1] == later.split()[-1] else None


@pytest.fixture
def node(engine: Engine, clock: FakeClock) -> NodeDoors:
    teller = Teller(Words, lambda agent: ("them" if agent == THEM else "unnamed", "c"), sender="US", holder=US)
    made = open_node(engine, clock, NodeSettings(base_url="https://us.example"), tell=teller, order=teller.order)
    made.requests.create(NewRequest(id="r", kind=SUBSCRIPTION, by=THEM, body=[]))
    wanted = NewSubscription(id="r", request="r", subscriber=THEM, topic_type="T", topic=PIECE, events=[], body=[])
    made.requests.accept_subscription("r", US, wanted)
    return made


def happened(node: NodeDoors, what: str, id: str = "p1", *, author: str = US, recipients: Sequence[str] = ()) -> None:
    """An object is made beside, so that the notice has a transaction to belong to."""
    notice = Notice(
        event_type=what, at=node.now(), author=author, object="p1", object_type=PIECE, recipients=recipients, known_to=()
    )
    node.objects.create([NewObject(id=id, type=PIECE, nodes=[{"@id": f"urn:{id}", "@type": [PIECE]}], by=US, notices=[notice])])


def owed(engine: Engine) -> list[tuple[str, str, int, str, str]]:
    with reading(engine) as connection:
        rows = connection.execute(select(delivery).order_by(delivery.c.seq)).all()
    return [(row.partner, row.state, row.blocked, row.shipment, row.content.decode()) for row in rows]


def test_a_notice_is_owed_with_what_it_tells_or_not_at_all(node: NodeDoors, engine: Engine) -> None:
    happened(node, "created")
    with pytest.raises(Conflict):
        happened(node, "created")
    assert owed(engine) == [("them", "pending", 0, "object:p1", "created p1")]


def test_its_author_and_the_holder_are_told_nothing(node: NodeDoors, engine: Engine) -> None:
    happened(node, "created", author=THEM, recipients=[US, THEM])
    assert owed(engine) == []


def test_a_recipient_is_told_beside_the_subscribers(node: NodeDoors, engine: Engine) -> None:
    happened(node, "accepted", recipients=["https://else.example/agent"])
    assert [one[0] for one in owed(engine)] == ["unnamed", "them"]


def test_what_stands_in_line_is_merged_and_what_is_under_way_is_not(node: NodeDoors, engine: Engine, clock: FakeClock) -> None:
    for at, id in enumerate(("p1", "p2", "p3")):
        clock.forward(at)
        happened(node, f"update{at}", id)
    assert owed(engine) == [
        ("them", "pending", 0, "object:p1", "update0 p1"),
        ("them", "cancelled", 0, "object:p1", "update1 p1"),
        ("them", "pending", 1, "object:p1", "update1+update2 p1"),
    ]


def test_an_order_that_stands_in_line_is_not_made_again(node: NodeDoors, engine: Engine, clock: FakeClock) -> None:
    for _ in range(4):
        clock.forward(1)
        node.hearing.hear(THEM, [], {"https://them.example/o1": b"{}"})
    assert [one[1:4] for one in owed(engine)] == [
        ("pending", 0, "fetch:https://them.example/o1"),
        ("pending", 1, "fetch:https://them.example/o1"),
    ]
