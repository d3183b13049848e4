"""Objects posted to a node one by one say together what they say of a shipment, in whatever order they come."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.one_record.render import jsonld
from hub.objects import CHANGE, POST_EVENT, Acceptance, Grant, NewRequest
from hub.ports import Arrival
from hub.replay import choose, replay
from hub.store.engine import reading
from hub.store.lists import dead_letters, messages
from hub.store.selection import Wanted
from tests.end_to_end.test_projection import AWB, BASE, FWB, Node
from tests.unit.adapters.one_record.http_world import CONTEXT, Client, served

CODES = "https://onerecord.iata.org/ns/code-lists/"
WORDS = {"forwarder": ("w7", "s7", "p1", "p2", "p3", "p4")}
"""What the forwarder posts; the airline posts the rest."""


def link(id: str, **more: Any) -> dict[str, Any]:
    return {"@id": BASE + id, **more}


def body(id: str, kind: str, **values: Any) -> dict[str, Any]:
    return {"@id": BASE + id, "@type": f"cargo:{kind}", **{f"cargo:{name}": value for name, value in values.items()}}


def code(text: str) -> dict[str, Any]:
    return {"@type": "cargo:CodeListElement", "cargo:code": text}


def moment(text: str) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": text}


OBJECTS = {
    one["@id"].removeprefix(BASE): one
    for one in (
        body("w7", "Waybill", waybillPrefix="020", waybillNumber="12345675"),
        body("s7", "Shipment", waybill=link("w7"), goodsDescription="PUMPS"),
        *(body(f"p{at}", "Piece", ofShipment=link("s7")) for at in (1, 2, 3, 4)),
        body("a1", "Composing", composedPieces=[link("p1"), link("p2")], compositionType={"@id": "cargo:COMPOSITION"}),
        body("c1", "UnitComposition", compositionActions=[link("a1")], loadingUnit=link("u1")),
        body("u1", "ULD", uldTypeCode=code("AKE"), uldSerialNumber="12345", ownerCode=code("QR"), remarks="TOP"),
        body("l1", "Loading", loadedUnits=[link("u1")], servedActivity=link("t1"), loadingType={"@id": "cargo:LOADING"}),
        body("l2", "Loading", loadedPieces=[link("p3"), link("p4")], loadingType={"@id": "cargo:LOADING"}),
        body("fra", "Location", locationCodes=[code("FRA")]),
        body("doh", "Location", locationCodes=[code("DOH")]),
        body(
            "t1",
            "TransportMovement",
            transportIdentifier="QR066/21NOV2026",
            departureLocation=link("fra"),
            arrivalLocation=link("doh"),
            loadingActions=[link("l2")],
        ),
    )
}
EVENT = {
    "@type": "cargo:LogisticsEvent",
    "cargo:eventCode": {"@id": CODES + "StatusCode#DEP"},
    "cargo:eventDate": moment("2026-11-21T09:30:00Z"),
    "cargo:creationDate": moment("2026-11-21T09:31:00Z"),
    "cargo:eventFor": link("t1"),
}
LOADS = [
    {"flight": "QR066", "date": "2026-11-21", "from": "FRA", "to": "DOH", "uld": uld, "pieces": 2, "status": "manifested"}
    for uld in ("AKE12345QR", None)
]


class Desk(Node):
    """A node to which both partners may post."""

    def client(self, partner: str) -> Client:
        open_to_all = msgspec.structs.replace(self.doors.settings, creators=["*"])
        _, app = served(msgspec.structs.replace(self.doors, settings=open_to_all))
        return Client(app, f"https://{partner}.example/agent")

    def post(self, id: str) -> None:
        self.clock.forward(minutes=1)
        partner = "forwarder" if id in WORDS["forwarder"] else "airline"
        answer = self.client(partner)("POST", BASE.rstrip("/"), {"@context": CONTEXT, **OBJECTS[id]})
        assert answer.status_code == 201, answer.text

    def event(self, object: str, told: dict[str, Any]) -> None:
        self.clock.forward(minutes=1)
        self.doors.access.grant([Grant(object=object, agent="https://airline.example/agent", permission=POST_EVENT)])
        answer = self.client("airline")("POST", f"{BASE}{object}/logistics-events", {"@context": CONTEXT, **told})
        assert answer.status_code == 201, answer.text

    def say_all(self, order: Sequence[str], *, at_once: bool) -> dict[str, Any]:
        for one in order:
            if one == "event":
                self.event("t1", EVENT)
            else:
                self.post(one)
            if not at_once:
                self.work()
        self.clock.forward(seconds=1)
        self.work()
        return self.shipment()

    def said(self, type: str) -> tuple[str, list[str], list[str]]:
        """State, shipments and problem codes of the newest message of a type."""
        with reading(self.hub.engine) as connection:
            newest = connection.execute(messages(None, None, type, after=None, limit=1)).one()
        body = json.loads(newest.body)
        return newest.state, body["keys"], [one["code"] for one in body["problems"]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.hub.close()


def in_some_order(seed: int) -> list[str]:
    order = list(OBJECTS)
    random.Random(seed).shuffle(order)
    order.insert(random.Random(seed).randint(order.index("t1") + 1, len(order)), "event")
    return order


ORDERS = [[*OBJECTS, "event"], *(in_some_order(seed) for seed in range(5))]
ORDERS.append([*reversed(OBJECTS), "event"])


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(order))
@pytest.mark.parametrize("at_once", [True, False], ids=["then-work", "work-between"])
def test_any_order_of_arrival_gives_the_same_shipment(desk: Desk, order: list[str], at_once: bool) -> None:
    document = desk.say_all(order, at_once=at_once)
    loads = [{name: value for name, value in one.items() if value is not None} for one in LOADS]
    assert sorted(document["loads"], key=lambda one: one.get("uld", "")) == loads[::-1]
    assert document["ulds"] == [{"uld": "AKE12345QR", "pieces": 2, "remarks": "TOP"}]
    (departed,) = document["milestones"]
    seen = [departed[name] for name in ("code", "station", "to", "flight", "date", "pieces", "instant")]
    assert seen == ["DEP", "FRA", "DOH", "QR066", "2026-11-21", 4, "2026-11-21T09:30Z"]
    assert document["pieces"] == 4
    assert document["goods"] == ["PUMPS"]


UNJOINED = ["one-record.unjoined"]


@pytest.mark.parametrize("id", ["t1", "u1", "l1", "c1", "a1"])
def test_what_leads_to_no_waybill_is_seen_to_say_nothing(desk: Desk, id: str) -> None:
    desk.post(id)
    desk.work()
    state, keys, problems = desk.said(str(OBJECTS[id]["@type"]).removeprefix("cargo:"))
    assert (state, keys, problems) == ("applied", [], UNJOINED)


def test_what_a_shipment_has_no_place_for_is_seen_to_say_nothing(desk: Desk) -> None:
    desk.say_all(["w7", "s7", "p1"], at_once=True)
    OBJECTS["k1"] = body("k1", "Check", checkedObject=link("p1"), actionStartTime=moment("2026-11-21T08:00:00Z"))
    desk.post("k1")
    del OBJECTS["k1"]
    desk.work()
    assert desk.said("Check") == ("applied", [], UNJOINED)


def test_an_event_on_a_unit_is_a_milestone_of_what_is_in_it_only(desk: Desk) -> None:
    desk.say_all([*OBJECTS], at_once=True)
    arrived = {**EVENT, "cargo:eventCode": {"@id": CODES + "StatusCode#FOH"}, "cargo:eventFor": link("u1")}
    desk.event("u1", arrived)
    desk.work()
    assert [(one["code"], one["pieces"]) for one in desk.shipment()["milestones"]] == [("FOH", 2)]


def test_a_loading_of_pieces_this_node_shows_finds_their_shipment_before_anybody_has_told_it(desk: Desk) -> None:
    OBJECTS["l9"] = body("l9", "Loading", loadedPieces=[link(f"awb-{AWB}-piece-1")], servedActivity=link("t1"))
    desk.say_all(["l9", "fra", "doh", "t1"], at_once=False)
    del OBJECTS["l9"]
    (load,) = desk.shipment()["loads"]
    assert (load["flight"], load["pieces"], load["status"]) == ("QR066", 1, "manifested")
    desk.say("forwarder", FWB)
    assert len(desk.shipment()["loads"]) == 1


def test_a_unit_s_contents_that_change_change_what_is_loaded(desk: Desk) -> None:
    desk.say_all([*OBJECTS], at_once=True)
    OBJECTS["a2"] = body("a2", "Composing", composedPieces=[link("p3")], servedActivity=link("c1"))
    desk.post("a2")
    del OBJECTS["a2"]
    desk.work()
    assert sorted((one.get("uld", ""), one["pieces"]) for one in desk.shipment()["loads"]) == [("", 2), ("AKE12345QR", 3)]


def test_parties_and_places_posted_by_themselves_are_who_the_waybill_means(desk: Desk) -> None:
    OBJECTS["co"] = body("co", "Company", name="BLUE MACHINES GMBH")
    party = {
        "@type": "cargo:Party",
        "cargo:partyRole": {"@id": CODES + "ParticipantIdentifier#SHP"},
        "cargo:partyDetails": link("co"),
    }
    OBJECTS["w8"] = body(
        *("w8", "Waybill"), waybillPrefix="020", waybillNumber="12345675", departureLocation=link("fra"), involvedParties=[party]
    )
    document = desk.say_all(["co", "w8", "fra"], at_once=True)
    assert (document["origin"], document["shipper"]["name"]) == ("FRA", "BLUE MACHINES GMBH")
    del OBJECTS["co"], OBJECTS["w8"]


def test_pieces_posted_after_their_shipment_are_counted(desk: Desk) -> None:
    assert desk.say_all(["w7", "s7", "p1"], at_once=False)["pieces"] == 1
    assert desk.say_all(["p2", "p3"], at_once=False)["pieces"] == 3


def letters(desk: Desk, state: str) -> list[tuple[str, str]]:
    """Problem code and note of every dead letter in a state."""
    with reading(desk.hub.engine) as connection:
        rows = connection.execute(dead_letters(state, None, None, after=None, limit=100)).all()
    return [(json.loads(row.problem)["code"], row.note or "") for row in rows]


@pytest.mark.parametrize("order", [["p1", "s7", "w7"], ["s7", "w7", "p1"], ["p1", "w7", "s7"]], ids="-".join)
@pytest.mark.parametrize("at_once", [True, False], ids=["then-work", "work-between"])
def test_what_said_nothing_by_itself_is_settled_once_it_is_joined(desk: Desk, order: list[str], at_once: bool) -> None:
    assert desk.say_all(order, at_once=at_once)["goods"] == ["PUMPS"]
    assert letters(desk, "open") == []
    settled = letters(desk, "solved")
    assert {code for code, _ in settled} == {"key.missing"}
    assert all("joined" in note for _, note in settled)


def test_an_event_posted_before_its_waybill_is_settled_once_it_is_a_milestone(desk: Desk) -> None:
    desk.post("s7")
    desk.event("s7", {**EVENT, "cargo:eventFor": link("s7")})
    desk.work()
    assert {code for code, _ in letters(desk, "open")} == {"key.missing"}
    desk.post("w7")
    desk.clock.forward(seconds=1)
    desk.work()
    assert [one["code"] for one in desk.shipment()["milestones"]] == ["DEP"]
    assert letters(desk, "open") == []


def test_what_is_settled_stays_settled_when_it_is_tried_again(desk: Desk) -> None:
    desk.say_all(["p1", "s7", "w7"], at_once=False)
    everything = choose(desk.hub.engine, Wanted(partner="forwarder"))
    assert len(everything.envelopes) > 3
    assert list(replay(desk.hub.engine, everything, desk.clock))
    desk.work()
    assert letters(desk, "open") == []


def test_what_stops_saying_where_it_belongs_is_open_though_it_was_joined_before(desk: Desk) -> None:
    desk.say_all(["s7", "w7"], at_once=False)
    held = desk.get("s7")
    bare = [{name: value for name, value in held.nodes[0].items() if not name.endswith("waybill")}, *held.nodes[1:]]
    made = desk.doors.requests.create(
        NewRequest(id="r1", kind=CHANGE, by="https://forwarder.example/agent", body=[], objects=["s7"], revision=1)
    )
    said = Arrival(partner="forwarder", channel="one-record", raw=jsonld(bare), name="s7", media="application/ld+json")
    desk.clock.forward(minutes=1)
    desk.doors.requests.accept_change(
        Acceptance(request=made.id, object="s7", base=1, nodes=bare, by="https://forwarder.example/agent", arrival=said)
    )
    desk.work()
    assert [code for code, _ in letters(desk, "open")] == ["key.missing"]
