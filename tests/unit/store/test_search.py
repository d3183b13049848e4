"""Searching: order, pages that stay in place while the hub works, criteria that all hold, and plans that use an index."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, event, text, update

from hub.clock import micros
from hub.read import ReadSide
from hub.statement import Folded
from hub.store import search
from hub.store.engine import reading, writing
from hub.store.search import Criteria, Position, position, rarest, search_query
from hub.store.shipments import Change, Current, changes, record
from hub.store.tables import shipment

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
EVERYONE = Criteria()


def document(number: int, **more: Any) -> dict[str, Any]:
    return {"key": f"awb:020-{number:04}:1", "awb": f"020-{number:04}", "status": "DEP", **more}


def stored(one: dict[str, Any], before: Current | None = None) -> Change:
    folded = Folded(key=one["key"], document=one, raw=msgspec.json.encode(one), lineage={}, conflicts={})
    ((change, _),) = changes(f"awb:{one['awb']}", [folded], [before] if before else [], None)
    return change


def put(engine: Engine, *documents: dict[str, Any], at: int = 0) -> None:
    """Store documents as a fold would, ``at`` seconds after the start."""
    with writing(engine) as connection:
        known = {one.key: one for some in _loaded(connection, documents).values() for one in some}
        now = micros(START + timedelta(seconds=at))
        record(connection, [stored(one, known.get(one["key"])) for one in documents], now)


def _loaded(connection: Any, documents: Iterable[dict[str, Any]]) -> dict[str, list[Current]]:
    from hub.store.shipments import load

    return load(connection, [f"awb:{one['awb']}" for one in documents])


def numbers(items: Iterable[Any]) -> list[int]:
    return [int(one.document["awb"][4:]) for one in items]


def paged(read: ReadSide, criteria: Criteria = EVERYONE, limit: int = 2) -> Iterator[list[int]]:
    cursor = ""
    while True:
        page = read.search(criteria, cursor=cursor, limit=limit)
        yield numbers(page.items)
        if page.next is None:
            return
        cursor = page.next


@pytest.fixture(params=["rare", "common"], autouse=True)
def plan(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test by both plans: what few meet is looked up, what many meet is walked to."""
    if request.param == "common":
        monkeypatch.setattr(search, "RARE", -1)
    return str(request.param)


def test_the_newest_change_comes_first_and_equal_ones_by_key(engine: Engine) -> None:
    put(engine, document(1), document(2), document(3), at=10)
    put(engine, document(4), at=5)
    put(engine, document(1, pieces=7), at=20)
    found = list(paged(ReadSide(engine)))
    assert found == [[1, 3], [2, 4]]
    assert ReadSide(engine).search(EVERYONE).items[0].document["pieces"] == 7
    assert ReadSide(engine).search(EVERYONE).items[0].revision == 2


def test_pages_stay_in_place_while_shipments_come_and_change(engine: Engine) -> None:
    for number in range(1, 7):
        put(engine, document(number), at=number)
    read = ReadSide(engine)
    first = read.search(EVERYONE, limit=2)
    put(engine, document(9), at=50)
    put(engine, document(6, pieces=1), at=51)
    put(engine, document(2, pieces=1), at=52)
    second = read.search(EVERYONE, cursor=first.next, limit=2)
    third = read.search(EVERYONE, cursor=second.next, limit=2)
    assert [numbers(page.items) for page in (first, second, third)] == [[6, 5], [4, 3], [1]]
    assert third.next is None
    assert numbers(read.search(EVERYONE, limit=3).items) == [2, 6, 9], "what changed meanwhile is first in a new search"


def test_what_is_no_more_is_not_found(engine: Engine) -> None:
    put(engine, document(1), document(2))
    with writing(engine) as connection:
        connection.execute(update(shipment).where(shipment.c.key == "awb:020-0001:1").values(live=0))
    assert numbers(ReadSide(engine).search(EVERYONE).items) == [2]


def test_a_last_page_that_is_full_has_no_next(engine: Engine) -> None:
    put(engine, document(1), document(2))
    assert ReadSide(engine).search(EVERYONE, limit=2).next is None
    assert ReadSide(engine).search(EVERYONE, limit=1).next is not None


AGENT = {"agent": {"iata_code": "2347001"}}


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({"awb": "020-0002"}, [2]),
        ({"house": "H1"}, [3, 1]),
        ({"reference": "R1"}, [1]),
        ({"status": "DEP"}, [4, 3, 2]),
        ({"status": "dep"}, []),
        ({"house": "H1", "status": "DEP"}, [3]),
        ({"house": "H1", "reference": "R1", "status": "ARR", "awb": "020-0001"}, [1]),
        ({"house": "H1", "reference": "R1", "status": "DEP"}, []),
        ({"date_from": date(2026, 11, 22)}, [4, 2]),
        ({"date_to": date(2026, 11, 21)}, [1]),
        ({"date_from": date(2026, 11, 21), "date_to": date(2026, 11, 22)}, [2, 1]),
        ({"date_from": date(2026, 11, 22), "status": "DEP", "seen_by": ["iata_code:2347001"]}, [4]),
        ({"since": START + timedelta(seconds=2), "until": START + timedelta(seconds=4)}, [3, 2]),
        ({"since": START + timedelta(microseconds=2_000_001)}, [4, 3]),
        ({"seen_by": ["iata_code:2347001", "account:none"]}, [4, 1]),
        ({"seen_by": ["iata_code:2347001"], "status": "ARR"}, [1]),
        ({"seen_by": ["account:none"]}, []),
        ({"seen_by": []}, []),
        ({"seen_by": [f"awb:020-{number:04}" for number in range(2, 1300)]}, [4, 3, 2]),
    ],
)
def test_all_that_is_given_must_hold(engine: Engine, criteria: dict[str, Any], found: list[int]) -> None:
    flown = [{"flights": [{"flight": "QR066", "date": f"2026-11-2{day}"}]} for day in (1, 2, 3)]
    put(engine, document(1, status="ARR", houses=[{"hawb": "H1"}], references=[{"value": "R1"}], **AGENT, **flown[0]), at=1)
    put(engine, document(2, **flown[1]), at=2)
    put(engine, document(3, houses=[{"hawb": "H1"}, {"hawb": "H2"}]), at=3)
    put(engine, document(4, issued={"date": "2026-11-23"}, **AGENT), at=4)
    read = ReadSide(engine)
    assert numbers(read.search(Criteria(**criteria)).items) == found
    assert [number for page in paged(read, Criteria(**criteria), limit=1) for number in page] == found


@pytest.mark.parametrize(
    "cursor",
    [
        "abc",
        "!",
        "ü",
        "\ud800",
        "WzEsMl0",
        "e30",
        "A" * 1000,
        Position(-1, "a").cursor(),
        Position(2**63, "a").cursor(),
        Position(1, "").cursor(),
        Position(1, "a\x00").cursor(),
        Position(1, "a" * 201).cursor(),
    ],
)
def test_what_is_no_cursor_is_said_to_be_none(engine: Engine, cursor: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        ReadSide(engine).search(EVERYONE, cursor=cursor)


def test_a_cursor_is_a_word_that_an_address_can_hold() -> None:
    made = Position(micros(START), "house:ü/&:1").cursor()
    assert made.replace("-", "").replace("_", "").isalnum()
    assert position(made) == Position(micros(START), "house:ü/&:1")


def test_a_page_is_one_query_however_long(engine: Engine) -> None:
    put(engine, *(document(number) for number in range(60)))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    assert len(ReadSide(engine).search(Criteria(status="DEP"), limit=50).items) == 50
    assert len([one for one in asked if "document" in one]) == 1
    assert len([one for one in asked if "SELECT" in one]) == 2, "the page, and before it the bounded count that chooses the plan"


CRITERIA = {
    "everything": EVERYONE,
    "awb": Criteria(awb="020-0007"),
    "house": Criteria(house="H7"),
    "status": Criteria(status="DEP"),
    "changes": Criteria(since=START, until=START + timedelta(seconds=60)),
    "days": Criteria(date_from=date(2026, 11, 22), date_to=date(2026, 11, 22)),
    "an agent": Criteria(seen_by=["iata_code:2347001"]),
    "an agent, status": Criteria(seen_by=["iata_code:2347001"], status="DEP"),
}


@pytest.fixture
def many(engine: Engine) -> Engine:
    """Enough shipments for a database to think about, and its own figures about them."""
    some = [
        document(n, status=("DEP", "ARR")[n % 2], houses=[{"hawb": f"H{n}"}], **(AGENT if n % 3 else {})) for n in range(4000)
    ]
    for start in range(0, 4000, 500):
        put(engine, *some[start : start + 500], at=start)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return engine


def test_no_search_reads_a_whole_table(many: Engine, plan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if plan == "rare":
        monkeypatch.setattr(search, "RARE", 100)  # as few among 4,000 as 5,000 are among the shipments of a real hub
    for name, criteria in CRITERIA.items():
        with reading(many) as connection:
            query = search_query(criteria, by=rarest(connection, criteria), after=Position(micros(START) + 1, "awb:"), limit=20)
            sql = str(query.compile(many, compile_kwargs={"literal_binds": True})).replace("%%", "%")
            sqlite = many.dialect.name == "sqlite"
            lines = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{sql}")]
        whole = [one for one in lines if one.strip() != "SCAN page" and ("SCAN " in one or "Seq Scan" in one)]
        assert not whole, (name, lines)
