"""Repairing: only form is changed, nothing is invented, a second time changes nothing, and it never reads worse."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from hub.bootstrap.pure import PureHub
from hub.explain import anonymous
from hub.problem import Code
from hub.repair import repair
from hub.settings import load
from tests.property.cargo_imp_mutations import mutations
from tests.unit.adapters.cargo_imp.messages import changed, fixture

HUB = PureHub(load({}))
DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def understand(raw):
    return HUB.line.understand(anonymous(raw, "file", NOW), HUB.profile(), DAY)


def repaired(raw):
    return repair(raw, understand, HUB.line.tidier(raw))


def problems(understood):
    return [*understood.problems, *(one for reading in understood.readings for one in reading.problems)]


def weight(found):
    """How bad: errors first, then all; a line that can be read again may show a warning that was hidden."""
    return sum(one.severity == "error" for one in found), len(found)


WIRE = {
    "small letters": ("fwb_17/full", 2, "777-55512343fraSGN/t10k123,4MC0.75", "777-55512343FRASGN/T10K123.4MC0.75"),
    "hyphen of the waybill number": ("fwb_17/full", 2, "77755512343FRASGN/T10K123.4MC0.75", "777-55512343FRASGN/T10K123.4MC0.75"),
    "codes spelt otherwise": ("fwb_17/full", 2, "777-55512343FRASGN/T10KG123.4CBM0.75", "777-55512343FRASGN/T10K123.4MC0.75"),
    "flight and day": ("fwb_17/full", 3, "FLT/XX1/1", "FLT/XX001/01"),
    "identifier": ("fwb_17/full", 4, "RTQ/DOHXX/SGNXX", "RTG/DOHXX/SGNXX"),
    "slants at the end": ("fwb_17/full", 4, "RTG/DOHXX/SGNXX//", "RTG/DOHXX/SGNXX"),
    "blanks": ("fwb_17/full", 4, "RTG/ DOHXX/SGNXX", "RTG/DOHXX/SGNXX"),
    "long name": ("fwb_17/full", 12, "NAM/BEISPIEL TRADING COMPANY LTD. SAIGON", "NAM/BEISPIEL TRADING COMPANY LTD.\n/SAIGON"),
    "small identifier": ("fwb_17/full", 19, "ssr/KEEP UPRIGHT", "SSR/KEEP UPRIGHT"),
    "continuation": ("fwb_17/full", 20, "CALL BEFORE ARRIVAL", "/CALL BEFORE ARRIVAL"),
    "dimensions": ("fwb_17/full", 33, "/4/ND/CMT50-50-30/10", "/4/ND//CMT50-50-30/10"),
    "date": ("fwb_17/full", 43, "ISU/2026-11-20/FRANKFURT", "ISU/20NOV26/FRANKFURT"),
    "month": ("fwb_17/full", 43, "ISU/20 Sept 2026/FRANKFURT", "ISU/20SEP26/FRANKFURT"),
    "time": ("fsu_14/journey", 3, "RCS/20NOV10:15/FRA/T10K123.4", "RCS/20NOV1015/FRA/T10K123.4"),
    "zero of a time": ("fsu_14/journey", 3, "RCS/20NOV930/FRA/T10K123.4", "RCS/20NOV0930/FRA/T10K123.4"),
    "contact": ("fwb_17/full", 15, "/VN/TE/848555010", "/VN//TE/848555010"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WIRE))
def test_the_form_is_put_right(name):
    of, line, wrong, right = WIRE[name]
    raw = changed(of, line, wrong).encode()
    found = repaired(raw)
    lines = found.raw.decode().split("\r\n")
    assert "\n".join(lines[line - 1 : line + right.count("\n")]) == right
    assert problems(found.understood) == []
    assert repaired(found.raw).fixes == []


INVENTED = {
    "check digit": ("fwb_17/full", 2, "777-55512344FRASGN/T10K123.4MC0.75"),
    "serial": ("fwb_17/full", 2, "777-5551234FRASGN/T10K123.4MC0.75"),
    "agent's code": ("fwb_17/full", 16, "AGT/AG 1/123456/0001/CAG"),
    "thousands or fraction": ("fwb_17/full", 28, "CVD/EUR/PP/PP/NVD/1,250/XXX"),
    "place": ("fwb_17/full", 9, "LOC/FRANKFURT AM MAIN FLUGHAFEN/HE"),
    "time": ("fsu_14/journey", 3, "RCS/20NOV/FRA/T10K123.4"),
    "day or year": ("fwb_17/full", 43, "ISU/201126/FRANKFURT"),
    "unknown line": ("fwb_17/full", 51, "SPX/EAW"),
}


@pytest.mark.parametrize("name", sorted(INVENTED))
def test_nothing_is_invented(name):
    raw = changed(*INVENTED[name]).rstrip("\n").replace("\n", "\r\n").encode() + b"\r\n"
    assert problems(understand(raw))
    assert repaired(raw).raw == raw


def test_line_ends_and_blanks():
    text = fixture("fsu_12/delivered").rstrip("\n").replace("\n", "  \n", 1)
    found = repaired(text.encode())
    assert found.raw == fixture("fsu_12/delivered").rstrip("\n").replace("\n", "\r\n").encode() + b"\r\n"
    assert [(one.line, one.reason) for one in found.fixes] == [
        (1, "blanks at the end of the line taken off, line end CRLF"),
        (2, "line end CRLF"),
        (3, "line end CRLF"),
    ]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\x01QK SGNFFXX\r\n.FRAFFYY 201530\r\n\x02"])
def test_what_stands_around_a_message_is_kept(mark):
    text = changed("fsu_14/journey", 3, "RCS/20NOV930/FRA/T10K123.4").replace("\n", "\r\n").encode()
    assert repaired(mark + text).raw == mark + text.replace(b"930", b"0930", 1)


def test_latin_1_stays_latin_1():
    text = changed("fwb_17/full", 19, "ssr/KEEP UPRIGHT Ä").encode("latin-1")
    assert "SSR/KEEP UPRIGHT Ä".encode("latin-1") in repaired(text).raw


def test_inside_edifact_only_the_message_is_touched():
    body = fixture("fsu_12/delivered").rstrip("\n").replace("23NOV1030", "23NOV10:30").replace("\n", "\r\n")
    raw = f"UNB+IATA:1+AAA:PIMA+BBB:PIMA+261120:1530+1'UNH+1+CIMFSU:12'{body}'UNT+3+1'UNZ+1+1'".encode()
    assert repaired(raw).raw == raw.replace(b"10:30", b"1030", 1)


def test_a_fix_that_does_not_help_is_not_applied():
    """A wrapped text would be one line too many: then it stays as it is."""
    long = "SSR/KEEP UPRIGHT AND CALL THE CONSIGNEE BEFORE ARRIVAL ON ANY DAY OF THE WEEK\n/TWO\n/THREE"
    text = changed("fwb_17/full", 19, long).replace("/CALL BEFORE ARRIVAL\n", "").replace("\n", "\r\n")
    assert {one.code for one in problems(understand(text.encode()))} == {Code.IMP_LINE_LENGTH}
    assert repaired(text.encode()).raw == text.encode()


@pytest.mark.parametrize("kind", sorted({one.kind for one in mutations()}))
def test_a_repaired_message_never_reads_worse_and_stays_as_it_is(kind):
    for one in [one for one in mutations() if one.kind == kind][::9]:
        raw = one.text.replace("\n", "\r\n").encode() + b"\r\n"
        before, found = understand(raw), repaired(raw)
        after = problems(found.understood)
        assert weight(after) < weight(problems(before)) if found.fixes else found.raw == raw
        assert repaired(found.raw).raw == found.raw
        assert problems(understand(found.raw)) == after


def test_the_same_bytes_give_the_same_fixes():
    raw = changed("fwb_17/full", 2, "777-55512343fraSGN/t10k123,4mc0.75").encode()
    first, second = repaired(raw), repaired(raw)
    assert msgspec.to_builtins(list(first.fixes)) == msgspec.to_builtins(list(second.fixes))
