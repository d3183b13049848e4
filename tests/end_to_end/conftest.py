"""Places to run commands in, and desks that close themselves."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.settings import Partner
from tests.end_to_end.commands import FSU, FWB, Place
from tests.end_to_end.desk import Desk

Open = Callable[..., Desk]


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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Open]:
    """Open a hub with these partners; more than one may be open."""
    opened: list[Desk] = []

    def open_desk(*partners: Partner, identity: str = "WAYBRIDGE", **more: str) -> Desk:
        opened.append(Desk(tmp_path / identity.lower(), *partners, identity=identity, **more))
        return opened[-1]

    yield open_desk
    for one in opened:
        one.close()
