"""The contract of canonical.md for the commands: keys, exit statuses, one JSON document on standard output and nothing else."""

import hashlib
import json

import pytest

from tests.canonical_rules import violations
from tests.end_to_end.commands import FSU, FWB, Place

COMMANDS = [
    ["init"],
    ["receive"],
    ["work"],
    ["serve"],
    ["shipment"],
    ["messages"],
    ["verify"],
    ["replay"],
    ["demo"],
    ["explain"],
    ["convert"],
    ["formats"],
    ["describe"],
    ["dead-letters", "list"],
    ["dead-letters", "show"],
    ["dead-letters", "discard"],
    ["partners", "list"],
    ["partners", "check"],
]
TARGETS = {
    "one-record": "https://onerecord.iata.org/ns/cargo#",
    "one-record:Waybill": "12345675",
    "cargo-imp:FWB/17": "FWB/17\r\n",
    "cargo-imp:FWB/16": "FWB/16\r\n",
    "cargo-imp:FSU/14": "FSU/14\r\n",
    "cargo-imp:FSU/12": "FSU/12\r\n",
    "edifact:IFTSTA:D.96A": "+IFTSTA:D:96A:UN'",
    "edifact:IFTSTA:D.01B": "+IFTSTA:D:01B:UN'",
}
AT = "2026-11-21T10:00Z"
MESSAGE_KEYS = {"id", "partner", "author", "channel", "format", "type", "version", "state", "received_at", "keys", "problems"}
DEAD_KEYS = {"id", "message", "stage", "fingerprint", "group", "impact", "problem", "attempts", "first", "last"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_helps_with_an_example_and_speaks_json(place: Place, command: list[str]) -> None:
    ran = place.here(*command, "--help")
    text = ran.out.decode()
    assert ran.status == 0
    assert f"Example: waybridge {' '.join(command)}" in text
    assert "--json" in text
    assert ran.err == ""


@pytest.mark.parametrize(
    "command",
    [
        ["receive", "x.txt", "--partner", "blue"],
        ["work", "--drain"],
        ["shipment", "777-55512343"],
        ["messages"],
        ["dead-letters", "list"],
        ["dead-letters", "show", "1"],
        ["dead-letters", "discard", "1"],
        ["verify"],
        ["replay", "--partner", "blue", "--dry-run"],
    ],
    ids=" ".join,
)
def test_without_a_database_the_status_is_three(place: Place, command: list[str]) -> None:
    place.file("x.txt", FWB)
    ran = place.run(*command, "--json")
    assert (ran.status, ran.out) == (3, b"")
    assert "waybridge init" in ran.err
    assert "Traceback" not in ran.err


def test_a_broken_configuration_is_status_three_and_named(place: Place) -> None:
    (place.config / "partners" / "blue.toml").write_text('id = "blue"\nchanel = 1\n')
    ran = place.run("partners", "list", "--json")
    assert (ran.status, ran.out) == (3, b"")
    assert "blue.toml" in ran.err
    assert "chanel" in ran.err


@pytest.mark.parametrize(
    "command",
    [
        ["no-such-command"],
        ["explain"],
        ["explain", "nowhere.txt"],
        ["explain", "fwb.txt", "--as-of", "yesterday"],
        ["explain", "fwb.txt", "--profile", "harsh"],
        ["explain", "fwb.txt", "--partner", "nobody"],
        ["explain", "fwb.txt", "--nonsense"],
        ["convert", "fwb.txt"],
        ["convert", "fwb.txt", "--to", "morse"],
        ["convert", "fwb.txt", "--to", "cargo-imp:XYZ/1"],
        ["convert", "fwb.txt", "--to", "cargo-imp:FWB/99"],
        ["convert", "fwb.txt", "--to", "one-record", "--at", "noon"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_status_two(place: Place, command: list[str]) -> None:
    place.file("fwb.txt", FWB)
    ran = place.here(*command)
    assert (ran.status, ran.out) == (2, b"")
    assert ran.err
    assert "Traceback" not in ran.err


def test_bad_usage_of_a_ready_hub_is_status_two(busy: Place) -> None:
    for command in (
        ["receive", busy.file("a.txt", FWB), "--partner", "nobody"],
        ["receive", busy.file("a.txt", FWB)],
        ["shipment", "777-55512343", "--at", "noon"],
        ["dead-letters", "show", "seven"],
        ["messages", "--limit", "0"],
        ["replay"],
    ):
        ran = busy.run(*command, "--json")
        assert (ran.status, ran.out) == (2, b""), command
        assert "Traceback" not in ran.err


def test_init_again_changes_nothing(ready: Place) -> None:
    ran = ready.run("init", "--json")
    assert ran.status == 0
    assert set(ran.json) == {"database", "schema"}


def test_init_copies_a_configuration_that_works_and_keeps_one_that_is_there(place: Place) -> None:
    own = place.folder / "own"
    assert place.run("init", "--config", str(own), WAYBRIDGE_CONFIG="").status == 0
    assert place.run("partners", "check", WAYBRIDGE_CONFIG=str(own)).status == 0
    assert place.run("init", "--config", str(own)).status == 3


def test_receive_commits_and_answers_a_duplicate_with_the_same_id(ready: Place) -> None:
    file = ready.file("fwb.txt", FWB)
    first = ready.run("receive", file, "--partner", "blue", "--json")
    (item,) = first.json["items"]
    assert first.status == 0
    assert item == {
        "file": file,
        "message_set": item["message_set"],
        "status": "received",
        "sha256": hashlib.sha256(FWB.encode()).hexdigest(),
    }
    again = ready.run("receive", file, ready.file("copy.txt", FWB), "--partner", "blue", "--json")
    assert again.status == 0
    assert [(one["status"], one["message_set"]) for one in again.json["items"]] == [("duplicate", item["message_set"])] * 2
    waiting = ready.run("messages", "--json").json["items"]
    assert [(one["state"], one["partner"]) for one in waiting] == [("received", "blue"), *[("duplicate", "blue")] * 2]


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_taken(ready: Place) -> None:
    ran = ready.run("receive", "nowhere.txt", ready.file("fwb.txt", FWB), "--partner", "blue", "--json")
    assert ran.status == 1
    assert [one["status"] for one in ran.json["items"]] == ["unreadable", "received"]


def test_work_drains_and_counts(ready: Place) -> None:
    ready.run("receive", ready.file("fwb.txt", FWB), "--partner", "blue")
    ready.run("receive", ready.file("fsu.txt", FSU), "--partner", "green")
    ran = ready.run("work", "--drain", "--json")
    assert ran.status == 0
    assert set(ran.json) == {"messages", "deliveries", "seconds"}
    assert ran.json["messages"] == {"applied": 2}
    assert ran.json["deliveries"] == {"sent": 3}
    assert len(ready.sent("blue")) == 2
    assert len(ready.sent("green")) == 1
    assert ready.run("work", "--drain", "--json").json["deliveries"] == {"sent": 3}


def test_a_shipment_with_its_lineage_and_conflicts(busy: Place) -> None:
    ran = busy.run("shipment", "777-55512343", "--json")
    assert ran.status == 0
    assert set(ran.json) == {"shipment", "revision", "lineage", "conflicts"}
    shipment = ran.json["shipment"]
    assert violations(shipment) == []
    assert (shipment["key"], shipment["status"], shipment["pieces"]) == ("awb:777-55512343:1", "ARR", 10)
    (witness, *_) = ran.json["lineage"]["/shipper/name"]
    assert (witness["partner"], witness["author"], witness["line"], witness["column"]) == ("blue", "blue", 6, 5)
    assert FWB[witness["offset"] :].startswith(witness["value"])
    milestones = [name for name in ran.json["lineage"] if name.startswith("/milestones/")]
    assert sorted(milestones) == sorted(f"/milestones/{one['id']}" for one in shipment["milestones"])
    assert {one["partner"] for witnesses in ran.json["conflicts"].values() for one in witnesses} >= {"other"}


def test_a_shipment_is_found_by_digits_and_by_sequence(busy: Place) -> None:
    wanted = busy.run("shipment", "777-55512343", "--json").json
    assert busy.run("shipment", "77755512343", "--json").json == wanted
    assert busy.run("shipment", "777-55512343:1", "--json").json == wanted
    assert busy.run("shipment", "777-55512343:2", "--json").status == 1


def test_a_shipment_as_it_was(ready: Place) -> None:
    ready.run("receive", ready.file("fwb.txt", FWB), "--partner", "blue")
    ready.run("work", "--drain")
    first = ready.run("messages", "--json").json["items"][0]["received_at"]
    ready.run("receive", ready.file("fsu.txt", FSU), "--partner", "green")
    ready.run("work", "--drain")
    before = ready.run("shipment", "777-55512343", "--at", first[:17] + "59.9Z", "--json")
    now = ready.run("shipment", "777-55512343", "--json").json
    assert now["revision"] == 2
    assert "milestones" in now["shipment"]
    assert ready.run("shipment", "777-55512343", "--at", "2020-01-01T00:00Z", "--json").status == 1
    assert before.status in (0, 1)


def test_an_unknown_shipment_is_status_one(busy: Place) -> None:
    ran = busy.run("shipment", "020-00000000", "--json")
    assert (ran.status, ran.out) == (1, b"")
    assert "020-00000000" in ran.err


def test_messages_are_listed_with_all_their_keys(busy: Place) -> None:
    ran = busy.run("messages", "--json")
    assert ran.status == 0
    assert set(ran.json) == {"items"}
    items = ran.json["items"]
    assert [one["state"] for one in items] == ["applied", "rejected", "applied", "applied"]
    assert all(set(one) >= MESSAGE_KEYS for one in items)
    assert all(set(problem) >= {"code", "severity", "message"} for one in items for problem in one["problems"])
    assert items[-1]["keys"] == ["awb:777-55512343"]


def test_messages_are_filtered_and_paged(busy: Place) -> None:
    everything = busy.run("messages", "--json").json["items"]
    assert [one["type"] for one in busy.run("messages", "--type", "FWB", "--json").json["items"]] == ["FWB", "FWB"]
    assert [one["state"] for one in busy.run("messages", "--state", "rejected", "--json").json["items"]] == ["rejected"]
    assert [one["partner"] for one in busy.run("messages", "--partner", "other", "--json").json["items"]] == ["other"]
    page = busy.run("messages", "--limit", "3", "--json").json
    rest = busy.run("messages", "--limit", "3", "--cursor", page["next"], "--json").json
    assert page["items"] + rest["items"] == everything


def test_dead_letters_are_listed_shown_and_discarded(ready: Place) -> None:
    ready.run("receive", ready.file("bad.txt", FWB.replace("RTG/", "RTX/")), "--partner", "blue")
    ready.run("work", "--drain")
    (letter,) = ready.run("dead-letters", "list", "--json").json["items"]
    assert set(letter) >= DEAD_KEYS
    assert set(letter["impact"]) == {"score", "reasons"}
    assert (letter["problem"]["code"], letter["problem"]["severity"]) == ("cargo-imp.line.identifier", "error")
    assert (letter["problem"]["line"], letter["problem"]["segment"]) == (4, "RTG")
    shown = ready.run("dead-letters", "show", str(letter["id"]), "--json").json
    assert shown["raw"] == FWB.replace("RTG/", "RTX/")
    done = ready.run("dead-letters", "discard", str(letter["id"]), "--json")
    assert (done.status, done.json) == (0, {"id": letter["id"], "discarded": True})
    assert ready.run("dead-letters", "list", "--json").json == {"items": []}
    assert ready.run("dead-letters", "discard", str(letter["id"]), "--json").status == 1
    assert ready.run("dead-letters", "show", "99", "--json").status == 1


def test_verify_finds_nothing(busy: Place) -> None:
    ran = busy.run("verify", "--json")
    assert (ran.status, ran.json) == (0, {"differences": []})


def test_partners_are_listed_and_checked(busy: Place) -> None:
    listed = busy.run("partners", "list", "--json")
    assert listed.status == 0
    assert [one["id"] for one in listed.json["items"]] == ["blue", "green", "other"]
    checked = busy.run("partners", "check", "--json")
    assert (checked.status, checked.json) == (0, {"items": []})


def test_a_partner_that_cannot_work_is_found(place: Place) -> None:
    file = place.config / "partners" / "blue.toml"
    file.write_text(file.read_text().replace("edifact:IFTSTA:D.96A", "cargo-imp:XYZ/1"))
    ran = place.run("partners", "check", "--json")
    assert ran.status == 1
    assert [one["partner"] for one in ran.json["items"]] == ["blue"]
    assert "XYZ" in ran.json["items"][0]["problem"]


def test_replay_says_what_it_would_change(busy: Place) -> None:
    ran = busy.run("replay", "--shipment", "777-55512343", "--dry-run", "--json")
    assert ran.status == 0
    assert set(ran.json) == {"selected", "unmappable", "shipments", "deliveries"}
    assert set(ran.json["deliveries"]) == {"added", "removed", "changed"}
    assert ran.json["shipments"] == []
    assert busy.run("messages", "--json").json["items"][0]["state"] == "applied"


def test_explain_has_the_shape_of_the_contract(place: Place) -> None:
    ran = place.run("explain", place.file("fwb.txt", FWB), "--json", "--as-of", "2026-11-21", WAYBRIDGE_DATABASE="none://")
    assert ran.status == 0
    answer = ran.json
    assert set(answer) == {"format", "envelopes", "messages", "problems"}
    (message,) = answer["messages"]
    assert set(message) >= {"format", "type", "version", "subject", "problems", "not_carried", "shipments"}
    assert (message["format"], message["type"], message["version"], message["subject"]) == ("cargo-imp", "FWB", "17", "shipment")
    (shipment,) = message["shipments"]
    assert violations(shipment) == []
    assert shipment["flights"] == [{"flight": "XX421", "date": "2026-11-21"}, {"flight": "XX118", "date": "2026-11-22"}]
    assert list(place.folder.glob("*.db")) == []


def test_explain_takes_the_reference_day_and_standard_input(place: Place) -> None:
    status = place.here("explain", "-", "--json", "--as-of", "2019-01-02", given=FSU.encode())
    milestones = status.json["messages"][0]["shipments"][0]["milestones"]
    assert [one["date"] for one in milestones] == ["2018-11-21", "2018-11-21"]
    dated = place.here("explain", "-", "--json", "--as-of", "2019-01-02", given=FWB.encode())
    flights = dated.json["messages"][0]["shipments"][0]["flights"]
    assert [one["date"] for one in flights] == ["2026-11-21", "2026-11-22"], "the message's own full date comes first"


def test_explain_by_profile_and_partner(tmp_path) -> None:
    place = Place(tmp_path, profile="strict")
    file = place.file("digit.txt", FWB.replace("55512343", "55512340"))
    for options, status, severity in (
        ([], 0, "warning"),
        (["--profile", "strict"], 1, "error"),
        (["--profile", "lenient"], 0, None),
        (["--partner", "green"], 1, "error"),
        (["--partner", "blue"], 0, "warning"),
    ):
        ran = place.here("explain", file, "--json", *options)
        found = [one for one in ran.json["messages"][0]["problems"] if one["code"] == "awb.check-digit"]
        assert ran.status == status, options
        assert [(one["line"], one["column"]) for one in found] == [(2, 5)]
        assert severity in (None, found[0]["severity"])


def test_explain_without_json_reads_as_lines(place: Place) -> None:
    ran = place.here("explain", place.file("bad.txt", FWB.replace("RTG/", "RTX/")))
    assert ran.status == 1
    assert "bad.txt:4:1: error cargo-imp.line.identifier" in ran.out.decode()


def test_formats_names_what_is_read_and_written(place: Place) -> None:
    ran = place.here("formats", "--json")
    assert ran.status == 0
    told = {(one["format"], one["type"], one["version"]) for one in ran.json["items"]}
    assert told >= {
        *(("cargo-imp", type, version) for type, version in (("FWB", "16"), ("FWB", "17"), ("FHL", "4"), ("FHL", "5"))),
        *(("cargo-imp", "FSU", version) for version in ("12", "14", "15")),
        ("edifact", "IFTSTA", "D.96A"),
        ("edifact", "IFTSTA", "D.01B"),
    }


@pytest.mark.parametrize("target", TARGETS)
def test_convert_writes_the_same_bytes_twice(place: Place, target: str) -> None:
    file = place.file("both.txt", FSU if "FSU" in target or "IFTSTA" in target else FWB.replace("777-55512343", "020-12345675"))
    options = ["convert", file, "--to", target, "--at", AT, "--control-reference", "4711", "--as-of", "2026-11-21"]
    first, again = place.here(*options), place.run(*options)
    assert first.status == 0, first.err
    assert first.out == again.out
    assert TARGETS[target] in first.out.decode()
    document = place.here(*options, "--json")
    assert document.status == 0
    assert "".join(one["text"] for one in document.json["items"]) == first.out.decode()


def test_what_is_converted_is_understood_as_the_same(place: Place) -> None:
    """Through every format that can hold a status and back: the milestones are those of the first message."""
    told = place.here("explain", place.file("fsu.txt", FSU), "--json", "--as-of", "2026-11-21").json
    first = told["messages"][0]["shipments"][0]["milestones"]
    for target in ("cargo-imp:FSU/14", "edifact:IFTSTA:D.96A", "one-record"):
        written = place.here("convert", "fsu.txt", "--to", target, "--at", AT, "--as-of", "2026-11-21")
        answer = place.here("explain", place.file("again", written.out), "--json", "--as-of", "2026-11-21")
        assert answer.status == 0, (target, answer.json)
        again = [one for message in answer.json["messages"] for ship in message["shipments"] for one in ship["milestones"]]
        assert [_shown(one) for one in again] == [_shown(one) for one in first], target


def _shown(milestone):
    return {name: milestone[name] for name in ("code", "station", "at", "instant", "flight", "pieces") if name in milestone}


def test_control_reference_and_time_are_those_given(place: Place) -> None:
    ran = place.here(
        "convert", place.file("fsu.txt", FSU), "--to", "edifact:IFTSTA:D.96A", "--at", AT, "--control-reference", "R77"
    )
    assert "+261121:1000+R77'" in ran.out.decode()


def test_convert_of_what_cannot_be_read_is_status_one(place: Place) -> None:
    ran = place.here("convert", place.file("bad.txt", FWB.replace("RTG/", "RTX/")), "--to", "one-record", "--json", "--at", AT)
    assert ran.status == 1
    assert isinstance(json.loads(ran.out)["items"], list)
