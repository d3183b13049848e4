"""The benchmarks can be run: each is there for `make bench`, and measures something."""

import importlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import mapping, read
from hub.bootstrap import pure_line
from hub.demo.traffic import day_of_traffic
from hub.store.engine import open_engine
from hub.store.migrations import upgrade

NAMES = sorted(path.stem for path in Path(mapping.__file__).parent.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_says_what_it_measures_and_can_be_started(name: str) -> None:
    found = importlib.import_module(f"benchmarks.{name}")
    assert 'if __name__ == "__main__":' in Path(str(found.__file__)).read_text()
    assert (found.__doc__ or "").strip()


def test_every_message_of_a_day_can_be_measured() -> None:
    hub, day = pure_line(), datetime(2026, 11, 21, 6, tzinfo=UTC)
    first = {telling.target: telling for telling in day_of_traffic(12, day) if telling.target}
    measured = {target: mapping.steps_of(hub, telling, day)[1] for target, telling in first.items()}
    assert any(target.startswith("edifact") for target in measured)
    assert sum(len(steps) > 0 for steps in measured.values()) > len(measured) / 2
    for steps in measured.values():
        for work in steps.values():
            work()


def test_shipments_made_for_looking_can_be_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    upgrade(engine)
    read.fill(engine, 60)
    read.measure(engine, 60, 1)
    assert capsys.readouterr().out
    engine.dispose()
