"""Every case of our own documents: what it says, what is wrong with it and where, and the document written back.

``WAYBRIDGE_REGOLD=1`` rewrites the expected files; the difference is to be reviewed.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from adapters.partner_api import build
from hub.canonical.shipment import Shipment
from hub.envelope import Outgoing
from hub.explain import anonymous, problem_json, shipments_of
from hub.fold.rules import Rules
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.profiles import problem_rows, profile

ROOT = Path(__file__).resolve().parents[2] / "fixtures" / "partner"
CASES = sorted(path.parent for path in ROOT.glob("*/*/input.json"))
RECEIVED = datetime(2026, 11, 21, 12, tzinfo=UTC)
OUTGOING = Outgoing(message_id="M1", control_reference="7", at=RECEIVED, sender="WAYBRIDGE")
TARGETS = {"booking_1": "partner:Booking/1", "shipmentinstruction_1": "partner:ShipmentInstruction/1"}


@pytest.fixture(scope="module")
def line():
    return Line(formats={"partner": build()}, mappings=Mappings())


def understood(line, raw):
    return line.understand(anonymous(raw, "input.json", RECEIVED), profile("standard", problem_rows()))


def rules():
    return Rules(authority={}, awb_reuse_after=180, same_event_window=90)


def told(said):
    problems = [problem_json(one) for one in said.problems]
    messages = [
        {
            "type": one.type,
            "version": one.version,
            "problems": [problem_json(fault) for fault in one.problems],
            "not_carried": [list(row) for row in one.not_carried],
        }
        for one in said.readings
    ]
    return {"problems": problems, "messages": messages}


def compare(path, made):
    if os.environ.get("WAYBRIDGE_REGOLD"):
        path.write_text(made)
    assert made == path.read_text()


def shown(value):
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_case(case, line):
    said = understood(line, (case / "input.json").read_bytes())
    folded = shipments_of(said.readings, RECEIVED, rules())
    compare(case / "problems.json", shown(told(said)))
    compare(case / "canonical.json", shown([one.document for one in folded]))
    for one in folded:
        msgspec.convert(one.document, Shipment)
    if case.name == "complete":
        written = line.render(TARGETS[case.parent.name], folded[0].document, OUTGOING)
        assert written.problems == []
        compare(case / "output.json", b"".join(written.raws).decode())


@pytest.mark.parametrize("case", [one for one in CASES if one.name == "complete"], ids=lambda case: case.parent.name)
def test_what_is_written_says_the_same_again(case, line):
    before = shipments_of(understood(line, (case / "input.json").read_bytes()).readings, RECEIVED, rules())
    written = line.render(TARGETS[case.parent.name], before[0].document, OUTGOING)
    after = shipments_of(understood(line, written.raws[0]).readings, RECEIVED, rules())
    assert [one.raw for one in after] == [one.raw for one in before]
