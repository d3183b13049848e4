"""How a channel that speaks HTTP reaches its partner, read from its settings: limits, trust, addresses. Opens no connection."""

import re
import ssl
from dataclasses import dataclass, field

import httpx

from hub.channel import Secrets, Settings
from hub.ports import Misconfigured

WAY_SETTINGS = (
    *("allow_private", "allow_plain", "ca_file", "connect_seconds", "connect_attempts", "read_seconds", "attempt_seconds"),
    "max_answer_bytes",
)
"""The settings that :func:`way` reads."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a channel reaches its partner: limits, trust, and whether the address may be private. ``setting`` names its URL."""

    kind: str
    setting: str
    allow_private: bool
    trust: ssl.SSLContext = field(repr=False)
    connect_seconds: float
    connect_attempts: int
    read_seconds: float
    attempt_seconds: float
    max_answer_bytes: int


def way(settings: Settings, setting: str, *, max_answer_bytes: int = 65_536) -> Way:
    """Read the settings of the way. Raises :class:`hub.ports.Misconfigured` naming what is wrong."""
    return Way(
        kind=settings.kind,
        setting=setting,
        allow_private=settings.flag("allow_private"),
        trust=_trust(settings),
        connect_seconds=settings.seconds("connect_seconds", 10.0),
        connect_attempts=settings.whole("connect_attempts", 3, least=1),
        read_seconds=settings.seconds("read_seconds", 30.0),
        attempt_seconds=settings.seconds("attempt_seconds", 60.0),
        max_answer_bytes=settings.whole("max_answer_bytes", max_answer_bytes),
    )


def web_address(settings: Settings, name: str) -> httpx.URL:
    """The URL in a setting. Raises :class:`hub.ports.Misconfigured`: no URL, a password in it, or not https without leave."""
    text = settings.text(name)
    fault = f"{settings.kind} channel: the setting '{name}'"
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise Misconfigured(f"{fault} is no URL: {error}.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Misconfigured(f"{fault} should be https://HOST/PATH.")
    if url.userinfo:
        raise Misconfigured(f"{fault} holds a user or password. Name a secret instead.")
    if url.scheme == "http" and not (settings.flag("allow_private") or settings.flag("allow_plain")):
        raise Misconfigured(f"{fault} is not https. Set 'allow_plain' to true if the partner has no TLS.")
    return url


def header_secret(settings: Settings, name: str, secrets: Secrets) -> str | None:
    """The secret a setting names, fit to stand in a header. Raises :class:`hub.ports.Misconfigured`."""
    secret = settings.secret(name, secrets)
    if secret is not None and not re.fullmatch(r"[!-~]+", secret):
        raise Misconfigured(
            f"{settings.kind} channel: the secret of '{name}' has blanks or characters that cannot stand in a header."
        )
    return secret


def _trust(settings: Settings) -> ssl.SSLContext:
    if "ca_file" not in settings.values:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=settings.text("ca_file"))
    except OSError as error:
        raise Misconfigured(f"{settings.kind} channel: the setting 'ca_file' names no file of certificates: {error}.") from error
