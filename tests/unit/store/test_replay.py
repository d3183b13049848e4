"""Replays, the read side, verify and the schedule over a small history."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select, update

from hub.intake import DurableIntake
from hub.read import ReadSide
from hub.schedule import Recurring, Schedule
from hub.store import dead_letters, replays
from hub.store.engine import reading, writing
from hub.store.search import Criteria
from hub.store.tables import delivery, envelope, lease, revision, slot
from hub.verify import verify
from hub.worker import Worker
from tests.unit.store.fakes import START, FakeClock, World, fold, understand

Hire = Callable[..., Worker]
Receive = Callable[..., str]


def everything(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.execute(select(envelope.c.seq)).scalars())


def test_a_replay_goes_step_by_step_and_can_be_cancelled(engine: Engine, receive: Receive, hire: Hire) -> None:
    world = World("north")
    for number in range(5):
        receive(f"FRAQR FWB awb:020-{number} replace 1 awb:020-{number}/pieces=1")
    worker = hire(world)
    worker.drain(seconds=10)
    with writing(engine) as connection:
        started = replays.start(connection, everything(engine), reason="a corrected mapping", now=0)
    receive("FRAQR FWB awb:020-9 replace 1 awb:020-9/pieces=1")
    with writing(engine) as connection:
        step = replays.step(connection, started, 2)
    assert step == replays.Replay(id=started, state="running", selected=5, done=2)
    worker.drain(seconds=10)
    with writing(engine) as connection:
        assert replays.cancel(connection, started)
        assert not replays.cancel(connection, started)
        assert replays.step(connection, started, 2) == replays.Replay(id=started, state="cancelled", selected=5, done=2)
        assert replays.step(connection, "unknown", 2) is None
    assert len(world.partners["north"].got) == 6
    assert list(verify(engine, fold)) == []


def test_a_corrected_reading_replaces_what_was_said(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    world = World("north")
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1")
    receive("FRAQR FWB awb:020-1 replace 2 awb:020-2/explode=1")
    before = hire(world)
    before.drain(seconds=10)
    before.close()

    def corrected(envelope: object, *, partner: str) -> object:
        import msgspec

        raw = envelope.raw.replace(b"awb:020-2/explode=1", b"awb:020-3/pieces=3")
        return understand(msgspec.structs.replace(envelope, raw=raw), partner=partner)

    with writing(engine) as connection:
        replays.split_again(connection, everything(engine))
    drained = hire(World("north", understand=corrected)).drain(seconds=10)
    assert drained.messages == {"applied": 2}
    read = ReadSide(engine)
    assert read.shipment("020-1") is None
    assert read.shipment("020-3").document["pieces"] == "3"
    assert [one["state"] for one in read.dead_letters(state=None).items] == ["solved"]
    assert list(verify(engine, fold)) == []


def test_a_replay_over_unfinished_work_counts_right(engine: Engine, receive: Receive, hire: Hire) -> None:
    worker = hire(World("north"))
    name = receive("LH FFM LH1 replace 1 awb:020-1/flight=1 awb:020-2/flight=1")
    worker._begin()
    worker._splitting.run(10)
    with writing(engine) as connection:
        replays.split_again(connection, everything(engine))
    assert worker.drain(seconds=10).messages == {"applied": 1}
    assert ReadSide(engine).envelope(name)["state"] == "applied"


def test_verify_finds_what_is_wrong(engine: Engine, receive: Receive, hire: Hire) -> None:
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1")
    receive("FRAQR FWB awb:020-2 replace 1 awb:020-2/pieces=1")
    hire(World("north")).drain(seconds=10)
    assert list(verify(engine, fold)) == []
    with writing(engine) as connection:
        connection.execute(update(revision).where(revision.c.shipment == "awb:020-1:1").values(document=b"{}"))
        connection.execute(update(slot).values(message=slot.c.message + 1))
    found = list(verify(engine, fold))
    assert {one.what for one in found} == {"slot", "content", "left-over"} or {one.what for one in found} == {"slot", "left-over"}
    assert "awb:020-1:1" in {one.key for one in found}


def test_shipments_are_found_and_seen_by_those_named(engine: Engine, intake: DurableIntake, hire: Hire, clock: FakeClock) -> None:
    def rich(key: str, statements: object) -> list[object]:
        import json

        import msgspec

        documents = []
        for one in fold(key, statements):
            more = {
                **one.document,
                "shipper": {"name": "S", "account": f"A{key[-1]}"},
                "houses": [{"hawb": f"H{key[-1]}"}],
                "references": [{"type": "SRI", "value": "REF"}],
                "flights": [{"flight": "QR066", "date": f"2026-11-2{key[-1]}"}],
                "milestones": [{"id": "m1", "code": "RCS"}],
                "status": "RCS",
            }
            lineage = {**one.lineage, "/milestones/m1": next(iter(one.lineage.values()))}
            documents.append(msgspec.structs.replace(one, document=more, raw=json.dumps(more).encode(), lineage=lineage))
        return documents

    from hub.ports import Arrival

    worker = hire(World("north", fold=rich))
    for number in range(1, 4):
        text = f"FRAQR FWB awb:020-{number} replace 1 awb:020-{number}/pieces=1"
        intake.receive(Arrival(partner="p1", channel="t", raw=text.encode()))
    worker.drain(seconds=10)
    read = ReadSide(engine)
    assert read.shipment("020-1", seen_by=["account:A1"]).document["pieces"] == "1"
    assert read.shipment("020-1", seen_by=["account:A2"]) is None
    assert read.shipment("020-7") is None
    assert read.by_key("awb:020-2:1").revision == 1
    assert [one.key for one in read.search(Criteria(house="H2")).items] == ["awb:020-2:1"]
    second = date(2026, 11, 22)
    assert [one.key for one in read.search(Criteria(date_from=second, date_to=second)).items] == ["awb:020-2:1"]
    assert [one.key for one in read.search(Criteria(reference="REF", seen_by=["account:A3"])).items] == ["awb:020-3:1"]
    first = read.search(Criteria(status="RCS"), limit=2)
    assert [one.key for one in first.items] == ["awb:020-3:1", "awb:020-2:1"]
    last = read.search(Criteria(status="RCS"), cursor=first.next, limit=2)
    assert ([one.key for one in last.items], last.next) == (["awb:020-1:1"], None)
    (milestone,) = read.timeline("020-1")
    assert milestone["code"] == "RCS"
    assert milestone["witnesses"][0]["partner"] == "p1"


def test_a_shipment_is_shown_as_it_was(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    worker = hire(World("north"))
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1")
    worker.drain(seconds=10)
    clock.forward(100)
    receive("FRAQR FWB awb:020-1 replace 2 awb:020-1/pieces=2")
    worker.drain(seconds=10)
    read = ReadSide(engine)
    assert read.shipment("020-1", at=START + timedelta(seconds=50)).document["pieces"] == "1"
    assert read.shipment("020-1").revision == 2
    assert read.shipment("020-1", at=START - timedelta(seconds=1)) is None
    assert [number for number, _, _ in read.revisions("awb:020-1:1")] == [1, 2]


def test_the_newest_sequence_is_meant_unless_one_is_named(engine: Engine, receive: Receive, hire: Hire) -> None:
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1,seq=1\nFRAQR FWB x replace 2 awb:020-1/pieces=2,seq=2")
    hire(World("north")).drain(seconds=10)
    read = ReadSide(engine)
    assert read.shipment("020-1").key == "awb:020-1:2"
    assert read.shipment("020-1", sequence=1).key == "awb:020-1:1"


def test_the_lists_have_the_contracts_shapes(engine: Engine, receive: Receive, hire: Hire) -> None:
    name = receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1\nwhat is this")
    read = ReadSide(engine)
    assert [(one["id"], one["state"]) for one in read.messages().items] == [(name, "received")]
    hire(World("north")).drain(seconds=10)
    rejected, applied = read.messages().items
    assert (applied["id"], applied["state"], applied["keys"]) == (f"{name}-0", "applied", ["awb:020-1"])
    assert (rejected["state"], rejected["problems"][0]["code"]) == ("rejected", "type.unknown")
    assert rejected["problems"][0]["severity"] == "error"
    assert read.message(f"{name}-1") == rejected
    assert read.message("nonsense") is None
    whole = read.envelope(name)
    assert (whole["state"], whole["messages"]) == ("partly_applied", [applied, rejected])
    assert read.envelope("unknown") is None
    (letter,) = read.dead_letters().items
    assert {"id", "message", "stage", "fingerprint", "group", "impact", "problem", "attempts", "first", "last"} <= set(letter)
    assert letter["message"] == f"{name}-1"
    assert letter["problem"]["severity"] == "error"
    (sent,) = read.deliveries(partner="north").items
    assert (sent["state"], sent["attempts"], sent["shipment"]) == ("sent", 1, "awb:020-1:1")
    counted = read.counts()
    assert counted["messages"] == {"applied": 1, "rejected": 1}
    assert counted["shipments"] == 1
    page = read.messages(limit=1)
    assert read.messages(limit=1, after=page.next).items == [applied]


def test_dead_letters_are_looked_after_and_the_heaviest_come_first(engine: Engine, receive: Receive, hire: Hire) -> None:
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/explode=1")
    receive("what is this")
    hire(World("north")).drain(seconds=10)
    read = ReadSide(engine)
    one = read.dead_letters().items[0]
    with writing(engine) as connection:
        assert dead_letters.take_care(connection, one["id"], owner="anna", note="asked the sender")
        assert dead_letters.mark(connection, one["id"], dead_letters.DISCARDED)
    again = read.dead_letter(one["id"])
    assert (again["owner"], again["note"], again["state"]) == ("anna", "asked the sender", "discarded")
    assert len(read.dead_letters().items) == 1
    assert dead_letters.weigh({"special_handling": ["PER", "RFL"], "pieces": 7})[0] == 97


def test_only_the_leader_works_by_the_clock(engine: Engine, clock: FakeClock) -> None:
    done: list[str] = []
    mine = Schedule(engine, clock, "me", [Recurring(name="poll", seconds=3600, work=lambda: done.append("me"))])
    other = Schedule(engine, clock, "other", [])
    poll = Recurring(name="poll", seconds=1, work=lambda: done.append("polled"))
    assert mine.run(poll)
    assert not other.run(poll)
    clock.forward(31)
    assert other.run(poll)
    assert done == ["polled", "polled"]


def test_a_poll_that_fails_is_logged_and_the_next_one_comes(
    engine: Engine, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    schedule = Schedule(engine, clock, "me", [])

    def fail() -> None:
        raise ConnectionError("no route to host")

    assert not schedule.run(Recurring(name="poll-north", seconds=5, work=fail))
    assert "poll-north failed" in caplog.text


def test_the_schedule_really_ticks(engine: Engine, clock: FakeClock) -> None:
    import threading

    ticked = threading.Event()
    schedule = Schedule(engine, clock, "me", [Recurring(name="poll", seconds=0.05, work=ticked.set)])
    schedule.start()
    assert ticked.wait(5)
    schedule.close()


def test_an_answer_that_does_not_come_is_overdue(engine: Engine, receive: Receive, hire: Hire, clock: FakeClock) -> None:
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1")
    hire(World("north", answer_within=lambda partner, target: 60.0)).drain(seconds=10)
    schedule = Schedule(engine, clock, "me", [])
    schedule.keep_house()
    with reading(engine) as connection:
        assert connection.execute(select(delivery.c.state)).scalar_one() == "sent"
    clock.forward(61)
    schedule.keep_house()
    with reading(engine) as connection:
        assert connection.execute(select(delivery.c.state)).scalar_one() == "overdue"
        assert connection.execute(select(lease)).first() is not None


def test_bytes_that_come_again_are_seen_as_duplicates(
    engine: Engine, receive: Receive, hire: Hire, clock: FakeClock, intake: DurableIntake
) -> None:
    names = []
    for number in range(3):
        names.append(receive(f"FRAQR FWB awb:020-{number} replace 1 awb:020-{number}/pieces=1"))
        clock.forward(1)
    hire(World("north")).drain(seconds=10)
    for _ in range(2):
        assert receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1") == names[1]
        clock.forward(1)
    receive("FRAQR FWB awb:020-1 replace 1 awb:020-1/pieces=1", "p2")
    read = ReadSide(engine)
    again = read.messages(state="duplicate").items
    assert [(one["id"], one["state"], one["partner"], one["problems"]) for one in again] == [
        (names[1], "duplicate", "p1", [])
    ] * 2
    assert read.messages(state="duplicate", partner="p2").items == []
    whole, cursor = [], None
    while True:
        page = read.messages(partner="p1", after=cursor, limit=2)
        whole += [(one["id"], one["state"]) for one in page.items]
        if (cursor := page.next) is None:
            break
    once = [(f"{name}-0", "applied") for name in reversed(names)]
    assert whole == [(names[1], "duplicate"), (names[1], "duplicate"), *once]
    assert read.envelope(names[1])["state"] == "applied"
    assert intake.answer(names[1]).state == "applied"


@pytest.mark.parametrize("cursor", ["x", "1:x", "9" * 30, "-1"])
def test_a_list_refuses_a_cursor_that_is_none(engine: Engine, cursor: str) -> None:
    for ask in (ReadSide(engine).messages, ReadSide(engine).deliveries, ReadSide(engine).dead_letters):
        with pytest.raises(ValueError, match="no cursor"):
            ask(after=cursor)
