"""The settings of a ONE Record partner's channel as types. Opens nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import httpx

from hub.channel import Secrets, Settings
from hub.ports import Misconfigured
from hub.way import WAY_SETTINGS, Way, header_secret, way, web_address

KIND = "one-record"
VERSIONS = ("2.3.0", "2.2.0")
"""The API versions spoken, the newest first."""

KNOWN = (
    *("endpoint", "agent", "version", "hosts", "iri_base", "shipment_object", "attempts", "status_seconds", "keep_seconds"),
    *WAY_SETTINGS,
    *("bearer_secret", "token_url", "client_id", "client_secret", "token_auth", "scope", "audience", "token_margin_seconds"),
    *("certificate_file", "certificate_key_file"),
    *("link_depth", "link_count", "link_bytes", "link_seconds", "cache_seconds", "cache_count", "cache_bytes"),
    *("watch", "events"),
)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """How a token is got: by client credentials at ``token_url`` (OAuth 2.0, RFC 6749 section 4.4)."""

    url: httpx.URL
    client: str
    secret: str = field(repr=False)
    basic: bool
    scope: str
    audience: str
    margin_seconds: float


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How far links are followed from one object, and how much of what was read is remembered."""

    depth: int
    count: int
    bytes: int
    seconds: float
    fresh_seconds: float
    kept: int
    kept_bytes: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a partner's node is, who we are to it, and what it may cost us.

    ``hosts`` are the authorities (``host`` or ``host:port``) that may be spoken to with our token: the endpoint's and those the
    configuration adds. ``iri_base`` is how its IRIs begin where that is not the endpoint, else empty. ``version`` is empty when
    it is to be negotiated.
    """

    endpoint: httpx.URL
    agent: str
    version: str
    hosts: frozenset[str]
    iri_base: str
    shipment_object: str
    attempts: int
    status_seconds: float
    keep_seconds: float
    way: Way
    bounds: Bounds
    bearer: str | None = field(repr=False)
    credentials: Credentials | None

    def resource(self, path: str) -> httpx.URL:
        """An address below the endpoint: ``notifications``, ``logistics-objects``."""
        base = self.endpoint.path.rstrip("/")
        return self.endpoint.copy_with(path=f"{base}/{path}")

    def url(self, iri: str) -> httpx.URL:
        """The address of an IRI of this partner. Raises :class:`hub.ports.Misconfigured` for one of another host."""
        try:
            url = httpx.URL(iri)
        except (httpx.InvalidURL, ValueError) as error:
            raise Misconfigured(f"{KIND} channel: {iri[:200]!r} is no address: {error}.") from error
        if not self.is_theirs(url):
            raise Misconfigured(
                f"{KIND} channel: {iri[:200]} is not on {', '.join(sorted(self.hosts))}. Our token goes nowhere else: add the "
                "host to 'hosts', or name 'iri_base', if it is this partner's."
            )
        return self._reached(url)

    def is_theirs(self, url: httpx.URL) -> bool:
        """Whether an address is one of this partner's, with no less protection than its endpoint."""
        reached = self._reached(url)
        return reached.scheme in (self.endpoint.scheme, "https") and not reached.userinfo and authority(reached) in self.hosts

    def _reached(self, url: httpx.URL) -> httpx.URL:
        """Where an IRI is asked for: below the endpoint where it begins with ``iri_base``, with TLS where the endpoint has it.

        A node behind a proxy that ends TLS names its objects by what it knows of itself: ``http``, or an inner host.
        """
        text = str(url)
        if self.iri_base and (text + "/").startswith((f"{self.iri_base}/", f"{self.iri_base}?")):
            return httpx.URL(str(self.endpoint).rstrip("/") + text[len(self.iri_base) :])
        return url.copy_with(scheme="https") if (url.scheme, self.endpoint.scheme) == ("http", "https") else url


def authority(url: httpx.URL) -> str:
    """Host and port, the port left out when it is the scheme's own."""
    return url.netloc.decode("ascii").lower()


def settings(values: Mapping[str, object]) -> Settings:
    """The channel's settings, by name. Raises :class:`hub.ports.Misconfigured` for an unknown one."""
    return Settings(kind=KIND, values=values, known=KNOWN)


def place(read: Settings, secrets: Secrets) -> Place:
    """Everything about the partner's node. Raises :class:`hub.ports.Misconfigured` naming what is missing or wrong."""
    endpoint = web_address(read, "endpoint")
    return Place(
        endpoint=endpoint.copy_with(query=None, fragment=None),
        agent=read.text("agent", ""),
        version=_version(read),
        hosts=frozenset((authority(endpoint), *_hosts(read))),
        iri_base=read.text("iri_base", "").rstrip("/"),
        shipment_object=read.text("shipment_object", ""),
        attempts=read.whole("attempts", 3, least=1),
        status_seconds=read.seconds("status_seconds", 10.0, zero=True),
        keep_seconds=read.seconds("keep_seconds", 4.0, zero=True),
        way=_way(read),
        bounds=_bounds(read),
        bearer=header_secret(read, "bearer_secret", secrets),
        credentials=_credentials(read, secrets),
    )


def _version(read: Settings) -> str:
    chosen = read.one_of("version", ("auto", *VERSIONS), "auto")
    return "" if chosen == "auto" else chosen


def _hosts(read: Settings) -> Collection[str]:
    return [one.lower() for one in read.texts("hosts")] if "hosts" in read.values else ()


def _way(read: Settings) -> Way:
    made = way(read, "endpoint", max_answer_bytes=8_388_608)
    if "certificate_file" in read.values:
        key = read.text("certificate_key_file", "") or None
        try:
            made.trust.load_cert_chain(read.text("certificate_file"), key)
        except OSError as error:
            raise Misconfigured(f"{KIND} channel: 'certificate_file' and its key cannot be used: {error}.") from error
    return made


def _bounds(read: Settings) -> Bounds:
    return Bounds(
        depth=read.whole("link_depth", 12),
        count=read.whole("link_count", 200, least=1),
        bytes=read.whole("link_bytes", 16_777_216, least=1),
        seconds=read.seconds("link_seconds", 60.0),
        fresh_seconds=read.seconds("cache_seconds", 60.0, zero=True),
        kept=read.whole("cache_count", 1000),
        kept_bytes=read.whole("cache_bytes", 33_554_432),
    )


def _credentials(read: Settings, secrets: Secrets) -> Credentials | None:
    if "token_url" not in read.values:
        return None
    secret = read.secret("client_secret", secrets)
    if secret is None:
        raise Misconfigured(f"{KIND} channel: the setting 'client_secret' is missing: the name of the secret for 'token_url'.")
    return Credentials(
        url=web_address(read, "token_url"),
        client=read.text("client_id"),
        secret=secret,
        basic=read.one_of("token_auth", ("basic", "post"), "basic") == "basic",
        scope=read.text("scope", ""),
        audience=read.text("audience", ""),
        margin_seconds=read.seconds("token_margin_seconds", 30.0, zero=True),
    )
