"""One partner's SFTP server as configured: address, host keys, login, time limits. Opens no connection."""

import base64
import binascii
import io
from dataclasses import dataclass, field

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from paramiko.pkey import UnknownKeyType

from hub.channel import Secrets, Settings
from hub.ports import Misconfigured

_KEY_KINDS: tuple[tuple[type, serialization.PrivateFormat, type[paramiko.PKey]], ...] = (
    (ed25519.Ed25519PrivateKey, serialization.PrivateFormat.OpenSSH, paramiko.Ed25519Key),
    (ec.EllipticCurvePrivateKey, serialization.PrivateFormat.TraditionalOpenSSL, paramiko.ECDSAKey),
    (rsa.RSAPrivateKey, serialization.PrivateFormat.TraditionalOpenSSL, paramiko.RSAKey),
)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """All a session needs. The password and the private key never appear in its ``repr``."""

    host: str
    port: int
    user: str
    host_keys: tuple[paramiko.PKey, ...]
    password: str | None = field(repr=False)
    private_key: paramiko.PKey | None = field(repr=False)
    connect_seconds: float
    read_seconds: float
    attempt_seconds: float
    keepalive_seconds: int

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"


def endpoint(settings: Settings, secrets: Secrets) -> Endpoint:
    """Read the settings of the channel. Raises :class:`hub.ports.Misconfigured` naming what is missing or wrong."""
    password = settings.secret("password_secret", secrets)
    key = settings.secret("key_secret", secrets)
    if password is None and key is None:
        raise Misconfigured("sftp channel: neither 'password_secret' nor 'key_secret' is set. Name the secret to log in with.")
    return Endpoint(
        host=settings.text("host"),
        port=settings.whole("port", 22, least=1),
        user=settings.text("user"),
        host_keys=_host_keys(settings),
        password=password,
        private_key=None if key is None else _private_key(key, settings.secret("passphrase_secret", secrets)),
        connect_seconds=settings.seconds("connect_seconds", 10.0),
        read_seconds=settings.seconds("read_seconds", 30.0),
        attempt_seconds=settings.seconds("attempt_seconds", 120.0),
        keepalive_seconds=settings.whole("keepalive_seconds", 30),
    )


def _host_keys(settings: Settings) -> tuple[paramiko.PKey, ...]:
    lines = settings.texts("host_keys") if "host_keys" in settings.values else []
    keys = tuple(_host_key(line) for line in lines if not line.startswith("#"))
    if not keys:
        raise Misconfigured(
            "sftp channel: the setting 'host_keys' is missing. Ask the partner for the server's public host key; without it "
            "nobody can tell the partner from someone in the middle."
        )
    return keys


def _host_key(line: str) -> paramiko.PKey:
    words = line.split()
    place = next((index for index, word in enumerate(words[:-1]) if word.startswith(("ssh-", "ecdsa-"))), None)
    try:
        if place is None:
            raise ValueError("no key type in it")
        return paramiko.PKey.from_type_string(words[place], base64.b64decode(words[place + 1], validate=True))
    except (ValueError, binascii.Error, paramiko.SSHException, UnknownKeyType) as error:
        raise Misconfigured(
            f"sftp channel: 'host_keys' has a line that is no public key ({error}): {line[:40]!r}. Expected: ssh-ed25519 AAAA…"
        ) from error


def _private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    """Read by ``cryptography`` and handed on in the form paramiko reads rightly.

    Paramiko 5.1 refuses about half of all sound ECDSA keys in OpenSSH's form ("Invalid key curve identifier").
    """
    try:
        loaded = _loaded(text.strip().encode() + b"\n", passphrase)
    except TypeError:
        raise Misconfigured("sftp channel: the private key has a passphrase. Name its secret in 'passphrase_secret'.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Misconfigured(
            "sftp channel: the secret that 'key_secret' names is no private key we can open, or the passphrase is wrong."
        ) from None
    for kind, form, reader in _KEY_KINDS:
        if isinstance(loaded, kind):
            plain = loaded.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())  # type: ignore[attr-defined]
            return reader.from_private_key(io.StringIO(plain.decode()))
    raise Misconfigured("sftp channel: the private key is of a kind we do not use. Make an ed25519 key: ssh-keygen -t ed25519.")


def _loaded(raw: bytes, passphrase: str | None) -> object:
    load = serialization.load_ssh_private_key if b"OPENSSH PRIVATE KEY" in raw else serialization.load_pem_private_key
    try:
        return load(raw, passphrase.encode() if passphrase else None)
    except TypeError:
        if passphrase is None or b"ENCRYPTED" in raw:
            raise
        return load(raw, None)
