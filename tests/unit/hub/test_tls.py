"""TLS of ``serve`` over real sockets: what a client certificate becomes, and who is turned away in the handshake."""

import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.bootstrap.tls import STATE, server
from hub.ports import Misconfigured
from hub.settings import Tls

NOW = dt.datetime.now(dt.UTC)


class Authority:
    """A certificate authority of the test, and what it signs, as PEM files in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._built(self._name, self._key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        own = own.add_extension(usage, critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        own = own.add_extension(identifier, critical=False)
        self.file = self._write(f"{name}.pem", own.sign(self._key, hashes.SHA256()))

    def _built(self, subject: x509.Name, key: Any) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(NOW - dt.timedelta(days=1))
        return made.not_valid_after(NOW + dt.timedelta(days=9))

    def _write(self, name: str, certificate: x509.Certificate) -> str:
        (self._folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return str(self._folder / name)

    def sign(self, name: str) -> tuple[str, str]:
        """Certificate and key files."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = self._built(subject, key).add_extension(address, critical=False).add_extension(issuer, critical=False)
        made = made.sign(self._key, hashes.SHA256())
        encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (self._folder / f"{name}.key").write_bytes(key.private_bytes(*encoding))
        return self._write(f"{name}.pem", made), str(self._folder / f"{name}.key")


async def shows_certificate(scope: dict[str, Any], receive: Any, send: Any) -> None:
    shown = scope["state"].get(STATE)
    subject = x509.load_der_x509_certificate(shown).subject.rfc4514_string() if shown else None
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(subject).encode()})


@contextmanager
def serving(tls: Tls, application: Any = shows_certificate) -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(server(application, tls))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    running.should_exit = True
    thread.join(5)
    listening.close()


def ask(port: int, authority: Authority, certificate: tuple[str, str] | None = None, *, most: Any = None) -> Any:
    context = ssl.create_default_context(cafile=authority.file)
    if certificate:
        context.load_cert_chain(*certificate)
    if most:
        context.minimum_version = context.maximum_version = most
    with httpx.Client(verify=context, trust_env=False, timeout=5) as client:
        return [client.get(f"https://127.0.0.1:{port}/").json() for _ in range(2)][-1]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
def tls(authority: Authority) -> Tls:
    certificate, key = authority.sign("server")
    return Tls(certificate=certificate, key=key)


def with_clients(tls: Tls, clients: str, authority: Authority) -> Tls:
    return Tls(certificate=tls.certificate, key=tls.key, client_ca=authority.file, clients=clients)


def test_a_certificate_that_is_accepted_reaches_the_application(tls: Tls, authority: Authority) -> None:
    with serving(with_clients(tls, "accept", authority)) as port:
        assert ask(port, authority, authority.sign("node")) == "CN=node"
        assert ask(port, authority) is None


def test_without_a_certificate_that_is_required_there_is_no_connection(tls: Tls, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    with serving(with_clients(tls, "require", authority)) as port:
        assert ask(port, authority, authority.sign("node")) == "CN=node"
        for shown in (None, Authority(tmp_path / "else", "theirs").sign("node")):
            with pytest.raises(httpx.TransportError):
                ask(port, authority, shown)


def test_certificates_are_not_looked_at_unless_that_is_asked_for(tls: Tls, authority: Authority) -> None:
    with serving(tls) as port:
        assert ask(port, authority, authority.sign("node")) is None


def test_nothing_older_than_tls_1_2(tls: Tls) -> None:
    made = server(shows_certificate, tls)
    assert made.ssl is not None
    assert made.ssl.minimum_version == ssl.TLSVersion.TLSv1_2


def test_settings_that_cannot_be_meant(tls: Tls, tmp_path: Path) -> None:
    for wrong in (
        Tls(certificate=tls.certificate, key=tls.key, clients="require"),
        Tls(certificate=tls.certificate, key=tls.key, clients="perhaps", client_ca=tls.certificate),
        Tls(certificate=str(tmp_path / "none.pem"), key=tls.key),
        Tls(certificate=tls.key, key=tls.key),
    ):
        with pytest.raises(Misconfigured, match=r"listen\.tls"):
            server(shows_certificate, wrong)
