"""What a partner's HTTP status means for a delivery (RFC 9110, section 15). The one table of it; opens nothing."""

from datetime import datetime

from hub.exchange import Answer, pause_asked, printable
from hub.ports import DeliveryError, Misconfigured, Receipt, Refused, Retriable

_AGAIN = frozenset({408, 425, 429})


def judged(answer: Answer, url: str, now: datetime) -> Receipt:
    """The receipt of a 2xx answer; any other is raised as the :class:`hub.ports.DeliveryError` it means."""
    if 200 <= answer.status < 300:
        return Receipt(
            reference=printable(answer.headers.get("Location", "")), text=printable(f"{answer.status} {_text(answer)}")
        )
    raise _error(answer, url, now)


def _text(answer: Answer) -> str:
    said = answer.body.decode("utf-8", "replace")
    return said if answer.whole else f"{said} [the answer broke off]"


def _error(answer: Answer, url: str, now: datetime) -> DeliveryError:
    said = printable(f"{url} answered {answer.status}: {_text(answer)}")
    if 300 <= answer.status < 400:
        place = printable(answer.headers.get("Location", "nowhere"))
        return Misconfigured(
            f"http channel: {url} answered {answer.status} and points to {place}. Redirects are not followed: set 'url'."
        )
    if answer.status in (401, 407):
        return Misconfigured(f"http channel: {said}. The partner does not accept our key: check the secret.")
    if answer.status in _AGAIN or answer.status >= 500:
        return Retriable(f"http channel: {said}", retry_after=pause_asked(answer, now))
    return Refused(f"http channel: {said}")
