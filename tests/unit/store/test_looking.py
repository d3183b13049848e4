"""The commands that list, over a small history: what they print, page by page, and what they refuse."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner

from hub.cli import look
from hub.read import ReadSide
from hub.worker import Worker
from tests.unit.store.fakes import World


@pytest.fixture
def run(
    engine: Engine, receive: Callable[..., str], hire: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    for number in (1, 2):
        receive(f"FRAQR FWB awb:020-0000000{number} replace 1 awb:020-0000000{number}/pieces=1")
    hire(World("north", "south")).drain(seconds=10)
    monkeypatch.setattr(look, "_read", lambda: ReadSide(engine))
    app = typer.Typer()
    look.register(app)
    return lambda *words: CliRunner().invoke(app, words)


def test_deliveries_are_listed_by_partner_state_and_shipment(run: Callable[..., Any]) -> None:
    assert len(json.loads(run("deliveries", "--json").stdout)["items"]) == 4
    for words in (("--partner", "north"), ("--shipment", "02000000001"), ("--shipment", "awb:020-00000001:1")):
        assert len(json.loads(run("deliveries", "--json", *words).stdout)["items"]) == 2, words
    assert json.loads(run("deliveries", "--json", "--state", "refused").stdout) == {"items": []}
    (one,) = json.loads(run("deliveries", "--json", "--partner", "south", "--shipment", "020-00000002:1").stdout)["items"]
    assert (one["state"], one["partner"], one["shipment"]) == ("sent", "south", "awb:020-00000002:1")
    assert "awb:020-00000002:1" in run("deliveries").stdout


def test_pages_of_deliveries_follow_each_other(run: Callable[..., Any]) -> None:
    first = json.loads(run("deliveries", "--json", "--limit", "3").stdout)
    last = json.loads(run("deliveries", "--json", "--limit", "3", "--cursor", first["next"]).stdout)
    assert [one["number"] for one in (*first["items"], *last["items"])] == [4, 3, 2, 1]
    assert "next" not in last


@pytest.mark.parametrize(
    "words", [("deliveries", "--state", "done"), ("messages", "--state", "done"), ("messages", "--cursor", "x")]
)
def test_what_is_no_state_or_cursor_is_bad_usage(run: Callable[..., Any], words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
