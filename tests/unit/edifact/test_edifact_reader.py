"""One message read by its tables: one fault gives one problem at the right segment, and all else is still read."""

import pytest

from adapters.edifact.format import Edifact
from hub.envelope import Part
from hub.problem import Code

EDIFACT = Edifact()

D96A = [
    "UNH+1+IFTSTA:D:96A:UN'",
    "BGM+44+REP1+9'",
    "DTM+137:202611211030:203'",
    "NAD+MS+CARRIER::9'",
    "CTA+IC+:OPERATIONS'",
    "COM+0049691234:TE'",
    "CNI+1+HAWB0001'",
    "LOC+5+FRA::3'",
    "CNT+7:123.4:KGM'",
    "STS+1+24'",
    "RFF+AWB:02012345675'",
    "DTM+334:202611211030:203'",
    "NAD+CZ+++ANNA EXAMPLE::CARGO DEPARTMENT+12 HARBOUR ROAD+FRANKFURT++60549+DE'",
    "TDT+20+LH8400+4++LH::3'",
    "LOC+8+DOH::3'",
    "EQD+UL+AKE12345LH'",
    "GID+1+4:CT++2:PK'",
    "MEA+WT+G+KGM:50.5'",
    "UNT+19+1'",
]


def read(segments, version="D.96A", reference="1"):
    text = "\n".join(segments) + "\n"
    return EDIFACT.read(Part(format="edifact", type="IFTSTA", version=version, text=text, reference=reference))


def changed(place: int, segment: str | None, *, before: bool = False):
    """The message with one segment replaced, taken out (None), or put before; UNT's count made right again."""
    lines = list(D96A)
    lines[place : place if before else place + 1] = [] if segment is None else [segment]
    if place != len(D96A) - 1:
        lines[-1] = f"UNT+{len(lines)}+1'"
    return lines


def test_the_clean_message_has_no_problem_and_its_groups():
    message = read(D96A)
    assert message.problems == []
    status = message.root.first("SG4").first("SG5")
    assert [one.name for one in status.children] == ["STS", "RFF", "DTM", "NAD", "SG6", "SG7", "SG9"]
    assert status.first("SG6").first("TDT").text("C040.3127") == "LH"
    assert status.first("SG9").first("SG10").first("MEA").text("C174.6314") == "50.5"
    assert message.root.first("SG1").first("SG2").first("COM").text("C076.3148") == "0049691234"


def test_repeated_components_and_composites_are_nodes_in_their_places():
    status = read(D96A).root.first("SG4").first("SG5")
    names = [one.text("3036") for one in status.first("NAD").all("C080.3036")]
    assert names == ["ANNA EXAMPLE", None, "CARGO DEPARTMENT"]
    goods = [(one.text("7224"), one.text("7065")) for one in status.first("SG9").first("GID").all("C213")]
    assert goods == [("4", "CT"), (None, None), ("2", "PK")]


def test_every_element_stands_where_it_says():
    text = "\n".join(D96A)
    for node in read(D96A).root.walk():
        for one in node.elements.values():
            assert text[one.offset :].startswith(one.text)
            assert text.split("\n")[one.line - 1][one.column - 1 :].startswith(one.text)


@pytest.mark.parametrize(
    ("place", "segment", "before", "expected"),
    [
        (1, None, False, (Code.EDI_SEGMENT_MISSING, "BGM", 2, None, None)),
        (6, None, False, (Code.EDI_SEGMENT_MISSING, "CNI", 9, None, None)),
        (9, None, False, (Code.EDI_SEGMENT_MISSING, "STS", 10, None, None)),
        (4, "XYZ+1'", True, (Code.EDI_SEGMENT_UNEXPECTED, "XYZ", 5, None, None)),
        (4, "xyz+1'", True, (Code.EDI_SEGMENT_TAG, "xyz", 5, None, None)),
        (4, "A'", True, (Code.EDI_SEGMENT_TAG, "A", 5, None, None)),
        (2, "DTM+137:20261321:102'", False, (Code.EDI_MOMENT, "DTM", 3, "1", 2)),
        (2, "DTM+1377:20261121:102'", False, (Code.EDI_ELEMENT_LENGTH, "DTM", 3, "1", 1)),
        (2, "DTM+:20261121:102'", False, (Code.EDI_ELEMENT_MISSING, "DTM", 3, "1", 1)),
        (2, "DTM'", False, (Code.EDI_ELEMENT_MISSING, "DTM", 3, "1", None)),
        (2, "DTM+137:20261121:102:9'", False, (Code.EDI_ELEMENT_UNEXPECTED, "DTM", 3, "1", 4)),
        (2, "DTM+137:20261121:102+9'", False, (Code.EDI_ELEMENT_UNEXPECTED, "DTM", 3, "2", None)),
        (2, "\tDTM+137:20261121:102'", False, (Code.EDI_SEGMENT_BLANK, "DTM", 3, None, None)),
        (10, "RFF'", False, (Code.EDI_ELEMENT_MISSING, "RFF", 11, "1", None)),
        (10, "RFF+:'", False, (Code.EDI_ELEMENT_MISSING, "RFF", 11, "1", None)),
        (12, "DOC+:::'", False, (Code.EDI_ELEMENT_MISSING, "DOC", 13, "1", None)),
        (8, "CNT+7:12A:KGM'", False, (Code.EDI_ELEMENT_FORMAT, "CNT", 9, "1", 2)),
        (8, "CNT+7:1234567890123456789:KGM'", False, (Code.EDI_ELEMENT_LENGTH, "CNT", 9, "1", 2)),
        (9, "STS+1+49'", False, (Code.EDI_STATUS_KEPT, "STS", 10, "2", 1)),
        (9, "STS+1+:::TEXT'", False, (Code.EDI_ELEMENT_MISSING, "STS", 10, "2", 1)),
        (10, "RFF+AWB:0201234?\n5675'", False, (Code.EDI_SEGMENT_FOLDED, "RFF", 11, None, None)),
        (10, "RFF+AWB:02012\x0145675'", False, (Code.EDI_CHARACTER, "RFF", 11, "1", 2)),
        (18, "UNT+20+1'", False, (Code.EDI_UNT_COUNT, "UNT", 19, "1", None)),
        (18, "UNT+000019+1'", False, None),
        (18, "UNT+19+2'", False, (Code.EDI_UNT_REFERENCE, "UNT", 19, "2", None)),
        (18, None, False, (Code.EDI_UNT_MISSING, "UNT", 19, None, None)),
    ],
)
def test_one_fault(place, segment, before, expected):
    message = read(changed(place, segment, before=before))
    told = [(one.code, one.segment, one.segment_number, one.element, one.component) for one in message.problems]
    assert told == ([] if expected is None else [expected])


def test_a_lost_terminator_is_told_at_its_segment_and_the_next_but_one_is_read():
    message = read(changed(14, "LOC+8+DOH::3"))
    assert {one.segment_number for one in message.problems} == {15, 18}
    assert {one.code for one in message.problems} == {Code.EDI_ELEMENT_LENGTH, Code.EDI_SEGMENT_FOLDED, Code.EDI_UNT_COUNT}
    assert message.root.first("SG4").first("SG5").first("SG9") is not None


def test_contacts_without_their_party_are_told_each():
    codes = [(one.code, one.segment, one.segment_number) for one in read(changed(3, None)).problems]
    assert codes == [(Code.EDI_SEGMENT_UNEXPECTED, "CTA", 4), (Code.EDI_SEGMENT_UNEXPECTED, "COM", 5)]


def test_too_many_repeats_are_told_where_they_begin_and_kept():
    lines = [*D96A[:2], *[f"DTM+{137 + place}:20261121:102'" for place in range(11)], *D96A[3:-1], "UNT+29+1'"]
    message = read(lines)
    assert [(one.code, one.segment_number) for one in message.problems] == [
        (Code.EDI_SEGMENT_REPEATED, 12),
        (Code.EDI_SEGMENT_REPEATED, 13),
    ]
    assert len(list(message.root.all("DTM"))) == 11


def test_too_many_groups_are_told():
    lines = [*D96A[:3], *[f"NAD+MS+P{place}'" for place in range(10)], *D96A[6:-1], "UNT+26+1'"]
    assert [(one.code, one.segment_number, one.expected) for one in read(lines).problems] == [
        (Code.EDI_GROUP_REPEATED, 13, "at most 9")
    ]


def test_what_was_passed_over_is_kept_as_unread():
    message = read(changed(4, "XYZ+1:2'", before=True))
    assert message.unread == [(5, "XYZ+1:2'")]
    assert message.root.first("SG4") is not None


def test_another_directory_is_read_with_the_nearest_and_its_differences_are_approximations():
    lines = changed(4, "XYZ+1'", before=True)
    codes = [one.code for one in read([lines[0].replace("96A", "97B"), *lines[1:]], version="D.97B").problems]
    assert codes == [Code.VERSION_APPROXIMATED, Code.EDI_APPROXIMATION]
    assert EDIFACT.table("IFTSTA", "D.97B") == ("IFTSTA", "D.96A")
    assert EDIFACT.table("IFTSTA", "D.16A") == ("IFTSTA", "D.01B")
    assert EDIFACT.table("IFTMIN", "D.96A") is None


def test_a_type_without_table_has_its_envelope_checked_and_a_plain_tree():
    text = "UNH+1+ORDERS:D:96A:UN'\nBGM+220+7'\nUNT+4+1'"
    message = EDIFACT.read(Part(format="edifact", type="ORDERS", version="D.96A", text=text, reference="1"))
    assert [one.code for one in message.problems] == [Code.TYPE_UNKNOWN, Code.EDI_UNT_COUNT]
    assert {name: one.text for name, one in message.root.first("BGM").elements.items()} == {"1": "220", "2": "7"}


def test_many_problems_are_counted_not_listed():
    message = read([D96A[0], D96A[1], *["A'"] * 5000, "UNT+5003+1'"])
    assert len(message.problems) == 1001
    assert message.problems[-1].code is Code.EDI_PROBLEMS_MANY


def test_a_release_character_is_no_data():
    message = read(changed(1, "BGM+44+R?+1?'A??+9'"))
    assert message.problems == []
    assert message.root.first("BGM").text("1004") == "R+1'A?"
