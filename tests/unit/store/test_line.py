"""The straight line over a database: received, split, folded, delivered."""

from collections.abc import Callable

from sqlalchemy import Engine, select

from hub.store.engine import reading
from hub.store.shipments import opened
from hub.store.tables import dead_letter, delivery, message, revision, shipment, term
from hub.worker import Worker
from tests.unit.store.fakes import World

Hire = Callable[..., Worker]
Receive = Callable[..., str]


def rows(engine: Engine, table: object) -> list[object]:
    with reading(engine) as connection:
        return list(connection.execute(select(table)).all())


def test_a_message_becomes_a_shipment_and_two_deliveries(engine: Engine, receive: Receive, hire: Hire) -> None:
    world = World("north", "south")
    receive("FRAQR FWB awb:020-1 replace - awb:020-1/origin=FRA,pieces=3")
    drained = hire(world).drain(seconds=10)
    assert drained.messages == {"applied": 1}
    assert drained.deliveries == {"sent": 2}
    (one,) = rows(engine, shipment)
    assert (one.key, one.origin, one.revision_no) == ("awb:020-1:1", "FRA", 1)
    assert {(row.kind, row.value) for row in rows(engine, term)} == {
        ("awb", "020-1"),
        ("party", "awb:020-1"),
        ("party", "prefix:020"),
    }
    for partner in world.partners.values():
        assert b'"origin": "FRA"' in partner.got[0].raw


def test_the_same_bytes_again_change_nothing(engine: Engine, receive: Receive, hire: Hire) -> None:
    world = World("north")
    worker = hire(world)
    text = "FRAQR FWB awb:020-1 replace - awb:020-1/origin=FRA"
    first = receive(text)
    worker.drain(seconds=10)
    assert receive(text) == first
    worker.drain(seconds=10)
    assert len(rows(engine, message)) == len(rows(engine, revision)) == len(world.partners["north"].got) == 1


def test_equal_content_from_another_message_makes_no_revision(engine: Engine, receive: Receive, hire: Hire) -> None:
    world = World("north")
    worker = hire(world)
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/origin=FRA")
    receive("FRAQR FWB awb:020-1 replace 2 awb:020-1/origin=FRA", partner="p2")
    worker.drain(seconds=10)
    (one,) = rows(engine, revision)
    assert opened(one.lineage)["/origin"][0]["partner"] == "p2"
    assert len(rows(engine, delivery)) == 1


def test_a_newer_manifest_withdraws_the_waybill_it_leaves_out(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    receive("LH FFM LH400 replace 1 awb:020-1/flight=LH400 awb:020-2/flight=LH400")
    worker.drain(seconds=10)
    receive("LH FFM LH400 replace 2 awb:020-2/flight=LH400")
    worker.drain(seconds=10)
    assert {one.key: one.live for one in rows(engine, shipment)} == {"awb:020-1:1": 0, "awb:020-2:1": 1}
    receive("LH FFM LH400 replace 3 awb:020-1/flight=LH400")
    worker.drain(seconds=10)
    assert {one.key: one.live for one in rows(engine, shipment)} == {"awb:020-1:1": 1, "awb:020-2:1": 0}


def test_an_older_manifest_that_comes_late_changes_nothing(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    receive("LH FFM LH400 replace 2 awb:020-2/flight=LH400")
    receive("LH FFM LH400 replace 1 awb:020-1/flight=LH400 awb:020-2/flight=LH401")
    worker.drain(seconds=10)
    assert {one.key: one.live for one in rows(engine, shipment)} == {"awb:020-2:1": 1}


def test_a_change_lives_only_after_the_newest_complete_message(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    receive("LH FFM LH400 patch 1 awb:020-1/origin=OLD")
    receive("LH FFM LH400 patch 3 awb:020-1/destination=NEW")
    receive("LH FFM LH400 replace 2 awb:020-1/flight=LH400")
    worker.drain(seconds=10)
    (one,) = rows(engine, shipment)
    assert (one.origin, one.destination) == (None, "NEW")


def test_what_a_stranger_says_displaces_nothing(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/origin=FRA")
    receive("stranger FWB awb:020-1 replace 2 awb:020-1/origin=MUC", partner="p2")
    worker.drain(seconds=10)
    (one,) = rows(engine, shipment)
    assert one.origin == "FRA"


def test_one_bad_consignment_leaves_the_others(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    receive("LH FFM LH400 replace 1 awb:020-1/flight=LH400 awb:020-2/explode=1 awb:020-3/flight=LH400")
    drained = worker.drain(seconds=10)
    assert drained.messages == {"partly_applied": 1}
    assert [one.key for one in rows(engine, shipment)] == ["awb:020-1:1", "awb:020-3:1"]
    (letter,) = rows(engine, dead_letter)
    assert (letter.stage, letter.shipment) == ("fold", "awb:020-2")


def test_a_message_that_cannot_be_read_is_rejected_and_seen(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    receive("what is this\nFRAQR FWB awb:020-1 replace 1 awb:020-1/origin=FRA")
    receive("EXPLODE-ALL")
    receive("")
    drained = worker.drain(seconds=10)
    assert drained.messages == {"rejected": 2, "applied": 1, "dead": 1}
    assert sorted(one.stage for one in rows(engine, dead_letter)) == ["check", "read", "understand"]
