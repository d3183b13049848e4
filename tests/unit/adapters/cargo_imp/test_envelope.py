"""Headings around messages, in every variant seen; what is no message is named."""

import pytest

from hub.problem import Code
from tests.unit.adapters.cargo_imp.messages import FORMAT, fixture

STATUS = "FSU/14\n777-55512343FRASGN/T10K123.4\nDLV/23NOV1030/SGN/T10K123.4\n"
HEADINGS = {
    "one address": ("QK SGNFFXX\n.FRAFFYY 201530\n", "QK", ["SGNFFXX"], "FRAFFYY", "--20T15:30"),
    "two lines": (
        "QK SGNFFXX HANFFXX\nQK DADFFXX\n.FRAFFYY 201530\n",
        "QK",
        ["SGNFFXX", "HANFFXX", "DADFFXX"],
        "FRAFFYY",
        "--20T15:30",
    ),
    "no priority": ("SGNFFXX HANFFXX\n.FRAFFYY\n", None, ["SGNFFXX", "HANFFXX"], "FRAFFYY", None),
    "pima": ("QU SGNFFXX\n.FRAFFYY 201530 REUAGT82MUSTER/FRA01\n", "QU", ["SGNFFXX"], "REUAGT82MUSTER/FRA01", "--20T15:30"),
    "marks": ("\x01QD SGNFFXX\r\n.FRAFFYY 201530\r\n\x02", "QD", ["SGNFFXX"], "FRAFFYY", "--20T15:30"),
    "no time of day": ("QD SGNFFXX\n.FRAFFYY 209930\n", "QD", ["SGNFFXX"], "FRAFFYY", None),
    "labelled": (
        "=HEADER\nRCV,2026/11/20 15:30\n=PRIORITY\nQK\n=DESTINATION TYPE B\nSTX,SGNFFXX\n"
        "=ORIGIN\nFRAFFYY\n=MSGID\n201530\n=SMI\nFSU\n=TEXT\n",
        "QK",
        ["SGNFFXX"],
        "FRAFFYY",
        "--20T15:30",
    ),
}


@pytest.mark.parametrize("name", sorted(HEADINGS))
def test_headings(name):
    text, priority, recipients, author, said_at = HEADINGS[name]
    split = FORMAT.split((text + STATUS).encode())
    (frame,) = split.frames
    assert (frame.priority, frame.recipients, frame.author, frame.said_at) == (priority, recipients, author, said_at)
    assert split.problems == []
    (part,) = split.parts
    assert (part.type, part.version, part.frame) == ("FSU", "14", 0)
    assert FORMAT.read(part).problems == []


VARIANTS = {
    "three lines of addresses": ("QK SGNFFXX\nQK HANFFXX\nQK DADFFXX\n.FRAFFYY 201530\n", "QK", 3, "FRAFFYY"),
    "ten addresses": (
        "QK AAAFFXX BBBFFXX CCCFFXX DDDFFXX EEEFFXX FFFFFXX GGGFFXX HHHFFXX\nIIIFFXX JJJFFXX\n.FRAFFYY 201530\n",
        "QK",
        10,
        "FRAFFYY",
    ),
    "priority and address as one word": ("QDSGNFFXX\n.FRAFFYY 201530\n", "QD", 1, "FRAFFYY"),
    "short address": ("QD SGN05X\n.FRAFFYY 201530\n", "QD", 1, "FRAFFYY"),
    "two priorities": ("QU SGNFFXX\nQD HANFFXX\n.FRAFFYY 201530\n", "QU", 2, "FRAFFYY"),
    "no origin": ("QK SGNFFXX HANFFXX\n", "QK", 2, None),
    "addresses alone": ("SGNFFXX HANFFXX\n", None, 2, None),
    "origin alone": (".FRAFFYY 201530\n", None, 0, "FRAFFYY"),
    "PIMA addresses": ("QK REUAGT82MUSTER/FRA01\n.TDVAGT03BEISPIEL/SGN1 201530\n", "QK", 1, "TDVAGT03BEISPIEL/SGN1"),
    "PIMA behind the origin": ("QK SGNFFXX\n.FRAFFYY REUAIR08XXX\n", "QK", 1, "REUAIR08XXX"),
    "SUB before": ("\x1aQK SGNFFXX\r\n.FRAFFYY 201530\r\n\x02", "QK", 1, "FRAFFYY"),
    "marks on lines of their own": ("\x01\r\nQK SGNFFXX\r\n.FRAFFYY 201530\r\n\x02\r\n", "QK", 1, "FRAFFYY"),
    "start of a teletype": ("ZCZC ABC123 201530\nQK SGNFFXX\n.FRAFFYY 201530\n", "QK", 1, "FRAFFYY"),
    "labelled, no header, PDM": (
        "=PRIORITY\nQU\n=DESTINATION TYPE B\nSGNFFXX\n=ORIGIN\nFRAFFYY REUAGT82MUSTER/FRA01\n=DBLSIG\nAB\n=TEXT\nPDM\n",
        "QU",
        1,
        "REUAGT82MUSTER/FRA01",
    ),
    "mail": ("From: A <ops@example.org>\nTo: hub@example.net,\n b@example.net\nSubject: FSU\n\n", None, 2, None),
    "mail around a heading": ("From: ops@example.org\nTo: hub@example.net\n\nQK SGNFFXX\n.FRAFFYY 201530\n", "QK", 1, "FRAFFYY"),
}


@pytest.mark.parametrize("name", sorted(VARIANTS))
@pytest.mark.parametrize("end", ["", "\x03", "\nNNNN\n"])
def test_variants_of_headings(name, end):
    heading, priority, recipients, author = VARIANTS[name]
    split = FORMAT.split((heading + STATUS + end).encode())
    (frame,) = split.frames
    assert (frame.priority, len(frame.recipients), frame.author) == (priority, recipients, author)
    assert split.problems == []
    (part,) = split.parts
    assert part.text.startswith("FSU/14")
    assert FORMAT.read(part).problems == []


def test_what_a_mail_says_of_itself():
    head = "From: ops@example.org\nTo: hub@example.net\nDate: Fri, 20 Nov 2026 15:30:00 +0100\nMessage-ID: <1@example.org>\n\n"
    (frame,) = FORMAT.split((head + STATUS).encode()).frames
    assert (frame.layer, frame.sender, frame.author) == ("mail", "ops@example.org", None)
    assert (frame.said_at, frame.control_reference) == ("2026-11-20T15:30:00+01:00", "1@example.org")


def test_what_stands_behind_the_end_of_a_message_is_told():
    split = FORMAT.split(f"QK SGNFFXX\n.FRAFFYY 201530\n{STATUS}NNNN\nsome trailer\n".encode())
    assert [(one.code, one.line, one.found) for one in split.problems] == [(Code.IMP_HEADING, 7, "some trailer")]
    assert FORMAT.read(split.parts[0]).problems == []


def test_words_of_seven_letters_are_no_heading_inside_a_file():
    split = FORMAT.split(f"{STATUS}OSI/TWO WORDS\nFREIGHT PREPAID\n{STATUS}".encode())
    assert (len(split.parts), split.frames) == (2, [])


def test_cargo_imp_inside_edifact_keeps_its_places():
    from adapters.edifact import build

    head = "UNB+IATA:1+REUAGT82MUSTER/FRA01:PIMA+REUAIR08XXX:PIMA+261120:1530+1'UNH+1+CIMFSU:14'"
    raw = head + STATUS.replace("\n", "\r\n").replace("T10K123.4\r\n", "T10K123.4/A B'C\r\n", 2).replace("/A B'C", "", 1)
    split = build().split(f"{raw}'UNT+3+1'UNZ+1+1'".encode())
    (part,) = [one for one in split.parts if one.format == "cargo-imp"]
    assert (part.type, part.version, part.offset, split.frames[0].author) == ("FSU", "14", len(head), "REUAGT82MUSTER/FRA01")


def numbered(number, mark, house):
    return f"FHL/4\nMBI/777-55512343FRASGN/T10K123.4\nHBS/{house}/FRASGN/{number}/K10//MACHINE PARTS\nPART/{number}/{mark}\n"


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [((1, 2, 3), []), ((1, 3), ["part 2"]), ((2, 4), ["part 1", "part 3"]), ((3,), []), ((3, 1), ["part 2"])],
)
def test_a_part_missing_between_the_parts_of_a_file_is_told(numbers, missing):
    text = "".join(numbered(one, "LAST" if one == 3 else "CONT", f"H{one}") for one in numbers)
    split = FORMAT.split(text.encode())
    assert len(split.parts) == len(numbers)
    assert [(one.code, one.expected) for one in split.problems] == [(Code.PART_MISSING, one) for one in missing]


def test_a_manifest_counts_its_parts_in_its_first_line():
    text = "".join(f"FFM/8\n{number}/XX118/21NOV/SGN\nHAN/NIL\n{mark}\n" for number, mark in ((1, "CONT"), (3, "LAST")))
    assert [one.expected for one in FORMAT.split(text.encode()).problems] == ["part 2"]


def test_possible_duplicate_on_the_origin_line():
    (frame,) = FORMAT.split(f"QK SGNFFXX\n.FRAFFYY 201530 PDM\n{STATUS}".encode()).frames
    assert (frame.possible_duplicate, frame.control_reference) == (True, None)


def test_possible_duplicate():
    (frame,) = FORMAT.split(f"QK SGNFFXX\n.FRAFFYY 201530\nPDM\n{STATUS}".encode()).frames
    assert frame.possible_duplicate


def test_a_stray_line_is_a_warning_at_its_place():
    split = FORMAT.split(f"something else\nQK SGNFFXX\n.FRAFFYY 201530\n{STATUS}".encode())
    (problem,) = split.problems
    assert (problem.code, problem.line, problem.found) == (Code.IMP_HEADING, 1, "something else")
    assert split.frames[0].author == "FRAFFYY"


def test_several_messages_keep_their_places():
    text = f"QK SGNFFXX\n.FRAFFYY 201530\n{STATUS}\nQK SGNFFXX\n.HANFFYY 201540\n{STATUS}{STATUS}"
    split = FORMAT.split(text.encode())
    assert [(part.line, part.frame) for part in split.parts] == [(3, 0), (9, 1), (12, None)]
    assert all(text[part.offset :].startswith("FSU/14") for part in split.parts)


def test_an_answer_keeps_the_message_it_quotes():
    split = FORMAT.split(fixture("fna_1/refused").encode())
    assert [part.type for part in split.parts] == ["FNA"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", Code.FILE_EMPTY),
        (b" \r\n\r\n", Code.FILE_EMPTY),
        (bytes(range(256)) * 4, Code.FILE_BINARY),
        (b"hello world\n", Code.TYPE_UNKNOWN),
    ],
)
def test_no_message(raw, code):
    split = FORMAT.split(raw)
    assert split.parts == []
    assert code in [problem.code for problem in split.problems]


def test_latin_1_is_read_and_reported_where_it_begins():
    split = FORMAT.split(STATUS.replace("FRA", "FR\xc4").encode("latin-1"))
    assert [(problem.code, problem.line, problem.column) for problem in split.problems] == [(Code.FILE_ENCODING, 2, 15)]
    assert len(split.parts) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_line_ends(end):
    text = STATUS.rstrip("\n").replace("\n", end or "\n") + end
    (part,) = FORMAT.split(text.encode()).parts
    assert FORMAT.read(part).problems == []


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("FSU/14 777-55512343FRASGN/T1K100 DLV/16OCT1317/FRA/ACME", Code.IMP_NOTATION_FOREIGN, 7),
        ("MVT\nXX118/21.ABCDE.SGN\n", Code.TYPE_UNKNOWN, 1),
        ("LDM\nXX118/21.ABCDE.Y180.2/5\n", Code.TYPE_UNKNOWN, 1),
        ("FVA/2\n1/XX118/21NOV/SGN\nLAST\n", Code.TYPE_UNKNOWN, 1),
        ("QQQ/1\nABC\n", Code.TYPE_UNKNOWN, 1),
    ],
)
def test_one_clear_problem_for_what_is_not_read(text, code, found):
    (part,) = FORMAT.split(text.encode()).parts
    message = FORMAT.read(part)
    (problem,) = message.problems
    assert (problem.code, problem.column) == (code, found)
    assert message.unread[0][1] == text.strip()


def test_a_version_without_a_table_is_read_by_the_nearest_and_says_so():
    (part,) = FORMAT.split(STATUS.replace("/14", "/13").encode()).parts
    message = FORMAT.read(part)
    assert [problem.code for problem in message.problems] == [Code.VERSION_APPROXIMATED]
    assert (message.version, FORMAT.table("FSU", "13"), FORMAT.table("FSU", "99")) == ("13", ("FSU", "14"), ("FSU", "15"))


def test_a_version_newer_than_the_last_is_read_too_and_is_a_fault():
    (part,) = FORMAT.split(STATUS.replace("/14", "/99").encode()).parts
    message = FORMAT.read(part)
    assert [problem.code for problem in message.problems] == [Code.VERSION_UNSUPPORTED]
    assert message.root.children


@pytest.mark.parametrize(
    ("head", "least", "most"),
    [
        (STATUS, 90, 100),
        ("QK SGNFFXX\n.FRAFFYY 201530\n", 40, 60),
        ("UNB+UNOA:1'", 0, 0),
        ("<x>FWB/16\n</x>", 0, 0),
        ("{}", 0, 0),
        ("MVT\nX", 50, 80),
    ],
)
def test_sniff(head, least, most):
    assert least <= FORMAT.sniff(head.encode()) <= most
