"""Gets a key set from its place: a file, or a URL with the rules of every connection out. Follows no redirect, keeps nothing."""

import ssl
from pathlib import Path

import httpx

from adapters.one_record.security.refusals import KeysUnavailable
from adapters.one_record.security.settings import Issuer
from hub.address import permitted
from hub.channel import Deadline
from hub.ports import DeliveryError

LARGEST = 262_144
SECONDS = 5.0


def fetch(issuer: Issuer) -> bytes:
    """The bytes of an issuer's key set, at most 256 KiB. Raises :class:`KeysUnavailable`."""
    if issuer.jwks.startswith(("https://", "http://")):
        return _fetched(issuer)
    try:
        with Path(issuer.jwks).open("rb") as file:
            return _bounded(file.read(LARGEST + 1), issuer)
    except OSError as fault:
        raise KeysUnavailable(f"the key set {issuer.jwks} of {issuer.iss} cannot be read: {fault.strerror}") from fault


def _bounded(raw: bytes, issuer: Issuer) -> bytes:
    if len(raw) > LARGEST:
        raise KeysUnavailable(f"the key set of {issuer.iss} has more than {LARGEST} bytes")
    return raw


def _fetched(issuer: Issuer) -> bytes:
    try:
        with Deadline(SECONDS) as deadline:
            return _get(issuer, deadline)
    except (httpx.HTTPError, httpx.InvalidURL, DeliveryError, OSError, ValueError) as fault:
        raise KeysUnavailable(
            f"the key set of {issuer.iss} cannot be fetched: {str(fault)[:300] or type(fault).__name__}"
        ) from fault


def _get(issuer: Issuer, deadline: Deadline) -> bytes:
    url = httpx.URL(issuer.jwks)
    port = url.port or (443 if url.scheme == "https" else 80)
    address = permitted(url.host, port, allow_private=issuer.allow_private, who=f"issuer {issuer.iss}")[0]
    headers = {"Host": url.netloc.decode("ascii"), "Accept": "application/json", "Accept-Encoding": "identity"}

    def trace(event: str, told: dict[str, object]) -> None:
        if event == "connection.connect_tcp.complete":
            deadline.watch(told["return_value"].get_extra_info("socket"))  # type: ignore[attr-defined]

    extensions = {"sni_hostname": url.raw_host.decode("ascii"), "trace": trace}
    with (
        httpx.Client(verify=_trust(issuer), timeout=SECONDS, trust_env=False, follow_redirects=False) as client,
        client.stream("GET", url.copy_with(host=address), headers=headers, extensions=extensions) as answer,
    ):
        if answer.status_code != 200:
            raise KeysUnavailable(f"the key set of {issuer.iss} cannot be fetched: {issuer.jwks} answered {answer.status_code}")
        return _bounded(_begun(answer), issuer)


def _begun(answer: httpx.Response) -> bytes:
    body = b""
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > LARGEST:
            break
    return body


def _trust(issuer: Issuer) -> ssl.SSLContext:
    if issuer.ca_file:
        return ssl.create_default_context(cafile=issuer.ca_file)
    return httpx.create_ssl_context(trust_env=False)
