"""HTTP connections that are used again: each to one address that was checked, for one host, and not for long. Knows no partner
and no request.
"""

import select
import socket
import ssl
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable

import httpx

MOST = 4
AGE_SECONDS = 300.0
"""After which a host is looked up and its address checked anew."""

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None)


class Wire:
    """One connection to one address, once it is made."""

    def __init__(self, trust: ssl.SSLContext, address: str) -> None:
        self.client = httpx.Client(verify=trust, trust_env=False, follow_redirects=False, limits=_ONE)
        self.address = address
        self.since = self.used = 0.0
        self.socket: socket.socket | None = None

    def connected(self, connection: socket.socket) -> None:
        """Hold on to the connection by a descriptor of our own: TLS takes the original over."""
        self._let_go()
        self.socket = connection.dup()

    def is_quiet(self) -> bool:
        """Whether the other side has neither closed the connection nor said anything unasked."""
        return self.socket is not None and not _has_something(self.socket)

    def close(self) -> None:
        """Close the connection, both descriptors."""
        self.client.close()
        self._let_go()

    def _let_go(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def _has_something(connection: socket.socket) -> bool:
    """Whether there is something to read, the end included."""
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([connection], [], [], 0)[0])
    watched = select.poll()
    watched.register(connection, select.POLLIN)
    return bool(watched.poll(0))


class Kept:
    """The connections of one channel between its exchanges, at most ``most``. Not for two threads at once.

    A connection is used again within ``idle_seconds`` (0: never) and ``age_seconds`` after it was made, unless the other side has
    closed it meanwhile. What is left is closed when this is, or is no longer needed.
    """

    def __init__(
        self,
        idle_seconds: float,
        *,
        most: int = MOST,
        age_seconds: float = AGE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._idle_seconds = idle_seconds
        self._most = most
        self._age_seconds = age_seconds
        self._clock = clock
        self._wires: OrderedDict[str, Wire] = OrderedDict()
        weakref.finalize(self, _close_all, self._wires)

    def taken(self, url: httpx.URL) -> Wire | None:
        """The connection to a URL's host, where one may be used again; it is the caller's until it is put back."""
        wire = self._wires.pop(_host(url), None)
        if wire is None:
            return None
        now = self._clock()
        if now - wire.used > self._idle_seconds or now - wire.since > self._age_seconds or not wire.is_quiet():
            wire.close()
            return None
        return wire

    def put(self, url: httpx.URL, wire: Wire) -> None:
        """Keep a connection over which an answer has come whole."""
        wire.used = self._clock()
        wire.since = wire.since or wire.used
        self._drop(_host(url))
        self._wires[_host(url)] = wire
        while len(self._wires) > (self._most if self._idle_seconds else 0):
            self._drop(next(iter(self._wires)))

    def close(self) -> None:
        """Close every connection."""
        _close_all(self._wires)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._wires)

    def _drop(self, host: str) -> None:
        wire = self._wires.pop(host, None)
        if wire is not None:
            wire.close()


def _close_all(wires: "OrderedDict[str, Wire]") -> None:
    while wires:
        wires.popitem()[1].close()


def _host(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii').lower()}"
