"""What a line has no room for is left out of it, told, and takes no more with it than must go; the rules are kept."""

from datetime import date

import pytest

from adapters.cargo_imp import build
from hub.mapping import Mappings
from hub.problem import Code
from hub.syntax import Message
from hub.transforms import Context
from tests.unit.adapters.cargo_imp.messages import BARE, fixture, read, whole

FORMAT, MAPPINGS = build(), Mappings()
DAY = Context(reference=date(2026, 11, 21))


def facts(name):
    message = read(fixture(name))
    said = MAPPINGS.get("cargo-imp", message.type, message.version).to_canonical(message, DAY).said
    return {**{key: value for one in said for key, value in one.facts.items()}}


def written(document, type, version):
    expressed = MAPPINGS.get("cargo-imp", type, version).from_canonical(document, DAY)
    out = FORMAT.write(Message(format="cargo-imp", type=type, version=version, root=expressed.root), BARE)
    return whole(out.raws), [(one.code, one.message) for one in [*expressed.problems, *out.problems]]


def status(**more):
    milestone = {
        "code": "RCS",
        "at": "2026-11-20T10:15",
        "station": "FRA",
        "time": "actual",
        "description_code": "T",
        "pieces": 10,
    }
    return {"awb": "777-55512343", "origin": "FRA", "destination": "SGN", "milestones": [{**milestone, **more}]}


def test_a_leg_keeps_its_airport_without_a_carrier_that_does_not_fit():
    document = {**facts("fwb_17/full"), "routing": [{"to": "SGN", "carrier": "XXX", "line": 1}]}
    text, problems = written(document, "FWB", "17")
    assert "\nRTG/SGN\n" in text
    assert problems == [(Code.NOT_EXPRESSIBLE, "RTG: carrier does not fit; left out")]


def test_a_charge_without_its_code_goes_with_all_it_says_and_with_its_line():
    document = facts("fwb_17/full")
    document["charges"]["other"] = [{"line": 1, "payment": "P", "code": "FUEL", "due": "carrier", "amount": "7.50"}]
    text, problems = written(document, "FWB", "17")
    assert "\nOTH" not in text
    assert [code for code, _ in problems] == [Code.NOT_EXPRESSIBLE, Code.NOT_EXPRESSIBLE]
    assert "charge left out" in problems[1][1]
    assert all(one.code.startswith("cargo-imp.check.") for one in read(text).problems)


def test_a_unit_load_device_that_no_layout_holds_does_not_hold_up_the_waybill():
    document = facts("fwb_17/full")
    document["charges"]["lines"][0]["ulds"] = document["ulds"] = [{"uld": "AKE123456XX"}]
    text, problems = written(document, "FWB", "17")
    assert Code.WRITE_INCOMPLETE not in {code for code, _ in problems}
    assert "/NU/" not in text


def test_a_waybill_without_any_carrier_or_airport_is_incomplete():
    document = {**facts("fwb_17/full"), "routing": [{"carrier": "XXXX", "line": 1}]}
    text, problems = written(document, "FWB", "17")
    assert Code.WRITE_INCOMPLETE in {code for code, _ in problems}
    assert "\nRTG" not in text


@pytest.mark.parametrize("version", ["4", "5"])
def test_a_consignee_without_a_shipper_is_not_written(version):
    document = facts("fhl_5/one_house")
    house = {key: value for key, value in document["houses"][0].items() if key != "shipper"}
    text, problems = written({**document, "houses": [house]}, "FHL", version)
    assert "\nCNE" not in text
    assert [message for _, message in problems] == [
        f"CNE of house waybill {house['hawb']}: FHL has no consignee without a shipper; left out"
    ]
    assert all(one.code.startswith("cargo-imp.check.") for one in read(text).problems)


@pytest.mark.parametrize(
    ("more", "lost"),
    [
        ({"at": "2026-11-20T10:15:30"}, "2026-11-20T10:15:30 is written without its seconds"),
        ({"at": "2024-11-20T10:15"}, "2024-11-20T10:15 is written without its year 2024"),
        ({}, None),
    ],
)
def test_what_a_status_cannot_say_of_its_time_is_told(more, lost):
    text, problems = written(status(**more), "FSU", "14")
    assert "\nRCS/20NOV1015/FRA/T10" in text
    assert [message.partition(": ")[2] for _, message in problems] == ([lost] if lost else [])
