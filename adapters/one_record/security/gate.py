"""The gate of a node: from a request's credentials to its caller, by token, by certificate, or both. Knows no route."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from adapters.one_record.security import certificates
from adapters.one_record.security.fetching import fetch
from adapters.one_record.security.keys import Keys
from adapters.one_record.security.refusals import Unauthenticated
from adapters.one_record.security.settings import Issuer, Security
from adapters.one_record.security.tokens import Trusted, Verifier
from hub.logs import Log

_log = Log("one-record.gate")
_NOTHING = "Send a token of a trusted identity provider as 'Authorization: Bearer TOKEN'."


class Gate:
    """Tells who is calling. ``built_in`` is the node's own token endpoint as an issuer, where it has one."""

    def __init__(
        self,
        settings: Security,
        now: Callable[[], datetime],
        *,
        get: Callable[[Issuer], bytes] = fetch,
        built_in: Trusted | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        trusted = {one.iss: Trusted(issuer=one, keys=Keys(one, get, monotonic)) for one in settings.issuers}
        if built_in is not None:
            trusted[built_in.issuer.iss] = built_in
        self._verifier = Verifier(trusted, now, leeway=settings.leeway, typ=settings.typ)
        self._certificates = settings.certificates
        self._certified_agents = settings.certificate_agents

    def agent(self, headers: Mapping[str, str], certificate: bytes | None = None) -> str:
        """The IRI of who is calling, by the ``authorization`` header and the client certificate in DER that TLS has verified.

        Raises :class:`Unauthenticated` (401) and :class:`KeysUnavailable` (503). May fetch keys: call it in a thread.
        """
        try:
            return self._agent(headers.get("authorization", ""), certificate)
        except Unauthenticated as refused:
            _log.info("not authenticated", reason=refused.reason)
            raise

    def _agent(self, authorization: str, certificate: bytes | None) -> str:
        certified = self._certified(certificate)
        scheme, _, credentials = authorization.partition(" ")
        if not authorization and certified:
            return certified
        if scheme.lower() != "bearer" or not credentials.strip():
            raise Unauthenticated("no bearer token", _NOTHING, sent=False)
        agent = self._verifier.agent(credentials.strip())
        if certified and agent != certified:
            raise Unauthenticated("token and certificate name different agents", "The token is not valid with this certificate.")
        return agent

    def _certified(self, certificate: bytes | None) -> str:
        """The agent whose certificate was shown, empty where certificates do not count or none that is listed was shown."""
        if self._certificates == "off":
            return ""
        listed = self._certified_agents
        shown = certificates.names(certificate) if certificate else []
        found = next((listed[name] for name in shown if name in listed), "")
        if not found and self._certificates == "require":
            raise Unauthenticated(
                f"no listed client certificate (shown: {shown[:1]})", "A client certificate is required.", sent=False
            )
        return found
