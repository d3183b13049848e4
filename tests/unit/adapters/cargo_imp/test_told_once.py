"""One fault is one problem at its element, also where several values are made of it or none can be told without it."""

import pytest

from hub.bootstrap.pure import PureHub
from hub.explain import anonymous, explained
from hub.repair import repair
from hub.settings import load
from tests.unit.adapters.cargo_imp.messages import fixture

HUB = PureHub(load({}))
HEAD = "FSU/14\n777-55512343FRASGN/T10K123.4\n"


def understand(raw):
    return HUB.line.understand(anonymous(raw, "file"), HUB.profile())


def told(text):
    understood = understand(text.encode())
    problems = [*understood.problems, *(one for reading in understood.readings for one in reading.problems)]
    return [(str(one.code), one.line, one.column, one.found) for one in problems]


@pytest.mark.parametrize(
    ("line", "code", "column", "found"),
    [
        ("DLV/31FEB0900/SGN/T10", "value.format", 5, "31"),
        ("DLV/23XXX0900/SGN/T10", "value.format", 7, "XXX"),
        ("DLV/23NOV2460/SGN/T10", "value.format", 10, "2460"),
        ("DEP/XX421/21NOV/FRASGN/T10/A2500", "value.format", 29, "2500"),
        ("BKD/XX421/31NOV/FRASGN/T10/S1000/S1100", "value.format", 11, "31"),
        ("RCF/XX421/21NOV2500/SGN/T10", "value.format", 16, "2500"),
        ("DIS/XX421/32NOV0700/SGN/MSCA/P2K20", "value.format", 11, "32"),
        ("RCF/XX421/21NOV0100-M/SGN/T10", "cargo-imp.element.format", 21, "M"),
        ("DEP/XX421/21NOV/FRASGN/T10/A0100-Z", "cargo-imp.element.format", 34, "Z"),
        ("DLV/23NOV0900/SGN/T10/ACME\tLTD", "cargo-imp.character", 27, "\t"),
        ("DLV/23NOV0900/SGN/T10/ACME\x1bLTD", "cargo-imp.character", 27, "\x1b"),
        ("DLV/23NOV0900/SGN\u2013T10", "cargo-imp.element.format", 15, "SGN\u2013T10"),
    ],
)
def test_a_faulty_value_is_told_at_its_own_place(line, code, column, found):
    assert told(HEAD + line) == [(code, 3, column, found)]


def test_a_faulty_waybill_line_is_not_told_again_as_a_missing_key():
    text = fixture("fwb_17/full").replace("777-55512343FRA", "777-5551234FRA")
    assert told(text) == [("cargo-imp.element.format", 2, 5, "5551234")]


def test_a_key_that_is_missing_is_told_where_no_error_tells_why():
    text = HEAD.replace("777-55512343FRASGN/T10K123.4\n", "DLV/23NOV0900/SGN/T10")
    found = HUB.line.understand(anonymous(text.encode(), "file"), HUB.profile("lenient"))
    codes = [str(one.code) for reading in found.readings for one in reading.problems]
    assert codes == ["cargo-imp.line.missing", "key.missing"]


@pytest.mark.parametrize("first", ["FSU", "FSU/"])
def test_a_first_line_without_version_is_read_by_the_newest(first):
    (reading,) = understand(HEAD.replace("FSU/14", first).encode() + b"DLV/23NOV0900/SGN/T10").readings
    assert [str(one.code) for one in reading.problems] == ["version.approximated"]
    assert "version 15" in reading.problems[0].message
    assert reading.said


def test_a_name_without_version_and_without_a_waybill_below_is_no_message():
    assert understand(b"FSU\nHELLO").readings == []


@pytest.mark.parametrize("first", ["FMA/1", "FSR/1"])
def test_a_version_of_a_message_that_has_none_is_no_error(first):
    below = {"FMA/1": "ACK/RECEIVED", "FSR/1": "777-55512343FRASGN"}[first]
    assert [code for code, *_ in told(f"{first}\n{below}")] == ["version.approximated"]


def test_a_message_in_small_letters_is_written_in_capitals_by_the_fix():
    text = HEAD + "DLV/23NOV0900/SGN/T10K123.4\n"
    found = repair(text.lower().encode(), understand, None)
    assert found.raw.decode() == text
    assert found.understood.readings[0].problems == []


def test_two_messages_of_a_transmission_with_no_line_end_between():
    one = "\x01QD SGNFFXX\r\n.FRAFFYY 201530\r\n\x02" + HEAD.replace("\n", "\r\n") + "DLV/23NOV0900/SGN/T10\r\n\x03"
    other = one.replace("SGNFFXX", "HANFFXX").replace("55512343", "55512354")
    answer = explained(understand((one + other).encode()), HUB_TIME, HUB.rules)
    assert [message["shipments"][0]["awb"] for message in answer["messages"]] == ["777-55512343", "777-55512354"]
    assert [frame["recipients"] for frame in answer["envelopes"]] == [["SGNFFXX"], ["HANFFXX"]]


def test_a_block_filled_with_nulls_ends_with_its_text():
    text = HEAD + "DLV/23NOV0900/SGN/T10"
    assert told(text + "\x00" * 40) == []


def test_the_airlines_own_syntax_identifier_is_known():
    text = HEAD + "DLV/23NOV0900/SGN/T10\n"
    wrapped = f"UNB+IATA:1+REUAIR08XXX:PIMA+REUAGT82MUSTER:PIMA+261120:1015+R1+0'UNH+1+CIMFSU:14'{text}'UNT+3+1'UNZ+1+R1'"
    assert told(wrapped) == []


def _time():
    from datetime import UTC, datetime

    return datetime(2026, 11, 21, tzinfo=UTC)


HUB_TIME = _time()


@pytest.mark.parametrize(
    ("time", "mended"), [("930", "0930"), ("245", "0245"), ("103", None), ("020", None), ("235", None), ("600", "0600")]
)
def test_a_zero_is_put_before_a_time_only_where_no_other_digit_can_be_missing(time, mended):
    text = HEAD + f"DLV/23NOV{time}/SGN/T10K123.4"
    found = repair(text.encode(), understand, None).raw.decode()
    assert found == (text if mended is None else text.replace(f"NOV{time}", f"NOV{mended}"))


@pytest.mark.parametrize(("flight", "mended"), [("XX42", "XX042"), ("X421", None), ("421", None), ("U242", None)])
def test_zeros_are_put_into_a_flight_number_only_where_the_carrier_is_certain(flight, mended):
    text = HEAD + f"DEP/{flight}/21NOV/FRASGN/T10K123.4"
    found = repair(text.encode(), understand, None).raw.decode()
    assert found == (text if mended is None else text.replace(f"/{flight}/", f"/{mended}/"))


def test_cubic_metres_are_not_guessed_from_a_figure_that_may_be_the_volumes():
    text = fixture("fwb_17/full").replace("MC0.75\nFLT", "M30.75\nFLT")
    assert repair(text.encode(), understand, None).raw.decode().split("\n")[1] == text.split("\n")[1]
