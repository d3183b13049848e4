"""What `partners check` finds in a partner's validation and rules."""

import pytest

from hub.bootstrap.checking import check_partners
from hub.settings import Channel, Partner, SendRule, Settings, Validation, load

BASE = load({})


def found(validation):
    partners = {"one": Partner(id="one", validation=validation)}
    return [one["problem"] for one in check_partners(Settings(hub=BASE.hub, partners=partners, source=BASE.source))]


def test_a_right_one():
    assert found(Validation(profile="lenient", overrides={"cargo-imp.element.carrier": "error"})) == []


@pytest.mark.parametrize(
    ("validation", "told"),
    [
        (Validation(profile="harsh"), "no profile 'harsh'"),
        (Validation(overrides={"cargo-imp.element.carier": "error"}), "near it: cargo-imp.element.carrier"),
        (Validation(overrides={"cargo-imp.element.carrier": "fatal"}), "'fatal' is no severity"),
    ],
)
def test_a_wrong_one(validation, told):
    (problem,) = found(validation)
    assert told in problem


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"target": "cargo-imp:FFM/8", "settle": 60.0, "carriers": ["XX"]}, []),
        ({"target": "cargo-imp:FWB/17", "ordering": "in_order"}, []),
        ({"target": "cargo-imp:FWB/17", "ordering": "inorder"}, ["'inorder' is no ordering"]),
        ({"target": "cargo-imp:FWB/17", "settle": 60.0}, ["settle and carriers are for lists of flights"]),
        ({"target": "cargo-imp:UCM/0"}, ["cannot write 'cargo-imp:UCM/0'"]),
    ],
)
def test_rules_that_would_never_apply(rule, told, tmp_path):
    channel = Channel(name="folder", adapter="adapters.directory", settings={"path": str(tmp_path), "settle_seconds": 0})
    partners = {"one": Partner(id="one", channel=[channel], send=[SendRule(channel="folder", **rule)])}
    problems = [one["problem"] for one in check_partners(Settings(hub=BASE.hub, partners=partners, source=BASE.source))]
    assert len(problems) == len(told)
    assert all(words in problem for words, problem in zip(told, problems, strict=True))
