"""The whole corpus through ``explain``: each file with the result its manifest's class says, canonical documents by the rules."""

import re

import pytest

from tests.canonical_rules import violations
from tests.corpus.explaining import errors, explain, problems, shipments
from tests.corpus.folder import CORPUS, classes, files, needed

pytestmark = [needed, pytest.mark.corpus]
ALL = files("**/*")
IMP = files("cargo_imp/*.txt")
CLASSES = classes("cargo_imp")
OURS = ("fwb", "fhl", "fsu", "fsa", "fma", "fna", "ffm", "fbl")
UNITS = ("ucm", "scm")
"""Messages of the handling manuals, foreign to Cargo-IMP, that are read in their own notation."""
READ = ("valid", "valid-operational", "envelope", "dirty", "dirty-operational")
REFUSED = {
    "invalid": {"cargo-imp.line.missing", "cargo-imp.element.format", "cargo-imp.element.missing", "cargo-imp.line.order"},
    "foreign-notation": {"cargo-imp.notation.foreign"},
    "foreign-type": {"type.unknown", "format.unknown"},
}
PLACEHOLDERS = {".", "TBD", "XXX"}
IFTSTA = files("edifact/*/IFTSTA*")
ONE_RECORD = files("one_record/2026-07/**/*.json")
DEFECTS = {"one-record.json", "file.truncated", "one-record.class.unknown", "one-record.cardinality", "key.missing"}
"""Errors that documents of the standard really have: not JSON, a mangled namespace, a title said twice."""


def name(path):
    return str(path.relative_to(CORPUS))


@pytest.mark.parametrize("path", ALL, ids=name)
def test_every_file_is_understood_or_refused_with_places(path):
    answer = explain(path)
    found = list(problems(answer))
    assert [one for one in found if one["code"] == "internal.fault"] == []
    assert answer["messages"] or errors(answer)
    assert [one for one in found if "line" not in one and "path" not in one] == []
    assert all(
        message["shipments"] or message["subject"] != "shipment" or message["problems"] or answer["problems"]
        for message in answer["messages"]
    )


@pytest.mark.parametrize("path", ALL, ids=name)
def test_every_shipment_keeps_the_rules(path):
    assert [fault for one in shipments(explain(path)) for fault in violations(one)] == []


@pytest.mark.parametrize("path", [path for path in IMP if path.name[:3] in OURS], ids=name)
def test_cargo_imp_is_what_its_class_says(path):
    answer, kind = explain(path), CLASSES[path.name]
    faults = errors(answer)
    if kind in READ:
        assert faults == []
        assert answer["format"] == "cargo-imp"
        assert all(message["type"].lower() == path.name[:3] for message in answer["messages"])
    if kind in REFUSED:
        assert {one["code"] for one in faults} <= REFUSED[kind]
        assert faults
    assert all("line" in one and "column" in one and "offset" in one for one in problems(answer))


@pytest.mark.parametrize(
    "path", [path for path in IMP if CLASSES.get(path.name) == "foreign-type" and path.name[:3] not in UNITS], ids=name
)
def test_a_foreign_type_is_named_unknown(path):
    assert {one["code"] for one in errors(explain(path))} <= REFUSED["foreign-type"]
    assert errors(explain(path))


@pytest.mark.parametrize("path", [path for path in IMP if path.name[:3] in UNITS], ids=name)
def test_a_message_about_ulds_is_read(path):
    answer = explain(path)
    (message,) = answer["messages"]
    assert (message["subject"], message["type"].lower(), message["shipments"]) == ("uld", path.name[:3], [])
    assert errors(answer) == []


@pytest.mark.parametrize(
    "path", [path for path in IMP if path.name[:3] in ("ffm", "fbl") and CLASSES[path.name] in READ], ids=name
)
def test_a_message_about_a_flight_is_a_load_for_each_consignment(path):
    (message,) = explain(path)["messages"]
    flight, lines = message["flight"], re.findall(r"^\d{3}-\d{8}", path.read_text(), re.MULTILINE)
    loads = [(one["awb"], load) for one in message["shipments"] for load in one["loads"]]
    assert sorted(awb for awb, _ in loads) == sorted(lines)
    assert len(message["shipments"]) == len(set(lines))
    assert {load["to"] for _, load in loads} <= {one["to"] for one in flight["destinations"]}
    assert {(load["flight"], load["date"], load["from"]) for _, load in loads} <= {
        (flight["flight"], flight["date"], flight["from"])
    }
    assert message["not_carried"] == []


@pytest.mark.parametrize(
    "path", [path for path in IMP if path.name[:3] in ("fwb", "fhl", "fsu") and CLASSES[path.name] == "valid"], ids=name
)
def test_everything_a_valid_message_says_is_carried(path):
    left = [one["text"] for message in explain(path)["messages"] for one in message["not_carried"]]
    assert [text for text in left if text not in PLACEHOLDERS] == []
    assert len(shipments(explain(path))) == 1


@pytest.mark.parametrize("path", IFTSTA, ids=name)
def test_iftsta_is_what_its_folder_says(path):
    answer = explain(path)
    assert answer["format"] == "edifact"
    codes = {one["code"] for one in errors(answer)}
    assert codes == set() if path.parent.name == "valid" else codes & {"edifact.unt.count", "edifact.unz.count"}
    assert all(message["type"] == "IFTSTA" and message["subject"] == "shipment" for message in answer["messages"])


@pytest.mark.parametrize("path", ONE_RECORD, ids=name)
def test_one_record_is_read_but_for_its_known_defects(path):
    answer = explain(path)
    assert answer["format"] == "one-record"
    assert {one["code"] for one in errors(answer)} <= DEFECTS
