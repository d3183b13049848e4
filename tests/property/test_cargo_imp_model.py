"""The law through the model (b): what is written from the shipment is what was read, for values made from every layout table.

``normalised`` is written without the reader or the writer: line ends, trailing blanks, zeros at the end of a fraction.
"""

import random
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cargo_imp.layout import Table, load
from hub.bootstrap.pure import PureHub
from hub.envelope import Outgoing
from hub.explain import anonymous, explained, shipments_of
from hub.problem import Code
from hub.settings import load as configuration
from hub.statement import Reading
from tests.canonical_rules import violations
from tests.property.cargo_imp_examples import lone_consignee
from tests.property.cargo_imp_traffic import Traffic
from tests.unit.adapters.cargo_imp.messages import whole

NAMES = (
    "ffa_4",
    "ffr_8",
    "fhl_4",
    "fhl_5",
    "fsa_12",
    "fsa_14",
    "fsa_15",
    "fsu_12",
    "fsu_14",
    "fsu_15",
    "fwb_14",
    "fwb_16",
    "fwb_17",
)
COMPLETE = ("fhl_4", "fhl_5", "fwb_14", "fwb_16", "fwb_17")
HUB = PureHub(configuration({}))
STANDARD = HUB.profile()
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
REFERENCE = date(2026, 11, 21)
OUTGOING = Outgoing(message_id="m1", control_reference="1", at=NOW)
TABLES: dict[str, Table] = {}
# A part beside the total on the consignment line of a status message, and times of a movement without its day, have no place.
KNOWN = re.compile(r"\d{3}-\d{8}[A-Z]{0,6}/([PSDM]\d|T.*T)|(BKD|MAN|DEP|PRE)/[A-Z0-9]*//")
seeds = st.integers(min_value=0, max_value=2**32)


def table(name: str) -> Table:
    return TABLES.setdefault(name, load(name))


def made(name: str, seed: int) -> str:
    """The first message from this seed on in which every consignee has a shipper."""
    chance = random.Random(seed)
    texts = (Traffic(table(name), chance).message() for _ in range(200))
    return next(text for text in texts if not name.startswith("fhl") or not lone_consignee(text))


def understood(text: str) -> Reading:
    """The only message of a text, taken through the line."""
    (reading,) = HUB.line.understand(anonymous(text.encode(), "", NOW), STANDARD, REFERENCE).readings
    return reading


def document(reading: Reading) -> dict[str, Any]:
    """The facts of all statements of one message, as told."""
    facts: dict[str, Any] = {}
    for said in reading.said:
        for name, value in said.facts.items():
            facts[name] = facts.get(name, []) + value if name == "houses" else facts.get(name, value)
    return facts


def written(name: str, facts: dict[str, Any]) -> tuple[str, list[Any]]:
    of = table(name)
    found = HUB.line.render(f"cargo-imp:{of.type}/{of.version}", facts, OUTGOING)
    return whole(found.raws), found.problems


def normalised(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")
    return re.sub(r"\d+\.\d+", lambda number: number[0].rstrip("0").rstrip("."), lines)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=seeds)
def test_through_the_model_it_is_the_same(name: str, seed: int) -> None:
    text = made(name, seed)
    reading = understood(text)
    assert [one for one in reading.problems if one.severity == "error"] == []
    lost = [text.split("\n")[line - 1] for line, _ in reading.not_carried]
    assert [line for line in lost if name in COMPLETE or not KNOWN.match(line)] == []
    again, problems = written(name, document(reading))
    if not lost:
        assert normalised(again) == normalised(text)
        assert [one for one in problems if one.code in (Code.NOT_EXPRESSIBLE, Code.WRITE_INCOMPLETE)] == []


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=seeds)
def test_folded_it_keeps_every_rule_and_every_line(name: str, seed: int) -> None:
    """The shipment of one message alone obeys canonical.md; written again it has the lines it was told in, milestones in time."""
    text = made(name, seed)
    reading = understood(text)
    folded = shipments_of([reading], NOW, HUB.rules)
    assert [fault for one in folded for fault in violations(one.document)] == []
    if not reading.not_carried and len(folded) == 1:
        again, _ = written(name, folded[0].document)
        assert sorted(normalised(again).split("\n")) == sorted(normalised(text).split("\n"))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=seeds)
def test_what_is_written_is_understood_as_the_same(name: str, seed: int) -> None:
    """A second time through the model changes nothing more."""
    first = understood(made(name, seed))
    again, _ = written(name, document(first))
    if not first.not_carried:
        assert document(understood(again)) == document(first)


@pytest.mark.parametrize("name", NAMES)
def test_explain_says_the_same_twice(name: str) -> None:
    text = made(name, 7)
    envelope = anonymous(text.encode(), "", NOW)
    first, second = (explained(HUB.line.understand(envelope, STANDARD, REFERENCE), NOW, HUB.rules) for _ in range(2))
    assert first == second
