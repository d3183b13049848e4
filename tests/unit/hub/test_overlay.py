"""A change of what objects say changes just that in the document: what they cannot say stays, what followed from it goes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.overlay import overlaid


def line(at: int, **more: Any) -> dict[str, Any]:
    return {"line": at, **more}


CASES: dict[str, tuple[Any, Any, Any, Any]] = {
    # what is known, what was said of it, what is said now, what is known now
    "the same": ({"a": 1, "b": 2}, {"a": 1}, {"a": 1}, {"a": 1, "b": 2}),
    "a value": ({"a": 1, "b": 2}, {"a": 1}, {"a": 3}, {"a": 3, "b": 2}),
    "gone": ({"a": 1, "b": 2}, {"a": 1}, {}, {"b": 2}),
    "new": ({"b": 2}, {}, {"a": 3}, {"b": 2, "a": 3}),
    "deep": ({"a": {"x": 1, "y": 2}}, {"a": {"x": 1}}, {"a": {"x": 3}}, {"a": {"x": 3, "y": 2}}),
    "texts": ({"a": ["x", "y"]}, {"a": ["x", "y"]}, {"a": ["y"]}, {"a": ["y"]}),
    "order of another set": ({"c": ["a"], "c_order": [1]}, {"c": ["a"]}, {"c": ["b"]}, {"c": ["b"]}),
    "order of the same set": ({"c": ["a"], "c_order": [1], "d": 1}, {"c": ["a"], "d": 1}, {"c": ["a"], "d": 2}, None),
    "a name's lines": ({"name": "A B", "name_lines": ["A", "B"]}, {"name": "A B"}, {"name": "C"}, {"name": "C"}),
    "an item": ([{"k": 1, "w": 9}, {"k": 2}], [{"k": 1}, {"k": 2}], [{"k": 1}, {"k": 3}], [{"k": 1, "w": 9}, {"k": 3}]),
    "an item of which nothing is said": ([{"w": 9}, {"k": 2}], [{"k": 2}], [{"k": 3}], [{"w": 9}, {"k": 3}]),
    "items in another order": ([{"k": 1, "w": 8}, {"k": 2, "w": 9}], [{"k": 2}, {"k": 1}], [{"k": 2}, {"k": 3}], None),
    "an item gone": (
        [line(1, k="a", w=1), line(2, k="b", w=2), line(3, k="c", w=3)],
        [line(1, k="a"), line(2, k="b"), line(3, k="c")],
        [line(1, k="a"), line(2, k="c")],
        [line(1, k="a", w=1), line(2, k="c", w=3)],
    ),
    "an item more": (
        [line(1, k="a", w=1), line(2, k="b", w=2)],
        [line(1, k="b")],
        [line(1, k="b"), line(2, k="c")],
        [line(1, k="a", w=1), line(2, k="b", w=2), line(3, k="c")],
    ),
    "items that cannot be told apart": ([{"w": 1}, {"w": 2}, {"w": 3}], [{"k": 1}], [{"k": 2}], [{"k": 2}]),
    "a line's total": (
        {"lines": [line(1, rate="1", total="9", kind="Q"), line(2, rate="2", total="4")], "insurance": "XXX"},
        {"lines": [line(1, rate="1"), line(2, rate="2")]},
        {"lines": [line(1, rate="3"), line(2, rate="2")]},
        {"lines": [line(1, rate="3", kind="Q"), line(2, rate="2", total="4")], "insurance": "XXX"},
    ),
    "sums of other charges": (
        {"lines": [], "prepaid": {"tax": "5", "total": "9"}, "code": "PP", "other_payment": "P"},
        {"prepaid": {"tax": "5"}, "other_payment": "P"},
        {"prepaid": {"tax": "5"}, "other_payment": "C"},
        {"lines": [], "prepaid": {"tax": "5"}, "code": "PP", "other_payment": "C"},
    ),
}
CASES["order of the same set"] = (*CASES["order of the same set"][:3], {"c": ["a"], "c_order": [1], "d": 2})
CASES["items in another order"] = (*CASES["items in another order"][:3], [{"k": 3, "w": 8}, {"k": 2, "w": 9}])


@pytest.mark.parametrize("case", CASES)
def test_just_what_is_said_otherwise_changes(case: str) -> None:
    whole, before, after, expected = CASES[case]
    assert overlaid(whole, before, after) == expected


VALUES = st.recursive(
    st.integers(0, 3) | st.sampled_from("xyz"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "line"]), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_of_what_is_said_whole_exactly_the_new_is_left_and_the_same_leaves_all(whole: Any, after: Any) -> None:
    assert overlaid(whole, whole, whole) == whole
    assert overlaid(whole, after, after) == whole
    if isinstance(whole, dict) and isinstance(after, dict) and not any(isinstance(one, list) for one in whole.values()):
        assert set(overlaid(whole, whole, after)) == set(after)
