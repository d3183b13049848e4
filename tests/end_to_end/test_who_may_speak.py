"""Admission, authors, authority, trust and profiles: what a partner's file really changes."""

import json

import pytest

from hub.settings import Admission, Answers
from tests.end_to_end.desk import AWB, Desk, fsu, fwb, heading, iftsta, partner, profile, sends

LIMITS = {
    "prefixes": {"admission": Admission(prefixes=["020"])},
    "stations": {"admission": Admission(stations=["JFK"])},
    "agents": {"admission": Admission(agents=["7654321"])},
    "groups": {"admission": Admission(groups=["milestones"])},
    "authors": {"admission": Admission(prefixes=["777"]), "authors": ["QQQFFXX"]},
}


def speaking_out_of_turn(desk, limit: str) -> tuple[Desk, dict]:
    """A known shipment, and a partner limited so that it may not say what it says of it."""
    hub = desk(partner("fwd"), partner("meddler", **LIMITS[limit]), partner("north", send=sends("cargo-imp:FWB/17")))
    hub.say("fwd", fwb())
    hub.clock.forward(hours=1)
    return hub, hub.say("meddler", fwb(shipper="MEDDLER AND SONS", heading=heading("FRAMMXX", "211230")))


@pytest.mark.parametrize("limit", sorted(LIMITS))
def test_what_a_partner_may_not_say_is_kept_shown_and_never_folded(desk, limit):
    hub, shown = speaking_out_of_turn(desk, limit)
    view = hub.read.shipment(AWB)
    assert view.document["shipper"]["name"] == "MUSTER MASCHINEN"
    assert "MEDDLER" not in json.dumps(view.document)
    witness = view.conflicts["/shipper/name"][0]
    assert (witness["partner"], witness["author"], witness["line"]) == ("meddler", "FRAMMXX", 8)
    assert witness["value"] == "MEDDLER AND SONS"
    assert shown["messages"][0]["state"] == "applied"
    assert len(hub.out("north")) == 1
    assert hub.differences() == []


@pytest.mark.parametrize("limit", sorted(LIMITS))
def test_the_message_says_what_was_not_admitted_and_why(desk, limit):
    hub, _ = speaking_out_of_turn(desk, limit)
    (listed,) = hub.messages(partner="meddler")
    (problem,) = [one for one in listed["problems"] if one["code"] == "author.unadmitted"]
    assert (problem["severity"], problem["line"], problem["found"]) == ("warning", 4, "FRAMMXX")
    assert limit in problem["message"]
    assert f"awb:{AWB}" in problem["message"]


def test_its_answer_is_positive_because_the_message_was_accepted(desk):
    hub, shown = speaking_out_of_turn(desk, "prefixes")
    assert [one[:3] for one in hub.answers(shown["id"])] == ["FMA"]
    hub = desk(partner("edi", admission=Admission(prefixes=["020"])), identity="OTHER")
    (answer,) = hub.answer_to("edi", iftsta("1"))
    assert "UCM+1+IFTSTA:D:96A:UN+7" in answer


def test_words_about_a_shipment_nobody_else_knows_make_no_shipment(desk):
    hub = desk(partner("meddler", **LIMITS["prefixes"]), partner("north", send=sends("cargo-imp:FWB/17")))
    shown = hub.say("meddler", fwb())
    assert hub.read.shipment(AWB) is None
    assert hub.deliveries("north") == []
    assert shown["messages"][0]["problems"][0]["code"] == "author.unadmitted"


def test_a_partner_within_its_limits_is_heard(desk):
    admission = Admission(prefixes=["777"], stations=["FRA"], agents=["1234567"])
    hub = desk(partner("fwd", admission=admission, authors=["FRAFFXX"]))
    shown = hub.say("fwd", fwb(heading=heading("FRAFFXX")))
    assert shown["messages"][0]["problems"] == []
    assert hub.read.shipment(AWB).document["pieces"] == 10


def shipper(hub: Desk) -> str:
    return hub.read.shipment(AWB).document["shipper"]["name"]


def test_each_author_of_a_community_system_has_its_own_slot_and_the_later_word_wins(desk):
    hub = desk(partner("ccs"))
    hub.say("ccs", fwb(shipper="FIRST HOUSE", heading=heading("FRAFFXX", "210900")))
    hub.say("ccs", fwb(shipper="SECOND HOUSE", heading=heading("MUCFFYY", "211000")))
    assert hub.slots() == 2
    assert shipper(hub) == "SECOND HOUSE"
    view = hub.read.shipment(AWB)
    assert [(one["author"], one["value"]) for one in view.conflicts["/shipper/name"]] == [("FRAFFXX", "FIRST HOUSE")]
    hub.say("ccs", fwb(shipper="FIRST HOUSE CORRECTED", heading=heading("FRAFFXX", "210930")))
    assert shipper(hub) == "SECOND HOUSE"
    view = hub.read.shipment(AWB)
    assert [one["value"] for one in view.conflicts["/shipper/name"]] == ["FIRST HOUSE CORRECTED"]
    assert hub.slots() == 2
    assert hub.differences() == []


def test_the_order_of_arrival_makes_no_difference(desk):
    words = [
        fwb(shipper="FIRST HOUSE", heading=heading("FRAFFXX", "210900")),
        fwb(shipper="SECOND HOUSE", heading=heading("MUCFFYY", "211000")),
        fwb(shipper="FIRST HOUSE CORRECTED", heading=heading("FRAFFXX", "210930")),
    ]
    one, two = desk(partner("ccs"), identity="ONE"), desk(partner("ccs"), identity="TWO")
    for text in words:
        one.say("ccs", text)
    for text in reversed(words):
        two.say("ccs", text)
    assert one.read.shipment(AWB).document == two.read.shipment(AWB).document
    assert one.read.shipment(AWB).conflicts == two.read.shipment(AWB).conflicts


def test_authority_comes_before_time(desk):
    """A status message is believed less about the weights than the waybill, however late it is."""
    hub = desk(partner("fwd"), partner("sky"))
    hub.say("fwd", fwb(heading=heading("FRAFFXX", "210900")))
    hub.say("sky", fsu(head=heading("FRAXSXX", "211100")).replace("K123.4", "K999"))
    view = hub.read.shipment(AWB)
    assert view.document["weight"] == {"unit": "KGM", "value": "123.4"}
    assert [(one["partner"], one["value"]) for one in view.conflicts["/weight/value"]] == [("sky", "999")]
    assert [one["code"] for one in view.document["milestones"]] == ["RCS"]


@pytest.mark.parametrize(("trusted", "believed"), [(True, "SAID LATER"), (False, "SAID EARLIER")])
def test_a_declared_time_counts_only_where_it_is_trusted(desk, trusted, believed):
    hub = desk(partner("fwd", trust_said_at=trusted))
    hub.say("fwd", fwb(shipper="SAID LATER", heading=heading("FRAFFXX", "211100")))
    hub.clock.forward(minutes=10)
    hub.say("fwd", fwb(shipper="SAID EARLIER", heading=heading("FRAFFXX", "210900")))
    assert shipper(hub) == believed
    assert hub.differences() == []


WRONG_DIGIT = "777-55512344"


@pytest.mark.parametrize(
    ("validation", "severity", "state", "answer"),
    [
        (profile("strict"), "error", "rejected", "FNA"),
        (profile("standard"), "warning", "applied", "FMA"),
        (profile("lenient"), "info", "applied", "FMA"),
        (profile("lenient", **{"awb.check-digit": "error"}), "error", "rejected", "FNA"),
        (profile("strict", **{"awb.check-digit": "info"}), "info", "applied", "FMA"),
    ],
)
def test_the_profile_of_a_partner_decides_what_is_an_error(desk, validation, severity, state, answer):
    hub = desk(partner("fwd", validation=validation))
    shown = hub.say("fwd", fwb(WRONG_DIGIT))
    assert [one["state"] for one in shown["messages"]] == [state]
    assert [one[:3] for one in hub.answers(shown["id"])] == [answer]
    (problem,) = shown["messages"][0]["problems"]
    assert problem["severity"] == severity


def test_two_partners_of_one_hub_are_weighed_apart(desk):
    hub = desk(
        partner("exact", validation=profile("strict")),
        partner("easy", validation=profile("lenient"), answers=Answers(channel="")),
    )
    states = {name: hub.say(name, fwb(WRONG_DIGIT))["messages"][0]["state"] for name in ("exact", "easy")}
    assert states == {"exact": "rejected", "easy": "applied"}
