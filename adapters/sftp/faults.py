"""What each failure of an SFTP session means for a delivery. The one table of it; opens nothing."""

import errno
import socket
import struct

import paramiko

from hub.ports import DeliveryError, Misconfigured, Refused, Retriable, Unknown

SESSION_FAILURES = (OSError, EOFError, paramiko.SSHException, paramiko.SFTPError, struct.error, ValueError, IndexError)
"""All that paramiko raises when a server misbehaves; the last three on packets that are no SFTP."""


def delivery_error(error: Exception, where: str, *, expired: float | None, doubt: bool) -> DeliveryError:
    """The :class:`hub.ports.DeliveryError` for a failure.

    ``expired`` is the time limit that ended the attempt, if one did. ``doubt`` means the deciding step was asked for and its
    answer is missing: then a lost connection is Unknown, because the file may be there under its final name.
    """
    decided = None if expired is not None else _decided(error, where)
    if decided is not None:
        return decided
    reason = f"no end after {expired:g} seconds" if expired is not None else _reason(error)
    if doubt:
        return Unknown(
            f"{where}: {reason}, after the file was written and renamed: it may have arrived. Tried again under the same name."
        )
    return Retriable(f"{where}: {reason}. Nothing was left under its final name; it is tried again.")


def _decided(error: Exception, where: str) -> DeliveryError | None:
    if isinstance(error, paramiko.BadHostKeyException):
        return Misconfigured(
            f"{where}: the server showed the host key {_shown(error.key)}, which is not in 'host_keys'. Ask the partner whether "
            "the key was changed; until then nothing is sent."
        )
    if isinstance(error, paramiko.AuthenticationException) and not _is_cut_short(error):
        return Misconfigured(
            f"{where}: the server does not accept our login ({type(error).__name__}). Check user, password or key."
        )
    if isinstance(error, socket.gaierror):
        return _unresolved(error, where)
    if isinstance(error, OSError):
        return _by_number(error, where)
    return None


def _is_cut_short(error: paramiko.AuthenticationException) -> bool:
    """Paramiko has one class for a refused login and for a server that hangs or goes away during it; only the text differs."""
    return any(words in str(error).lower() for words in ("timeout", "transport shut down"))


def _unresolved(error: socket.gaierror, where: str) -> DeliveryError:
    if error.errno == socket.EAI_AGAIN:
        return Retriable(f"{where}: the name of the host cannot be looked up just now ({error.strerror}). It is tried again.")
    return Retriable(f"{where}: there is no such host ({error.strerror}). It is tried again; check 'host' if this goes on.")


def _by_number(error: OSError, where: str) -> DeliveryError | None:
    if error.errno == errno.ENOENT:
        return Misconfigured(f"{where}: the server has no such folder. Check 'dropoff', 'pickup', 'archive' and 'error'.")
    if error.errno == errno.EACCES:
        return Refused(
            f"{where}: the server forbids it (permission denied). Ask the partner for the right to write and rename there."
        )
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, (TimeoutError, socket.timeout)):
        return "the server did not answer in time"
    if isinstance(error, (EOFError, ConnectionResetError, BrokenPipeError)):
        return "the server closed the connection"
    return f"{str(error) or type(error).__name__}"[:300]


def _shown(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.fingerprint}"
