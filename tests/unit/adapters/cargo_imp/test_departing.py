"""Lines that stand right but for a blank, a slant or a line end too many; lines again for each of their values."""

import pytest

from adapters.cargo_imp import build
from hub.bootstrap.pure import PureHub
from hub.explain import anonymous
from hub.mapping import Mappings
from hub.problem import Code
from hub.repair import repair
from hub.settings import load
from hub.syntax import Message
from hub.transforms import Context
from tests.unit.adapters.cargo_imp.messages import BARE, read, whole

FORMAT, MAPPINGS = build(), Mappings()
HUB = PureHub(load({}))
SIXTEEN = """FWB/16
777-55512343FRASGN/T10K123.4
RTG/SGNXX
SHP
/MUSTER MASCHINEN GMBH
/HAFENSTRASSE 12
/FRANKFURT
/DE/60549
CNE
/BEISPIEL TRADING CO
/14 RIVER ROAD
/SAIGON
/VN
NFY/BEISPIEL CUSTOMS DESK
/2 PORT LANE
/SAIGON
/VN
CVD/EUR//PP/NVD/NCV/XXX
RTD/1/P10/K123.4/CQ/W150/R2.1/T315
/NG/MACHINE PARTS
OTH/P/MYC10SCC5
PPD/WT315
/OC15/CT330
ISU/20NOV26/FRANKFURT
REF/FRAFFXX"""


def understand(raw):
    return HUB.line.understand(anonymous(raw, "file"), HUB.profile())


def facts(text, reference_day):
    message = read(text)
    mapping = MAPPINGS.get("cargo-imp", message.type, message.version)
    return mapping.to_canonical(message, Context(reference=reference_day)).said[0].facts


def written(text, reference_day, version=None):
    message = read(text)
    known = (message.type, version or message.version)
    mapping = MAPPINGS.get("cargo-imp", *known)
    expressed = mapping.from_canonical(facts(text, reference_day), Context(reference=reference_day))
    out = FORMAT.write(Message(format="cargo-imp", type=known[0], version=known[1], root=expressed.root), BARE)
    return whole(out.raws), expressed.problems + out.problems


def test_the_notified_partys_name_stands_on_its_identifiers_line_in_fwb_16(reference_day):
    assert read(SIXTEEN).problems == []
    assert facts(SIXTEEN, reference_day)["notify"]["name"] == "BEISPIEL CUSTOMS DESK"
    assert written(SIXTEEN, reference_day) == (SIXTEEN, [])
    assert "\nNFY\nNAM/BEISPIEL CUSTOMS DESK\nADR/2 PORT LANE\n" in written(SIXTEEN, reference_day, "17")[0]


@pytest.mark.parametrize(("line", "parts"), [("OTH/P/MYC10SCC5", "OTH/P/MYC10\nOTH/P/SCC5")])
def test_a_line_again_for_each_charge_is_one_list(line, parts, reference_day):
    again = SIXTEEN.replace(line, parts)
    assert [one.code for one in read(again).problems] == [Code.IMP_LINE_REPEATED]
    charges = facts(again, reference_day)["charges"]["other"]
    assert [(one["code"], one["line"]) for one in charges] == [("MY", 1), ("SC", 2)]


def test_rate_lines_with_the_identifier_again_are_all_the_shipments(reference_day):
    first = "RTD/1/P10/K123.4/CQ/W150/R2.1/T315\n/NG/MACHINE PARTS"
    two = "RTD/1/P4/K50/CQ/W60/R2.10/T126.00\n/NG/GEARS\nRTD/2/P6/K73.4/CQ/W90/R2.10/T189.00\n/NG/SHAFTS"
    said = facts(SIXTEEN.replace(first, two), reference_day)
    assert "chargeable_weight" not in said
    assert [(one["line"], one["pieces"], one["goods"]) for one in said["charges"]["lines"]] == [
        (1, 4, ["GEARS"]),
        (2, 6, ["SHAFTS"]),
    ]


def test_an_identifier_of_rates_alone_is_no_rate_line(reference_day):
    said = facts(SIXTEEN.replace("RTD/1/P10", "RTD\n/1/P10"), reference_day)
    assert said["chargeable_weight"] == {"value": "150", "unit": "KGM"}
    assert len(said["charges"]["lines"]) == 1


def test_a_line_again_belongs_to_the_group_it_stands_in(reference_day):
    text = """FSU/14
777-55512343FRASGN/T10K123.4
RCS/20NOV1015/FRA/T10
DEP/XX421/21NOV/FRASGN/T10
ULD/AKE12345XX
ULD/AKE12346XX
OSI/FIRST
OSI/SECOND
OSI/THIRD"""
    assert [(one.code, one.line, one.segment) for one in read(text).problems] == [
        (Code.IMP_LINE_REPEATED, line, segment) for line, segment in ((6, "ULD"), (8, "OSI"), (9, "OSI"))
    ]
    received, departed = facts(text, reference_day)["milestones"]
    assert "other_service" not in received
    assert departed["other_service"] == ["FIRST", "SECOND", "THIRD"]
    assert departed["ulds"] == [{"uld": "AKE12345XX"}, {"uld": "AKE12346XX"}]


def test_names_again_stay_with_their_party(reference_day):
    text = written(SIXTEEN, reference_day, "17")[0].replace("NAM/BEISPIEL TRADING CO", "NAM/BEISPIEL\nNAM/TRADING\nNAM/CO")
    assert {one.code for one in read(text).problems} == {Code.IMP_LINE_REPEATED}
    said = facts(text, reference_day)
    assert said["consignee"]["name"] == "BEISPIEL TRADING CO"
    assert said["shipper"]["name"] == "MUSTER MASCHINEN GMBH"


def test_every_text_of_a_house_is_its_goods(reference_day):
    text = "FHL/4\nMBI/777-55512343FRASGN/T10K123.4\nHBS/H1/FRASGN/10/K123.4//GEARS\nTXT/GEARS\nTXT/SHAFTS"
    carried = MAPPINGS.get("cargo-imp", "FHL", "4").to_canonical(read(text), Context(reference=reference_day))
    houses = [house for said in carried.said for house in said.facts.get("houses", ())]
    assert [house["goods"] for house in houses] == [["GEARS", "SHAFTS"]]


def test_places_in_an_indented_line_count_its_blanks():
    text = "FSU/14\n777-55512343FRASGN/T10\n  DEP/XX421/21NOV/FRASGN/T10/A1041\n\tDLV/23NOV1030/SGN/T10G"
    problems = read(text).problems
    assert [(one.code, one.line, one.column, one.offset) for one in problems] == [
        (Code.IMP_LINE_INDENT, 3, 1, 30),
        (Code.IMP_LINE_INDENT, 4, 1, 65),
        (Code.IMP_ELEMENT_FORMAT, 4, 21, 85),
    ]
    departed = next(node for node in read(text).root.walk() if node.text("code") == "DEP")
    time = departed.first("departure").elements["time"]
    assert (time.column, text[time.offset :][:4]) == (31, "1041")


def test_a_line_feed_before_the_carriage_return_is_no_blank():
    text = "FSU/14\n\r777-55512343FRASGN/T10\n\rDLV/23NOV1030/SGN/T10"
    assert read(text).problems == []


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_an_identifier_alone_is_joined_by_the_fix(ends):
    lines = ["FSU/14", "777-55512343FRASGN/T10", "DLV/23NOV1030/SGN/T10", "OSI", "/LEFT AT GATE", "/TWO"]
    found = repair(ends.join(lines).encode(), understand, None)
    assert found.raw.decode() == ends.join([*lines[:3], "OSI/LEFT AT GATE", "/TWO"])
    assert [one for reading in found.understood.readings for one in reading.problems] == []


def test_an_identifier_alone_with_nothing_below_is_told_as_before():
    text = SIXTEEN.replace("NFY/BEISPIEL CUSTOMS DESK\n/2 PORT LANE\n/SAIGON\n/VN", "SSR")
    (problem,) = read(text).problems
    assert (problem.code, problem.line, problem.column) == (Code.IMP_ELEMENT_MISSING, 14, 4)


def test_an_emptied_group_of_an_update_is_not_its_text():
    text = "FFR/8\n777-55512343FRASGN/T10K123.4/GEARS\nXX421/21NOV/FRASGN/NN\nOSI/\nREF/FRAFFXX"
    (problem,) = read(text).problems
    assert (problem.code, problem.line, problem.column) == (Code.IMP_ELEMENT_MISSING, 4, 5)


@pytest.fixture
def reference_day():
    from datetime import date

    return date(2026, 11, 21)


def test_a_line_too_many_of_an_address_is_a_street(reference_day):
    text = SIXTEEN.replace("/HAFENSTRASSE 12\n", "/HAFENSTRASSE 12\n/HINTERHOF\n/HALLE DER MASCHINEN VIER\n")
    assert [(one.code, one.line) for one in read(text).problems] == [(Code.IMP_LINE_REPEATED, 7), (Code.IMP_LINE_REPEATED, 8)]
    shipper = facts(text, reference_day)["shipper"]
    assert shipper["street"] == ["HAFENSTRASSE 12", "HINTERHOF", "HALLE DER MASCHINEN VIER"]
    assert (shipper["city"], shipper["country"]) == ("FRANKFURT", "DE")


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "key"),
    [
        ("/MUSTER MASCHINEN GMBH", "/NORDISK HANDEL A/S", 5, 18, "name"),
        ("/HAFENSTRASSE 12", "/HAUPTSTRASSE 12/14", 6, 17, "street"),
        ("/HAFENSTRASSE 12", "/C/O LAGER", 6, 3, "street"),
    ],
)
def test_a_slant_in_an_address_is_no_missing_line(old, new, line, column, key, reference_day):
    text = SIXTEEN.replace(old, new)
    assert [(one.code, one.line, one.column) for one in read(text).problems] == [(Code.IMP_NAME_FORM, line, column)]
    shipper = facts(text, reference_day)["shipper"]
    assert new[1:] in (shipper[key], *shipper["street"])
    assert shipper["city"] == "FRANKFURT"


def test_a_street_that_is_missing_is_still_missing():
    text = SIXTEEN.replace("/HAFENSTRASSE 12\n/FRANKFURT\n", "/FRANKFURT/HE\n")
    (problem,) = read(text).problems
    assert (problem.code, problem.line, problem.element) == (Code.IMP_LINE_MISSING, 6, "street")


@pytest.mark.parametrize(
    ("old", "new", "line", "right"),
    [
        ("REF/FRAFFXX", "REFFRAFFXX", 25, "REF/"),
        ("RTG/SGNXX", "R/TG/SGNXX", 3, "RTG/"),
        ("\nCNE\n", "\nC/NE\n", 9, "CNE"),
        ("\nSHP\n", "\n9HP\n", 4, "SHP"),
        ("/OC15/CT330", "9/OC15/CT330", 23, "/"),
        ("/DE/60549", "1DE/60549", 8, "/"),
    ],
)
def test_a_slip_at_the_beginning_of_a_line_is_one_fault_and_is_mended(old, new, line, right):
    text = SIXTEEN.replace(old, new, 1)
    (problem,) = read(text).problems
    assert (problem.code, problem.line, problem.expected) == (Code.IMP_LINE_IDENTIFIER, line, right)
    assert repair(text.encode(), understand, None).raw.decode() == SIXTEEN


def test_a_number_before_an_address_is_not_taken_for_a_slip():
    text = SIXTEEN.replace("/14 RIVER ROAD", "1/4 RIVER ROAD")
    assert all(one.code is not Code.IMP_LINE_IDENTIFIER for one in read(text).problems)


def test_a_station_like_the_last_line_is_a_station():
    text = "FFM/8\n1/XX421/21NOV/FRA\nLAS\n777-55512343FRALAS/T4K50/TOYS\nLAST"
    assert read(text).problems == []
