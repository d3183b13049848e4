"""Places to run commands in: empty, set up, and one with traffic in it that tests only look at."""

from pathlib import Path

import pytest

from tests.end_to_end.commands import FSU, FWB, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Configured, without a database."""
    return Place(tmp_path)


@pytest.fixture
def ready(place: Place) -> Place:
    """With an empty database."""
    assert place.run("init").status == 0
    return place


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A waybill, its status, a faulty file and a stranger's message taken through; to be looked at only."""
    place = Place(tmp_path_factory.mktemp("busy"))
    assert place.run("init").status == 0
    for partner, name, text in (
        ("blue", "fwb.txt", FWB),
        ("green", "fsu.txt", FSU),
        ("green", "bad.txt", FWB.replace("RTG/", "RTX/")),
        ("other", "foreign.txt", FSU.replace("21NOV/FRADOH", "22NOV/FRADOH")),
    ):
        assert place.run("receive", place.file(name, text), "--partner", partner).status == 0
    assert place.run("work", "--drain").status in (0, 1)
    return place
