"""The settings of a node's security as types, read from plain tables. Opens nothing."""

from collections.abc import Mapping
from typing import Any

import msgspec

from hub.ports import Misconfigured

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
    the least time between two fetches, both in seconds; ``stale`` how long old keys serve while the provider is away.
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


class Security(Struct, frozen=True, kw_only=True):
    """``[one_record.security]``. ``leeway`` in seconds forgives clocks; ``typ`` false takes tokens whose header states none.

    ``certificates``: ``off``, or ``accept`` (a client certificate that a partner's file names identifies it where no token is
    sent; beside a token both must name one agent), or ``require`` (nobody is served without such a certificate).
    ``groups`` names groups of agents for group grants.
    """

    issuers: list[Issuer] = []
    leeway: float = 30.0
    typ: bool = True
    certificates: str = "off"
    groups: dict[str, list[str]] = {}
    token: TokenEndpoint = TokenEndpoint()


def read(table: Mapping[str, Any]) -> Security:
    """The settings. Raises :class:`hub.ports.Misconfigured` naming the key."""
    try:
        found = msgspec.convert(dict(table), Security)
    except msgspec.ValidationError as fault:
        raise Misconfigured(f"[one_record.security]: {fault}") from fault
    _check(found)
    return found


def _check(found: Security) -> None:
    names = [one.iss for one in found.issuers]
    if len(names) != len(set(names)):
        raise Misconfigured("[one_record.security]: two issuers have the same 'iss'; tokens could not be told apart.")
    if found.certificates not in ("off", "accept", "require"):
        raise Misconfigured(f"[one_record.security]: certificates = {found.certificates!r} should be off, accept or require.")
    if not 0 <= found.leeway <= 300:
        raise Misconfigured("[one_record.security]: leeway should be 0 to 300 seconds.")
    if not 10 <= found.token.seconds <= 86_400:
        raise Misconfigured("[one_record.security.token]: seconds should be 10 to 86400.")
    for issuer in found.issuers:
        _check_issuer(issuer)


def _check_issuer(issuer: Issuer) -> None:
    where = f"[one_record.security], issuer {issuer.iss!r}"
    if not issuer.iss or not issuer.jwks:
        raise Misconfigured(f"{where}: 'iss' and 'jwks' must not be empty.")
    wrong = sorted(set(issuer.algorithms) - ASYMMETRIC)
    if wrong or not issuer.algorithms:
        raise Misconfigured(
            f"{where}: algorithms {', '.join(wrong) or '(none)'} cannot be allowed; choose among {', '.join(sorted(ASYMMETRIC))}."
        )
    if issuer.jwks.startswith("http://") and not issuer.allow_private:
        raise Misconfigured(f"{where}: 'jwks' is not https. Keys fetched in the clear prove nothing.")
