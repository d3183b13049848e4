"""The straight line: files of any kind through the pure part, and one tree written to many partners."""

from datetime import UTC, datetime

import pytest

from hub.bootstrap import pure_line
from hub.declared import declared_time
from hub.demo.traffic import day_of_traffic
from hub.envelope import Frame, Outgoing
from hub.explain import anonymous, went_well
from hub.problem import Code

DAY = datetime(2026, 11, 21, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def hub():
    return pure_line()


def outgoing(number="1", recipient="ONE"):
    return Outgoing(message_id=number, control_reference=number, at=DAY, sender="WAYBRIDGE", recipients=[recipient])


@pytest.mark.parametrize("target", ["cargo-imp:FWB/17", "cargo-imp:FWB/16", "one-record:Waybill"])
def test_a_tree_is_only_read_when_written(hub, target):
    document = next(one.document for one in day_of_traffic(1, DAY) if one.target.startswith("cargo-imp:FWB"))
    expressed = hub.line.express(target, document, DAY.date())
    first = hub.line.write(target, expressed, outgoing())
    hub.line.write(target, expressed, outgoing("2", "TWO"))
    assert hub.line.write(target, expressed, outgoing()) == first
    assert hub.line.render(target, document, outgoing()) == first


@pytest.mark.parametrize("target", ["cargo-imp:FSU/14", "edifact:IFTSTA:D.96A", "one-record:StatusUpdateEvent"])
def test_what_one_format_says_the_others_say_too(hub, target):
    said = next(one.document for one in day_of_traffic(1, DAY) if one.document and "DEP" in str(one.document.get("milestones")))
    raw = hub.line.render(target, said, outgoing()).raws[0]
    understood = hub.line.understand(anonymous(raw, "x", DAY), hub.profile())
    assert went_well(understood), understood
    (reading,) = understood.readings
    (one,) = reading.said
    (milestone,) = one.facts["milestones"]
    assert one.key == f"awb:{said['awb']}"
    assert (milestone["code"], milestone["station"], milestone["flight"], milestone["at"], milestone["pieces"]) == (
        "DEP",
        said["milestones"][0]["station"],
        said["milestones"][0]["flight"],
        said["milestones"][0]["at"],
        said["milestones"][0]["pieces"],
    )


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", Code.FILE_EMPTY),
        (b" \r\n", Code.FILE_EMPTY),
        (b"\x89PNG\0\0\0", Code.FILE_BINARY),
        (b"hello there", Code.FORMAT_UNKNOWN),
    ],
)
def test_what_is_no_message_is_named(hub, raw, code):
    understood = hub.line.understand(anonymous(raw, "x", DAY), hub.profile())
    assert [one.code for one in understood.problems] == [code]
    assert not went_well(understood)


def test_a_file_over_the_limit_is_refused_before_it_is_read(hub):
    from hub.pipeline import Line

    small = Line(formats=hub.line.formats, mappings=hub.mappings, max_bytes=10)
    assert [one.code for one in small.split(b"FWB/17\n020-12345675").problems] == [Code.FILE_TOO_LARGE]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("--21T06:00", "2026-11-21T06:00:00+00:00"),
        ("2026-11-20T10:00", "2026-11-20T10:00:00+00:00"),
        ("2026-11-21T07:00+01:00", "2026-11-21T06:00:00+00:00"),
        ("2026-11-21T06:06", None),
        ("nonsense", None),
    ],
)
def test_the_declared_time_counts_when_plausible(said, expected):
    found = declared_time(Frame(layer="x", said_at=said), DAY)
    assert (found.isoformat() if found else None) == expected


def test_the_message_s_own_date_is_the_reference_day(hub):
    document = next(one.document for one in day_of_traffic(1, DAY) if one.target.startswith("cargo-imp:FWB"))
    issued = {**document["issued"], "date": "2024-02-27"}
    old = {**document, "issued": issued, "flights": [{"flight": "XS100", "date": "2024-02-29"}]}
    raw = hub.line.render("cargo-imp:FWB/17", old, outgoing()).raws[0]
    (reading,) = hub.line.understand(anonymous(raw, "x", DAY), hub.profile(), DAY.date()).readings
    assert reading.said[0].facts["flights"] == [{"flight": "XS100", "date": "2024-02-29"}]
