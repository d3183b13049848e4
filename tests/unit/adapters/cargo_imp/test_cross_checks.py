"""Checks across lines: each is silent on our full waybill, speaks of one change to it, and names every place it looked at."""

import pytest

from adapters.cargo_imp.cross_checks import CHECKS
from hub.problem import Code
from hub.profiles import problem_rows, profile
from tests.unit.adapters.cargo_imp.messages import FIXTURES, changed, fixture, read

FULL = "fwb_17/full"
CHANGES = {
    "charge total": (
        "/OA20.00/OC57.50/CT392.50",
        "/OA20.00/OC57.50/CT392.49",
        "total",
        ["PPD:weight", "PPD:due_agent", "PPD:due_carrier"],
    ),
    "charge in destination currency": (
        "CDC/VND27000.5/8505157.5/0/8505157.5",
        "CDC/VND27000.5/8505157.5/1/8505157.5",
        "total",
        ["CDC:converted", "CDC:at_destination"],
    ),
    "due carrier": ("/P/SCC12.50", "/P/SCC12.51", "other-charges", ["OTH:amount", "OTH:amount"]),
    "due agent absent": ("OTH/P/MYC45.00AWA20.00", "OTH/P/MYC45.00", "other-charges", ["OTH:payment"]),
    "rate": (
        "RTD/1/P10/K123.4/CQ/S4302/W150/R2.10/T315.00",
        "RTD/1/P10/K123.4/CQ/S4302/W155/R2.10/T315.00",
        "rate",
        ["RTD:chargeable_weight", "RTD:rate", "RTD:rate_class"],
    ),
    "charge code": ("CVD/EUR/PP/PP/NVD/1250.00/XXX", "CVD/EUR/CC/PP/NVD/1250.00/XXX", "payment", ["CVD:charge_code"]),
    "weight": (
        "RTD/1/P10/K123.4/CQ/S4302/W150/R2.10/T315.00",
        "RTD/1/P10/K133.4/CQ/S4302/W150/R2.10/T315.00",
        "weight",
        ["AWB:weight"],
    ),
    "pieces measured": ("/4/ND//CMT50-50-30/10", "/4/ND//CMT50-50-30/9", "dimension-pieces", ["RTD:pieces"]),
    "volume of the waybill": ("/5/NV/MC0.75", "/5/NV/MC0.99", "volume", None),
    "volume by dimensions": ("/4/ND//CMT50-50-30/10", "/4/ND//CMT90-90-90/10", "volume", ["RTD:length"]),
    "routing": ("RTG/DOHXX/SGNXX", "RTG/DOHXX/HANXX", "routing", ["AWB:destination"]),
    "first leg without a carrier": ("RTG/DOHXX/SGNXX", "RTG/DOH/SGNXX", "leg", []),
    "further leg without an airport": ("RTG/DOHXX/SGNXX", "RTG/DOHXX/XX/SGNXX", "leg", []),
    "two security statuses": ("SPH/SPX/EAW/PER", "SPH/SPX/EAW/NSC", "security", ["SPH:code"]),
    "security in OCI": ("///ED/0128", "///SS/SCO", "security", ["OCI:text"]),
    "customs line of nothing": ("OCI/DE/ISS/RA/00001-01", "OCI///RA/00001-01", "customs", []),
}


def altered(old, new):
    lines = fixture(FULL).split("\n")
    lines[lines.index(old)] = new
    return "\n".join(lines)


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_one_change_is_found(name):
    old, new, code, related = CHANGES[name]
    problems = read(altered(old, new)).problems
    assert {problem.code for problem in problems} == {f"cargo-imp.check.{code}"}
    (first, *_) = problems
    if related is not None:
        assert [f"{one.segment}:{one.element}" for one in first.related] == related
    assert all(one.line and one.column and one.offset is not None for problem in problems for one in (problem, *problem.related))


def test_the_places_are_where_they_say():
    text = altered("RTG/DOHXX/SGNXX", "RTG/DOHXX/HANXX")
    (problem,) = read(text).problems
    (other,) = problem.related
    assert text[problem.offset : problem.offset + 3] == problem.found == "HAN"
    assert text[other.offset : other.offset + 3] == other.found == "SGN"
    assert text.split("\n")[other.line - 1][other.column - 1 :].startswith("SGN")
    assert "AWB line 2" in problem.message


def test_pieces_are_one_finding():
    problems = read(altered("777-55512343FRASGN/T10K123.4MC0.75", "777-55512343FRASGN/T11K123.4MC0.75")).problems
    assert [(one.code, one.line, one.found, one.expected) for one in problems] == [(Code.IMP_CHECK_PIECES, 29, "10", "11")]


def test_prepaid_declared_and_collect_charged():
    text = changed("fwb_16/plain", 14, "CVD/EUR//PP/NVD/NCV/XXX")
    assert {one.code for one in read(text).problems} == {Code.IMP_CHECK_PAYMENT}


def test_rate_lines_that_are_not_the_weight_charge():
    text = changed("fwb_16/plain", 15, "RTD/1/P3/L866/CM/W866/R80.00/T80.00")
    (problem,) = read(text).problems
    assert (problem.code, problem.found, problem.expected) == (Code.IMP_CHECK_WEIGHT_CHARGE, "75.00", "80.00")
    assert [(one.line, one.found) for one in problem.related] == [(15, "80.00")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RTG/DOHXX/SGNXX", "RTG/XX"),
        ("RTG/DOHXX/SGNXX", "RTG/XX/SGN"),
        ("777-55512343FRASGN/T10K123.4MC0.75", "777-55512343FRASGN/T10L272MC0.75"),
        ("/4/ND//CMT50-50-30/10", "/4/ND//NDA"),
        ("/5/NV/MC0.75", "/5/NV/MC0.77"),
        ("SPH/SPX/EAW/PER", "SPH/EAW/PER"),
    ],
)
def test_what_cannot_be_compared_is_not_reported(old, new):
    assert read(altered(old, new)).problems == []


def test_airports_of_one_city_are_the_same_end():
    text = altered("RTG/DOHXX/SGNXX", "RTG/DOHXX/JFKXX").replace("FRASGN/", "FRANYC/")
    assert read(text).problems == []


def test_a_fault_of_the_layout_is_told_alone():
    """The sums that a faulty line hides are no second problem."""
    problems = read(altered("/P/SCC12.50", "/P/SCC12.50X")).problems
    assert len(problems) == 1
    assert problems[0].code.startswith(("cargo-imp.element", "cargo-imp.line"))


HOUSES = "FHL/5\nMBI/777-55512343FRASGN/T10K100\nHBS/H1/FRASGN/{}/K60//PARTS\nHBS/H2/FRASGN/4/K40//PARTS"


def test_houses_and_their_master():
    assert read(HOUSES.format(6)).problems == []
    (problem,) = read(HOUSES.format(5)).problems
    assert (problem.code, problem.line, problem.found, problem.expected) == (Code.IMP_CHECK_PIECES, 2, "10", "9")
    assert [(one.segment, one.line, one.found) for one in problem.related] == [("HBS", 3, "5"), ("HBS", 4, "4")]


def test_one_house_of_many_is_no_finding_but_one_too_large_is():
    alone = "FHL/5\nMBI/777-55512343FRASGN/T10K100\nHBS/H1/FRASGN/{}/K60//PARTS"
    assert read(alone.format(6)).problems == []
    assert [one.code for one in read(alone.format(11)).problems] == [Code.IMP_CHECK_PIECES]


def test_a_consignee_without_a_shipper():
    lines = fixture("fhl_5/one_house").split("\n")
    shipper, consignee = lines.index(next(one for one in lines if one.startswith("SHP"))), lines.index("CNE")
    problems = read("\n".join(lines[:shipper] + lines[consignee:])).problems
    assert [(one.code, one.segment) for one in problems] == [(Code.IMP_HOUSE_PARTIES, "CNE")]


def test_a_status_of_more_pieces_than_there_are():
    text = "FSU/14\n777-55512343FRASGN/T10K123.4\nRCS/20NOV1015/FRA/T{}K123.4"
    assert read(text.format(10)).problems == []
    (problem,) = read(text.format(11)).problems
    assert (problem.code, problem.line, problem.column, problem.found) == (Code.IMP_CHECK_PIECES, 3, 20, "11")
    assert [(one.line, one.found) for one in problem.related] == [(2, "10")]


def test_every_code_has_a_severity_and_is_a_warning_by_standard():
    rows = problem_rows()
    standard = profile("standard", rows)
    codes = [code for code in Code if code.startswith("cargo-imp.check.")]
    assert {standard.severities[code] for code in codes} == {"warning"}
    assert all(rows[code].fna for code in codes)


def test_every_code_is_explained_for_people():
    page = (FIXTURES.parents[2] / "docs" / "checks.md").read_text("utf-8")
    assert [code for code in Code if code.startswith("cargo-imp.check.") and f"`{code}`" not in page] == []


def test_no_check_is_without_a_type():
    assert all(check.types and check.name for check in CHECKS)
