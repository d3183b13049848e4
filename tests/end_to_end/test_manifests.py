"""Messages about a flight in the whole hub: each consignment a load of its shipment, a manifest sent again replaces it all."""

import itertools

import pytest
from msgspec import to_builtins

from hub.canonical.document import canonical_bytes
from hub.replay import choose, outlook
from hub.settings import Admission
from hub.store.selection import Wanted
from tests.end_to_end.desk import Desk, heading, partner

A, B, C, D = "777-55512343", "777-55512354", "777-55512365", "777-55512376"
FLIGHT = "XX421/21NOV/FRA"


def consignment(awb: str, pieces: str = "T4") -> str:
    return f"{awb}FRASGN/{pieces}K50/MACHINE PARTS"


def ffm(*lines: str, number: int = 1, mark: str = "LAST", at: str = "", flight: str = FLIGHT, type: str = "FFM/8") -> str:
    body = "\n".join([type, f"{number}/{flight}", "SGN" if lines else "SGN/NIL", *lines, mark, ""])
    return f"{heading('FRAFFXX', at)}{body}" if at else body


def loads(hub: Desk, awb: str) -> list[tuple[str, str, int]]:
    """(flight, ULD, pieces) of what a shipment is told to be loaded on."""
    view = hub.read.shipment(awb)
    return [(one["flight"], one.get("uld", ""), one["pieces"]) for one in view.document.get("loads", [])] if view else []


def on_board(hub: Desk) -> list[str]:
    return [awb for awb in (A, B, C, D) if loads(hub, awb)]


def test_a_manifest_sent_again_without_a_waybill_withdraws_it(desk):
    hub = desk(partner("air"))
    shown = hub.say("air", ffm(*map(consignment, (A, B, C))))
    assert [one["state"] for one in shown["messages"]] == ["applied"]
    assert shown["messages"][0]["keys"] == [f"awb:{one}" for one in (A, B, C)]
    assert on_board(hub) == [A, B, C]
    hub.clock.forward(minutes=5)
    hub.say("air", ffm(*map(consignment, (A, C))))
    assert on_board(hub) == [A, C]
    assert hub.differences() == []


def test_a_manifest_sent_again_without_any_waybill_withdraws_all(desk):
    hub = desk(partner("air"))
    hub.say("air", ffm(*map(consignment, (A, B))))
    hub.clock.forward(minutes=5)
    shown = hub.say("air", ffm())
    assert (shown["state"], on_board(hub)) == ("applied", [])
    assert hub.differences() == []


def test_another_flight_day_station_or_kind_withdraws_nothing(desk):
    hub = desk(partner("air"))
    hub.say("air", ffm(consignment(A)))
    for other in ("XX421/22NOV/FRA", "XX423/21NOV/FRA", "XX421/21NOV/DOH"):
        hub.clock.forward(minutes=5)
        hub.say("air", ffm(consignment(B), flight=other))
    hub.say("air", ffm(consignment(C), type="FBL/4"))
    assert on_board(hub) == [A, B, C]
    assert len(loads(hub, B)) == 3
    assert hub.read.shipment(C).document["loads"][0]["status"] == "booked"


def test_one_waybill_in_two_ulds_is_one_shipment(desk):
    hub = desk(partner("air"))
    part, rest = (consignment(A, pieces).replace("K50", "K50T4") for pieces in ("S1", "S3"))
    hub.say("air", ffm("ULD/AKE00001XX", part, "ULD/AKE00002XX/TOP", rest))
    document = hub.read.shipment(A).document
    assert loads(hub, A) == [("XX421", "AKE00001XX", 1), ("XX421", "AKE00002XX", 3)]
    assert [(one["uld"], one["pieces"]) for one in document["ulds"]] == [("AKE00001XX", 1), ("AKE00002XX", 3)]
    assert (document["pieces"], document.get("weight")) == (4, None)
    assert hub.read.shipment(A).conflicts == {}


BAD = [
    ("777-55512354FRASGN/T4Q50/MACHINE PARTS", "cargo-imp.element.format"),
    (f"{consignment(B)}\nDIM/K12/CMT120-80/3", "cargo-imp.element.format"),
    (f"{consignment(B)}\n/SGNXX422/31FEB", "value.format"),
]


@pytest.mark.parametrize(("bad", "code"), BAD)
def test_one_bad_consignment_is_one_dead_letter_and_the_others_are_applied(desk, bad, code):
    hub = desk(partner("air"))
    shown = hub.say("air", ffm(consignment(A), bad, consignment(C)))
    assert (shown["state"], on_board(hub)) == ("partly_applied", [A, C])
    (letter,) = hub.letters()
    assert (letter["stage"], letter["problem"]["code"], letter["problem"]["line"]) == ("check", code, 5 + bad.count("\n"))
    assert hub.differences() == []
    hub.replay(shown["id"])
    assert (on_board(hub), len(hub.letters())) == ([A, C], 1)


def test_two_bad_consignments_are_two_dead_letters(desk):
    hub = desk(partner("air"))
    hub.say("air", ffm(BAD[0][0], consignment(A), BAD[0][0].replace("55512354", "55512365")))
    assert [one["problem"]["line"] for one in hub.letters()] in ([4, 6], [6, 4])


def test_what_is_no_consignments_fault_refuses_the_whole_message(desk):
    hub = desk(partner("air"))
    for text in (ffm(consignment(A)).replace("LAST\n", ""), ffm(consignment(A)).replace("21NOV", "21NO"), ffm(BAD[0][0])):
        assert hub.say("air", text)["state"] == "rejected"
    assert on_board(hub) == []


PARTS = [
    ffm(consignment(A), consignment(B), number=1, mark="CONT", at="210800"),
    ffm(consignment(C), number=2, mark="CONT", at="210801"),
    ffm(consignment(D), number=3, mark="LAST", at="210802"),
    ffm(consignment(A), number=1, mark="CONT", at="210900"),
    ffm(consignment(C), number=2, mark="LAST", at="210901"),
]


def missing(hub: Desk) -> list[tuple[int, str]]:
    found = [
        (one["part"]["number"], problem["expected"])
        for one in hub.messages()
        for problem in one["problems"]
        if problem["code"] == "part.missing"
    ]
    return sorted(found)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_parts_are_slots_of_their_own_in_any_order_and_a_missing_one_is_told(desk, order):
    hub = desk(partner("air"))
    for at in order[:2]:
        hub.say("air", PARTS[at])
    assert {what for _, what in missing(hub)} == {f"part {order[2] + 1}"}
    hub.say("air", PARTS[order[2]])
    assert (on_board(hub), missing(hub)) == ([A, B, C, D], [])
    assert hub.differences() == []


@pytest.mark.parametrize("order", [*itertools.permutations(range(5))][::17])
def test_the_last_part_withdraws_those_beyond_it_on_every_shipment(desk, order):
    """Part 3 of the first sending goes, and what part 1 left out, whichever came first; each is worked off before the next."""
    hub = desk(partner("air"))
    for at in order:
        hub.say("air", PARTS[at])
    assert on_board(hub) == [A, C]
    assert hub.differences() == []


def test_parts_in_any_order_and_batching_give_the_same_bytes(desk):
    """The law, for two sendings in parts: the same envelopes, whole documents and what is said beside them."""
    found = set()
    for at, order in enumerate(((0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1), (3, 1, 4, 0, 2))):
        hub = desk(partner("air"), identity=f"HUB{at}")
        for place in order:
            hub.receive("air", PARTS[place])
            if at % 2:
                hub.work()
        hub.work()
        views = [one for awb in (A, B, C, D) if (one := hub.read.shipment(awb))]
        found.add(canonical_bytes([[one.document, to_builtins(one.lineage), to_builtins(one.conflicts)] for one in views]))
    assert len(found) == 1


def test_a_replayed_last_part_still_withdraws(desk):
    hub = desk(partner("air"))
    for text in PARTS[:4]:
        hub.say("air", text)
    last = hub.say("air", PARTS[4])
    assert on_board(hub) == [A, C]
    hub.replay(last["id"])
    assert on_board(hub) == [A, C]
    assert hub.differences() == []


def test_who_may_speak_for_some_waybills_claims_its_flight_for_them_only(desk):
    hub = desk(partner("air", admission=Admission(prefixes=["777"])))
    hub.say("air", ffm(consignment(A), consignment("888-55512354")))
    assert (loads(hub, A), loads(hub, "888-55512354")) == ([("XX421", "", 4)], [])
    hub.clock.forward(minutes=5)
    assert hub.say("air", ffm())["state"] == "applied"
    assert on_board(hub) == []


def test_uld_messages_are_applied_and_touch_no_shipment(desk):
    hub = desk(partner("air"))
    for text in ("UCM\nXX421/21NOV.DABCD.FRA\nIN\n.AKE12345XX/SGN/C\n", "SCM\nFRA.21NOV/0630\n.AKE.12345XX.T1\n"):
        assert hub.say("air", text)["state"] == "applied"
    assert hub.letters() == []


def test_a_dry_run_of_a_last_part_changes_nothing(desk):
    hub = desk(partner("air"))
    for text in PARTS[:4]:
        hub.say("air", text)
    last = hub.say("air", PARTS[4])
    seen = outlook(hub.hub.engine, choose(hub.hub.engine, Wanted(message=last["id"])), hub.hub.line)
    assert (seen.selected, seen.shipments) == (1, [])
    bad = hub.say("air", ffm(consignment(A), BAD[0][0], flight="XX9/23NOV/DOH".replace("XX9", "XX900")))
    assert outlook(hub.hub.engine, choose(hub.hub.engine, Wanted(message=bad["id"])), hub.hub.line).shipments == []


def test_two_who_speak_of_one_uld_differently_are_a_conflict_and_both_ulds_are_kept(desk):
    hub = desk(partner("air"), partner("handler"))
    hub.say("air", ffm("ULD/AKE00001XX-M", consignment(A, "S1").replace("K50", "K50T4")))
    hub.clock.forward(minutes=5)
    hub.say(
        "handler",
        ffm(
            "ULD/AKE00001XX-L",
            consignment(A, "S1").replace("K50", "K50T4"),
            "ULD/PMC00002XX",
            consignment(A, "S3").replace("K50", "K50T4"),
        ),
    )
    view = hub.read.shipment(A)
    assert [(one["uld"], one.get("loading")) for one in view.document["ulds"]] == [("AKE00001XX", "L"), ("PMC00002XX", None)]
    assert [one["value"] for one in to_builtins(view.conflicts)["/ulds/0/loading"]] == ["M"]
    assert {one["partner"] for one in to_builtins(view.lineage)["/ulds/0/uld"]} == {"air", "handler"}
