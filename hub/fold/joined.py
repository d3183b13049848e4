"""The parts of one message as one word: what they say of a field group together, lists in the order of the parts. Pure.

Parts are slots of their own and are folded as they come; where several of one message stand, none of them is the whole list.
"""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from hub.canonical.document import Document, leaves
from hub.canonical.settle import settle
from hub.fold.told import Told
from hub.statement import Witness


class Joined(Told):
    """Several parts as one teller: first parts first. ``unheard`` is what a later part says differently of one value."""

    __slots__ = ("_parts", "_shifts", "unheard")

    def __init__(self, parts: Sequence[Told], fields: tuple[str, ...]) -> None:
        newest = max(parts, key=lambda one: one.statement.order())
        self._parts, self._shifts = parts, [dict[str, int]() for _ in parts]
        facts: Document = {}
        for one, shifts in zip(parts, self._shifts, strict=True):
            facts = _merged(facts, {name: one.facts[name] for name in fields if name in one.facts}, "", shifts)
        if "charges" in facts:  # the currency may have come in another part than the amounts
            facts = copy.deepcopy(facts)
            settle(facts)
        super().__init__(newest.statement, facts, newest.base)
        self.unheard: list[tuple[str, Witness]] = []

    def account(self, fields: tuple[str, ...]) -> list[tuple[str, Witness]]:
        """Pointer and witness of every value of these fields, at the place it has in the joined facts."""
        found: list[tuple[str, Witness]] = []
        values, seen = dict(leaves(self.facts)), dict[str, Any]()
        for part, shifts in zip(self._parts, self._shifts, strict=True):
            for pointer, one in part.account(fields):
                place = _moved(pointer, shifts)
                heard = seen.setdefault(place, one.value) == one.value
                told = msgspec.structs.replace(one, value=values.get(place, one.value)) if heard else one
                (found if heard else self.unheard).append((place, told))
        return found


def joined(told: Sequence[Told], fields: tuple[str, ...]) -> Sequence[Told]:
    """The tellers of some fields, with the parts of each message in one."""
    return list(_each_joined(told, fields)) if any(one.statement.part for one in told) else told


def _each_joined(told: Sequence[Told], fields: tuple[str, ...]) -> Iterator[Told]:
    messages: dict[str, dict[int, Told]] = {}
    for one in told:
        if one.statement.part and one.statement.action == "replace":
            messages.setdefault(one.statement.whole, {})[one.statement.part] = one
        else:
            yield one
    for parts in messages.values():
        ordered = [parts[number] for number in sorted(parts)]
        yield Joined(ordered, fields) if len(ordered) > 1 else ordered[0]


def _merged(old: Any, new: Any, pointer: str, shifts: dict[str, int]) -> Any:
    """Objects field by field, lists one behind the other; of one value the first. A list told again in the same words is one."""
    if isinstance(old, dict) and isinstance(new, dict):
        both = {name: _merged(old[name], new[name], f"{pointer}/{name}", shifts) for name in old if name in new}
        return {**old, **new, **both}
    if isinstance(old, list) and isinstance(new, list) and old != new:
        shifts[pointer] = len(old)
        return [*old, *_numbered(old, new)]
    return old


def _numbered(old: list[Any], new: list[Any]) -> list[Any]:
    """The items of a later part, their lines counted on from the earlier where they begin anew."""
    last, first = _line(old[-1:]), _line(new[:1])
    if last is None or first is None or first > last:
        return new
    return [{**one, "line": one["line"] + last} if isinstance(one, dict) and "line" in one else one for one in new]


def _line(items: list[Any]) -> int | None:
    found = items[0].get("line") if items and isinstance(items[0], dict) else None
    return found if isinstance(found, int) else None


def _moved(pointer: str, shifts: dict[str, int]) -> str:
    """Where a value of a part stands in the joined facts."""
    for listed, by in shifts.items():
        if pointer.startswith(f"{listed}/"):
            at, slant, below = pointer.removeprefix(f"{listed}/").partition("/")
            return f"{listed}/{int(at) + by}{slant}{below}"
    return pointer
