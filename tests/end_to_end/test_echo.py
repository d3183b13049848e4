"""Two nodes that tell each other everything: both come to rest, and neither loses or doubles anything by what comes back."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.one_record.format import build
from hub.canonical.document import Document, leaves
from hub.objects import EventQuery
from tests.end_to_end.test_projected_loads import FFM, FFR, FHL
from tests.end_to_end.test_projection import AWB, CREATED, FSU, FWB, RECEIVED, UPDATED, Node

ALL = (CREATED, UPDATED, RECEIVED)
RICH = FWB.replace("ISU/", "OCI/US/CNE/T/ABC1\n/DE/ISS/RA/00777-05\n///ED/1127\nISU/").replace("CVD/", "SSR/KEEP UPRIGHT\nCVD/")
DELIVERED = f"FSU/12\n{AWB}FRASGN/T3K123.4\nDLV/23NOV1000/SGN/T3K123.4/HANOI TRADING\n"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    made = []
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        made.append(Node(tmp_path / name))
    for node in made:
        node.subscribe("airline", *ALL, to="LogisticsObject")
    yield made[0], made[1]
    for node in made:
        node.hub.close()


def everything(node: Node) -> str:
    """All that a node shows of the shipment, events included, as its partner reads it."""
    outline = node.projecting.outline(f"awb:{AWB}:1", node.shipment())
    held = node.doors.objects.get_all([one.id for one in outline.objects])
    about = [one for one in held if one.endswith("-shipment")]
    events = [event.nodes for one in about for event in node.doors.events.list(one, EventQuery()).items]
    return build().gathered([*(one.nodes for one in held.values()), *events]).decode()


def exchange(pair: tuple[Node, Node], heard: dict[int, int]) -> int:
    """Whoever is told anything reads everything of the other; how often, until neither is told anything."""
    rounds = 0
    while any(len(node.told("airline")) > heard.get(id(node), 0) for node in pair):
        rounds += 1
        assert rounds < 6, "they tell each other the same again and again"
        for here, there in (pair, pair[::-1]):
            fresh = len(here.told("airline")) > heard.get(id(here), 0)
            heard[id(here)] = len(here.told("airline"))
            if fresh:
                there.say("airline", everything(here))
    return rounds


def lost(before: Document, after: Document) -> dict[str, Any]:
    """Facts that are not there any more, and those that say something else."""
    now = dict(leaves(after))
    return {name: (value, now.get(name)) for name, value in leaves(before) if now.get(name) != value}


def sizes(document: Document) -> dict[str, int]:
    return {name: len(value) for name, value in document.items() if isinstance(value, list)}


@pytest.mark.parametrize("told", [[RICH], [RICH, FHL, FFM, FSU, FFR], [FFM, FSU, RICH]], ids=["one", "five", "three"])
def test_what_comes_back_takes_nothing_away_and_doubles_nothing(pair: tuple[Node, Node], told: Sequence[str]) -> None:
    north, south = pair
    heard: dict[int, int] = {}
    for one in told:
        north.say("forwarder", one)
    before = north.shipment()
    exchange(pair, heard)
    south.clock.forward(minutes=30)
    south.say("forwarder", DELIVERED)
    exchange(pair, heard)
    after = north.shipment()
    assert lost({**before, "status": "DLV"}, after) == {}
    assert sizes(after) == {**sizes(before), "milestones": sizes(before).get("milestones", 0) + 1}
    assert sizes(south.shipment()) == sizes(after)


def test_neither_is_told_what_it_told_itself(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for one in (RICH, FHL, FFM, FSU, FFR, DELIVERED):
        north.say("airline", one)
    assert north.told("airline") == []
    north.say("forwarder", FSU.replace("DEP", "MAN"))
    assert len(north.told("airline")) == 1
    assert south.told("airline") == []


def test_what_either_says_later_reaches_the_other_once(pair: tuple[Node, Node]) -> None:
    north, south = pair
    heard: dict[int, int] = {}
    north.say("forwarder", RICH)
    assert exchange(pair, heard) == 1
    for here, there, said in ((south, north, DELIVERED), (north, south, FHL), (south, north, FFM), (north, south, FSU)):
        here.clock.forward(minutes=10)
        there.clock.forward(minutes=10)
        here.say("forwarder", said)
        assert exchange(pair, heard) == 1
        assert sizes(north.shipment()) == sizes(south.shipment())


AGAIN = f"FFM/8\n1/QR066/21NOV/FRA\nDOH\n{AWB}FRASGN/T3K123.4MC0.8/MACHINE PARTS\nLAST\n"
SHORTER = RICH.replace("T3K123.4", "T2K100").replace("/P3/K123.4", "/P2/K100").replace("OCI/US/CNE/T/ABC1\n/DE/ISS", "OCI/DE/ISS")


def told_each(here: Node, there: Node) -> None:
    """Every object that is new or changed here read there by itself, as a subscriber of everything reads it."""
    outline = here.projecting.outline(f"awb:{AWB}:1", here.shipment())
    every = list(here.doors.objects.get_all([*here.ever(), *(one.id for one in outline.objects)]).values())
    whole = {one.id: one.nodes for one in every}
    for one in every:
        linked = reached(one.nodes, whole)
        there.clock.forward(seconds=1)
        there.say("airline", build().gathered([one.nodes, *linked]).decode())


def reached(nodes: Any, whole: dict[str, Any]) -> list[Any]:
    """What an object leads to, down to the waybill."""
    found: dict[str, Any] = {}
    waiting = [nodes]
    while waiting:
        links = (
            value["@id"]
            for one in waiting.pop()
            for key, told in one.items()
            if key[:1] != "@"
            for value in told
            if "@id" in value
        )
        for id in (link.rpartition("/")[2] for link in links):
            if id in whole and id not in found:
                found[id] = whole[id]
                waiting.append(whole[id])
    return [one for one in found.values() if one is not nodes]


def test_what_is_withdrawn_at_one_is_withdrawn_at_the_other(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for one in (RICH, FHL, FFM):
        north.say("forwarder", one)
    told_each(north, south)
    assert sizes(south.shipment())["loads"] == 2
    for one in (AGAIN, SHORTER):
        north.clock.forward(minutes=5)
        north.say("forwarder", one)
    south.clock.forward(minutes=30)
    told_each(north, south)
    here, there = north.shipment(), south.shipment()
    assert [(one.get("uld"), one["pieces"]) for one in there["loads"]] == [(None, 3)]
    assert (here["pieces"], there["pieces"]) == (2, 2)
    assert [one["text"] for one in there["customs"]] == [one["text"] for one in here["customs"]]
    assert "ulds" not in there
    assert south.open_letters() == []
    assert south.shipments() == [f"awb:{AWB}:1"]
