"""Messages made at random from a layout table, for the property tests: nothing here uses the reader or the writer."""

import random
import re
from collections.abc import Iterator, Sequence

from adapters.cargo_imp.layout import Line, Option, Row, Table
from adapters.cargo_imp.notation import Choice, Field, Item, Literal, Maybe, Repeat, Run

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
SIGNS = {
    "s": LETTERS + DIGITS + " .-",
    "a": LETTERS,
    "n": DIGITS,
    "m": LETTERS + DIGITS,
    "t": LETTERS + DIGITS + " .-",
    "x": LETTERS + DIGITS + " .-",
}


def message(table: Table, chance: random.Random) -> str:
    """A message that keeps to its table: lines joined by line feeds, optional elements never there and empty."""
    first = table.type if table.version == "0" else f"{table.type}/{table.version}"
    return "\n".join([first, *_rows(table.rows, chance, [name for names in table.at_least_one for name in names[:1]])])


def _rows(rows: Sequence[Row], chance: random.Random, wanted: Sequence[str] = ()) -> Iterator[str]:
    for row in rows:
        needed = row.mandatory or row.name in wanted
        count = chance.randint(1, min(row.most, 3)) if needed or chance.random() < 0.5 else 0
        for _ in range(count):
            yield from _option(chance.choice(row.options), chance)


def _option(option: Option, chance: random.Random) -> Iterator[str]:
    if option.line is not None:
        yield line(option.line, chance)
        yield from _rows(option.rows, chance)
        return
    lines = list(_rows(option.rows, chance))
    yield from [option.name + lines[0], *lines[1:]] if option.joined else lines


def line(of: Line, chance: random.Random) -> str:
    """One line of a layout."""
    return "".join(_item(item, chance) for item in of.items)


def _item(item: Item, chance: random.Random) -> str:
    match item:
        case Literal():
            return item.text
        case Field():
            return value(item, chance)
        case Maybe():
            inside = "".join(_item(one, chance) for one in item.items) if chance.random() < 0.6 else ""
            return inside if inside.strip("/") else ""
        case Choice():
            return "".join(_item(one, chance) for one in chance.choice(item.branches))
        case Repeat():
            count = chance.randint(item.least, min(item.most, 4))
            return "".join("".join(_item(one, chance) for one in item.items) for _ in range(count))


def value(field: Field, chance: random.Random) -> str:
    """A text an element may have: no blank at either end, because line ends are not kept."""
    return chance.choice(field.codes) if field.codes else "".join(_run(run, chance) for run in field.runs)


def _run(run: Run, chance: random.Random) -> str:
    length = chance.randint(run.least, min(run.most, run.least + 14))
    if run.point:
        return _number(max(length, 1), chance)
    signs = "".join(chance.choice(SIGNS[run.kind]) for _ in range(length))
    return signs.replace(" ", "O") if len(signs) < 3 else signs[0].replace(" ", "O") + signs[1:-1] + signs[-1].replace(" ", "O")


def _number(length: int, chance: random.Random) -> str:
    digits = "".join(chance.choice(DIGITS) for _ in range(length))
    if length < 3 or chance.random() < 0.5:
        return digits
    place = chance.randint(1, length - 2)
    return f"{digits[:place]}.{digits[place + 1 :]}"


def normalised(text: str) -> str:
    """Line ends, trailing blanks and empty lines at the end do not count. Written without the reader or the writer."""
    return "\n".join(one.rstrip(" \r\t") for one in text.split("\n")).rstrip("\n")


def lone_consignee(text: str) -> bool:
    """Whether a house list has a consignee without a shipper: that is read, and never written."""
    houses = re.split(r"\n(?=HBS/)", text)[1:]
    return any("\nCNE" in house and "\nSHP" not in house for house in houses)
