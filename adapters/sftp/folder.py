"""A remote folder as something to pick up from. Follows no link and trusts no name or size the server tells."""

import contextlib
import stat
from collections.abc import Sequence

import paramiko

from adapters.sftp.session import Session
from hub.channel import claim_name, shown_name, temporary_name
from hub.pickup import Entry, UnfinishedError, UnreadableError

_CHUNK = 32_768


class SftpFolder:
    """A :class:`hub.pickup.Folder` over a session."""

    def __init__(self, session: Session, *, pickup: str, archive: str, error: str, rename: bool, delete: bool) -> None:
        self._session = session
        self._pickup = pickup
        self._archive = archive
        self._error = error
        self._rename = rename
        self._delete = delete
        self._as_read: dict[str, tuple[int, int]] = {}

    def entries(self) -> Sequence[Entry]:
        with self._session.use(f"listing {self._pickup}") as attempt:
            return [entry for found in attempt.sftp.listdir_iter(self._pickup) if (entry := _entry(found)) is not None]

    def claim(self, name: str) -> str | None:
        if not self._rename:
            return name
        claim = claim_name(name)
        with self._session.use(f"claiming {shown_name(name)} in {self._pickup}") as attempt:
            try:
                attempt.sftp.rename(self._at(name), self._at(claim))
            except FileNotFoundError:
                return None
        return claim

    def read(self, held: str, limit: int) -> bytes:
        with self._session.use(f"fetching {shown_name(held)} from {self._pickup}") as attempt:
            try:
                raw, self._as_read[held] = _read_whole(attempt.sftp, self._at(held), limit)
                return raw
            except FileNotFoundError:
                raise UnfinishedError from None
            except PermissionError as error:
                raise UnreadableError("The server forbids the hub to read it. Ask the partner for the right.") from error

    def archive(self, held: str, name: str) -> None:
        as_read = self._as_read.pop(held, None)
        with self._session.use(f"archiving {name}") as attempt:
            if self._rename or _is_still(attempt.sftp, self._at(held), as_read):
                self._put_away(attempt.sftp, self._at(held), name)

    def reject(self, held: str, name: str, reason: str) -> None:
        with self._session.use(f"moving {name} to {self._error}") as attempt:
            _make(attempt.sftp, self._error)
            temporary = f"{self._error}/{temporary_name(name)}"
            with attempt.sftp.open(temporary, "wb") as file:
                file.write(reason.encode())
            attempt.sftp.rename(temporary, f"{self._error}/{name}.reason")
            _move(attempt.sftp, self._at(held), f"{self._error}/{name}")

    def close(self) -> None:
        self._session.close()

    def _at(self, name: str) -> str:
        return f"{self._pickup.rstrip('/')}/{name}"

    def _put_away(self, sftp: paramiko.SFTPClient, path: str, name: str) -> None:
        if self._delete:
            with contextlib.suppress(FileNotFoundError):
                sftp.remove(path)
        else:
            _make(sftp, self._archive)
            _move(sftp, path, f"{self._archive}/{name}")


def _make(sftp: paramiko.SFTPClient, folder: str) -> None:
    try:
        sftp.stat(folder)
    except FileNotFoundError:
        sftp.mkdir(folder)


def _move(sftp: paramiko.SFTPClient, path: str, to: str) -> None:
    """Move it, unless somebody else has. A folder that is missing is another matter, and is raised."""
    try:
        sftp.rename(path, to)
    except FileNotFoundError:
        if _is_there(sftp, path):
            raise


def _is_there(sftp: paramiko.SFTPClient, path: str) -> bool:
    try:
        sftp.lstat(path)
    except FileNotFoundError:
        return False
    return True


def _is_still(sftp: paramiko.SFTPClient, path: str, as_read: tuple[int, int] | None) -> bool:
    try:
        return _signature(sftp.lstat(path)) == as_read
    except FileNotFoundError:
        return False


def _entry(found: paramiko.SFTPAttributes) -> Entry | None:
    mode = found.st_mode or stat.S_IFREG
    if stat.S_ISDIR(mode) or "/" in found.filename or "\0" in found.filename:
        return None
    kind = "file" if stat.S_ISREG(mode) else "link" if stat.S_ISLNK(mode) else "device or pipe"
    return Entry(name=found.filename, kind=kind, size=found.st_size or 0, modified=found.st_mtime or 0)


def _signature(found: paramiko.SFTPAttributes) -> tuple[int, int]:
    return found.st_size or 0, found.st_mtime or 0


def _read_whole(sftp: paramiko.SFTPClient, path: str, limit: int) -> tuple[bytes, tuple[int, int]]:
    before = sftp.lstat(path)
    size, _ = signature = _signature(before)
    if not stat.S_ISREG(before.st_mode or stat.S_IFREG):
        raise UnreadableError("This is a link or device, not a file. Only plain files are picked up.")
    if size > limit:
        raise UnreadableError(f"It has {size} bytes, the limit ('max_bytes') is {limit}. Ask for a smaller file.")
    with sftp.open(path, "rb") as file:
        raw = _read_up_to(file, size + 1)
    if len(raw) != size or _signature(sftp.lstat(path)) != signature:
        raise UnfinishedError
    return raw, signature


def _read_up_to(file: paramiko.SFTPFile, size: int) -> bytes:
    chunks = []
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)
