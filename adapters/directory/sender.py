"""Writes deliveries into the ``out`` folder, whole or not at all. Knows no partner's reader."""

import time
from pathlib import Path

from adapters.directory.tree import faults_told, flush_folder, write_durably
from hub.channel import delivery_name, is_temporary, temporary_name
from hub.ports import Parcel, Receipt, Unknown

_ABANDONED_SECONDS = 86_400.0


class DirectorySender:
    """A :class:`hub.ports.Sender` into one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with faults_told(f"clearing {folder}"):
            _clear_abandoned(folder)

    def deliver(self, parcel: Parcel) -> Receipt:
        """Write, flush, rename, flush the folder. Raises Retriable (disk full), Misconfigured (no folder, no right), Unknown."""
        name = delivery_name(parcel)
        path = self._folder / name
        with faults_told(f"writing {path}"):
            write_durably(self._folder, temporary_name(name), name, parcel.raw)
        try:
            flush_folder(self._folder)
        except OSError as error:
            raise Unknown(f"directory channel: {path} is written, but flushing its folder failed: {error.strerror}") from error
        return Receipt(reference=str(path), text=f"{len(parcel.raw)} bytes written")

    def close(self) -> None:
        """Nothing is held open."""


def _clear_abandoned(folder: Path) -> None:
    """Remove what a process that died was writing, a day ago or more: nobody will finish it."""
    for path in folder.glob(".*.part"):
        if is_temporary(path.name) and time.time() - path.lstat().st_mtime > _ABANDONED_SECONDS:
            path.unlink(missing_ok=True)
