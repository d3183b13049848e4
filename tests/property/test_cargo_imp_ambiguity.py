"""Whether what a layout writes can be read back otherwise: every line filled with values that look like its neighbours'.

What is found must be listed in the table (`ambiguous`: line, elements, and the reading chosen), and what is listed must be found.
Nothing here uses the writer; the lines are made from the layout, their elements noted as they are put in.
"""

import random
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import pytest

from adapters.cargo_imp.groups import within
from adapters.cargo_imp.layout import Row, Table, load, schema_names
from adapters.cargo_imp.notation import Choice, Field, Item, Literal, Maybe, Repeat, captures, expression, field_expression, parse
from tests.property.cargo_imp_examples import value

NAMES = list(schema_names())
SAMPLES = 150
Told = list[tuple[str, str]]


class Filled:
    """Makes texts of one line, and notes which element got which text."""

    def __init__(self, items: tuple[Item, ...], chance: random.Random) -> None:
        self.items, self.chance = items, chance
        fields = list(_fields(items))
        self.pool = [value(one, random.Random(seed)) for one in fields for seed in range(4)]
        self.pool += [f"{letter}{text}" for letter in "TKPS" for text in ("1", "10")] + ["NDA", "NVD", "A", "1", "AAA", "00"]
        self.told: Told = []

    def text(self) -> str:
        self.told = []
        return self._items(self.items)

    def _items(self, items: Sequence[Item]) -> str:
        return "".join(self._item(one) for one in items)

    def _item(self, item: Item) -> str:
        match item:
            case Literal():
                return item.text
            case Field():
                return self._field(item)
            case Maybe():
                return self._items(item.items) if self.chance.random() < 0.6 else ""
            case Choice():
                return self._items(self.chance.choice(item.branches))
            case Repeat():
                return "".join(self._items(item.items) for _ in range(self.chance.randint(item.least, min(item.most, 3))))

    def _field(self, item: Field) -> str:
        fits = _fits(item)
        likely = [one for one in self.pool if fits.fullmatch(one)]
        made = self.chance.choice(likely) if likely and self.chance.random() < 0.5 else value(item, self.chance)
        if made:
            self.told.append((item.name, made))
        return made


@lru_cache(maxsize=4096)
def _fits(field: Field) -> re.Pattern[str]:
    return re.compile(field_expression(field))


def _fields(items: Sequence[Item]) -> Iterator[Field]:
    for one in captures(items):
        if isinstance(one, Field):
            yield one
        else:
            yield from _fields(one.items)


def read(items: tuple[Item, ...], text: str) -> Told | None:
    """The elements as the line's own expression cuts them."""
    found = re.compile(expression(items)).fullmatch(text)
    return None if found is None else list(_cut(items, found))


def _cut(items: Sequence[Item], found: re.Match[str]) -> Iterator[tuple[str, str]]:
    inside = {one.group: one for one in within(items, 1)}
    for group, one in enumerate(captures(items), 1):
        if isinstance(one, Field):
            yield from [(one.name, found[group])] if found[group] else []
            continue
        place, end = found.span(group)
        while place < end and (each := inside[group].pattern.match(found.string, place, end)) and each.end() > place:
            placed = sorted((each.start(slot), name, each[slot]) for slot, name in inside[group].groups.slots if each[slot])
            yield from ((name, text) for _, name, text in placed)
            place = each.end()


@lru_cache(maxsize=4096)
def _within(items: tuple[Item, ...]) -> frozenset[frozenset[str]]:
    """The sets of elements of a line that can trade characters."""
    filled, found = Filled(items, random.Random(len(items))), set()
    for _ in range(SAMPLES):
        text = filled.text()
        cut = read(items, text)
        assert cut is not None, f"{text!r} is not of its own layout"
        if cut != filled.told:
            found.add(frozenset(name for name, _ in set(cut) ^ set(filled.told)))
    return frozenset(found)


def _between(row: Row, table: Table) -> Iterator[str]:
    """Lines of one place of which one can be taken for another: the first in the table's order is read."""
    lines = [option.line for option in row.options if option.line is not None]
    for at, line in enumerate(lines):
        filled = Filled(line.items, random.Random(at))
        for text in (filled.text() for _ in range(SAMPLES // 5)):
            other = next((one for one in lines[:at] if read(one.items, text) is not None), None)
            if other is not None:
                yield f"{other.name} {line.name}"
                break


def ambiguities(table: Table) -> dict[str, set[str]]:
    """Line (or lines) to the elements that can be read otherwise."""
    found: dict[str, set[str]] = {}
    for line in table.lines.values():
        for names in _within(line.items):
            found.setdefault(line.name, set()).update(names)
    for row in table.all_rows:
        for pair in _between(row, table):
            found.setdefault(pair, set())
    return found


@pytest.mark.parametrize("name", NAMES)
def test_no_line_can_be_read_in_two_ways_unless_the_table_says_so(name):
    table = load(name)
    listed = {one.line: set(one.elements) for one in table.ambiguous}
    found = ambiguities(table)
    assert found.keys() == listed.keys()
    assert [line for line in found if not found[line] <= listed[line]] == []
    assert all(one.reading for one in table.ambiguous)


def test_the_check_finds_what_it_is_for():
    """A layout whose neighbours do trade characters is found out."""
    items = parse("X/{one:m[1..3]}{two:m[1..3]}[/{three:t[1..3]}][/{four:t[1..3]}]")
    assert set().union(*_within(items)) == {"one", "two", "three", "four"}
