"""A change of what linked objects say, made in the whole document they were made from. Pure.

What they have no place for stays as it was told, unless it follows from what was changed.
"""

from collections.abc import Sequence
from typing import Any

Item = dict[str, Any]

PLACES = frozenset(("line", "place"))
"""What only says the place of an item among the others."""

FOLLOWS = {"total": (), "converted": (), "sequence": (), "name_lines": ("name",), "dimensions_unavailable": ("dimensions",)}
"""What follows from other fields beside it (from any, where none is named): told for what was there before the change."""

SUMS = ("prepaid", "collect")
SUMMED = ("lines", "other", "currency", "weight_payment", "other_payment")


def overlaid(whole: Any, before: Any, after: Any) -> Any:
    """``whole`` with what differs between ``before`` and ``after``, which say a part of it; None is absence."""
    if before == after:
        return whole
    if isinstance(whole, dict) and isinstance(before, dict) and isinstance(after, dict):
        return _object(whole, before, after)
    if all(isinstance(one, list) and _are_items(one) for one in (whole, before, after)):
        return _items(whole, before, after)
    return after


def _are_items(values: Sequence[Any]) -> bool:
    return all(isinstance(one, dict) for one in values)


def _object(whole: Item, before: Item, after: Item) -> Item:
    changed = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    made: Item = {}
    for name in dict.fromkeys((*whole, *after)):
        value = overlaid(whole.get(name), before.get(name), after.get(name))
        if value is not None and not (name not in after and _follows(name, changed)):
            made[name] = value
    return _without_sums(made, after) if changed.intersection(SUMMED) and "lines" in whole else made


def _follows(name: str, changed: set[str]) -> bool:
    """Whether a field that the objects have no place for was told for what has changed now."""
    if name.endswith("_order"):
        return name.removesuffix("_order") in changed
    return name in FOLLOWS and (not FOLLOWS[name] or bool(changed.intersection(FOLLOWS[name])))


def _without_sums(charges: Item, after: Item) -> Item:
    """Charges without the sums that were told for other charges: as far as the objects say them."""
    return {
        name: after.get(name) if name in SUMS else value for name, value in charges.items() if name not in SUMS or name in after
    }


def _items(whole: list[Item], before: list[Item], after: list[Item]) -> list[Item]:
    """The items one by one: those of which nothing is said stay, those not said any more go, new ones come behind."""
    stood, moved = _aligned(whole, before), _paired(before, after)
    if stood is None:
        return after
    then = {old: after[new] for new, old in moved.items()}
    made: list[Item] = []
    for at, item in enumerate(whole):
        said = stood.get(at)
        if said is None:
            made.append(item)
        elif said in then:
            made.append(overlaid(item, before[said], then[said]))
    made += [item for at, item in enumerate(after) if at not in moved]
    return _numbered(made) if _are_numbered(whole) and len(made) != len(whole) else made


def _aligned(whole: list[Item], before: list[Item]) -> dict[int, int] | None:
    """Which item is said by which, by their places; None where that cannot be told."""
    found: dict[int, int] = {}
    rest: list[int] = []
    for at, said in enumerate(before):
        place = next((one for one, item in enumerate(whole) if one not in found and _covers(item, said)), None)
        if place is None:
            rest.append(at)
        else:
            found[place] = at
    left = [one for one in range(len(whole)) if one not in found]
    if rest and len(rest) != len(left):
        return None
    return found | dict(zip(left, rest, strict=True)) if rest else found


def _covers(whole: Any, said: Any) -> bool:
    """Whether a value says all that another does, wherever it stands."""
    if isinstance(said, dict):
        return isinstance(whole, dict) and all(
            name in whole and _covers(whole[name], value) for name, value in said.items() if name not in PLACES
        )
    if isinstance(said, list):
        return isinstance(whole, list) and len(whole) == len(said) and all(map(_covers, whole, said))
    return bool(whole == said)


def _paired(before: list[Item], after: list[Item]) -> dict[int, int]:
    """Which item was which: the same, the same elsewhere, or changed where it stands. New ones are none."""
    found: dict[int, int] = {}
    _pair(found, before, after)
    if len(before) != len(after):
        _pair(found, [_placeless(one) for one in before], [_placeless(one) for one in after])
        return found
    left, fresh = ([one for one in range(len(before)) if one not in taken] for taken in (set(found.values()), found))
    return found | dict(zip(fresh, left, strict=True))


def _pair(found: dict[int, int], before: list[Item], after: list[Item]) -> None:
    taken = set(found.values())
    for new, item in enumerate(after):
        old = next((one for one, was in enumerate(before) if one not in taken and was == item), None)
        if new not in found and old is not None:
            found[new] = old
            taken.add(old)


def _placeless(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in PLACES}


def _are_numbered(items: list[Item]) -> bool:
    return [one.get("line") for one in items] == list(range(1, len(items) + 1))


def _numbered(items: list[Item]) -> list[Item]:
    return [{**item, "line": at} for at, item in enumerate(items, 1)]
