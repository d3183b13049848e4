"""An SFTP endpoint of our own on asyncssh: one folder a user, nothing outside it. Knows no message.

Used by the demonstration and the tests as the partner's server; it is a complete server and may face partners too.
"""

import asyncio
import hmac
import os
import threading
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncssh


@dataclass(frozen=True, kw_only=True)
class User:
    """Who may log in: a password, public keys (``ssh-ed25519 AAAA…``), or both; ``home`` is all the user sees."""

    home: Path
    password: str | None = field(default=None, repr=False)
    public_keys: tuple[str, ...] = ()


class SftpServer:
    """A server in a thread of its own: ``with SftpServer(users) as server: server.port``.

    Without ``host_key`` (an OpenSSH private key) a fresh ed25519 key is made; ``host_key_line`` is what a client has to know.
    Raises ValueError for a key that is none, and OSError from :meth:`start` when the port is taken.
    """

    def __init__(self, users: Mapping[str, User], *, host: str = "127.0.0.1", port: int = 0, host_key: str | None = None) -> None:
        self._users = dict(users)
        self._keys = {name: _authorized(user) for name, user in users.items() if user.public_keys}
        self._host = host
        self._wanted_port = port
        self._key = asyncssh.import_private_key(host_key) if host_key else asyncssh.generate_private_key("ssh-ed25519")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None
        self.port = 0

    @property
    def host_key_line(self) -> str:
        """The public host key, as the setting ``host_keys`` wants it."""
        return str(self._key.export_public_key("openssh").decode().strip())

    @property
    def host_key(self) -> str:
        """The private host key, to give to a later server that shall be the same one."""
        return str(self._key.export_private_key("openssh").decode())

    def start(self) -> None:
        """Listen; returns when connections are accepted."""
        listening: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listening)), name="sftp-server", daemon=True)
        self._thread.start()
        self.port = listening.result(timeout=30)

    def stop(self) -> None:
        """Close every connection and stop listening; a second call does nothing."""
        if self._loop is None or self._stopping is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=30)
        self._loop = self._stopping = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    async def _serve(self, listening: "Future[int]") -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        logins: set[_Login] = set()
        try:
            server = await self._listen(logins)
        except OSError as error:
            listening.set_exception(error)
            return
        listening.set_result(server.get_port())
        await self._stopping.wait()
        server.close()
        for login in list(logins):
            login.abort()
        await server.wait_closed()

    async def _listen(self, logins: "set[_Login]") -> Any:
        return await asyncssh.create_server(
            lambda: _Login(self._users, self._keys, logins),
            self._host,
            self._wanted_port,
            server_host_keys=[self._key],
            sftp_factory=lambda channel: _Home(channel, self._users[channel.get_extra_info("username")].home),
            allow_scp=False,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            login_timeout=20,
            keepalive_interval=30,
        )


def _authorized(user: User) -> Any:
    return asyncssh.import_authorized_keys("\n".join(user.public_keys))


class _Login(asyncssh.SSHServer):  # type: ignore[misc]
    """Who is there, checked without telling unknown users from wrong passwords."""

    def __init__(self, users: Mapping[str, User], keys: Mapping[str, Any], present: "set[_Login]") -> None:
        self._users = users
        self._keys = keys
        self._present = present
        self._connection: Any = None

    def connection_made(self, conn: Any) -> None:
        self._connection = conn
        self._present.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._present.discard(self)

    def abort(self) -> None:
        self._connection.abort()

    def begin_auth(self, username: str) -> bool:
        if username in self._keys:
            self._connection.set_authorized_keys(self._keys[username])
        return True

    def password_auth_supported(self) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        user = self._users.get(username)
        known = user.password if user is not None else None
        return hmac.compare_digest((known or "").encode(), password.encode()) and known is not None


class _Home(asyncssh.SFTPServer):  # type: ignore[misc]
    """One user's folder. Links are neither made nor followed out of it."""

    def __init__(self, channel: Any, home: Path) -> None:
        super().__init__(channel, chroot=os.fsencode(home))
        self._root = os.path.realpath(home)

    def map_path(self, path: bytes) -> bytes:
        mapped: bytes = super().map_path(path)
        if os.path.commonpath([self._root, os.fsdecode(os.path.realpath(mapped))]) != self._root:
            raise asyncssh.SFTPPermissionDenied("outside of your folder")
        return mapped

    async def scandir(self, path: bytes) -> AsyncIterator[Any]:
        """The folder's entries. One that goes away while the folder is read is left out: it is no fault of the folder."""
        with os.scandir(self.map_path(path)) as entries:
            for entry in entries:
                try:
                    attributes = asyncssh.SFTPAttrs.from_local(entry.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue
                yield asyncssh.SFTPName(entry.name, attrs=attributes)

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        del oldpath, newpath
        raise asyncssh.SFTPOpUnsupported("no links")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        del oldpath, newpath
        raise asyncssh.SFTPOpUnsupported("no links")
