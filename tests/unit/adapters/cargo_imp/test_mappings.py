"""What our own messages mean, beside what was reviewed by hand; and that writing from it gives the message again."""

import json
import re
from datetime import date

import msgspec
import pytest

from hub.mapping import Mappings
from hub.syntax import Message
from hub.transforms import Context
from tests.unit.adapters.cargo_imp.messages import BARE, FIXTURES, FORMAT, fixture, read

OTHERS = ("ffm", "fbl", "ucm", "scm")
"""Types that are about no shipment alone: test_flights.py."""
CASES = sorted(
    f"{path.parent.parent.name}/{path.parent.name}"
    for path in FIXTURES.glob("*/*/input.txt")
    if path.parent.parent.name[:3] not in OTHERS
)
DAY = Context(reference=date(2026, 11, 21))
MAPPINGS = Mappings()


def carried(name):
    message = read(fixture(name))
    return message, MAPPINGS.get("cargo-imp", message.type, message.version).to_canonical(message, DAY)


@pytest.mark.parametrize("name", CASES)
def test_canonical(name):
    _, found = carried(name)
    expected = json.loads((FIXTURES / name / "canonical.json").read_text())
    said = [{"key": one.key, "scope": one.scope, "action": one.action, "facts": one.facts} for one in found.said]
    assert (said or found.detail) == expected
    assert (found.not_carried, found.problems) == ([], [])


ONE_WAY = ("fma_0/accepted", "fna_1/refused", "ffr_8/change")
"""Answers quote what they answer; a change that empties a group leaves nothing of it to be written."""


@pytest.mark.parametrize("name", CASES)
def test_problems(name):
    """Of a case with ``problems.json`` these, of every other none."""
    told = FIXTURES / name / "problems.json"
    problems = json.loads(msgspec.json.encode(read(fixture(name)).problems))
    for one in problems:
        one.pop("severity", None)
    assert problems == (json.loads(told.read_text()) if told.exists() else [])


@pytest.mark.parametrize("name", [name for name in CASES if name not in ONE_WAY])
def test_through_the_model(name):
    message, found = carried(name)
    document = dict(found.detail)
    for said in found.said:
        houses = document.get("houses", []) + said.facts.get("houses", [])
        document = {**said.facts, **document, **({"houses": houses} if houses else {})}
    expressed = MAPPINGS.get("cargo-imp", message.type, message.version).from_canonical(document, DAY)
    again = Message(format="cargo-imp", type=message.type, version=message.version, root=expressed.root)
    written = FORMAT.write(again, BARE)
    assert expressed.problems + written.problems == []
    assert normalised(written.raws[0].decode()) == normalised(fixture(name))


def normalised(text):
    text = "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")
    return re.sub(r"\d+\.\d+", lambda number: number[0].rstrip("0").rstrip("."), text)


def test_a_departure_told_without_slots_is_written_with_its_time():
    milestone = {"code": "DEP", "flight": "XX421", "date": "2026-11-21", "station": "FRA", "to": "DOH"}
    milestone |= {"at": "2026-11-22T00:10", "time": "actual", "pieces": 4, "description_code": "T"}
    mapping = MAPPINGS.get("cargo-imp", "FSU", "14")
    expressed = mapping.from_canonical({"awb": "777-55512343", "milestones": [milestone]}, DAY)
    written = FORMAT.write(Message(format="cargo-imp", type="FSU", version="14", root=expressed.root), BARE)
    assert expressed.problems + written.problems == []
    assert written.raws[0].decode().split("\r\n")[2] == "DEP/XX421/21NOV/FRADOH/T4/A0010-N"


def test_a_planned_arrival_is_not_written_as_an_arrival():
    milestone = {"code": "ARR", "flight": "XX421", "date": "2026-11-21", "station": "DOH"}
    milestone |= {"at": "2026-11-21T18:10", "time": "planned"}
    mapping = MAPPINGS.get("cargo-imp", "FSU", "14")
    expressed = mapping.from_canonical({"awb": "777-55512343", "milestones": [milestone]}, DAY)
    assert {problem.path for problem in expressed.problems} == {"/milestones/0/at"}


def test_goods_without_rate_lines_get_one():
    document = {"awb": "777-55512343", "pieces": 3, "weight": {"value": "866", "unit": "KGM"}, "goods": ["MACHINE PARTS"]}
    expressed = MAPPINGS.get("cargo-imp", "FWB", "17").from_canonical(document, DAY)
    written = FORMAT.write(Message(format="cargo-imp", type="FWB", version="17", root=expressed.root), BARE)
    lines = written.raws[0].decode().split("\r\n")
    assert lines[lines.index("RTD/1/P3/K866") + 1] == "/NG/MACHINE PARTS"
