"""One call to another node: token, version, one refresh after 401, repetition of reads, faults as the hub knows them.

Knows no class of the API; what is said and where is the caller's.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urljoin

import httpx
import tenacity

from adapters.one_record.client.encodings import plain
from adapters.one_record.client.faults import FOR_NOW, SentElsewhere, fault_of, not_yet
from adapters.one_record.client.said import Said, Thing, said
from adapters.one_record.client.settings import KIND, Place
from adapters.one_record.client.tokens import Tokens
from adapters.one_record.client.versions import Versions
from hub.exchange import Answer, Request, exchange
from hub.kept import Kept
from hub.ports import DeliveryError, Misconfigured, Refused, Retriable, Unknown

_READS = ("GET", "HEAD")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AS_SENT = frozenset({307, 308})
"""Redirects that say that nothing was done and the same is to be sent again (RFC 9110, sections 15.4.8 and 15.4.9)."""

_MOST_REDIRECTS = 3
_LONGEST_PAUSE = 5.0


def utc_now() -> datetime:
    """The time of day, for ``Retry-After`` dates and the ages of what is cached."""
    return datetime.now(UTC)


class Session:
    """Calls to one partner's node. Not for two threads at once."""

    def __init__(self, place: Place, now: Callable[[], datetime] = utc_now) -> None:
        self.place = place
        self.versions = Versions(place.version)
        self._kept = Kept(place.keep_seconds)
        self._tokens = Tokens(place.way, place.credentials, place.bearer, kept=self._kept)
        self._now = now

    def close(self) -> None:
        """Close the connections."""
        self._kept.close()

    def read(self, iri: str) -> Answer:
        """GET an IRI of the partner's, whole. Raises :class:`hub.ports.DeliveryError`, never Unknown: nothing was changed."""
        answer = self._reading("GET", self.place.url(iri))
        if not answer.whole:
            raise Refused(f"{KIND} channel: {iri} is larger than 'max_answer_bytes' ({self.place.way.max_answer_bytes}).")
        return answer

    def head(self, iri: str) -> Answer:
        """HEAD, the same."""
        return self._reading("HEAD", self.place.url(iri))

    def write(self, method: str, url: httpx.URL, raw: bytes = b"", *, key: str = "") -> Answer:
        """POST, PATCH or DELETE once; ``key`` goes out as ``Idempotency-Key``. Raises the whole tree."""
        self.negotiate()
        answer = self._good(method, url, raw, key)
        for name in ("Location", "Content-Location"):
            if name in answer.headers:
                answer.headers[name] = urljoin(str(url), answer.headers[name])
        return answer

    def _reading(self, method: str, url: httpx.URL) -> Answer:
        self.negotiate()
        return self._repeated(lambda: self._followed(method, url))

    def _repeated(self, once: Callable[[], Answer]) -> Answer:
        """Reads change nothing: they are tried again in the same call, after what the node asks for if that is short."""
        again = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_worth_repeating),
            stop=tenacity.stop_after_attempt(self.place.attempts),
            wait=_pause,
            reraise=True,
        )
        try:
            return again(once)
        except Unknown as fault:
            raise Retriable(str(fault)) from fault

    def _followed(self, method: str, url: httpx.URL) -> Answer:
        answer, last = self._landed(method, url)
        if not answer.whole and len(answer.body) < self.place.way.max_answer_bytes:
            raise Retriable(
                f"{KIND} channel: the answer to {method} {last.copy_with(query=None)} broke off. It is asked for again."
            )
        return self._judged(answer, method, last)

    def _landed(self, method: str, url: httpx.URL) -> tuple[Answer, httpx.URL]:
        """Redirects of a read are followed on the partner's own hosts only (301 and 302 are in the standard's tables), whatever
        kind they are of: a read stays a read. What writes is never sent elsewhere, but for the same address with or without a
        slash at its end: any other redirect is a fault that names the place.
        """
        for _ in range(_MOST_REDIRECTS):
            answer = self._exchanged(method, url, b"", "")
            place = answer.headers.get("Location", "")
            if answer.status not in _REDIRECTS or not place:
                break
            url = self._ahead(answer.status, urljoin(str(url), place))
        return answer, url

    def _ahead(self, status: int, place: str) -> httpx.URL:
        try:
            return self.place.url(place)
        except Misconfigured as fault:
            if status in FOR_NOW:
                raise SentElsewhere(f"{fault} It points there for now, and is tried again.") from fault
            raise

    def _good(self, method: str, url: httpx.URL, raw: bytes, key: str) -> Answer:
        answer = self._exchanged(method, url, raw, key)
        if answer.status in _AS_SENT and _is_spelling(url, answer.headers.get("Location", "")):
            url = self.place.url(urljoin(str(url), answer.headers["Location"]))
            answer = self._exchanged(method, url, raw, key)
        return self._judged(answer, method, url)

    def _judged(self, answer: Answer, method: str, url: httpx.URL) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        fault = fault_of(answer, method, url, self._now())
        raise not_yet(fault, answer, self._now()) if answer.status == 401 and self.place.credentials is not None else fault

    def _exchanged(self, method: str, url: httpx.URL, raw: bytes, key: str) -> Answer:
        """One exchange, repeated where the refusal says that nothing was done: 401 once, 406 and 415 in an older version."""
        answer = self._once(method, url, raw, key)
        if answer.status == 401 and self._tokens.refused():
            answer = self._once(method, url, raw, key)
        spoken = self.versions.current
        while answer.status in (406, 415) and self.versions.fall_back():
            answer = self._once(method, url, raw, key)
        if answer.status in (406, 415):
            self.versions.current = spoken
        self.versions.learn_answered(answer.headers.get("Content-Type"))
        return answer

    def _once(self, method: str, url: httpx.URL, raw: bytes, key: str) -> Answer:
        media = self.versions.media()
        headers = {"Accept": media, "Accept-Language": "en-US", "Accept-Encoding": "identity", "User-Agent": "waybridge"}
        token = self._tokens.current()
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": media} if raw else {}
        headers |= {"Idempotency-Key": key} if key else {}
        return self._plain(exchange(self.place.way, Request(method=method, url=url, headers=headers, raw=raw), self._kept))

    def _plain(self, answer: Answer) -> Answer:
        """The answer with its body as asked for, where the node compressed it all the same."""
        encoding = answer.headers.get("Content-Encoding", "")
        if not encoding or not answer.whole:
            return answer
        body, whole = plain(answer.body, encoding, self.place.way.max_answer_bytes)
        return replace(answer, body=body, whole=whole)

    def negotiate(self) -> None:
        """Ask the node once what it speaks. One that does not say is spoken to in the newest version until it objects."""
        if self.versions.asked:
            return
        try:
            answer, _ = self._landed("GET", self.place.resource(""))
        except Unknown as fault:
            raise Retriable(str(fault)) from fault
        except (Misconfigured, SentElsewhere):  # the call itself tells it, unless it is only the root that points elsewhere
            self.versions.asked = True
            return
        self.versions.asked = True
        server = _server(said(answer.body)) if answer.status == 200 else None
        if server is not None:
            self.versions.learn_supported(server.texts("api:hasSupportedApiVersion"))


def _is_spelling(url: httpx.URL, location: str) -> bool:
    """Whether a redirect names the same address, only with or without a slash at its end."""
    here, there = str(url.copy_with(query=None)), urljoin(str(url), location).partition("?")[0]
    return bool(location) and here != there and here.rstrip("/") == there.rstrip("/")


def _server(document: Said) -> Thing | None:
    return next(iter(document.of("ServerInformation")), None)


def _is_worth_repeating(fault: BaseException) -> bool:
    if isinstance(fault, Retriable) and not isinstance(fault, SentElsewhere):
        return (fault.retry_after or 0.0) <= _LONGEST_PAUSE
    return isinstance(fault, Unknown)


def _pause(state: tenacity.RetryCallState) -> float:
    fault = state.outcome.exception() if state.outcome is not None else None
    wanted = fault.retry_after if isinstance(fault, DeliveryError) else None
    return wanted if wanted is not None else float(tenacity.wait_exponential(multiplier=0.1, max=2.0)(state))
