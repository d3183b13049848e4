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


def said(problems):
    return [(problem.code, problem.segment, problem.element, problem.found) for problem in problems]


def test_a_text_too_long_is_cut_and_reported():
    message = read(fixture("fwb_16/plain"))
    message.root.first("SHP").first("name").elements["text"] = Element("A" * 36)
    lines, problems = wrote(message)
    assert "/" + "A" * 35 in lines
    assert said(problems) == [(Code.NOT_EXPRESSIBLE, "name", "text", "A" * 36)]
    assert repr("A" * 35) in problems[0].message


def test_letters_and_slants_the_wire_has_not_are_spelled_and_reported():
    message = read(fixture("fwb_16/plain"))
    message.root.first("SHP").first("name").elements["text"] = Element("Größe \u2013 Müller/Søn")
    lines, problems = wrote(message)
    assert "/Grosse - Muller Son" in lines
    assert said(problems) == [(Code.NOT_EXPRESSIBLE, "name", "text", "Größe \u2013 Müller/Søn")]


def test_a_long_text_goes_on_where_its_line_may_stand_again():
    message = read(fixture("fwb_17/full"))
    shipper = message.root.first("SHP")
    shipper.children = [child for child in shipper.children if child.name != "name"]
    shipper.children.insert(0, Node("name", {"text": Element("MUSTER MASCHINENBAU UND WERKZEUGE GMBH WERK ZWEI")}))
    message.root.first("SSR").children = [Node("text", {"text": Element("WORD " * 45 + "END")})]
    lines, problems = wrote(message)
    at = lines.index("NAM/MUSTER MASCHINENBAU UND WERKZEUGE")
    assert lines[at + 1 : at + 3] == ["/GMBH WERK ZWEI", "ADR/HAFENSTRASSE 12"]
    assert [len(line) for line in lines if "WORD" in line] == [68, 65, 65]
    assert said(problems) == [(Code.NOT_EXPRESSIBLE, "text", "text", ("WORD " * 19)[:80])]


def test_what_a_line_has_no_place_for_is_reported():
    message = read(fixture("fwb_17/full"))
    message.root.first("COR").children = [Node("stray", {"one": Element("1")})]
    leg = message.root.first("RTG").children[0]
    leg.elements["colour"] = Element("RED")
    leg.children = [Node("below", {"two": Element("2")})]
    message.root.first("OCI").elements["loose"] = Element("3")
    lines, problems = wrote(message)
    assert "RTG/DOHXX/SGNXX" in lines
    assert said(problems) == [
        (Code.NOT_EXPRESSIBLE, "RTG", "colour", "RED"),
        (Code.NOT_EXPRESSIBLE, "RTG", None, "2"),
        (Code.NOT_EXPRESSIBLE, "stray", None, "1"),
        (Code.NOT_EXPRESSIBLE, "OCI", "loose", "3"),
    ]


def test_no_more_than_twelve_numbered_rate_lines():
    message = read(fixture("fwb_17/full"))
    rates = message.root.first("RTD")
    rates.children = [Node("NG", {"line": Element(str(number)), "goods": Element(f"GOODS {number}")}) for number in range(1, 15)]
    lines, problems = wrote(message)
    assert "/12/NG/GOODS 12" in lines
    assert not any("GOODS 13" in line for line in lines)
    assert [problem.found for problem in problems] == ["13 GOODS 13", "14 GOODS 14"]


def test_no_line_is_longer_than_69_characters():
    message = read(fixture("fwb_17/full"))
    place = message.root.first("SHP").first("location")
    place.children = [Node("contact", {"type": Element("TE"), "number": Element(str(digit) * 25)}) for digit in (1, 2, 3)]
    lines, problems = wrote(message)
    assert f"/DE/60549/TE/{'1' * 25}/TE/{'2' * 25}"[:40] in "\n".join(lines)
    assert max(map(len, lines)) <= 69
    assert said(problems) == [(Code.NOT_EXPRESSIBLE, "location", None, f"TE {'3' * 25}")]
    assert len(place.children) == 3


def test_a_message_too_long_goes_in_parts():
    message = read(fixture("fwb_17/full"))
    message.root.first("OCI").children = [
        Node("customs", {"subject": Element("SHP"), "identifier": Element("T"), "text": Element("X" * 35)})
        if at % 2 == 0
        else Node("customs", {"identifier": Element("CP"), "text": Element(f"{at}")})
        for at in range(220)
    ]
    written = FORMAT.write(message, BARE)
    assert written.problems == []
    assert all(len(raw) <= 3500 for raw in written.raws)
    texts = [raw.decode().split("\r\n") for raw in written.raws]
    assert [lines[:2] for lines in texts] == [["FWB/17", "777-55512343FRASGN/T10K123.4MC0.75"]] * len(texts)
    assert [lines[-2] for lines in texts] == ["PART/1/CONT", "PART/2/CONT", "PART/3/LAST"]
    assert texts[1][2] == "OCI//SHP/T/" + "X" * 35
    parts = [read(raw.decode()) for raw in written.raws]
    assert [one.problems for one in parts] == [[]] * 3
    assert sum(len(one.root.first("OCI").children) for one in parts) == 220


def test_a_house_list_of_3500_characters_is_parted_between_houses():
    message = read(fixture("fhl_5/one_house"))
    house = message.root.first("house")
    house.children = [child for child in house.children if child.name not in ("SHP", "CNE", "CVD")]
    message.root.children[1:] = [house] * 40
    written = FORMAT.write(message, BARE)
    assert written.problems == []
    assert len(written.raws) > 1
    assert all(len(raw) <= 3500 for raw in written.raws)
    parts = [read(raw.decode()).root for raw in written.raws]
    assert sum(len(list(root.all("house"))) for root in parts) == 40
    assert all(len(one.children) == len(house.children) for root in parts for one in root.all("house"))


def test_a_status_message_in_parts_repeats_its_consignment():
    message = read(fixture("fsu_14/journey"))
    consignment = message.root.first("AWB")
    statuses = [child for child in consignment.children if child.name == "status"]
    consignment.children = [msgspec.structs.replace(one) for one in statuses * 4]
    written = FORMAT.write(message, BARE)
    assert written.problems == []
    parts = [read(raw.decode()) for raw in written.raws]
    assert [one.problems for one in parts] == [[]] * len(parts)
    assert sum(len(one.root.first("AWB").children) for one in parts) == 4 * len(statuses)
    assert len(parts) > 1


def test_houses_with_parties_go_alone():
    text = fixture("fhl_5/one_house").rstrip()
    house = text[text.index("HBS/") :]
    plain = "HBS/PLAIN1/FRASGN/1/K1//PARTS\nHBS/PLAIN2/FRASGN/1/K1//PARTS\n"
    message = read(text[: text.index("HBS/")] + plain + house + "\n" + plain + house)
    written = FORMAT.write(message, BARE)
    assert written.problems == []
    texts = [raw.decode() for raw in written.raws]
    assert [one.count("HBS/") for one in texts] == [1] * 6
    assert all(read(one).problems == [] for one in texts)


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


def test_a_stranger_among_unit_load_devices_takes_no_place_of_theirs():
    message = read(fixture("fsu_14/journey"))
    units = next(node for node in message.root.walk() if node.name == "units")
    units.children = [
        Node("uld", {"type": Element("AKE"), "serial": Element(f"1234{n}"), "owner": Element("XX")}) for n in range(6)
    ]
    units.children.insert(2, Node("pallet", {"type": Element("WOOD")}))
    lines, problems = wrote(message)
    assert lines[lines.index("ULD/AKE12340XX/AKE12341XX/AKE12342XX/AKE12343XX/AKE12344XX") + 1] == "/AKE12345XX"
    assert said(problems) == [(Code.NOT_EXPRESSIBLE, "pallet", None, "WOOD")]


def test_an_identifier_goes_to_the_next_line_when_the_first_is_left_out():
    message = read(fixture("fwb_17/full"))
    shipper = message.root.first("SHP")
    shipper.children.insert(2, Node("street", {}))
    assert [child.name for child in shipper.children[:4]] == ["name", "name", "street", "street"]
    lines, problems = wrote(message)
    at = lines.index("/WERK ZWEI")
    assert lines[at + 1 : at + 3] == ["ADR/HAFENSTRASSE 12", "LOC/FRANKFURT/HE"]
    assert [(problem.segment, problem.element) for problem in problems] == [("street", "text")]


def test_a_node_that_stands_in_several_places_is_written_in_each():
    message = read(fixture("fwb_17/full"))
    codes = message.root.first("OCI").children
    codes[1:] = [codes[0], Node("stray", {"one": Element("1")}), codes[0]]
    lines, problems = wrote(message)
    assert [line for line in lines if line.endswith("/DE/ISS/RA/00001-01")] == [
        "OCI/DE/ISS/RA/00001-01",
        *["/DE/ISS/RA/00001-01"] * 2,
    ]
    assert [problem.found for problem in problems] == ["1"]


def test_a_line_with_nothing_to_say_is_not_invented():
    message = read(fixture("fwb_16/plain"))
    message.root.children = [child for child in message.root.children if child.name != "RTG"]
    lines, problems = wrote(message)
    assert not any(line.startswith("RTG") for line in lines)
    assert [(problem.code, problem.segment) for problem in problems] == [(Code.WRITE_INCOMPLETE, "RTG")]


def test_a_message_too_long_that_has_no_parts_is_reported():
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
