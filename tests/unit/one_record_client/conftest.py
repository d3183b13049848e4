"""Another node on loopback, and the client's settings for it."""

from collections.abc import Iterator, Mapping

import pytest

from adapters.one_record import client
from adapters.one_record.client.node import Node
from tests.unit.one_record_client.other_node import OtherNode

SECRETS = {"their-secret": "a-secret-word"}


def settings(other: OtherNode, **more: object) -> dict[str, object]:
    known: dict[str, object] = {"endpoint": other.base, "allow_private": True, "partner": "north", "channel": "node"}
    limits = {"connect_seconds": 1.0, "read_seconds": 1.0, "attempt_seconds": 2.0}
    return {**known, **limits, **more}


def credentials(other: OtherNode) -> dict[str, object]:
    return {"token_url": f"{other.base}/token", "client_id": "waybridge", "client_secret": "their-secret"}


def opened(other: OtherNode, **more: object) -> Node:
    values: Mapping[str, object] = settings(other, **more)
    return client.open_node(values, SECRETS.__getitem__)


@pytest.fixture
def other() -> Iterator[OtherNode]:
    """A node by the standard."""
    with OtherNode().serving() as node:
        yield node


@pytest.fixture
def neone() -> Iterator[OtherNode]:
    """A node that answers as NE:ONE does."""
    with OtherNode(neone=True, versions=("2.2.0",)).serving() as node:
        yield node
