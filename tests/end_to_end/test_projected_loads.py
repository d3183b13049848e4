"""Whatever told a shipment is there as linked objects: by FWB, FHL, FSU, FFM, FFR; and which unit carried what on a flight."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.objects import HeldObject
from tests.end_to_end.test_projection import AWB, BASE, CARGO, FSU, FWB, Node, values

PART = f"{AWB}FRASGN/S{{pieces}}K{{weight}}MC0.3T3/MACHINE PARTS\n"
FFM = (
    f"FFM/8\n1/QR066/21NOV/FRA\nDOH\n{PART.format(pieces=1, weight=40)}ULD/AKE12345QR\n{PART.format(pieces=2, weight=83.4)}LAST\n"
)
WHOLE = f"FFM/8\n1/QR066/21NOV/FRA\nDOH\n{AWB}FRASGN/T3K123.4MC0.8/MACHINE PARTS\nLAST\n"
FHL = f"""FHL/4
MBI/{AWB}FRASGN/T3K123.4
HBS/H0001/FRASGN/3/K123.4//MACHINE PARTS
SHP/BLUE MACHINES GMBH
/HAUPTSTR 1
/FRANKFURT
/DE
CNE/HANOI TRADING
/12 HARBOUR ROAD
/SAIGON
/VN
"""
FFR = f"""FFR/6
{AWB}FRASGN/T3K123.4MC0.8/MACHINE PARTS
QR066/21NOV/FRADOH/NN
QR970/22NOV/DOHSGN/NN
REF/FRAFFQR
"""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path)
    yield made
    made.hub.close()


def reached(node: Node, id: str, *path: str) -> list[HeldObject]:
    """The objects that a path of properties leads to, each read from the node by its address."""
    found = [node.get(id)]
    for name in path:
        found = [node.get(one.removeprefix(BASE)) for held in found for one in values(held, name)]
    return found


def test_a_manifest_says_which_unit_carried_which_pieces_on_which_flight(node: Node) -> None:
    node.say("forwarder", FWB)
    node.say("airline", FFM)
    flight = "awb-020-12345675-flight-qr066-2026-11-21-fra-doh"
    (unit,) = reached(node, flight, "loadingActions", "loadedUnits")
    assert (unit.id, values(unit, "uldSerialNumber")) == ("awb-020-12345675-uld-ake12345qr", ["12345"])
    composed = reached(node, unit.id, "inUnitComposition", "compositionActions", "composedPieces")
    bulk = reached(node, flight, "loadingActions", "loadedPieces")
    pieces = {one.id for one in reached(node, "awb-020-12345675-shipment", "pieces")}
    assert (len(composed), len(bulk)) == (2, 1)
    assert {one.id for one in (*composed, *bulk)} == pieces
    assert {one.id for one in reached(node, composed[0].id, "ofShipment", "waybill")} == {"awb-020-12345675"}
    assert {one.type for one in reached(node, flight, "departureLocation")} == {CARGO + "Location"}


def test_a_manifest_sent_again_without_a_waybill_takes_it_off_the_flight(node: Node) -> None:
    node.say("forwarder", FWB)
    node.say("airline", FFM)
    flight = "awb-020-12345675-flight-qr066-2026-11-21-fra-doh"
    assert len(values(node.get(flight), "loadingActions")) == 2
    node.say("airline", WHOLE)
    assert len(reached(node, flight, "loadingActions", "loadedPieces")) == 3


TOLD = {"FWB": FWB, "FHL": FHL, "FSU": FSU, "FFM": FFM, "FFR": FFR}


@pytest.mark.parametrize("types", ["FWB", "FHL", "FSU", "FFM", "FFR", "FWB FHL FSU FFM FFR"])
def test_whatever_a_shipment_was_told_by_it_is_there_whole(node: Node, types: str) -> None:
    """Every object of it can be read, says its class, and refers to none that is not there (issue 4, Bridge)."""
    for type in types.split():
        node.say("airline", TOLD[type])
    outline = node.projecting.outline(f"awb:{AWB}:1", node.shipment())
    node.get("awb-020-12345675")
    held = node.doors.objects.get_all([one.id for one in outline.objects])
    assert held.keys() == {one.id for one in outline.objects}
    classes = {one.type.removeprefix(CARGO) for one in held.values()}
    assert {"Waybill", "Shipment", "Location"} <= classes
    if " " in types:
        assert {"Piece", "Booking", "TransportMovement", "Loading", "ULD", "Company"} <= classes
    every = (value for one in held.values() for at in one.nodes for key, told in at.items() if key[:1] != "@" for value in told)
    links = {value["@id"] for value in every if "@id" in value}
    assert {one.removeprefix(BASE) for one in links if one.startswith(BASE)} <= held.keys()
