"""docs/wire-differences.md, walked: every example is read as it says, under every profile, and every number is the code's."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.cargo_imp.layout import differences, load, schema_names
from hub.bootstrap.pure import PureHub
from hub.explain import anonymous, went_well
from hub.problem import Code, Severity
from hub.profiles import PROFILES, problem_rows, profile
from hub.settings import Partner, Settings, Validation
from hub.settings import load as configuration
from tests.unit.adapters.cargo_imp.messages import FORMAT

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "wire-differences.md"
SECTION = re.compile(
    r"^## (\d+)\. ([^\n]+)\n- \*\*strict:\*\* [^\n]+\n- \*\*seen:\*\* [^\n]+\n- \*\*decision:\*\* [^\n]+\n"
    r"- \*\*problem:\*\* (?:none|`([a-z.-]+)` at line (\d+), column (\d+); strict (\w+), standard (\w+), lenient (\w+))\n"
    r"\n```text\n(.+?)\n```$",
    re.MULTILINE | re.DOTALL,
)
NUMBERS = [int(one) for one in re.findall(r"^## (\d+)\.", DOCUMENT.read_text("utf-8"), re.MULTILINE)]


class Told(NamedTuple):
    """One section."""

    number: int
    title: str
    code: str
    line: str
    column: str
    severities: tuple[str, ...]
    example: str


SECTIONS = [
    Told(int(one[1]), one[2], one[3] or "", one[4] or "", one[5] or "", (one[6], one[7], one[8]), one[9])
    for one in SECTION.finditer(DOCUMENT.read_text("utf-8"))
]
TOLERATED = [one for one in SECTIONS if one.number in differences()]
ROWS = problem_rows()


def read(text):
    split = FORMAT.split(text.encode("utf-8"))
    return [*split.problems, *(one for part in split.parts for one in FORMAT.read(part).problems)]


def test_the_document_is_understood_whole():
    assert [one.number for one in SECTIONS] == NUMBERS
    assert len(set(NUMBERS)) == len(NUMBERS) >= 39


@pytest.mark.parametrize("told", SECTIONS, ids=lambda one: f"{one.number} {one.title}")
def test_the_example_is_read_as_told(told):
    problems = read(told.example)
    if not told.code:
        assert problems == []
        return
    (problem,) = problems
    assert (problem.code, str(problem.line), str(problem.column)) == (told.code, told.line, told.column)
    for name, severity in zip(PROFILES, told.severities, strict=True):
        assert [one.severity for one in profile(name, ROWS).weigh(problems)] == [severity]


@pytest.mark.parametrize("told", TOLERATED, ids=lambda one: str(one.number))
def test_the_problem_names_the_number(told):
    (problem,) = read(told.example)
    assert differences()[told.number].code == told.code
    if problem.code != Code.IMP_LINE_LENGTH:
        assert problem.message.endswith(f"(difference {told.number})")


def test_every_difference_of_the_tables_has_a_number_a_code_and_a_section():
    known = differences()
    used = {
        difference
        for name in schema_names()
        for line in load(name).lines.values()
        for kind in line.tolerated
        for difference in kind.by_element.values()
    }
    assert {one.number for one in used} <= set(known) <= {told.number for told in SECTIONS}
    assert {one.code for one in known.values()} <= set(Code)
    assert len({one.code for one in known.values()}) == len(known)


@pytest.mark.parametrize("told", TOLERATED, ids=lambda one: str(one.number))
def test_a_partner_decides_what_is_an_error(told):
    """The same message is read or refused by the overrides of the partner it comes from, and by nothing else."""
    base = configuration({})
    partners = {
        "easy": Partner(id="easy", validation=Validation(profile="strict", overrides={told.code: "info"})),
        "hard": Partner(id="hard", validation=Validation(profile="lenient", overrides={told.code: "error"})),
    }
    hub = PureHub(Settings(hub=base.hub, partners=partners, source=base.source))
    envelope = anonymous(told.example.encode("utf-8"), "example")
    for partner, severity in (("easy", Severity.INFO), ("hard", Severity.ERROR)):
        understood = hub.line.understand(envelope, hub.profile("", partner))
        found = [one.severity for reading in understood.readings for one in reading.problems if one.code == told.code]
        assert found == [severity]
        assert went_well(understood) == (partner == "easy")
