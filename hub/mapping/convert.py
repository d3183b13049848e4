"""One element's text to its canonical value and back: code tables and named pairs in a row's order. Knows no tree."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from hub.mapping.codes import CodeTable
from hub.mapping.language import MappingError, Row
from hub.problem import Code
from hub.transforms import PAIRS, Context, Pair

PLACEHOLDERS = frozenset({"XXX", ".", "TBD"})

Codes = Callable[[str], CodeTable]


class Unfit(ValueError):
    """A value that a row cannot carry; ``code`` says why."""

    def __init__(self, code: Code, expected: str) -> None:
        super().__init__(expected)
        self.code = code


class Conversion:
    """What stands between wire text and canonical value in one row."""

    def __init__(self, row: Row, codes: Codes) -> None:
        self.pairs = [_pair(name, row) for name in row.pairs()]
        self.table = codes(row.code) if row.code else None
        self.joins = bool(self.pairs) and self.pairs[0].joins
        self.respells = any(pair.respells for pair in self.pairs)
        self.lost = self.pairs[0].lost if len(self.pairs) == 1 else None
        self.plain = not self.pairs and self.table is None and not row.verbatim
        self.free = not self.pairs and self.table is None
        self.read = self.pairs[0].read if len(self.pairs) == 1 and self.table is None else self._read

    def _read(self, text: Any, context: Context) -> Any:
        """The canonical value; None when nothing is said. Raises Unfit."""
        value: Any = text
        for pair in self.pairs:
            value = pair.read(value, context)
            if value is None:
                return None
        return value if self.table is None else self._decode(value)

    def _decode(self, value: Any) -> Any:
        assert self.table is not None  # noqa: S101 - narrowing for the type checker
        found = self.table.read.get(value)
        if found is None and self.table.closed:
            raise Unfit(Code.VALUE_CODE, f"a code of {self.table.name}: {' '.join(sorted(self.table.read)[:12])}")
        return value if found is None else found

    def write(self, value: Any, context: Context) -> Any:
        """The wire text, or a list of texts for a pair that joins. Raises Unfit."""
        if self.table is not None:
            found = self.table.write.get(value)
            if found is None and self.table.closed:
                raise Unfit(Code.NOT_EXPRESSIBLE, f"no wire code of {self.table.name} for {value!r}")
            value = value if found is None else found
        for pair in reversed(self.pairs):
            value = pair.write(value, context)
            if value is None:
                return None
        return value if self.joins else str(value)


def _pair(name: str, row: Row) -> Pair:
    pair = PAIRS.get(name)
    if pair is None:
        raise MappingError(f"row to {row.to!r}: no pair named {name!r} in hub/transforms.py")
    return pair


def join(texts: Sequence[str | None], separator: str | list[int]) -> str | None:
    """Several texts as one; absent ones at the end are left out."""
    if not any(texts):
        return None
    last = max(at for at, text in enumerate(texts) if text)
    return (separator if isinstance(separator, str) else "").join(text or "" for text in texts[: last + 1])


def cut(text: str, separator: str | list[int], count: int) -> list[str | None]:
    """The reverse of :func:`join`; with lengths, the last piece takes the rest."""
    if isinstance(separator, str):
        pieces = text.split(separator, count - 1) if separator else [text]
    else:
        pieces, at = [], 0
        for length in separator:
            pieces.append(text[at : at + length])
            at += length
        if text[at:]:
            raise Unfit(Code.NOT_EXPRESSIBLE, f"a text of at most {at} characters")
    return [*(piece or None for piece in pieces), *[None] * (count - len(pieces))]


def canonical_get(holder: Any, keys: Sequence[str]) -> Any:
    """The value at a canonical path, or None. A numeric step is a place in a list, another one the item of that ``type``."""
    if len(keys) == 1 and type(holder) is dict:
        return holder.get(keys[0])
    for key in keys:
        if type(holder) is dict:
            holder = holder.get(key)
        elif isinstance(holder, list) and key.isdigit() and int(key) < len(holder):
            holder = holder[int(key)]
        elif isinstance(holder, list) and not key.isdigit():
            holder = next((one for one in holder if isinstance(one, dict) and one.get("type") == key), None)
        else:
            return None
    return holder


def canonical_set(holder: Any, keys: Sequence[str], value: Any) -> None:
    """Put a value at a canonical path, making objects and lists on the way."""
    if type(holder) is dict:
        if len(keys) == 1:
            holder[keys[0]] = value
            return
        below = holder.get(keys[0])
        if len(keys) == 2 and type(below) is dict:
            below[keys[1]] = value
            return
    for key, after in itertools.pairwise(keys):
        if type(holder) is dict:
            below = holder.get(key)
            if below is None:
                below = holder[key] = [] if after.isdigit() else {}
            holder = below
        else:
            while len(holder) <= int(key):
                holder.append({})
            holder = holder[int(key)]
    if isinstance(holder, list):
        holder.append(value)
    else:
        holder[keys[-1]] = value
