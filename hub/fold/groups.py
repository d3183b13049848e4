"""One field group, many statements: the most believed and newest wins whole, the others are kept as conflicts. Pure."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.canonical.document import Document, leaves
from hub.fold.fuller import covers, fullest_first
from hub.fold.joined import Joined, joined
from hub.fold.rules import GROUPS, HOUSE_GROUPS, Rules
from hub.fold.told import Told, witness
from hub.position import Place
from hub.statement import RULE, Statement, Witness

GROUP_OF = {field: group for group, fields in GROUPS.items() for field in fields}
HOUSE_GROUP_OF = {field: group for group, fields in HOUSE_GROUPS.items() for field in fields}


class Ledger:
    """The document being made, and beside it the winners and losers of every value."""

    def __init__(self) -> None:
        self.lineage: dict[str, list[Witness]] = {}
        self.conflicts: dict[str, list[Witness]] = {}

    def won(self, pointer: str, one: Witness) -> None:
        """Note a witness of a winning value; the first noted is the winner."""
        self.lineage.setdefault(pointer, []).append(one)

    def lost(self, pointer: str, one: Witness) -> None:
        """Note a value that was not believed."""
        self.conflicts.setdefault(pointer, []).append(one)


def fold_groups(
    told: Sequence[Told], groups: Mapping[str, tuple[str, ...]], rules: Rules, ledger: Ledger, base: str = ""
) -> Document:
    """The document that the groups of all statements make together; ``told`` in order of saying."""
    document: Document = {}
    spoken = _spoken(told, groups)
    for group, fields in groups.items():
        candidates = spoken.get(group)
        if candidates is None:
            continue
        if group in UNITED:
            _unite(document, candidates, fields[0], ledger, base)
            continue
        if group in NAMED:
            _unite_by_name(document, _ranked(candidates, group, rules), fields[0], ledger, base, rules)
            continue
        ranked = _fullest(_ranked(joined(candidates, fields), group, rules), group, fields, rules)
        winner = ranked[0]
        # An empty list or object says that there is none any more: it wins, and leaves nothing behind.
        document.update((field, winner.facts[field]) for field in fields if winner.facts.get(field) not in (None, [], {}))
        _account(ranked, fields, ledger, base)
    return document


def _spoken(told: Sequence[Told], groups: Mapping[str, tuple[str, ...]]) -> dict[str, list[Told]]:
    """Who says anything of each group, in order of saying."""
    group_of = GROUP_OF if groups is GROUPS else HOUSE_GROUP_OF
    spoken: dict[str, list[Told]] = {}
    for one in told:
        for group in dict.fromkeys(group_of[field] for field in one.facts if field in group_of):
            spoken.setdefault(group, []).append(one)
    return spoken


def _ranked(candidates: Sequence[Told], group: str, rules: Rules) -> Sequence[Told]:
    """A ruling before all else, then the most believed, of equals the newest."""
    if len(candidates) == 1:
        return candidates
    return sorted(
        candidates,
        key=lambda one: (one.statement.action == RULE, rules.rank(one.statement.kind, group), *one.statement.order()),
        reverse=True,
    )


def _fullest(ranked: Sequence[Told], group: str, fields: tuple[str, ...], rules: Rules) -> Sequence[Told]:
    """Ranked, but for who says the same as the first with more words."""
    if len(ranked) == 1:
        return ranked
    return fullest_first(
        ranked,
        lambda one: (one.statement, rules.rank(one.statement.kind, group)),
        lambda one: {field: one.facts[field] for field in fields if field in one.facts},
    )


UNITED = frozenset({"references", "loads"})
"""Groups that are sets of independent facts: the union is kept, every item with its witnesses."""


NAMED = {"ulds": "uld"}
"""Groups that are sets of named things, and the key that names them: each thing from whoever is most believed about it."""


def _account(ranked: Sequence[Told], fields: tuple[str, ...], ledger: Ledger, base: str) -> None:
    winner = ranked[0]
    said = winner.account(fields)
    lineage = ledger.lineage
    for pointer, one in said:
        lineage.setdefault(base + pointer, []).append(one)
    for pointer, one in winner.unheard if isinstance(winner, Joined) else ():
        ledger.lost(base + pointer, one)
    if len(ranked) == 1:
        return
    values = {pointer: one.value for pointer, one in said}
    for loser in ranked[1:]:
        for pointer, one in loser.account(fields):
            believed = values.get(pointer) == one.value
            (ledger.won if believed else ledger.lost)(base + pointer, one)


def _unite(document: Document, told: Iterable[Told], field: str, ledger: Ledger, base: str) -> None:
    """The union of a set-like list over all statements, or what was ruled last; sorted, but a single statement's wire order is
    kept."""
    items: dict[tuple[str, ...], tuple[Any, list[Witness]]] = {}
    tellers = list(told)
    tellers = [one for one in tellers if one.statement.action == RULE][-1:] or tellers
    for one in tellers:
        places = first_places(one.statement, f"{one.base}/{field}/")
        for at, item in enumerate(one.facts.get(field) or ()):
            seen = items.setdefault(_identity(item), (item, []))
            seen[1].append(witness(one.statement, places.get(str(at), Place(0, 0, 0)), None))
    _tell_once(items)
    if len(tellers) == 1:
        document.update((name, tellers[0].facts[name]) for name in (field, f"{field}_order") if tellers[0].facts.get(name))
    else:
        document[field] = [items[key][0] for key in sorted(items)]
    keys = [_identity(item) for item in document.get(field, ())]
    for at, key in enumerate(keys):
        for teller in items[key][1]:
            ledger.won(f"{base}/{field}/{at}", teller)


_LIKE = ("type", "value", "flight", "date", "from", "to", "uld", "status", "pieces")
"""What two words for one fact have in common, if they are about one."""


def _tell_once(items: dict[tuple[str, ...], tuple[Any, list[Witness]]]) -> None:
    """Take out what another author says with more words: it is a witness of the same."""
    alike: dict[tuple[Any, ...], list[tuple[str, ...]]] = {}
    for key, (item, _) in items.items():
        alike.setdefault(tuple(item.get(name) for name in _LIKE), []).append(key)
    for keys in alike.values():
        if len(keys) > 1:
            for sparse in sorted(keys, key=lambda key: (len(key), key)):
                _join_fuller(items, sparse, [one for one in keys if one in items and len(one) > len(sparse)])


def _join_fuller(
    items: dict[tuple[str, ...], tuple[Any, list[Witness]]], sparse: tuple[str, ...], fuller: Sequence[tuple[str, ...]]
) -> None:
    item, witnesses = items[sparse]
    authors = {one.author for one in witnesses}
    for key in sorted(fuller, key=lambda one: (-len(one), one)):
        known, tellers = items[key]
        if authors.isdisjoint(one.author for one in tellers) and covers(known, item):
            tellers.extend(witnesses)
            del items[sparse]
            return


def _unite_by_name(document: Document, ranked: Sequence[Told], field: str, ledger: Ledger, base: str, rules: Rules) -> None:
    """All things that anyone names, sorted by name; what the most believed says of one wins whole, other words are conflicts.

    Things of one name in one statement (two ULDs of which only the type is booked) are told apart by their order. Who names an
    empty list says that there are none any more: whoever is believed less is not heard.
    """
    heard = list(itertools.takewhile(lambda one: one.facts.get(field), ranked))
    for unheard in ranked[len(heard) :]:
        for pointer, lost in unheard.account((field,)):
            ledger.lost(base + pointer, lost)
    if not heard:
        return
    ranked = heard
    if len(ranked) == 1:
        document[field] = ranked[0].facts[field]
        _account(ranked, (field,), ledger, base)
        return
    told: dict[tuple[str, int], list[tuple[Told, Any]]] = {}
    for one in ranked:
        for name, item in zip(_names(one, field), one.facts[field], strict=True):
            told.setdefault(name, []).append((one, item))
    best = {name: _fullest_item(several, field, rules) for name, several in told.items()}
    document[field] = [best[name] for name in sorted(best)]
    places = {name: at for at, name in enumerate(sorted(best))}
    for one in ranked:
        _account_named(one, field, document[field], places, ledger, base)


def _fullest_item(told: Sequence[tuple[Told, Any]], field: str, rules: Rules) -> Any:
    """What the most believed says of a thing, or who says the same with more words."""
    if len(told) == 1:
        return told[0][1]
    ranked = fullest_first(
        told, lambda one: (one[0].statement, rules.rank(one[0].statement.kind, GROUP_OF[field])), lambda one: one[1]
    )
    return ranked[0][1]


def _names(one: Told, field: str) -> list[tuple[str, int]]:
    """The name of each item and which of its name it is in this statement."""
    seen: Counter[str] = Counter()
    names = []
    for item in one.facts[field]:
        name = item.get(NAMED[field], "")
        names.append((name, seen[name]))
        seen[name] += 1
    return names


def _account_named(
    one: Told, field: str, won: list[Any], places: Mapping[tuple[str, int], int], ledger: Ledger, base: str
) -> None:
    names, values = _names(one, field), [dict(leaves(item)) for item in won]
    for pointer, told in one.account((field,)):
        _, _, at, below = pointer.split("/", 3)
        place = places[names[int(at)]]
        believed = values[place].get(f"/{below}") == told.value
        (ledger.won if believed else ledger.lost)(f"{base}/{field}/{place}/{below}", told)


def _identity(item: Any) -> tuple[str, ...]:
    return tuple(f"{pointer}={value}" for pointer, value in sorted(leaves(item)))


def first_places(statement: Statement, base: str) -> dict[str, Place]:
    """Where each item of a list begins in the message, by its place in the list: all in one pass."""
    found: dict[str, Place] = {}
    for name, place in statement.places.items():
        if name.startswith(base):
            found.setdefault(name[len(base) :].partition("/")[0], place)
    return found
