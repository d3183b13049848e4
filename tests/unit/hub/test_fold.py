"""The fold: order-free, atomic groups, milestones by occurrence, sequences, admission."""

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.fold import Rules, fold
from hub.position import Place
from hub.statement import RULE, Statement

RULES = Rules(authority={("FWB", "*"): 50, ("FSU", "*"): 10, ("FSU", "milestones"): 50})
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
KEY = "awb:020-12345675"


def said(facts, *, kind="FWB", author="AGT", at=0, live=True, admitted=True, partner="p", number=0):
    when = START + timedelta(minutes=at)
    return Statement(
        key=KEY,
        slot=f"{author}{kind}{number}",
        kind=kind,
        action="replace",
        author=author,
        partner=partner,
        message=f"m{number}",
        said_at=when,
        received_at=when,
        digest=f"{number:04d}",
        facts=facts,
        places={"/pieces": Place(2, 20, 30), "/milestones/0/code": Place(3, 1, 40)},
        live=live,
        admitted=admitted,
    )


def milestone(code="DEP", at="2026-11-21T10:30", station="FRA", **more):
    return {"milestones": [{"code": code, "station": station, "at": at, "time": "actual", **more}]}


def only(statements):
    (one,) = fold(KEY, statements, RULES)
    return one


def test_a_group_comes_whole_from_the_most_believed():
    fwb = said({"awb": "020-12345675", "pieces": 10, "weight": {"value": "100", "unit": "KGM"}}, number=1)
    fsu = said({"awb": "020-12345675", "pieces": 9}, kind="FSU", author="QR", at=60, number=2)
    one = only([fsu, fwb])
    assert one.document["pieces"] == 10
    assert [w.value for w in one.conflicts["/pieces"]] == [9]
    assert (one.lineage["/pieces"][0].line, one.lineage["/pieces"][0].author) == (2, "AGT")
    assert one.document["key"] == "awb:020-12345675:1"


def test_the_newer_of_equal_authority_wins():
    one = only([said({"pieces": 10}, number=1), said({"pieces": 11}, at=5, number=2, author="B")])
    assert one.document["pieces"] == 11


def test_two_reports_within_the_window_are_one_milestone_with_two_witnesses():
    one = only(
        [
            said(milestone(), kind="FSU", author="QR", number=1),
            said(milestone(at="2026-11-21T11:45"), kind="FSU", author="GHA", number=2, at=1),
        ]
    )
    (found,) = one.document["milestones"]
    assert found["at"] == "2026-11-21T11:45"
    assert found["instant"] == "2026-11-21T10:45Z"
    assert [w.author for w in one.lineage[f"/milestones/{found['id']}"]] == ["GHA", "QR"]


def test_linkage_is_single_and_the_window_is_in_instants():
    reports = [
        said(milestone(at=f"2026-11-21T{hour}"), kind="FSU", author=f"A{i}", number=i)
        for i, hour in enumerate(["08:00", "09:20", "10:40"])
    ]
    assert len(only(reports).document["milestones"]) == 1
    far = [
        said(milestone(at=f"2026-11-21T{hour}"), kind="FSU", author=f"A{i}", number=i)
        for i, hour in enumerate(["08:00", "09:31"])
    ]
    assert len(only(far).document["milestones"]) == 2


def test_different_pieces_are_different_events_and_an_unstated_number_joins_the_only_candidate():
    four = said(milestone(pieces=4, partial=True), kind="FSU", author="QR", number=1)
    six = said(milestone(pieces=6, partial=True), kind="FSU", author="QR", number=2, at=1)
    unstated = said(milestone(), kind="FSU", author="GHA", number=3, at=2)
    assert len(only([four, six]).document["milestones"]) == 2
    assert len(only([four, unstated]).document["milestones"]) == 1
    assert len(only([four, six, unstated]).document["milestones"]) == 3


def test_the_same_author_again_is_a_correction():
    first = said(milestone(at="2026-11-21T10:30"), kind="FSU", author="QR", number=1)
    later = said(milestone(at="2026-11-21T14:30"), kind="FSU", author="QR", number=2, at=60)
    one = only([first, later])
    (found,) = one.document["milestones"]
    assert found["at"] == "2026-11-21T14:30"
    assert [w.value for w in one.conflicts[f"/milestones/{found['id']}"]] == ["2026-11-21T10:30"]


def test_what_was_withdrawn_stays_visible():
    gone = said(milestone(), kind="FSU", author="QR", number=1, live=False)
    one = only([gone, said({"pieces": 1}, number=2)])
    assert [(m["code"], m["withdrawn"]) for m in one.document["milestones"]] == [("DEP", True)]
    assert "status" not in one.document


def test_status_is_what_all_pieces_have_reached():
    one = only(
        [
            said({"pieces": 10}, number=1),
            said(milestone(pieces=10), kind="FSU", number=2),
            said(milestone("ARR", "2026-11-21T20:00", "DOH", pieces=4, partial=True), kind="FSU", number=3),
        ]
    )
    assert (one.document["status"], one.document["partial_status"]) == ("DEP", {"ARR": 4})


def test_planned_and_estimated_stand_beside_the_actual():
    plan = {
        "milestones": [
            {
                "code": "DEP",
                "station": "FRA",
                "flight": "QR066",
                "date": "2026-11-21",
                "at": "2026-11-21T10:00",
                "time": "planned",
            }
        ]
    }
    newer = {
        "milestones": [
            {
                "code": "DEP",
                "station": "FRA",
                "flight": "QR066",
                "date": "2026-11-21",
                "at": "2026-11-21T10:20",
                "time": "planned",
            }
        ]
    }
    one = only(
        [
            said(plan, kind="FSU", number=1),
            said(newer, kind="FSU", number=2, at=3),
            said(milestone(flight="QR066", date="2026-11-21"), kind="FSU", number=3),
        ]
    )
    assert [(m["time"], m["at"]) for m in one.document["milestones"]] == [
        ("planned", "2026-11-21T10:20"),
        ("actual", "2026-11-21T10:30"),
    ]


def test_the_unadmitted_is_a_conflict_and_never_folded():
    one = only(
        [
            said({"awb": "020-12345675", "pieces": 10}, number=1),
            said({"awb": "020-12345675", "pieces": 99}, number=2, admitted=False, partner="x"),
        ]
    )
    assert one.document["pieces"] == 10
    assert [(w.partner, w.value) for w in one.conflicts["/pieces"]] == [("x", 99)]


def test_a_number_used_again_after_the_gap_is_a_new_shipment():
    old = said({"pieces": 1}, number=1)
    new = said({"pieces": 2}, number=2, at=60 * 24 * 181)
    assert [(one.key, one.document["pieces"]) for one in fold(KEY, [new, old], RULES)] == [(f"{KEY}:1", 1), (f"{KEY}:2", 2)]


def test_unknown_station_gives_no_instant():
    one = only([said(milestone(station="QQQ"), kind="FSU")])
    assert "instant" not in one.document["milestones"][0]


MILESTONES = st.builds(
    milestone,
    code=st.sampled_from(["DEP", "ARR", "RCS"]),
    at=st.sampled_from(["2026-11-21T10:30", "2026-11-21T11:00", "2026-11-21T13:00", "2026-11-21"]),
    station=st.sampled_from(["FRA", "DOH"]),
    pieces=st.sampled_from([4, 6, 10]),
)
FACTS = st.one_of(
    MILESTONES,
    st.builds(
        lambda n, w: {"awb": "020-12345675", "pieces": n, "weight": {"value": w, "unit": "KGM"}},
        st.integers(1, 3),
        st.sampled_from(["1", "2.5"]),
    ),
    st.builds(lambda n: {"shipper": {"name": n}}, st.sampled_from(["ACME", "BETA"])),
    st.builds(lambda h, n: {"houses": [{"hawb": h, "pieces": n}]}, st.sampled_from(["H1", "H2"]), st.integers(1, 3)),
    st.builds(lambda v: {"references": [{"type": "CU", "value": v}]}, st.sampled_from(["1", "2"])),
)


@settings(max_examples=150, deadline=None)
@given(
    facts=st.lists(st.tuples(FACTS, st.sampled_from(["A", "B"]), st.integers(0, 3), st.booleans(), st.booleans()), max_size=8),
    seed=st.integers(0, 1000),
)
def test_the_law_any_order_gives_the_same_bytes(facts, seed):
    statements = [
        said(
            one,
            author=author,
            at=at * 30,
            live=live,
            admitted=admitted,
            number=number,
            kind="FSU" if "milestones" in one else "FWB",
        )
        for number, (one, author, at, live, admitted) in enumerate(facts)
    ]
    shuffled = statements[:]
    random.Random(seed).shuffle(shuffled)
    first, second = fold(KEY, statements, RULES), fold(KEY, shuffled, RULES)
    assert [(one.raw, one.lineage, one.conflicts) for one in first] == [(one.raw, one.lineage, one.conflicts) for one in second]


@pytest.mark.parametrize("count", [400])
def test_many_statements_fold_in_reasonable_work(count):
    statements = [
        said(milestone(at=f"2026-11-{1 + n % 28:02d}T10:30"), kind="FSU", author=f"A{n}", number=n) for n in range(count)
    ]
    assert len(only(statements).document["milestones"]) == 28


def test_stations_know_their_zone_as_the_library_does():
    import airportsdata

    from hub.canonical.station import zone

    table = airportsdata.load("IATA")
    sample = sorted(table)[::97]
    assert {code: str(zone(code)) for code in sample} == {code: table[code]["tz"] for code in sample}
    assert zone("LON") == zone("LHR")
    assert zone("QQQ") is None


def test_milestones_within_a_minute_stand_in_their_order():
    from datetime import UTC, datetime

    from hub.fold import fold
    from hub.fold.rules import Rules
    from hub.statement import Statement
    from tests.canonical_rules import violations

    when = datetime(2026, 11, 21, 12, tzinfo=UTC)
    told = [("RCS", "2026-11-21T10:30"), ("DEP", "2026-11-21T10:30:15")]
    milestones = [{"code": code, "station": "FRA", "at": at, "time": "actual"} for code, at in told]
    one = Statement(
        key="awb:777-55512343",
        slot="s",
        kind="FSU",
        action="add",
        author="a",
        partner="p",
        message="m",
        said_at=when,
        received_at=when,
        digest="d",
        facts={"awb": "777-55512343", "milestones": milestones},
        places={},
    )
    (folded,) = fold("awb:777-55512343", [one], Rules())
    assert [milestone["code"] for milestone in folded.document["milestones"]] == ["RCS", "DEP"]
    assert violations(folded.document) == []


def ruled(facts, **more):
    return msgspec.structs.replace(said(facts, kind="ruling", **more), action=RULE)


def test_a_ruling_outranks_authority_until_the_same_group_is_ruled_again():
    waybill = said({"shipper": {"name": "BLUE", "city": "FRA"}, "pieces": 10}, at=90, number=1)
    first = ruled({"shipper": {"name": "GREEN", "city": "FRA"}}, at=5, number=2)
    second = ruled({"shipper": {"name": "GREY"}}, at=7, number=3)
    assert only([waybill, first]).document["shipper"] == {"name": "GREEN", "city": "FRA"}
    assert only([waybill, first]).document["pieces"] == 10
    assert only([second, waybill, first]).document["shipper"] == {"name": "GREY"}
    assert [one.value for one in only([waybill, first]).conflicts["/shipper/name"]] == ["BLUE"]


def test_a_ruling_can_take_away():
    waybill = said({"goods": ["PUMPS"], "pieces": 10, "references": [{"type": "SRI", "value": "1"}]}, number=1)
    one = only([ruled({"goods": None, "references": None}, at=5, number=2), waybill])
    assert "goods" not in one.document
    assert "references" not in one.document
    assert one.document["pieces"] == 10


facts = st.fixed_dictionaries(
    {},
    optional={
        "pieces": st.integers(1, 3),
        "goods": st.sampled_from([["PUMPS"], ["BOLTS"], None]),
        "shipper": st.sampled_from([{"name": "BLUE"}, {"name": "GREEN"}, None]),
        "references": st.sampled_from([[{"type": "SRI", "value": "1"}], [{"type": "CU", "value": "2"}], None]),
        "houses": st.sampled_from([[{"hawb": "H1", "goods": ["A"]}], [{"hawb": "H1", "goods": ["B"], "pieces": 2}]]),
    },
)


@given(st.lists(st.tuples(facts, st.booleans(), st.integers(0, 3)), min_size=2, max_size=6), st.randoms())
@settings(deadline=None, max_examples=80)
def test_rulings_keep_the_law_of_order(several, chance):
    made = [
        ruled(one, at=at, number=number)
        if rules
        else said({name: value for name, value in one.items() if value is not None}, at=at, number=number)
        for number, (one, rules, at) in enumerate(several)
    ]
    shuffled = made[:]
    chance.shuffle(shuffled)
    assert [one.raw for one in fold(KEY, shuffled, RULES)] == [one.raw for one in fold(KEY, made, RULES)]
