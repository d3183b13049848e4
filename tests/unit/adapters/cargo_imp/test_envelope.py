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
