"""What the channels have in common: settings, safe file names, a hard time limit. Knows no channel and no state of the hub."""

import hashlib
import re
import secrets
import socket
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from hub.ports import Misconfigured, Parcel

Secrets = Callable[[str], str]
"""Gives the secret of a name; raises ``LookupError`` when there is none."""

EVERYWHERE = frozenset({"partner", "channel"})
UNFINISHED_SUFFIXES = (".tmp", ".temp", ".part", ".partial", ".filepart")
CLAIM = ".claim-"

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One channel's settings, read by name and type. Every fault is :class:`hub.ports.Misconfigured` and names the setting.

    ``known`` are the settings the channel has; ``partner`` and ``channel`` are known everywhere. A name nobody knows is a
    fault, because a misspelt setting would otherwise silently have its default.
    """

    kind: str
    values: Mapping[str, object]
    known: Collection[str]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.values) - set(self.known) - EVERYWHERE)
        if unknown:
            known = ", ".join(sorted(EVERYWHERE | set(self.known)))
            raise Misconfigured(f"{self.kind} channel: no such setting: {', '.join(unknown)}. Known settings: {known}.")

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without a default it must be there and not be empty."""
        value = self.values.get(name, default)
        if value is None or (value == "" and default is None):
            raise Misconfigured(f"{self.kind} channel: the setting '{name}' is missing. Add it to the partner's channel.")
        return self._typed(name, value, str, "a text")

    def texts(self, name: str) -> list[str]:
        """One or more texts: a list, or one text with a value per line."""
        value = self.values.get(name)
        lines = value.splitlines() if isinstance(value, str) else value
        if not isinstance(lines, (list, tuple)) or not all(isinstance(line, str) for line in lines):
            raise self._fault(name, "a list of texts", value)
        return [line.strip() for line in lines if line.strip()]

    def whole(self, name: str, default: int, *, least: int = 0) -> int:
        """A whole number not under ``least``."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._fault(name, f"a whole number, {least} or more", value)
        return value

    def seconds(self, name: str, default: float, *, zero: bool = False) -> float:
        """A time limit in seconds, over zero (``zero``: or zero)."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not (0 < value < 1e9 or (zero and value == 0)):
            raise self._fault(name, "a number of seconds", value)
        return float(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        return self._typed(name, self.values.get(name, default), bool, "true or false")

    def one_of(self, name: str, choices: Collection[str], default: str) -> str:
        """One of a few words."""
        value = self.text(name, default)
        if value not in choices:
            raise self._fault(name, " or ".join(sorted(choices)), value)
        return value

    def secret(self, name: str, lookup: Secrets) -> str | None:
        """The secret whose *name* is the value of the setting; None when the setting is absent."""
        if name not in self.values:
            return None
        try:
            return lookup(self.text(name))
        except LookupError:
            raise Misconfigured(
                f"{self.kind} channel: there is no secret '{self.text(name)}', which the setting '{name}' names."
            ) from None

    def _typed(self, name: str, value: object, kind: type[_T], expected: str) -> _T:
        if not isinstance(value, kind):
            raise self._fault(name, expected, value)
        return value

    def _fault(self, name: str, expected: str, found: object) -> Misconfigured:
        return Misconfigured(f"{self.kind} channel: the setting '{name}' should be {expected}, found {found!r}.")


def is_unfinished(name: str) -> bool:
    """Whether the name says that its writer is not done (or, a leading dot, that it is nobody's business)."""
    return name.startswith(".") or name.lower().endswith(UNFINISHED_SUFFIXES)


def plain_name(name: str, length: int = 100) -> str:
    """The name with letters, digits, ``. _ -`` only, no leading dot, cut in the stem to ``length``."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".") or "file"
    stem, suffix = _parted(plain)
    return stem[: length - len(suffix)] + suffix


def shown_name(name: str) -> str:
    """The name as it may be stored and printed: no control or direction characters, no undecodable bytes."""
    decoded = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "_" for char in decoded)[:255]


def key_text(key: str) -> str:
    """The delivery key where it can stand in a file name or header as it is, else its SHA-256."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,100}", key) else hashlib.sha256(key.encode()).hexdigest()


def delivery_name(parcel: Parcel) -> str:
    """The file name of a delivery: the same key always gives the same name, so that a repetition overwrites itself."""
    stem, suffix = _parted(plain_name(parcel.name or "message"))
    made = f"{stem}-{key_text(parcel.key)}{suffix}"
    return f"{made}.message" if is_unfinished(made) else made


def archive_name(name: str, digest: str, at: datetime) -> str:
    """Time, digest and name of an archived file, such as ``20261121T103000.000000Z-0f3a…-FWB.txt``."""
    return f"{at:%Y%m%dT%H%M%S.%fZ}-{digest[:16]}-{plain_name(name)}"


def claim_name(name: str) -> str:
    """A fresh name under which a file is held while it is read; :func:`claimed_name` gives the plain name back."""
    return f"{CLAIM}{secrets.token_hex(4)}-{plain_name(name, 150)}"


def claimed_name(claim: str) -> str:
    """The plain name in a claim."""
    return claim[len(CLAIM) + 9 :]


def temporary_name(name: str) -> str:
    """A fresh hidden name to write under; every reader that keeps our own rules passes over it."""
    return f".{name}.{secrets.token_hex(4)}.part"


def is_temporary(name: str) -> bool:
    """Whether :func:`temporary_name` made it."""
    return re.fullmatch(r"\..+\.[0-9a-f]{8}\.part", name) is not None


def _parted(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, f".{suffix}") if dot and stem and len(suffix) <= 12 else (name, "")


class Deadline:
    """Shuts a connection down when an attempt takes longer than ``seconds`` in all, however busy the other side looks.

    Time limits per read do not stop a partner that sends one byte at a time. ``watch`` may be called again when the
    connection is replaced.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def watch(self, connection: socket.socket) -> None:
        """Watch this connection from now on, through a descriptor of our own: TLS takes the original over."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
            self._socket = connection.dup()
        if self.expired:
            self._expire()

    def _expire(self) -> None:
        self.expired = True
        with self._lock:
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return
