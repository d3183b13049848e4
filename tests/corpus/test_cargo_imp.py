"""Every corpus file of the types we have layouts for reads as its class says, and nothing in it goes missing."""

import re
from functools import lru_cache

import pytest

from adapters.cargo_imp import build
from hub.explain import anonymous
from hub.mapping import Mappings
from hub.problem import Code, has_error
from hub.profiles import problem_rows, profile
from hub.syntax import Message
from hub.transforms import Context
from tests.corpus.explaining import NOW, hub
from tests.corpus.folder import classes, files, needed
from tests.unit.adapters.cargo_imp.messages import BARE, whole

pytestmark = [needed, pytest.mark.corpus]
FORMAT = build()
MAPPINGS = Mappings()
STANDARD = profile("standard", problem_rows())
OURS = [
    path
    for path in files("cargo_imp/*.txt")
    if path.name[:3] in ("fwb", "fhl", "fsu", "fsa", "fma", "fna", "ffa", "fsr", "ffm", "fbl", "ucm", "scm")
]
CLASSES = classes("cargo_imp")
CLEAN = ("valid", "valid-operational", "envelope", "dirty", "dirty-operational")
FLIGHTS = [path for path in OURS if path.name[:3] in ("ffm", "fbl")]
UNITS = [path for path in OURS if path.name[:3] in ("ucm", "scm")]
VALID = [path for path in OURS if CLASSES.get(path.name) in ("valid", "valid-operational") and path not in FLIGHTS]


def messages(path):
    split = FORMAT.split(path.read_bytes())
    return split, [(part, FORMAT.read(part)) for part in split.parts]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_reads_as_its_class_says(path):
    split, read = messages(path)
    kind = CLASSES[path.name]
    problems = STANDARD.weigh([*split.problems, *(one for _, message in read for one in message.problems)])
    if kind in CLEAN:
        assert [one for one in problems if one.severity == "error"] == []
    if kind == "invalid":
        assert has_error(problems)
    if kind == "foreign-notation":
        assert [one.code for one in problems] == [Code.IMP_NOTATION_FOREIGN]
    assert all(one.line and one.column and one.offset is not None for one in problems)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_character_is_unaccounted_for(path):
    """Every letter and digit of a message is in an element, in `unread`, or is one the layout itself has there."""
    _, read = messages(path)
    for part, message in read:
        covered = bytearray(len(part.text))
        for node in message.root.walk():
            for element in node.elements.values():
                start = element.offset - part.offset
                covered[start : start + len(element.text)] = b"\x01" * len(element.text)
        unread = {line for line, _ in message.unread}
        for number, line, start in _lines(part):
            if number in unread or number == part.line:
                continue
            for letter in re.finditer(r"[A-Z0-9]+", line):
                loose = [at for at in range(letter.start(), letter.end()) if not covered[start + at]]
                assert not loose or _layout_text(line, loose), (number, line, loose)


def _lines(part):
    start = 0
    for number, line in enumerate(part.text.split("\n"), part.line):
        yield number, line, start
        start += len(line) + 1


def _layout_text(line, loose):
    """Identifiers, and the letters a layout puts before a number: WT, P, C, NG."""
    return "".join(line[at] for at in loose) in LAYOUT_TEXT or loose == list(range(len(line.split("/")[0]))) or len(loose) <= 2


LAYOUT_TEXT = {"NDA", "RTDP", "PPD", "COL", "DGT"}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_written_again_it_is_the_same(path):
    for part, message in messages(path)[1]:
        if message.problems or not FORMAT.table(message.type, message.version):
            continue
        assert _normalised(whole(FORMAT.write(message, BARE).raws)) == _normalised(part.text)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_through_the_model_it_is_the_same(path, reference_day):
    for part, message in messages(path)[1]:
        mapping = MAPPINGS.get("cargo-imp", *FORMAT.table(message.type, message.version))
        carried = mapping.to_canonical(message, Context(reference=reference_day))
        expressed = mapping.from_canonical(_document(carried) or carried.detail, Context(reference=reference_day))
        again = Message(format="cargo-imp", type=message.type, version=message.version, root=expressed.root)
        written = FORMAT.write(again, BARE)
        lost = {line for line, _ in carried.not_carried}
        if not lost:
            assert _normalised(whole(written.raws)) == _normalised(part.text)
            assert expressed.problems + written.problems == []
        elif path.name not in KNOWN_LOSSES:
            assert all(re.search(r"[A-Z0-9]{2}0[0-9]{3}", text) for _, text in carried.not_carried), carried.not_carried


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_messages_about_ulds_are_read(path):
    """They are no Cargo-IMP (class foreign-type), but named and read all the same."""
    (reading,) = understood(path).readings
    assert (reading.type.lower(), reading.subject, reading.not_carried) == (path.name[:3], "uld", [])
    assert not has_error(reading.problems)
    assert reading.detail["ulds"]


@pytest.mark.parametrize("path", [path for path in FLIGHTS if CLASSES[path.name] in CLEAN], ids=lambda path: path.name)
def test_a_message_about_a_flight_is_the_same_through_the_model(path):
    """As `convert` writes it: the whole message, consignment by consignment; what no layout can hold is named."""
    found = understood(path)
    (reading,) = found.readings
    envelope = anonymous(path.read_bytes(), path.name, NOW)
    items, _ = hub().convert(found, envelope, f"cargo-imp:{reading.type}/{reading.version}", "1", NOW, hub().profile())
    assert reading.not_carried == []
    told = {one["found"]: re.search("written as '(.*)'", one["message"])[1] for item in items for one in item["problems"]}
    text = reading.text
    for before, after in told.items():
        text = text.replace(before, after)
    assert [_normalised(item["text"].replace("\r", "")) for item in items] == [_normalised(text.replace("\r", ""))]
    assert [found for found in told if "/" not in found] == []


@lru_cache(maxsize=8)
def understood(path):
    return hub().line.understand(anonymous(path.read_bytes(), path.name, NOW), hub().profile(), NOW.date())


KNOWN_LOSSES = {
    "fsa-011.txt": "a part of a split shipment told on the consignment line has no place in the shipment",
    "fsa-021.txt": "times without a date",
    "fwb-005.txt": "a full stop for an address is a placeholder",
}


@pytest.fixture
def reference_day():
    from datetime import date

    return date(2026, 11, 21)


def _document(carried):
    document = {}
    for said in carried.said:
        for name, value in said.facts.items():
            if name == "houses":
                document.setdefault(name, []).extend(value)
            else:
                document.setdefault(name, value)
    return document


def _normalised(text):
    """Line ends, trailing blanks, marks of the transmission, zeros at the end of a fraction."""
    lines = [line.strip("\x02\x03").rstrip() for line in text.split("\n")]
    return re.sub(r"\d+\.\d+", lambda number: number[0].rstrip("0").rstrip("."), "\n".join(lines).rstrip("\n"))


REFUSED_AT = {
    "ffm-007.txt": (3, 1),
    "fwb-011.txt": (3, 1),
    "fsu-055.txt": (1, 7),
    "fsu-057.txt": (1, 7),
}
"""Line and column of the first error: what came instead of what the layout demands."""


@pytest.mark.parametrize("path", [one for one in files("cargo_imp/*.txt") if one.name in REFUSED_AT], ids=lambda path: path.name)
def test_refused_at_the_right_place(path):
    split, read = messages(path)
    problems = STANDARD.weigh([*split.problems, *(one for _, message in read for one in message.problems)])
    errors = [one for one in problems if one.severity == "error"]
    assert [(one.line, one.column) for one in errors] == [REFUSED_AT[path.name]]
