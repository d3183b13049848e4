"""Which parts of a message sent in parts have not arrived, told with those that have. Only reads; knows no format."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from hub.problem import Code, Problem, Severity
from hub.store.tables import message, statement

SENT_TOGETHER = 6 * 3_600_000_000
"""Within how many microseconds of each other the parts of one message are sent."""


def told_of_parts(connection: Connection, row: Any, item: dict[str, Any]) -> dict[str, Any]:
    """A listed message; a part of one with a problem for every neighbouring part that has not arrived by now."""
    if "part" in item:
        claim = item.pop("claim", "")
        keys = [claim] if claim else item["keys"]
        item["problems"] = [*item["problems"], *_missing(item, _arrived(connection, row, keys) if keys else set())]
    return item


def _arrived(connection: Connection, row: Any, keys: Sequence[str]) -> set[int]:
    """The numbers of the parts of this message that have arrived by now: of its author and type, about its time.

    ``keys`` are its shipments, or the claim that all parts of a message about a flight make.
    """
    about = select(statement.c.message).where(statement.c.key.in_(keys))
    query = select(message.c.said_at, message.c.received_at, message.c.body).where(
        message.c.seq.in_(about), message.c.type == row.type, message.c.author == row.author
    )
    siblings = [one for one in connection.execute(query) if abs(_time(one) - _time(row)) <= SENT_TOGETHER]
    parts = [msgspec.json.decode(one.body).get("part") for one in siblings if one.body]
    return {one["number"] for one in parts if one}


def _time(row: Any) -> int:
    return int(row.received_at if row.said_at is None else row.said_at)


def _missing(item: dict[str, Any], arrived: set[int]) -> list[dict[str, Any]]:
    number, last = item["part"]["number"], item["part"]["last"]
    expected = [*range(1, number), *([] if last else [number + 1])]
    return [_part_missing(one, number, last) for one in expected if one not in arrived]


def _part_missing(missing: int, number: int, last: bool) -> dict[str, Any]:
    what = f"part {missing} of this message has not arrived; this is part {number}, {'the last' if last else 'more follow'}"
    problem = Problem(code=Code.PART_MISSING, severity=Severity.WARNING, message=what, expected=f"part {missing}")
    shown: dict[str, Any] = msgspec.to_builtins(problem)
    return shown
