"""What `partners check` finds in a partner's validation."""

import pytest

from hub.bootstrap.checking import check_partners
from hub.settings import Partner, Settings, Validation, load

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
