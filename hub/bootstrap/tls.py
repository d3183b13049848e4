"""How ``serve`` speaks TLS, and how a client's certificate gets to the application. Knows no application."""

import ssl
from asyncio import Transport
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from hub.ports import Misconfigured
from hub.settings import Tls

STATE = "client_certificate"
"""The key in the ASGI scope's ``state`` under which a verified client certificate stands, in DER."""


class Certified(H11Protocol):
    """HTTP/1.1 that hands a client certificate on, once TLS has verified it against ``client_ca``."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """The handshake is over: what was shown holds for every request of the connection."""
        super().connection_made(transport)
        connection = transport.get_extra_info("ssl_object")
        shown = connection.getpeercert(binary_form=True) if connection is not None else None
        if shown:
            self.app_state = {**self.app_state, STATE: shown}


def server(application: Any, tls: Tls | None) -> uvicorn.Config:
    """The HTTP server's settings. Raises :class:`hub.ports.Misconfigured` when a file of the TLS settings cannot be used."""
    common: dict[str, Any] = {
        "log_level": "warning",
        "access_log": False,
        "lifespan": "off",
        "server_header": False,
        "timeout_keep_alive": 15,
    }
    if tls is None:
        return uvicorn.Config(application, **common)
    asked = {"require": ssl.CERT_REQUIRED, "accept": ssl.CERT_OPTIONAL, "off": ssl.CERT_NONE}
    if tls.clients not in asked or (tls.clients != "off" and not tls.client_ca):
        raise Misconfigured("[listen.tls]: clients should be off, accept or require, the last two with a client_ca.")
    made = uvicorn.Config(
        application,
        **common,
        http=Certified,
        ssl_certfile=tls.certificate,
        ssl_keyfile=tls.key,
        ssl_ca_certs=tls.client_ca or None,
        ssl_cert_reqs=asked[tls.clients],
    )
    try:
        made.load()
    except OSError as fault:
        raise Misconfigured(f"[listen.tls]: a certificate or key cannot be used: {fault}") from fault
    if made.ssl is not None:
        made.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
