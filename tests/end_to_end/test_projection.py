"""A shipment told by Cargo-IMP is there as logistics objects at once, with revisions, history, events and notices."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from adapters.one_record.format import build
from hub.bootstrap.durable import Hub
from hub.node import NodeDoors, NodeSettings
from hub.objects import (
    CHANGE,
    POST_EVENT,
    SUBSCRIPTION,
    Acceptance,
    Conflict,
    EventQuery,
    Grant,
    HeldObject,
    NewEvent,
    NewObject,
    NewRequest,
    NewSubscription,
)
from hub.ports import Arrival
from hub.projecting import Projecting
from hub.read import ReadSide
from hub.settings import Admission, Channel, Partner, Settings, Sight, load
from hub.store import objects
from hub.store.engine import reading
from hub.store.migrations import upgrade
from hub.store.tables import shipment
from tests.end_to_end.desk import Clock
from tests.unit.adapters.one_record.http_world import Client, operation, served
from tests.unit.adapters.one_record.http_world import change as http_change

AWB = "020-12345675"
BASE = "https://hub.example/logistics-objects/"
API = "https://onerecord.iata.org/ns/api#"
CARGO = "https://onerecord.iata.org/ns/cargo#"
FWB = f"""FWB/16
{AWB}FRASGN/T3K123.4
FLT/QR066/21
RTG/DOHQR/SGNQR
SHP
/BLUE MACHINES GMBH
/HAUPTSTR 1
/FRANKFURT
/DE/60311
CNE
/HANOI TRADING
/12 HARBOUR ROAD
/SAIGON
/VN
AGT//1234567
/BLUE FORWARDER
/FRANKFURT
CVD/EUR//PP/NVD/NCV/XXX
RTD/1/P3/K123.4/CQ/W124/R2.10/T260.40
/NG/MACHINE PARTS
PPD/WT260.40
/CT260.40
ISU/20NOV26/FRANKFURT
REF/FRAFFQR
"""
FSU = f"FSU/12\n{AWB}FRASGN/T3K123.4\nDEP/QR066/21NOV/FRADOH/T3K123.4\n"
ARRIVED = f"FSU/12\n{AWB}FRASGN/T3K123.4\nRCF/QR066/22NOV0130/DOH/T3K123.4\n"


class Node:
    """A hub with a ONE Record node, two partners who may say anything, and what a test asks of it."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        everything = Admission(everything=True)
        partners = [
            Partner(
                id=one,
                admission=everything,
                authors=[f"https://{one}.example/agent"],
                sight=Sight(everything=True),
                notifications="folder",
                channel=[Channel(name="folder", adapter="adapters.directory", settings={"path": str(folder / one)})],
            )
            for one in ("forwarder", "airline")
        ]
        for one in partners:
            (folder / one.id).mkdir()
        self.folder = folder
        hub = msgspec.structs.replace(
            load({}).hub, database=f"sqlite:///{folder}/hub.db", node=NodeSettings(base_url="https://hub.example")
        )
        self.hub = Hub(Settings(hub=hub, partners={one.id: one for one in partners}, source="test"), clock=self.clock)
        upgrade(self.hub.engine)
        self.read = ReadSide(self.hub.engine)

    @property
    def doors(self) -> NodeDoors:
        assert self.hub.node is not None
        return self.hub.node

    @property
    def projecting(self) -> Projecting:
        assert self.hub.projecting is not None
        return self.hub.projecting

    def say(self, partner: str, text: str) -> None:
        self.clock.forward(minutes=1)
        self.hub.intake.receive(Arrival(partner=partner, channel="folder", raw=text.encode()))
        self.work()

    def work(self) -> None:
        worker = self.hub.worker()
        try:
            worker.drain(seconds=20)
        finally:
            worker.close()

    def get(self, id: str, **at: Any) -> HeldObject:
        found = self.doors.objects.get(id, **at)
        assert found is not None, id
        return found

    def subscribe(self, partner: str, *events: str, to: str = "Shipment") -> None:
        """A subscription of a partner to every object of a class, in force."""
        agent = f"https://{partner}.example/agent"
        made = self.doors.requests.create(NewRequest(id=f"s-{partner}-{to}", kind=SUBSCRIPTION, by=agent, body=[]))
        wanted = NewSubscription(
            id=made.id,
            request=made.id,
            subscriber=agent,
            topic_type="LOGISTICS_OBJECT_TYPE",
            topic=CARGO + to,
            events=events,
            body=[
                {
                    "@id": f"urn:{partner}",
                    "@type": [API + "Subscription"],
                    API + "hasSubscriber": [{"@id": agent}],
                    API + "hasTopicType": [{"@id": API + "LOGISTICS_OBJECT_TYPE"}],
                    API + "hasTopic": [{"@value": CARGO + to}],
                    API + "includeSubscriptionEventType": [{"@id": API + one} for one in events],
                }
            ],
        )
        self.doors.requests.accept_subscription(made.id, agent, wanted)

    def told(self, partner: str) -> list[dict[str, Any]]:
        """Every notification delivered to a partner."""
        raws = [path.read_bytes() for path in sorted((self.folder / partner / "out").rglob("*")) if path.is_file()]
        return [json.loads(raw) for raw in raws]

    def ever(self) -> list[str]:
        """The ids of all that ever followed from the shipment."""
        with reading(self.hub.engine) as connection:
            return objects.of_shipment(connection, f"awb:{AWB}:1")

    def open_letters(self) -> list[str]:
        """What the open dead letters say."""
        return [one["problem"]["message"] for one in self.read.dead_letters().items if one["state"] == "open"]

    def shipments(self) -> list[str]:
        """The keys of all shipments that anything is said of."""
        with reading(self.hub.engine) as connection:
            return sorted(connection.execute(select(shipment.c.key).where(shipment.c.live == 1)).scalars())

    def shipment(self) -> dict[str, Any]:
        view = self.read.shipment(AWB)
        assert view is not None
        return view.document


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path)
    yield made
    made.hub.close()


def values(held: HeldObject, name: str) -> list[str]:
    return [one.get("@value") or one["@id"] for one in held.nodes[0].get(CARGO + name, [])]


def test_a_waybill_by_any_channel_is_readable_as_logistics_objects_at_once(node: Node) -> None:
    node.say("forwarder", FWB)
    waybill = node.get("awb-020-12345675")
    assert (waybill.type, waybill.revision, waybill.shipment) == (CARGO + "Waybill", 1, f"awb:{AWB}:1")
    assert values(waybill, "waybillNumber") == ["12345675"]
    assert values(waybill, "shipment") == [BASE + "awb-020-12345675-shipment"]
    assert values(waybill, "departureLocation") == [BASE + "location-fra"]
    shipment = node.get("awb-020-12345675-shipment")
    assert values(shipment, "pieces") == [BASE + f"awb-020-12345675-piece-{at}" for at in (1, 2, 3)]
    assert values(node.get("awb-020-12345675-shipper"), "name") == ["BLUE MACHINES GMBH"]
    assert values(node.get("awb-020-12345675-piece-2"), "nvdForCarriage") == ["true"]
    assert node.get("location-fra").type == CARGO + "Location"
    assert node.doors.objects.get("awb-020-76543210") is None
    assert node.doors.objects.get("location-xxx") is None


def test_an_object_gets_a_revision_when_its_projection_changes_and_only_then(node: Node) -> None:
    node.say("forwarder", FWB)
    before = node.clock.now()
    node.clock.forward(minutes=5)
    node.say("forwarder", FWB.replace("MACHINE PARTS", "MACHINE TOOLS"))
    piece = node.get("awb-020-12345675-piece-1")
    assert (piece.revision, values(piece, "goodsDescription")) == (2, ["MACHINE TOOLS"])
    assert node.get("awb-020-12345675-shipper").revision == 1
    past = node.get("awb-020-12345675-piece-1", at=before)
    assert (past.revision, past.latest, values(past, "goodsDescription")) == (1, 2, ["MACHINE PARTS"])
    assert node.doors.objects.get("awb-020-12345675", at=before - timedelta(hours=1)) is None


def test_a_status_is_an_event_of_the_shipment(node: Node) -> None:
    node.say("forwarder", FWB)
    node.say("airline", FSU)
    page = node.doors.events.list("awb-020-12345675-shipment", EventQuery())
    (event,) = page.items
    assert event.code == "https://onerecord.iata.org/ns/code-lists/StatusCode#DEP"
    assert event.nodes[0]["@id"] == f"{BASE}awb-020-12345675-shipment/logistics-events/{event.id}"
    movement = event.nodes[0][CARGO + "transportMovementReference"][0]["@id"]
    assert movement == BASE + "awb-020-12345675-flight-qr066-2026-11-21-fra-doh"
    assert node.get(movement.removeprefix(BASE)).type == CARGO + "TransportMovement"
    node.say("airline", FSU)
    assert node.doors.events.list("awb-020-12345675-shipment", EventQuery()).total == 1


def change(node: Node, id: str, name: str, value: str) -> None:
    held = node.get(id)
    nodes = [{**held.nodes[0], CARGO + name: [{"@value": value}]}, *held.nodes[1:]]
    made = node.doors.requests.create(
        NewRequest(
            id=f"r{held.revision}-{name}", kind=CHANGE, by="https://hub.example/me", body=[], objects=[id], revision=held.revision
        )
    )
    node.clock.forward(minutes=1)
    node.doors.requests.accept_change(
        Acceptance(request=made.id, object=id, base=held.revision, nodes=nodes, by="https://hub.example/me")
    )
    node.work()


def test_an_accepted_change_rules_until_the_same_is_ruled_again(node: Node) -> None:
    node.say("forwarder", FWB)
    change(node, "awb-020-12345675-shipper", "name", "GREEN MACHINES AG")
    assert node.shipment()["shipper"]["name"] == "GREEN MACHINES AG"
    assert node.shipment()["shipper"]["city"] == "FRANKFURT"
    assert node.get("awb-020-12345675-shipper").revision == 2
    node.say("forwarder", FWB.replace("BLUE MACHINES GMBH", "RED MACHINES KG").replace("HANOI TRADING", "HUE TRADING"))
    assert node.shipment()["shipper"]["name"] == "GREEN MACHINES AG"
    assert node.shipment()["consignee"]["name"] == "HUE TRADING"
    change(node, "awb-020-12345675-shipper", "name", "GREY MACHINES SA")
    assert node.shipment()["shipper"]["name"] == "GREY MACHINES SA"
    assert node.get("awb-020-12345675-shipper").revision == 3


def test_a_change_the_shipment_has_no_place_for_is_refused_whole(node: Node) -> None:
    node.say("forwarder", FWB)
    with pytest.raises(Conflict) as refused:
        change(node, "awb-020-12345675-piece-1", "upid", "P-77")
    assert refused.value.reason == "content"
    assert node.get("awb-020-12345675-piece-1").revision == 1


def test_an_id_of_a_projected_object_is_taken_before_anybody_has_read_it(node: Node) -> None:
    node.say("forwarder", FWB)
    piece = [{"@id": BASE + "awb-020-12345675-piece-1", "@type": [CARGO + "Piece"]}]
    with pytest.raises(Conflict) as refused:
        node.doors.objects.create(
            [NewObject(id="awb-020-12345675-piece-1", type=CARGO + "Piece", nodes=piece, by="https://x.example/a")]
        )
    assert refused.value.reason == "identifier"


def test_an_object_held_before_its_shipment_is_known_stays_what_it_is(node: Node) -> None:
    piece = [{"@id": BASE + "awb-020-12345675-piece-1", "@type": [CARGO + "Piece"], CARGO + "upid": [{"@value": "P-1"}]}]
    node.doors.objects.create(
        [NewObject(id="awb-020-12345675-piece-1", type=CARGO + "Piece", nodes=piece, by="https://x.example/a")]
    )
    node.say("forwarder", FWB)
    assert node.get("awb-020-12345675-piece-1").nodes == piece
    assert node.get("awb-020-12345675-piece-2").projected


def test_a_posted_event_is_not_shown_again_as_the_milestone_it_made(node: Node) -> None:
    node.say("forwarder", FWB)
    shipment, code = "awb-020-12345675-shipment", "https://onerecord.iata.org/ns/code-lists/StatusCode#RCF"
    moment = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    nodes = [{"@id": "urn:posted"}]
    posted = NewEvent(
        object=shipment, id="posted", type=CARGO + "LogisticsEvent", nodes=nodes, code=code, occurred_at=moment, by="me"
    )
    node.get(shipment)
    node.doors.events.add([posted])
    node.say("airline", ARRIVED)
    assert [one.id for one in node.doors.events.list(shipment, EventQuery()).items] == ["posted"]
    assert node.shipment()["milestones"][0]["instant"] == "2026-11-21T22:30Z"


RECEIVED, UPDATED, CREATED = "LOGISTICS_EVENT_RECEIVED", "LOGISTICS_OBJECT_UPDATED", "LOGISTICS_OBJECT_CREATED"


def kinds(told: list[dict[str, Any]]) -> list[str]:
    return sorted(value["@id"].removeprefix("api:").removeprefix(API) for one in told for value in valued(one, "hasEventType"))


def valued(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The values of an api property, compact or expanded."""
    found = told.get(f"api:{name}", told.get(API + name, []))
    return found if isinstance(found, list) else [found]


def test_a_status_notifies_subscribers_but_never_who_told_it(node: Node) -> None:
    for partner in ("forwarder", "airline"):
        node.subscribe(partner, CREATED, UPDATED, RECEIVED)
    node.say("forwarder", FWB)
    assert kinds(node.told("airline")) == [CREATED]
    assert node.told("forwarder") == []
    node.say("airline", FSU)
    assert kinds(node.told("forwarder")) == [RECEIVED]
    assert kinds(node.told("airline")) == [CREATED]
    (event,) = node.told("forwarder")
    assert valued(event, "hasLogisticsEvent")[0]["@id"].startswith(BASE + "awb-020-12345675-shipment/logistics-events/")
    node.say("forwarder", FSU)
    node.say("airline", FWB)
    assert kinds(node.told("forwarder")) == [RECEIVED]
    assert kinds(node.told("airline")) == [CREATED]


def test_nobody_is_told_of_what_happened_before_anybody_asked(node: Node) -> None:
    node.say("forwarder", FWB)
    node.subscribe("airline", CREATED, UPDATED, RECEIVED)
    node.get("awb-020-12345675")
    assert node.told("airline") == []


def test_two_nodes_subscribed_to_each_other_come_to_rest(tmp_path: Path) -> None:
    """What either is told it fetches and says to itself, as the other's word; then nothing more is told."""
    nodes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        nodes.append(Node(tmp_path / name))
    one, two = nodes
    for node in nodes:
        node.subscribe("airline", CREATED, UPDATED, RECEIVED)
    one.say("forwarder", FWB)
    one.say("forwarder", FSU)
    seen = {id(one): 0, id(two): 0}
    rounds = 0
    while any(len(node.told("airline")) > seen[id(node)] for node in nodes):
        rounds += 1
        assert rounds < 6
        for here, there in ((one, two), (two, one)):
            fresh, seen[id(here)] = len(here.told("airline")) - seen[id(here)], len(here.told("airline"))
            if fresh:
                there.say("airline", gathered(here))
    assert two.shipment()["milestones"][0]["code"] == "DEP"
    assert [at["id"] for at in one.shipment()["milestones"]] == [at["id"] for at in two.shipment()["milestones"]]
    assert two.told("airline") == []
    assert rounds == 1
    for node in nodes:
        node.hub.close()


def gathered(node: Node) -> str:
    """All that a node shows of the shipment, as its objects and events are read."""
    outline = node.projecting.outline(f"awb:{AWB}:1", node.shipment())
    events = node.doors.events.list("awb-020-12345675-shipment", EventQuery()).items
    return build().gathered([*(one.nodes for one in outline.objects), *(one.nodes for one in events)]).decode()


def ask(node: Node, partner: str) -> Client:
    """A partner's way to the node's own server."""
    _, app = served(node.doors)
    return Client(app, f"https://{partner}.example/agent" if partner else node.doors.settings.holder)


def test_over_http_whoever_sees_the_shipment_reads_its_objects(node: Node) -> None:
    node.say("forwarder", FWB)
    answer = ask(node, "airline")("GET", BASE + "awb-020-12345675")
    assert (answer.status_code, answer.headers["Revision"]) == (200, "1")
    assert answer.headers["Type"] == CARGO + "Waybill"
    assert answer.json()["cargo:waybillNumber"] == "12345675"
    whole = ask(node, "airline").get(BASE + "awb-020-12345675?embedded=true")
    assert whole["cargo:shipment"]["cargo:totalGrossWeight"]["cargo:numericalValue"]["@value"] == "123.4"
    assert ask(node, "stranger")("GET", BASE + "awb-020-12345675").status_code == 403
    assert ask(node, "airline")("GET", BASE + "awb-020-76543210").status_code == 404


def test_over_http_a_posted_event_is_a_milestone_and_shown_once(node: Node) -> None:
    node.say("forwarder", FWB)
    event = {
        "@context": {"cargo": CARGO, "xsd": "http://www.w3.org/2001/XMLSchema#"},
        "@type": "cargo:LogisticsEvent",
        "cargo:eventCode": {"@id": "https://onerecord.iata.org/ns/code-lists/StatusCode#RCF"},
        "cargo:eventDate": {"@type": "xsd:dateTime", "@value": "2026-11-21T10:30:00Z"},
        "cargo:eventLocation": {"@type": "cargo:Location", "cargo:locationCodes": [{"cargo:code": "DOH"}]},
        "cargo:eventFor": {"@id": BASE + "awb-020-12345675-shipment"},
    }
    shipment, agent = "awb-020-12345675-shipment", "https://airline.example/agent"
    node.doors.access.grant([Grant(object=shipment, agent=agent, permission=POST_EVENT)])
    posted = ask(node, "airline")("POST", BASE + "awb-020-12345675-shipment/logistics-events", event)
    assert posted.status_code == 201, posted.text
    node.work()
    assert [one["code"] for one in node.shipment()["milestones"]] == ["RCF"]
    listed = ask(node, "airline").get(BASE + "awb-020-12345675-shipment/logistics-events")
    assert listed["api:hasTotalItems"]["@value"] == "1"


def test_over_http_an_accepted_change_is_a_ruling_and_one_without_a_place_fails(node: Node) -> None:
    node.say("forwarder", FWB)
    holder, address = ask(node, ""), BASE + "awb-020-12345675-shipper"
    edits = [operation("DELETE", address, "name", "BLUE MACHINES GMBH"), operation("ADD", address, "name", "GREEN MACHINES AG")]
    assert holder("PATCH", address, http_change(address, *edits)).status_code == 201
    node.work()
    assert node.shipment()["shipper"]["name"] == "GREEN MACHINES AG"
    assert holder.get(address)["cargo:name"] == "GREEN MACHINES AG"
    piece = BASE + "awb-020-12345675-piece-1"
    made = holder("PATCH", piece, http_change(piece, operation("ADD", piece, "upid", "P-1")))
    request = holder.get(made.headers["Location"])
    assert request["api:hasRequestStatus"]["@id"].endswith("REQUEST_FAILED")
    assert "cargo:upid" not in holder.get(piece)
