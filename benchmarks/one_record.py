"""A waybill of 7 kB to canonical shipments: ours (checks, places, tree, mapping) beside the RDF libraries' parse alone.

Run: ``python benchmarks/one_record.py [seconds]``. The waybill is made in the run, nothing stored. Rounds read different bytes.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pyoxigraph
import rdflib

from adapters.one_record import read, straight
from adapters.one_record.format import build
from hub.envelope import Outgoing
from hub.mapping import Mappings
from hub.pipeline import Line

LINE = Line(formats={"one-record": build()}, mappings=Mappings())
FORMAT = build()
TODAY = date(2026, 11, 22)


def shipment(number: int) -> dict[str, Any]:
    """A plain master waybill with parties, two rate lines and customs lines; the number makes the bytes differ."""
    serial = 1_000_000 + number
    party = {"name": "ANNA EXAMPLE AND SONS", "street": ["12 HARBOUR ROAD"], "city": "FRANKFURT", "country": "DE"}
    weight = {"value": "123.4", "unit": "KGM"}
    line = {
        "pieces": 1,
        "weight": weight,
        "rate_class": "Q",
        "chargeable_weight": weight,
        "rate": "2.10",
        "goods": ["MACHINE PARTS"],
    }
    return {
        "awb": f"020-{serial}{serial % 7}",
        "origin": "FRA",
        "destination": "SGN",
        "pieces": 2,
        "weight": weight,
        "goods": ["MACHINE PARTS"],
        "special_handling": ["EAW"],
        "shipper": party,
        "consignee": {**party, "city": "HANOI", "country": "VN"},
        "agent": {"name": "BLUE FORWARDER", "iata_code": "1234567"},
        "charges": {"currency": "EUR", "weight_payment": "P", "lines": [{**line, "line": 1}, {**line, "line": 2}]},
        "customs": [{"line": 1, "country": "US", "subject": "CNE", "identifier": "T", "text": "9988"}],
        "issued": {"date": "2026-11-20", "place": "FRANKFURT", "signature": "A EXAMPLE"},
    }


def document(number: int) -> bytes:
    """The waybill as a partner would send it: compacted, without the writer's line breaks."""
    outgoing = Outgoing(
        message_id=str(number), control_reference="1", at=datetime(2026, 11, 22, tzinfo=UTC), sender="https://a.example"
    )
    return json.dumps(json.loads(LINE.render("one-record:Waybill", shipment(number), outgoing).raws[0])).encode()


def ours(raw: bytes) -> None:
    """Bytes to canonical statements, checked and with places."""
    for part in FORMAT.split(raw).parts:
        carried = LINE.to_canonical(FORMAT.read(part), TODAY)
        assert carried is not None
        assert carried[0].said


def per_second(work: Callable[[bytes], object], raws: list[bytes], seconds: float) -> tuple[float, float]:
    """Documents a second by the clock, and milliseconds of processor time for each: the best of five rounds."""
    best, least = 0.0, float("inf")
    for _ in range(5):
        start, used, count = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() - start < seconds / 5:
            work(raws[count % len(raws)])
            count += 1
        best = max(best, count / (time.perf_counter() - start))
        least = min(least, (time.process_time() - used) * 1000 / count)
    return best, least


def by_the_graph(raw: bytes) -> None:
    """The same without the short way: what a document with anything unusual in it costs."""
    straight.straight.cache_clear()
    read.understand.cache_clear()
    document = read.understand(raw.decode())
    assert document.roots


def main(seconds: float) -> None:
    """Print one line for each reader."""
    raws = [document(number) for number in range(64)]
    print(f"{len(raws)} waybills of {sum(map(len, raws)) // len(raws)} bytes")
    works: dict[str, Callable[[bytes], object]] = {
        "Waybridge, to canonical": ours,
        "Waybridge, the graph alone": by_the_graph,
        "pyoxigraph, parse alone": lambda raw: list(pyoxigraph.parse(raw, format=pyoxigraph.RdfFormat.JSON_LD)),
        "rdflib, parse alone": lambda raw: rdflib.Graph().parse(data=raw, format="json-ld"),
    }
    for name, work in works.items():
        rate, used = per_second(work, raws, seconds)
        print(f"{name:32} {rate:8.0f}/s   {used:7.3f} ms of processor time")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
