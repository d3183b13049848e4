"""When a message says it was sent, as far as that can be believed. Pure; knows frames, no format."""

from datetime import UTC, date, datetime, timedelta

from hub.canonical.calendar import nearest_month
from hub.clock import micros
from hub.envelope import Frame

_AHEAD = timedelta(minutes=5)


def declared_time(frame: Frame | None, received_at: datetime) -> datetime | None:
    """The message's own time when it is there and plausible: not later than receipt plus five minutes (design.md, Order)."""
    text = frame.said_at if frame is not None else None
    if not text:
        return None
    try:
        moment = _moment(text, received_at)
    except ValueError:
        return None
    return believable(moment, received_at)


def believable(moment: datetime | None, received_at: datetime) -> datetime | None:
    """A time of saying unless it lies later than receipt plus five minutes."""
    return moment if moment is not None and moment <= received_at + _AHEAD else None


def full_day(frame: Frame | None) -> date | None:
    """The day a layer declares with its year: UNB does, a Type-B heading does not."""
    text = frame.said_at if frame is not None else None
    try:
        return datetime.fromisoformat(text).date() if text and not text.startswith("--") else None
    except ValueError:
        return None


def _moment(text: str, received_at: datetime) -> datetime:
    if text.startswith("--"):
        day = nearest_month(int(text[2:4]), received_at.date())
        text = f"{day.isoformat()}{text[4:]}"
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def plausible(said_at: datetime | None, received_at: datetime, tolerance_seconds: int = 300) -> datetime:
    """The declared time unless it is absent or lies later than receipt and the tolerance: then the time of receipt."""
    if said_at is None or micros(said_at) > micros(received_at) + tolerance_seconds * 1_000_000:
        return received_at
    return said_at
