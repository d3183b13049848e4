"""Laws of our own JSON documents: writing undoes reading, through the model too; any bytes give a message or problems."""

import json
import re
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.partner_api import build
from adapters.partner_api.layout import TYPES, Field, layout
from adapters.partner_api.scan import MAX_DEPTH, scan
from hub.canonical.document import canonical_bytes
from hub.envelope import Outgoing
from hub.explain import anonymous
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.problem import Code
from hub.profiles import problem_rows, profile

FORMAT = build()
LINE = Line(formats={"partner": FORMAT}, mappings=Mappings())
STANDARD = profile("standard", problem_rows())
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
OUTGOING = Outgoing(message_id="M1", control_reference="", at=AT, sender="")
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], max_examples=60)

PLACEHOLDERS = {"XXX", ".", "TBD"}
DECIMAL = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False).map(lambda one: format(one, "f"))


def awbs():
    return st.integers(0, 9_999_999).map(lambda serial: f"020-{serial:07d}{serial % 7}")


def scalars(field: Field):
    """Texts that a place of the layout takes; made from its pattern, so that a new place needs no new strategy."""
    if field.kind == "integer":
        return st.integers(field.least or 0, 10**6)
    if field.words:
        return st.sampled_from(sorted(field.words)).map(lambda word: {"true": True, "false": False}.get(word, word))
    if field.kind == "decimal":
        number = DECIMAL | st.decimals(min_value=0, max_value=10**6, places=1).map(float)
        return number | st.sampled_from(["NVD", "NCV"]) if "NVD" in field.pattern.pattern else number
    if field.format == "date":
        return st.dates().map(lambda day: day.isoformat())
    if field.pattern.pattern == "^[0-9]{3}-[0-9]{8}$":
        return awbs()
    matching = st.from_regex(re.compile(field.pattern.pattern, re.ASCII), fullmatch=True)
    return matching.filter(lambda text: field.fits(text) and text not in PLACEHOLDERS and storable(text))


def storable(text):
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def values(field: Field):
    if field.kind == "object":
        return objects(field)
    if field.kind == "array":
        return st.lists(values(field.item), min_size=1, max_size=3)
    return scalars(field)


def objects(field: Field, leave=frozenset()):
    needed = {name: values(one) for name, one in field.members.items() if name in field.required and name not in leave}
    more = {name: values(one) for name, one in field.members.items() if name not in field.required and name not in leave}
    made = st.fixed_dictionaries(needed, optional=more)
    return made.filter(lambda one: bool(one) and (not field.either or not one.keys().isdisjoint(field.either)))


def marker(type):
    return {"Booking": "booking/1", "ShipmentInstruction": "shipment-instruction/1"}[type]


DOCUMENTS = {
    pair: objects(layout(*pair), {"waybridge", "header"}).map(lambda body, pair=pair: {"waybridge": marker(pair[0]), **body})
    for pair in TYPES
}
ANY_DOCUMENT = st.one_of(*DOCUMENTS.values())


def normalised(value):
    """The same document, decimals by value and set-like lists sorted; written without reader or writer."""
    if isinstance(value, dict):
        return {name: normalised(inner) for name, inner in sorted(value.items()) if name != "header"}
    if isinstance(value, list):
        return [normalised(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    text = str(value)
    return str(Decimal(text).normalize()) if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII) else text


def bytes_of(document):
    return json.dumps(document, ensure_ascii=False).encode()


@pytest.mark.parametrize("pair", TYPES, ids=lambda pair: pair[0])
def test_writing_what_was_read_gives_it_back(pair):
    @QUICK
    @given(DOCUMENTS[pair])
    def law(document):
        part = FORMAT.split(bytes_of(document)).parts[0]
        message = FORMAT.read(part)
        assert message.problems == []
        written = FORMAT.write(message, OUTGOING)
        assert written.problems == []
        assert normalised(json.loads(written.raws[0])) == normalised(document)
        again = FORMAT.write(FORMAT.read(FORMAT.split(written.raws[0]).parts[0]), OUTGOING)
        assert again.raws == written.raws

    law()


@pytest.mark.parametrize("pair", TYPES, ids=lambda pair: pair[0])
def test_through_the_model_and_back(pair):
    @QUICK
    @given(DOCUMENTS[pair])
    def law(document):
        document = {**document, "booking": {**document.get("booking", {}), "number": "B-1"}}
        said = LINE.understand(anonymous(bytes_of(document), "", AT), STANDARD, AT.date()).readings[0]
        assert [one for one in said.problems if one.code is not Code.VALUE_PLACEHOLDER] == []
        assert said.not_carried == []
        written = LINE.render(f"partner:{pair[0]}/1", said.said[0].facts, OUTGOING)
        assert written.problems == []
        assert normalised(json.loads(written.raws[0])) == normalised(document)

    law()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@QUICK
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode), JSON.map(lambda one: json.dumps(one).encode())))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"[")
@example(b"[]]")
@example(b'{"waybridge": "booking/1", "a": "\\ud800"}')
@example(b'{"waybridge": "booking/1", "pieces": 1' + b"0" * 5000 + b"}")
@example(b'{"waybridge": "booking/1", "pieces": NaN}')
@example(b'{"waybridge": "booking/99999999999999999999"}')
@example(b'{"waybridge": {"waybridge": []}}')
@example(b"[" * 5000)
@example(b'{"waybridge": "booking/1", "x": ' + b"[" * 5000)
def test_any_bytes_give_a_message_or_problems(raw):
    judge(raw)


def judge(raw):
    split = FORMAT.split(raw)
    messages = [FORMAT.read(part) for part in split.parts]
    assert split.problems or messages
    for message in messages:
        FORMAT.write(message, OUTGOING)
        if message.type == "unknown":
            assert message.problems
        for one in message.problems:
            assert one.code is Code.PARTNER_MANY or (one.line >= 1 and one.column >= 1 and one.offset >= 0)


@QUICK
@given(ANY_DOCUMENT, st.data())
def test_a_damaged_document_gives_a_message_or_problems(document, data):
    raw = bytearray(bytes_of(document))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not raw:
            return
    judge(bytes(raw))


@QUICK
@given(JSON, st.integers(0, 4))
def test_the_scanner_agrees_with_the_standard_library(value, indent):
    """An oracle that we did not write: what json takes, the scanner takes, and what it does not, is a fault."""
    text = json.dumps(value, indent=indent or None)
    scanned = scan(text)
    if any(word in text for word in ("NaN", "Infinity", "\\ud")):
        return
    assert scanned.fault is None
    assert canonical_bytes(json.loads(text[scanned.value.start : scanned.value.end])) == canonical_bytes(value)


@QUICK
@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \\u\n', max_size=30))
def test_the_scanner_refuses_what_the_standard_library_refuses(text):
    def constant(name):
        raise ValueError(name)

    try:
        value = json.loads(text, parse_constant=constant)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        assert scan(text).fault is not None
    else:
        assert scan(text).fault is None


def test_nesting_is_bounded_where_it_passes_the_bound():
    deep = '{"waybridge": "booking/1", "x": ' + "[" * 40 + "]" * 40 + "}"
    problem = FORMAT.read(FORMAT.split(deep.encode()).parts[0]).problems[0]
    assert problem.code is Code.PARTNER_JSON_DEPTH
    assert problem.offset == deep.index("[") + MAX_DEPTH - 1


SHAPES = {
    "goods": lambda count: '{"waybridge": "booking/1", "goods": [' + ", ".join(['"PUMPS"'] * count) + "]}",
    "unknown": lambda count: '{"waybridge": "booking/1"' + "".join(f', "x{at:05d}": 1' for at in range(count)) + "}",
    "batch": lambda count: "[" + ",".join(['{"waybridge": "booking/1"}'] * (count // 3)) + "]",
    "unclosed": lambda count: '[{"waybridge": "booking/1", "goods": ["' + "A\\\\" * (count * 3),
    "lines": lambda count: "[" + "\n\r" * (count * 5),
    "quotes": lambda count: '[{"waybridge": "booking/1"' + '"' * (count * 9),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_linearly(shape):
    """Ten times the bytes cost at most fifteen times the work; the best of a few runs counts."""
    small, large = SHAPES[shape](8_000).encode(), SHAPES[shape](80_000).encode()
    assert spent(large, 3) <= 15 * max(spent(small, 3), 0.002)


def spent(raw, times):
    took = []
    for _ in range(times):
        start = time.process_time()
        for part in FORMAT.split(raw).parts:
            FORMAT.read(part)
        took.append(time.process_time() - start)
    return min(took)
