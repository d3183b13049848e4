"""One shipment in every version of a message: nothing lost that both can carry, and a problem for each thing one cannot."""

from datetime import UTC, date, datetime

import pytest

from hub.bootstrap.pure import PureHub
from hub.envelope import Outgoing
from hub.explain import anonymous
from hub.problem import Code
from hub.settings import load as configuration
from tests.unit.adapters.cargo_imp.messages import FIXTURES, fixture, whole

HUB = PureHub(configuration({}))
STANDARD = HUB.profile()
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
OUTGOING = Outgoing(message_id="m1", control_reference="1", at=NOW)
CASES = ("full", "whole", "plain", "one_house", "delivered", "journey")
WAYBILLS = ("fwb_17/full", "fwb_16/plain", "fwb_14/plain")
HOUSES = ("fhl_4/one_house", "fhl_5/one_house")
STATUSES = ("fsu_12/delivered", "fsu_14/journey")


def told(text):
    (reading,) = HUB.line.understand(anonymous(text.encode(), "", NOW), STANDARD, date(2026, 11, 21)).readings
    assert [one for one in reading.problems if one.severity == "error"] == []
    assert reading.not_carried == []
    facts = {}
    for said in reading.said:
        facts = {**said.facts, **facts}
    return facts


def written(target, facts):
    found = HUB.line.render(f"cargo-imp:{target}", facts, OUTGOING)
    return whole(found.raws), found.problems


@pytest.mark.parametrize("name", WAYBILLS)
@pytest.mark.parametrize("version", ["16", "17"])
def test_a_waybill_through_16_and_17_and_back(name, version):
    facts = told(fixture(name))
    text, problems = written(f"FWB/{version}", facts)
    assert text.startswith(f"FWB/{version}\n")
    named = {(one.segment, one.found) for one in problems}
    assert all(one.code is Code.NOT_EXPRESSIBLE for one in problems)
    if name == "fwb_17/full" and version == "16":
        assert named == {("name", "WERK ZWEI")}
        lost = {"shipper": {"name_lines"}}
        assert {key for key in facts if told(text).get(key) != facts[key]} == set(lost)
        assert told(text)["shipper"]["name"] == "MUSTER MASCHINEN GMBH"
    else:
        assert named == set()
        assert told(text) == facts


def test_a_waybill_in_14_names_what_14_has_not():
    facts = told(fixture("fwb_17/full"))
    facts["shipper_certification"] = "a. müster"
    text, problems = written("FWB/14", facts)
    assert [(one.segment, one.element, one.found) for one in problems] == [
        ("AWB", "volume", "0.75"),
        ("AWB", "volume_unit", "MC"),
        ("name", None, "WERK ZWEI"),
        ("CER", "signature", "a. müster"),
    ]
    assert "CER/A. MUSTER" in text
    again = told(text)
    assert {key for key in facts if again.get(key) != facts[key]} == {"shipper", "shipper_certification", "volume"}


@pytest.mark.parametrize("name", HOUSES)
@pytest.mark.parametrize("version", ["4", "5"])
def test_a_house_list_in_either_version(name, version):
    facts = told(fixture(name))
    text, problems = written(f"FHL/{version}", facts)
    lost = {(one.segment, one.element) for one in problems}
    assert lost <= {("SHP", "account"), ("CNE", "account")}
    assert {key for key in facts if told(text).get(key) != facts[key]} <= ({"houses"} if lost else set())


@pytest.mark.parametrize("name", STATUSES)
@pytest.mark.parametrize("target", ["FSU/12", "FSU/14", "FSU/15", "FSA/12", "FSA/14", "FSA/15"])
def test_a_status_in_every_version(name, target):
    facts = told(fixture(name))
    text, problems = written(target, facts)
    assert problems == []
    assert told(text) == facts


def test_rate_lines_of_another_format_are_numbered_on_and_their_goods_wrapped():
    facts = told(fixture("fwb_16/plain"))
    long = "MACHINE PARTS AND SPARES FOR TEXTILE MACHINES"
    line = {"pieces": 1, "weight": {"value": "400", "unit": "LBR"}, "goods_kind": "NG", "goods": [long]}
    facts["charges"]["lines"] = [{"line": 1, **line}, {"line": 2, **line, "goods": ["SPARES"]}]
    facts["goods"] = [long, "SPARES"]
    text, problems = written("FWB/17", facts)
    lines = text.split("\n")
    at = lines.index("RTD/1/P1/L400")
    assert lines[at + 1 : at + 6] == [
        "/NG/MACHINE PARTS AND",
        "/2/NG/SPARES FOR TEXTILE",
        "/3/NG/MACHINES",
        "/4/P1/L400",
        "/NG/SPARES",
    ]
    assert [(one.segment, one.found) for one in problems] == [("NDA", "NDA")]
    assert "".join(f" {one}" for one in told(text)["goods"]) == f" {long} SPARES"


def test_goods_that_no_rate_line_tells_are_named():
    facts = told(fixture("fwb_16/plain"))
    facts["goods"] = [*facts["goods"], "SOMETHING ELSE"]
    _, problems = written("FWB/17", facts)
    assert [(one.segment, one.found) for one in problems] == [("goods", "SOMETHING ELSE")]


def test_a_chargeable_weight_in_another_unit_is_not_passed_off():
    facts = told(fixture("fwb_16/plain"))
    facts["charges"]["lines"][0]["chargeable_weight"] = {"value": "392.8", "unit": "KGM"}
    text, problems = written("FWB/17", facts)
    assert "W392.8" not in text
    assert [(one.element, one.found) for one in problems] == [("chargeable_unit", "K392.8")]


NEAREST = {
    "FHL/2": "4",
    "FHL/3": "4",
    "FWB/15": "16",
    "FWB/9": "14",
    "FFM/7": "8",
    "FBL/3": "4",
    "FFR/7": "8",
    "FSU/13": "14",
}


@pytest.mark.parametrize("version", NEAREST)
def test_a_version_without_facts_is_read_with_the_nearest_table_and_not_called_supported(version):
    type, _, number = version.partition("/")
    own = f"{type}/{NEAREST[version]}"
    text = next(fixture(name) for case in CASES if (FIXTURES / (name := f"{own.lower().replace('/', '_')}/{case}")).exists())
    found, as_it_is = (
        HUB.line.understand(anonymous(one.encode(), "", NOW), STANDARD, date(2026, 11, 21)).readings[0]
        for one in (text.replace(own, version, 1), text)
    )
    (approximated,) = [one for one in found.problems if one not in as_it_is.problems]
    assert (approximated.code, approximated.severity, approximated.expected) == ("version.approximated", "warning", own)
    assert [one.facts for one in found.said] == [one.facts for one in as_it_is.said]
    assert (type, number) not in [(one["type"], one["version"]) for one in HUB.supported()]
    with pytest.raises(KeyError):
        HUB.line.target(f"cargo-imp:{version}")
