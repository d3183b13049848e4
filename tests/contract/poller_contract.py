"""What every poller must do, whatever its channel. A channel's test derives from PollerContract and gives its place."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from hub.ports import Arrival, IntakeRefused, Misconfigured, Poller
from tests.contract.partners import RememberingIntake


class Place(Protocol):
    """A pick-up folder, seen from the side of its disk: ``root`` has ``in``, ``archive`` and ``error``."""

    root: Path
    required: tuple[str, ...]

    def settings(self) -> dict[str, object]: ...
    def open(self, settings: Mapping[str, object]) -> Poller: ...


class PowerCut(BaseException):
    """The process ends here."""


def put(place: Place, name: str, raw: bytes) -> Path:
    path = place.root / "in" / name
    path.write_bytes(raw)
    return path


def poll(place: Place, intake: RememberingIntake, **settings: object) -> int:
    with contextlib.closing(place.open({**place.settings(), **settings})) as poller:
        return poller.poll(intake)


def names(place: Place, folder: str) -> list[str]:
    return sorted(os.listdir(place.root / folder)) if (place.root / folder).exists() else []


def contents(place: Place, folder: str) -> list[bytes]:
    return sorted((place.root / folder / name).read_bytes() for name in names(place, folder))


class PollerContract:
    """The suite."""

    def test_a_file_is_taken_in_and_archived(self, place: Place) -> None:
        put(place, "FSU 1.txt", b"FSU/14")
        intake = RememberingIntake()
        assert poll(place, intake) == 1
        assert intake.arrivals == [Arrival(partner="skyfreight", channel="drop", raw=b"FSU/14", name="FSU 1.txt")]
        assert names(place, "in") == []
        assert contents(place, "archive") == [b"FSU/14"]
        assert poll(place, intake) == 0

    def test_a_file_is_still_there_when_the_intake_commits(self, place: Place) -> None:
        put(place, "a.txt", b"a")
        intake = RememberingIntake()
        seen: list[tuple[list[bytes], list[bytes]]] = []
        intake.after_commit = lambda _: seen.append((contents(place, "in"), contents(place, "archive")))
        poll(place, intake)
        assert seen == [([b"a"], [])]

    def test_death_between_commit_and_move_archives_at_the_next_poll(self, place: Place) -> None:
        put(place, "a.txt", b"a")
        intake = RememberingIntake()

        def die(_: Arrival) -> None:
            raise PowerCut

        intake.after_commit = die
        with pytest.raises(PowerCut):
            poll(place, intake)
        assert contents(place, "archive") == []
        intake.after_commit = lambda _: None
        assert poll(place, intake) == 1
        assert (intake.raws, intake.duplicates) == ([b"a"], 1)
        assert (names(place, "in"), contents(place, "archive")) == ([], [b"a"])

    def test_a_failing_intake_loses_nothing(self, place: Place) -> None:
        put(place, "a.txt", b"a")
        intake = RememberingIntake()
        intake.refusal = RuntimeError("database is locked")  # type: ignore[assignment]
        with pytest.raises(RuntimeError):
            poll(place, intake)
        intake.refusal = None
        assert poll(place, intake) == 1
        assert contents(place, "archive") == [b"a"]

    @pytest.mark.parametrize("reason", ["busy", "full"])
    def test_a_busy_hub_leaves_files_for_later(self, place: Place, reason: str) -> None:
        put(place, "a.txt", b"a")
        put(place, "b.txt", b"b")
        intake = RememberingIntake()
        intake.refusal = IntakeRefused(reason, "come back")
        assert poll(place, intake) == 0
        assert contents(place, "in") == [b"a", b"b"]
        intake.refusal = None
        assert poll(place, intake) == 2
        assert sorted(intake.raws) == [b"a", b"b"]

    @pytest.mark.parametrize("reason", ["too-large", "unknown-partner"])
    def test_what_the_hub_refuses_for_good_is_in_error_with_the_reason(self, place: Place, reason: str) -> None:
        put(place, "a.txt", b"a")
        intake = RememberingIntake()
        intake.refusal = IntakeRefused(reason, "not with us")
        assert poll(place, intake) == 0
        told, kept = sorted(names(place, "error"), key=len, reverse=True)
        assert told == f"{kept}.reason"
        assert (place.root / "error" / kept).read_bytes() == b"a"
        assert reason in (place.root / "error" / told).read_text()
        assert "not with us" in (place.root / "error" / told).read_text()

    def test_a_file_over_the_limit_is_in_error_and_was_not_read(self, place: Place) -> None:
        put(place, "big.txt", b"x" * 1001)
        put(place, "fits.txt", b"x" * 1000)
        intake = RememberingIntake()
        assert poll(place, intake, max_bytes=1000) == 1
        assert intake.raws == [b"x" * 1000]
        assert len(names(place, "error")) == 2

    def test_unfinished_and_hidden_names_are_passed_over(self, place: Place) -> None:
        hidden = [".FWB.txt", "FWB.tmp", "FWB.txt.PART", "FWB.filepart"]
        for name in hidden:
            put(place, name, b"x")
        intake = RememberingIntake()
        assert poll(place, intake) == 0
        assert names(place, "in") == sorted(hidden)
        (place.root / "in" / "FWB.tmp").rename(place.root / "in" / "FWB.txt")
        assert poll(place, intake) == 1

    def test_a_growing_file_is_left_until_it_rests(self, place: Place) -> None:
        path = put(place, "slow.txt", b"half")
        intake = RememberingIntake()
        grown = [b" and", b" half"]
        with contextlib.closing(place.open({**place.settings(), "settle_seconds": 0.2})) as poller:
            pickup = poller._settling  # type: ignore[attr-defined]
            rest = pickup._sleep

            def grow_meanwhile(seconds: float) -> None:
                if grown:
                    with open(path, "ab") as file:
                        file.write(grown.pop(0))
                rest(seconds)

            pickup._sleep = grow_meanwhile
            assert poller.poll(intake) == 0
            assert poller.poll(intake) == 0
            assert poller.poll(intake) == 1
        assert intake.raws == [b"half and half"]

    def test_an_old_date_does_not_make_a_file_complete(self, place: Place) -> None:
        path = put(place, "copied.txt", b"half")
        os.utime(path, (1_000_000_000, 1_000_000_000))
        intake = RememberingIntake()
        with contextlib.closing(place.open({**place.settings(), "settle_seconds": 30})) as poller:
            poller._settling._sleep = lambda _: None  # type: ignore[attr-defined]
            assert poller.poll(intake) == 0

    def test_a_link_is_not_followed_and_shows_in_error(self, place: Place) -> None:
        (place.root / "private.txt").write_bytes(b"not yours")
        (place.root / "in" / "link.txt").symlink_to(place.root / "private.txt")
        put(place, "real.txt", b"real")
        intake = RememberingIntake()
        assert poll(place, intake) == 1
        assert intake.raws == [b"real"]
        assert names(place, "in") == []
        assert any(name.endswith("-link.txt.reason") for name in names(place, "error"))
        assert (place.root / "private.txt").read_bytes() == b"not yours"

    def test_an_empty_file_is_handed_in(self, place: Place) -> None:
        put(place, "empty.txt", b"")
        intake = RememberingIntake()
        assert poll(place, intake) == 1
        assert intake.raws == [b""]

    @pytest.mark.parametrize(
        "name", ["a\nb.txt", "\u202egpj.txt", "x" * 250 + ".txt", "no dot", "-rf", "%2e%2e", "übersicht.txt"]
    )
    def test_an_odd_name_does_no_harm(self, place: Place, name: str) -> None:
        put(place, name, b"odd")
        intake = RememberingIntake()
        assert poll(place, intake) == 1
        assert contents(place, "archive") == [b"odd"]
        assert all(char.isprintable() for char in intake.arrivals[0].name)

    def test_oldest_first_and_no_more_than_the_limit(self, place: Place) -> None:
        for age, name in enumerate(("c", "a", "b")):
            os.utime(put(place, f"{name}.txt", name.encode()), (1_700_000_000 + age, 1_700_000_000 + age))
        intake = RememberingIntake()
        assert poll(place, intake, max_files=2) == 2
        assert intake.raws == [b"c", b"a"]
        assert poll(place, intake, max_files=2) == 1

    def test_the_same_name_again_is_another_file(self, place: Place) -> None:
        intake = RememberingIntake()
        for raw in (b"first", b"second"):
            put(place, "a.txt", raw)
            assert poll(place, intake) == 1
        assert contents(place, "archive") == [b"first", b"second"]

    def test_a_file_put_in_the_place_of_a_claimed_one_is_not_lost(self, place: Place) -> None:
        put(place, "a.txt", b"first")
        intake = RememberingIntake()
        intake.after_commit = lambda arrival: put(place, "a.txt", b"second") and None if arrival.raw == b"first" else None
        poll(place, intake)
        poll(place, intake)
        assert intake.raws == [b"first", b"second"]

    def test_every_required_setting_is_named_when_missing(self, place: Place) -> None:
        for name in place.required:
            settings = {key: value for key, value in place.settings().items() if key != name}
            with pytest.raises(Misconfigured, match=f"'{name}'"):
                place.open(settings)
