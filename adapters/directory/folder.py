"""The ``in`` folder as something to pick up from. Follows no link, opens no device, and moves by rename only."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from adapters.directory.tree import Tree, faults_told, write_durably
from hub.channel import claim_name, temporary_name
from hub.pickup import Entry, UnfinishedError, UnreadableError

_CHUNK = 1 << 20


class DirectoryFolder:
    """A :class:`hub.pickup.Folder` over the local file system."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def entries(self) -> Sequence[Entry]:
        with faults_told(f"listing {self._tree.incoming}"), os.scandir(self._tree.incoming) as found:
            return [entry for item in found if (entry := _entry(item)) is not None]

    def claim(self, name: str) -> str | None:
        claim = claim_name(name)
        with faults_told(f"claiming {name!r} in {self._tree.incoming}"):
            try:
                os.rename(self._tree.incoming / name, self._tree.incoming / claim)
            except FileNotFoundError:
                return None
        return claim

    def read(self, held: str, limit: int) -> bytes:
        try:
            descriptor = os.open(self._tree.incoming / held, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise UnfinishedError from None
        except OSError as error:
            raise UnreadableError(f"The hub cannot open it: {error.strerror}. Check its owner and rights.") from error
        try:
            return _read_whole(descriptor, limit)
        except OSError as error:
            raise UnreadableError(f"The hub cannot read it: {error.strerror}.") from error
        finally:
            os.close(descriptor)

    def archive(self, held: str, name: str) -> None:
        with faults_told(f"archiving {name}"):
            self._move(held, self._tree.archive / name)

    def reject(self, held: str, name: str, reason: str) -> None:
        told = f"{name}.reason"
        with faults_told(f"moving {name} to {self._tree.error}"):
            write_durably(self._tree.error, temporary_name(told), told, reason.encode())
            self._move(held, self._tree.error / name)

    def close(self) -> None:
        """Nothing is held open."""

    def _move(self, held: str, to: Path) -> None:
        """Move it, unless somebody else has. A folder that is missing is another matter, and is raised."""
        try:
            os.rename(self._tree.incoming / held, to)
        except FileNotFoundError:
            if os.path.lexists(self._tree.incoming / held):
                raise


def _entry(item: os.DirEntry[str]) -> Entry | None:
    try:
        found = item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return Entry(name=item.name, kind=_kind(found.st_mode), size=found.st_size, modified=found.st_mtime_ns)


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    return "link" if stat.S_ISLNK(mode) else "device or pipe"


def _read_whole(descriptor: int, limit: int) -> bytes:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        raise UnreadableError(f"This is a {_kind(before.st_mode)}, not a file. Only plain files are picked up.")
    if before.st_size > limit:
        raise UnreadableError(f"It has {before.st_size} bytes, the limit ('max_bytes') is {limit}. Ask for a smaller file.")
    raw = _read_up_to(descriptor, before.st_size + 1)
    after = os.fstat(descriptor)
    if len(raw) != before.st_size or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise UnfinishedError
    return raw


def _read_up_to(descriptor: int, size: int) -> bytes:
    chunks = []
    while size > 0 and (chunk := os.read(descriptor, min(size, _CHUNK))):
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)
