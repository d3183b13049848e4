"""The laws of EDIFACT: what is read is written again (syntax, and through the model), any bytes are borne, work grows linearly.

Messages are generated from the tables in schemas/edifact; wire text and ``normalise`` are made here, without reader or writer.
"""

import datetime
import gc
import itertools
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.edifact.directory import Component, Layout, directory
from adapters.edifact.format import Edifact
from adapters.edifact.structure import Item, structure
from hub.canonical.settle import prepared, settle
from hub.envelope import Outgoing, Part
from hub.mapping import Mappings
from hub.problem import Code
from hub.syntax import Message
from hub.transforms import Context

EDIFACT = Edifact()
MAPPINGS = Mappings()
OUTGOING = Outgoing(
    message_id="1", control_reference="1", at=datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC), sender="A", recipients=["B"]
)
CONTEXT = Context(reference=datetime.date(2026, 11, 21))
SPECIAL = ":+?'"


def release(text: str) -> str:
    return "".join("?" + one if one in SPECIAL else one for one in text)


def value(one: Component) -> st.SearchStrategy[str]:
    if one.kind == "n":
        return st.integers(0, 10 ** min(one.most, 9) - 1).map(lambda number: str(number).zfill(one.least)[: one.most])
    letters = "ABC" if one.kind == "a" else "AB1 .-ä:+?'"
    return st.text(letters, min_size=one.least, max_size=min(one.most, max(one.least, 6))).filter(
        lambda text: text.strip() == text
    )


@st.composite
def segment(draw, layout: Layout) -> str:
    cells = []
    for position in layout.positions:
        wanted = position.mandatory or draw(st.booleans())
        texts = []
        for one in position.components:
            alone = not any(other.mandatory for other in position.components) and one is position.components[0]
            must = one.mandatory or (position.mandatory and alone)
            texts.append(release(draw(value(one))) if wanted and (must or draw(st.booleans())) else "")
        cells.append(":".join(texts))
    return "+".join([layout.tag, *cells])


@st.composite
def group(draw, item: Item, segments, depth: int = 0) -> list[str]:
    lines = []
    for one in item.items:
        if one.name in ("UNH", "UNT"):
            continue
        often = draw(st.integers(1 if one.mandatory else 0, min(one.times, 1 if depth > 2 else 2)))
        for _ in range(often):
            lines += draw(group(one, segments, depth + 1)) if one.items else [draw(segment(segments[one.name]))]
    return lines


@st.composite
def body(draw, name: str) -> list[str]:
    whole = structure(name)
    return draw(group(whole.root, directory(whole.directory).segments))


def normalise(text: str) -> list[str]:
    """The segments between UNH and UNT, without line breaks and without empty components and elements at their ends."""
    segments = [one.strip("\r\n") for one in re.findall(r"(?:[^?']|\?.)*'", text, re.DOTALL)]
    kept = [one[:-1] for one in segments if one[:3] not in ("UNA", "UNB", "UNH", "UNT", "UNZ")]
    return ["+".join(trimmed([":".join(trimmed(parts(cell, ":"))) for cell in parts(one, "+")])) for one in kept]


def unordered(segments: list[str]) -> list[str]:
    """Neighbours of one tag in the order of their text: the order of qualified repeats says nothing."""
    return [one for _, run in itertools.groupby(segments, key=lambda one: one[:3]) for one in sorted(run)]


def parts(text: str, separator: str) -> list[str]:
    return re.findall(rf"((?:[^?{re.escape(separator)}]|\?.)*)(?:{re.escape(separator)}|$)", text, re.DOTALL)[
        : -1 if text else None
    ]


def trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def part(lines: list[str], type: str, version: str) -> Part:
    head = f"UNH+1+{type}:{version.replace('.', ':')}:UN'"
    text = "\n".join([head, *(line + "'" for line in lines), f"UNT+{len(lines) + 2}+1'"])
    return Part(format="edifact", type=type, version=version, text=text, reference="1")


def written(message: Message) -> str:
    made = EDIFACT.write(message, OUTGOING)
    assert made.problems == []
    return made.raws[0].decode("latin-1")


@pytest.mark.parametrize("name", ["iftsta_d96a", "iftsta_d01b"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_is_read_is_written_again(name, data):
    whole = structure(name)
    given_part = part(data.draw(body(name)), whole.type, whole.version)
    message = EDIFACT.read(given_part)
    assert [one for one in message.problems if one.code not in (Code.EDI_MOMENT, Code.EDI_STATUS_KEPT)] == []
    assert normalise(written(message)) == normalise(given_part.text)


CODES = {
    "D.96A": ["6", "43", "74", "50", "24", "1", "29", "98", "99", "12", "45", "21", "49", "36", "62"],
    "D.01B": ["DEP", "RCF", "Z1", "21"],
}
STATIONS = st.sampled_from(["FRA", "SGN", "DEFRA"])
MOMENTS = st.sampled_from(
    ["20261121:102", "202611211030:203", "20261121103059:204", "202611211030?+01:303", "202611211030-0330:303"]
)
NAMES = st.text("ABC Ä?'".replace("?'", ""), min_size=1, max_size=9).map(str.strip).filter(bool)


@st.composite
def event(draw, version: str, first: bool) -> list[str]:
    agency = "::3" if version == "D.01B" else ""
    code = draw(st.sampled_from(CODES[version]))
    lines = [f"STS+1+{code}{agency if not code.isdecimal() else ''}"]
    if first:
        lines.append("RFF+AWB:02012345675")
        lines += [f"RFF+{kind}:{draw(NAMES)}" for kind in draw(st.sampled_from([[], ["BN"], ["BN", "CU"]]))]
    lines += [f"RFF+HWB:{draw(NAMES)}"] if draw(st.booleans()) else []
    lines += [f"DTM+334:{draw(MOMENTS)}"] if draw(st.booleans()) else []
    lines += [f"FTX+AAI+++{draw(NAMES)}:{draw(NAMES)}"] if draw(st.booleans()) else []
    lines += [f"NAD+CZ+ACC1++{draw(NAMES)}+STREET 1:STREET 2+CITY++12345+DE"] if first and draw(st.booleans()) else []
    lines += [f"LOC+175+{draw(STATIONS)}"] if draw(st.booleans()) else []
    if draw(st.booleans()):
        transport = [
            "TDT+20+LH8400+4++LH",
            f"LOC+8+{draw(STATIONS)}",
            *(["DTM+133:202611212359:203"] if draw(st.booleans()) else []),
        ]
        lines += [transport[0], *transport[2:], transport[1]] if version == "D.01B" else transport
    lines += [f"EQD+UL+AKE{number}LH" for number in draw(st.sampled_from([[], [12345], [12345, 67890]]))]
    lines += ["GID++4", *(["MEA+WT+G+KGM:50.5"] if draw(st.booleans()) else [])] if draw(st.booleans()) else []
    return lines


@st.composite
def status_report(draw, version: str) -> list[str]:
    lines = ["BGM+44++9", "CNI+1" + (f"+{draw(NAMES)}" if draw(st.booleans()) else "")]
    lines += ["LOC+5+FRA", "LOC+8+SGN"] if draw(st.booleans()) else []
    lines += ["CNT+7:123.4:KGM", "CNT+11:10"] if draw(st.booleans()) else []
    for at in range(draw(st.integers(1, 3))):
        lines += draw(event(version, first=at == 0))
    return lines


@pytest.mark.parametrize("version", ["D.96A", "D.01B"])
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_through_the_model_and_back(version, data):
    given_part = part(data.draw(status_report(version)), "IFTSTA", version)
    message = EDIFACT.read(given_part)
    mapping = MAPPINGS.get("edifact", "IFTSTA", version)
    carried = mapping.to_canonical(message, CONTEXT)
    assert carried.problems == []
    assert carried.not_carried == []
    [said] = carried.said
    settle(said.facts)
    expressed = mapping.from_canonical(prepared(said.facts), CONTEXT)
    assert expressed.problems == []
    again = Message(format="edifact", type="IFTSTA", version=version, root=expressed.root)
    assert unordered(normalise(written(again))) == unordered(normalise(given_part.text))


SCRAPS = [
    b"UNB+UNOC:3+A+B+261121:1030+1'", b"UNH+1+IFTSTA:D:96A:UN'", b"BGM+44'", b"CNI+1'", b"STS+1+1'", b"UNT+3+1'", b"UNZ+1+1'",
    b"UNG+", b"UNA:+.? '", b"UNH+1+CIMFSU:12'", b"\xff\xfe", b"?'", b"UNE+1+1'", b"\n",
]  # fmt: skip
BYTES = st.one_of(
    st.binary(max_size=300),
    st.text("UNABHTZGE+:?'*\n 019", max_size=200).map(str.encode),
    st.lists(st.sampled_from(SCRAPS)).map(b"".join),
)


@settings(max_examples=300, deadline=None)
@given(BYTES)
def test_any_bytes_give_messages_or_problems(raw):
    found = EDIFACT.split(raw)
    for one in found.parts:
        if one.format == "edifact":
            message = EDIFACT.read(one)
            assert all(problem.line and problem.column for problem in message.problems)
    assert all(problem.line and problem.column and problem.byte_offset is not None for problem in found.problems)
    assert found.parts or found.problems or found.frames


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_spoilt_message_still_gives_a_message(data):
    text = bytearray(part(data.draw(status_report("D.96A")), "IFTSTA", "D.96A").text.encode("latin-1"))
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    for one in EDIFACT.split(bytes(text)).parts:
        if one.format == "edifact":
            message = EDIFACT.read(one)
            mapping = MAPPINGS.get("edifact", *(EDIFACT.table(message.type, message.version) or ("", "")))
            if mapping is not None:
                mapping.to_canonical(message, CONTEXT)


EVENTS = "STS+1+24'\nRFF+AWB:02012345675'\nDTM+334:202611211030:203'\n"


@pytest.mark.parametrize(
    "pattern",
    [
        "A'",
        "?'",
        "UNH+1+IFTSTA:D:96A:UN'",
        "\n",
        "UNB+",
        "UNA:+.? '",
        "DTM+:::'",
        "'",
        "CNI+1'" + EVENTS,
        "UNB+UNOA:1+A+B'",
        "NAD+CZ+++A?'B'",
    ],
)
@pytest.mark.parametrize("head", ["", "UNB+UNOC:3+A+B+261121:1030+1'UNH+1+IFTSTA:D:96A:UN'BGM+44'CNI+1'"])
def test_work_grows_linearly(head, pattern):
    def spent(size: int) -> float:
        raw = (head + pattern * (size // len(pattern))).encode()
        start = time.process_time()
        for one in EDIFACT.split(raw).parts:
            if one.format == "edifact":
                EDIFACT.read(one)
        return time.process_time() - start

    spent(2_000)
    gc.disable()
    try:
        ratios = (spent(400_000) / max(spent(40_000), 0.005) for _ in range(4))
        assert any(ratio <= 15 for ratio in ratios), "more than linear, four times over"
    finally:
        gc.enable()
