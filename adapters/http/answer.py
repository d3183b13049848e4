"""What a partner's HTTP status means for a delivery (RFC 9110, section 15). The one table of it; opens nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from hub.ports import DeliveryError, Misconfigured, Receipt, Refused, Retriable

_AGAIN = frozenset({408, 425, 429})
_LONGEST_WAIT = 86_400.0
_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, headers and the beginning of the body."""

    status: int
    headers: httpx.Headers
    text: str


def judged(answer: Answer, url: str, now: datetime) -> Receipt:
    """The receipt of a 2xx answer; any other is raised as the :class:`hub.ports.DeliveryError` it means."""
    if 200 <= answer.status < 300:
        return Receipt(reference=_plain(answer.headers.get("Location", "")), text=_plain(f"{answer.status} {answer.text}"))
    raise _error(answer, url, now)


def _error(answer: Answer, url: str, now: datetime) -> DeliveryError:
    said = _plain(f"{url} answered {answer.status}: {answer.text}")
    if 300 <= answer.status < 400:
        place = _plain(answer.headers.get("Location", "nowhere"))
        return Misconfigured(
            f"http channel: {url} answered {answer.status} and points to {place}. Redirects are not followed: set 'url'."
        )
    if answer.status in (401, 407):
        return Misconfigured(f"http channel: {said}. The partner does not accept our key: check the secret.")
    if answer.status in _AGAIN or answer.status >= 500:
        return Retriable(f"http channel: {said}", retry_after=retry_after(answer.headers.get("Retry-After"), now))
    return Refused(f"http channel: {said}")


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a ``Retry-After`` header, in seconds or as a date (RFC 9110, section 10.2.3), at most a day.

    None when there is none or it says nothing that can be read.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:_SHOWN]).strip()
