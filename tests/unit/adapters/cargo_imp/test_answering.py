"""FNA's words: place, text and value within one line for every problem there is; and what a received FMA or FNA speaks of."""

import re

import pytest

from adapters.cargo_imp.acknowledging import LONGEST_TEXT, short_texts
from hub.mapping import Mappings
from hub.ports import Outcome
from hub.problem import Code, Problem
from tests.unit.adapters.cargo_imp.messages import BARE, FORMAT, read
from tests.unit.adapters.cargo_imp.test_mappings import DAY

OTHER_FORMATS = ("edifact.", "cargo-xml.", "one-record.", "partner.")
OURS = [code for code in Code if not code.startswith(OTHER_FORMATS) or code == Code.PARTNER_UNKNOWN]
FWB = "FWB/17\n777-55512343FRASGN/T10K123.4\nRTG/DOHXX\n"


def refused(*problems: Problem, line: int = 1, text: str = FWB) -> list[str]:
    """The lines of the FNA for a message with these problems."""
    outcome = Outcome(accepted=False, type="FWB", version="17", text=text, frame=None, reference="", problems=problems, line=line)
    (raw,) = FORMAT.acknowledge([outcome], BARE).raws
    return raw.decode().rstrip("\r\n").split("\r\n")


@pytest.mark.parametrize("code", OURS)
def test_every_problem_has_words_for_an_answer(code):
    text = short_texts()[code]
    assert re.fullmatch(r"[A-Z0-9 .-]{2,38}", text)
    problem = Problem(code=code, message="", line=1234, column=123, segment="special_handling", element="chargeable_weight")
    line = refused(problem)[1]
    assert line.startswith("ERR/LINE 1234 SPECIAL HANDLING")
    assert line.endswith(text)
    assert len(line) <= 4 + LONGEST_TEXT


def test_place_and_value_stand_with_it():
    problem = Problem(code=Code.IMP_ELEMENT_FORMAT, message="", line=7, column=12, segment="RTG", element="carrier", found="X/Y")
    assert refused(problem)[1] == "ERR/LINE 7 RTG CARRIER COLUMN 12 FORMAT ERROR FOUND X Y"


def test_lines_are_counted_from_the_message_not_from_its_file():
    problem = Problem(code=Code.IMP_LINE_MISSING, message="", line=7, segment="RTG")
    assert refused(problem, line=5)[1] == "ERR/LINE 3 RTG LINE MISSING"
    assert refused(problem, line=9)[1] == "ERR/RTG LINE MISSING"


@pytest.mark.parametrize("found", ["X" * 70, "Ä" * 70, "/ / /", "~"])
def test_a_value_of_any_kind_breaks_no_line(found):
    problem = Problem(code=Code.IMP_ELEMENT_FORMAT, message="", line=7, column=1, segment="RTG", element="carrier", found=found)
    line = refused(problem)[1]
    assert line.startswith("ERR/LINE 7 RTG CARRIER COLUMN 1 FORMAT ERROR")
    assert re.fullmatch(r"ERR/[A-Z0-9 .-]{1,65}", line)


def test_five_errors_at_most_the_first_one_first():
    problems = [
        Problem(code=Code.IMP_LINE_LENGTH, message="", line=at, offset=at * 10, segment="OSI") for at in (9, 3, 7, 5, 4, 8)
    ]
    assert refused(*problems)[1:6] == [
        "ERR/LINE 3 OSI LINE TOO LONG",
        "/LINE 4 OSI LINE TOO LONG",
        "/LINE 5 OSI LINE TOO LONG",
        "/LINE 7 OSI LINE TOO LONG",
        "/LINE 8 OSI LINE TOO LONG",
    ]


def test_our_own_refusal_is_read_without_a_problem():
    problem = Problem(code=Code.IMP_ELEMENT_FORMAT, message="", line=3, column=8, segment="RTG", element="carrier", found="X")
    found = read("\n".join(refused(problem, problem)))
    assert found.problems == []
    assert [one.text("text") for one in found.root.first("error").all("reason")] == [found.root.first("error").text("text")]


def answers(text: str) -> dict:
    message = read(text)
    return Mappings().get("cargo-imp", message.type, message.version).to_canonical(message, DAY).detail


@pytest.mark.parametrize(
    ("text", "type", "reference"),
    [
        ("FMA\nACK/OK\nQK FRAFFXX\n.HUBWWXX 211000\nFWB/16\n777-55512343FRASGN/T1K1\n", "FWB", "777-55512343"),
        ("FMA\nACK/FWB 777-55512343 RECEIVED\n", "FWB", "777-55512343"),
        ("FMA\nACK/FHL/4 MASTER 777-55512343 STORED\n", "FHL", "777-55512343"),
        ("FNA/1\nERR/NO\nSHP\nCNE\nFHL/4\nMBI/777-55512343FRASGN/T1K1\n", "FHL", "777-55512343"),
        ("FNA/1\nERR/SHP MISSING\nFSR\n777-55512343\n", "FSR", "777-55512343"),
        ("FNA/1\nERR/ONE\nERR/TWO\n/THREE\nFFR/8\n777-55512343FRASGN/T1K1/X\n", "FFR", "777-55512343"),
        ("FMA\nACK/THANK YOU\n", None, None),
    ],
)
def test_an_answer_names_what_it_answers(text, type, reference):
    found = answers(text)
    assert (found.get("type"), found.get("reference")) == (type, reference)


def test_every_error_of_a_refusal_is_told_in_order():
    assert answers("FNA/1\nERR/ONE\nERR/TWO\n/THREE\nFFR/8\n")["text"] == ["ONE", "TWO", "THREE"]


OWN = "QK FRAFFXX\n.HUBWWXX 211000\n"
THEIRS = "QK HUBWWXX\n.FRAFFXX 211200\n"
QUOTED = "FWB/17\n777-55512343FRASGN/T10K123.4\n"


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (f"FNA/1\nERR/NO\n{OWN}{QUOTED}", ["FNA"]),
        (f"{THEIRS}FNA/1\nERR/NO\n{OWN}{QUOTED}", ["FNA"]),
        (f"{THEIRS}FMA\nACK/OK\n{QUOTED}", ["FMA"]),
        (f"{THEIRS}FMA\nACK/OK\n{THEIRS}{QUOTED}", ["FMA", "FWB"]),
        (f"{THEIRS}FMA\nACK/OK\n{OWN}{QUOTED}{THEIRS}FNA/1\nERR/NO\n{OWN}{QUOTED}", ["FMA", "FNA"]),
    ],
)
def test_a_quoted_message_is_no_message_of_its_own_even_with_its_heading(text, types):
    split = FORMAT.split(text.encode())
    assert [part.type for part in split.parts] == types
    assert [one.code for one in split.problems] == []
