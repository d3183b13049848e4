"""Uploads deliveries under a hidden name and renames them. Knows the drop-off folder only."""

import contextlib
import errno
from collections.abc import Callable

import paramiko

from adapters.sftp.faults import SESSION_FAILURES
from adapters.sftp.session import Attempt, Session
from hub.channel import delivery_name, temporary_name
from hub.ports import Parcel, Receipt


class SftpSender:
    """A :class:`hub.ports.Sender` into one remote folder."""

    def __init__(self, session: Session, folder: str) -> None:
        self._session = session
        self._folder = folder.rstrip("/")

    def deliver(self, parcel: Parcel) -> Receipt:
        """Upload, compare sizes, rename over what is there. Raises the whole :class:`hub.ports.DeliveryError` tree."""
        name = delivery_name(parcel)
        temporary, path = f"{self._folder}/{temporary_name(name)}", f"{self._folder}/{name}"
        with self._session.use(f"delivering {path}") as attempt:
            try:
                _upload(attempt.sftp, temporary, parcel.raw)
                _put_in_place(attempt, temporary, path)
            except OSError:
                _remove_quietly(attempt.sftp, temporary)
                raise
        return Receipt(reference=path, text=f"{len(parcel.raw)} bytes written")

    def close(self) -> None:
        self._session.close()


def _upload(sftp: paramiko.SFTPClient, path: str, raw: bytes) -> None:
    with sftp.open(path, "wb") as file:
        file.write(raw)
    size = sftp.stat(path).st_size
    if size != len(raw):
        raise OSError(f"the server kept {size} of {len(raw)} bytes; its disk may be full")


def _put_in_place(attempt: Attempt, temporary: str, path: str) -> None:
    try:
        _rename(attempt, attempt.sftp.posix_rename, temporary, path)
    except OSError as error:
        if error.errno is not None or _is_lost(error):
            raise
        _put_in_place_without_extension(attempt, temporary, path)


def _put_in_place_without_extension(attempt: Attempt, temporary: str, path: str) -> None:
    """The draft's own rename never overwrites: only when it fails does an earlier copy of the same delivery go first."""
    try:
        _rename(attempt, attempt.sftp.rename, temporary, path)
    except OSError as error:
        if error.errno not in (None, errno.EEXIST) or _is_lost(error):
            raise
        with contextlib.suppress(FileNotFoundError):
            attempt.sftp.remove(path)
        _rename(attempt, attempt.sftp.rename, temporary, path)


def _rename(attempt: Attempt, rename: Callable[[str, str], None], temporary: str, path: str) -> None:
    """The deciding step: in doubt until the server has said yes or no."""
    attempt.doubt = True
    try:
        rename(temporary, path)
    except OSError as error:
        attempt.doubt = _is_lost(error)
        raise
    attempt.doubt = False


def _is_lost(error: OSError) -> bool:
    return isinstance(error, (TimeoutError, ConnectionError))


def _remove_quietly(sftp: paramiko.SFTPClient, path: str) -> None:
    with contextlib.suppress(*SESSION_FAILURES):
        sftp.remove(path)
