"""Milliseconds of looking: one shipment by its number, and a page of 50 (documents included) for each search of the portal.

Run from the repository root: ``python -m benchmarks.read [--shipments N] [--rounds N] [--url URL]``. The shipments are made in
the run, straight into the tables: 40 agents of very unequal size, nine statuses, a year of days. Each search is asked for many
different values and for its second page; its plan is printed beneath.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Select, insert, text

from hub.clock import micros
from hub.read import ReadSide
from hub.store.engine import open_engine, reading, writing
from hub.store.migrations import upgrade
from hub.store.projection import project
from hub.store.rows import packed
from hub.store.search import Criteria, rarest, search_query
from hub.store.shipments import NOTHING, digest_of
from hub.store.tables import revision, shipment, term

STATUSES = ("BKD", "RCS", "MAN", "DEP", "ARR", "RCF", "NFD", "AWD", "DLV")
AGENTS = [f"{2340000 + number}" for number in range(40)]
FIRST = datetime(2025, 11, 21, tzinfo=UTC)
MOVED = date(2026, 8, 1)
"""From this day on the largest agent, AGENTS[0], sends nothing more."""
BATCH = 2000


def waybill(number: int) -> str:
    """A waybill number with its check digit."""
    return f"020-{number:07d}{number % 7}"


def document(number: int, chance: random.Random) -> dict[str, Any]:
    """A shipment of the size a waybill and its statuses make (2.5 kB)."""
    day = date(2025, 11, 21) + timedelta(days=chance.randrange(365))
    agent = AGENTS[min(int(chance.expovariate(0.15)), 39)] if day < MOVED else AGENTS[chance.randrange(1, 40)]
    return {
        "key": f"awb:{waybill(number)}:1",
        "awb": waybill(number),
        "sequence": 1,
        "origin": "FRA",
        "destination": "SGN",
        "status": chance.choices(STATUSES, (5, 5, 5, 8, 5, 5, 2, 1, 64))[0],
        "agent": {"name": "AGENT", "iata_code": agent},
        "shipper": {"name": "SHIPPER", "account": f"ACC{number % 5000}"},
        "references": [{"type": "SRI", "value": f"REF{number}"}, {"type": "CU", "value": f"ORDER{number // 20}"}],
        "houses": [{"hawb": f"H{number}A"}, {"hawb": f"H{number}B"}],
        "flights": [{"flight": "QR066", "date": day.isoformat()}],
        "goods": ["PARTS OF MACHINES OF A LENGTH THAT IS USUAL"] * 40,
    }


def fill(engine: Engine, count: int) -> None:
    """Shipments with one revision each, changed in an order that has nothing to do with their numbers."""
    chance = random.Random(7)
    order = list(range(count))
    chance.shuffle(order)
    for start in range(0, count, BATCH):
        with writing(engine) as connection:
            _store(connection, [(number, order[number]) for number in range(start, min(start + BATCH, count))], chance)


def _store(connection: Connection, numbers: list[tuple[int, int]], chance: random.Random) -> None:
    shipments, revisions, terms = [], [], []
    for number, change in numbers:
        made = document(number, chance)
        raw, seen, now = msgspec.json.encode(made), project(made), micros(FIRST) + change * 300_000_000
        digest = digest_of(raw)
        columns = {name: getattr(seen, name) for name in ("status", "origin", "destination", "first_date")}
        key = {"key": made["key"], "number_key": f"awb:{made['awb']}", "revision_no": 1, "digest": digest, "proof_digest": digest}
        shipments.append({**key, **columns, "live": 1, "created_at": now, "changed_at": now})
        body = {"document": raw, "lineage": packed(NOTHING), "conflicts": packed(NOTHING)}
        revisions.append({"shipment": made["key"], "revision_no": 1, "digest": digest, "created_at": now, **body})
        terms.extend({"kind": kind, "value": value, "shipment": made["key"]} for kind, value in seen.terms)
    connection.execute(insert(shipment), shipments)
    connection.execute(insert(revision), revisions)
    connection.execute(insert(term), terms)


def searches(count: int, chance: random.Random) -> dict[str, Callable[[], Criteria]]:
    """What the portal is asked for, by name; each call asks for another value."""

    def number() -> int:
        return chance.randrange(count)

    def day() -> date:
        return date(2025, 11, 21) + timedelta(days=chance.randrange(365))

    def agent() -> list[str]:
        return [f"iata_code:{chance.choice(AGENTS)}"]

    def moment() -> datetime:
        return FIRST + timedelta(seconds=300 * number())

    def status() -> str:
        return chance.choice(STATUSES)

    return {
        "everything": Criteria,
        "awb": lambda: Criteria(awb=waybill(number())),
        "house": lambda: Criteria(house=f"H{number()}B"),
        "reference": lambda: Criteria(reference=f"ORDER{number() // 20}"),
        "status": lambda: Criteria(status=status()),
        "changed since": lambda: Criteria(since=moment()),
        "changed in a day": lambda: (lambda at: Criteria(since=at, until=at + timedelta(days=1)))(moment()),
        "one day": lambda: (lambda at: Criteria(date_from=at, date_to=at))(day()),
        "thirty days": lambda: (lambda at: Criteria(date_from=at, date_to=at + timedelta(days=30)))(day()),
        "as an agent": lambda: Criteria(seen_by=agent()),
        "as a shipper": lambda: Criteria(seen_by=[f"account:ACC{number() % 5000}"]),
        "agent, status": lambda: Criteria(seen_by=agent(), status=status()),
        "agent, ten days": lambda: (lambda at: Criteria(seen_by=agent(), date_from=at, date_to=at + timedelta(days=10)))(day()),
        "status, ten days": lambda: (lambda at: Criteria(status=status(), date_from=at, date_to=at + timedelta(days=10)))(day()),
        "all that is asked, none there": lambda: Criteria(seen_by=agent(), status="XXX", date_from=day()),
        "common, but never together": lambda: Criteria(seen_by=[f"iata_code:{AGENTS[0]}"], date_from=MOVED),
    }


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def spread(figures: list[float]) -> str:
    """Median, 95th percentile and worst, in milliseconds."""
    ordered = sorted(figures)
    return f"p50 {ordered[len(ordered) // 2]:7.2f}   p95 {ordered[int(len(ordered) * 0.95)]:7.2f}   max {ordered[-1]:7.2f} ms"


def two_pages(read: ReadSide, criteria: Criteria) -> Iterator[float]:
    """What the first page takes, and the second where there is one."""
    pages: list[Any] = []
    yield timed(lambda: pages.append(read.search(criteria)))
    if pages[0].next:
        yield timed(lambda: read.search(criteria, cursor=pages[0].next))


def plan(engine: Engine, criteria: Criteria) -> list[str]:
    """How the database does it, line by line."""
    with reading(engine) as connection:
        by = rarest(connection, criteria)
        explained = _explain(connection, search_query(criteria, by=by, after=None, limit=51))
        return [f"by {by or 'change'}", *explained]


def _explain(connection: Connection, query: Select[Any]) -> list[str]:
    compiled = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
    words = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return [str(row[-1]) for row in connection.execute(text(f"{words} {str(compiled).replace(':', chr(92) + ':')}"))]


def main() -> None:
    """Print two lines and the plan for each search."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--shipments", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--url", default="")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(options.url or f"sqlite:///{folder}/hub.db")
        upgrade(engine)
        print(f"{options.shipments:,} shipments made in {timed(lambda: fill(engine, options.shipments)) / 1000:.0f} s")
        measure(engine, options.shipments, options.rounds)
        engine.dispose()


def measure(engine: Engine, count: int, rounds: int) -> None:
    """All figures over one database."""
    read, chance = ReadSide(engine), random.Random(11)
    by_number = [timed(lambda: read.shipment(waybill(chance.randrange(count)))) for _ in range(rounds)]
    print(f"{'shipment by number':32} {spread(by_number)}")
    for name, criteria in searches(count, chance).items():
        figures = [figure for _ in range(rounds) for figure in two_pages(read, criteria())]
        print(f"{name:32} {spread(figures)}")
        print("\n".join(f"      {line}" for line in plan(engine, criteria())))


if __name__ == "__main__":
    main()
