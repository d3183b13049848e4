"""When to try again: pure decisions over a partner's schedule. Knows no storage and no clock."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.settings import DEFAULT_SCHEDULE

JITTER = 0.1


def next_attempt(
    now: datetime, *, key: str, attempts: int, schedule: Sequence[float] = DEFAULT_SCHEDULE, retry_after: float | None = None
) -> datetime | None:
    """When to try again after ``attempts`` failures, or None when the schedule is exhausted.

    Never earlier than the other side's ``retry_after`` (seconds); up to a tenth later than scheduled, by the delivery's key,
    so that deliveries which failed together do not come back together.
    """
    if attempts >= len(schedule):
        return None
    wait = schedule[attempts] * (1 + JITTER * spread(key, attempts))
    return now + timedelta(seconds=max(wait, retry_after or 0))


def spread(key: str, attempts: int) -> float:
    """A fraction from 0 to 1 that depends on nothing but its arguments."""
    return zlib.crc32(f"{key}/{attempts}".encode()) / 0xFFFFFFFF
