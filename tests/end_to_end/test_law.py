"""The law of the design on the whole hub: the same envelopes in any order, batching and repetition give the same bytes."""

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.bootstrap.durable import Hub
from hub.bootstrap.setup import prepare_database
from hub.canonical.document import canonical_bytes
from hub.demo.traffic import day_of_traffic
from hub.envelope import Outgoing
from hub.ports import Arrival
from hub.read import ReadSide
from hub.settings import Admission, Partner, Settings, load
from hub.verify import verify

DAY = datetime(2026, 11, 21, 6, tzinfo=UTC)


class Stopped:
    """A clock that says what it is told: every envelope keeps the time it was first received at."""

    def __init__(self) -> None:
        self.time = DAY

    def now(self) -> datetime:
        return self.time


def hub_in(folder) -> tuple[Hub, Stopped]:
    partners = [
        Partner(id="forwarder", admission=Admission(everything=True)),
        Partner(id="airline", admission=Admission(everything=True)),
        Partner(id="stranger", admission=Admission(prefixes=["111"])),
    ]
    configured = load({"WAYBRIDGE_DATABASE": f"sqlite:///{folder}/hub.db"})
    chosen = Settings(hub=configured.hub, partners={one.id: one for one in partners}, source="test")
    prepare_database(chosen)
    clock = Stopped()
    return Hub(chosen, clock=clock), clock


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory) -> list[tuple[str, bytes, datetime]]:
    """Waybills, houses and statuses told by several, some twice and in other words, each with its time of receipt."""
    hub, _ = hub_in(tmp_path_factory.mktemp("writer"))
    said = [one for one in day_of_traffic(3, DAY) if one.target]
    found = []
    for at, one in enumerate(said):
        for teller, pieces in (("forwarder", None), ("airline", 1), ("stranger", 2)):
            document = one.document if pieces is None else {**one.document, "pieces": pieces}
            outgoing = Outgoing(message_id=str(at), control_reference=str(at), at=one.at, sender="X", recipients=["Y"])
            raw = hub.pure.line.render(one.target, document, outgoing).raws[0]
            found.append((teller, raw, DAY + timedelta(minutes=7 * at, seconds=len(found))))
    hub.close()
    return found


def shipments_after(hub: Hub, clock: Stopped, arrivals, batches: list[int]) -> dict[str, tuple[bytes, bytes]]:
    """Every shipment with what is said beside it, after the arrivals in this order, worked off after each batch."""
    waiting = list(arrivals)
    while waiting:
        size = batches.pop() if batches else len(waiting)
        for partner, raw, received in waiting[:size]:
            clock.time = received
            hub.intake.receive(Arrival(partner=partner, channel="test", raw=raw))
        del waiting[:size]
        worker = hub.worker()
        worker.drain(seconds=60)
        worker.close()
    assert list(verify(hub.engine, hub.fold)) == []
    read = ReadSide(hub.engine)
    found = {}
    for number in sorted(set(_numbers(read))):
        view = read.shipment(number)
        beside = {"lineage": msgspec.to_builtins(view.lineage), "conflicts": msgspec.to_builtins(view.conflicts)}
        found[number] = (canonical_bytes(view.document), canonical_bytes(beside))
    return found


def _numbers(read: ReadSide) -> list[str]:
    page = read.messages(limit=500)
    return [key.removeprefix("awb:") for one in page.items for key in one["keys"]]


@pytest.fixture(scope="module")
def expected(arrivals, tmp_path_factory):
    hub, clock = hub_in(tmp_path_factory.mktemp("first"))
    found = shipments_after(hub, clock, arrivals, [])
    hub.close()
    assert len(found) == 3
    return found


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), batches=st.lists(st.integers(1, 12), max_size=6), again=st.integers(0, 10))
def test_order_batching_and_repetition_change_nothing(arrivals, expected, tmp_path_factory, seed, batches, again):
    chance = random.Random(seed)
    shuffled = [*arrivals]
    chance.shuffle(shuffled)
    repeated = [(partner, raw, received + timedelta(hours=1)) for partner, raw, received in shuffled[:again]]
    hub, clock = hub_in(tmp_path_factory.mktemp("again"))
    try:
        assert shipments_after(hub, clock, [*shuffled, *repeated], batches) == expected
    finally:
        hub.close()
