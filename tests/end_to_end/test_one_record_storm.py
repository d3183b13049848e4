"""Two nodes of ours through a bad network, each killed at any moment: what was said arrives, all of it and once."""

import json
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from adapters.one_record.client import proposal, wording
from hub.ports import DeliveryError
from tests.end_to_end.between import Between, between
from tests.end_to_end.nodes import Served, free_port, until
from tests.end_to_end.test_one_record_nodes import EVERYTHING_ABOUT, SHIPMENTS, at, codes, goods, sent, waybill

CODES = ("RCS", "DEP", "ARR", "RCF", "NFD", "DLV", "MAN", "PRE", "FOH")
SECONDS, SETTLES = 15.0, 90.0


class Storm:
    """``north`` holds a shipment, ``south`` posts its events and wants to know all of it."""

    def __init__(self, folder: Path, seed: int, stack: ExitStack) -> None:
        self.chance = random.Random(seed)
        names, ports = ("north", "south"), (free_port(), free_port())
        said = {name: free_port() for name in names}
        self.north, self.south = self.nodes = tuple(
            Served(folder / name, name, said[name], other, said[other], listens=port)
            for name, other, port in zip(names, names[::-1], ports, strict=True)
        )
        self.network: list[Between] = []
        for node, port in zip(self.nodes, ports, strict=True):
            stack.callback(node.close)
            self.network.append(stack.enter_context(between(said[node.name], port, random.Random(self.chance.random()))))
            node.begin()
        for node in self.nodes:
            node.ready()
        self.down: set[Served] = set()
        self.owed: list[str] = []

    def weather(self, share: float) -> None:
        for one in self.network:
            one.share = share

    def toggle(self, node: Served) -> None:
        if node in self.down:
            self.down.remove(node)
            node.begin()
        else:
            self.down.add(node)
            node.kill()

    def calm(self) -> None:
        self.weather(0.0)
        for node in list(self.down):
            self.toggle(node)
        for node in self.nodes:
            node.ready()

    def post_next_event(self, shipment: str) -> None:
        place = len(self.owed)
        if place < len(CODES):
            told = wording.event(shipment, CODES[place], at(place + 1), recorded_by=self.south.holder)
            self.owed.append(self.south.send(told, "north"))

    def describe(self, shipment: str, text: str) -> None:
        """The holder's own system changes the goods, unless its node dies meanwhile."""
        own = self.north.own()
        try:
            own.change(shipment, wording.raw(proposal(own.get(shipment), {"goodsDescription": text})))
        except DeliveryError:
            return
        finally:
            own.close()

    def rage(self, shipment: str) -> None:
        end, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            number += 1
            what = self.chance.random()
            if what < 0.25:
                self.toggle(self.chance.choice(self.nodes))
            elif what < 0.6:
                self.post_next_event(shipment)
            elif self.north not in self.down:
                self.describe(shipment, f"GOODS {number}")
            time.sleep(self.chance.random() * 0.3)


@pytest.fixture
def storm(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Storm]:
    with ExitStack() as stack:
        yield Storm(tmp_path, request.param, stack)


def _all_sent(deliveries: list[dict[str, Any]]) -> bool:
    dead = [one for one in deliveries if one["state"] == "dead"]
    assert not dead, json.dumps(dead, indent=1)
    return all(one["state"] == "sent" for one in deliveries)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("storm", [1, 2, 3], indirect=True)
def test_nothing_is_missed_and_nothing_twice(storm: Storm) -> None:
    north, south = storm.nodes
    north.own().create(wording.raw(waybill(north)))
    shipment, whole = (f"{north.base}/logistics-objects/{name}" for name in ("shipment-1", "waybill-1"))
    storm.weather(0.3)
    asked = sent(south, south.send(wording.delegation(south.holder, [shipment, whole], EVERYTHING_ABOUT), "north"))
    north.own().decide(asked, "REQUEST_ACCEPTED")
    sent(south, south.told("one-record", "subscribe", SHIPMENTS, "--partner", "north")["delivery"])
    storm.rage(shipment)
    storm.calm()
    until(lambda: [south.delivery(key) for key in storm.owed], _all_sent, seconds=SETTLES)
    posted = sorted(CODES[: len(storm.owed)])
    assert sorted(one.word("eventCode") for one in north.own().events(shipment)) == posted
    until(lambda: codes(north), lambda found: found == posted)
    told = north.own().get(shipment).thing.text("goodsDescription")
    until(lambda: goods(south), lambda found: found == [told], seconds=SETTLES)
    assert sum(sum(one.met.values()) - one.met[""] for one in storm.network) > 5
