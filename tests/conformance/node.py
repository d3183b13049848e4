"""A node of its own for one run: temporary database, free port, one token client that is the data holder."""

import base64
import json
import os
import secrets
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub.bootstrap.durable import Hub
from hub.bootstrap.service import Service
from hub.node import NodeSettings
from hub.settings import Hub as HubSettings
from hub.settings import Limits, Listen, Settings
from hub.store.migrations import upgrade

CLIENT, SECRET = "conformance", "conformance"
VARIABLE = "WAYBRIDGE_SECRET_CONFORMANCE"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def settings(folder: Path, port: int, **node: Any) -> Settings:
    """A hub that is nothing but a node at the root of a port."""
    base = f"http://127.0.0.1:{port}"
    client = {"id": CLIENT, "secret": SECRET, "agent": f"{base}/logistics-objects/holder"}
    return Settings(
        hub=HubSettings(
            database=f"sqlite:///{folder}/node.db",
            formats={"one-record": "adapters.one_record.format:build"},
            limits=Limits(),
            listen=Listen(port=port, mounts={"/": "adapters.one_record.server:mount"}),
            node=NodeSettings(base_url=base, security={"token": {"enabled": True, "clients": [client]}}, **node),
        ),
        partners={},
        source=str(folder),
    )


def token(base: str) -> str:
    """A token of the node's own endpoint for demonstration and tests."""
    known = base64.b64encode(f"{CLIENT}:{os.environ[VARIABLE]}".encode()).decode()
    form = {"Authorization": f"Basic {known}", "Content-Type": "application/x-www-form-urlencoded"}
    asked = urllib.request.Request(f"{base}/token", b"grant_type=client_credentials", form)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return str(json.load(answer)["access_token"])


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, str]]:
    """The address of a started node, and a token for its holder."""
    os.environ[VARIABLE] = secrets.token_urlsafe(24)
    hub = Hub(settings(folder, free_port()))
    upgrade(hub.engine)
    service = Service(hub)
    service.start()
    try:
        yield service.url, token(service.url)
    finally:
        service.stop()
        hub.close()
        del os.environ[VARIABLE]
