"""Posts deliveries to a partner's URL: one connection each, to an address that was checked. Follows no redirect."""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import tenacity

from adapters.http.answer import Answer, judged
from hub.address import permitted
from hub.channel import Deadline, Secrets, Settings, key_text
from hub.ports import Misconfigured, Parcel, Receipt, Retriable, Unknown

_MEDIA = re.compile(r"[!-~][ -~]{0,199}")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where and how to post. The headers hold secrets and stay out of the ``repr``."""

    url: httpx.URL
    allow_private: bool
    headers: dict[str, str] = field(repr=False)
    trust: ssl.SSLContext = field(repr=False)
    connect_seconds: float
    connect_attempts: int
    read_seconds: float
    attempt_seconds: float
    max_answer_bytes: int


def target(settings: Settings, secrets: Secrets) -> Target:
    """Read the settings of the channel. Raises :class:`hub.ports.Misconfigured` naming what is missing or wrong."""
    return Target(
        url=_url(settings),
        allow_private=settings.flag("allow_private"),
        headers=_headers(settings, secrets),
        trust=_trust(settings),
        connect_seconds=settings.seconds("connect_seconds", 10.0),
        connect_attempts=settings.whole("connect_attempts", 3, least=1),
        read_seconds=settings.seconds("read_seconds", 30.0),
        attempt_seconds=settings.seconds("attempt_seconds", 60.0),
        max_answer_bytes=settings.whole("max_answer_bytes", 65_536),
    )


def _url(settings: Settings) -> httpx.URL:
    text = settings.text("url")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise Misconfigured(f"http channel: the setting 'url' is no URL: {error}.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Misconfigured("http channel: the setting 'url' should be https://HOST/PATH.")
    if url.userinfo:
        raise Misconfigured("http channel: the setting 'url' holds a user or password. Name a secret in 'bearer_secret' instead.")
    if url.scheme == "http" and not (settings.flag("allow_private") or settings.flag("allow_plain")):
        raise Misconfigured("http channel: the setting 'url' is not https. Set 'allow_plain' to true if the partner has no TLS.")
    return url


def _headers(settings: Settings, secrets: Secrets) -> dict[str, str]:
    bearer, key = settings.secret("bearer_secret", secrets), settings.secret("api_key_secret", secrets)
    headers = {"User-Agent": "waybridge", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    for name, secret, form in (("Authorization", bearer, "Bearer {}"), ("X-Api-Key", key, "{}")):
        if secret is not None:
            if not re.fullmatch(r"[!-~]+", secret):
                raise Misconfigured(
                    f"http channel: the secret for {name} has blanks or characters that cannot stand in a header."
                )
            headers[name] = form.format(secret)
    return headers


def _trust(settings: Settings) -> ssl.SSLContext:
    if "ca_file" not in settings.values:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=settings.text("ca_file"))
    except OSError as error:
        raise Misconfigured(f"http channel: the setting 'ca_file' names no file of certificates: {error}.") from error


def _utc_now() -> datetime:
    return datetime.now(UTC)


class HttpSender:
    """A :class:`hub.ports.Sender` to one URL. Safe to use from several threads: nothing is kept between deliveries."""

    def __init__(self, target: Target, now: Callable[[], datetime] = _utc_now) -> None:
        self._target = target
        self._now = now

    def deliver(self, parcel: Parcel) -> Receipt:
        """POST with ``Idempotency-Key``. A 2xx status is the receipt, whatever becomes of the rest of the answer.

        Raises the whole :class:`hub.ports.DeliveryError` tree; Unknown only when the request was sent in full.
        """
        headers = self._target.headers | {"Idempotency-Key": key_text(parcel.key), "Content-Type": _media(parcel)}
        return judged(self._connected(headers, parcel.raw), str(self._target.url.copy_with(query=None)), self._now())

    def close(self) -> None:
        """Nothing is held open."""

    def _connected(self, headers: dict[str, str], raw: bytes) -> Answer:
        """Try again only while no connection stands: nothing has been sent then, so repeating is safe."""
        exchange = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_worth_another_connection),
            stop=tenacity.stop_after_attempt(self._target.connect_attempts),
            wait=tenacity.wait_exponential(multiplier=0.1, max=2.0) + tenacity.wait_random(0, 0.1),
            reraise=True,
        )
        tries = 0

        def once() -> Answer:
            nonlocal tries
            tries += 1
            url = self._target.url
            port = url.port or (443 if url.scheme == "https" else 80)
            addresses = permitted(url.host, port, allow_private=self._target.allow_private)
            return Exchange(self._target, addresses[(tries - 1) % len(addresses)]).post(headers, raw)

        try:
            return exchange(once)
        except httpx.ConnectError as error:
            raise _unreachable(error, self._target) from error
        except httpx.ConnectTimeout as error:
            raise Retriable(f"http channel: {self._target.url.host} does not answer to connect ({tries} tries).") from error


def _media(parcel: Parcel) -> str:
    media = parcel.media or "application/octet-stream"
    if not _MEDIA.fullmatch(media):
        raise Misconfigured(
            f"http channel: the media type {media[:60]!r} cannot stand in a header. Correct the partner's format."
        )
    return media


def _certificate_fault(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _is_worth_another_connection(error: BaseException) -> bool:
    return isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)) and _certificate_fault(error) is None


def _unreachable(error: httpx.ConnectError, target: Target) -> Misconfigured | Retriable:
    fault = _certificate_fault(error)
    if fault is None:
        return Retriable(f"http channel: no connection to {target.url.host} ({error}). It is tried again.")
    return Misconfigured(
        f"http channel: the certificate of {target.url.host} is not to be trusted: {fault.verify_message}. "
        "Nothing was sent. Check 'url', or name the partner's authority in 'ca_file'."
    )


class Exchange:
    """One request and its answer, on one connection to one address."""

    def __init__(self, target: Target, address: str) -> None:
        self._target = target
        self._address = address
        self._connected = False
        self._sent = False

    def post(self, headers: dict[str, str], raw: bytes) -> Answer:
        """Raises httpx.ConnectError and ConnectTimeout untouched; later faults as Retriable or Unknown."""
        with Deadline(self._target.connect_seconds + self._target.attempt_seconds) as deadline:
            try:
                return self._post(headers, raw, deadline)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if self._connected and deadline.expired:
                    raise self._lost("no end to the TLS handshake") from None
                raise
            except (httpx.HTTPError, OSError, ValueError) as error:
                raise self._lost(f"no end after {deadline.seconds:g} seconds" if deadline.expired else _reason(error)) from error

    def _post(self, headers: dict[str, str], raw: bytes, deadline: Deadline) -> Answer:
        limits = httpx.Timeout(self._target.read_seconds, connect=self._target.connect_seconds)
        url = self._target.url
        extensions: dict[str, Any] = {"sni_hostname": url.raw_host.decode("ascii"), "trace": self._tracer(deadline)}
        with httpx.Client(verify=self._target.trust, timeout=limits, trust_env=False, follow_redirects=False) as client:
            pinned = url.copy_with(host=self._address)
            sent = headers | {"Host": url.netloc.decode("ascii")}
            with client.stream("POST", pinned, headers=sent, content=raw, extensions=extensions) as response:
                return Answer(status=response.status_code, headers=response.headers, text=self._text(response))

    def _text(self, response: httpx.Response) -> str:
        """The beginning of the answer's body. The status has been said: a body that breaks off takes nothing back."""
        begun = b""
        try:
            for chunk in response.iter_raw():
                begun += chunk
                if len(begun) >= self._target.max_answer_bytes:
                    break
        except (httpx.HTTPError, OSError):
            begun += b" [the answer broke off]"
        return begun[: self._target.max_answer_bytes].decode("utf-8", "replace")

    def _tracer(self, deadline: Deadline) -> Callable[[str, dict[str, Any]], None]:
        def trace(event: str, told: dict[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                self._connected = True
                deadline.watch(told["return_value"].get_extra_info("socket"))
            elif event == "http11.send_request_body.complete":
                self._sent = True

        return trace

    def _lost(self, reason: str) -> Retriable | Unknown:
        where = f"http channel: {self._target.url.host}"
        if self._sent:
            return Unknown(f"{where}: {reason}, after the request was sent: it may have arrived. Tried again under the same key.")
        return Retriable(f"{where}: {reason}, before the request was sent in full. It is tried again.")


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return f"the exchange broke off ({str(error) or type(error).__name__})"[:300]
