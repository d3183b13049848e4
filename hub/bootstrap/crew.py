"""More worker processes beside this one, each with lanes of its own: what a core more is worth. Knows no work, only who does it.

A process that dies is started again; when this one dies, however, they see their pipe close and stop after what they are doing.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from sqlalchemy.exc import SQLAlchemyError

from hub.bootstrap.durable import Hub
from hub.logs import Log, origin
from hub.settings import Settings
from hub.store import leases
from hub.worker.memory import settle

_log = Log("crew")
_SHARE = b"share"
_MOST = 4
_STARTING = 30.0
_LOOK = 1.0


def size(configured: int) -> int:
    """How many worker processes there shall be, this one included; 0 means one for each core, at most four."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return configured if configured > 0 else min(cores, _MOST)


class Crew:
    """The worker processes beside this one."""

    def __init__(self, hub: Hub, *, others: int) -> None:
        self._hub = hub
        self._wanted = others
        self._mates: list[_Mate] = []
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._keep, name="crew", daemon=True)

    def start(self) -> None:
        """Start the others, and let everybody take a fair share of the lanes."""
        self._mates = [_Mate(self._hub.settings) for _ in range(self._wanted)]
        for mate in self._mates:
            mate.await_ready()
        if self._mates:
            self._watch.start()

    def share(self) -> None:
        """Ask the others to take the lanes that are free now."""
        for mate in self._mates:
            mate.tell(_SHARE)

    def pids(self) -> Sequence[int]:
        """The process ids of the others."""
        return [mate.process.pid or 0 for mate in self._mates]

    def close(self) -> None:
        """Let the others finish what they are doing, and end them."""
        self._stop.set()
        if self._watch.ident is not None:
            self._watch.join()
        for mate in self._mates:
            mate.dismiss()
        for mate in self._mates:
            mate.end()

    def _keep(self) -> None:
        while not self._stop.wait(_LOOK):
            for at, mate in enumerate(self._mates):
                if not mate.process.is_alive():
                    self._mates[at] = self._instead_of(mate)

    def _instead_of(self, dead: "_Mate") -> "_Mate":
        _log.warning("a worker process has died; another is started", code=str(dead.process.exitcode))
        try:
            if dead.owner:
                leases.bury(self._hub.engine, dead.owner)
        except SQLAlchemyError as fault:  # its leases expire by themselves
            _log.warning("the lanes of a dead worker wait for their leases to expire", fault=origin(fault))
        mate = _Mate(self._hub.settings)
        mate.await_ready()
        return mate


class _Mate:
    """One other process and our end of the pipe to it."""

    def __init__(self, settings: Settings) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_labour, args=(settings, theirs), name="waybridge-worker")
        self.process.start()
        theirs.close()
        self.owner = ""

    def await_ready(self) -> None:
        """Until it has signed in; one that cannot start is the watch's business."""
        if self._pipe.poll(_STARTING):
            try:
                self.owner = self._pipe.recv_bytes().decode()
            except EOFError:
                return

    def tell(self, word: bytes) -> None:
        """Say something to it, if it is there."""
        try:
            self._pipe.send_bytes(word)
        except OSError:
            return

    def dismiss(self) -> None:
        """Ask it to stop."""
        self._pipe.close()

    def end(self, seconds: float = 15) -> None:
        """Wait for it, and end it if it does not."""
        self.process.join(seconds)
        if self.process.is_alive():
            self.process.terminate()
            self.process.join()


def _labour(settings: Settings, pipe: Connection) -> None:
    """What the other process does: work until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    hub = Hub(settings)
    worker = hub.worker()
    settle()
    stop = threading.Event()

    def listen() -> None:
        try:
            while pipe.recv_bytes() == _SHARE:
                worker.share()
        except (EOFError, OSError):
            stop.set()

    worker.share()
    pipe.send_bytes(worker.owner.encode())
    threading.Thread(target=listen, name="pipe", daemon=True).start()
    worker.run(stop)
    worker.close()
    hub.close()
