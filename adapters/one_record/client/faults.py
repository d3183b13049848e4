"""What another node's refusal means for a call, with the words of its ``api:Error`` (standard, Error Handling). Opens nothing."""

from datetime import datetime

import httpx

from adapters.one_record.client.said import Said, Thing, said
from adapters.one_record.client.settings import KIND
from hub.exchange import Answer, pause_asked, printable
from hub.ports import DeliveryError, Misconfigured, Refused, Retriable

_AGAIN = frozenset({408, 425, 429})
_NEVER = frozenset({501, 505})
_DETAILS = 5
_LONGEST = 700
_LEAST = 30.0


FOR_NOW = frozenset({302, 303, 307})
"""Redirects that do not last (RFC 9110, sections 15.4.3, 15.4.4 and 15.4.8)."""


class SentElsewhere(Retriable):
    """The node points to where we do not go, and not for good: a page that says that it is under repair."""


class RefusedCall(Refused):
    """The node said no for good; ``status`` is its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def fault_of(answer: Answer, method: str, url: httpx.URL, now: datetime) -> DeliveryError:
    """The error a status means; only for statuses that are no success."""
    text = f"{KIND} channel: {method} {url.copy_with(query=None)} answered {answer.status}: {told(answer)}"
    if 300 <= answer.status < 400:
        place = printable(answer.headers.get("Location", "nowhere"))
        if answer.status in FOR_NOW:
            return SentElsewhere(f"{text} It points to {place} for now. It is tried again.", retry_after=pause_asked(answer, now))
        return Misconfigured(f"{text} It points to {place}: correct the IRI, 'endpoint' or 'hosts'.")
    if answer.status in (401, 407):
        return Misconfigured(f"{text} Our token is not accepted: check the credentials, and that the partner trusts our issuer.")
    if answer.status in _AGAIN or (answer.status >= 500 and answer.status not in _NEVER):
        return Retriable(text, retry_after=pause_asked(answer, now))
    return RefusedCall(text, answer.status)


def not_yet(fault: DeliveryError, answer: Answer, now: datetime) -> Retriable:
    """A 401 although the provider granted the token just now: our credentials are good, and the node cannot check them yet.

    Its provider may have a new key that the node does not know, or cannot ask for.
    """
    wait = pause_asked(answer, now)
    return Retriable(f"{fault} The token was just granted, so it is tried again.", retry_after=_LEAST if wait is None else wait)


def told(answer: Answer) -> str:
    """The words of an answer: of its ``api:Error`` where it has one, else the beginning of its text."""
    document = said(answer.body) if answer.body.strip() else None
    errors = document.of("Error") if document is not None else []
    if document is None or not errors:
        return printable(answer.body.decode("utf-8", "replace")) or "no body"
    return printable("; ".join(_error(one, document) for one in errors[:_DETAILS]), _LONGEST)


def _error(error: Thing, document: Said) -> str:
    details = [one for iri in error.texts("api:hasErrorDetail") if (one := document.thing(iri)) is not None]
    shown = " | ".join(_detail(one) for one in details[:_DETAILS])
    return ": ".join(filter(None, (error.text("api:hasTitle"), shown)))


def _detail(detail: Thing) -> str:
    about = [detail.text(name) for name in ("api:hasCode", "api:hasProperty", "api:hasResource")]
    known = ", ".join(filter(None, about))
    return f"{detail.text('api:hasMessage')} ({known})" if known else detail.text("api:hasMessage")
