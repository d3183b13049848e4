"""Which tables read which message: exact, or the nearest of its type by date of directory. Knows no message text."""

import re
from functools import lru_cache

import msgspec

from adapters.edifact.structure import Structure, structure

FILES = ("iftsta_d96a", "iftsta_d01b", "iftsta_d95b", "iftsta_d99b", "iftsta_d07b", "contrl_d3", "contrl_41")


class Tables(msgspec.Struct, frozen=True):
    """The structure that reads a message, and whether structure and segments are those of its own directory."""

    structure: Structure
    exact: bool


@lru_cache(maxsize=1)
def structures() -> tuple[Structure, ...]:
    """All message structures there are."""
    return tuple(structure(name) for name in FILES)


def supported() -> list[tuple[str, str]]:
    """The (type, version) pairs with structure and segments of their own."""
    return [(one.type, one.version) for one in structures() if one.mapping == one.version]


@lru_cache(maxsize=512)
def tables(type: str, version: str) -> Tables | None:
    """The tables of a message, or none when nothing of its type is known."""
    same = [one for one in structures() if one.type == type]
    if not same:
        return None
    nearest = min(same, key=lambda one: (abs(_date(one.version) - _date(version)), one.version))
    return Tables(nearest, nearest.version == version and nearest.mapping == version)


def _date(version: str) -> float:
    """A directory's place in time: D.96A is 1996.0, D.96B 1996.5. Other versions (D.3, 4.1) by their number."""
    match = re.fullmatch(r"\w\.(\d\d)([AB])", version)
    if match is None:
        digits = re.search(r"\d+", version)
        return float(digits[0]) if digits else 0.0
    year = int(match[1])
    return (1900 if year > 80 else 2000) + year + (match[2] == "B") / 2
