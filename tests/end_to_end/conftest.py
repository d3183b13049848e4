"""Desks that close themselves."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.settings import Partner
from tests.end_to_end.desk import Desk

Open = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Open]:
    """Open a hub with these partners; more than one may be open."""
    opened: list[Desk] = []

    def open_desk(*partners: Partner, identity: str = "WAYBRIDGE") -> Desk:
        opened.append(Desk(tmp_path / identity.lower(), *partners, identity=identity))
        return opened[-1]

    yield open_desk
    for one in opened:
        one.close()
