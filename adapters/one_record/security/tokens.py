"""Bearer tokens: which trusted issuer signed one, and for which agent. Knows no request and no partner.

Signatures are joserfc's work (RFC 7515, 7519). The header's ``jku``, ``x5u``, ``jwk`` and ``x5c`` are never looked at: a key
comes from the configured place of the issuer that ``iss`` names, or from nowhere.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError

from adapters.one_record.security.keys import Key, Keys
from adapters.one_record.security.proven import Proof, Proven
from adapters.one_record.security.refusals import Unauthenticated
from adapters.one_record.security.settings import Issuer

LONGEST = 16_384
MOST_TRIES = 8
EXPIRED = "The token has expired or is not valid yet."
INVALID = "The token is not valid."
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_AGENT = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]{1,500}")


class _Registry(jws.JWSRegistry):
    """Headers may hold more than we look at (``x5c``); what is critical must still be known."""

    max_header_length = 8_192
    max_payload_length = LONGEST

    def __init__(self, algorithms: list[str]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """A trusted issuer and its keys."""

    issuer: Issuer
    keys: Keys


class Verifier:
    """Tells the agent a token names, if a trusted issuer signed it."""

    def __init__(self, trusted: Mapping[str, Trusted], now: Callable[[], datetime], *, leeway: float, typ: bool) -> None:
        self._trusted = trusted
        self._now = now
        self._leeway = leeway
        self._typ = typ
        self._known = Proven()

    def agent(self, token: str) -> str:
        """The agent's IRI. Raises :class:`Unauthenticated`, and KeysUnavailable when the issuer's keys cannot be had."""
        if len(token) > LONGEST:
            raise _invalid("too long")
        known = self._known.agent(token, self._now().timestamp())
        return known or self._newly_proven(token)

    def _newly_proven(self, token: str) -> str:
        header, claims = _opened(token)
        self._check_type(header)
        trusted = self._issuer(claims)
        algorithm = header.get("alg")
        if algorithm not in trusted.issuer.algorithms:
            raise _invalid(f"algorithm {str(algorithm)[:20]!r} is not allowed for {trusted.issuer.iss}")
        edition = trusted.keys.edition()
        proven = self._proven(token, _key_id(header), str(algorithm), trusted)
        expires = self._checked_times(proven)
        _check_audience(proven, trusted.issuer)
        agent = _agent(proven, trusted.issuer)
        self._known.keep(token, Proof(agent=agent, expires=expires, keys=trusted.keys, edition=edition))
        return agent

    def _check_type(self, header: Mapping[str, Any]) -> None:
        stated = header.get("typ")
        if stated is None and not self._typ:
            return
        if not isinstance(stated, str) or stated.lower().removeprefix("application/") not in ("jwt", "at+jwt"):
            raise _invalid("the header's typ is not JWT")

    def _issuer(self, claims: Mapping[str, Any]) -> Trusted:
        named = claims.get("iss")
        found = self._trusted.get(named) if isinstance(named, str) else None
        if found is None:
            raise _invalid(f"issuer {str(named)[:100]!r} is not trusted")
        return found

    def _proven(self, token: str, kid: str | None, algorithm: str, trusted: Trusted) -> dict[str, Any]:
        """The claims, once a key of the issuer has been seen to have signed them."""
        keys = trusted.keys.candidates(kid, algorithm)
        if not keys:
            raise _invalid(f"{trusted.issuer.iss} has no key {str(kid)[:60]!r} for {algorithm}")
        for key in keys[:MOST_TRIES]:
            claims = _verified(token, key, algorithm)
            if claims is not None and claims.get("iss") == trusted.issuer.iss:
                return claims
        raise _invalid(f"the signature is not that of {trusted.issuer.iss}")

    def _checked_times(self, claims: Mapping[str, Any]) -> float:
        """When the token expires."""
        now = self._now().timestamp()
        expires, begins, issued = (_seconds(claims, name) for name in ("exp", "nbf", "iat"))
        if expires is None:
            raise _invalid("the claim exp is missing")
        if now >= expires + self._leeway:
            raise Unauthenticated("expired", EXPIRED)
        if any(one is not None and now < one - self._leeway for one in (begins, issued)):
            raise Unauthenticated("not valid yet", EXPIRED)
        return expires


def _invalid(reason: str) -> Unauthenticated:
    return Unauthenticated(reason, INVALID)


def _opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as they stand in the token, unproven."""
    if not _SHAPE.fullmatch(token):
        raise _invalid("not three parts of base64url")
    try:
        found = jws.extract_compact(token.encode("ascii"), registry=_Registry([]))
        claims = json.loads(found.payload)
        header = found.headers()
    except (JoseError, ValueError, TypeError, RecursionError) as fault:
        raise _invalid(f"cannot be decoded ({type(fault).__name__})") from None
    if not isinstance(claims, dict) or not isinstance(header, dict):
        raise _invalid("header or claims are no JSON object")
    return header, claims


def _verified(token: str, key: Key, algorithm: str) -> dict[str, Any] | None:
    try:
        return jwt.decode(token, key, algorithms=[algorithm], registry=_Registry([algorithm])).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        return None


def _key_id(header: Mapping[str, Any]) -> str | None:
    kid = header.get("kid")
    if kid is not None and (not isinstance(kid, str) or len(kid) > 300):
        raise _invalid("the header's kid is no text")
    return kid


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate (RFC 7519, section 2). NaN compares as neither early nor late, and would live for ever."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e12:
        raise _invalid(f"the claim {name} is no number of seconds")
    return float(value)


def _check_audience(claims: Mapping[str, Any], issuer: Issuer) -> None:
    stated = claims.get("aud")
    if issuer.audience and issuer.audience not in (stated if isinstance(stated, list) else [stated]):
        raise _invalid(f"the claim aud does not name {issuer.audience}")


def _agent(claims: Mapping[str, Any], issuer: Issuer) -> str:
    agent = claims.get("logistics_agent_uri")
    if not isinstance(agent, str) or not _AGENT.fullmatch(agent):
        raise _invalid("the claim logistics_agent_uri is missing or no http IRI")
    if issuer.agents and not any(_covers(one, agent) for one in issuer.agents):
        raise _invalid(f"{issuer.iss} may not speak for {agent[:120]}")
    return agent


def _covers(allowed: str, agent: str) -> bool:
    return agent == allowed or (allowed.endswith("/") and agent.startswith(allowed))
