"""Status reports to the canonical shipment: golden files, where an AWB may stand, and every pair read after it was written."""

import datetime
import json
from pathlib import Path

import pytest

from adapters.edifact.format import Edifact
from hub.bootstrap import pure_line
from hub.envelope import Part
from hub.explain import anonymous, explained
from hub.mapping import Mappings
from hub.transforms import PAIRS, Context

EDIFACT = Edifact()
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "edifact"
CONTEXT = Context(reference=datetime.date(2026, 11, 21))


@pytest.mark.parametrize("case", sorted(FIXTURES.glob("*/*")), ids=lambda case: f"{case.parent.name}/{case.name}")
def test_golden(case):
    hub = pure_line()
    envelope = anonymous((case / "input.edi").read_bytes(), case.name, datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC))
    told = explained(hub.line.understand(envelope, hub.profile("standard")), envelope.received_at, hub.rules)
    assert told["problems"] == []
    assert told["messages"][0]["shipments"] == json.loads((case / "canonical.json").read_text("utf-8"))


def said(*body: str, version: str = "D.96A"):
    text = "\n".join([f"UNH+1+IFTSTA:{version.replace('.', ':')}:UN'", "BGM+44'", *body, f"UNT+{len(body) + 3}+1'"])
    message = EDIFACT.read(Part(format="edifact", type="IFTSTA", version=version, text=text, reference="1"))
    assert [one for one in message.problems if one.code != "edifact.status.kept"] == []
    return Mappings().get("edifact", "IFTSTA", version).to_canonical(message, CONTEXT)


@pytest.mark.parametrize(
    "body",
    [
        ["CNI+1'", "STS+1+24'", "RFF+AWB:02012345675'"],
        ["CNI+1'", "STS+1+24'", "RFF+MWB:020-12345675'"],
        ["CNI+1+02012345675'", "STS+1+24'"],
        ["CNI+1+020-12345675'", "STS+1+24'"],
        ["RFF+AWB:020 12345675'", "CNI+1'", "STS+1+24'"],
        ["CNI+1+H1'", "STS+1+24'", "STS+1+1'", "RFF+AWB:02012345675'"],
    ],
)
def test_the_waybill_wherever_it_stands(body):
    assert [one.key for one in said(*body).said] == ["awb:020-12345675"]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (["CNI+1+H1'", "STS+1+24'"], "house::H1"),
        (["CNI+1'", "STS+1+24'", "RFF+HWB:H2'"], "house::H2"),
        (["CNI+1'", "STS+1+24'", "RFF+BN:B1'"], "booking::B1"),
        (["RFF+CW:P1'", "CNI+1'", "STS+1+24'"], "booking::P1"),
    ],
)
def test_other_keys(body, key):
    assert [one.key for one in said(*body).said] == [key]


def test_no_key_is_a_located_problem_and_the_next_consignment_is_read():
    carried = said("CNI+1'", "STS+1+24'", "CNI+2+H1'", "STS+1+1'")
    assert [(one.code, one.line) for one in carried.problems] == [("key.missing", 3)]
    assert [one.key for one in carried.said] == ["house::H1"]


def test_events_of_one_consignment_that_name_two_waybills_are_two_statements():
    carried = said("CNI+1'", "STS+1+24'", "RFF+AWB:02012345675'", "STS+1+1'", "STS+1+24'", "RFF+AWB:02012345686'")
    assert [(one.key, [event["code"] for event in one.facts["milestones"]]) for one in carried.said] == [
        ("awb:020-12345675", ["DEP", "ARR"]),
        ("awb:020-12345686", ["DEP"]),
    ]


def test_a_status_without_counterpart_is_kept_and_one_without_code_is_not_carried():
    [one] = said("CNI+1+H1'", "STS+1+49'", "STS+1'", "DTM+334:20261121:102'").said
    assert [event["code"] for event in one.facts["milestones"]] == ["49"]


def test_several_goods_give_no_single_number_of_pieces():
    carried = said("CNI+1+H1'", "STS+1+24'", "GID+1+4:CT'", "GID+2+6:CT'")
    assert "pieces" not in carried.said[0].facts["milestones"][0]
    assert {text for _, text in carried.not_carried} >= {"4", "6"}


@pytest.mark.parametrize(
    ("name", "wire", "canonical"),
    [
        ("edifact_waybill", "02012345675", "020-12345675"),
        ("edifact_waybill", "HAWB0001", None),
        ("edifact_house", "HAWB0001", "HAWB0001"),
        ("edifact_house", "020-12345675", None),
        ("edifact_number", "123.4", "123.4"),
        ("edifact_moment", ["20261121", "102"], "2026-11-21"),
        ("edifact_moment", ["202611211030", "203"], "2026-11-21T10:30"),
        ("edifact_moment", ["20261121103059", "204"], "2026-11-21T10:30:59"),
        ("edifact_moment", ["202611211030+01", "303"], "2026-11-21T10:30+01:00"),
        ("edifact_moment", ["202611211030-0330", "303"], "2026-11-21T10:30-03:30"),
        ("edifact_moment", ["202611211030+00", "303"], "2026-11-21T10:30Z"),
        ("edifact_moment", ["20260230", "102"], None),
        ("edifact_moment", ["2026", "602"], None),
        ("edifact_unless_told", ["202611211030", "203"], "2026-11-21T10:30"),
        ("edifact_other_day", ["20261121", "102"], "2026-11-21"),
        ("edifact_only_day", ["20261121", "102"], "2026-11-21"),
        ("edifact_flight", ["LH8400", "LH"], "LH8400"),
        ("edifact_flight", ["066", "QR"], "QR066"),
        ("edifact_flight", ["TRUCK 7", None], None),
        ("edifact_discrepancy", "62", "OVCD"),
        ("edifact_discrepancy", "24", None),
        ("edifact_uld", "AKE12345LH", "AKE12345LH"),
    ],
)
def test_pairs_undo_themselves(name, wire, canonical):
    pair = PAIRS[name]
    assert pair.read(wire, CONTEXT) == canonical
    if canonical is not None:
        assert pair.read(pair.write(canonical, CONTEXT), CONTEXT) == canonical
        if not pair.respells:
            assert pair.write(canonical, CONTEXT) == wire


def test_a_departure_is_written_as_the_events_own_time():
    leaving = Context(reference=CONTEXT.reference, item={"code": "DEP"})
    arriving = Context(reference=CONTEXT.reference, item={"code": "ARR"})
    pair = PAIRS["edifact_departed"]
    assert pair.write("2026-11-21T10:30", leaving) == ["202611211030", "203"]
    assert pair.write("2026-11-21T10:30", arriving) is None
    assert pair.read(["202611211030", "203"], leaving) == "2026-11-21T10:30"
