"""The settings of a node's security as types, read from plain tables. Opens nothing."""

from collections.abc import Mapping
from typing import Any

import msgspec

from hub.objects import PERMISSIONS
from hub.ports import Misconfigured

_WHERE = "[node.security]"
ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "Ed448"}
)
"""Signatures that a verifier cannot forge. A shared secret would let every partner speak for every other: never allowed."""


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all settings: an unknown key is a mistake, not a default."""


class Issuer(Struct, frozen=True, kw_only=True):
    """One identity provider we trust.

    ``jwks`` is a file or an ``https`` URL (``http`` only with ``allow_private``). ``agents`` limits whom it may name: IRIs, or
    beginnings of IRIs that end in a slash; empty allows any. ``max_age`` is how long fetched keys are used, ``min_interval``
    the time in which they are fetched a few times at most, ``stale`` how long old keys serve while the provider is away; all in
    seconds.
    """

    iss: str
    jwks: str
    audience: str = ""
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    agents: list[str] = []
    allow_private: bool = False
    ca_file: str = ""
    max_age: float = 3600.0
    min_interval: float = 30.0
    stale: float = 86_400.0


class TokenClient(Struct, frozen=True, kw_only=True):
    """A client of the built-in token endpoint; ``secret`` is the NAME of its secret, ``agent`` the agent its tokens name."""

    id: str
    secret: str
    agent: str


class TokenEndpoint(Struct, frozen=True, kw_only=True):
    """The built-in identity provider, for demonstration and tests only: off unless ``enabled``.

    It refuses to start where ``serve`` listens beyond loopback unless ``anywhere`` is true. ``key`` names a secret with a private
    key in PEM; without it a key is made at each start, and tokens end with the process. ``seconds`` is a token's life.
    """

    enabled: bool = False
    anywhere: bool = False
    iss: str = ""
    key: str = ""
    seconds: int = 600
    clients: list[TokenClient] = []


class Grants(Struct, frozen=True, kw_only=True):
    """What is granted by configuration: to ``agents`` (IRIs, ``group:<name>``, ``*``), on objects of ``types`` and what is below
    them (class names such as ``Piece``; empty: any).
    """

    agents: list[str]
    permissions: tuple[str, ...] = ("GET_LOGISTICS_OBJECT", "GET_LOGISTICS_EVENT")
    types: list[str] = []


class Policy(Struct, frozen=True, kw_only=True):
    """How requests of ``agents`` (IRIs, ``group:<name>``, ``*``) are answered; the first policy that names one counts.

    ``subscriptions`` and ``delegations``: ``accept`` at once, ``ask`` (they wait for the holder) or ``refuse``.
    ``third_parties``: whether they may subscribe others. ``offers``: whether they, as publishers, are told on what terms we
    subscribe, and ``body`` whether we then ask for whole objects.
    """

    agents: list[str]
    subscriptions: str = "accept"
    delegations: str = "ask"
    third_parties: bool = False
    offers: bool = True
    body: bool = False


class Security(Struct, frozen=True, kw_only=True):
    """``[node.security]``. ``leeway`` in seconds forgives clocks; ``typ`` false takes tokens whose header states none.

    ``certificates``: ``off``, or ``accept`` (a client certificate that is listed identifies its agent where no token is
    sent; beside a token both must name one agent), or ``require`` (nobody is served without such a certificate).
    ``certificate_agents`` says whose they are: subject (``CN=…,O=…``) or ``sha256:<fingerprint>`` to agent IRI. ``groups`` names
    groups of agents for group grants.
    """

    issuers: list[Issuer] = []
    leeway: float = 30.0
    typ: bool = True
    certificates: str = "off"
    certificate_agents: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    grants: list[Grants] = []
    policies: list[Policy] = []
    token: TokenEndpoint = TokenEndpoint()


def read(table: Mapping[str, Any]) -> Security:
    """The settings. Raises :class:`hub.ports.Misconfigured` naming the key."""
    try:
        found = msgspec.convert(dict(table), Security)
    except msgspec.ValidationError as fault:
        raise Misconfigured(f"{_WHERE}: {fault}") from fault
    _check(found)
    return found


def _check(found: Security) -> None:
    names = [one.iss for one in found.issuers]
    if len(names) != len(set(names)):
        raise Misconfigured(_WHERE + ": two issuers have the same 'iss'; tokens could not be told apart.")
    if found.certificates not in ("off", "accept", "require"):
        raise Misconfigured(f"{_WHERE}: certificates = {found.certificates!r} should be off, accept or require.")
    if not 0 <= found.leeway <= 300:
        raise Misconfigured(_WHERE + ": leeway should be 0 to 300 seconds.")
    if not 10 <= found.token.seconds <= 86_400:
        raise Misconfigured("[node.security.token]: seconds should be 10 to 86400.")
    for policy in found.policies:
        _check_policy(policy)
    for issuer in found.issuers:
        _check_issuer(issuer)
    unknown = {one for grant in found.grants for one in grant.permissions} - set(PERMISSIONS)
    if unknown:
        raise Misconfigured(
            f"{_WHERE}.grants: no such permission: {', '.join(sorted(unknown))}; there are {', '.join(PERMISSIONS)}."
        )


def _check_policy(policy: Policy) -> None:
    for name, value in (("subscriptions", policy.subscriptions), ("delegations", policy.delegations)):
        if value not in ("accept", "ask", "refuse"):
            raise Misconfigured(f"{_WHERE}.policies: {name} = {value!r} should be accept, ask or refuse.")


def _check_issuer(issuer: Issuer) -> None:
    where = f"{_WHERE}, issuer {issuer.iss!r}"
    if not issuer.iss or not issuer.jwks:
        raise Misconfigured(f"{where}: 'iss' and 'jwks' must not be empty.")
    wrong = sorted(set(issuer.algorithms) - ASYMMETRIC)
    if wrong or not issuer.algorithms:
        raise Misconfigured(
            f"{where}: algorithms {', '.join(wrong) or '(none)'} cannot be allowed; choose among {', '.join(sorted(ASYMMETRIC))}."
        )
    if issuer.jwks.startswith("http://") and not issuer.allow_private:
        raise Misconfigured(f"{where}: 'jwks' is not https. Keys fetched in the clear prove nothing.")
