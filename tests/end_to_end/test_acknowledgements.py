"""What the hub answers to what it is sent, and when: FMA, FNA, CONTRL, stored once and delivered once."""

import httpx
import pytest

from adapters.http.intake import create
from hub.ports import Identity
from hub.settings import Answers
from tests.contract.partners import http_server
from tests.end_to_end.desk import AWB, fwb, heading, iftsta, partner, profile, sends

KEPT = Answers(channel="")


def lines(answer: str) -> list[str]:
    return answer.split("\r\n")


def segments(answer: str, *tags: str) -> list[str]:
    return [one.strip() for one in answer.split("'") if one.strip()[:3] in tags]


def test_a_good_waybill_is_answered_fma(desk):
    hub = desk(partner("fwd"))
    (answer,) = hub.answer_to("fwd", fwb())
    assert lines(answer)[:3] == ["FMA", f"ACK/FWB {AWB} RECEIVED", "FWB/17"]
    assert hub.out("fwd") == [answer.encode()]


def test_a_bad_waybill_is_answered_fna_with_the_first_error_first_and_the_received_text(desk):
    hub = desk(partner("fwd"))
    bad = fwb().replace("RTG/DOHXX", "RTG/DOXX").replace("/DE/60549", "/D/60549")
    shown = hub.say("fwd", bad)
    assert [one["state"] for one in shown["messages"]] == ["rejected"]
    (answer,) = hub.answers(shown["id"])
    name, first, second, *quoted = lines(answer)
    assert name == "FNA/1"
    assert first.startswith("ERR/LINE 4 RTG")
    assert second.startswith("/LINE 9 ")
    assert quoted == bad.split("\n")


def test_the_text_received_is_quoted_in_whole_lines_up_to_a_thousand_characters(desk):
    hub = desk(partner("fwd"))
    long = fwb(tail="".join(f"OCI/DE/ISS/RA/{at:05d}-01\n" for at in range(60)))
    (answer,) = hub.answer_to("fwd", long)
    name, _, *quoted = lines(answer.removesuffix("\r\n"))
    assert name == "FMA"
    assert quoted == long.split("\n")[: len(quoted)]
    assert 950 < sum(len(one) + 1 for one in quoted) <= 1000


def test_a_good_interchange_is_answered_by_one_contrl_for_all_its_messages(desk):
    hub = desk(partner("edi"))
    (answer,) = hub.answer_to("edi", iftsta("1", "2", "3"))
    assert segments(answer, "UCI") == ["UCI+4711+LHCARGO:ZZ+WAYBRIDGE+7"]
    assert segments(answer, "UCM") == [f"UCM+{at}+IFTSTA:D:96A:UN+7" for at in (1, 2, 3)]
    assert segments(answer, "UNB")[0].startswith("UNB+UNOC:3+WAYBRIDGE+LHCARGO:ZZ+261121:1200+")


def test_a_partner_with_the_receipt_style_is_told_only_that_the_interchange_came(desk):
    hub = desk(partner("edi", style="receipt"))
    (answer,) = hub.answer_to("edi", iftsta("1"))
    assert segments(answer, "UCI", "UCM") == ["UCI+4711+LHCARGO:ZZ+WAYBRIDGE+8"]


def test_a_wrong_count_in_unt_is_refused_with_its_segment_and_code(desk):
    hub = desk(partner("edi"))
    shown = hub.say("edi", iftsta("1", "2", count=99))
    assert [one["state"] for one in shown["messages"]] == ["applied", "rejected"]
    (answer,) = hub.answers(shown["id"])
    assert segments(answer, "UCI", "UCM", "UCS", "UCD") == [
        "UCI+4711+LHCARGO:ZZ+WAYBRIDGE+7",
        "UCM+1+IFTSTA:D:96A:UN+7",
        "UCM+2+IFTSTA:D:96A:UN+4",
        "UCS+13",
        "UCD+29+2",
    ]


@pytest.mark.parametrize("text", [fwb(), iftsta("1")], ids=["FMA", "CONTRL"])
def test_a_duplicate_is_told_the_stored_bytes_and_delivered_nothing(desk, text):
    hub = desk(partner("fwd"))
    first = hub.say("fwd", text)
    before, answers = hub.out("fwd"), hub.answers(first["id"])
    hub.clock.forward(hours=5)
    again = hub.receive("fwd", text)
    hub.work()
    assert (again.id, again.status) == (first["id"], "duplicate")
    assert hub.answers(again.id) == answers
    assert hub.out("fwd") == before
    assert len(hub.deliveries()) == 1


def test_the_same_arrival_answered_by_another_hub_gives_the_same_bytes(desk):
    one, two = desk(partner("edi"), identity="ONE"), desk(partner("edi"), identity="TWO")
    assert one.answer_to("edi", iftsta("1")) == two.answer_to("edi", iftsta("1"))


class Keys:
    """Two partners by key."""

    def identify(self, key):
        return Identity(partner=key, kind="partner") if key in ("fwd", "edi") else None


def test_http_shows_the_stored_answer_to_its_sender_and_to_nobody_else(desk):
    hub = desk(partner("fwd", answers=KEPT), partner("edi"))
    raw = fwb().encode()
    with http_server(create(hub.hub.intake, Keys())) as port, httpx.Client(trust_env=False) as client:
        url = f"http://127.0.0.1:{port}/v1/messages"
        first = client.post(url, content=raw, headers={"X-Api-Key": "fwd"})
        assert (first.status_code, first.json()["status"]) == (202, "received")
        pending = client.post(url, content=raw, headers={"X-Api-Key": "fwd"})
        assert (pending.status_code, pending.json()["status"]) == (202, "duplicate")
        hub.work()
        again = client.post(url, content=raw, headers={"X-Api-Key": "fwd"})
        shown = client.get(f"{url}/{first.json()['id']}", headers={"X-Api-Key": "fwd"})
        foreign = client.get(f"{url}/{first.json()['id']}", headers={"X-Api-Key": "edi"})
    assert (again.status_code, shown.status_code, foreign.status_code) == (200, 200, 404)
    assert again.json()["answers"] == shown.json()["answers"]
    assert shown.json()["answers"][0]["text"].startswith("FMA\r\nACK/FWB")
    assert (hub.deliveries(), hub.out("fwd")) == ([], [])


ANSWERS_RECEIVED = {
    "FMA": f"FMA\nACK/RECEIVED\nFWB/17\n{AWB}FRASGN/T10K123.4\n",
    "FNA": f"FNA/1\nERR/NO\nFWB/17\n{AWB}FRASGN/T10K123.4\n",
    "broken FNA": f"FNA/1\n{AWB}\n",
    "CONTRL": "UNB+UNOC:3+LHCARGO+WAYBRIDGE+261121:1030+9'UNH+1+CONTRL:D:3:UN'UCI+1+WAYBRIDGE+LHCARGO+7'UNT+3+1'UNZ+1+9'",
    "broken CONTRL": "UNB+UNOC:3+LHCARGO+WAYBRIDGE+261121:1030+9'UNH+1+CONTRL:D:3:UN'UCI+1'UNT+9+1'UNZ+1+9'",
}


@pytest.mark.parametrize("name", sorted(ANSWERS_RECEIVED))
def test_an_answer_is_never_answered(desk, name):
    hub = desk(partner("fwd"))
    assert hub.answer_to("fwd", ANSWERS_RECEIVED[name]) == []
    assert (hub.deliveries(), hub.out("fwd")) == ([], [])


def test_an_answer_among_messages_is_left_out_of_what_is_answered(desk):
    hub = desk(partner("fwd"))
    answers = hub.answer_to("fwd", f"{heading('FRAFFXX')}{fwb()}{heading('FRAFFXX')}{ANSWERS_RECEIVED['FMA']}")
    assert [lines(one)[1] for one in answers] == [f"ACK/FWB {AWB} RECEIVED"]


BAD = fwb("777-55512354").replace("RTG/DOHXX", "RTG/DOXX")


@pytest.mark.parametrize(
    ("positive", "negative", "kinds"),
    [(True, True, ["FMA", "FNA"]), (True, False, ["FMA"]), (False, True, ["FNA"]), (False, False, [])],
)
def test_a_partner_gets_the_kinds_of_answer_it_wants(desk, positive, negative, kinds):
    hub = desk(partner("fwd", answers=Answers(channel="folder", positive=positive, negative=negative)))
    answers = hub.answer_to("fwd", f"{heading('FRAFFXX')}{fwb()}{heading('FRAFFXX')}{BAD}")
    assert [one[:3] for one in answers] == kinds
    assert len(hub.out("fwd")) == len(kinds)


@pytest.mark.parametrize(
    ("positive", "negative", "count", "told"),
    [(False, True, None, []), (False, True, 99, ["7", "4"]), (True, False, None, ["7", "7"]), (False, False, 99, [])],
)
def test_an_interchange_is_answered_whole_or_not_at_all(desk, positive, negative, count, told):
    hub = desk(partner("edi", answers=Answers(channel="folder", positive=positive, negative=negative)))
    answers = hub.answer_to("edi", iftsta("1", "2", count=count))
    assert [one.split("+")[3] for answer in answers for one in segments(answer, "UCM")] == told


def test_silence_about_a_refused_message_never_reads_as_its_acceptance(desk):
    hub = desk(partner("edi", answers=Answers(channel="folder", positive=True, negative=False)))
    (answer,) = hub.answer_to("edi", iftsta("1", "2", count=99))
    assert [one.split("+")[3] for one in segments(answer, "UCM")] == ["7", "4"]


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", b"dear all, please find attached", b"  \r\n"])
def test_what_no_format_knows_gets_no_answer_but_is_seen(desk, raw):
    hub = desk(partner("fwd"))
    shown = hub.say("fwd", raw)
    assert hub.answers(shown["id"]) == []
    assert shown["state"] == "rejected"
    assert [one["state"] for one in shown["messages"]] == ["rejected"]
    (letter,) = hub.letters()
    assert letter["problem"]["code"] in ("file.binary", "format.unknown", "file.empty")
    assert hub.out("fwd") == []


def test_what_names_a_message_we_do_not_know_is_refused_by_name(desk):
    hub = desk(partner("fwd"))
    (answer,) = hub.answer_to("fwd", f"FVR/1\n{AWB}FRASGN\n")
    assert lines(answer)[0] == "FNA/1"
    assert "FVR" in lines(answer)[1]


def test_an_answer_waits_for_the_state_it_reports(desk, monkeypatch):
    hub = desk(partner("fwd"))
    received = hub.receive("fwd", fwb())
    worker = hub.hub.worker()
    monkeypatch.setattr(worker._folding, "run", lambda limit: 0)
    for _ in range(3):
        worker.step()
    stored = hub.hub.intake.answer(received.id)
    assert (stored.pending, list(stored.answers), hub.deliveries()) == (True, [], [])
    monkeypatch.undo()
    worker.drain(seconds=20)
    worker.close()
    assert hub.answers(received.id)[0].startswith("FMA")


@pytest.mark.parametrize(("broken", "state", "kind"), [(("222",), "partly_applied", "FMA"), (("111", "222"), "dead", "FNA")])
def test_the_answer_follows_what_became_of_each_shipment(desk, monkeypatch, broken, state, kind):
    hub = desk(partner("sky"))
    fold = hub.hub.fold

    def failing(key, statements):
        if any(one in key for one in broken):
            raise ValueError("our own fault")
        return fold(key, statements)

    monkeypatch.setattr(hub.hub, "fold", failing)
    first = "777-11111111FRASGN/T10K123.4\nRCS/21NOV1015/FRA/T10K123.4/A CLERK\n"
    two = f"FSU/14\n{first}777-22222222FRASGN/T1K5\nRCS/21NOV1015/FRA/T1K5/B CLERK\n"
    shown = hub.say("sky", two)
    assert [one["state"] for one in shown["messages"]] == [state]
    assert [one[:3] for one in hub.answers(shown["id"])] == [kind]
    assert len(hub.letters()) == len(broken)


def test_a_replay_that_changes_the_outcome_changes_the_answer(desk):
    hub = desk(partner("fwd", validation=profile("strict")))
    wrong_digit = fwb("777-55512344")
    shown = hub.say("fwd", wrong_digit)
    assert hub.answers(shown["id"])[0].startswith("FNA")
    again = hub.reopened(partner("fwd", validation=profile("lenient")))
    again.replay(shown["id"])
    assert [one[:3] for one in again.answers(shown["id"])] == ["FMA"]
    assert sorted(raw[:3] for raw in again.out("fwd")) == [b"FMA", b"FNA"]
    assert again.letters() == []
    again.close()


def test_a_type_b_answer_goes_back_to_the_origin_it_came_from(desk):
    hub = desk(partner("sky", style="type-b"), identity="HUBWWXX")
    (answer,) = hub.answer_to("sky", fwb(heading=heading("FRAFFXX")))
    assert lines(answer)[:3] == ["QK FRAFFXX", ".HUBWWXX 211200", "FMA"]


def test_a_partner_without_configuration_for_answers_is_not_written_to(desk):
    hub = desk(partner("sky", send=sends("cargo-imp:FWB/17")), partner("fwd", answers=KEPT))
    hub.say("fwd", fwb())
    assert [one["partner"] for one in hub.deliveries()] == ["sky"]


def test_a_wrong_count_of_the_interchange_rejects_its_messages(desk):
    hub = desk(partner("edi"))
    shown = hub.say("edi", iftsta("1", "2").replace("UNZ+2+", "UNZ+7+"))
    assert [one["state"] for one in shown["messages"]] == ["rejected", "rejected"]
    (answer,) = hub.answers(shown["id"])
    assert segments(answer, "UCI")[0].startswith("UCI+4711+LHCARGO:ZZ+WAYBRIDGE+4+")
