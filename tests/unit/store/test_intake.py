"""The intake: committed before it answers, one envelope for the same bytes, and a refusal only when nothing was stored."""

import hashlib
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from hub.intake import DurableIntake
from hub.ports import Arrival, IntakeRefused
from hub.read import ReadSide
from hub.store.engine import open_engine, reading
from hub.store.migrations import upgrade
from hub.store.tables import envelope
from hub.worker import Worker
from tests.unit.store.fakes import FakeClock, World

Hire = Callable[..., Worker]


def arrival(text: str, partner: str = "p1") -> Arrival:
    return Arrival(partner=partner, channel="test", raw=text.encode(), name="in.txt", media="text/plain")


def envelopes(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(envelope)).scalar_one())


def test_the_bytes_are_there_when_the_answer_is(engine: Engine, intake: DurableIntake) -> None:
    raw = bytes(range(256))
    received = intake.receive(Arrival(partner="p1", channel="test", raw=raw))
    assert received.status == "received"
    assert received.sha256 == hashlib.sha256(raw).hexdigest()
    assert ReadSide(engine).raw(received.id) == raw


def test_the_same_bytes_are_the_same_envelope_by_partner(engine: Engine, intake: DurableIntake) -> None:
    first, again, other = (intake.receive(arrival("text", partner)) for partner in ("p1", "p1", "p2"))
    assert (again.id, again.status) == (first.id, "duplicate")
    assert other.status == "received"
    assert envelopes(engine) == 2


def test_an_empty_file_is_kept(engine: Engine, intake: DurableIntake) -> None:
    assert ReadSide(engine).raw(intake.receive(arrival("")).id) == b""


def test_many_callers_and_two_intakes_make_one_envelope_of_each(engine: Engine, intake: DurableIntake, clock: FakeClock) -> None:
    second = DurableIntake(engine, clock, seconds=20)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda place: (intake, second)[place % 2].receive(arrival(f"text {place // 4}")), range(400)))
    second.close()
    assert envelopes(engine) == 100
    assert sum(one.status == "received" for one in answers) == 100


def test_many_at_once_are_answered_each(intake: DurableIntake) -> None:
    answers = intake.receive_all([arrival("a"), arrival("b"), arrival("a")])
    assert [one.status for one in answers] == ["received", "received", "duplicate"]


def test_what_is_refused_is_not_stored(engine: Engine, clock: FakeClock) -> None:
    intake = DurableIntake(engine, clock, partners=lambda name: name == "p1", largest=10)
    for one, reason in ((arrival("x", "stranger"), "unknown-partner"), (arrival("x" * 11), "too-large")):
        with pytest.raises(IntakeRefused) as refused:
            intake.receive(one)
        assert refused.value.reason == reason
    intake.close()
    with pytest.raises(IntakeRefused):
        intake.receive(arrival("x"))
    assert envelopes(engine) == 0


def test_a_duplicate_gets_the_stored_answer(engine: Engine, intake: DurableIntake, hire: Hire, clock: FakeClock) -> None:
    asked: list[int] = []

    def acknowledge(envelope: object, understood: object, states: object) -> list[tuple[str, bytes]]:
        asked.append(1)
        return [("fake:ACK/1", f"answer {len(asked)} {states}".encode())]

    world = World("north", acknowledge=acknowledge, owes_answer=lambda *_: True, reply_channel=lambda partner, channel: "main")
    world.partners["p1"] = world.partners["north"]
    text = "FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1\nnot a line"
    first = intake.receive(arrival(text)).id
    pending = intake.answer(first)
    assert pending is not None
    assert (pending.pending, pending.answers) == (True, [])
    hire(world).drain(seconds=10)
    assert intake.receive(arrival(text)).status == "duplicate"
    hire(world).drain(seconds=10)
    answer = intake.answer(first)
    assert answer is not None
    assert (answer.pending, answer.answers) == (False, [b"answer 1 ['applied', 'rejected']"])
    assert [one.raw for one in world.partners["p1"].got if one.raw.startswith(b"answer")] == [b"answer 1 ['applied', 'rejected']"]
    assert intake.answer("unknown") is None


@pytest.fixture
def small(tmp_path: Path) -> Engine:
    """A SQLite database that may not grow by more than a few pages."""
    engine = open_engine(f"sqlite:///{tmp_path}/small.db", busy_seconds=0.2)
    upgrade(engine)
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _limit(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={max(pages, 60) + 10}")

    return engine


def test_a_full_disk_refuses_and_loses_nothing(small: Engine, clock: FakeClock) -> None:
    intake = DurableIntake(small, clock, seconds=5)
    answers = [one for number in range(40) for one in intake.receive_all([arrival(f"{number} " + "x" * 5000)])]
    intake.close()
    refused = [one for one in answers if isinstance(one, IntakeRefused)]
    assert {one.reason for one in refused} == {"full"}
    assert "disk is full" in str(refused[0])
    assert 0 < envelopes(small) == len(answers) - len(refused) < 40
    small.dispose()


def test_a_full_disk_stops_the_worker_visibly_and_it_goes_on(small: Engine, clock: FakeClock) -> None:
    intake = DurableIntake(small, clock, seconds=5)
    for number in range(3):
        intake.receive(arrival(f"FRAQR FWB awb:020-{number} replace 1 awb:020-{number}/goods={'x' * 12000}{number}"))
    intake.close()
    world = World("north", "south")
    worker = Worker(small, clock, World("north", render=lambda *_: None).line)
    worker.close()
    big = World("north", fold=lambda key, said: [_padded(one) for one in _fold(key, said)])
    worker = Worker(small, clock, big.line)
    worker.drain(seconds=2)
    assert worker.trouble is not None
    assert "full" in worker.trouble
    worker.close()
    roomy = open_engine(str(small.url))
    assert Worker(roomy, clock, world.line).drain(seconds=10).messages == {"applied": 3}
    small.dispose()
    roomy.dispose()


def _fold(key: str, said: object) -> list[object]:
    from tests.unit.store.fakes import fold

    return fold(key, said)


def _padded(folded: object) -> object:
    import msgspec

    return msgspec.structs.replace(folded, raw=b'{"awb": "' + b"x" * 400_000 + b'"}')


def test_a_locked_database_is_said_and_waited_for(tmp_path: Path, clock: FakeClock) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db", busy_seconds=0.2)
    upgrade(engine)
    intake = DurableIntake(engine, clock, seconds=5)
    lock = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(IntakeRefused) as refused:
        intake.receive(arrival("text"))
    assert refused.value.reason == "busy"
    assert "locked" in str(refused.value)
    lock.execute("ROLLBACK")
    assert intake.receive(arrival("text")).status == "received"
    lock.close()
    intake.close()
    engine.dispose()


def test_a_worker_outlives_a_locked_database(tmp_path: Path, clock: FakeClock) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db", busy_seconds=0.1)
    upgrade(engine)
    intake = DurableIntake(engine, clock, seconds=5)
    intake.receive(arrival("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1"))
    worker = Worker(engine, clock, World("north").line)
    lock = sqlite3.connect(tmp_path / "hub.db", isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.8, lambda: lock.execute("ROLLBACK"))
    timer.start()
    assert worker.drain(seconds=10).messages == {"applied": 1}
    timer.join()
    worker.close()
    intake.close()
    lock.close()
    engine.dispose()
