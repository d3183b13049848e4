"""The built-in token endpoint: client credentials to a signed token (RFC 6749, section 4.4). For demonstration and tests only.

The standard: security/authn-application-layer.md, "Request token". Knows no object and no partner.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qs, unquote_plus

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from adapters.one_record.security.keys import Keys
from adapters.one_record.security.settings import Issuer, TokenClient, TokenEndpoint
from adapters.one_record.security.tokens import Trusted
from hub.ports import Misconfigured

LARGEST_FORM = 4_096
_NO_STORE = {"Content-Type": "application/json;charset=UTF-8", "Cache-Control": "no-store", "Pragma": "no-cache"}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Status, headers and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Issuing:
    """The endpoint and its key. ``base`` is the node's base URL: it is the issuer unless the settings name one."""

    def __init__(
        self, settings: TokenEndpoint, base: str, host: str, secrets: Callable[[str], str], now: Callable[[], datetime]
    ) -> None:
        """Raises :class:`hub.ports.Misconfigured` when it would stand open beyond loopback, or a secret is missing."""
        if not settings.anywhere and not _is_loopback(host):
            raise Misconfigured(
                f"[node.security.token]: the built-in token endpoint is for demonstration and tests, and `serve` "
                f"listens on {host}. Turn it off and name a real identity provider, or set 'anywhere' to true if you mean it."
            )
        self.iss = settings.iss or base
        self._seconds = settings.seconds
        self._now = now
        self._key = _key(settings, secrets)
        self._clients = {one.id: (one, _digest(secrets(one.secret))) for one in settings.clients}

    def key_set(self) -> bytes:
        """The JSON Web Key Set with the public key."""
        return json.dumps({"keys": [self._key.as_dict(private=False, use="sig", alg="RS256")]}).encode()

    def trusted(self, monotonic: Callable[[], float]) -> Trusted:
        """The endpoint as an issuer of the node's own gate; it names nobody but its clients' agents."""
        agents = [one.agent for one, _ in self._clients.values()]
        issuer = Issuer(iss=self.iss, jwks="built-in", algorithms=("RS256",), agents=agents or ["-"])
        return Trusted(issuer=issuer, keys=Keys(issuer, lambda _: self.key_set(), monotonic))

    def answer(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """What ``POST /token`` answers: 200 with a token, 400 or 401 with ``error`` and ``error_description``."""
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return _refused(400, "invalid_request", "The body should be application/x-www-form-urlencoded.")
        form = _form(body)
        if form is None:
            return _refused(400, "invalid_request", "The form cannot be read, or names a field twice.")
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type", "grant_type should be client_credentials.")
        client = self._client(headers.get("authorization", ""), form)
        if client is None:
            return _refused(401, "invalid_client", "The client is unknown or its secret is wrong.")
        return Answer(status=200, headers=_NO_STORE, body=self._token(client))

    def _client(self, authorization: str, form: Mapping[str, str]) -> TokenClient | None:
        given = _basic(authorization) if authorization else (form.get("client_id", ""), form.get("client_secret", ""))
        if given is None:
            return None
        client, digest = self._clients.get(given[0], (None, _digest("")))
        return client if hmac.compare_digest(digest, _digest(given[1])) else None

    def _token(self, client: TokenClient) -> bytes:
        now = int(self._now().timestamp())
        claims = {
            "iss": self.iss,
            "sub": client.id,
            "iat": now,
            "exp": now + self._seconds,
            "logistics_agent_uri": client.agent,
        }
        token = jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)
        return json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": self._seconds}).encode()


def _key(settings: TokenEndpoint, secrets: Callable[[str], str]) -> RSAKey:
    try:
        key = RSAKey.import_key(secrets(settings.key)) if settings.key else RSAKey.generate_key(2048, private=True)
    except (JoseError, ValueError) as fault:
        raise Misconfigured(f"[node.security.token]: the secret {settings.key!r} is no RSA key in PEM.") from fault
    if not key.is_private:
        raise Misconfigured(f"[node.security.token]: the secret {settings.key!r} is no private key.")
    key.ensure_kid()
    return key


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _form(body: bytes) -> dict[str, str] | None:
    """The fields of a form; none may be there twice (RFC 6749, section 3.2)."""
    if len(body) > LARGEST_FORM:
        return None
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return None
    return {name: values[0] for name, values in fields.items()} if all(len(one) == 1 for one in fields.values()) else None


def _basic(authorization: str) -> tuple[str, str] | None:
    """Id and secret of HTTP Basic, each form-encoded inside (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (unquote_plus(name), unquote_plus(secret)) if colon else None


def _refused(status: int, error: str, description: str) -> Answer:
    challenge = {"WWW-Authenticate": 'Basic realm="one-record"'} if status == 401 else {}
    body = json.dumps({"error": error, "error_description": description}).encode()
    return Answer(status=status, headers={**_NO_STORE, **challenge}, body=body)
