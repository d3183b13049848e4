"""What ``explain`` says of a corpus file: the same path as the command, with the standard profile and one reference day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from hub.bootstrap.pure import PureHub
from hub.explain import anonymous, explained
from hub.settings import load

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@lru_cache(maxsize=1)
def hub() -> PureHub:
    """The packaged hub without a database."""
    return PureHub(load({}))


@lru_cache(maxsize=512)
def explain(path: Path) -> dict[str, Any]:
    """The answer of ``explain FILE --json --as-of 2026-11-21``."""
    envelope = anonymous(path.read_bytes(), path.name, NOW)
    return explained(hub().line.understand(envelope, hub().profile(), DAY), NOW, hub().rules)


def problems(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All problems of a file, those of the interchange first."""
    yield from answer["problems"]
    for message in answer["messages"]:
        yield from message["problems"]


def errors(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The error-level problems of a file."""
    return [one for one in problems(answer) if one["severity"] == "error"]


def shipments(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """All canonical shipments of a file."""
    return [one for message in answer["messages"] for one in message["shipments"]]
