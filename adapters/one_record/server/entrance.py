"""Where callers come in: credentials to an agent, or 401; and the built-in token endpoint where there is one. Knows no route.

The standard: security/authn-application-layer.md and authn-transport-layer.md.
"""

import time
from collections.abc import Mapping

from adapters.one_record.security import settings, token_endpoint
from adapters.one_record.security.gate import Gate
from adapters.one_record.security.refusals import KeysUnavailable, KeyUnknown, Unauthenticated
from adapters.one_record.security.token_endpoint import Issuing
from adapters.one_record.server.errors import Detail, Refusal
from hub.logs import Log
from hub.node import NodeDoors
from hub.objects import Agent

_log = Log("one-record.entrance")
TOKEN, KEY_SET = "/token", "/.well-known/jwks.json"
CERTIFICATE = "client_certificate"
"""The key in the ASGI scope's ``state`` under which a verified client certificate stands, in DER (hub/bootstrap/tls.py)."""


class Entrance:
    """The gate of a node, and its token endpoint for demonstration and tests."""

    def __init__(self, doors: NodeDoors) -> None:
        """Raises :class:`hub.ports.Misconfigured` for security settings that cannot be meant."""
        found = settings.read(doors.settings.security)
        self._doors = doors
        self._issuing = (
            Issuing(found.token, doors.settings.base_url, doors.host, doors.secrets, doors.now) if found.token.enabled else None
        )
        built_in = self._issuing.trusted(time.monotonic) if self._issuing else None
        self._gate = Gate(found, doors.now, built_in=built_in)
        if self._issuing:
            _log.warning("the built-in token endpoint is on: it is for demonstration and tests only", iss=self._issuing.iss)

    def agent(self, headers: Mapping[str, str], certificate: bytes | None = None) -> Agent:
        """Who is calling; names of headers in lower case. May fetch keys: call it in a thread. Raises Refusal (401, 503)."""
        try:
            uri = self._gate.agent(headers, certificate)
        except Unauthenticated as refused:
            raise Refusal(401, Detail(message=refused.told), headers={"WWW-Authenticate": refused.challenge()}) from refused
        except KeyUnknown as fault:
            _log.info("not authenticated yet", reason=str(fault))
            told = Detail(message="The key of the token is not known yet. The issuer's keys are asked for again in a moment.")
            raise Refusal(503, told, headers={"Retry-After": "30"}) from fault
        except KeysUnavailable as fault:
            _log.error("nobody can be let in", reason=str(fault))
            told = Detail(message="The keys of the token's issuer cannot be had at the moment.")
            raise Refusal(503, told, headers={"Retry-After": "30"}) from fault
        return Agent(uri=uri, partner=self._doors.partner_of(uri), holder=uri == self._doors.settings.holder)

    def open_call(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> token_endpoint.Answer | None:
        """The answer to ``POST /token`` and ``GET /.well-known/jwks.json``, which ask for no token; None for every other call.

        ``path`` is relative to the node's base.
        """
        if self._issuing is None:
            return None
        if (method, path) == ("POST", TOKEN):
            return self._issuing.answer(headers, body)
        if (method, path) == ("GET", KEY_SET):
            return token_endpoint.Answer(status=200, headers={"Content-Type": "application/json"}, body=self._issuing.key_set())
        return None
