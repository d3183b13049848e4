"""Another author who says the same with fewer words takes nothing away; who says it otherwise does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.fold import fold
from hub.fold.fuller import covers
from tests.unit.hub.test_fold import KEY, RULES, milestone, only, ruled, said

FULL = {"pieces": 3, "weight": {"value": "9", "unit": "KGM"}, "volume": {"value": "1", "unit": "MTQ"}}
FEWER = {"pieces": 3, "weight": {"value": "9", "unit": "KGM"}}
LOAD = {"flight": "QR066", "date": "2026-11-21", "pieces": 2, "status": "manifested"}
HEAVY = {**LOAD, "weight": {"value": "9", "unit": "KGM"}}


@pytest.mark.parametrize(
    ("whole", "said", "does"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 2}}, True),
        ([{"a": 1, "b": 2}], [{"a": 1}], True),
        ([1, 2], [1], False),
        ({"a": 1}, {}, False),
        ([1], [], False),
        ({}, {}, True),
        ({"a": 1}, {"a": None}, False),
    ],
)
def test_what_says_all_that_another_says(whole: Any, said: Any, does: bool) -> None:
    assert covers(whole, said) is does


def test_another_author_who_says_the_same_with_fewer_words_takes_nothing_away() -> None:
    one = only([said(FULL, number=1), said(FEWER, author="NODE", partner="q", at=9, number=2)])
    assert {name: one.document[name] for name in FULL} == FULL
    assert [w.author for w in one.lineage["/pieces"]] == ["AGT", "NODE"]
    assert one.conflicts == {}


@pytest.mark.parametrize(
    ("newer", "more"),
    [
        ({**FEWER, "pieces": 4}, {"author": "NODE"}),
        (FEWER, {"author": "AGT"}),
        (FEWER, {"author": "NODE", "kind": "Waybill"}),
    ],
    ids=["says it otherwise", "the same author", "is believed more"],
)
def test_who_says_it_otherwise_or_is_believed_more_or_corrects_itself_is_heard(newer: Any, more: dict[str, Any]) -> None:
    rules = type(RULES)(authority={("FWB", "*"): 50, ("Waybill", "*"): 60})
    (one,) = fold(KEY, [said(FULL, number=1), said(newer, at=9, number=2, **more)], rules)
    assert one.document["pieces"] == newer["pieces"]
    assert "volume" not in one.document


def test_a_ruling_is_as_short_as_it_is_meant_to_be() -> None:
    one = only([said(FULL, number=1), ruled({**FEWER, "volume": None}, at=1, number=2, author="ME")])
    assert "volume" not in one.document


def test_a_load_told_again_with_fewer_words_is_one_load_and_another_author_s_other_load_is_another() -> None:
    other = {**LOAD, "pieces": 1}
    one = only([said({"loads": [HEAVY]}, number=1), said({"loads": [LOAD, other]}, author="NODE", at=9, number=2)])
    assert one.document["loads"] == [other, HEAVY] or one.document["loads"] == [HEAVY, other]
    place = one.document["loads"].index(HEAVY)
    assert [w.author for w in one.lineage[f"/loads/{place}"]] == ["AGT", "NODE"]
    assert len(only([said({"loads": [HEAVY, LOAD]}, number=1)]).document["loads"]) == 2


def test_units_and_milestones_keep_what_is_told_of_them() -> None:
    unit = {"uld": "AKE12345QR", "pieces": 2}
    first = said({"ulds": [{**unit, "remarks": "TOP"}], **milestone(description_code="T")}, kind="FSU", number=1)
    again = said({"ulds": [unit], **milestone()}, kind="FSU", author="NODE", at=9, number=2)
    document = only([first, again]).document
    assert document["ulds"] == [{**unit, "remarks": "TOP"}]
    assert document["milestones"][0]["description_code"] == "T"


words = st.fixed_dictionaries(
    {"pieces": st.integers(1, 2)},
    optional={
        "volume": st.sampled_from([FULL["volume"]]),
        "loads": st.lists(st.sampled_from([LOAD, HEAVY, {**HEAVY, "mode": "air"}, {**LOAD, "uld": "AKE12345QR"}]), max_size=3),
        "ulds": st.sampled_from([[{"uld": "AKE12345QR"}], [{"uld": "AKE12345QR", "pieces": 2}]]),
    },
)


@given(st.lists(st.tuples(words, st.sampled_from("ABC"), st.integers(0, 3)), min_size=2, max_size=6), st.randoms())
@settings(deadline=None, max_examples=80)
def test_the_law_of_order_holds_for_fewer_words(several: list[Any], chance: Any) -> None:
    made = [said(one, author=author, at=at, number=number) for number, (one, author, at) in enumerate(several)]
    shuffled = made[:]
    chance.shuffle(shuffled)
    assert [one.raw for one in fold(KEY, shuffled, RULES)] == [one.raw for one in fold(KEY, made, RULES)]
