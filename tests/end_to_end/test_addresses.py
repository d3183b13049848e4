"""An address means one thing for ever: whatever a shipment is told of later, and whatever it has no more."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.objects import CHANGE, Acceptance, Conflict, EventQuery, NewRequest
from tests.end_to_end.test_projected_loads import FFM, FFR, FHL, WHOLE
from tests.end_to_end.test_projection import AWB, BASE, CARGO, FSU, FWB, UPDATED, Node, kinds, valued, values

SHIPMENT = f"awb:{AWB}:1"
WAYBILL = f"awb-{AWB}"
FLIGHT = f"{WAYBILL}-flight-qr066-2026-11-21-fra-doh"
TWO = FWB.replace("T3K123.4", "T2K100").replace("/P3/K123.4", "/P2/K100")
TOLD = {"FWB": FWB, "FHL": FHL, "FSU": FSU, "FFM": FFM, "FFR": FFR}
WHO = ("Booking", "Loading", "ULD", "TransportMovement", "Waybill", "Company", "Carrier", "Location")
SAYING = (
    "waybillNumber",
    "uldSerialNumber",
    "transportIdentifier",
    "loadingType",
    "name",
    "airlineCode",
    "referredBookingOption",
)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path)
    yield made
    made.hub.close()


def meanings(node: Node) -> dict[str, tuple[str, ...]]:
    """Every object that follows from the shipment now, and what makes it the one it is."""
    outline = node.projecting.outline(SHIPMENT, node.shipment())
    held = node.doors.objects.get_all([one.id for one in outline.objects])
    requested = set(values(held[WAYBILL], "referredBookingOption"))
    return {
        id: (one.type, str(BASE + id in requested), *(text for name in SAYING for text in values(one, name)))
        for id, one in held.items()
        if one.type.removeprefix(CARGO) in WHO and id != WAYBILL
    }


@pytest.mark.parametrize("order", list(itertools.permutations(["FWB", "FSU", "FFM", "FFR"])), ids="-".join)
def test_no_address_comes_to_mean_something_else(node: Node, order: tuple[str, ...]) -> None:
    known: dict[str, tuple[str, ...]] = {}
    events: set[str] = set()
    for type in (*order, "FHL"):
        node.say("airline", TOLD[type])
        now = meanings(node)
        assert known.keys() <= now.keys()
        assert {id: now[id] for id in known} == known
        told = {one.id for one in node.doors.events.list(f"{WAYBILL}-shipment", EventQuery()).items}
        assert events <= told
        known, events = now, told


def test_what_the_waybill_asks_for_has_the_booking_address_whoever_came_first(node: Node) -> None:
    node.say("forwarder", FFR)
    (told,) = [id for id in meanings(node) if "-booking" in id]
    assert values(node.get(told), "bookingSegments")
    node.say("forwarder", FWB)
    assert values(node.get(WAYBILL), "referredBookingOption") == [f"{BASE}{WAYBILL}-booking"]
    assert values(node.get(told), "bookingSegments")
    assert told != f"{WAYBILL}-booking"


def test_what_a_shipment_has_no_more_says_only_what_it_is(node: Node) -> None:
    node.say("forwarder", FWB)
    node.say("airline", FFM)
    unit, loading = f"{WAYBILL}-uld-ake12345qr", f"{FLIGHT}-loading-ake12345qr"
    assert values(node.get(loading), "loadedUnits") == [BASE + unit]
    before = node.clock.now()
    node.say("airline", WHOLE)
    node.say("forwarder", TWO)
    for id in (loading, unit, f"{WAYBILL}-piece-3", f"{unit}-composition"):
        now, then = node.get(id), node.doors.objects.get(id, at=before)
        assert then is not None
        assert values(then, "skeletonIndicator") in ([], ["true"])
        assert now.revision == then.revision + 1
        said = {name.removeprefix(CARGO) for name in now.nodes[0] if name[:1] != "@"}
        assert said <= {"skeletonIndicator", "loadingType", "uldTypeCode", "uldSerialNumber", "ownerCode"}
        assert values(now, "skeletonIndicator") == ["true"]
    assert values(node.get(unit), "uldSerialNumber") == ["12345"]
    assert node.shipment()["pieces"] == 2


def test_what_a_shipment_has_again_says_all_again_under_the_same_address(node: Node) -> None:
    node.say("forwarder", FWB)
    node.say("forwarder", TWO)
    assert values(node.get(f"{WAYBILL}-piece-3"), "ofShipment") == []
    node.say("forwarder", FWB.replace("MACHINE PARTS", "MACHINE TOOLS"))
    piece = node.get(f"{WAYBILL}-piece-3")
    assert values(piece, "ofShipment") == [f"{BASE}{WAYBILL}-shipment"]
    assert piece.revision == 3


def test_subscribers_are_told_that_an_object_says_nothing_any_more(node: Node) -> None:
    node.subscribe("airline", UPDATED, to="Piece")
    node.say("forwarder", FWB)
    node.say("forwarder", TWO)
    told = [one for one in node.told("airline") if valued(one, "hasLogisticsObject")[0]["@id"].endswith("-piece-3")]
    assert kinds(told) == [UPDATED]


def changed(node: Node, id: str, **said: list[dict[str, str]]) -> None:
    """A change that sets properties of a projected object, requested and accepted by the node's holder."""
    held, holder = node.get(id), "https://hub.example/me"
    nodes = [{**held.nodes[0], **{CARGO + name: values for name, values in said.items()}}, *held.nodes[1:]]
    name = f"r{held.revision}-{'-'.join(said)}"
    made = node.doors.requests.create(NewRequest(id=name, kind=CHANGE, by=holder, body=[], objects=[id], revision=held.revision))
    node.clock.forward(minutes=1)
    wanted = Acceptance(request=made.id, object=id, base=held.revision, nodes=nodes, by=holder)
    node.doors.requests.accept_change(wanted)
    node.work()


RICH = FWB.replace("ISU/", "OCI/US/CNE/T/ABC1\n/DE/ISS/RA/00777-05\n///ED/1127\nISU/")
CODES = "https://onerecord.iata.org/ns/code-lists/"


def test_a_change_leaves_what_objects_have_no_place_for(node: Node) -> None:
    node.say("forwarder", RICH)
    before = node.shipment()["charges"]
    assert (before["insurance"], before["lines"][0]["total"], before["prepaid"]["weight"]) == ("XXX", "260.40", "260.40")
    changed(node, WAYBILL, carrierChargeCode=[{"@id": CODES + "ChargeCode#PP"}])
    assert node.shipment()["charges"] == {**before, "code": "PP"}
    changed(node, WAYBILL, weightValuationIndicator=[{"@id": CODES + "PrepaidCollectIndicator#C"}])
    after = node.shipment()["charges"]
    assert (after["weight_payment"], after["insurance"], after["lines"]) == ("C", "XXX", before["lines"])
    assert "prepaid" not in after


def test_a_change_of_one_load_leaves_the_others_and_all_that_was_told_of_them(node: Node) -> None:
    node.say("forwarder", RICH)
    node.say("airline", FFM)
    before = node.shipment()["loads"]
    assert {one["weight"]["value"] for one in before} == {"40", "83.4"}
    changed(node, FLIGHT, modeCode=[{"@id": CODES + "ModeCode#ROAD_TRANSPORT"}])
    after = node.shipment()["loads"]
    assert [{**one, "mode": "road"} for one in before] == [{**one, "mode": "road"} for one in after]
    assert {one.get("mode") for one in after} == {"road"}


def test_oci_lines_of_security_are_changed_as_lines_and_as_declaration(node: Node) -> None:
    node.say("forwarder", RICH)
    before = node.shipment()["customs"]
    changed(node, f"{WAYBILL}-shipment-customs-2", note=[{"@value": "00777-06"}])
    assert node.shipment()["customs"] == [before[0], {**before[1], "text": "00777-06"}, before[2]]
    assert node.shipment()["security"]["regulated_parties"][0]["number"] == "00777-06"
    changed(node, f"{WAYBILL}-shipment-security-1", additionalSecurityInformation=[{"@value": "SEALED"}])
    assert node.shipment()["customs"][3] == {"line": 4, "identifier": "ST", "text": "SEALED"}
    assert [one["line"] for one in node.shipment()["customs"]] == [1, 2, 3, 4]


def test_the_number_of_a_waybill_cannot_be_changed(node: Node) -> None:
    node.say("forwarder", RICH)
    with pytest.raises(Conflict) as refused:
        changed(node, WAYBILL, waybillPrefix=[{"@value": "021"}])
    assert refused.value.reason == "content"
    assert node.get(WAYBILL).revision == 1


def test_a_change_may_name_an_airport_that_only_another_shipment_has_named(node: Node) -> None:
    node.say("forwarder", RICH)
    node.say("airline", FSU.replace(AWB, "020-76543216").replace("FRASGN", "FRAHAN"))
    node.get("awb-020-76543216")
    changed(node, WAYBILL, arrivalLocation=[{"@id": BASE + "location-han"}])
    assert (node.shipment()["origin"], node.shipment()["destination"]) == ("FRA", "HAN")
