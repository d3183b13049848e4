"""Any bytes at all through the line: understood or refused, never an exception, and work that grows with the size alone."""

import gc
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.bootstrap.pure import PureHub
from hub.explain import anonymous, explained
from hub.settings import load
from tests.canonical_rules import violations

HUB = PureHub(load({}))
STANDARD = HUB.profile()
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
UNB = b"UNB+UNOA:2+A+B+261121:1000+1'"
IFTSTA = b"UNH+1+IFTSTA:D:96A:UN'BGM+44++9'"
EVENT = (
    b'{"@type":"cargo:StatusUpdateEvent","cargo:eventCode":{"@id":"https://onerecord.iata.org/ns/code-lists/StatusCode#DEP"}},'
)
CONTEXT = b'"@context":{"cargo":"https://onerecord.iata.org/ns/cargo#"}'
HEADS = (
    b"FWB/17\n",
    b"FSU/14\n",
    b"FHL/5\n",
    UNB,
    b"UNA:+.? '" + UNB + IFTSTA,
    b"{" + CONTEXT + b",",
    b"<?xml version='1.0'?><x ",
    b"{",
)
WORST = {
    "cargo-imp: one line": lambda size: b"FWB/17\n" + b"A" * size,
    "cargo-imp: one line of slants": lambda size: b"FSU/14\n777-55512343FRASGN/T1K1\n" + b"/" * size,
    "cargo-imp: unknown lines": lambda size: b"FSU/14\n777-55512343FRASGN/T1K1\n" + b"Z\n" * (size // 2),
    "cargo-imp: statuses": lambda size: b"FSU/14\n777-55512343FRASGN/T1K1\n" + b"DLV/23NOV1030/SGN/T1\n" * (size // 21),
    "cargo-imp: consignments": lambda size: b"FSU/14\n" + b"777-55512343FRASGN/T1K1\nDLV/23NOV1030/SGN/T1\n" * (size // 46),
    "cargo-imp: messages": lambda size: b"FSU/14\n777-55512343FRASGN\n" * (size // 26),
    "cargo-imp: customs": lambda size: b"FSU/14\n777-55512343FRASGN\nOCI/DE/ISS/RA/1\n" + b"///ED/0128\n" * (size // 11),
    "cargo-imp: houses": lambda size: b"FHL/5\nMBI/777-55512343FRASGN/T1K1\n" + b"HBS/H1/FRASGN/1/K1//X\n" * (size // 22),
    "cargo-imp: goods": lambda size: b"FWB/17\n777-55512343FRASGN/T1K1\nRTD/1/P1\n" + b"/NG/X\n" * (size // 6),
    "edifact: one segment": lambda size: UNB + b"A" * size,
    "edifact: elements": lambda size: UNB + IFTSTA + b"STS+1+" + b"+" * size + b"'",
    "edifact: empty segments": lambda size: UNB + b"'" * size,
    "edifact: consignments": lambda size: UNB + IFTSTA + b"CNI+1'STS+1+24'RFF+AWB:77755512343'" * (size // 35),
    "edifact: messages": lambda size: UNB + b"UNH+1+IFTSTA:D:96A:UN'BGM+44'UNT+3+1'" * (size // 38),
    "edifact: unknown messages": lambda size: UNB + b"UNH+1+QQQQQQ:D:96A:UN'UNT+2+1'" * (size // 31),
    "edifact: unclosed messages": lambda size: UNB + b"UNH+1+IFTSTA:D:96A:UN'" * (size // 22),
    "edifact: interchanges": lambda size: (UNB + b"UNZ+0+1'") * (size // 37),
    "edifact: released": lambda size: UNB + b"?" * size,
    "one-record: deep": lambda size: b'{"a":' * (size // 5),
    "one-record: brackets": lambda size: b"[" * size,
    "one-record: events": lambda size: b"{" + CONTEXT + b',"@graph":[' + (EVENT * (size // len(EVENT)))[:-1] + b"]}",
    "one-record: one string": lambda size: b"{" + CONTEXT + b',"@type":"' + b"x" * size + b'"}',
    "one-record: escapes": lambda size: b'{"' + b"\\u0041" * (size // 6) + b'":1}',
    "partner: members": lambda size: b'{"waybridge":"Booking/1",' + b'"a":1,' * (size // 6) + b'"b":2}',
    "cargo-xml: attributes": lambda size: b"<a " + b'b="c" ' * (size // 6) + b"/>",
    "cargo-xml: deep": lambda size: b"<a>" * (size // 3),
    "blanks": lambda size: b" " * size,
    "line ends": lambda size: b"\n" * size,
    "control characters": lambda size: b"\x01\r\n" * (size // 3),
}


def understood(raw: bytes) -> dict:
    return explained(HUB.line.understand(anonymous(raw, "", NOW), STANDARD, NOW.date()), NOW, HUB.rules)


def said(answer: dict) -> list[dict]:
    return [*answer["problems"], *(one for message in answer["messages"] for one in message["problems"])]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(head=st.sampled_from((b"", *HEADS)), raw=st.binary(max_size=300))
def test_any_bytes_give_messages_or_problems(head: bytes, raw: bytes) -> None:
    answer = understood(head + raw)
    assert answer["messages"] or answer["problems"]
    assert "internal.fault" not in [one["code"] for one in said(answer)]
    assert [fault for message in answer["messages"] for one in message["shipments"] for fault in violations(one)] == []


def seconds(raw: bytes) -> float:
    """Processor time of explaining, without the collector: how often it passes depends on what else the process holds."""
    gc.collect()
    gc.disable()
    start = time.process_time()
    answer = understood(raw)
    spent = time.process_time() - start
    gc.enable()
    assert "internal.fault" not in [one["code"] for one in said(answer)]
    return spent


def grows_linearly(make: Callable[[int], bytes], small: int) -> bool:
    """Whether ten times the size costs at most fifteen times the work, in one of three tries (the machine is shared)."""
    make_small, make_large = make(small), make(10 * small)
    return any(seconds(make_large) <= 15 * max(seconds(make_small), 0.01) + 0.1 for _ in range(3))


@pytest.mark.parametrize("kind", WORST)
def test_ten_times_the_size_costs_at_most_fifteen_times_the_work(kind: str) -> None:
    assert grows_linearly(WORST[kind], 20_000)


@pytest.mark.slow
@pytest.mark.parametrize("kind", WORST)
def test_a_megabyte_costs_at_most_fifteen_times_a_tenth_of_it(kind: str) -> None:
    assert grows_linearly(WORST[kind], 100_000)
