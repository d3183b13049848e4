"""Two nodes of ours on two ports, each a process of its own, exchange shipments; each is killed and nothing is missed."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.one_record.client import proposal, wording
from tests.end_to_end.desk import fsu, fwb
from tests.end_to_end.nodes import Served, free_port, until
from tests.end_to_end.test_echo import AGAIN, DELIVERED, RICH, SHORTER, lost, sizes
from tests.end_to_end.test_projected_loads import FFM, FFR, FHL
from tests.end_to_end.test_projection import FSU

AWB, OTHER_AWB = "777-55512343", "777-55512354"
THIRD_AWB = "020-12345675"
OBJECTS = "https://onerecord.iata.org/ns/cargo#LogisticsObject"
SHIPMENTS = "https://onerecord.iata.org/ns/cargo#Shipment"
EVERYTHING_ABOUT = ("GET_LOGISTICS_OBJECT", "PATCH_LOGISTICS_OBJECT", "POST_LOGISTICS_EVENT", "GET_LOGISTICS_EVENT")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served]]:
    """``north`` holds, ``south`` takes part; each is the other's partner."""
    tmp_path = tmp_path_factory.mktemp("nodes")
    ports = free_port(), free_port()
    with ExitStack() as stack:
        north = Served(tmp_path / "north", "north", ports[0], "south", ports[1])
        south = Served(tmp_path / "south", "south", ports[1], "north", ports[0])
        for one in (north, south):
            stack.callback(one.close)
            one.begin()
        for one in (north, south):
            one.ready()
        yield north, south


def waybill(node: Served) -> dict[str, Any]:
    id, about = (f"{node.base}/logistics-objects/{name}" for name in ("waybill-1", "shipment-1"))
    shipment = {"@type": "cargo:Shipment", "@id": about, "cargo:goodsDescription": "PUMPS", "cargo:waybill": {"@id": id}}
    numbers = {"cargo:waybillPrefix": "777", "cargo:waybillNumber": "55512343"}
    return {"@context": wording.CONTEXT, "@type": "cargo:Waybill", "@id": id, **numbers, "cargo:shipment": shipment}


def goods(node: Served, awb: str = AWB) -> list[str]:
    return list(node.shipment(awb).get("goods", []))


def codes(node: Served, awb: str = AWB) -> list[str]:
    return sorted(one["code"] for one in node.shipment(awb).get("milestones", []))


def sent(node: Served, key: str) -> str:
    """The receipt of a delivery that arrives, sooner or later."""
    found = until(lambda: node.delivery(key), lambda one: one["state"] in ("sent", "refused", "dead"))
    assert found["state"] == "sent", found
    return str(found.get("reference", ""))


def described(node: Served, iri: str, text: str) -> None:
    """The holder's own system changes the goods; accepted at once."""
    own = node.own()
    found = own.get(iri)
    own.change(iri, wording.raw(proposal(found, {"goodsDescription": text})))


def told(node: Served) -> int:
    """How many notifications a node has made."""
    return sum(one["target"] == "one-record:Notification" for one in node.deliveries())


def test_subscribed_to_each_other_they_come_to_rest(nodes: tuple[Served, Served]) -> None:
    north, south = nodes
    asked = []
    for one, other in ((north, "south"), (south, "north")):
        asked.append(sent(one, one.told("one-record", "subscribe", SHIPMENTS, "--partner", other)["delivery"]))
    before = told(north), told(south)
    north.told("receive", north.place.file("fwb.txt", fwb(OTHER_AWB)), "--partner", "own")
    until(lambda: goods(south, OTHER_AWB), lambda found: found == ["MACHINE PARTS"])
    south.told("receive", south.place.file("fsu.txt", fsu(awb=OTHER_AWB)), "--partner", "own")
    until(lambda: codes(north, OTHER_AWB), lambda found: found == ["RCS"])
    assert_quiet(north, south)
    assert (told(north) - before[0], told(south) - before[1]) == (1, 1)
    assert codes(south, OTHER_AWB) == ["RCS"]
    for one, other, request in ((north, "south", asked[0]), (south, "north", asked[1])):
        sent(one, one.told("one-record", "revoke", request, "--partner", other)["delivery"])


@pytest.mark.slow
def test_subscribed_to_everything_both_know_the_same_and_neither_loses_what_objects_cannot_say(
    nodes: tuple[Served, Served],
) -> None:
    """FWB, FHL, manifests and statuses on either side; a manifest and a waybill sent again, shorter."""
    north, south = nodes
    asked = []
    for one, other in ((north, "south"), (south, "north")):
        asked.append(sent(one, one.told("one-record", "subscribe", OBJECTS, "--partner", other)["delivery"]))

    def said(node: Served, text: str) -> None:
        node.told("receive", node.place.file("said.txt", text), "--partner", "own")
        rest(north, south)

    for text in (RICH, FHL, FFM, FSU):
        said(north, text)
    before = north.shipment(THIRD_AWB)
    said(south, DELIVERED)
    assert lost({**before, "status": "DLV"}, north.shipment(THIRD_AWB)) == {}
    for node, text in ((north, AGAIN), (north, SHORTER), (south, FFR)):
        said(node, text)
    here, there = north.shipment(THIRD_AWB), south.shipment(THIRD_AWB)
    assert sizes(here) == sizes(there)
    assert (here["pieces"], here["customs"], here["charges"]["insurance"]) == (2, there["customs"], "XXX")
    assert {name: value for name, (value, _) in lost(there, here).items() if "description_code" not in name} == {}
    assert [letter for node in nodes for letter in node.letters()] == []
    for one, other, request in ((north, "south", asked[0]), (south, "north", asked[1])):
        sent(one, one.told("one-record", "revoke", request, "--partner", other)["delivery"])


def test_a_shipment_goes_to_and_fro(nodes: tuple[Served, Served]) -> None:
    north, south = nodes
    holder = north.own()
    created = holder.create(wording.raw(waybill(north)))
    shipment = f"{north.base}/logistics-objects/shipment-1"
    assert created.reference == f"{north.base}/logistics-objects/waybill-1"

    # delegation: south asks, north's holder says yes, south is told and reads what is open to it now
    asked = sent(south, south.send(wording.delegation(south.holder, [shipment, created.reference], EVERYTHING_ABOUT), "north"))
    holder.decide(asked, "REQUEST_ACCEPTED")
    until(lambda: goods(south), lambda found: found == ["PUMPS"])

    # subscription, both ways: south to the object, north to everything of its class
    subscribed = sent(south, south.told("one-record", "subscribe", shipment, "--partner", "north")["delivery"])
    assert holder.request(subscribed).word("api:hasRequestStatus") == "REQUEST_ACCEPTED"
    sent(north, north.told("one-record", "subscribe", SHIPMENTS, "--partner", "south")["delivery"])

    # a change by south, accepted by north: south is notified and reads the new revision
    wanted = south.told("one-record", "change", shipment, "--partner", "north", "--set", "goodsDescription=VALVES")
    requested = sent(south, wanted["delivery"])
    holder.decide(requested, "REQUEST_ACCEPTED")
    assert holder.get(shipment).latest == 2
    until(lambda: goods(south), lambda found: found == ["VALVES"])

    # south dies; north goes on; south hears all of it when it is back
    south.kill()
    described(north, shipment, "GASKETS")
    described(north, shipment, "TURBINES")
    holder.post_event(shipment, wording.raw(wording.event(shipment, "RCS", at(9), recorded_by=north.holder)))
    south.begin()
    south.ready()
    until(lambda: (goods(south), codes(south)), lambda found: found == (["TURBINES"], ["RCS"]))

    # north dies; what south owes it waits, and arrives once
    north.kill()
    owed = south.send(wording.event(shipment, "DEP", at(11), recorded_by=south.holder), "north")
    until(lambda: south.delivery(owed)["state"], lambda state: state == "retrying")
    north.begin()
    north.ready()
    event = sent(south, owed)
    assert event.startswith(f"{shipment}/logistics-events/")
    assert sorted(one.word("eventCode") for one in north.own().events(shipment)) == ["DEP", "RCS"]

    # revocation: the subscription ends, and so does the access to change
    for request in (subscribed, asked):
        sent(south, south.told("one-record", "revoke", request, "--partner", "north")["delivery"])
        assert north.own().request(request).word("api:hasRequestStatus") == "REQUEST_REVOKED"
    refused = south.told("one-record", "change", shipment, "--partner", "north", "--set", "goodsDescription=NUTS")["delivery"]
    found = until(lambda: south.delivery(refused), lambda one: one["state"] not in ("pending", "retrying"))
    assert (found["state"], "answered 403" in found["outcome"]) == ("refused", True), found
    assert_quiet(north, south)
    assert (goods(north), codes(north), north.letters()) == (["TURBINES"], ["DEP", "RCS"], [])
    assert [one[:20] for one in south.letters()] == ["RefusedCall: one-rec"]


def at(hour: int) -> datetime:
    return datetime(2026, 11, 21, hour, 30, tzinfo=UTC)


def rest(*nodes: Served) -> None:
    """Wait until nothing new was made for a while; fails when that never happens."""
    seen: list[list[tuple[str, str]]] = []

    def at_rest() -> bool:
        time.sleep(0.3)
        seen.append([(one["key"], one["state"]) for node in nodes for one in node.deliveries()])
        return len(seen) > 5 and seen[-5:] == [seen[-1]] * 5 and not {"pending", "retrying"} & {state for _, state in seen[-1]}

    until(at_rest, seconds=60)


def assert_quiet(*nodes: Served) -> None:
    """Nothing is on its way any more, and nothing new is made: subscribed to each other, the nodes do not go on and on."""

    def all_of_them() -> list[tuple[str, str]]:
        return [(one["key"], one["state"]) for node in nodes for one in node.deliveries()]

    before = until(all_of_them, lambda found: not {"pending", "retrying", "unknown"} & {state for _, state in found})
    time.sleep(1.0)
    assert all_of_them() == before
