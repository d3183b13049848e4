"""What the channels have in common: names, settings, deadlines."""

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channel import (
    Deadline,
    Settings,
    claim_name,
    claimed_name,
    delivery_name,
    is_unfinished,
    key_text,
    plain_name,
    shown_name,
)
from hub.ports import Misconfigured, Parcel


def named(key: str, name: str) -> str:
    return delivery_name(Parcel(key=key, name=name, raw=b"", media=""))


@given(st.text(), st.text())
def test_a_delivery_name_is_one_plain_visible_file_name(key: str, name: str) -> None:
    made = named(key, name)
    assert set(made) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert not made.startswith(".")
    assert len(made) <= 220
    assert named(key, name) == made


@given(st.text(), st.text(), st.text())
def test_different_keys_never_share_a_name(one: str, other: str, name: str) -> None:
    assert (key_text(one) == key_text(other)) == (one == other)
    assert (named(one, name) == named(other, name)) == (one == other)


def test_a_delivery_is_not_passed_over_by_readers() -> None:
    for name in ("a.tmp", "a.part", ".tmp", "a.FILEPART"):
        assert not is_unfinished(named("k", name)), name


@given(st.text())
def test_a_claim_gives_the_plain_name_back(name: str) -> None:
    claim = claim_name(name)
    assert is_unfinished(claim)
    assert len(claim.encode()) < 255
    assert claimed_name(claim) == plain_name(name, 150)


@given(st.binary(max_size=300))
def test_a_shown_name_can_be_stored_and_printed(raw: bytes) -> None:
    shown = shown_name(raw.decode("utf-8", "surrogateescape"))
    assert shown.isprintable()
    shown.encode("utf-8")


def settings(**values: object) -> Settings:
    return Settings(kind="pigeon", values=values, known=("loft", "seconds", "birds", "wet", "way"))


def test_settings_of_every_type() -> None:
    read = settings(loft="home", seconds=1, birds=3, wet=True, way="out", partner="p", channel="c")
    assert (read.text("loft"), read.seconds("seconds", 2.0), read.whole("birds", 1)) == ("home", 1.0, 3)
    assert (read.flag("wet"), read.one_of("way", ("in", "out"), "in")) == (True, "out")
    assert settings().seconds("seconds", 2.0) == 2.0
    assert settings(seconds=0).seconds("seconds", 2.0, zero=True) == 0.0
    assert settings(loft="a\n\n b ").texts("loft") == settings(loft=["a", "b"]).texts("loft") == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("loft", 5, lambda read: read.text("loft")),
        ("loft", "", lambda read: read.text("loft")),
        ("loft", 5, lambda read: read.texts("loft")),
        ("loft", [5], lambda read: read.texts("loft")),
        *(
            ("seconds", value, lambda read: read.seconds("seconds", 1.0))
            for value in (0, -1, "1", True, float("nan"), float("inf"))
        ),
        *(("birds", value, lambda read: read.whole("birds", 1, least=1)) for value in (0, 1.0, "1", True, None)),
        *(("wet", value, lambda read: read.flag("wet")) for value in (1, "true", None)),
        ("way", "up", lambda read: read.one_of("way", ("in", "out"), "in")),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: object, read: object) -> None:
    with pytest.raises(Misconfigured, match=f"pigeon channel: .*'{name}'"):
        read(settings(**{name: value}))  # type: ignore[operator]


def test_a_setting_nobody_knows_is_named_beside_those_that_are() -> None:
    with pytest.raises(Misconfigured, match=r"no such setting: lofft\. Known settings: birds, channel, loft, partner"):
        settings(lofft="x")


def test_a_deadline_ends_a_connection_that_drips() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Deadline(0.1) as deadline:
        deadline.watch(ours)
        begun = time.monotonic()
        assert ours.recv(1) == b""
        assert time.monotonic() - begun < 3
        assert deadline.expired


def test_a_deadline_in_time_leaves_the_connection_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Deadline(0.05) as deadline:
            deadline.watch(ours)
        time.sleep(0.1)
        theirs.sendall(b"x")
        assert ours.recv(1) == b"x"
        assert not deadline.expired
