"""A shipment told by Cargo-IMP is there as logistics objects at once, with revisions, history, events and notices."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.bootstrap.durable import Hub
from hub.node import NodeDoors, NodeSettings
from hub.objects import CHANGE, Acceptance, Conflict, EventQuery, HeldObject, NewRequest
from hub.ports import Arrival
from hub.projecting import Projecting
from hub.read import ReadSide
from hub.settings import Admission, Partner, Settings, load
from hub.store.migrations import upgrade
from tests.end_to_end.desk import Clock

AWB = "020-12345675"
BASE = "https://hub.example/logistics-objects/"
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
        partners = [Partner(id=one, admission=everything) for one in ("forwarder", "airline")]
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
