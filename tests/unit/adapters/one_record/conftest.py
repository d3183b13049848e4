"""A ONE Record node behind HTTP, and its holder's client: what most tests of its operations begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.adapters.one_record.http_world import Client, Web
from tests.unit.adapters.one_record.node_world import world


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with world(tmp_path) as found:
        yield Web(found)


@pytest.fixture
def holder(web: Web) -> Client:
    return web.client()
