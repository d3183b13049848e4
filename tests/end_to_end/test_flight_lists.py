"""Lists of flights that partners are sent: made of all shipments on the flight, sent again when they change, else not."""

from pathlib import Path

import pytest
from sqlalchemy import text

from hub.replay import choose, outlook, replay
from hub.settings import Admission, SendRule
from hub.store import flights
from hub.store.engine import writing
from hub.store.migrations import upgrade
from hub.store.selection import Wanted
from tests.end_to_end.desk import SILENT, Desk, fwb, partner, sends
from tests.end_to_end.test_manifests import A, B, C, consignment, ffm

FFM, FBL = "cargo-imp:FFM/8", "cargo-imp:FBL/4"


def lines(raw: bytes) -> list[str]:
    return raw.decode().rstrip("\r\n").split("\r\n")


def handler(*targets: str, **more):
    return partner("gha", answers=SILENT, send=sends(*(targets or (FFM,)), **more))


def told(hub: Desk, to: str = "gha") -> list[list[str]]:
    """What a partner was sent, the oldest first."""
    numbered = sorted(hub.deliveries(to), key=lambda one: one["number"])
    assert [one["state"] for one in numbered] == ["sent"] * len(numbered)
    return sorted((lines(one) for one in hub.out(to)), key=lambda one: (len(one), one)) if numbered else []


def newest(hub: Desk, to: str = "gha") -> list[str]:
    (found,) = fresh(hub, to)
    return found


def fresh(hub: Desk, to: str = "gha") -> list[list[str]]:
    """What a partner was sent since it was looked last."""
    found = []
    for one in sorted((hub.folder(to) / "out").glob("*")):
        found.append(lines(one.read_bytes()))
        one.unlink()
    return found


def listed(*waybills: str) -> list[str]:
    return ["FFM/8", "1/XX421/21NOV/FRA", "SGN", *(f"{one}FRASGN/T4K50/MACHINE PARTS" for one in waybills), "LAST"]


def test_a_manifest_is_told_once_and_again_when_it_changes(desk):
    hub = desk(partner("air"), handler())
    hub.say("air", ffm(*map(consignment, (A, B))))
    assert fresh(hub) == [listed(A, B)]
    (delivery,) = hub.deliveries("gha")
    assert (delivery["target"], delivery["shipment"], delivery["state"]) == (FFM, "flight:XX421:2026-11-21:FRA", "sent")
    hub.clock.forward(minutes=5)
    hub.say("air", ffm(*map(consignment, (B, A))))
    hub.say("air", fwb(C))
    assert fresh(hub) == []
    hub.clock.forward(minutes=5)
    hub.say("air", ffm(*map(consignment, (A, C))))
    assert fresh(hub) == [listed(A, C)]
    assert hub.letters() == []


def test_an_older_state_that_is_true_again_is_told_again(desk):
    hub = desk(partner("air"), handler())
    seen = []
    for at, waybills in enumerate(((A, B), (A,), (A, B))):
        hub.say("air", ffm(*map(consignment, waybills), at=f"21100{at}"))
        seen += fresh(hub)
    assert seen == [listed(A, B), listed(A), listed(A, B)]


def test_a_flight_that_becomes_empty_is_nil_for_who_had_its_list(desk):
    hub = desk(partner("air"), handler())
    hub.say("air", ffm(at="211000"))
    assert fresh(hub) == []
    hub.say("air", ffm(consignment(A), at="211001"))
    assert fresh(hub) == [listed(A)]
    hub.say("air", ffm(at="211002"))
    assert fresh(hub) == [["FFM/8", "1/XX421/21NOV/FRA", "SGN/NIL", "LAST"]]
    hub.say("air", ffm(at="211003"))
    assert fresh(hub) == []


def test_loads_of_several_tellers_make_one_list(desk):
    hub = desk(partner("air"), partner("feeder"), handler())
    hub.say("air", ffm("ULD/AKE00001XX-M/TOP", consignment(A)))
    fresh(hub)
    hub.say("feeder", ffm(consignment(B)))
    assert newest(hub) == [*listed(B)[:-1], "ULD/AKE00001XX-M/TOP", *listed(A)[3:]]


def departed(awb: str, code: str = "DEP", pieces: str = "T10K123.4") -> str:
    return f"FSU/14\n{awb}FRASGN/T10K123.4\n{code}/XX421/21NOV/FRASGN/{pieces}/A1030\n"


def test_without_a_manifest_the_departed_and_manifested_are_what_is_on_board(desk):
    hub = desk(partner("air"), handler())
    hub.say("air", fwb(A))
    assert fresh(hub) == []
    hub.say("air", departed(A, "MAN"))
    assert newest(hub)[2:4] == ["SGN", f"{A}FRASGN/T10K123.4/MACHINE PARTS"]
    hub.say("air", departed(A, "DEP", "P4K50"))
    assert newest(hub)[2:4] == ["SGN", f"{A}FRASGN/P4K50T10/MACHINE PARTS"]
    hub.clock.forward(minutes=5)
    hub.say("air", ffm(consignment(A, "T10").replace("K50", "K123.4")))
    assert newest(hub)[2:4] == ["SGN", f"{A}FRASGN/T10K123.4/MACHINE PARTS"]


def test_a_list_may_wait_for_a_status_of_the_flight(desk):
    hub = desk(partner("air"), handler(codes=["DEP"]))
    hub.say("air", ffm(consignment(A), consignment(B)))
    assert fresh(hub) == []
    hub.say("air", departed(B))
    assert newest(hub)[3][:12] == A
    hub.say("air", departed(A))
    assert fresh(hub) == []


def test_a_consignment_of_which_too_little_is_told_is_left_out_by_name(desk):
    hub = desk(partner("air"), handler())
    hub.say("air", departed(A))
    assert fresh(hub) == []
    hub.say("air", ffm(consignment(B)))
    assert fresh(hub) == [listed(B)]
    assert hub.deliveries("gha")[0]["outcome"].endswith(f"left out: {A}")
    hub.say("air", fwb(A))
    assert newest(hub)[3:5] == [f"{A}FRASGN/T10K123.4/MACHINE PARTS", *listed(B)[3:4]]


def test_changes_are_gathered_for_as_long_as_a_rule_says(desk):
    hub = desk(partner("air"), partner("gha", answers=SILENT, send=sends(FFM, settle=60.0)), partner("now", send=sends(FFM)))
    for waybills in ((A,), (A, B), (A, B, C)):
        hub.say("air", ffm(*map(consignment, waybills)))
        hub.clock.forward(seconds=20)
    assert fresh(hub) == []
    hub.clock.forward(seconds=1)
    hub.work()
    assert fresh(hub) == [listed(A, B, C)]
    assert [len(one) for one in fresh(hub, "now")] == [5, 6, 7]
    hub.clock.forward(seconds=100)
    hub.work()
    assert fresh(hub) == fresh(hub, "now") == []


def test_a_partner_is_not_told_what_it_said_itself(desk):
    hub = desk(partner("air", send=sends(FFM), answers=SILENT), partner("feeder"), handler())
    hub.say("air", ffm(*map(consignment, (A, B))))
    assert (fresh(hub, "air"), len(fresh(hub))) == ([], 1)
    hub.clock.forward(minutes=5)
    hub.say("feeder", ffm(consignment(C)))
    assert fresh(hub, "air") == fresh(hub) == [listed(A, B, C)]
    hub.clock.forward(minutes=5)
    hub.say("air", ffm(*map(consignment, (A,))))
    assert (fresh(hub, "air"), fresh(hub)) == ([], [listed(A, C)])
    hub.clock.forward(minutes=5)
    hub.say("feeder", ffm())
    assert fresh(hub, "air") == fresh(hub) == [listed(A)]


def test_each_partner_has_its_version_and_its_flights(desk):
    hub = desk(
        partner("air"),
        partner("old", answers=SILENT, send=sends("cargo-imp:FFM/5")),
        partner("sgn", answers=SILENT, send=sends(FFM, destinations=["SGN"], carriers=["XX"])),
        partner("han", answers=SILENT, send=sends(FFM, destinations=["HAN"])),
        partner("yy", answers=SILENT, send=sends(FFM, carriers=["YY"])),
        partner("muc", answers=SILENT, send=sends(FFM, origins=["MUC"])),
        partner("own", answers=SILENT, send=sends(FFM, prefixes=["888"])),
    )
    hub.say("air", ffm(consignment(A), consignment("888-55512350")))
    assert fresh(hub, "sgn") == [listed(A, "888-55512350")]
    assert fresh(hub, "old") == [["FFM/5", *listed(A, "888-55512350")[1:]]]
    assert fresh(hub, "own") == [listed("888-55512350")]
    assert fresh(hub, "han") == fresh(hub, "yy") == fresh(hub, "muc") == []


@pytest.mark.parametrize("version", ["4", "2"])
def test_bookings_of_a_flight_are_told_as_a_booking_list(desk, version):
    hub = desk(partner("fwd"), partner("gha", answers=SILENT, send=sends(f"cargo-imp:FBL/{version}")))
    ffa = "FFA/4\n{awb}FRASGN/{quantity}/MACHINE PARTS\nXX421/21NOV/FRASGN/{status}\nREF/FRAFFXX\n"
    hub.say("fwd", ffa.format(awb=A, quantity="T10K123.4", status="LL"))
    assert fresh(hub) == []
    hub.clock.forward(minutes=5)
    hub.say("fwd", ffa.format(awb=A, quantity="T10K123.4", status="KK"))
    head = [f"FBL/{version}", "1/XX421/21NOV/FRA", "SGN"]
    assert fresh(hub) == [[*head, f"{A}FRASGN/T10K123.4/MACHINE PARTS", "LAST"]]
    hub.say("fwd", departed(B, "BKD"))
    assert fresh(hub) == []
    hub.say("fwd", fwb(B))
    assert newest(hub)[3:] == [f"{one}FRASGN/T10K123.4/MACHINE PARTS" for one in (A, B)] + ["LAST"]
    hub.clock.forward(minutes=5)
    hub.say("fwd", ffa.format(awb=A, quantity="T10K123.4", status="UN"))
    assert [one[:12] for one in newest(hub)[3:-1]] == [B]


def test_a_manifest_in_one_file_is_told_when_all_of_it_is_there(desk):
    hub = desk(partner("air"), handler())
    many = [f"777-{serial:07}{serial % 7}" for serial in range(5551000, 5551600)]
    hub.say("air", ffm(*map(consignment, many[:400]), mark="CONT") + ffm(*map(consignment, many[400:]), number=2))
    parts = fresh(hub)
    assert len({one["number"] for one in hub.deliveries("gha")}) == 1
    assert [one[1] for one in parts] == [f"{at}/XX421/21NOV/FRA" for at in range(1, len(parts) + 1)]
    assert [one[-1] for one in parts] == [*["CONT"] * (len(parts) - 1), "LAST"]
    assert all(sum(len(line) + 2 for line in one) <= 3500 for one in parts)
    assert [line[:12] for one in parts for line in one if line.startswith("777-")] == many


def test_a_replay_tells_nothing_again_and_a_dry_run_says_what_it_would(desk):
    hub = desk(partner("air"), handler())
    first = hub.say("air", ffm(consignment(A)))
    fresh(hub)
    hub.replay(first["id"])
    assert fresh(hub) == []
    hub = hub.reopened(partner("air", admission=Admission(prefixes=["999"])), handler())
    seen = outlook(hub.hub.engine, choose(hub.hub.engine, Wanted(message=first["id"])), hub.hub.line)
    (changed,) = seen.deliveries["changed"]
    assert (changed["partner"], changed["target"], changed["shipment"]) == ("gha", FFM, "flight:XX421:2026-11-21:FRA")
    assert [one["op"] for one in changed["diff"]] == ["remove", "add"]
    assert len(hub.deliveries("gha")) == 1
    hub.replay(first["id"])
    assert newest(hub)[2:] == ["SGN/NIL", "LAST"]


def blocked(hub: Desk, to: str = "gha") -> Path:
    """Make a partner's folder one that takes nothing."""
    out = hub.folder(to) / "out"
    if out.exists():
        out.rmdir()
    out.write_text("in the way")
    return out


def states(hub: Desk) -> list[str]:
    return [one["state"] for one in reversed(hub.deliveries("gha"))]


PATIENT = {"schedule": (0.0, 60.0, 600.0, 6000.0), "answers": SILENT, "send": sends(FFM)}


def test_a_list_that_has_not_gone_gives_way_to_a_newer_one(desk):
    hub = desk(partner("air"), partner("gha", **PATIENT))
    hub.say("air", ffm(consignment(A), at="211000"))
    assert fresh(hub) == [listed(A)]
    out = blocked(hub)
    hub.say("air", ffm(*map(consignment, (A, B)), at="211001"))
    hub.say("air", ffm(*map(consignment, (A, B, C)), at="211002"))
    assert states(hub) == ["sent", "cancelled", "retrying"]
    out.unlink()
    hub.clock.forward(minutes=5)
    hub.work()
    assert (states(hub), fresh(hub)) == (["sent", "cancelled", "sent"], [listed(A, B, C)])
    hub.clock.forward(minutes=500)
    hub.work()
    assert fresh(hub) == []


def test_what_is_as_the_partner_knows_it_again_is_not_told(desk):
    hub = desk(partner("air"), partner("gha", **PATIENT))
    hub.say("air", ffm(consignment(A), at="211000"))
    fresh(hub)
    out = blocked(hub)
    hub.say("air", ffm(*map(consignment, (A, B)), at="211001"))
    hub.say("air", ffm(consignment(A), at="211002"))
    assert states(hub) == ["sent", "cancelled"]
    out.unlink()
    hub.say("air", ffm(*map(consignment, (A, B)), at="211003"))
    assert (states(hub), fresh(hub)) == (["sent", "cancelled", "sent"], [listed(A, B)])


def test_a_failed_list_is_not_sent_again_behind_a_newer_one(desk):
    hub = desk(partner("air"), handler())
    out = blocked(hub)
    hub.say("air", ffm(consignment(A), at="211000"))
    assert states(hub) == ["dead"]
    out.unlink()
    hub.say("air", ffm(*map(consignment, (A, B)), at="211001"))
    assert fresh(hub) == [listed(A, B)]
    (letter,) = hub.letters()
    list(replay(hub.hub.engine, choose(hub.hub.engine, Wanted(fingerprint=letter["fingerprint"])), hub.clock))
    hub.work()
    assert (states(hub), fresh(hub)) == (["dead", "sent"], [])


@pytest.mark.parametrize("at", ["drop", "history", "supersede"])
def test_a_worker_that_dies_over_a_list_leaves_it_to_the_next(desk, monkeypatch, at):
    """Whatever it had done by then is undone with its transaction, and nothing is made twice."""
    hub = desk(partner("air"), handler())
    hub.say("air", ffm(consignment(A), at="211000"))
    fresh(hub)

    class Killed(BaseException):
        pass

    def die(*_arguments, **_named):
        raise Killed

    hub.receive("air", ffm(*map(consignment, (A, B)), at="211001"))
    with monkeypatch.context() as patched:
        patched.setattr(flights, at, die)
        with pytest.raises(Killed):
            hub.work()
    assert (states(hub), fresh(hub)) == (["sent"], [])
    hub.work()
    assert (states(hub), fresh(hub)) == (["sent", "sent"], [listed(A, B)])


def test_a_list_that_cannot_be_made_is_a_dead_letter_holds_up_no_other_and_is_tried_again(desk, monkeypatch):
    hub = desk(partner("air"), handler())
    real = flights.aboard

    def broken(connection, departure):
        if departure.startswith("XX421"):
            raise ValueError("beyond us")
        return real(connection, departure)

    with monkeypatch.context() as patched:
        patched.setattr(flights, "aboard", broken)
        hub.say("air", ffm(consignment(A)) + ffm(consignment(B), flight="XX500/21NOV/FRA"))
        assert [one[1] for one in fresh(hub)] == ["1/XX500/21NOV/FRA"]
        (letter,) = hub.letters()
        assert (letter["stage"], letter["shipment"]) == ("list", "flight:XX421:2026-11-21:FRA")
    hub.clock.forward(minutes=2)
    hub.work()
    assert (fresh(hub), hub.letters()) == ([listed(A)], [])


@pytest.mark.parametrize(("answer", "state"), [("FNA/1\nERR/NO SUCH FLIGHT", "refused"), ("FMA\nACK/OK", "acknowledged")])
def test_what_a_partner_says_to_a_list_ends_its_delivery(desk, answer, state):
    hub = desk(partner("air"), handler())
    hub.say("air", ffm(*map(consignment, (A, B))))
    ((sent),) = [one.read_text() for one in (hub.folder("gha") / "out").glob("*")]
    hub.say("gha", f"{answer}\n{sent}")
    assert states(hub) == [state]


def test_rules_for_flights_and_for_shipments_stand_side_by_side(desk):
    rules = [SendRule(target=one, channel="folder") for one in (FFM, FBL, "cargo-imp:FSU/14")]
    hub = desk(partner("air"), partner("gha", answers=SILENT, send=rules))
    hub.say("air", ffm(consignment(A)))
    hub.say("air", departed(A))
    assert sorted(one[0] for one in fresh(hub)) == ["FFM/8", "FSU/14"]


def test_shipments_stored_before_are_found_by_flight_after_the_migration(desk):
    hub = desk(partner("air"), handler())
    hub.say("air", ffm(consignment(A)))
    hub.say("air", departed(B) + fwb(B))
    fresh(hub)
    with writing(hub.hub.engine) as connection:
        connection.execute(text("DELETE FROM shipment_term WHERE kind = 'flight' AND shipment LIKE 'awb:777-55512354%'"))
        connection.execute(text("DROP TABLE flight_item"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    upgrade(hub.hub.engine)
    hub.say("air", ffm(consignment(C)))
    assert [line[:12] for line in newest(hub)[3:-1]] == [B, C]
