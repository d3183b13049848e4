"""GET of a logistics object of 7 kB over HTTP: requests a second, p50 and p99, beside a bare FastAPI route with those bytes.

Run from the repository root: ``python -m benchmarks.node [--seconds S] [--connections N]``. One server process each (uvicorn, one
worker; for the node SQLite and a signed token in every request), asked by wrk where it is installed, else by a loop of ours. The
processor time is the server's own, a request: it holds on a busy machine, where requests a second do not.
"""

import argparse
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI, Response

from tests.conformance.node import VARIABLE, free_port, settings, token

CARGO = "https://onerecord.iata.org/ns/cargo#"
LD = "application/ld+json; version=2.3.0"
_TICK = os.sysconf("SC_CLK_TCK")


def waybill(base: str) -> dict[str, Any]:
    """A waybill of our own invention."""

    def value(number: float, unit: str) -> dict[str, Any]:
        code = f"https://onerecord.iata.org/ns/code-lists/MeasurementUnitCode#{unit}"
        return {"@type": "cargo:Value", "cargo:numericalValue": number, "cargo:unit": {"@id": code}}

    def line(number: int) -> dict[str, Any]:
        return {
            "@type": "cargo:WaybillLineItem",
            "cargo:lineItemNumber": number,
            "cargo:chargeableWeight": value(100.5 + number, "KGM"),
            "cargo:rateGrossWeight": value(98.25 + number, "KGM"),
            "cargo:rateSlac": 10 + number,
        }

    return {
        "@context": {"cargo": CARGO},
        "@id": f"{base}/logistics-objects/waybill-020-12345675",
        "@type": "cargo:Waybill",
        "cargo:waybillType": {"@id": "cargo:MASTER"},
        "cargo:waybillPrefix": "020",
        "cargo:waybillNumber": "12345675",
        "cargo:shippingInfo": "KEEP DRY AND COOL",
        "cargo:departureLocation": {"@id": f"{base}/logistics-objects/location-fra"},
        "cargo:arrivalLocation": {"@id": f"{base}/logistics-objects/location-sin"},
        "cargo:waybillLineItems": [line(number) for number in range(1, 9)],
    }


def serve_node(folder: Path, port: int) -> None:
    """The node in this process, until it is ended."""
    from hub.bootstrap.durable import Hub
    from hub.bootstrap.service import Service
    from hub.store.migrations import upgrade

    hub = Hub(settings(folder, port))
    upgrade(hub.engine)
    service = Service(hub)
    service.start()
    threading.Event().wait()


def serve_bare(body: Path, port: int) -> None:
    """A route that returns the same bytes."""
    app, raw = FastAPI(), body.read_bytes()

    @app.get("/logistics-objects/{id}")
    async def read(id: str) -> Response:
        return Response(raw, media_type=LD)

    uvicorn.run(app, port=port, log_level="warning", access_log=False)


class Child:
    """One server in a process of its own."""

    def __init__(self, kind: str, path: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen([sys.executable, "-m", "benchmarks.node", "--serve", kind, str(path), str(self.port)])
        self._wait()

    def _wait(self) -> None:
        for _ in range(300):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
                connection.request("GET", "/openapi.json")
                connection.getresponse().read()
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def seconds(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Figures(msgspec.Struct):
    """What a run found; latencies in milliseconds."""

    requests: float
    p50: float
    p99: float
    processor: float

    def line(self, name: str) -> str:
        return (
            f"{name:22} {self.requests:8.0f} requests/s   p50 {self.p50:6.2f} ms   p99 {self.p99:6.2f} ms   "
            f"{self.processor:6.3f} ms of processor a request"
        )


def asked(child: Child, address: str, header: dict[str, str], seconds: int, connections: int) -> Figures:
    """Ask one address again and again."""
    before, began = child.seconds(), time.monotonic()
    ask = _wrk if shutil.which("wrk") else _loop
    count, p50, p99 = ask(address, header, seconds, connections)
    spent, wall = child.seconds() - before, time.monotonic() - began
    return Figures(count / wall, p50, p99, spent * 1000 / max(count, 1))


def _wrk(address: str, header: dict[str, str], seconds: int, connections: int) -> tuple[int, float, float]:
    given = [part for name, value in header.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *given, address]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    if wrong:
        raise RuntimeError(f"{wrong[1]} answers were errors")
    count = re.search(r"(\d+) requests in", told)
    return int(count[1]) if count else 0, _latency(told, "50%"), _latency(told, "99%")


def _latency(told: str, name: str) -> float:
    found = re.search(rf"{name}\s+([\d.]+)(us|ms|s)", told)
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]] if found else float("nan")


def _loop(address: str, header: dict[str, str], seconds: int, connections: int) -> tuple[int, float, float]:
    host, _, path = address.removeprefix("http://").partition("/")
    taken: list[float] = []

    def work() -> None:
        connection, until = http.client.HTTPConnection(host), time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.perf_counter()
            connection.request("GET", f"/{path}", headers=header)
            connection.getresponse().read()
            taken.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    marks = statistics.quantiles(taken, n=100)
    return len(taken), marks[49], marks[98]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--serve", nargs=3)
    given = parser.parse_args()
    if given.serve:
        kind, path, port = given.serve
        (serve_node if kind == "node" else serve_bare)(Path(path), int(port))
        return
    os.environ[VARIABLE] = "benchmark"
    with tempfile.TemporaryDirectory() as name:
        run(Path(name), given.seconds, given.connections)


def run(folder: Path, seconds: int, connections: int) -> None:
    """Both servers, one after the other."""
    import httpx

    print(f"asked by {'wrk' if shutil.which('wrk') else 'a loop of ours'} over {connections} connections for {seconds} s each")
    node = Child("node", folder)
    header = {"Authorization": f"Bearer {token(node.base)}", "Accept": LD}
    made = httpx.post(f"{node.base}/logistics-objects", json=waybill(node.base), headers=header | {"Content-Type": LD})
    address = made.raise_for_status().headers["Location"]
    raw = httpx.get(address, headers=header).content
    (folder / "body").write_bytes(raw)
    print(f"the body has {len(raw)} bytes")
    for many in (1, connections):
        print(asked(node, address, header, seconds, many).line(f"node, {many} connections"))
    node.stop()
    bare = Child("bare", folder / "body")
    for many in (1, connections):
        print(asked(bare, f"{bare.base}/logistics-objects/1", header, seconds, many).line(f"bare, {many} connections"))
    bare.stop()


if __name__ == "__main__":
    main()
