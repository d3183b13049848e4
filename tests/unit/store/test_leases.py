"""Lanes: shared fairly, taken over from the dead, and useless to a holder whose time is over."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from hub.clock import micros
from hub.store import leases, statements
from hub.store.engine import reading, writing
from hub.store.leases import Holding, LeaseLost
from hub.store.tables import delivery, message, refold_item, revision, split_item
from hub.worker import Worker
from hub.worker.splitting import DEATHS
from tests.unit.store.fakes import FakeClock, World

Hire = Callable[..., Worker]
Receive = Callable[..., str]
NOW = 1_000_000_000
SECOND = 1_000_000


def test_the_first_worker_has_all_lanes_and_shares_with_the_second(engine: Engine) -> None:
    first, second = Holding(engine, "first", seconds=30), Holding(engine, "second", seconds=30)
    first.keep(NOW)
    assert len(first.lanes) == 64
    second.keep(NOW)
    first.keep(NOW)
    second.keep(NOW)
    assert len(first.lanes) == len(second.lanes) == 32
    assert not set(first.lanes) & set(second.lanes)


def test_the_lanes_of_the_dead_are_taken_over_with_a_higher_fence(engine: Engine) -> None:
    dead, heir = Holding(engine, "dead", seconds=30), Holding(engine, "heir", seconds=30)
    dead.keep(NOW)
    heir.keep(NOW + 29 * SECOND)
    assert heir.lanes == []
    heir.keep(NOW + 31 * SECOND)
    assert len(heir.lanes) == 64
    assert heir.inherited == frozenset(range(64))
    assert min(heir.fences.values()) > max(dead.fences.values())


def test_a_stale_holder_may_write_nothing(engine: Engine) -> None:
    stale, heir = Holding(engine, "stale", seconds=1), Holding(engine, "heir", seconds=30)
    stale.keep(NOW)
    heir.keep(NOW + 2 * SECOND)
    with pytest.raises(LeaseLost), writing(engine) as connection:
        stale.guard(connection, [3], NOW)
    with writing(engine) as connection:
        heir.guard(connection, [3, 3, 60], NOW)


def test_a_lane_never_held_may_not_be_written(engine: Engine) -> None:
    with pytest.raises(LeaseLost), writing(engine) as connection:
        Holding(engine, "nobody", seconds=1).guard(connection, [0], NOW)


def test_released_lanes_are_free_at_once(engine: Engine) -> None:
    first, second = Holding(engine, "first", seconds=30), Holding(engine, "second", seconds=30)
    first.keep(NOW)
    first.release()
    second.keep(NOW)
    assert len(second.lanes) == 64
    assert second.inherited == frozenset()


def test_one_leads_until_its_lease_is_over(engine: Engine) -> None:
    assert leases.lead(engine, "a", now=NOW, seconds=10)
    assert leases.lead(engine, "a", now=NOW + SECOND, seconds=10)
    assert not leases.lead(engine, "b", now=NOW + 2 * SECOND, seconds=10)
    assert leases.lead(engine, "b", now=NOW + 12 * SECOND, seconds=10)


def count(engine: Engine, table: object) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(table)).all())


def zombie(worker: Worker, engine: Engine, clock: FakeClock) -> None:
    """Let another worker take over everything while this one believes it holds its lanes."""
    clock.forward(1000)
    other = Holding(engine, "heir", seconds=1)
    other.keep(micros(clock.now()))
    assert len(other.lanes) == 64


def test_a_zombie_splits_folds_and_completes_nothing(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    worker = hire(World("north"))
    receive("FRAQR FWB awb:020-1 replace - awb:020-1/pieces=1")
    worker._begin()
    zombie(worker, engine, clock)
    with pytest.raises(LeaseLost):
        worker._splitting.run(10)
    assert (count(engine, message), count(engine, split_item)) == (0, 1)
    clock.forward(10)
    worker.share()
    worker._splitting.run(10)
    zombie(worker, engine, clock)
    with pytest.raises(LeaseLost):
        worker._folding.run(10)
    assert (count(engine, revision), count(engine, refold_item)) == (0, 1)


def test_a_zombies_completion_is_not_recorded(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    world = World("north")
    worker = hire(world)
    receive("FRAQR FWB awb:020-1 replace - awb:020-1/pieces=1")
    worker._begin()
    worker._splitting.run(10)
    worker._folding.run(10)
    worker._delivering.run(10)
    zombie(worker, engine, clock)
    while worker._delivering.out:
        worker._delivering._collect(0.1)
    with reading(engine) as connection:
        assert connection.execute(select(delivery.c.state)).scalar_one() == "pending"
    clock.forward(10)
    assert hire(world).drain(seconds=10).deliveries == {"sent": 1}
    assert len({(one.key, one.raw) for one in world.partners["north"].got}) == 1
    assert len(world.partners["north"].got) == 2


def test_an_item_withdrawn_meanwhile_rolls_the_fold_back(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    receive("FRAQR FWB awb:020-1 replace - awb:020-1/pieces=1")
    worker._begin()
    worker._splitting.run(10)
    with reading(engine) as connection:
        items = statements.items(connection, worker._desk.holding.lanes, 10)
    outcome = worker._folding._fold(items)
    with writing(engine) as connection:
        statements.drop_items(connection, items)
    with pytest.raises(LeaseLost):
        worker._folding._write(outcome)
    assert count(engine, revision) == 0


def test_an_envelope_that_kills_its_workers_is_set_aside(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    class Killed(BaseException):
        """Stands for a process that is no more."""

    def deadly(envelope: object, *, partner: str) -> object:
        from tests.unit.store.fakes import understand

        if b"DEADLY" in envelope.raw:
            raise Killed
        return understand(envelope, partner=partner)

    receive("DEADLY")
    for number in range(3):
        receive(f"FRAQR FWB awb:020-{number} replace - awb:020-{number}/pieces=1")
    deaths = 0
    for _ in range(DEATHS + 3):
        worker = Worker(engine, clock, World("north", understand=deadly).line, lease_seconds=1000)
        try:
            worker.step()
        except Killed:
            deaths += 1
        worker._stop.set()
        clock.forward(2000)
    assert deaths == DEATHS
    assert hire(World("north", understand=deadly)).drain(seconds=10).messages == {"dead": 1, "applied": 3}
