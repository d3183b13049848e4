"""Messages about a flight or about ULDs: what ours mean, what is wrong in faulty ones, and how they are written."""

import json
import re
from datetime import UTC, date, datetime

import pytest

from hub.bootstrap.pure import PureHub
from hub.explain import anonymous, explained
from hub.mapping import Mappings
from hub.problem import Code
from hub.settings import load
from hub.transforms import Context
from tests.unit.adapters.cargo_imp.messages import FIXTURES, FORMAT, changed, fixture, read
from tests.unit.adapters.cargo_imp.test_mappings import OTHERS

CASES = sorted(
    f"{path.parent.parent.name}/{path.parent.name}"
    for path in FIXTURES.glob("*/*/input.txt")
    if path.parent.parent.name[:3] in OTHERS
)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
DAY = Context(reference=date(2026, 11, 21))
HUB = PureHub(load({}))
MAPPINGS = Mappings()


def explain(text: str) -> dict:
    (message,) = explained(HUB.line.understand(anonymous(text.encode(), "", NOW), HUB.profile()), NOW, HUB.rules)["messages"]
    return message


def convert(text: str, target: str) -> list[dict]:
    envelope = anonymous(text.encode(), "", NOW)
    items, _ = HUB.convert(HUB.line.understand(envelope, HUB.profile()), envelope, target, "1", NOW, HUB.profile())
    return items


@pytest.mark.parametrize("name", CASES)
def test_canonical(name):
    message = read(fixture(name))
    found = MAPPINGS.get("cargo-imp", message.type, message.version).to_canonical(message, DAY)
    said = [
        {"key": one.key, "scope": one.scope, "part": one.part, "last": one.last, "action": one.action, "facts": one.facts}
        for one in found.said
    ]
    assert {"detail": found.detail, "said": said} == json.loads((FIXTURES / name / "canonical.json").read_text())
    assert (message.problems, found.not_carried, found.problems) == ([], [], [])


@pytest.mark.parametrize("name", CASES)
def test_converted_to_itself_it_is_the_whole_message(name):
    message = read(fixture(name))
    (item,) = convert(fixture(name), f"cargo-imp:{message.type}/{message.version}")
    assert item["problems"] == []
    assert item["text"].replace("\r\n", "\n") == fixture(name)


def test_explain_tells_the_flight_its_ulds_and_a_shipment_for_each_waybill():
    message = explain(fixture("ffm_8/whole"))
    assert (message["subject"], message["flight"]["flight"], message["flight"]["date"]) == ("flight", "XX421", "2026-11-21")
    assert [one["uld"] for one in message["ulds"]] == ["AKE12345XX", "PMC9876XX", "PAJ00001XX"]
    assert [(one["awb"], len(one["loads"])) for one in message["shipments"]] == [
        ("777-55512343", 1),
        ("777-55512354", 1),
        ("777-55512365", 2),
        ("777-55512376", 1),
    ]


def test_a_booking_list_written_as_a_manifest_names_what_that_cannot_say():
    (item,) = convert(fixture("fbl_4/whole"), "cargo-imp:FFM/8")
    assert {one["path"] for one in item["problems"] if "path" in one} >= {
        "/loads/0/status",
        "/loads/0/inbound/flight",
        "/agent/name",
    }
    assert len(re.findall("^777-", item["text"], re.MULTILINE)) == 4


def test_good_consignments_are_shown_after_a_faulty_one():
    message = explain(changed("ffm_8/whole", 4, "777-55512343FRADOH/T4Q50/MACHINE PARTS"))
    assert [one["awb"] for one in message["shipments"]] == ["777-55512354", "777-55512365", "777-55512376"]
    assert [(one["code"], one["line"], one["severity"]) for one in message["problems"]] == [
        ("cargo-imp.element.format", 4, "error")
    ]


def test_several_messages_about_ulds_in_a_file_each_have_their_heading():
    ucm, scm = fixture("ucm_0/in_and_out"), fixture("scm_0/stock")
    split = FORMAT.split(f"QK FRAFFXX\n.SGNXXXX 210900\n{ucm}\nQK FRAFFXX\n.SGNXXXX 210905\n{scm}".encode())
    assert [(one.type, one.frame) for one in split.parts] == [("UCM", 0), ("SCM", 1)]
    assert [FORMAT.read(one).problems for one in split.parts] == [[], []]


def test_a_station_named_like_a_message_is_a_station():
    text = fixture("fbl_2/plain").replace("\nSGN\n", "\nSCM\n")
    (part,) = FORMAT.split(text.encode()).parts
    message = FORMAT.read(part)
    assert ([node.text("unloading") for node in message.root.all("destination")], message.problems) == (["SCM"], [])


def test_a_waybill_has_no_flight_to_be_written():
    assert convert(fixture("fwb_17/full"), "cargo-imp:FFM/8") == []


# name of the fixture, line, what stands there instead, then the one problem: code, line, column, segment, element
FAULTS = [
    ("ffm_8/whole", 2, "1/XX42/21NOV/FRA/D-ABCD", "IMP_CARRIER", 2, 5, "head", "flight_number"),
    ("ffm_8/whole", 2, "1/XX421/21NO/FRA", "IMP_ELEMENT_FORMAT", 2, 11, "head", "month"),
    ("ffm_8/whole", 2, "1/XX421/21NOV/FR", "IMP_ELEMENT_FORMAT", 2, 15, "head", "loading"),
    ("ffm_8/whole", 2, None, "IMP_LINE_MISSING", 2, 1, "head", None),
    ("ffm_8/whole", 3, None, "IMP_LINE_MISSING", 3, 1, "destination", None),
    ("ffm_8/whole", 3, "DOHX", "IMP_ELEMENT_FORMAT", 3, 1, "destination", "unloading"),
    ("ffm_8/whole", 3, "DO", "IMP_ELEMENT_FORMAT", 3, 1, "destination", "unloading"),
    ("ffm_8/whole", 3, "DOH//21NOV181/21NOV1940", "IMP_ELEMENT_FORMAT", 3, 11, "destination", "arrival_time"),
    ("ffm_8/whole", 3, "DOH/21NOV1815", "IMP_TIMES_SLANT", 3, 5, "destination", "nil"),
    ("ffm_8/whole", 3, "/DOH", "IMP_LINE_MISSING", 3, 1, "destination", None),
    ("ffm_8/whole", 4, "777-55512343FRADOH/T4Q50.5MC0.25/MACHINE PARTS", "IMP_ELEMENT_FORMAT", 4, 22, "AWB", "weight_unit"),
    ("ffm_8/whole", 4, "777-55512343FRADO/T4K50.5MC0.25/MACHINE PARTS", "IMP_ELEMENT_FORMAT", 4, 16, "AWB", "destination"),
    ("ffm_8/whole", 4, "777-5551234FRADOH/T4K50.5MC0.25/MACHINE PARTS", "IMP_ELEMENT_FORMAT", 4, 5, "AWB", "serial"),
    ("ffm_8/whole", 4, "777-55512344FRADOH/T4K50.5MC0.25/MACHINE PARTS", "AWB_CHECK_DIGIT", 4, 5, "AWB", "serial"),
    ("ffm_8/whole", 4, "777-55512343FRADOH/T4K50.5MC0.25/MACHINE/PARTS", "IMP_GOODS_FORM", 4, 41, "AWB", None),
    ("ffm_8/whole", 4, "777-55512343FRADOH/T4K50.5MC0.25/MACHINE PARTS/EAWSPX", "IMP_HANDLING_POSITION", 4, 47, "AWB", None),
    ("ffm_8/whole", 5, "/EAW/SP", "IMP_ELEMENT_FORMAT", 5, 6, "AWB", "code"),
    ("ffm_8/whole", 6, "DIM/K12.5/CMT120-80/3", "IMP_ELEMENT_FORMAT", 6, 20, "DIM", "height"),
    ("ffm_8/whole", 7, "/CMT60-40-40/1", "IMP_DIMENSIONS_SLANT", 7, 2, "DIM", "weight_unit"),
    ("ffm_8/whole", 13, "COR/T1X", "IMP_ELEMENT_FORMAT", 13, 5, "COR", "code"),
    ("ffm_8/whole", 17, "777-55512354FRADOH/P2K20DG4/SPARE TYRES", "IMP_CONSIGNMENT_TOTAL", 17, 21, "AWB", "total_pieces"),
    ("ffm_8/whole", 17, "777-55512354FRADOH/P12K20DG4T10/SPARE TYRES", "IMP_CONSIGNMENT_TOTAL", 17, 21, "AWB", "pieces"),
    ("ffm_8/whole", 17, "777-55512343FRADOH/T4K50/SPARE TYRES", "IMP_CONSIGNMENT_TOTAL", 17, 21, "AWB", "description"),
    ("ffm_8/whole", 18, "ULD/AKEA2345XX-5/TOP ROW ONLY", "IMP_ELEMENT_FORMAT", 18, 16, "ULD", "loading"),
    ("ffm_8/whole", 18, "ULD/AKE12345XXX/TOP ROW ONLY", "IMP_ULD_FORM", 18, 13, "ULD", "owner"),
    ("ffm_8/whole", 25, "SGN/NIL/22NOV0650", "IMP_NIL", 25, 5, "destination", "nil"),
    ("ffm_8/whole", 31, None, "IMP_LINE_MISSING", 31, 1, "end", None),
    ("fbl_4/whole", 2, "2/XX421/21NOV1030/FRA", "IMP_ELEMENT_FORMAT", 2, 11, "head", "month"),
    ("fbl_4/whole", 8, "/MUSTERSPED GMBH/YY118/20NOV/HA/S", "IMP_ELEMENT_FORMAT", 8, 30, "AWB", "from"),
    ("fbl_4/whole", 9, "ULD/X/AKE12345XX-M/K1200", "IMP_ELEMENT_FORMAT", 9, 5, "ULD", "count"),
    ("ucm_0/in_and_out", 2, "XX421/422/21NOV.DABCD.FR", "IMP_ELEMENT_FORMAT", 2, 23, "flight", "station"),
    ("ucm_0/in_and_out", 4, ".AKE12345XX//B.AKE2357.PMC00001XX/SGN/C", "IMP_ULD_CONTROL", 4, 23, "IN", "owner"),
    ("ucm_0/in_and_out", 4, ".AKEX2Y45XX//B", "IMP_ELEMENT_FORMAT", 4, 5, "IN", "serial"),
    ("scm_0/stock", 2, "FRA.21NOV/063", "IMP_ELEMENT_FORMAT", 2, 11, "stock", "time"),
    ("scm_0/stock", 3, ".AKE.12345XX/2357YY.T3", "IMP_ULD_COUNT", 3, 22, "units", "total"),
    ("scm_0/stock", 3, ".AKE.12345XX.2357YY.T2", "IMP_ULD_STOCK", 3, 11, "units", "owner"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}:{fault[1]}:{fault[2]}")
def test_one_fault_gives_one_problem(fault):
    name, at, new, code, line, column, segment, element = fault
    found = read(changed(name, at, new)).problems
    assert [(one.code, one.line, one.column, one.segment, one.element) for one in found] == [
        (Code[code], line, column, segment, element)
    ]


@pytest.mark.parametrize("name", ["ffm_8/whole", "fbl_4/whole"])
@pytest.mark.parametrize("tail", ["", "\r\n", "\n\x03"])
def test_a_list_that_breaks_off_anywhere_is_one_located_fault_of_the_whole(name, tail):
    """Nowhere is what is left of it applied as if it were all."""
    whole = fixture(name).rstrip("\n")
    for end in range(len(whole.split("\n")[0]) + 2, len(whole)):
        found = read(whole[:end] + tail)
        (fault,) = [one for one in found.problems if one.code.startswith(("cargo-imp.element", "cargo-imp.line.missing"))]
        last = whole[:end].rstrip("\n").count("\n") + 1
        assert fault.line in (last, last + 1), whole[:end]
        assert fault.code == "cargo-imp.line.missing" or ("breaks off here" in fault.message and not found.units)


def test_a_waybill_that_breaks_off_in_a_line_says_where_and_what_it_lacks():
    text = fixture("fwb_17/full")
    (fault,) = read(text[: text.index("/DE/60549") + 2]).problems
    assert (fault.line, fault.column, fault.found) == (10, 2, "D")
    assert "the message breaks off here, without CNE, CVD, RTD" in fault.message
