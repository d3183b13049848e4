"""Every layout table, tested by messages made from it: written is what was read, values too; any bytes, any size."""

import gc
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cargo_imp import build
from adapters.cargo_imp.layout import load, schema_names
from adapters.cargo_imp.reading import Reader
from hub.envelope import Part
from hub.problem import Code
from tests.property.cargo_imp_examples import lone_consignee, message, normalised
from tests.unit.adapters.cargo_imp.messages import BARE, FIXTURES, changed, fixture, whole

FORMAT = build()
NAMES = list(schema_names())
FIGURES = {code for code in Code if code.startswith("cargo-imp.check.")}
FLIGHTS = {Code.IMP_CONSIGNMENT_TOTAL, Code.IMP_NIL, Code.IMP_ULD_COUNT}
KEPT = {Code.AWB_CHECK_DIGIT, Code.IMP_LINE_LENGTH, Code.IMP_HOUSE_PARTIES, Code.IMP_MESSAGE_LENGTH}
HARMLESS = FIGURES | FLIGHTS | KEPT


def part(name: str, text: str) -> Part:
    type, _, version = name.partition("_")
    return Part(format="cargo-imp", type=type.upper(), version=version, text=text)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_written_is_what_was_read(name, seed):
    chance = random.Random(seed)
    texts = (message(load_once(name), chance) for _ in range(200))
    text = next(one for one in texts if not name.startswith("fhl") or not lone_consignee(one))
    found = FORMAT.read(part(name, text))
    assert [one for one in found.problems if one.code not in HARMLESS] == []
    assert found.unread == []
    written = FORMAT.write(found, BARE)
    assert normalised(whole(written.raws)) == normalised(text)
    assert [one for one in written.problems if one.code not in HARMLESS] == []


TABLES: dict[str, object] = {}


def load_once(name: str):
    return TABLES.setdefault(name, load(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_element_stands_where_it_says(name):
    text = message(load_once(name), random.Random(7))
    lines = text.split("\n")
    for node in FORMAT.read(part(name, text)).root.walk():
        for element in node.elements.values():
            at = lines[element.line - 1]
            assert at[element.column - 1 : element.column - 1 + len(element.text)] == element.text
            assert text[element.offset : element.offset + len(element.text)] == element.text


@settings(max_examples=300, deadline=None, derandomize=True)
@given(raw=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw):
    for one in FORMAT.split(raw).parts:
        FORMAT.read(one)


@pytest.mark.parametrize("name", ["fwb_17/full", "fsu_14/journey", "fhl_5/one_house", "ffr_8/full"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_a_broken_message_is_read_or_refused(name, seed):
    chance = random.Random(seed)
    text = list(fixture(name))
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(text))
        text[place : place + chance.randint(0, 3)] = chance.choice(["", "/", "\n", "A", "9", "\x00", "é", "//", "SHP\n", "CNE"])
    for one in FORMAT.split("".join(text).encode()).parts:
        found = FORMAT.read(one)
        if FORMAT.table(found.type, found.version):
            FORMAT.write(found, BARE)


def _seconds(raw: bytes) -> float:
    """The reader's own time: the collector is off, because its work depends on all that the other tests have left behind."""
    best = 9e9
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            start = time.process_time()
            for one in FORMAT.split(raw).parts:
                FORMAT.read(one)
            best = min(best, time.process_time() - start)
    finally:
        gc.enable()
    return best


LARGE = {
    "goods lines": lambda size: (changed("fwb_17/full", 30, "/NG/MACHINE PARTS\n" * (size // 18))).encode(),
    "one line": lambda size: b"FWB/17\n" + b"A" * size,
    "one slant line": lambda size: b"FWB/17\n777-55512343FRASGN/T1K1\n" + b"/" * size,
    "unknown lines": lambda size: b"FSU/14\n" + b"ZZZ/1\n" * (size // 6),
    "addresses": lambda size: b"QK FRAFFXX\n" * (size // 11),
    "statuses": lambda size: b"FSU/14\n777-55512343FRASGN\n" + b"DLV/23NOV1030/SGN/T1\n" * (size // 21),
    "messages": lambda size: b"FSU/14\n777-55512343FRASGN\n" * (size // 28),
    "missing lines": lambda size: b"FWB/17\n777-55512343FRASGN/T1K1\n" + b"SHP\nRTG/SGNXX\n" * (size // 14),
    "flights": lambda size: b"FFR/8\n777-55512343FRASGN/T1K1/X\n" + b"XX421/21NOV/FRASGN/NN\n" * (size // 22),
    "units": lambda size: (
        b"FFR/8\n777-55512343FRASGN/T1K1/X\nXX421/21NOV/FRASGN/NN\nULD/9/AKE\n" + b"/AKE/AKE/AKE\n" * (size // 13)
    ),
    "errors": lambda size: b"FNA/1\n" + b"ERR/NO\n" * (size // 7),
    "houses": lambda size: b"FHL/5\nMBI/777-55512343FRASGN/T1K1\n" + b"HBS/H1/FRASGN/1/K1//X\n" * (size // 22),
}


@pytest.mark.parametrize("name", sorted(LARGE))
def test_work_grows_linearly(name):
    small, large = _seconds(LARGE[name](100_000)), _seconds(LARGE[name](1_000_000))
    assert large <= 15 * small + 0.15


def test_every_table_has_a_message_of_ours():
    types = {path.name.partition("_")[0] for path in FIXTURES.iterdir()}
    assert {name.partition("_")[0] for name in NAMES} - types == {"fsa"}


def test_a_reader_keeps_nothing_between_messages():
    reader = Reader(load("fsu_14"))
    first = reader.read("777-55512343FRASGN/T1K1\nDLV/BAD", 2, 7)
    second = reader.read("777-55512343FRASGN/T1K1\nDLV/23NOV1030/SGN/T1", 2, 7)
    assert (len(first.problems), len(second.problems)) == (1, 0)
