"""Messages sent in parts: each a slot of its own, the last ends them, and one that is missing is told."""

import itertools

import pytest

from hub.envelope import Outgoing
from tests.end_to_end.desk import AWB, Desk, fwb, heading, partner


def fhl(number: int, mark: str, house: str, *, awb: str = AWB, goods: str = "MACHINE PARTS", at: str = "") -> str:
    body = f"FHL/4\nMBI/{awb}FRASGN/T10K123.4\nHBS/{house}/FRASGN/{number}/K10//{goods}\nPART/{number}/{mark}\n"
    return f"{heading('FRAFFXX', at)}{body}" if at else body


def fsu(number: int, mark: str, code: str) -> str:
    return f"FSU/14\n{AWB}FRASGN/T10K123.4\n{code}/21NOV1015/FRA/T10K123.4\nPART/{number}/{mark}\n"


def missing(hub: Desk) -> list[tuple[int, str]]:
    """(part, what it misses) over all messages, by part."""
    found = [
        (one["part"]["number"], problem["expected"])
        for one in hub.messages()
        for problem in one["problems"]
        if problem["code"] == "part.missing"
    ]
    return sorted(found)


def houses(hub: Desk) -> list[tuple[str, list[str]]]:
    return [(one["hawb"], one["goods"]) for one in hub.read.shipment(AWB).document.get("houses", [])]


def test_parts_of_a_house_list_are_read_without_waiting_and_add_up(desk):
    hub = desk(partner("fwd"))
    hub.say("fwd", fhl(1, "CONT", "H1"))
    assert [name for name, _ in houses(hub)] == ["H1"]
    assert missing(hub) == [(1, "part 2")]
    hub.say("fwd", fhl(2, "CONT", "H2"))
    hub.say("fwd", fhl(3, "LAST", "H3"))
    assert [name for name, _ in houses(hub)] == ["H1", "H2", "H3"]
    assert missing(hub) == []
    assert hub.differences() == []


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_a_missing_part_is_told_until_it_comes(desk, order):
    hub = desk(partner("fwd"))
    texts = {1: fhl(1, "CONT", "H1"), 2: fhl(2, "CONT", "H2"), 3: fhl(3, "LAST", "H3")}
    for number in order[:2]:
        hub.say("fwd", texts[number])
    assert {what for _, what in missing(hub)} == {f"part {order[2]}"}
    hub.say("fwd", texts[order[2]])
    assert missing(hub) == []


def test_parts_of_other_shipments_authors_and_days_do_not_count(desk):
    hub = desk(partner("fwd"), partner("other"))
    hub.say("fwd", fhl(1, "CONT", "H1"))
    hub.say("fwd", fhl(2, "LAST", "H2", awb="777-55512354"))
    hub.say("other", fhl(2, "LAST", "H2"))
    hub.clock.forward(days=2)
    hub.say("fwd", fhl(2, "LAST", "H2", goods="ANOTHER DAY"))
    assert (1, "part 2") in missing(hub)
    assert (2, "part 1") in missing(hub)


def test_a_missing_part_of_a_status_message_is_told(desk):
    hub = desk(partner("sky"))
    hub.say("sky", fsu(2, "LAST", "RCS"))
    assert missing(hub) == [(2, "part 1")]
    (listed,) = hub.messages()
    problem = next(one for one in listed["problems"] if one["code"] == "part.missing")
    assert (problem["severity"], listed["state"]) == ("warning", "applied")
    hub.say("sky", fsu(1, "CONT", "FOH"))
    assert missing(hub) == []
    assert sorted(one["code"] for one in hub.read.shipment(AWB).document["milestones"]) == ["FOH", "RCS"]


SENDINGS = [
    fhl(1, "CONT", "H1", goods="OLD", at="210800"),
    fhl(2, "CONT", "H1", goods="OLDER STILL", at="210801"),
    fhl(3, "LAST", "H1", goods="OLDEST", at="210802"),
    fhl(1, "LAST", "H1", goods="NEW", at="210900"),
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1), (1, 3, 2, 0)])
def test_the_last_part_withdraws_those_beyond_it_in_any_order_of_arrival(desk, order):
    hub = desk(partner("fwd"))
    for at in order:
        hub.say("fwd", SENDINGS[at])
    assert houses(hub) == [("H1", ["NEW"])]
    assert "/houses/0/goods/0" not in hub.read.shipment(AWB).conflicts
    assert hub.differences() == []


def test_a_whole_message_withdraws_the_parts_said_before_it(desk):
    hub = desk(partner("fwd"))
    for text in SENDINGS[:3]:
        hub.say("fwd", text)
    whole = fhl(1, "LAST", "H1", goods="WHOLE", at="211000").replace("PART/1/LAST\n", "")
    hub.say("fwd", whole)
    assert houses(hub) == [("H1", ["WHOLE"])]
    hub.say("fwd", fhl(2, "CONT", "H1", goods="LATER", at="211100"))
    assert houses(hub) == [("H1", ["LATER"])]
    assert hub.differences() == []


def test_a_part_of_a_waybill_need_not_hold_the_lines_that_stand_in_another(desk):
    hub = desk(partner("fwd"))
    head, _, rest = fwb().partition("AGT/")
    first = hub.say("fwd", f"{head}PART/1/CONT\n")
    second = hub.say("fwd", f"FWB/17\n{AWB}FRASGN/T10K123.4\nAGT/{rest}PART/2/LAST\n")
    assert [one["messages"][0]["state"] for one in (first, second)] == ["applied", "applied"]
    document = hub.read.shipment(AWB).document
    assert document["shipper"]["name"] == "MUSTER MASCHINEN"
    assert document["agent"]["iata_code"] == "1234567"
    assert document["charges"]["lines"][0]["rate"] == "2.10"
    assert missing(hub) == []


def test_a_waybill_that_is_no_part_still_needs_its_lines(desk):
    hub = desk(partner("fwd"))
    head, _, _ = fwb().partition("AGT/")
    assert hub.say("fwd", head)["messages"][0]["state"] == "rejected"


def security(first: int, last: int) -> list[str]:
    """Customs lines, each with a subject or belonging to the one above."""
    return [f"/DE/SHP/T/TRADER {at:03}" if at % 4 == 0 else f"///C/CERTIFICATE {at:03}" for at in range(first, last)]


def with_customs(first: int, last: int, number: int, mark: str) -> str:
    lines = security(first, last)
    body = fwb() if number == 1 else f"FWB/17\n{AWB}FRASGN/T10K123.4\n"
    return f"{body}OCI{lines[0]}\n" + "\n".join([*lines[1:], f"PART/{number}/{mark}", ""])


@pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2))))
def test_a_list_of_customs_lines_over_several_parts_is_one_list_in_their_order(desk, order):
    hub = desk(partner("fwd"))
    texts = [with_customs(0, 10, 1, "CONT"), with_customs(10, 25, 2, "CONT"), with_customs(25, 30, 3, "LAST")]
    for at in order:
        hub.say("fwd", texts[at])
    view = hub.read.shipment(AWB)
    assert [(one["line"], one["text"][-3:]) for one in view.document["customs"]] == [(at + 1, f"{at:03}") for at in range(30)]
    told = {"line": 25, "country": "DE", "subject": "SHP", "identifier": "T", "text": "TRADER 024"}
    assert view.document["customs"][24] == told
    (text,), (number,) = view.lineage["/customs/24/text"], view.lineage["/customs/24/line"]
    assert (text["value"], text["line"], number["value"]) == ("TRADER 024", 17, 25)
    assert (view.conflicts, hub.differences()) == ({}, [])


def test_a_list_told_again_with_fewer_parts_is_the_new_list(desk):
    hub = desk(partner("fwd"))
    for text in (with_customs(0, 10, 1, "CONT"), with_customs(10, 25, 2, "CONT"), with_customs(25, 30, 3, "LAST")):
        hub.say("fwd", text)
    hub.clock.forward(minutes=5)
    for text in (with_customs(0, 8, 1, "CONT"), with_customs(8, 12, 2, "LAST")):
        hub.say("fwd", text)
    assert [one["text"][-3:] for one in hub.read.shipment(AWB).document["customs"]] == [f"{at:03}" for at in range(12)]
    assert hub.differences() == []


def test_charges_over_two_parts_are_one_set_of_charges(desk):
    hub = desk(partner("fwd"))
    head, _, rest = fwb().partition("RTD/1")
    hub.say("fwd", f"{head}PART/1/CONT\n")
    hub.say("fwd", f"FWB/17\n{AWB}FRASGN/T10K123.4\nRTD/1{rest}PART/2/LAST\n")
    view = hub.read.shipment(AWB)
    assert (view.document["charges"]["currency"], view.document["charges"]["lines"][0]["rate"]) == ("EUR", "2.10")
    assert view.conflicts == {}


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("again", ["", "HBS/H1/FRASGN/1/K10//MACHINE PARTS\n"])
def test_the_customs_lines_of_a_house_over_two_parts_are_one_list(desk, again, back):
    """Also where the second part says only by its place whose lines they are."""
    hub = desk(partner("fwd"))
    first, second = security(0, 10), security(10, 16)
    head = f"FHL/4\nMBI/{AWB}FRASGN/T10K123.4\n"
    house = "HBS/H0/FRASGN/1/K10//TOOLS\nHBS/H1/FRASGN/1/K10//MACHINE PARTS\n"
    texts = [
        f"{head}{house}OCI" + "\n".join(first) + "\nPART/1/CONT\n",
        f"{head}{again}OCI" + "\n".join(second) + "\nHBS/H2/FRASGN/1/K10//CLOTHES\nPART/2/LAST\n",
    ]
    for text in reversed(texts) if back else texts:
        hub.say("fwd", text)
    view = hub.read.shipment(AWB)
    assert [(one["hawb"], one["goods"]) for one in view.document["houses"]] == [
        ("H0", ["TOOLS"]),
        ("H1", ["MACHINE PARTS"]),
        ("H2", ["CLOTHES"]),
    ]
    assert [one["text"][-3:] for one in view.document["houses"][1]["customs"]] == [f"{at:03}" for at in range(16)]
    assert (view.conflicts, hub.differences(), hub.letters()) == ({}, [], [])


def test_a_house_too_long_for_one_message_is_written_in_parts_and_read_whole(desk):
    hub = desk(partner("fwd"))
    house = "HBS/H1/FRASGN/1/K10//MACHINE PARTS\nHBS/H2/FRASGN/1/K10//TOOLS\nOCI" + "\n".join(security(0, 200))
    hub.say("fwd", f"FHL/4\nMBI/{AWB}FRASGN/T10K123.4\n{house}\n")
    document = hub.read.shipment(AWB).document
    line = hub.hub.pure.line
    written = line.render("cargo-imp:FHL/5", document, Outgoing(message_id="1", control_reference="1", at=hub.clock.now()))
    parts = [raw.decode() for raw in written.raws]
    assert (written.problems, len(parts), all(len(one) <= 3500 for one in parts)) == ([], 2, True)
    other = desk(partner("fwd"), identity="OTHER")
    for text in parts:
        other.say("fwd", text)
    assert other.read.shipment(AWB).document["houses"] == document["houses"]
