"""A node over a database of its own, and its neighbours: agents with channels that remember what they were sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, select

from adapters.one_record.sharing.announcing import build
from adapters.one_record.sharing.asking import Sharing
from adapters.one_record.sharing.permits import Permits
from adapters.one_record.vocabulary import API, CARGO, XSD
from hub.holding import open_node
from hub.node import NodeDoors, NodeSettings
from hub.objects import HeldObject, NewObject, Nodes, Notice, Projected
from hub.store.engine import open_engine, reading
from hub.store.migrations import upgrade
from hub.store.tables import delivery, envelope
from hub.telling import Teller
from tests.unit.store.fakes import FakeClock

BASE = "https://us.example/one-record"
HOLDER = f"{BASE}/logistics-objects/holder"
AIRLINE = "https://airline.example/logistics-objects/airline"
HANDLER = "https://handler.example/logistics-objects/handler"
STRANGER = "https://stranger.example/logistics-objects/stranger"
REACHED = {AIRLINE: "airline", HANDLER: "handler"}
PIECE, SHIPMENT = CARGO + "Piece", CARGO + "Shipment"


@dataclass
class World:
    node: NodeDoors
    engine: Engine
    clock: FakeClock
    seen: dict[str, set[str]] = field(default_factory=dict)
    woken: list[int] = field(default_factory=list)

    @property
    def permits(self) -> Permits:
        return Permits(self.node)

    @property
    def sharing(self) -> Sharing:
        return Sharing(self.node)

    def hold(self, id: str, type: str = PIECE, *, by: str = HOLDER, text: str = "BOOKS") -> HeldObject:
        notice = Notice(event_type="LOGISTICS_OBJECT_CREATED", at=self.clock.now(), author=by, object=id, object_type=type)
        self.node.objects.create([NewObject(id=id, type=type, nodes=nodes(id, type, text), by=by, notices=[notice])])
        return self.held(id)

    def project(self, id: str, shipment: str, type: str = SHIPMENT, text: str = "BOOKS", *, author: str = "") -> HeldObject:
        def notices(held: HeldObject) -> list[Notice]:
            event = "LOGISTICS_OBJECT_CREATED" if held.revision == 1 else "LOGISTICS_OBJECT_UPDATED"
            return [Notice(event_type=event, at=self.clock.now(), author=author, object=held.id, revision=held.revision)]

        self.node.objects.project(shipment, [Projected(id=id, type=type, nodes=nodes(id, type, text))], notices)
        return self.held(id)

    def held(self, id: str) -> HeldObject:
        found = self.node.objects.get(id)
        assert found is not None
        return found

    def owed(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Partner, channel and document of everything in the outbox, oldest first."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(delivery).order_by(delivery.c.seq)).all()
        return [(row.partner, row.channel, json.loads(row.content)) for row in rows]

    def live(self) -> list[dict[str, Any]]:
        """The documents of what is not cancelled."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(delivery).where(delivery.c.state != "cancelled").order_by(delivery.c.seq)).all()
        return [json.loads(row.content) for row in rows]

    def told(self, partner: str = "airline") -> list[str]:
        """Short names of the event types a partner is owed."""
        documents = [one for name, _, one in self.owed() if name == partner and "fetch" not in one]
        return [one["api:hasEventType"]["@id"].rpartition("#")[2] for one in documents]

    def messages(self) -> list[tuple[str, str]]:
        """Partner and name of every message taken in."""
        with reading(self.engine) as connection:
            return [(row.partner, row.name) for row in connection.execute(select(envelope).order_by(envelope.c.seq))]


def nodes(id: str, type: str = PIECE, text: str = "BOOKS") -> Nodes:
    inner = f"internal:weight-{id}"
    return [
        {
            "@id": f"{BASE}/logistics-objects/{id}",
            "@type": [type],
            CARGO + "goodsDescription": [{"@value": text}],
            CARGO + "grossWeight": [{"@id": inner}],
        },
        {"@id": inner, "@type": [CARGO + "Value"], CARGO + "numericalValue": [{"@value": "20", "@type": XSD + "double"}]},
    ]


def uri(id: str) -> str:
    return f"{BASE}/logistics-objects/{id}"


def subscription(topic: str, subscriber: str = AIRLINE, **more: Any) -> Nodes:
    by_type = topic.startswith(CARGO)
    events = more.pop("events", ["LOGISTICS_OBJECT_CREATED", "LOGISTICS_OBJECT_UPDATED", "LOGISTICS_EVENT_RECEIVED"])
    node: dict[str, Any] = {
        "@id": "internal:sub",
        "@type": [API + "Subscription"],
        API + "hasSubscriber": [{"@id": subscriber}],
        API + "hasTopicType": [{"@id": API + ("LOGISTICS_OBJECT_TYPE" if by_type else "LOGISTICS_OBJECT_IDENTIFIER")}],
        API + "hasTopic": [{"@value": topic, "@type": XSD + "anyURI"}],
        API + "includeSubscriptionEventType": [{"@id": API + one} for one in events],
    }
    return [node | _more(more)]


def delegation(object: str, delegate: str = AIRLINE, *permissions: str, **more: Any) -> Nodes:
    node: dict[str, Any] = {
        "@id": "internal:delegation",
        "@type": [API + "AccessDelegation"],
        API + "hasPermission": [{"@id": API + one} for one in permissions or ("GET_LOGISTICS_OBJECT",)],
        API + "isRequestedFor": [{"@id": delegate}],
        API + "hasLogisticsObject": [{"@id": uri(object)}],
    }
    return [node | _more(more)]


def _more(more: dict[str, Any]) -> dict[str, Any]:
    """Further values by short name or full IRI: texts, booleans, or values as they are; None takes one away."""
    return {(name if ":" in name else API + name): _values(value) for name, value in more.items()}


def _values(value: Any) -> list[dict[str, str]]:
    if isinstance(value, bool):
        return [{"@value": str(value).lower(), "@type": XSD + "boolean"}]
    return value if isinstance(value, list) else [{"@value": str(value)}]


@cache
def _empty() -> bytes:
    """A database at our schema: made once, as making it costs more than most tests."""
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/empty.db")
        upgrade(engine)
        engine.dispose()
        return (Path(folder) / "empty.db").read_bytes()


@contextmanager
def world(folder: Path, **settings: Any) -> Iterator[World]:
    """A node with these settings on SQLite."""
    (folder / "node.db").write_bytes(_empty())
    engine = open_engine(f"sqlite:///{folder}/node.db", busy_seconds=0.5)
    clock = FakeClock()
    seen: dict[str, set[str]] = {}
    woken: list[int] = []

    def address(agent: str) -> tuple[str, str]:
        return (REACHED.get(agent, "unnamed"), "one-record")

    teller = Teller(lambda: build(node), address, sender="US", holder=HOLDER, awake=lambda: woken.append(1))
    node = open_node(
        engine,
        clock,
        NodeSettings(base_url=BASE, **settings),
        tell=teller,
        order=teller.order,
        partner_of=lambda agent: REACHED.get(agent, ""),
        sees=lambda partner, shipment: shipment in seen.get(partner, ()),
        reaches=lambda agent: agent in REACHED,
    )
    yield World(node=node, engine=engine, clock=clock, seen=seen, woken=woken)
    engine.dispose()
