"""The four folders of a drop folder, and what the operating system's refusals mean for a delivery. Knows no message."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.ports import DeliveryError, Misconfigured, Retriable

_FOR_AN_OPERATOR = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EXDEV,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
    }
)


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Where things are."""

    incoming: Path
    outgoing: Path
    archive: Path
    error: Path

    @classmethod
    def prepared(cls, path: str) -> "Tree":
        """The tree under an existing folder, its four folders made when absent."""
        root = Path(path)
        if not root.is_dir():
            raise Misconfigured(
                f"directory channel: the folder {root} (setting 'path') does not exist or is no folder. Make it first."
            )
        tree = cls(incoming=root / "in", outgoing=root / "out", archive=root / "archive", error=root / "error")
        for folder in (tree.incoming, tree.outgoing, tree.archive, tree.error):
            with faults_told(f"making {folder}"):
                folder.mkdir(exist_ok=True)
        return tree


@contextmanager
def faults_told(doing: str) -> Iterator[None]:
    """Turn an OSError into the :class:`hub.ports.DeliveryError` that says what to do next."""
    try:
        yield
    except OSError as error:
        raise delivery_error(error, doing) from error


def delivery_error(error: OSError, doing: str) -> DeliveryError:
    """A missing or forbidden folder needs an operator; a full disk or a failing device may pass."""
    text = f"directory channel: {doing} failed: {error.strerror or error}"
    if error.errno in _FOR_AN_OPERATOR:
        return Misconfigured(f"{text}. Check the folder and the rights of the hub's user.")
    return Retriable(f"{text}. It is tried again.")


def write_durably(folder: Path, temporary: str, name: str, raw: bytes) -> None:
    """Write under a temporary name, flush to the disk, rename. On any fault the temporary file is removed."""
    path = folder / temporary
    try:
        with open(path, "xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path, folder / name)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
