"""The scanner against pydifact's own parser, on all input that pydifact reads rightly, and where it does not."""

import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydifact.control import Characters
from pydifact.parser import Parser

from adapters.edifact import scanner
from adapters.edifact.service import DEFAULT, Delimiters

TEXTS = st.text(st.sampled_from("ABC019 .,-/()=?':+*äß€"), max_size=12)
TAGS = st.sampled_from(["BGM", "DTM", "NAD", "FTX", "LOC", "C2A"])
SEGMENTS = st.tuples(TAGS, st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=5))


def release(text: str, delimiters: Delimiters) -> str:
    """Written apart from the product's own writer."""
    special = {delimiters.release, delimiters.data, delimiters.component, delimiters.terminator}
    return "".join(delimiters.release + one if one in special else one for one in text)


def wire(segments, delimiters: Delimiters) -> str:
    lines = []
    for tag, elements in segments:
        cells = [delimiters.component.join(release(text, delimiters) for text in element) for element in elements]
        lines.append(delimiters.data.join([tag, *cells]) + delimiters.terminator)
    return "\n".join(lines)


def plain(raw):
    """A scanned segment in pydifact's own form: single components as text, several as a list, empty ones at the end left off."""
    elements = [without_tail([value.text for value in piece.repetitions[0]]) for piece in raw.pieces]
    return raw.tag, [element[0] if len(element) == 1 else element for element in elements]


def without_tail(texts):
    while len(texts) > 1 and not texts[-1]:
        texts.pop()
    return texts


def pydifact(text: str, delimiters: Delimiters):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = Parser(characters=Characters.from_str(f"UNA{delimiters.advice()}")).parse(text)
        return [(one.tag, list(one.elements)) for one in parsed]


@pytest.mark.parametrize("delimiters", [DEFAULT, Delimiters("=", "*", ".", "?", "", "#")], ids=["usual", "other"])
@given(segments=st.lists(SEGMENTS, min_size=1, max_size=6))
def test_scanner_reads_what_pydifact_reads(delimiters, segments):
    text = wire(segments, delimiters)
    assert [plain(one) for one in scanner.scan(text, delimiters)] == pydifact(text, delimiters)


@given(segments=st.lists(SEGMENTS, min_size=1, max_size=6))
def test_every_component_stands_at_its_offset(segments):
    text = wire(segments, DEFAULT)
    for raw in scanner.scan(text, DEFAULT):
        assert text[raw.start :].startswith(raw.tag)
        assert text[raw.end - 1] == "'"
        for piece in raw.pieces:
            for value in piece.repetitions[0]:
                assert text[value.offset :].startswith(release(value.text, DEFAULT))


def test_blank_release_releases_nothing():
    raw = next(scanner.scan("FTX+AAI+A B?+C'", Delimiters(release="")))
    assert plain(raw) == ("FTX", ["AAI", "A B?", "C"])


def test_version_4_repeats_elements():
    raw = next(scanner.scan("RFF+AWB:1*HWB:2+X'", DEFAULT.for_version("4")))
    assert [[value.text for value in one] for one in raw.pieces[0].repetitions] == [["AWB", "1"], ["HWB", "2"]]
    assert plain(next(scanner.scan("RFF+AWB:1*HWB:2'", DEFAULT))) == ("RFF", [["AWB", "1*HWB", "2"]])


def test_folded_lines_are_unfolded_and_told():
    raw = next(scanner.scan("FTX+AAI+LO\r\nNG'", DEFAULT))
    assert plain(raw) == ("FTX", ["AAI", "LONG"])
    assert raw.folded


@pytest.mark.parametrize("junk", ["A", "+", "?", "'", "?'", "UNH", "\n", "A'"])
def test_scanning_grows_linearly(junk):
    def spent(size: int) -> float:
        text = junk * (size // len(junk))
        start = time.process_time()
        for _ in scanner.scan(text, DEFAULT):
            pass
        return time.process_time() - start

    def least(size: int) -> float:
        return min(spent(size) for _ in range(3))

    spent(10_000)
    assert least(1_000_000) <= 15 * max(least(100_000), 0.005)
