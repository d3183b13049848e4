"""Refusal, measured: a single fault in any of our messages is one problem, at its line and at its column."""

from collections import Counter

import pytest

from adapters.cargo_imp.layout import schema_names
from tests.property.cargo_imp_mutations import Mutation, mutations, told, valid_messages, verdict
from tests.unit.adapters.cargo_imp.messages import FIXTURES

ALL = list(mutations())
TYPES = sorted({name.partition("_")[0] for name, _ in valid_messages()})


def shown(one: Mutation) -> str:
    return f"{one.of} line {one.line}, {one.element} {one.kind}: {[(p.code, p.line, p.column) for p in told(one)]}"


@pytest.mark.parametrize("type", TYPES)
def test_one_fault_is_one_problem_at_its_place(type):
    wrong = [one for one in ALL if one.of.startswith(type) and verdict(one) != "right"]
    assert [shown(one) for one in wrong] == []


def test_there_are_enough_of_every_kind():
    kinds = Counter(one.kind for one in ALL)
    assert len(ALL) >= 300
    assert (
        min(kinds[one] for one in ("first character", "too long", "too short", "absent", "code", "comma", "more", "line out"))
        >= 10
    )


def test_every_type_with_a_table_and_a_fixture_is_spoilt():
    """A type that comes with a table and a message of its own is picked up by itself."""
    fixtures = {path.name.partition("_")[0] for path in FIXTURES.iterdir()}
    assert {name.partition("_")[0] for name in schema_names()} & fixtures == set(TYPES)
