"""One HTTP request and its answer, on one connection to an address that was checked: what the channels that speak HTTP share.
A connection may be kept for the next request to the same host (hub.kept).

Follows no redirect and knows no partner, no format and no meaning of a status.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import tenacity

from hub.address import permitted
from hub.channel import Deadline
from hub.kept import Kept, Wire
from hub.ports import Misconfigured, Retriable, Unknown
from hub.way import Way

READS = ("GET", "HEAD")
"""Methods that change nothing, so that sending one again does no harm."""

_LONGEST_WAIT = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent. The headers hold secrets and stay out of the ``repr``."""

    method: str
    url: httpx.URL
    headers: dict[str, str] = field(repr=False)
    raw: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, headers and body. ``whole`` is false when the body broke off or has more bytes than are read."""

    status: int
    headers: httpx.Headers
    body: bytes
    whole: bool = True


def exchange(way: Way, request: Request, kept: Kept | None = None) -> Answer:
    """Send and hear the answer, of any status; another connection is tried only while none stands, as nothing was sent then.

    With ``kept`` a connection that stands is used, and is left standing. Where it turns out to be dead, a new one is made; but
    for a request that changes something and may have arrived, that is the caller's to decide (Unknown).

    Raises Retriable when the request was not sent in full, Unknown when it was and the answer was lost, Misconfigured for a
    forbidden address or a certificate that is not to be trusted.
    """
    wire = kept.taken(request.url) if kept is not None else None
    if wire is not None:
        talk = Exchange(way, request, wire, last=False)
        try:
            return _over(talk, wire, request, kept)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            pass  # it was given up within httpx, and none came in its place: nothing was sent
        except (Retriable, Unknown) as fault:
            if talk.hung or (isinstance(fault, Unknown) and request.method not in READS):
                raise
    return _connected(way, request, kept)


def _over(talk: "Exchange", wire: Wire, request: Request, kept: Kept | None) -> Answer:
    """The exchange over a connection, which is kept where it may be used again, and closed in every other case."""
    try:
        answer = talk.send()
    except BaseException:
        wire.close()
        raise
    if kept is not None and answer.whole and "close" not in answer.headers.get("Connection", "").lower():
        kept.put(request.url, wire)
    else:
        wire.close()
    return answer


def _connected(way: Way, request: Request, kept: Kept | None) -> Answer:
    again = tenacity.Retrying(
        retry=tenacity.retry_if_exception(_is_worth_another_connection),
        stop=tenacity.stop_after_attempt(way.connect_attempts),
        wait=tenacity.wait_exponential(multiplier=0.1, max=2.0) + tenacity.wait_random(0, 0.1),
        reraise=True,
    )
    tries = 0

    def once() -> Answer:
        nonlocal tries
        tries += 1
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        found = permitted(request.url.host, port, allow_private=way.allow_private, who=f"{way.kind} channel")
        wire = Wire(way.trust, found[(tries - 1) % len(found)])
        return _over(Exchange(way, request, wire, last=kept is None), wire, request, kept)

    try:
        return again(once)
    except httpx.ConnectError as error:
        raise _unreachable(error, way, request.url.host) from error
    except httpx.ConnectTimeout as error:
        raise Retriable(f"{way.kind} channel: {request.url.host} does not answer to connect ({tries} tries).") from error


def _certificate_fault(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _is_worth_another_connection(error: BaseException) -> bool:
    return isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)) and _certificate_fault(error) is None


def _unreachable(error: httpx.ConnectError, way: Way, host: str) -> Misconfigured | Retriable:
    fault = _certificate_fault(error)
    if fault is None:
        return Retriable(f"{way.kind} channel: no connection to {host} ({error}). It is tried again.")
    return Misconfigured(
        f"{way.kind} channel: the certificate of {host} is not to be trusted: {fault.verify_message}. "
        f"Nothing was sent. Check '{way.setting}', or name the partner's authority in 'ca_file'."
    )


class Exchange:
    """One request and its answer, on one connection to one address; the ``last`` one on it says so. ``hung``: it ended because
    the time was over, not because the connection was.
    """

    def __init__(self, way: Way, request: Request, wire: Wire, *, last: bool) -> None:
        self._way = way
        self._request = request
        self._wire = wire
        self._last = last
        self._connected = False
        self._sent = False
        self.hung = False

    def send(self) -> Answer:
        """Raises httpx.ConnectError and ConnectTimeout untouched; later faults as Retriable or Unknown."""
        with Deadline(self._way.connect_seconds + self._way.attempt_seconds) as deadline:
            try:
                return self._send(deadline)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if self._connected and deadline.expired:
                    raise self._lost("no end to the TLS handshake") from None
                raise
            except (httpx.HTTPError, OSError, ValueError) as error:
                self.hung = deadline.expired or isinstance(error, httpx.TimeoutException)
                raise self._lost(f"no end after {deadline.seconds:g} seconds" if deadline.expired else _reason(error)) from error

    def _send(self, deadline: Deadline) -> Answer:
        limits = httpx.Timeout(self._way.read_seconds, connect=self._way.connect_seconds)
        asked = self._request
        extensions: dict[str, Any] = {"sni_hostname": asked.url.raw_host.decode("ascii"), "trace": self._tracer(deadline)}
        if self._wire.socket is not None:
            deadline.watch(self._wire.socket)
        with self._wire.client.stream(
            asked.method,
            asked.url.copy_with(host=self._wire.address),
            headers=self._headers(),
            content=asked.raw,
            timeout=limits,
            extensions=extensions,
        ) as response:
            body, whole = self._body(response)
            return Answer(status=response.status_code, headers=response.headers, body=body, whole=whole)

    def _headers(self) -> dict[str, str]:
        headers = self._request.headers | {"Host": self._request.url.netloc.decode("ascii")}
        return headers | {"Connection": "close"} if self._last else headers

    def _body(self, response: httpx.Response) -> tuple[bytes, bool]:
        """The beginning of the answer's body. The status has been said: a body that breaks off takes nothing back."""
        begun = bytearray()
        limit = self._way.max_answer_bytes
        try:
            for chunk in response.iter_raw():
                begun += chunk
                if len(begun) > limit:
                    return bytes(begun[:limit]), False
        except (httpx.HTTPError, OSError):
            return bytes(begun), False
        return bytes(begun), True

    def _tracer(self, deadline: Deadline) -> Callable[[str, dict[str, Any]], None]:
        def trace(event: str, told: dict[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                self._connected = True
                connection = told["return_value"].get_extra_info("socket")
                deadline.watch(connection)
                if not self._last:
                    self._wire.connected(connection)
            elif event == "http11.send_request_body.complete":
                self._sent = True

        return trace

    def _lost(self, reason: str) -> Retriable | Unknown:
        where = f"{self._way.kind} channel: {self._request.url.host}"
        if self._sent:
            return Unknown(f"{where}: {reason}, after the request was sent: it may have arrived. Tried again under the same key.")
        return Retriable(f"{where}: {reason}, before the request was sent in full. It is tried again.")


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return f"the exchange broke off ({str(error) or type(error).__name__})"[:300]


def pause_asked(answer: Answer, now: datetime) -> float | None:
    """Seconds that an answer's ``Retry-After`` asks for; a date counts from the answer's own ``Date``: by their clock."""
    theirs = _aware(answer.headers.get("Date", ""))
    return retry_after(answer.headers.get("Retry-After"), theirs or now)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a ``Retry-After`` header, in seconds or as a date (RFC 9110, section 10.2.3), at most a day.

    None when there is none or it says nothing that can be read.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), _LONGEST_WAIT)
    at = _aware(text)
    return min(max((at - now).total_seconds(), 0.0), _LONGEST_WAIT) if at is not None else None


def _aware(text: str) -> datetime | None:
    """An HTTP date (RFC 9110, section 5.6.7); None for anything else."""
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def printable(text: str, length: int = 300) -> str:
    """The beginning of a text as it may be logged and shown: one line, nothing unprintable."""
    return "".join(char if char.isprintable() else " " for char in text[:length]).strip()
