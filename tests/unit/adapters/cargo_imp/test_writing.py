"""What the layout cannot hold is a problem, never cut in silence; headings and answers as the wire wants them."""

from datetime import UTC, datetime

import msgspec

from hub.envelope import Outgoing
from hub.ports import Outcome
from hub.problem import Code, Problem, Severity
from hub.syntax import Element, Node
from tests.unit.adapters.cargo_imp.messages import BARE, FORMAT, fixture, read

HEADED = Outgoing(
    message_id="m1",
    control_reference="1",
    at=datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
    sender="FRAFFYY REUAGT82MUSTER/FRA01",
    recipients=["SGNFFXX", "HANFFXX"],
    style="type-b",
)


def wrote(message):
    written = FORMAT.write(message, BARE)
    return written.raws[0].decode().split("\r\n"), written.problems


def test_a_heading_is_read_again():
    (raw,) = FORMAT.write(read(fixture("fsu_12/delivered")), HEADED).raws
    assert raw.startswith(b"QK SGNFFXX HANFFXX\r\n.FRAFFYY 201530 REUAGT82MUSTER/FRA01\r\nFSU/12\r\n")
    (frame,) = FORMAT.split(raw).frames
    assert (frame.author, frame.recipients) == ("REUAGT82MUSTER/FRA01", ["SGNFFXX", "HANFFXX"])


def test_no_heading_without_an_origin():
    written = FORMAT.write(read(fixture("fsu_12/delivered")), msgspec.structs.replace(HEADED, sender=""))
    assert written.raws[0].startswith(b"FSU/12")
    assert [problem.code for problem in written.problems] == [Code.NOT_EXPRESSIBLE]


def test_a_decimal_loses_zeros_only():
    message = read(fixture("fwb_16/plain"))
    rate = message.root.first("RTD").first("rate")
    rate.elements["rate"] = Element("75.000000000")
    rate.elements["weight"] = Element("866.123456")
    lines, problems = wrote(message)
    assert "RTD/1/P3/CM/W866/R75.00000/T75.00" in lines
    assert [(problem.code, problem.found) for problem in problems] == [
        (Code.NOT_EXPRESSIBLE, "866.123456"),
        (Code.NOT_EXPRESSIBLE, "L"),
    ]


def test_a_text_too_long_is_reported_and_left_out():
    message = read(fixture("fwb_16/plain"))
    message.root.first("SHP").first("name").elements["text"] = Element("A" * 36)
    lines, problems = wrote(message)
    assert not any("AAA" in line for line in lines)
    assert [(problem.code, problem.element, problem.found) for problem in problems] == [(Code.NOT_EXPRESSIBLE, "text", "A" * 36)]


def test_more_than_fits_on_a_line():
    message = read(fixture("fwb_17/full"))
    codes = message.root.first("SPH")
    codes.children = [Node("code", {"code": Element(code)}) for code in (3 * letter for letter in "ABCDEFGHIJ")]
    lines, problems = wrote(message)
    assert "SPH/AAA/BBB/CCC/DDD/EEE/FFF/GGG/HHH/III" in lines
    assert [(problem.code, problem.found) for problem in problems] == [(Code.NOT_EXPRESSIBLE, "JJJ")]


def test_unit_load_devices_go_on_in_the_next_line():
    message = read(fixture("fsu_14/journey"))
    units = next(node for node in message.root.walk() if node.name == "units")
    units.children = [
        Node("uld", {"type": Element("AKE"), "serial": Element(f"1234{n}"), "owner": Element("XX")}) for n in range(7)
    ]
    lines, problems = wrote(message)
    assert problems == []
    assert lines[lines.index("ULD/AKE12340XX/AKE12341XX/AKE12342XX/AKE12343XX/AKE12344XX") + 1] == "/AKE12345XX/AKE12346XX"


def test_a_line_with_nothing_to_say_is_not_invented():
    message = read(fixture("fwb_16/plain"))
    message.root.children = [child for child in message.root.children if child.name != "RTG"]
    lines, problems = wrote(message)
    assert not any(line.startswith("RTG") for line in lines)
    assert [(problem.code, problem.segment) for problem in problems] == [(Code.WRITE_INCOMPLETE, "RTG")]


def test_a_message_too_long_is_reported():
    message = read(fixture("fwb_17/full"))
    customs = message.root.first("OCI")
    customs.children = [Node("customs", {"text": Element("X" * 35)}) for _ in range(90)]
    assert Code.IMP_MESSAGE_LENGTH in [problem.code for problem in wrote(message)[1]]


def outcome(name, *problems):
    (part,) = FORMAT.split(fixture(name).encode()).parts
    return Outcome(
        accepted=not problems, type=part.type, version=part.version, text=part.text, frame=None, reference="", problems=problems
    )


def test_an_acceptance():
    (raw,) = FORMAT.acknowledge([outcome("fwb_16/plain")], BARE).raws
    assert raw.startswith(b"FMA\r\nACK/FWB 777-55512343 RECEIVED\r\nFWB/16\r\n777-55512343FRASGN")
    assert read(raw.decode()).problems == []


def test_a_refusal_names_the_first_error_first():
    late = Problem(code=Code.IMP_LINE_MISSING, message="", line=9, segment="REF", offset=90)
    early = Problem(code=Code.IMP_ELEMENT_FORMAT, message="", line=3, segment="RTG", element="carrier", found="Ä/X", offset=30)
    weak = Problem(code=Code.IMP_LINE_LENGTH, message="", severity=Severity.WARNING, line=1, offset=1)
    (raw,) = FORMAT.acknowledge([outcome("fwb_17/full", late, weak, early)], BARE).raws
    lines = raw.decode("ascii").split("\r\n")
    assert lines[:4] == ["FNA/1", "ERR/LINE 3 RTG CARRIER FORMAT ERROR FOUND X", "/LINE 9 REF LINE MISSING", "FWB/17"]
    assert len(raw) < 1300
    assert read(raw.decode()).problems == []


def test_never_an_answer_to_an_answer():
    assert FORMAT.acknowledge([outcome("fma_0/accepted"), outcome("fna_1/refused")], BARE) is None
