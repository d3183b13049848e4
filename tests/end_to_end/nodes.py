"""A hub of ours with a ONE Record node, served by a process of its own that can be killed; and what a test asks of it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from adapters.one_record.client import open_node
from adapters.one_record.client.node import Node
from hub.bootstrap.durable import Hub
from hub.read import ReadSide
from hub.settings import load
from tests.end_to_end.commands import ROOT, START, Place, Ran

T = TypeVar("T")
PATIENCE = 20.0
SCHEDULE = [0.0, 0.2, 0.2, 0.4, 0.4, 0.8, 0.8, *[1.0] * 60]

_NODE = """
[node]
base_url = "{base}"
extensions = ["fetch-notified"]
[node.security.token]
enabled = true
[[node.security.token.clients]]
id = "peer"
secret = "peer"
agent = "{peer}/logistics-objects/holder"
[[node.security.token.clients]]
id = "own"
secret = "own"
agent = "{base}/logistics-objects/holder"
[[node.security.grants]]
agents = ["{peer}/logistics-objects/holder"]
"""
_PEER = """id = "{name}"
authors = ["{peer}/logistics-objects/holder"]
notifications = "node"
schedule = {schedule}
[admission]
everything = true
[sight]
everything = true
[[channel]]
name = "node"
adapter = "adapters.one_record.client"
[channel.settings]
endpoint = "{peer}"
token_url = "{peer}/token"
client_id = "peer"
client_secret = "peer"
allow_private = true
connect_attempts = 1
"""
_OWN = """id = "own"
authors = ["{base}/logistics-objects/holder"]
[admission]
everything = true
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def base_of(port: int) -> str:
    return f"http://127.0.0.1:{port}/one-record"


def until(what: Callable[[], T], wanted: Callable[[T], object] = bool, *, seconds: float = PATIENCE) -> T:
    """What there is as soon as it is what is wanted; fails with the last there was."""
    end = time.monotonic() + seconds
    while not wanted(found := what()):
        assert time.monotonic() < end, f"still {found!r} after {seconds:g} s"
        time.sleep(0.05)
    return found


class Served:
    """One hub in its own folder, on its own port and database; ``listens`` where that is not the port others find it at."""

    def __init__(self, folder: Path, name: str, port: int, peer: str, peer_port: int, *, listens: int = 0) -> None:
        folder.mkdir()
        self.place = Place(folder)
        self.name = name
        self.port = listens or port
        self.base, self.peer = base_of(port), base_of(peer_port)
        self.holder = f"{self.base}/logistics-objects/holder"
        self._configure(folder, peer)
        self._process: subprocess.Popen[bytes] | None = None
        assert self.run("init").status == 0
        self._hub = Hub(load({"WAYBRIDGE_CONFIG": str(self.place.config), "WAYBRIDGE_DATABASE": self.place.database}))
        self._read = ReadSide(self._hub.engine)

    def _configure(self, folder: Path, peer: str) -> None:
        (folder / "secrets").mkdir()
        for secret in ("peer", "own"):
            (folder / "secrets" / secret).write_text(f"{secret}-word")
        file = self.place.config / "waybridge.toml"
        mount = '"/one-record" = "adapters.one_record.server:mount"'
        packaged = file.read_text().replace("[listen.mounts]\n", f"[listen.mounts]\n{mount}\n")
        packaged = packaged.replace("[limits]\n", "[limits]\nlease_seconds = 2.0\n")
        secrets = f"secrets = {json.dumps(str(folder / 'secrets'))}\n"
        file.write_text(secrets + packaged + _NODE.format(base=self.base, peer=self.peer))
        for one in (self.place.config / "partners").iterdir():
            one.unlink()
        partners = {peer: _PEER.format(name=peer, peer=self.peer, schedule=SCHEDULE), "own": _OWN.format(base=self.base)}
        for partner, text in partners.items():
            (self.place.config / "partners" / f"{partner}.toml").write_text(text)

    # the process

    def begin(self) -> None:
        """Start the process; :meth:`ready` waits for it."""
        around = {**os.environ, "WAYBRIDGE_CONFIG": str(self.place.config), "WAYBRIDGE_DATABASE": self.place.database}
        log = (self.place.folder / "log").open("ab")
        command = [sys.executable, "-c", START, "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, env={**around, "PYTHONPATH": str(ROOT)}, cwd=self.place.folder, stdout=log, stderr=log
        )
        log.close()

    def ready(self) -> None:
        until(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.place.folder / "log").read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz/ready", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """``kill -9``."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    # what is asked of it

    def own(self) -> Node:
        """The node as its holder's own system uses it."""
        here = base_of(self.port)
        settings = {"endpoint": here, "token_url": f"{here}/token", "client_id": "own", "client_secret": "own"}
        return open_node(
            {**settings, "iri_base": self.base, "allow_private": True, "attempts": 5}, {"own": "own-word"}.__getitem__
        )

    def run(self, *arguments: str) -> Ran:
        """``waybridge ARGUMENTS`` on its database."""
        return self.place.here(*arguments)

    def told(self, *arguments: str) -> Any:
        """The JSON of a command that goes well."""
        ran = self.run(*arguments, "--json")
        assert ran.status == 0, ran.err
        return ran.json

    def send(self, document: dict[str, Any], partner: str) -> str:
        """Owe a document to the partner's node; the delivery's key."""
        file = self.place.file("document.jsonld", json.dumps(document))
        return str(self.told("one-record", "send", file, "--partner", partner)["delivery"])

    def delivery(self, key: str) -> dict[str, Any]:
        (found,) = [one for one in self.deliveries() if one["key"] == key]
        return found

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self._read.deliveries(limit=500).items)

    def shipment(self, awb: str) -> dict[str, Any]:
        """The canonical shipment, empty where there is none yet."""
        found = self._read.shipment(awb)
        return dict(found.document) if found else {}

    def letters(self) -> list[str]:
        """What the dead letters say."""
        return [one["problem"]["message"] for one in self._read.dead_letters().items]

    def close(self) -> None:
        """Kill the process and let go of the database."""
        self.kill()
        self._hub.close()
