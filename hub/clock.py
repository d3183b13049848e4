"""Now, and the one form in which times are stored. Knows no storage."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class SystemClock:
    """The machine's own clock (:class:`hub.ports.Clock`)."""

    def now(self) -> datetime:
        """An aware UTC time."""
        return datetime.now(UTC)


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC. ``moment`` is aware."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(stored: int) -> datetime:
    """The aware UTC time of stored microseconds."""
    return _EPOCH + timedelta(microseconds=stored)
