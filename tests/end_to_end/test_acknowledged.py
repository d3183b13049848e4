"""What partners answer to what the hub has sent: each answer ends its delivery, or is seen as one that fits nothing."""

import pytest

from tests.end_to_end.desk import AWB, Desk, fsu, fwb, iftsta, partner, profile, sends

OTHER = "777-55512354"


def sent(desk, *targets: str) -> Desk:
    """A hub that has sent each of these to ``sky`` about one waybill, and a waybill of its own to ``north``."""
    hub = desk(partner("fwd"), partner("sky", send=sends(*targets)), partner("north", send=sends("cargo-imp:FWB/17")))
    hub.say("fwd", fwb())
    return hub


def states(hub: Desk, partner: str = "sky") -> list[tuple[str, str]]:
    return sorted((one["target"], one["state"]) for one in hub.deliveries(partner) if not one["target"].endswith(":answer"))


def fma(of: str, awb: str = AWB) -> str:
    return f"FMA\nACK/RECEIVED WITH THANKS\n{of}\n{awb}FRASGN/T10K123.4\n"


def fna(of: str, awb: str = AWB, why: str = "CARRIER UNKNOWN") -> str:
    return f"FNA/1\nERR/LINE 3\n/{why}\n{of}\n{awb}FRASGN/T10K123.4\n"


def contrl(reference: str, action: str, more: str = "") -> str:
    body = f"UCI+{reference}+WAYBRIDGE+SKY+{action}'{more}"
    return f"UNB+UNOC:3+SKY+WAYBRIDGE+261121:1300+77'UNH+1+CONTRL:D:3:UN'{body}UNT+{body.count(chr(39)) + 2}+1'UNZ+1+77'"


def test_fma_ends_the_delivery_of_the_quoted_type_and_waybill_and_no_other(desk):
    hub = sent(desk, "cargo-imp:FWB/17", "cargo-imp:FWB/16")
    hub.say("fwd", fwb(OTHER))
    hub.say("sky", fma("FWB/17"))
    own = [one for one in hub.deliveries("sky") if one["shipment"].startswith(f"awb:{AWB}")]
    assert sorted(one["state"] for one in own) == ["acknowledged", "sent"]
    assert {one["state"] for one in hub.deliveries("sky") if OTHER in one["shipment"]} == {"sent"}
    assert {one["state"] for one in hub.deliveries("north")} == {"sent"}
    assert hub.letters() == []


def test_fna_refuses_it_with_the_partners_words_and_a_dead_letter(desk):
    hub = sent(desk, "cargo-imp:FWB/17")
    hub.say("sky", fna("FWB/17"))
    (one,) = hub.deliveries("sky")
    assert (one["state"], one["outcome"]) == ("refused", "LINE 3; CARRIER UNKNOWN")
    (letter,) = hub.letters()
    assert (letter["stage"], letter["problem"]["code"], letter["delivery"]) == ("deliver", "delivery.refused", one["key"])
    assert letter["problem"]["message"] == "LINE 3; CARRIER UNKNOWN"


def test_the_newest_unanswered_comes_first(desk):
    hub = sent(desk, "cargo-imp:FWB/17")
    hub.clock.forward(hours=1)
    hub.say("fwd", fwb(shipper="MUSTER WERKE"))
    assert [one["state"] for one in hub.deliveries("sky")] == ["sent", "sent"]
    hub.say("sky", fma("FWB/17"))
    assert [one["state"] for one in hub.deliveries("sky")] == ["acknowledged", "sent"]
    hub.say("sky", fna("FWB/17"))
    assert [one["state"] for one in hub.deliveries("sky")] == ["acknowledged", "refused"]
    hub.say("sky", fna("FWB/17", why="ONCE MORE"))
    assert [one["problem"]["code"] for one in hub.letters()] == ["acknowledgement.unmatched", "delivery.refused"]


@pytest.mark.parametrize(
    ("from_whom", "text"),
    [
        ("sky", fma("FWB/17", OTHER)),
        ("sky", fma("FHL/4")),
        ("sky", "FMA\nACK/THANK YOU\n"),
        ("fwd", fma("FWB/17")),
        ("sky", contrl("1", "7")),
        ("sky", contrl("99", "4")),
    ],
)
def test_what_fits_nothing_is_seen_and_changes_nothing(desk, from_whom, text):
    hub = sent(desk, "cargo-imp:FWB/17")
    hub.say(from_whom, text)
    assert states(hub) == [("cargo-imp:FWB/17", "sent")]
    (letter,) = hub.letters()
    assert (letter["stage"], letter["problem"]["code"], letter["partner"]) == (
        "acknowledged",
        "acknowledgement.unmatched",
        from_whom,
    )


def interchange_sent(desk) -> tuple[Desk, str]:
    hub = desk(partner("fwd"), partner("sky", send=sends("edifact:IFTSTA:D.96A")))
    hub.say("fwd", fsu())
    (one,) = hub.deliveries("sky")
    return hub, one["control_reference"]


@pytest.mark.parametrize("action", ["7", "8"])
def test_contrl_finds_its_delivery_by_our_control_reference(desk, action):
    hub, reference = interchange_sent(desk)
    assert f"+{reference}'".encode() in hub.out("sky")[0].split(b"UNH")[0]
    hub.say("sky", contrl(reference, action))
    assert states(hub) == [("edifact:IFTSTA:D.96A", "acknowledged")]
    assert hub.letters() == []


def test_contrl_refuses_an_interchange_with_its_code(desk):
    hub, reference = interchange_sent(desk)
    hub.say("sky", contrl(reference, "4+23+UNB"))
    (one,) = hub.deliveries("sky")
    assert (one["state"], one["outcome"]) == ("refused", "error 23")


def test_contrl_refuses_a_message_within_an_accepted_interchange_with_its_places(desk):
    hub, reference = interchange_sent(desk)
    hub.say("sky", contrl(reference, "7", "UCM+1+IFTSTA:D:96A:UN+4'UCS+3'UCD+12+2'UCS+5+15'"))
    (one,) = hub.deliveries("sky")
    assert (one["state"], one["outcome"]) == ("refused", "segment 3 element 2 error 12; segment 5 error 15")


def test_a_refusal_may_follow_the_confirmation_of_receipt(desk):
    hub, reference = interchange_sent(desk)
    hub.say("sky", contrl(reference, "8"))
    hub.say("sky", contrl(reference, "4+12"))
    assert states(hub) == [("edifact:IFTSTA:D.96A", "refused")]
    hub.say("sky", contrl(reference, "7", "UCM+1+IFTSTA:D:96A:UN+7'"))
    assert states(hub) == [("edifact:IFTSTA:D.96A", "refused")]
    assert [one["problem"]["code"] for one in hub.letters()] == ["acknowledgement.unmatched", "delivery.refused"]


def test_an_answer_to_our_own_answer_ends_nothing(desk):
    hub = desk(partner("edi"))
    hub.say("edi", iftsta("1"))
    (answer,) = hub.deliveries("edi")
    for reference in (answer["control_reference"], hub.out("edi")[0].split(b"'")[1].rpartition(b"+")[2].decode()):
        hub.say("edi", contrl(reference, "4+12"))
    assert {one["state"] for one in hub.deliveries("edi")} == {"sent"}
    assert {one["problem"]["code"] for one in hub.letters()} == {"acknowledgement.unmatched"}


def test_an_answer_that_is_faster_than_our_own_record_is_not_lost(desk):
    hub = desk(partner("fwd"), partner("sky", send=sends("cargo-imp:FWB/17")))
    hub.receive("fwd", fwb())
    worker = hub.hub.worker()
    while not hub.deliveries("sky"):
        worker._begin()
        worker._splitting.run(10)
        worker._folding.run(10)
    hub.receive("sky", fna("FWB/17"))
    worker._delivering.run(10)
    worker._splitting.run(10)
    assert states(hub) == [("cargo-imp:FWB/17", "refused")]
    worker.drain(seconds=20)
    worker.close()
    (one,) = hub.deliveries("sky")
    assert (one["state"], one["outcome"], one["attempts"]) == ("refused", "LINE 3; CARRIER UNKNOWN", 1)
    assert len(hub.out("sky")) == 1


def exchange(here: Desk, there: Desk, *, times: int = 4) -> None:
    """Carry files between ``there``'s folder at ``here`` and ``here``'s at ``there``, and let both work."""
    for _ in range(times):
        for one, other, name in ((here, there, "b"), (there, here, "a")):
            back = "a" if name == "b" else "b"
            (other.folder(back) / "in").mkdir(parents=True, exist_ok=True)
            for file in sorted((one.folder(name) / "out").glob("*")):
                file.rename(other.folder(back) / "in" / file.name)
            other.poll(back)
            other.work()


def two_hubs(desk, target: str, **b_sees_a) -> tuple[Desk, Desk]:
    a = desk(partner("b", address="B", send=sends(target)), partner("fwd"), identity="HUBAXXX")
    b = desk(partner("a", address="A", **b_sees_a), identity="HUBBXXX")
    return a, b


def told_from_a(a: Desk, target: str) -> None:
    a.say("fwd", fwb() if "FWB" in target else fsu())


TARGETS = ["cargo-imp:FWB/17", "cargo-imp:FWB/16", "cargo-imp:FSU/14", "cargo-imp:FSU/12", "edifact:IFTSTA:D.96A"]


@pytest.mark.parametrize("style", ["bare", "type-b"])
@pytest.mark.parametrize("target", TARGETS)
def test_two_hubs_agree_that_a_message_was_accepted(desk, target, style):
    a, b = two_hubs(desk, target, style=style)
    told_from_a(a, target)
    exchange(a, b)
    assert states(a, "b") == [(target, "acknowledged")]
    assert [one["state"] for one in b.messages(partner="a")] == ["applied"]
    assert (a.letters(), b.letters()) == ([], [])
    assert [one["subject"] for one in a.messages(partner="b")] == ["acknowledgement"]


@pytest.mark.parametrize("target", TARGETS)
def test_two_hubs_agree_that_a_message_was_refused(desk, target, monkeypatch):
    a, b = two_hubs(desk, target)
    refuse_everything(b, monkeypatch)
    told_from_a(a, target)
    exchange(a, b)
    assert [one["state"] for one in b.messages(partner="a")] == ["rejected"]
    (one,) = a.deliveries("b")
    assert one["state"] == "refused"
    assert one["outcome"]
    assert [letter["problem"]["code"] for letter in a.letters()] == ["delivery.refused"]


def refuse_everything(hub: Desk, monkeypatch) -> None:
    """A hub that finds an error in the second line or segment of every message but answers."""
    from hub.problem import Code, Problem

    pure = hub.hub.pure.line
    read = pure.read

    def faulty(part):
        message = read(part)
        if message.type not in ("FMA", "FNA", "CONTRL"):
            code = Code.IMP_ELEMENT_FORMAT if message.format == "cargo-imp" else Code.EDI_ELEMENT_FORMAT
            problem = Problem(code=code, message="not to our taste", line=2, segment="AWB", element="1", segment_number=2)
            message.problems.append(problem)
        return message

    monkeypatch.setattr(pure, "read", faulty)


def test_an_fna_that_quotes_a_faulty_message_is_read_by_the_strictest_partner(desk):
    """What is wrong in the text quoted is no fault of the answer."""
    hub = desk(partner("sky", send=sends("cargo-imp:FWB/17"), validation=profile("strict")), partner("fwd"))
    hub.say("fwd", fwb())
    quoted = f"FWB/17\n{AWB}FRASGN/T10K123.4\n\n~~~ lower ümläut ~~~\nZZZ/{'A' * 90}\n"
    hub.say("sky", f"FNA/1\nERR/NO SUCH CARRIER\n{quoted}")
    (one,) = hub.deliveries("sky")
    assert (one["state"], one["outcome"]) == ("refused", "NO SUCH CARRIER")


@pytest.mark.parametrize("heading", ["QK HUBWWXX\n.SKYWWXX 211215 REUAIR08SKY\n", "QD HUBWWXX\n.SKYWWXX 211215\nPDM\n", ""])
def test_a_refusal_in_a_type_b_frame_that_quotes_frame_and_all_is_matched_and_nothing_else(desk, heading):
    hub = desk(
        partner("sky", style="type-b", address="SKYWWXX", send=sends("cargo-imp:FWB/17")), partner("fwd"), identity="HUBWWXX"
    )
    hub.say("fwd", fwb())
    (sent,) = hub.out("sky")
    shown = hub.say("sky", f"{heading}FNA/1\nERR/LINE 3\nERR/CARRIER UNKNOWN\n{sent.decode()[:120]}")
    assert [(one["type"], one["state"]) for one in shown["messages"]] == [("FNA", "applied")]
    (one,) = hub.deliveries("sky")
    assert (one["state"], one["outcome"]) == ("refused", "LINE 3; CARRIER UNKNOWN")
    assert len(hub.out("sky")) == 1


def test_a_confirmation_that_quotes_nothing_is_matched_by_its_own_words(desk):
    hub = sent(desk, "cargo-imp:FWB/17")
    hub.say("sky", f"FMA\nACK/FWB {AWB} STORED\n")
    assert states(hub) == [("cargo-imp:FWB/17", "acknowledged")]


def test_a_refused_space_request_ends_its_delivery(desk):
    hub = desk(partner("fwd"), partner("sky", send=sends("cargo-imp:FFR/8")))
    flight = "XX421/21NOV/FRASGN/NN"
    hub.say("fwd", f"FFR/8\n{AWB}FRASGN/T10K123.4/MACHINE PARTS\n{flight}\nREF/FRAFFXX\n")
    hub.say("sky", fna("FFR/8", why="NO FLIGHT"))
    assert states(hub) == [("cargo-imp:FFR/8", "refused")]


def test_a_replayed_acknowledgement_ends_no_other_delivery(desk):
    hub = sent(desk, "cargo-imp:FWB/17")
    hub.clock.forward(hours=1)
    hub.say("fwd", fwb(shipper="MUSTER WERKE"))
    shown = hub.say("sky", fma("FWB/17"))
    hub.replay(shown["id"])
    assert [one["state"] for one in hub.deliveries("sky")] == ["acknowledged", "sent"]
    assert hub.letters() == []


def test_one_that_fitted_nothing_is_tried_again_by_a_replay(desk):
    hub = sent(desk, "cargo-imp:FWB/17")
    shown = hub.say("sky", fma("FWB/17", OTHER))
    assert len(hub.letters()) == 1
    hub.say("fwd", fwb(OTHER))
    hub.replay(shown["id"])
    assert {one["state"] for one in hub.deliveries("sky") if OTHER in one["shipment"]} == {"acknowledged"}
    assert hub.letters() == []
