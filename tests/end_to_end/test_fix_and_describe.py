"""``explain --fix`` and ``describe`` as a person or a script meets them."""

import json

import pytest

from hub.bootstrap.pure import PureHub
from hub.settings import load
from tests.end_to_end.commands import FSU, FWB, Place

HUB = PureHub(load({}))
LAYOUTS = [(one["format"], one["type"], one["version"]) for one in HUB.supported() if one["format"] in ("cargo-imp", "edifact")]
WRONG = FWB.replace("K123.4MC0.75", "k123,4mc0.75")


def test_fix_writes_a_file_and_lists_what_it_changed(place: Place) -> None:
    target = place.folder / "repaired.txt"
    ran = place.here("explain", place.file("fwb.txt", WRONG), "--fix", "-o", str(target), "--json")
    assert ran.status == 0
    assert target.read_bytes() == FWB.replace("\n", "\r\n").encode()
    fixes = ran.json["fixes"]
    assert set(fixes[0]) == {"text", "reason", "line", "column", "offset", "found"}
    assert (fixes[0]["line"], fixes[0]["found"], fixes[0]["text"]) == (2, "k123,4mc", "K123.4MC")
    assert {one["reason"] for one in fixes[1:]} == {"line end CRLF"}
    assert ran.json["messages"][0]["problems"] == []
    again = place.here("explain", str(target), "--fix", "--json")
    assert (again.json["fixes"], again.json["repaired"].encode()) == ([], target.read_bytes())


def test_fix_on_standard_output_is_the_message_alone(place: Place) -> None:
    ran = place.here("explain", "-", "--fix", given=WRONG.encode())
    assert (ran.status, ran.out) == (0, FWB.replace("\n", "\r\n").encode())
    assert "2:23: " in ran.err
    assert "small letters to capitals" in ran.err


def test_what_cannot_be_fixed_is_still_said(place: Place) -> None:
    ran = place.here("explain", "-", "--fix", "--json", given=FSU.replace("FSU/14\n777-", "FSU/14\n77-").encode())
    assert ran.status == 1
    problems = ran.json["messages"][0]["problems"]
    assert [(one["code"], one["severity"]) for one in problems] == [("cargo-imp.element.format", "error")]


def test_explain_tells_the_fix_with_the_problem(place: Place) -> None:
    problems = place.here("explain", "-", "--json", given=WRONG.encode()).json["messages"][0]["problems"]
    assert [one["fix"]["text"] for one in problems if one["code"] == "cargo-imp.element.format"] == ["K123.4MC"]


@pytest.mark.parametrize(
    "arguments", [["explain", "-", "-o", "x"], ["describe", "FWB/99"], ["describe", "nothing"], ["describe"]]
)
def test_bad_usage(place: Place, arguments: list[str]) -> None:
    ran = place.here(*arguments, given=FWB.encode())
    assert (ran.status, ran.out) == (2, b"")


def test_a_target_that_cannot_be_written_is_bad_usage(place: Place) -> None:
    ran = place.here("explain", "-", "--fix", "-o", str(place.folder / "no" / "such" / "folder"), given=WRONG.encode())
    assert ran.status == 2
    assert "cannot write" in ran.err


def test_an_unknown_layout_names_the_near_ones(place: Place) -> None:
    assert "FWB/16, FWB/17" in place.here("describe", "FWB/3").err
    assert "FWB/" in place.here("describe", "FWC/17").err


@pytest.mark.parametrize("layout", LAYOUTS, ids="/".join)
def test_every_layout_is_described(place: Place, layout: tuple[str, str, str]) -> None:
    format, type, version = layout
    ran = place.here("describe", f"{format}:{type}:{version}", "--json")
    assert ran.status == 0
    found = json.loads(ran.out)
    assert (found["format"], found["type"], found["version"]) == layout
    assert found["title"]
    elements = [element for line in found["lines"] for element in line.get("elements", ())]
    assert {line["status"] for line in found["lines"]} <= {"M", "O", "C"}
    assert all(element["format"] and element["words"] and element["tree"] for element in elements)


def test_elements_are_told_with_their_place_in_the_shipment(place: Place) -> None:
    found = place.here("describe", "fwb/17", "--json").json
    paths = {
        (line["name"], element["name"]): element.get("path") for line in found["lines"] for element in line.get("elements", ())
    }
    assert paths["AWB", "serial"] == "awb"
    assert paths["AWB", "weight_unit"] == "weight/unit"
    assert paths["RTG", "airport"] == "routing[]/to"
    assert paths["ISU", "place"] == "issued/place"
    text = place.here("describe", "FWB/17").out.decode()
    assert "RTG  Routing  (mandatory)" in text
    assert "-> routing[]/to" in text
