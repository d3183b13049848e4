"""Access tokens by client credentials, kept until shortly before they end (OAuth 2.0, RFC 6749 sections 4.4 and 5).

Knows no ONE Record. A token is never logged and stands in no error's text.
"""

import base64
import binascii
import math
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import msgspec

from adapters.one_record.client.faults import FOR_NOW
from adapters.one_record.client.settings import KIND, Credentials
from hub.exchange import Answer, Request, exchange, pause_asked, printable
from hub.kept import Kept
from hub.ports import Misconfigured, Retriable, Unknown
from hub.way import Way

_UNSTATED_SECONDS = 300.0
_FORM = "application/x-www-form-urlencoded"


class Granted(msgspec.Struct, frozen=True):
    """The answer of a token endpoint."""

    access_token: str
    expires_in: float | str | None = None
    token_type: str = "bearer"  # noqa: S105


class Claims(msgspec.Struct, frozen=True):
    """What is read of a token that is a JWT; it is not ours to verify."""

    exp: float | None = None
    iat: float | None = None


class Tokens:
    """The current token of one partner: a fixed one, one by client credentials, or none. Not for two threads at once."""

    def __init__(
        self,
        way: Way,
        credentials: Credentials | None,
        bearer: str | None,
        *,
        kept: Kept | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._way = way
        self._kept = kept
        self._credentials = credentials
        self._fixed = bearer
        self._clock = clock
        self._held = ""
        self._until = 0.0

    def current(self) -> str:
        """The token to send, empty for none. Raises :class:`hub.ports.DeliveryError` when there is no getting one."""
        if self._credentials is None:
            return self._fixed or ""
        if not self._held or self._clock() >= self._until:
            self._renew(self._credentials)
        return self._held

    def refused(self) -> bool:
        """The partner answered 401: forget the token; whether asking for another one makes sense."""
        self._held = ""
        return self._credentials is not None

    def _renew(self, credentials: Credentials) -> None:
        granted = _granted(self._asked(credentials), credentials, datetime.fromtimestamp(self._clock(), UTC))
        self._held = granted.access_token
        self._until = self._clock() + self._lasts(granted) - credentials.margin_seconds

    def _lasts(self, granted: Granted) -> float:
        """Seconds from now. Their ``exp`` is a time of day by their clock, so it counts from their ``iat`` where that is told."""
        stated, claims = _seconds(granted.expires_in), claimed(granted.access_token)
        if claims.exp is None:
            return stated if stated is not None else _UNSTATED_SECONDS
        if claims.iat is not None:
            return min(claims.exp - claims.iat, stated if stated is not None else math.inf)
        return stated if stated is not None else claims.exp - self._clock()

    def _asked(self, credentials: Credentials) -> Answer:
        try:
            return exchange(self._way, _request(credentials), self._kept)
        except Unknown as fault:  # a token that was given and lost has changed nothing
            raise Retriable(str(fault)) from fault


def _request(credentials: Credentials) -> Request:
    form = {"grant_type": "client_credentials"}
    form |= {"scope": credentials.scope} if credentials.scope else {}
    form |= {"audience": credentials.audience} if credentials.audience else {}
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": _FORM, "User-Agent": "waybridge"}
    if credentials.basic:
        pair = f"{quote(credentials.client, safe='')}:{quote(credentials.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": credentials.client, "client_secret": credentials.secret}
    return Request(method="POST", url=credentials.url, headers=headers, raw=urlencode(form).encode())


def _granted(answer: Answer, credentials: Credentials, now: datetime) -> Granted:
    where = f"{KIND} channel: the token endpoint {credentials.url.copy_with(query=None)}"
    if answer.status in (408, 425, 429, *FOR_NOW) or answer.status >= 500:
        raise Retriable(f"{where} answered {answer.status}.", retry_after=pause_asked(answer, now))
    if not answer.whole:
        raise Retriable(f"{KIND} channel: the answer of the token endpoint {credentials.url.copy_with(query=None)} broke off.")
    if answer.status != 200:
        denied = _denied(answer.body)
        told = f"{where} answered {answer.status}: {_refusal(denied)}. Check 'client_id', 'client_secret', 'scope', 'audience'."
        if answer.status == 401 and (denied is None or not denied.error):
            # RFC 6749, section 5.2: who refuses credentials names an error; a gateway before it that is out of order does not.
            raise Retriable(f"{told} No error of OAuth was named, so it is tried again.", retry_after=pause_asked(answer, now))
        raise Misconfigured(told)
    try:
        granted = msgspec.json.decode(answer.body, type=Granted)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Misconfigured(f"{where} answered 200 without an access_token in JSON. Check 'token_url'.") from None
    if not re.fullmatch(r"[!-~]{1,16384}", granted.access_token) or granted.token_type.lower() != "bearer":
        raise Misconfigured(f"{where} gave no bearer token that can stand in a header.")
    return granted


class _Denied(msgspec.Struct, frozen=True):
    error: str = ""
    error_description: str = ""


def _denied(body: bytes) -> _Denied | None:
    try:
        return msgspec.json.decode(body, type=_Denied)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _refusal(denied: _Denied | None) -> str:
    """The error of RFC 6749 section 5.2; nothing else of the body, which may repeat what was sent."""
    if denied is None:
        return "no reason that can be read"
    return printable(f"{denied.error} {denied.error_description}") or "no reason given"


def _seconds(stated: float | str | None) -> float | None:
    """``expires_in`` is a number; some endpoints write it as text."""
    try:
        return max(float(stated), 0.0) if stated is not None else None
    except ValueError:
        return None


def claimed(token: str) -> Claims:
    """What a JWT says of its life; nothing for any other token."""
    parts = token.split(".")
    if len(parts) != 3:
        return Claims()
    try:
        body = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(body, type=Claims)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return Claims()
