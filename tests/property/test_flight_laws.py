"""The laws for messages about a flight: written from the model they are what was read; in parts they say the same; work grows
with what is there. Values are made from the layout tables; ``normalised`` is written without the reader or the writer.
"""

import gc
import random
import re
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cargo_imp.layout import Option, Row, Table, load
from hub.bootstrap.pure import PureHub
from hub.explain import anonymous, shipments_of
from hub.problem import Code
from hub.settings import load as configuration
from tests.canonical_rules import violations
from tests.property.cargo_imp_traffic import STATIONS, Traffic
from tests.property.test_cargo_imp_model import normalised

NAMES = ("fbl_2", "fbl_4", "ffm_5", "ffm_8")
HUB = PureHub(configuration({}))
STANDARD = HUB.profile()
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
REFERENCE = date(2026, 11, 21)
seeds = st.integers(min_value=0, max_value=2**32)


class Flights(Traffic):
    """Messages about a flight: every point of unloading and ULD once, a total where a part is, nothing below NIL."""

    def __init__(self, table: Table, chance: random.Random, most: int = 3) -> None:
        super().__init__(table, chance)
        self.most = most
        self.points = list(STATIONS)
        chance.shuffle(self.points)

    def _rows(self, rows, wanted=()):
        for row in rows:
            count = self._count(row)
            for _ in range(count):
                yield from self._option(self.chance.choice(row.options))

    def _count(self, row: Row) -> int:
        most = min(row.most, self.most)
        return (
            self.chance.randint(1, most) if row.mandatory else self.chance.randint(1, most) if self.chance.random() < 0.5 else 0
        )

    def _option(self, option: Option):
        if option.rows and option.rows[0].name == "more_units":
            yield from self._booked(option)
            return
        lines = list(super()._option(option))
        if option.name == "destination":
            lines = [f"{self.points.pop()}{lines[0][3:]}", *(lines[1:] if "/NIL" not in lines[0] else [])]
        yield from lines

    def _booked(self, option: Option):
        """The ULDs booked for a consignment, three to a line."""
        units = [self._items(option.line.items[-1], option.line) for _ in range(self.chance.randint(0, 7))]
        lines = ["".join(units[at : at + 3]) for at in range(0, len(units), 3)] or [""]
        yield from [f"ULD/{self.chance.randint(1, 99)}{lines[0]}", *lines[1:]]

    def line(self, of):
        made = super().line(of)
        if of.name == "AWB":
            made = re.sub(r"(/T\d+[KL][\d.]+?(?:(?:MC|CF|CI|CC)[\d.]+|DG\d+)?)T\d+/", r"\1/", made)
            made = re.sub(r"(/[PSDM]\d+[KL][\d.]+(?:(?:MC|CF|CI|CC)[\d.]+|DG\d+)?)/", r"\1T9999/", made)
        return made

    def _special(self, name, field):
        if name in ("sequence", "count"):
            return str(self.chance.randint(1, 99))
        if name == "remarks":
            return f"TOP ROW {self.chance.randrange(100)}"
        if name in ("arrival_day", "departure_day"):
            return f"{self.chance.randint(1, 28):02d}"
        if name in ("arrival_month", "departure_month"):
            return self.chance.choice(("NOV", "DEC"))
        if name in ("arrival_time", "departure_time"):
            return f"{self.chance.randrange(24):02d}{self.chance.randrange(60):02d}"
        return super()._special(name, field)


TABLES = {name: load(name) for name in NAMES}


def made(name: str, seed: int, most: int = 2) -> str:
    return Flights(TABLES[name], random.Random(seed), most).message()


def understood(text: str):
    return HUB.line.understand(anonymous(text.encode(), "", NOW), STANDARD, REFERENCE)


def converted(text: str, name: str) -> tuple[list[str], list[dict]]:
    """The text of every message that ``convert`` writes, and all problems."""
    of = TABLES[name]
    found = understood(text)
    items, _ = HUB.convert(found, anonymous(text.encode(), "", NOW), f"cargo-imp:{of.type}/{of.version}", "1", NOW, STANDARD)
    return [item["text"].replace("\r\n", "\n") for item in items], [one for item in items for one in item["problems"]]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=seeds)
def test_through_the_model_it_is_the_same(name, seed):
    text = made(name, seed)
    (reading,) = understood(text).readings
    assert [one for one in reading.problems if one.severity == "error"] == []
    assert reading.not_carried == []
    (again,), problems = converted(text, name) if len(text) < 3300 else ((text,), [])
    assert normalised(again) == normalised(text)
    assert problems == []


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=seeds)
def test_every_shipment_keeps_the_rules_and_has_its_loads(name, seed):
    text = made(name, seed, 3)
    folded = shipments_of(understood(text).readings, NOW, HUB.rules)
    assert [fault for one in folded for fault in violations(one.document)] == []
    lines = re.findall(r"^\d{3}-\d{8}", text, re.MULTILINE)
    assert sorted(one.document["awb"] for one in folded) == sorted(set(lines))


@pytest.mark.parametrize("name", ["ffm_8", "fbl_4"])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=seeds)
def test_what_is_too_long_goes_in_parts_that_say_the_same(name, seed):
    text = made(name, seed, 7)
    (written,), problems = converted(text, name)
    type = text.partition("\n")[0]
    parts = [f"{type}\n{part}".rstrip("\n") for part in written.split(f"{type}\n")[1:]]
    assert all(len(part) + part.count("\n") + 2 <= 3500 for part in parts)
    assert problems == []
    assert [part.rpartition("\n")[2] for part in parts[:-1]] == ["CONT"] * (len(parts) - 1)
    first = int(text.split("\n")[1].partition("/")[0])
    if first + len(parts) < 100:
        assert [part.split("\n")[1].partition("/")[0] for part in parts] == [str(first + at) for at in range(len(parts))]
    whole, told = said(text), [one for part in parts for one in said(part)]
    assert told == whole


def said(text: str) -> list[tuple[str, dict]]:
    (reading,) = understood(text).readings
    return [(one.key, one.facts) for one in reading.said if not one.key.startswith("claim:")]


LARGE = {
    "consignments": lambda size: (
        "FFM/8\n1/XX421/21NOV/FRA\nSGN\n" + "777-55512343FRASGN/S4K50T99/TOYS\n" * (size // 33) + "LAST\n"
    ),
    "faulty consignments": lambda size: (
        "FFM/8\n1/XX421/21NOV/FRA\nSGN\n"
        + "777-55512343FRASGN/S4K50T99/TOYS\n777-55512343FRASGN/S4Q50/TOYS\n" * (size // 63)
        + "LAST\n"
    ),
    "ULDs": lambda size: (
        "FFM/8\n1/XX421/21NOV/FRA\nSGN\n" + "ULD/AKE12345XX\n777-55512343FRASGN/S4K50T99/TOYS\n" * (size // 48) + "LAST\n"
    ),
    "stations": lambda size: "FBL/4\n1/XX421/21NOV/FRA\n" + "SGN\nHAN\n" * (size // 8) + "LAST\n",
    "serials": lambda size: "SCM\nFRA.21NOV\n" + ".AKE.12345XX/2357YY.T2\n" * (size // 23),
}


@pytest.mark.parametrize("name", sorted(LARGE))
def test_work_grows_linearly(name):
    """The whole pure line, mapping and all, on 30 kB and on 300 kB."""
    small, large = (min(_seconds(LARGE[name](size)) for _ in range(2)) for size in (30_000, 300_000))
    assert large <= 15 * small + 0.15


def _seconds(text: str) -> float:
    """The line's own time: the collector is off, because its work depends on all that the other tests have left behind."""
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        understood(text)
        return time.process_time() - start
    finally:
        gc.enable()


def test_a_part_that_cannot_be_shorter_is_named():
    text = (
        "FFM/8\n1/XX421/21NOV/FRA\nSGN\n777-55512343FRASGN/T4K50/TOYS\nOCI/DE/ISS/RA/00777-05\n"
        + "///ST/ABCDEFGHIJKLMNOPQRSTUVWXYZ\n" * 120
    )
    (written,), problems = converted(f"{text}777-55512354FRASGN/T4K50/TOYS\nLAST\n", "ffm_8")
    assert [one["code"] for one in problems] == [Code.IMP_MESSAGE_LENGTH]
    assert written.count("FFM/8") == 2
