"""Everything started and stopped together: HTTP applications, a worker and the processes beside it, polls, housekeeping."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn

from hub import registry
from hub.bootstrap.crew import Crew, size
from hub.bootstrap.doors import Reading
from hub.bootstrap.durable import Hub
from hub.bootstrap.tls import server
from hub.logs import Log, origin
from hub.ports import Doors, Poller
from hub.read import ReadSide
from hub.schedule import Recurring, Schedule
from hub.serving import Background, Dispatcher
from hub.store.migrations import current, head

_log = Log("service")


class Service:
    """One running hub."""

    def __init__(self, hub: Hub, *, host: str | None = None, port: int | None = None, bound: socket.socket | None = None) -> None:
        """``bound`` is a socket of :func:`listening`, where the address had to be known before the configuration."""
        self._hub = hub
        listen = hub.settings.hub.listen
        self._socket = bound or listening(host or listen.host, listen.port if port is None else port)
        self._server = uvicorn.Server(server(self._application(), listen.tls))
        self._pollers: list[Poller] = []
        self._worker = hub.worker()
        self._crew = Crew(hub, others=size(hub.settings.hub.processes) - 1)
        self._background = [Background("http", self._http), Background("worker", self._worker.run)]
        self._schedule = Schedule(hub.engine, hub.clock, self._worker.owner, list(self._polls()))

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._socket.getsockname()[:2]
        return f"{'https' if self._hub.settings.hub.listen.tls else 'http'}://{host}:{port}"

    def start(self) -> None:
        """Start every part."""
        for one in self._background:
            one.start()
        self._schedule.start()
        self._crew.start()
        self._worker.share()
        self._crew.share()

    def stop(self) -> None:
        """Stop every part; what is half done is done again at the next start."""
        self._schedule.close()
        self._server.should_exit = True
        self._crew.close()
        for one in self._background:
            one.stop()
        self._worker.close()
        for poller in self._pollers:
            with contextlib.suppress(OSError):
                poller.close()

    def ready(self) -> bool:
        """Whether the database is there and at our schema."""
        try:
            return current(self._hub.engine) == head()
        except Exception as fault:
            _log.warning("not ready", fault=origin(fault))
            return False

    def _application(self) -> Dispatcher:
        doors = Doors(
            intake=self._hub.intake,
            accounts=self._hub.accounts,
            read=Reading(lambda: ReadSide(self._hub.engine)),
            ready=self.ready,
            max_bytes=self._hub.settings.hub.limits.max_bytes,
            node=self._hub.node,
        )
        made: dict[str, Any] = {}
        mounts = self._hub.settings.hub.listen.mounts
        for dotted in mounts.values():
            if dotted not in made:
                made[dotted] = registry.resolve(dotted)(doors)
        return Dispatcher({prefix: made[dotted] for prefix, dotted in mounts.items()})

    def _http(self, stop: threading.Event) -> None:
        self._server.run(sockets=[self._socket])

    def _polls(self) -> list[Recurring]:
        polls = []
        for partner in self._hub.settings.partners.values():
            for channel in partner.channel:
                if channel.poll:
                    name = f"{partner.id}/{channel.name}"
                    polls.append(Recurring(name=name, seconds=channel.poll, work=self._poll(partner.id, channel.name)))
        return polls

    def _poll(self, partner: str, channel: str) -> Callable[[], int]:
        opened: list[Poller] = []

        def work() -> int:
            if not opened:
                opened.append(self._hub.open_poller(partner, channel))
                self._pollers.append(opened[0])
            return opened[0].poll(self._hub.intake)

        return work


def listening(host: str, port: int) -> socket.socket:
    """A listening socket made as TCP by name: otherwise answers wait for Nagle's clock."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(256)
    return made
