"""Bad input of every kind, from the outside: each shows a located problem or a visible state, and nothing is lost.

A partner that answers 500, hangs or closes in the middle, a full disk and a locked database are also tested where handled:
tests/unit/http/test_http_sender.py, tests/contract, tests/unit/store/test_intake.py, tests/unit/store/test_delivery.py.
"""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.end_to_end.commands import FSU, FWB, Place

WRONG_DIGIT = FWB.replace("55512343", "55512340")
EVENT = b'{"@context": {"cargo": "https://onerecord.iata.org/ns/cargo#"}, "@type": "cargo:Waybill", "cargo:waybillPrefix": "777"'
FILES = {
    "empty": (b"", "file.empty"),
    "blanks only": (b" \r\n\r\n  ", "file.empty"),
    "binary": (bytes(range(256)) * 8, "file.binary"),
    "zeros": (b"\0" * 5000, "file.binary"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 64, "file.binary"),
    "no format of ours": (b"Dear Sir or Madam,\nplease find attached\n", "format.unknown"),
    "unknown type of Cargo-IMP": (b"XYZ/3\n777-55512343FRASGN/T1K1\n", "type.unknown"),
    "a type without layout": (b"FVR/1\nXX421/21NOV/FRA\n", "type.unknown"),
    "unknown type of EDIFACT": (
        b"UNB+UNOA:2+A+B+261121:1000+1'UNH+1+QQQQQQ:D:96A:UN'BGM+1'UNT+3+1'UNZ+1+1'",
        "type.unknown",
    ),
    "unknown class of ONE Record": (
        b'{"@context": {"cargo": "https://onerecord.iata.org/ns/cargo#"}, "@type": "cargo:Wybill", "cargo:x": 1}',
        "one-record.class.unknown",
    ),
    "unknown version": (FWB.replace("FWB/17", "FWB/77").encode(), "version.unsupported"),
    "wrong encoding": (FWB.encode("utf-16"), "file.binary"),
    "EDIFACT cut in the middle": (
        b"UNB+UNOA:2+A+B+261121:1000+1'UNH+1+IFTSTA:D:96A:UN'BGM+44'CNI+1'STS+1+2",
        "edifact.unt.missing",
    ),
    "JSON cut in the middle": (EVENT, "file.truncated"),
    "Cargo-IMP cut in the middle": (FWB[:250].encode(), "cargo-imp.line.missing"),
}


def found(answer: dict) -> list[dict]:
    return [*answer["problems"], *(one for message in answer["messages"] for one in message["problems"])]


@pytest.mark.parametrize("kind", FILES)
def test_explain_locates_it(place: Place, kind: str) -> None:
    raw, code = FILES[kind]
    ran = place.here("explain", place.file("input", raw), "--json")
    errors = [one for one in found(ran.json) if one["severity"] == "error"]
    assert (ran.status, ran.err) == (1, "")
    assert code in [one["code"] for one in errors]
    assert all("line" in one or "path" in one for one in errors)


@pytest.mark.parametrize("kind", FILES)
def test_the_hub_keeps_it_and_shows_it(kept: Place, kind: str) -> None:
    """In the list of messages it is rejected, or in part, with its problem, and its bytes are in a dead letter."""
    _, code = FILES[kind]
    name = f"{kind}.txt"
    shown = [one for one in kept.messages if one.get("name") == name]
    assert shown
    assert {one["state"] for one in shown} <= {"rejected", "partly_applied", "dead"}
    told = [problem["code"] for one in shown for problem in one["problems"]]
    letters = [one for one in kept.letters if one["message"] in {one["id"] for one in shown}]
    assert letters
    assert code in told + [one["problem"]["code"] for one in letters]


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Place:
    place = Place(tmp_path_factory.mktemp("bad"))
    place.run("init")
    files = [place.file(f"{kind}.txt", raw) for kind, (raw, _) in FILES.items()]
    taken = place.run("receive", *files, "--partner", "blue", "--json")
    assert taken.status == 0
    assert {one["status"] for one in taken.json["items"]} == {"received"}
    place.run("work", "--drain")
    place.messages = place.run("messages", "--limit", "500", "--json").json["items"]
    place.letters = place.run("dead-letters", "list", "--limit", "500", "--json").json["items"]
    assert place.run("verify").status == 0
    return place


def test_a_hundred_megabytes_are_refused_with_the_limit(ready: Place) -> None:
    big = ready.file("big.txt", b"FSU/14\n" + b"777-55512343FRASGN\n" * 5_300_000)
    told = ready.run("explain", big, "--json")
    assert told.status == 1
    assert [one["code"] for one in told.json["problems"]] == ["file.too-large"]
    ran = ready.run("receive", big, ready.file("fwb.txt", FWB), "--partner", "blue", "--json")
    assert ran.status == 1
    assert [one["status"] for one in ran.json["items"]] == ["refused", "received"]
    assert "67,108,864" in ran.json["items"][0]["error"]


def test_a_wrong_byte_is_located_and_the_rest_is_read(place: Place) -> None:
    raw = FWB.replace("MUSTER", "M\u00dcSTER").encode("latin-1")
    ran = place.here("explain", place.file("latin.txt", raw), "--json")
    (message,) = ran.json["messages"]
    assert [(one["code"], one["line"]) for one in found(ran.json) if one["severity"] != "info"]
    assert message["shipments"][0]["consignee"]["name"] == "BEISPIEL TRADING CO"


@pytest.mark.parametrize(("profile", "status", "state"), [("standard", 0, "applied"), ("strict", 1, "rejected")])
def test_a_wrong_check_digit_is_what_the_profile_says(tmp_path, profile: str, status: int, state: str) -> None:
    place = Place(tmp_path, profile=profile)
    file = place.file("digit.txt", WRONG_DIGIT)
    assert place.run("init").status == 0
    assert place.here("explain", file, "--partner", "green").status == status
    place.run("receive", file, "--partner", "green")
    place.run("work", "--drain")
    (message,) = place.run("messages", "--json").json["items"]
    assert message["state"] == state
    assert [(one["code"], one["line"]) for one in message["problems"]] == [("awb.check-digit", 2)]
    assert place.run("shipment", "777-55512340", "--json").status == (0 if state == "applied" else 1)


def test_an_unknown_partner_is_refused_and_nothing_is_stored(ready: Place) -> None:
    ran = ready.run("receive", ready.file("fwb.txt", FWB), "--partner", "stranger", "--json")
    assert (ran.status, ran.out) == (2, b"")
    assert "stranger" in ran.err
    assert ready.run("messages", "--json").json == {"items": []}


def test_what_is_none_of_its_business_is_a_conflict_and_never_folded(ready: Place) -> None:
    ready.run("receive", ready.file("fwb.txt", FWB), "--partner", "blue")
    ready.run("receive", ready.file("late.txt", FWB.replace("MUSTER MASCHINEN", "SOMEBODY ELSE")), "--partner", "other")
    ready.run("receive", ready.file("foreign.txt", FSU), "--partner", "other")
    ready.run("work", "--drain")
    shown = ready.run("shipment", "777-55512343", "--json").json
    assert shown["shipment"]["shipper"]["name"] == "MUSTER MASCHINEN GMBH"
    assert "milestones" not in shown["shipment"]
    assert [one["value"] for one in shown["conflicts"]["/shipper/name"]] == ["SOMEBODY ELSE GMBH"]
    assert {one["partner"] for one in shown["conflicts"]["/shipper/name"]} == {"other"}
    told = [
        one["code"] for item in ready.run("messages", "--partner", "other", "--json").json["items"] for one in item["problems"]
    ]
    assert told == ["author.unadmitted"] * 2


@contextmanager
def partner_that(answers: bytes | None) -> Iterator[str]:
    """An HTTP partner on loopback that reads a little and answers these bytes, then closes; None: it hangs."""
    server = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            held.append(connection)
            if answers is not None:
                connection.recv(65536)
                connection.sendall(answers)
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/in"
    server.close()
    for one in held:
        one.close()


BROKEN = {
    "answers 500": (b"HTTP/1.1 500 Oh no\r\nContent-Length: 4\r\n\r\nfull", {"retrying"}),
    "closes in the middle": (b"HTTP/1.1 200 OK\r\nContent-Le", {"unknown", "retrying"}),
    "says nothing": (b"", {"unknown", "retrying"}),
    "hangs": (None, {"unknown", "retrying"}),
}


@pytest.mark.parametrize("habit", BROKEN)
def test_a_broken_partner_is_a_visible_state_and_the_others_go_on(ready: Place, habit: str) -> None:
    answer, states = BROKEN[habit]
    with partner_that(answer) as url:
        file = ready.config / "partners" / "green.toml"
        folder = f'adapter = "adapters.directory"\n[channel.settings]\npath = "{ready.folder}/green"'
        limits = "allow_private = true\nread_seconds = 1\nattempt_seconds = 2"
        web = f'adapter = "adapters.http"\n[channel.settings]\nurl = "{url}"\n{limits}'
        assert folder in file.read_text()
        file.write_text(file.read_text().replace(folder, web))
        ready.run("receive", ready.file("fwb.txt", FWB), "--partner", "blue")
        ready.run("receive", ready.file("fsu.txt", FSU), "--partner", "green")
        ran = ready.run("work", "--drain", "--seconds", "30", "--json")
    deliveries = ran.json["deliveries"]
    assert deliveries.pop("sent") == 2
    (state,) = deliveries
    assert state in states
    assert len(ready.sent("blue")) == 2


def test_a_locked_database_is_said_and_nothing_is_lost(ready: Place) -> None:
    held = sqlite3.connect(ready.folder / "hub.db", isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    ran = ready.run("receive", ready.file("fwb.txt", FWB), "--partner", "blue", "--json")
    held.execute("ROLLBACK")
    held.close()
    assert ran.status in (1, 3)
    assert "Traceback" not in ran.err
    assert "locked" in ran.err + ran.out.decode()
    assert (
        ready.run("receive", ready.file("fwb.txt", FWB), "--partner", "blue", "--json").json["items"][0]["status"] == "received"
    )


def test_a_full_disk_is_said_and_nothing_is_lost(ready: Place) -> None:
    """The database may not grow: the file is refused by name, what was taken before is still there."""
    assert ready.run("receive", ready.file("fsu.txt", FSU), "--partner", "blue").status == 0
    with_limit = sqlite3.connect(ready.folder / "hub.db")
    pages = with_limit.execute("PRAGMA page_count").fetchone()[0]
    with_limit.close()
    size = pages * 4096 + 65536
    big = ready.file("big.txt", FSU.encode() + b"OSI/X\n" * 100_000)
    ran = ready.limited(size, "receive", big, "--partner", "blue", "--json")
    assert ran.status == 1
    assert ran.json["items"][0]["status"] == "refused"
    assert "Traceback" not in ran.err
    assert len(ready.run("messages", "--json").json["items"]) == 1
    assert ready.run("receive", big, "--partner", "blue", "--json").json["items"][0]["status"] == "received"
