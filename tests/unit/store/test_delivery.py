"""Deliveries: retried by schedule, byte for byte the same, in the order a partner wants, and never lost."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from hub.ports import Misconfigured, Refused, Retriable, Unknown
from hub.store import outbox
from hub.store.engine import reading, writing
from hub.store.tables import dead_letter, delivery
from hub.worker import Worker
from tests.unit.store.fakes import FakeClock, World

Hire = Callable[..., Worker]
Receive = Callable[..., str]


def deliveries(engine: Engine) -> list[object]:
    with reading(engine) as connection:
        return list(connection.execute(select(delivery).order_by(delivery.c.seq)).all())


def letters(engine: Engine) -> list[object]:
    with reading(engine) as connection:
        return list(connection.execute(select(dead_letter)).all())


def say(receive: Receive, pieces: int, awb: str = "020-1") -> None:
    receive(f"FRAQR FWB awb:{awb} replace {pieces} awb:{awb}/pieces={pieces}")


def test_a_retry_is_byte_identical_and_comes_by_schedule(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    world = World("north")
    north = world.partners["north"]
    north.faults = [Retriable("500"), Unknown("closed in the middle"), None]
    worker = hire(world)
    say(receive, 1)
    assert worker.drain(seconds=10).deliveries == {"retrying": 1}
    clock.forward(4)
    worker.drain(seconds=10)
    assert len(north.tried) == 1
    clock.forward(2)
    assert worker.drain(seconds=10).deliveries == {"unknown": 1}
    clock.forward(331)
    assert worker.drain(seconds=10).deliveries == {"sent": 1}
    assert len(north.tried) == 3
    assert len({(one.key, one.raw) for one in north.tried}) == 1


def test_retry_after_is_honoured(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    world = World("north")
    world.partners["north"].faults = [Retriable("429", retry_after=600)]
    worker = hire(world)
    say(receive, 1)
    worker.drain(seconds=10)
    clock.forward(599)
    assert worker.drain(seconds=10).deliveries == {"retrying": 1}
    clock.forward(2)
    assert worker.drain(seconds=10).deliveries == {"sent": 1}


def test_an_exhausted_schedule_is_a_dead_letter(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    world = World("north", schedule=lambda partner: (0, 1))
    world.partners["north"].faults = [Retriable("500"), OSError("not of the contract")]
    worker = hire(world)
    say(receive, 1)
    worker.drain(seconds=10)
    clock.forward(10)
    assert worker.drain(seconds=10).deliveries == {"dead": 1}
    (letter,) = letters(engine)
    assert (letter.stage, letter.delivery) == ("deliver", 1)
    with writing(engine) as connection:
        assert outbox.again(connection, 1, 0)
    assert worker.drain(seconds=10).deliveries == {"sent": 1}
    assert len({one.raw for one in world.partners["north"].tried}) == 1


@pytest.mark.parametrize(("fault", "state"), [(Refused("404"), "refused"), (Misconfigured("no such host key"), "dead")])
def test_a_final_failure_is_not_retried_and_is_seen(
    engine: Engine, receive: Receive, hire: Hire, clock: FakeClock, fault: Exception, state: str
) -> None:
    world = World("north")
    world.partners["north"].faults = [fault]
    worker = hire(world)
    say(receive, 1)
    assert worker.drain(seconds=10).deliveries == {state: 1}
    clock.forward(10**6)
    worker.drain(seconds=10)
    assert len(world.partners["north"].tried) == 1
    assert len(letters(engine)) == 1


def test_a_message_that_cannot_be_written_holds_up_nobody(engine: Engine, receive: Receive, hire: Hire) -> None:
    world = World("north")
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/goods=unwritable")
    say(receive, 1, "020-2")
    assert hire(world).drain(seconds=10).deliveries == {"dead": 1, "sent": 1}
    assert [one.stage for one in letters(engine)] == ["deliver"]


def test_a_hanging_partner_holds_up_nobody(engine: Engine, receive: Receive, hire: Hire) -> None:
    world = World("north", "south")
    world.partners["north"].gate = threading.Event()
    worker = hire(world, hang_seconds=0.3)
    say(receive, 1)
    worker.drain(seconds=5)
    assert {one.partner: one.state for one in deliveries(engine)} == {"north": "unknown", "south": "sent"}
    world.partners["north"].gate.set()


def test_a_partner_may_be_served_by_several_at_once(engine: Engine, receive: Receive, hire: Hire) -> None:
    world = World("north", connections=lambda partner: 4)
    world.partners["north"].gate = threading.Event()
    worker = hire(world)
    for number in range(8):
        say(receive, 1, f"020-{number}")
    worker.step()
    while len(world.partners["north"].tried) < 3:
        worker.step(wait=0.01)
    world.partners["north"].gate.set()
    assert worker.drain(seconds=10).deliveries == {"sent": 8}


def test_in_order_blocks_what_comes_after_a_failure(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    world = World("north", ordering="in_order")
    north = world.partners["north"]
    north.faults = [Retriable("500")]
    worker = hire(world)
    for pieces in (1, 2, 3):
        say(receive, pieces)
        worker.drain(seconds=10)
    say(receive, 1, "020-9")
    worker.drain(seconds=10)
    assert [(one.state, one.blocked) for one in deliveries(engine)] == [
        ("retrying", 0),
        ("pending", 1),
        ("pending", 1),
        ("sent", 0),
    ]
    clock.forward(6)
    worker.drain(seconds=10)
    assert [one.state for one in deliveries(engine)] == ["sent"] * 4
    mine = [one.raw for one in north.got if b"020-1" in one.raw]
    assert [raw[-3:-2] for raw in mine] == [b"1", b"2", b"3"]


def test_in_sequence_sets_a_failure_aside(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    world = World("north", ordering="in_sequence")
    world.partners["north"].faults = [Retriable("500")]
    worker = hire(world)
    for pieces in (1, 2):
        say(receive, pieces)
        worker.drain(seconds=10)
    assert [one.state for one in deliveries(engine)] == ["retrying", "sent"]


def test_cancelling_the_head_lets_the_next_go(engine: Engine, receive: Receive, hire: Hire) -> None:
    world = World("north", ordering="in_order")
    world.partners["north"].faults = [Refused("no")]
    worker = hire(world)
    for pieces in (1, 2):
        say(receive, pieces)
        worker.drain(seconds=10)
    with writing(engine) as connection:
        assert outbox.cancel(connection, 1, 0)
    worker.drain(seconds=10)
    assert [one.state for one in deliveries(engine)] == ["cancelled", "sent"]


def test_control_numbers_count_up_by_partner(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north", "south"))
    for pieces in (1, 2, 3):
        say(receive, pieces, f"020-{pieces}")
    worker.drain(seconds=10)
    numbers = sorted((one.partner, one.control_reference) for one in deliveries(engine))
    assert numbers == [(partner, str(number)) for partner in ("north", "south") for number in (1, 2, 3)]


def test_a_received_acknowledgement_ends_its_delivery(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    say(receive, 1)
    say(receive, 1, "020-2")
    worker.drain(seconds=10)
    receive("ACK 1 accepted\nACK 2 refused\nACK 77 accepted", partner="north")
    worker.drain(seconds=10)
    assert sorted(one.state for one in deliveries(engine)) == ["acknowledged", "refused"]
    assert sorted((one.stage, one.delivery) for one in letters(engine)) == [("acknowledged", None), ("deliver", 2)]
