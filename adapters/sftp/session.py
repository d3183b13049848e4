"""One SFTP session, reopened when needed, with every wait limited. Knows no file and no message."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko

from adapters.sftp.endpoint import Endpoint
from adapters.sftp.faults import SESSION_FAILURES, delivery_error
from hub.channel import Deadline

_TRUSTED_IDLE_SECONDS = 1.0
_HOST_KEY_ALGORITHMS = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


class Attempt:
    """One use of the session. ``doubt`` is set while the deciding step's answer is awaited."""

    def __init__(self, sftp: paramiko.SFTPClient) -> None:
        self.sftp = sftp
        self.doubt = False


class Session:
    """The connection of one sender or poller; uses follow one another, whichever thread they come from."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._sftp: paramiko.SFTPClient | None = None
        self._transport: paramiko.Transport | None = None
        self._connection: socket.socket | None = None
        self._used = 0.0

    @contextmanager
    def use(self, doing: str) -> Iterator[Attempt]:
        """An open session. Any failure closes it and is raised as :class:`hub.ports.DeliveryError`."""
        attempt: Attempt | None = None
        with self._lock, Deadline(self._endpoint.attempt_seconds) as deadline:
            try:
                attempt = Attempt(self._ready(deadline))
                yield attempt
                self._used = time.monotonic()
            except SESSION_FAILURES as error:
                self._drop()
                where = f"sftp channel: {doing} at {self._endpoint}"
                limit = deadline.seconds if deadline.expired else None
                raise delivery_error(error, where, expired=limit, doubt=attempt is not None and attempt.doubt) from error
            except BaseException:
                self._drop()
                raise

    def close(self) -> None:
        """End the session."""
        with self._lock:
            self._drop()

    def _ready(self, deadline: Deadline) -> paramiko.SFTPClient:
        if self._sftp is not None and self._connection is not None and self._alive(self._sftp):
            deadline.watch(self._connection)
            return self._sftp
        self._drop()
        return self._open(deadline)

    def _alive(self, sftp: paramiko.SFTPClient) -> bool:
        if self._transport is None or not self._transport.is_active():
            return False
        if time.monotonic() - self._used < _TRUSTED_IDLE_SECONDS:
            return True
        try:
            sftp.normalize(".")
        except SESSION_FAILURES:
            return False
        return True

    def _open(self, deadline: Deadline) -> paramiko.SFTPClient:
        to = self._endpoint
        self._connection = socket.create_connection((to.host, to.port), timeout=to.connect_seconds)
        deadline.watch(self._connection)
        self._transport = transport = paramiko.Transport(self._connection)
        transport.banner_timeout = transport.auth_timeout = transport.channel_timeout = to.connect_seconds
        self._negotiate(transport)
        self._log_in(transport)
        transport.set_keepalive(to.keepalive_seconds)
        self._sftp = paramiko.SFTPClient.from_transport(transport)
        if self._sftp is None:
            raise paramiko.SSHException("the server does not offer SFTP")
        channel = self._sftp.get_channel()
        if channel is not None:
            channel.settimeout(to.read_seconds)
        return self._sftp

    def _negotiate(self, transport: paramiko.Transport) -> None:
        known = self._endpoint.host_keys
        options = transport.get_security_options()
        wanted = [name for key in known for name in _HOST_KEY_ALGORITHMS.get(key.get_name(), (key.get_name(),))]
        first = [name for name in wanted if name in options.key_types]
        options.key_types = (*first, *(name for name in options.key_types if name not in first))
        transport.start_client(timeout=self._endpoint.connect_seconds)
        shown = transport.get_remote_server_key()
        if shown not in known:
            raise paramiko.BadHostKeyException(self._endpoint.host, shown, known[0])

    def _log_in(self, transport: paramiko.Transport) -> None:
        to = self._endpoint
        if to.private_key is not None:
            transport.auth_publickey(to.user, to.private_key)
        if not transport.is_authenticated() and to.password is not None:
            transport.auth_password(to.user, to.password)
        if not transport.is_authenticated():
            raise paramiko.AuthenticationException("the server asks for a further proof")

    def _drop(self) -> None:
        for open_thing in (self._sftp, self._transport, self._connection):
            if open_thing is not None:
                _close_quietly(open_thing)
        self._sftp = self._transport = self._connection = None


def _close_quietly(open_thing: paramiko.SFTPClient | paramiko.Transport | socket.socket) -> None:
    try:
        open_thing.close()
    except SESSION_FAILURES:
        return
