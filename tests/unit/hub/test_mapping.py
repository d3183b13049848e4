"""The mapping engine: both directions from one table, nothing carried in silence."""

from datetime import date

import pytest

from hub.mapping import Mappings
from hub.problem import Code
from hub.syntax import Element, Message, Node
from hub.transforms import PAIRS, Context, Pair

WAYBILL = b"""
type = "TST"
version = "1"
[[statement]]
key = "awb"
scope = "waybill"
scope_by = ["awb"]
[[statement.row]]
to = "awb"
from = ["AWB/prefix", "AWB/serial"]
join = "-"
[[statement.row]]
to = "pieces"
from = "AWB/pieces"
using = "integer"
[[statement.row]]
to = "weight"
from = "AWB"
rows = [
  { to = "unit", from = "weight_unit", code = "weight_unit" },
  { to = "value", from = "weight", using = "decimal" },
]
[[statement.row]]
to = "special_handling"
each = "SPH/code"
sorted = true
rows = [{ to = ".", from = "code" }]
[[statement.row]]
to = "routing"
each = "RTG/leg"
number = "line"
rows = [{ to = "to", from = "airport" }, { to = "carrier", from = "carrier" }]
[[statement.row]]
to = "shipper"
from = "NAD[3035=CZ]"
rows = [{ to = "name", from = "3036" }]
[[statement.row]]
to = "references"
each = "RFF[1153=BN]"
sorted = true
rows = [{ to = "type", const = "BN" }, { to = "value", from = "1154" }]
[[statement.row]]
to = "references"
each = "RFF[1153=CU]"
sorted = true
rows = [{ to = "type", const = "CU" }, { to = "value", from = "1154" }]
[[statement.row]]
to = "dimensions_unavailable"
from = "ND/nda"
const = true
wire = "NDA"
[[statement.row]]
to = "flights"
each = "FLT"
rows = [
  { to = "flight", from = ["carrier", "number"], using = "flight" },
  { to = "date", from = ["day", "month"], using = "day_month" },
]
[[statement.ignore]]
from = "SMI/stamp"
reason = "the envelope's"
"""
UNITS = b"""
title = "units"
closed = true
[[code]]
wire = "K"
canonical = "KGM"
[[code]]
wire = "L"
canonical = "LBR"
"""


def load(name: str) -> bytes:
    try:
        return {"test/tst_1": WAYBILL, "codes/weight_unit": UNITS}[name]
    except KeyError:
        raise FileNotFoundError(name) from None


def node(name: str, *children: Node, line: int = 1, **elements: str) -> Node:
    made = {key.lstrip("_"): Element(text, line, at, at) for at, (key, text) in enumerate(elements.items(), 1)}
    return Node(name=name, elements=made, children=list(children))


def message(*children: Node) -> Message:
    return Message(format="test", type="TST", version="1", root=Node(name="TST", children=list(children)))


@pytest.fixture
def mapping():
    return Mappings(load).get("test", "TST", "1")


def context() -> Context:
    return Context(reference=date(2026, 11, 21))


FULL = [
    node("AWB", prefix="020", serial="12345675", pieces="10", weight_unit="K", weight="123.40"),
    node("SPH", node("code", code="SPX"), node("code", code="EAW")),
    node("RTG", node("leg", airport="DOH", carrier="QR"), node("leg", airport="SGN")),
    node("NAD", _3035="CN", _3036="OTHER"),
    node("NAD", _3035="CZ", _3036="ACME"),
    node("RFF", _1153="CU", _1154="C1"),
    node("RFF", _1153="BN", _1154="B1"),
    node("ND", nda="NDA"),
    node("FLT", carrier="QR", number="066", day="21", month="NOV"),
    node("SMI", stamp="X"),
]


def test_reads_every_verb(mapping):
    carried = mapping.to_canonical(message(*FULL), context())
    assert carried.problems == []
    (said,) = carried.said
    assert said.key == "awb:020-12345675"
    assert said.scope == "waybill:020-12345675"
    assert said.facts == {
        "awb": "020-12345675",
        "pieces": 10,
        "weight": {"unit": "KGM", "value": "123.4"},
        "special_handling": ["EAW", "SPX"],
        "special_handling_order": [2, 1],
        "routing": [{"line": 1, "to": "DOH", "carrier": "QR"}, {"line": 2, "to": "SGN"}],
        "shipper": {"name": "ACME"},
        "references": [{"type": "BN", "value": "B1"}, {"type": "CU", "value": "C1"}],
        "dimensions_unavailable": True,
        "flights": [{"flight": "QR066", "date": "2026-11-21"}],
    }
    assert said.places["/special_handling/1"].column == 1
    assert said.places["/references/0/value"].path == "1154"
    assert carried.not_carried == [(1, "CN"), (1, "OTHER")]


def test_writes_what_it_read(mapping):
    facts = mapping.to_canonical(message(*FULL), context()).said[0].facts
    written = mapping.from_canonical(facts, context())
    assert written.problems == []
    again = mapping.to_canonical(Message(format="test", type="TST", version="1", root=written.root), context())
    assert again.said[0].facts == facts
    assert [code.text("code") for code in written.root.first("SPH").all("code")] == ["SPX", "EAW"]
    assert written.root.first("ND").text("nda") == "NDA"


def test_unknown_code_of_a_closed_table_is_located(mapping):
    carried = mapping.to_canonical(message(node("AWB", prefix="020", serial="12345675", weight_unit="Q", weight="1")), context())
    (problem,) = carried.problems
    assert (problem.code, problem.column, problem.found) == (Code.VALUE_CODE, 3, "Q")
    assert carried.not_carried == [(1, "Q")]


def test_no_key_is_a_problem(mapping):
    carried = mapping.to_canonical(message(node("AWB", pieces="1")), context())
    assert [one.code for one in carried.problems] == [Code.KEY_MISSING]
    assert carried.said == []


def test_what_has_no_row_is_not_expressible(mapping):
    written = mapping.from_canonical({"awb": "020-12345675", "origin": "FRA", "kind": "direct"}, context())
    assert [(one.code, one.path) for one in written.problems] == [(Code.NOT_EXPRESSIBLE, "/origin")]


def test_a_respelled_value_is_reported(mapping):
    carried = mapping.to_canonical(
        message(node("AWB", prefix="020", serial="12345675"), node("FLT", carrier="QR", number="0066")), context()
    )
    assert carried.said[0].facts["flights"] == [{"flight": "QR066"}]
    assert carried.not_carried == [(1, "QR0066")]


def test_the_order_of_a_list_that_several_rows_fill_is_kept(mapping):
    """The row behind sorts what the row before it put there anew: the wire's order is told for all of them."""
    wire = [node("RFF", _1153="BN", _1154=number) for number in ("B2", "B3", "B1")]
    wire += [node("RFF", _1153="CU", _1154=number) for number in ("C2", "C1")]
    facts = mapping.to_canonical(message(node("AWB", prefix="020", serial="12345675"), *wire), context()).said[0].facts
    assert [one["value"] for one in facts["references"]] == ["B1", "B2", "B3", "C1", "C2"]
    assert facts["references_order"] == [2, 3, 1, 5, 4]
    written = mapping.from_canonical(facts, context())
    assert written.problems == []
    assert [one.text("1154") for one in written.root.all("RFF")] == ["B2", "B3", "B1", "C2", "C1"]


@pytest.mark.parametrize(("told", "problems"), [([], []), (None, [(Code.NOT_EXPRESSIBLE, "/flights/0/flight")])])
def test_a_pair_that_writes_none_has_not_told_the_value(told, problems, monkeypatch):
    """An empty list says that other rows tell it; None leaves it to the rows behind, and at last to a report."""
    monkeypatch.setitem(PAIRS, "flight", Pair(read=PAIRS["flight"].read, write=lambda value, context: told, joins=True))
    mapping = Mappings(load).get("test", "TST", "1")
    written = mapping.from_canonical({"awb": "020-12345675", "flights": [{"flight": "QR066", "date": "2026-11-21"}]}, context())
    assert [(one.code, one.path) for one in written.problems] == problems
