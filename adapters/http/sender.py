"""Posts deliveries to a partner's URL. Knows no format and follows no redirect."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from adapters.http.answer import judged
from hub.channel import Secrets, Settings, key_text
from hub.exchange import Request, exchange
from hub.ports import Misconfigured, Parcel, Receipt
from hub.way import Way, header_secret, way, web_address

_MEDIA = re.compile(r"[!-~][ -~]{0,199}")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where and how to post. The headers hold secrets and stay out of the ``repr``."""

    url: httpx.URL
    headers: dict[str, str] = field(repr=False)
    way: Way


def target(settings: Settings, secrets: Secrets) -> Target:
    """Read the settings of the channel. Raises :class:`hub.ports.Misconfigured` naming what is missing or wrong."""
    return Target(url=web_address(settings, "url"), headers=_headers(settings, secrets), way=way(settings, "url"))


def _headers(settings: Settings, secrets: Secrets) -> dict[str, str]:
    bearer, key = header_secret(settings, "bearer_secret", secrets), header_secret(settings, "api_key_secret", secrets)
    headers = {"User-Agent": "waybridge", "Accept": "*/*", "Accept-Encoding": "identity"}
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    if key is not None:
        headers["X-Api-Key"] = key
    return headers


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
        url = self._target.url
        headers = self._target.headers | {"Idempotency-Key": key_text(parcel.key), "Content-Type": _media(parcel)}
        answer = exchange(self._target.way, Request(method="POST", url=url, headers=headers, raw=parcel.raw))
        return judged(answer, str(url.copy_with(query=None)), self._now())

    def close(self) -> None:
        """Nothing is held open."""


def _media(parcel: Parcel) -> str:
    media = parcel.media or "application/octet-stream"
    if not _MEDIA.fullmatch(media):
        raise Misconfigured(
            f"http channel: the media type {media[:60]!r} cannot stand in a header. Correct the partner's format."
        )
    return media
