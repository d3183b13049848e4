"""Layers of a file: what is found, and one problem at the right place for each fault of an envelope."""

import pytest

from adapters.edifact.format import Edifact, stream
from hub.envelope import Frame, Part
from hub.problem import Code

EDIFACT = Edifact()


def report(reference: str, *body: str, count: int | None = None, closing: str | None = None) -> str:
    segments = [f"UNH+{reference}+IFTSTA:D:96A:UN'", "BGM+44+R1+9'", *body]
    return "\n".join([*segments, f"UNT+{count or len(segments) + 1}+{closing or reference}'"])


def interchange(*messages: str, head: str = "UNB+UNOC:3+SENDER:14+RECEIVER:ZZ+261121:1030+REF1'", tail: str = "") -> str:
    return "\n".join([head, *messages, tail or f"UNZ+{len(messages)}+REF1'"]) + "\n"


def split(text: str, encoding: str = "latin-1"):
    return EDIFACT.split(text.encode(encoding))


def told(found):
    return [(one.code, one.segment, one.segment_number, one.line, one.element) for one in found.problems]


def test_a_clean_interchange():
    found = split(interchange(report("1"), report("2")))
    assert found.problems == []
    assert found.frames == [
        Frame(
            layer="interchange", sender="SENDER", sender_qualifier="14", recipients=["RECEIVER"], recipient_qualifier="ZZ",
            control_reference="REF1", said_at="2026-11-21T10:30", author="SENDER", syntax="UNOC:3",
        )
    ]  # fmt: skip
    assert [(one.type, one.version, one.reference, one.line, one.frame) for one in found.parts] == [
        ("IFTSTA", "D.96A", "1", 2, 0),
        ("IFTSTA", "D.96A", "2", 5, 0),
    ]
    assert found.parts[1].text == report("2")
    assert [EDIFACT.read(one).problems for one in found.parts] == [[], []]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (interchange(report("1"), tail="UNZ+2+REF1'"), (Code.EDI_UNZ_COUNT, "UNZ", 5, 5, "1")),
        (interchange(report("1"), tail="UNZ+1+REF2'"), (Code.EDI_UNZ_REFERENCE, "UNZ", 5, 5, "2")),
        (interchange(report("1"))[: -len("UNZ+1+REF1'\n")], (Code.EDI_UNZ_MISSING, "UNZ", 4, 5, None)),
        (interchange(report("1").replace("UNH", "NH")), (Code.EDI_SEGMENT_TAG, "NH+", 2, 2, None)),
        (interchange("BGM+1'\n" + report("1")), (Code.EDI_UNH_MISSING, "UNH", 2, 2, None)),
        (interchange(report("1"), head="UNB+UNOC:3++RECEIVER+261121:1030+REF1'"), (Code.EDI_ELEMENT_MISSING, "UNB", 1, 1, "2")),
        (interchange(report("1"), head="UNB+UNOC:3+S+R+261321:1030+REF1'"), (Code.EDI_ELEMENT_FORMAT, "UNB", 1, 1, "4")),
        (interchange(report("1"), head="UNB+UNOC:3+S+R+20261121:1030+REF1'"), (Code.EDI_UNB_HABIT, "UNB", 1, 1, "4")),
        (interchange(report("1"), head="UNB+UNOQ:3+S+R+261121:1030+REF1'"), (Code.EDI_CHARSET, "UNB", 1, 1, "1")),
        (report("1"), (Code.EDI_UNB_MISSING, "UNB", None, 1, None)),
        ("UNA:+.? '\n" + report("1"), (Code.EDI_UNB_ABSENT, "UNB", None, 2, None)),
        ("UNA:+.+ '\n" + interchange(report("1")), (Code.EDI_UNA, "UNA", None, 1, None)),
        ("FROM MAILBOX 7\n" + interchange(report("1")), (Code.EDI_JUNK, None, None, 1, None)),
        (interchange(report("1")) + "GOODBYE\n", (Code.EDI_JUNK, None, 5, 6, None)),
        ("", (Code.FILE_EMPTY, None, None, 1, None)),
        (interchange(report("1"))[:-2], (Code.FILE_TRUNCATED, "UNZ", 5, 5, None)),
    ],
)
def test_one_fault_of_the_envelope(text, expected):
    problems = [one for one in told(split(text)) if one[0] is not Code.EDI_UNZ_MISSING or expected[0] is Code.EDI_UNZ_MISSING]
    assert problems == [expected]


def test_groups_are_counted_in_unz_and_messages_in_une():
    def group(number: int, *messages: str, count: int | None = None) -> str:
        head = f"UNG+IFTSTA+S+R+261121:1030+G{number}+UN+D:96A'"
        return "\n".join([head, *messages, f"UNE+{count or len(messages)}+G{number}'"])

    assert split(interchange(group(1, report("1"), report("2")), group(2, report("1", "DTM+137:20261121:102'")))).problems == []
    assert told(split(interchange(group(1, report("1"), count=2)))) == [(Code.EDI_UNE_COUNT, "UNE", 6, 6, "1")]
    unfinished = interchange(group(1, report("1")).rpartition("\n")[0])
    assert told(split(unfinished)) == [(Code.EDI_UNE_MISSING, "UNE", 6, 6, None)]


def test_several_interchanges_each_with_its_own_advice():
    other = interchange(report("9")).replace("+", "*").replace(":", "=").replace("'", "#")
    found = split("\ufeff\n" + "UNA:+.? '\n" + interchange(report("1")) + "UNA=*.? #" + other, "utf-8")
    assert found.problems == []
    assert [one.frame for one in found.parts] == [0, 1]
    assert [EDIFACT.read(one).problems for one in found.parts] == [[], []]
    assert found.parts[0].line == 4
    assert found.parts[0].byte_offset == found.parts[0].offset + 3


def test_a_byte_outside_the_declared_set_is_told_with_its_place_and_reading_goes_on():
    text = interchange(report("1", "FTX+AAI+++GRÖßE'"), head="UNB+UNOA:3+S+R+261121:1030+REF1'")
    found = EDIFACT.split(text.encode("utf-8"))
    [problem] = found.problems
    assert problem.code is Code.FILE_ENCODING
    assert problem.byte_offset == text.encode("utf-8").index("Ö".encode())
    assert (problem.line, problem.column, problem.found) == (4, text.split("\n")[3].index("Ö") + 1, "0xC3")
    assert "GRÖßE" in found.parts[0].text


def test_bytes_and_characters_are_counted_apart():
    head = "UNB+UNOW:4+S+R+20261121:1030+REF1'"
    text = interchange(report("1", "FTX+AAI+++GRÖßE'"), report("2", "FTX+AAI+++Ü'", "XXX+1'"), head=head)
    found = EDIFACT.split(text.encode("utf-8"))
    assert found.problems == []
    [problem] = EDIFACT.read(found.parts[1]).problems
    assert problem.segment == "XXX"
    assert problem.offset == text.index("XXX")
    assert problem.byte_offset == text.encode().index(b"XXX")
    assert (problem.line, problem.column) == (9, 1)


def test_cargo_imp_in_an_envelope():
    inner = "FSU/12\r\n020-12345675FRASGN/T10K123.4\r\nDEP/LH8400/21NOV/FRADOH/T10K123.4\r\n"
    text = interchange(f"UNH+7+CIMFSU:12'\n{inner}'UNT+3+7'")
    found = split(text)
    assert found.problems == []
    [part] = found.parts
    assert (part.format, part.type, part.version, part.reference) == ("cargo-imp", "FSU", "12", "7")
    assert part.text == inner
    assert text[part.offset :].startswith(inner)
    assert (part.line, part.column) == (3, 1)
    wrong = split(text.replace("UNT+3+7", "UNT+3+8"))
    assert [one.code for one in wrong.problems] == [Code.EDI_UNT_REFERENCE]


def test_a_reference_used_twice_is_told_at_the_second_message():
    found = split(interchange(report("1"), report("1")))
    assert [[(one.code, one.segment_number, one.line) for one in EDIFACT.read(part).problems] for part in found.parts] == [
        [],
        [(Code.EDI_REFERENCE_DUPLICATE, 1, 5)],
    ]


@pytest.mark.parametrize("size", [1, 7, 100, 4096])
def test_chunks_make_no_difference(size):
    text = "UNA:+.? '\n" + interchange(report("1", "FTX+AAI+++IT?'S LONG'"), report("2")) + "JUNK" + interchange(report("3"))
    raw = text.encode()
    assert list(stream(raw[at : at + size] for at in range(0, len(raw), size))) == list(stream([raw]))


def test_an_interrupted_interchange_still_gives_its_messages():
    found = split(interchange(report("1"), report("2"))[:-20])
    assert [type(one) for one in found.parts] == [Part, Part]
    assert Code.EDI_UNZ_MISSING in [one.code for one in found.problems]


@pytest.mark.parametrize(
    ("head", "sure"),
    [
        (b"UNA:+.? 'UNB+UNOA:2+", 100),
        (b"\xef\xbb\xbf\r\nUNB+UNOA:2+", 100),
        (b"UNH+1+IFTSTA:D:96A:UN'", 80),
        (b"{}", 0),
        (b"FWB/17\r\n", 0),
    ],
)
def test_sniff(head, sure):
    assert EDIFACT.sniff(head) == sure
