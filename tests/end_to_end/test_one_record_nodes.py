"""Two nodes of ours on two ports exchange a shipment: everything in one story, with ``kill -9`` in between and nothing missed."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.one_record.client import proposal, wording
from tests.end_to_end.nodes import Served, free_port, until

AWB = "777-55512343"
EVERYTHING_ABOUT = ("GET_LOGISTICS_OBJECT", "PATCH_LOGISTICS_OBJECT", "POST_LOGISTICS_EVENT", "GET_LOGISTICS_EVENT")


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Served, Served]]:
    """``north`` holds, ``south`` takes part; each is the other's partner."""
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


def goods(node: Served) -> list[str]:
    return list(node.shipment(AWB).get("goods", []))


def codes(node: Served) -> list[str]:
    return sorted(one["code"] for one in node.shipment(AWB).get("milestones", []))


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
    everything = "https://onerecord.iata.org/ns/cargo#Shipment"
    sent(north, north.told("one-record", "subscribe", everything, "--partner", "south")["delivery"])

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


def at(hour: int) -> datetime:
    return datetime(2026, 11, 21, hour, 30, tzinfo=UTC)


def assert_quiet(*nodes: Served) -> None:
    """Nothing is on its way any more, and nothing new is made: subscribed to each other, the nodes do not go on and on."""

    def all_of_them() -> list[tuple[str, str]]:
        return [(one["key"], one["state"]) for node in nodes for one in node.deliveries()]

    before = until(all_of_them, lambda found: not {"pending", "retrying", "unknown"} & {state for _, state in found})
    time.sleep(1.0)
    assert all_of_them() == before
