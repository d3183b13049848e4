"""Milliseconds from posting a logistics object until its subscriber has the notification, through the outbox; p50 and p99.

Run from the repository root: ``python -m benchmarks.notification [--objects N] [--rest SECONDS]``. One process of ours as in
``waybridge serve`` (SQLite, synchronous=FULL), one subscriber on loopback that only takes the time. ``rest`` lies between two
objects, so that the worker is found asleep. Beside it: the same POST of a notification by hand: what the way itself costs.
"""

import argparse
import http.server
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from hub.bootstrap.durable import Hub
from hub.bootstrap.service import Service
from hub.node import NodeSettings
from hub.settings import Channel, Limits, Listen, Partner, Settings
from hub.settings import Hub as HubSettings
from hub.store.migrations import upgrade

AIRLINE = "https://airline.example/logistics-objects/airline"
PIECE = "https://onerecord.iata.org/ns/cargo#Piece"
BODY = {"@context": {"cargo": "https://onerecord.iata.org/ns/cargo#"}, "@type": "cargo:Piece", "cargo:goodsDescription": "BOOKS"}
API = "https://onerecord.iata.org/ns/api#"
SUBSCRIPTION = {
    "@context": {"api": API},
    "@type": "api:Subscription",
    "api:hasSubscriber": {"@id": AIRLINE},
    "api:hasTopicType": {"@id": "api:LOGISTICS_OBJECT_TYPE"},
    "api:hasTopic": {"@type": "http://www.w3.org/2001/XMLSchema#anyURI", "@value": PIECE},
    "api:includeSubscriptionEventType": [{"@id": "api:LOGISTICS_OBJECT_CREATED"}],
}


class Subscriber(http.server.ThreadingHTTPServer):
    """Takes notifications, and when each was there."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.at: dict[str, float] = {}
        self.heard = threading.Condition()

    def wait(self, iri: str, seconds: float = 30) -> float:
        with self.heard:
            self.heard.wait_for(lambda: iri in self.at, seconds)
        return self.at[iri]


class _Taking(http.server.BaseHTTPRequestHandler):
    server: Subscriber
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        at = time.perf_counter()
        self.send_response(204)
        self.end_headers()
        with self.server.heard:
            self.server.at[body["api:hasLogisticsObject"]["@id"]] = at
            self.server.heard.notify_all()

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def subscriber() -> Iterator[Subscriber]:
    server = Subscriber()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@contextmanager
def node(folder: Path, endpoint: str) -> Iterator[str]:
    """The address of a node whose subscriber is at an endpoint."""
    os.environ |= {"WAYBRIDGE_SECRET_HOLDER": "h", "WAYBRIDGE_SECRET_AIRLINE": "a", "WAYBRIDGE_SECRET_BEARER": "b"}
    base = "http://127.0.0.1:18743"
    clients = [
        {"id": "holder", "secret": "holder", "agent": f"{base}/logistics-objects/holder"},
        {"id": "airline", "secret": "airline", "agent": AIRLINE},
    ]
    security = {"token": {"enabled": True, "clients": clients}, "grants": [{"agents": [AIRLINE]}]}
    way = {"endpoint": endpoint, "allow_private": True, "version": "2.3.0", "bearer_secret": "bearer", "agent": AIRLINE}
    channel = Channel(name="node", adapter="adapters.one_record.client", settings=way)
    partner = Partner(id="airline", authors=[AIRLINE], notifications="node", channel=[channel])
    listen = Listen(port=18743, mounts={"/": "adapters.one_record.server:mount"})
    ours = NodeSettings(base_url=base, security=security)
    formats = {"one-record": "adapters.one_record.format:build"}
    line = HubSettings(database=f"sqlite:///{folder}/hub.db", formats=formats, limits=Limits(), listen=listen, node=ours)
    hub = Hub(Settings(hub=line, partners={"airline": partner}, source=str(folder)))
    upgrade(hub.engine)
    service = Service(hub)
    service.start()
    yield service.url
    service.stop()
    hub.close()


def authorised(base: str, name: str, secret: str) -> httpx.Client:
    """A client with a token of the node's own endpoint."""
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
    told = httpx.post(f"{base}/token", data=form, trust_env=False).json()
    headers = {"Authorization": f"Bearer {told['access_token']}", "Content-Type": "application/ld+json"}
    return httpx.Client(base_url=base, headers=headers, trust_env=False)


def shown(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return f"{name:<46} p50 {statistics.median(ordered) * 1000:7.1f} ms   p99 {p99 * 1000:7.1f} ms"


def measure(count: int, rest: float) -> None:
    with tempfile.TemporaryDirectory() as name, subscriber() as there:
        endpoint = f"http://127.0.0.1:{there.server_port}"
        with node(Path(name), endpoint) as base:
            answer = authorised(base, "airline", "a").post("/subscriptions", json=SUBSCRIPTION)
            assert answer.status_code == 201, answer.text
            holder = authorised(base, "holder", "h")
            posted, answered = [], []
            used = time.process_time()
            for _ in range(count):
                time.sleep(rest)
                begun = time.perf_counter()
                location = holder.post("/logistics-objects", json=BODY).headers["location"]
                answered.append(time.perf_counter() - begun)
                posted.append(there.wait(location) - begun)
            used = (time.process_time() - used) / count
            by_hand = []
            hand = httpx.Client(trust_env=False, headers={"Connection": "close"})
            for number in range(count):
                begun = time.perf_counter()
                hand.post(endpoint, json={"api:hasLogisticsObject": {"@id": f"by hand {number}"}})
                by_hand.append(there.wait(f"by hand {number}") - begun)
    print(shown("POST of the object → notification there", posted))
    print(shown("POST of the object → 201", answered))
    print(shown("the same POST by hand, on a new connection", by_hand))
    print(f"processor time of the whole process, client and subscriber included: {used * 1000:.1f} ms an object")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--objects", type=int, default=100)
    parser.add_argument("--rest", type=float, default=0.2)
    chosen = parser.parse_args()
    measure(chosen.objects, chosen.rest)


if __name__ == "__main__":
    main()
