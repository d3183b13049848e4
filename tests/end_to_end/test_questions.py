"""Questions partners ask: a status request answered from the hub's own shipment, a space request by the booking desk."""

import pytest

from hub.booking import BookingAnswer
from hub.bootstrap.checking import check_partners
from hub.ports import Misconfigured
from hub.settings import Admission, Answers, Sight
from hub.store.search import Criteria
from tests.end_to_end.desk import AWB, Desk, fsu, fwb, heading, partner, sends

OTHER = "777-55512354"
ALL = Sight(everything=True)
FSR = f"FSR\n{AWB}\n"


def lines(answer: str) -> list[str]:
    return answer.rstrip("\r\n").split("\r\n")


def flown(awb: str = AWB) -> str:
    return f"FSU/14\n{awb}FRASGN/T10K123.4\nDEP/XX421/21NOV/FRADOH/T10K123.4/A1030/E1640\n"


def told(desk, *partners) -> Desk:
    """A hub that knows one waybill with two statuses."""
    hub = desk(partner("fwd"), *partners)
    hub.say("fwd", fwb())
    hub.say("fwd", fsu())
    hub.say("fwd", flown())
    return hub


HEAD = f"{AWB}FRASGN/T10K123.4"
RCS = "RCS/21NOV1015/FRA/T10K123.4/A CLERK"
DEP = "DEP/XX421/21NOV/FRADOH/T10K123.4/A1030/E1640"


# status requests


def test_a_status_request_is_answered_with_all_that_has_happened(desk):
    hub = told(desk, partner("sky", sight=ALL))
    (answer,) = hub.answer_to("sky", FSR)
    assert lines(answer) == ["FSA/15", HEAD, RCS, DEP]
    assert hub.out("sky") == [answer.encode()]
    (delivery,) = hub.deliveries("sky")
    assert (delivery["target"], delivery["state"]) == ("cargo-imp:FSA/15", "sent")
    assert hub.letters() == []


def test_in_the_version_the_partner_speaks(desk):
    hub = told(desk, partner("sky", sight=ALL, answers=Answers(channel="folder", status="cargo-imp:FSA/14")))
    assert lines(hub.answer_to("sky", FSR)[0])[0] == "FSA/14"


@pytest.mark.parametrize("sight", [Sight(agents=["1234567"]), Sight(prefixes=["777"]), Sight(grants=[AWB])])
def test_whoever_may_see_the_shipment_is_told(desk, sight):
    hub = told(desk, partner("sky", sight=sight))
    assert lines(hub.answer_to("sky", FSR)[0])[2:] == [RCS, DEP]


def test_an_unknown_and_a_foreign_shipment_are_answered_alike(desk):
    hub = told(desk, partner("sky", sight=Sight(agents=["7654321"])), partner("all", sight=ALL))
    foreign, unknown = hub.answer_to("sky", FSR)[0], hub.answer_to("all", f"FSR\n{OTHER}\n")[0]
    assert lines(foreign) == ["FSA/15", AWB, "OSI/NO RECORD FOUND"]
    assert foreign == unknown.replace(OTHER, AWB)


def test_a_shipment_without_a_status_is_said_to_have_none(desk):
    hub = desk(partner("fwd"), partner("sky", sight=ALL))
    hub.say("fwd", fwb())
    assert lines(hub.answer_to("sky", FSR)[0]) == ["FSA/15", HEAD, "OSI/NO STATUS RECORDED"]


def test_a_long_history_is_told_in_parts_and_none_of_it_is_lost(desk):
    hub = desk(partner("fwd"), partner("sky", sight=ALL))
    told = [f"DEP/XX{number}/21NOV/FRADOH/P1K1/A1030/E1640-N" for number in range(101, 200)]
    hub.say("fwd", f"FSU/14\n{AWB}FRASGN/T200K200\n" + "\n".join(told) + "\n")
    answers = [lines(one) for one in hub.answer_to("sky", FSR)]
    assert len(answers) > 1
    assert all(sum(len(line) + 2 for line in one) <= 3500 for one in answers)
    assert [one[-1] for one in answers] == [*(f"PART/{at}/CONT" for at in range(1, len(answers))), f"PART/{len(answers)}/LAST"]
    assert sorted(line for one in answers for line in one if line.startswith("DEP")) == told
    assert len(hub.out("sky")) == len(answers)


def test_a_request_asked_again_gets_the_stored_answer_and_a_new_one_the_new_state(desk):
    hub = told(desk, partner("sky", sight=ALL))
    first = hub.say("sky", FSR)
    answers = hub.answers(first["id"])
    hub.say("fwd", fsu("DLV", station="SGN", at="22NOV1130"))
    again = hub.receive("sky", FSR)
    hub.work()
    assert (again.id, again.status, hub.answers(again.id)) == (first["id"], "duplicate", answers)
    assert len(hub.out("sky")) == 1
    assert lines(hub.answer_to("sky", f"FSR\n{AWB}FRASGN\n")[0])[-1].startswith("DLV/22NOV1130/SGN")


def test_a_replayed_request_is_not_answered_a_second_time(desk):
    hub = told(desk, partner("sky", sight=ALL))
    first = hub.say("sky", FSR)
    before = hub.answers(first["id"])
    hub.say("fwd", fsu("DLV", station="SGN", at="21NOV1130"))
    hub.replay(first["id"])
    assert hub.answers(first["id"]) == before
    assert len(hub.out("sky")) == 1


def test_a_faulty_request_is_refused(desk):
    hub = told(desk, partner("sky", sight=ALL))
    (answer,) = hub.answer_to("sky", f"FSR\n{AWB[:7]}\n")
    assert lines(answer)[0] == "FNA/1"


def test_requests_and_waybills_in_one_envelope_are_each_answered(desk):
    hub = told(desk, partner("sky", sight=ALL))
    whole = f"{heading('FRAFFXX')}{fwb(OTHER)}{heading('FRAFFXX')}{FSR}"
    assert sorted(lines(one)[0] for one in hub.answer_to("sky", whole)) == ["FMA", "FSA/15"]


def test_a_reply_goes_back_to_the_origin_it_was_asked_from(desk):
    hub = desk(partner("sky", sight=ALL, style="type-b"), identity="HUBWWXX")
    (answer,) = hub.answer_to("sky", f"{heading('FRAFFXX')}{FSR}")
    assert lines(answer)[:3] == ["QK FRAFFXX", ".HUBWWXX 211200", "FSA/15"]


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (Answers(channel="folder", positive=False), ["FSA/15"]),
        (Answers(channel="folder", negative=False), ["FSA/15"]),
        (Answers(channel="folder", positive=False, negative=False), []),
        (Answers(channel="folder", positive=False, negative=False, queries=True), ["FSA/15"]),
    ],
)
def test_who_wants_no_acknowledgement_may_still_want_answers(desk, wanted, kinds):
    hub = told(desk, partner("sky", sight=ALL, answers=wanted))
    assert [lines(one)[0] for one in hub.answer_to("sky", FSR)] == kinds


def test_a_status_answer_received_is_news_and_is_not_answered_as_a_question(desk):
    hub = desk(partner("sky"), partner("all", sight=ALL))
    (answer,) = hub.answer_to("sky", f"FSA/15\n{HEAD}\n{RCS}\n")
    assert lines(answer)[0] == "FMA"
    assert lines(hub.answer_to("all", FSR)[0])[2:] == [RCS]


# several consignments, and flights

RCF = "RCF/XX421/22NOV0020/DOH/T10K123.4"
NEXT = "DEP/XX088/22NOV/DOHSGN/T10K123.4/A0900"
DLV = "DLV/22NOV1830/SGN/T10K123.4/BEISPIEL"


def travelled(desk, *partners) -> Desk:
    """A hub that knows one waybill on two flights from door to door."""
    hub = told(desk, *partners)
    hub.say("fwd", f"FSU/14\n{HEAD}\n{RCF}\n{NEXT}\n{DLV}\n")
    return hub


def test_each_waybill_of_a_request_is_answered(desk):
    hub = told(desk, partner("sky", sight=Sight(grants=[AWB])))
    hub.say("fwd", fsu(awb=OTHER))
    answers = hub.answer_to("sky", f"FSR\n{AWB}FRASGN/T10K123.4\nOSI/FIRST\n{OTHER}\n777-55512365\nOSI/THIRD\n")
    foreign, unknown = [["FSA/15", awb, "OSI/NO RECORD FOUND"] for awb in (OTHER, "777-55512365")]
    assert [lines(one) for one in answers] == [["FSA/15", HEAD, RCS, DEP], foreign, unknown]
    assert sorted(hub.out("sky")) == sorted(one.encode() for one in answers)


def test_a_fault_in_one_of_several_refuses_the_request_and_names_it(desk):
    hub = told(desk, partner("sky", sight=ALL))
    (answer,) = hub.answer_to("sky", f"FSR\n{AWB}\nXX421/21NOV/FRADOH\n777-5551235\n")
    assert lines(answer)[0] == "FNA/1"
    assert "LINE 4" in lines(answer)[1]


@pytest.mark.parametrize(
    ("flights", "expected"),
    [
        (["XX421/21NOV/FRADOH"], [RCS, DEP, RCF]),
        (["XX421/21NOV"], [RCS, DEP, RCF]),
        (["XX088/22NOV/DOHSGN"], [NEXT, DLV]),
        (["XX//DOHSGN"], [NEXT, DLV]),
        (["XX421/21NOV/FRADOH", "XX088/22NOV/DOHSGN"], [RCS, DEP, RCF, NEXT, DLV]),
        (["XX421/23NOV/FRADOH"], [RCS, "OSI/NO STATUS OF XX421-23NOV-FRADOH"]),
        (["YY421/21NOV/HKGNRT"], ["OSI/NO STATUS OF YY421-21NOV-HKGNRT"]),
        (["XX421/21NOV/FRADOH", "YY//SGNHKG"], [RCS, DEP, RCF, DLV, "OSI/NO STATUS OF YY-SGNHKG"]),
    ],
)
def test_flights_of_a_request_narrow_the_answer(desk, flights, expected):
    hub = travelled(desk, partner("sky", sight=ALL))
    (answer,) = hub.answer_to("sky", "\n".join(["FSR", AWB, *flights, ""]))
    assert sorted(lines(answer)) == sorted(["FSA/15", HEAD, *expected])


def test_more_flights_than_there_is_room_to_name_are_not_passed_over(desk):
    hub = travelled(desk, partner("sky", sight=ALL))
    (answer,) = hub.answer_to("sky", "\n".join(["FSR", AWB, *(f"YY{at}/21NOV/HKGNRT" for at in range(100, 120)), ""]))
    told = lines(answer)[2:]
    assert [one[:5] for one in told] == ["OSI/N", "/YY10"]
    assert told[0].startswith("OSI/NO STATUS OF YY100-21NOV-HKGNRT ")
    assert told[1].endswith(" AND MORE")


def test_flights_are_not_named_of_a_shipment_that_the_partner_may_not_see(desk):
    hub = travelled(desk, partner("sky", sight=Sight(agents=["7654321"])))
    (answer,) = hub.answer_to("sky", f"FSR\n{AWB}\nYY421/21NOV/HKGNRT\n")
    assert lines(answer) == ["FSA/15", AWB, "OSI/NO RECORD FOUND"]


FBR = "FBR/2\nFLT/XX421/21NOV/FRADOH\nREF/FRAFFXX\n"


def booked_flight(desk, **sky) -> Desk:
    """A flight with a booking, a part of another, one on the waiting list, one of another day, and one that a list tells."""
    hub = desk(partner("fwd"), partner("sky", **sky))
    ffa = "FFA/4\n{awb}FRA{to}/{quantity}/{goods}\n{flight}/{status}\nREF/FRAFFXX\n"
    flight = "XX421/21NOV/FRADOH"
    for awb, quantity, on, status in (
        (AWB, "T10K123.4", flight, "KK"),
        (OTHER, "P4K50T9", flight, "HK"),
        ("777-55512365", "T1K1", flight, "LL"),
        ("777-55512376", "T1K1", "XX421/22NOV/FRADOH", "KK"),
    ):
        hub.say("fwd", ffa.format(awb=awb, to="SGN", quantity=quantity, goods="MACHINE PARTS", flight=on, status=status))
    hub.say("fwd", "FBL/4\n1/XX421/21NOV/FRA\nDOH\n777-55512380FRADOH/T7K70/TEXTILES\nLAST\n")
    return hub


def test_a_booking_list_request_is_answered_with_what_is_booked(desk):
    hub = booked_flight(desk, sight=ALL)
    (answer,) = hub.answer_to("sky", FBR)
    assert lines(answer) == [
        "FBL/4",
        "1/XX421/21NOV/FRA",
        "DOH",
        f"{AWB}FRASGN/T10K123.4/MACHINE PARTS",
        f"{OTHER}FRASGN/P4K50T9/MACHINE PARTS",
        "777-55512380FRADOH/T7K70/TEXTILES",
        "LAST",
    ]
    assert [one["target"] for one in hub.deliveries("sky")] == ["cargo-imp:FBL/4"]
    assert hub.differences() == []


def test_a_booking_list_holds_only_what_the_partner_may_see(desk):
    hub = booked_flight(desk, sight=Sight(grants=[OTHER]))
    assert lines(hub.answer_to("sky", FBR)[0])[3:] == [f"{OTHER}FRASGN/P4K50T9/MACHINE PARTS", "LAST"]


def test_a_flight_without_bookings_is_nil(desk):
    hub = booked_flight(desk)
    assert lines(hub.answer_to("sky", FBR)[0]) == ["FBL/4", "1/XX421/21NOV/FRA", "DOH/NIL", "LAST"]
    (answer,) = hub.answer_to("sky", FBR.replace("FRADOH", "FRA"))
    assert lines(answer)[:3] == ["FMA", "ACK/FBR RECEIVED", "/NO BOOKING RECORDED"]


def test_a_query_that_nothing_answers_is_refused_by_name(desk):
    hub = desk(partner("sky", answers=Answers(channel="folder", bookings="edifact:CONTRL")))
    (answer,) = hub.answer_to("sky", FBR)
    assert lines(answer)[:2] == ["FNA/1", "ERR/LINE 1 FBR QUERY NOT ANSWERED HERE"]


def test_partners_check_names_a_target_that_cannot_be_written(desk):
    hub = desk(partner("sky", answers=Answers(channel="folder", status="cargo-imp:FSA/99")), partner("fwd"))
    (found,) = check_partners(hub.hub.settings)
    assert found["partner"] == "sky"
    assert "cargo-imp:FSA/99" in found["problem"]


# space requests


def ffr(status: str = "NN", awb: str = AWB, tail: str = "") -> str:
    return f"""FFR/8
{awb}FRASGN/T10K123.4/MACHINE PARTS
/HEA
XX421/21NOV/FRADOH/{status}
XX088/22NOV/DOHSGN/{status}
OSI/PLEASE HURRY
REF//BK4711/AGT/MUSTERSPEDITION/FRA
{tail}"""


class BookedDesk:
    """A booking system that has space on every flight but one."""

    def __init__(self, *, remarks=(), full=("XX088",)) -> None:
        self.remarks, self.full, self.asked = remarks, full, []

    def answer(self, request):
        self.asked.append(request)
        flights = request.document["bookings"][0]["flights"]
        return BookingAnswer(statuses=["LL" if one["flight"] in self.full else "KK" for one in flights], remarks=self.remarks)


def booked(desk, booking_desk, *partners) -> Desk:
    hub = desk(*(partners or (partner("fwd"),)))
    hub.hub.__dict__["booking_desk"] = booking_desk
    return hub


def test_a_space_request_is_answered_by_the_booking_desk(desk):
    system = BookedDesk(remarks=["DELIVER BY 1800 ON 21NOV"])
    hub = booked(desk, system)
    (answer,) = hub.answer_to("fwd", ffr())
    assert lines(answer) == [
        "FFA/4",
        f"{AWB}FRASGN/T10K123.4/MACHINE PARTS",
        "/HEA",
        "XX421/21NOV/FRADOH/KK",
        "XX088/22NOV/DOHSGN/LL",
        "OSI/DELIVER BY 1800 ON 21NOV",
        "REF//BK4711/AGT/MUSTERSPEDITION/FRA",
    ]
    (request,) = system.asked
    assert (request.partner, request.document["awb"]) == ("fwd", AWB)
    assert [one["status"] for one in request.document["bookings"][0]["flights"]] == ["NN", "NN"]
    assert [one["target"] for one in hub.deliveries("fwd")] == ["cargo-imp:FFA/4"]


@pytest.mark.parametrize(("weight", "status"), [("K123.4", "KK"), ("K2500", "LL"), ("L4500", "LL"), ("L4400", "KK")])
def test_a_desk_named_in_the_configuration_answers_files_in_a_folder(desk, weight, status):
    hub = desk(partner("fwd"), booking_desk="hub.demo.booking:build")
    (hub.folder("fwd") / "in").mkdir()
    (hub.folder("fwd") / "in" / "ffr.txt").write_text(ffr().replace("K123.4", weight))
    assert hub.poll("fwd") == 1
    hub.work()
    (answer,) = hub.out("fwd")
    assert [one[-2:] for one in lines(answer.decode())[3:5]] == [status, status]


def test_a_desk_that_cannot_be_imported_is_told_by_name(desk):
    hub = desk(partner("fwd"), booking_desk="hub.demo.nowhere:build")
    with pytest.raises(Misconfigured, match=r"hub\.demo\.nowhere"):
        assert hub.hub.booking_desk


def test_the_same_request_again_is_not_booked_again(desk):
    system = BookedDesk()
    hub = booked(desk, system)
    first = hub.say("fwd", ffr())
    again = hub.receive("fwd", ffr())
    hub.work()
    hub.replay(first["id"])
    assert (again.status, len(system.asked), len(hub.out("fwd"))) == ("duplicate", 1, 1)


@pytest.mark.parametrize(("answer", "state"), [("FNA/1\nERR/NO SUCH FLIGHT", "refused"), ("FMA\nACK/OK", "acknowledged")])
def test_what_the_partner_says_to_a_reply_ends_its_delivery(desk, answer, state):
    hub = booked(desk, BookedDesk())
    hub.say("fwd", ffr())
    hub.clock.forward(minutes=5)
    hub.say("fwd", ffr("NA"))
    sent = hub.out("fwd")
    hub.say("fwd", f"{answer}\n{sent[0].decode()}")
    assert [one["state"] for one in hub.deliveries("fwd")] == [state, "sent"]
    assert len(hub.out("fwd")) == len(sent)
    hub.say("fwd", f"{answer}\nFFA/4\n{OTHER}FRASGN/T1K1\n")
    assert [one["state"] for one in hub.deliveries("fwd")] == [state, "sent"]
    codes = {one["problem"]["code"] for one in hub.letters()}
    assert codes == {"acknowledgement.unmatched", *(["delivery.refused"] if state == "refused" else [])}


def test_without_a_booking_system_the_sender_is_told_so(desk):
    hub = desk(partner("fwd"))
    (answer,) = hub.answer_to("fwd", ffr())
    assert lines(answer)[:3] == ["FMA", f"ACK/FFR {AWB} RECEIVED", "/NO BOOKING SYSTEM ANSWERS HERE"]


def test_a_desk_that_decides_later_leaves_it_at_the_acknowledgement(desk):
    class Slow:
        def answer(self, request):
            return None

    hub = booked(desk, Slow())
    (answer,) = hub.answer_to("fwd", ffr())
    assert lines(answer)[2] == "/BOOKING SYSTEM WILL ANSWER"


@pytest.mark.parametrize("statuses", [["KK"], ["KK", "KK", "KK"]])
def test_a_desk_that_answers_beside_the_point_is_a_dead_letter_and_nothing_is_told(desk, statuses):
    class Confused:
        def answer(self, request):
            return BookingAnswer(statuses=statuses)

    hub = booked(desk, Confused())
    shown = hub.say("fwd", ffr())
    assert hub.answers(shown["id"]) == []
    (letter,) = hub.letters()
    assert letter["stage"] == "acknowledge"
    hub.hub.__dict__["booking_desk"] = BookedDesk()
    hub.replay(shown["id"])
    assert lines(hub.answers(shown["id"])[0])[0] == "FFA/4"
    assert hub.letters() == []


def test_who_may_not_speak_of_a_waybill_books_nothing_for_it(desk):
    system = BookedDesk()
    hub = booked(desk, system, partner("fwd", admission=Admission(prefixes=["999"])))
    (answer,) = hub.answer_to("fwd", ffr())
    assert lines(answer)[0] == "FNA/1"
    assert system.asked == []


def test_a_cancellation_is_asked_of_the_desk_and_stays_visible(desk):
    class Cancelling(BookedDesk):
        def answer(self, request):
            flights = request.document["bookings"][0]["flights"]
            return BookingAnswer(statuses=["CN" if one["status"] == "XX" else "KK" for one in flights])

    hub = booked(desk, Cancelling())
    hub.say("fwd", ffr())
    hub.clock.forward(minutes=5)
    (answer,) = hub.answer_to("fwd", ffr("XX"))
    assert [one[-2:] for one in lines(answer)[3:5]] == ["CN", "CN"]
    shown = hub.read.shipment(AWB)
    assert [one["status"] for one in shown.document["bookings"][0]["flights"]] == ["XX", "XX"]


def test_a_change_keeps_what_it_does_not_name_and_empties_what_it_names_alone(desk):
    hub = desk(partner("fwd"))
    hub.say("fwd", ffr(tail="SHP\n/MUSTER MASCHINEN\n/HAFENSTRASSE 12\n/FRANKFURT\n/DE\n").replace("OSI/", "ULD/1/AKE\nOSI/"))
    assert hub.read.shipment(AWB).document["requested_ulds"] == [{"uld": "AKE"}]
    hub.clock.forward(minutes=5)
    hub.say("fwd", ffr("NA").replace("OSI/PLEASE HURRY", "ULD"))
    found = hub.read.shipment(AWB).document
    assert found["shipper"]["name"] == "MUSTER MASCHINEN"
    assert found["other_service"] == ["PLEASE HURRY"]
    assert not {"ulds", "requested_ulds", "requested_uld_count"} & set(found)
    assert [one["status"] for one in found["bookings"][0]["flights"]] == ["NA", "NA"]
    assert hub.differences() == []


def test_requests_go_on_to_the_airline_and_its_answer_comes_back(desk):
    hub = desk(
        partner("fwd", answers=Answers(channel=""), send=sends("cargo-imp:FFA/4")),
        partner("sky", answers=Answers(channel=""), send=sends("cargo-imp:FFR/8")),
    )
    hub.say("fwd", ffr())
    (request,) = hub.out("sky")
    assert lines(request.decode())[3] == "XX421/21NOV/FRADOH/NN"
    assert hub.out("fwd") == []
    hub.clock.forward(minutes=5)
    hub.say("sky", ffr("KK").replace("FFR/8", "FFA/4"))
    (answer,) = hub.out("fwd")
    assert lines(answer.decode())[3] == "XX421/21NOV/FRADOH/KK"
    hub.clock.forward(minutes=5)
    hub.say("fwd", fwb())
    assert (len(hub.out("sky")), len(hub.out("fwd"))) == (1, 1)


@pytest.mark.parametrize("back", [False, True])
def test_a_booking_and_the_waybill_it_becomes_are_one_shipment(desk, back):
    hub = desk(partner("fwd"))
    for text in (fwb(), ffr()) if back else (ffr(), fwb()):
        hub.say("fwd", text)
        hub.clock.forward(minutes=5)
    hub.say("fwd", ffr("KK").replace("FFR/8", "FFA/4"))
    (found,) = hub.read.search(Criteria(awb=AWB)).items
    document = found.document
    assert (found.key, document["shipper"]["name"]) == (f"awb:{AWB}:1", "MUSTER MASCHINEN")
    assert [one["status"] for one in document["bookings"][0]["flights"]] == ["KK", "KK"]
    assert document["charges"]["prepaid"]["total"] == "315.00"
    assert {"type": "BN", "value": "BK4711"} in document["references"]
    assert hub.differences() == []
