"""The shipment is a function of what was said: all statements of one number folded to its shipments. Pure and order-free.

Knows no storage and no format. The law (design.md, section 2): the same statements in any order give the same bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from hub.canonical.document import Document, canonical_bytes, leaves
from hub.fold.groups import Ledger, fold_groups
from hub.fold.milestones import Event, events, progress, reports
from hub.fold.parts import continued, without_withdrawn
from hub.fold.rules import GROUPS, HOUSE_GROUPS, Rules
from hub.fold.told import Told, witness
from hub.fold.views import add_views
from hub.position import Place
from hub.statement import CLAIM, Folded, Statement

__all__ = ["Rules", "fold", "fold_one"]


def fold(key: str, statements: Iterable[Statement], rules: Rules) -> list[Folded]:
    """The shipments that a number's statements make, one for each sequence, oldest first. ``key`` has no sequence.

    Claims among the statements are heard for what they withdraw; they are about no shipment themselves.
    """
    if key.startswith(CLAIM):
        return []
    ordered = [one for one in without_withdrawn(sorted(statements, key=Statement.order)) if not one.key.startswith(CLAIM)]
    return [
        fold_one(f"{key}:{sequence}" if key.startswith("awb:") else key, sequence, part, rules)
        for sequence, part in _sequences(ordered, rules)
        if any(one.live and one.admitted for one in part)
    ]


def _sequences(ordered: Sequence[Statement], rules: Rules) -> list[tuple[int, list[Statement]]]:
    """Cut where nothing admitted was said for longer than ``awb_reuse_after``; the unadmitted open no sequence."""
    gap = timedelta(days=rules.awb_reuse_after)
    parts: list[list[Statement]] = [[]]
    last = None
    for one in ordered:
        if one.admitted:
            if last is not None and one.said_at - last > gap:
                parts.append([])
            last = one.said_at
        parts[-1].append(one)
    return list(enumerate(parts, 1))


def fold_one(key: str, sequence: int, statements: Sequence[Statement], rules: Rules) -> Folded:
    """One shipment from the statements of one sequence, in order of saying."""
    ledger = Ledger()
    live = [one for one in statements if one.live and one.admitted and one.action != "cancel"]
    document = fold_groups([Told(one, one.facts, "") for one in live], GROUPS, rules, ledger)
    _fold_houses(document, live, rules, ledger)
    _fold_milestones(document, statements, live, rules, ledger)
    add_views(document)
    document["key"] = key
    if key.startswith("awb:"):
        document["sequence"] = sequence
    _hear_the_unadmitted(statements, ledger)
    return Folded(
        key=key,
        document=document,
        raw=canonical_bytes(document),
        lineage=ledger.lineage,
        conflicts=ledger.conflicts,
        witnesses=sorted({one.partner for one in live}),
        neighbours=sorted({link for one in live for link in one.links}),
    )


def _fold_houses(document: Document, live: Sequence[Statement], rules: Rules, ledger: Ledger) -> None:
    told: dict[tuple[str, str], list[Told]] = {}
    for statement in live:
        for at, house in enumerate(statement.facts.get("houses", ())):
            statement, house = continued(statement, house, live)
            name = (house.get("hawb", ""), house.get("issuer", ""))
            told.setdefault(name, []).append(Told(statement, house, f"/houses/{at}"))
    for at, name in enumerate(sorted(told)):
        house = fold_groups(told[name], HOUSE_GROUPS, rules, ledger, f"/houses/{at}")
        document.setdefault("houses", []).append(house)


def _fold_milestones(
    document: Document, statements: Sequence[Statement], live: Sequence[Statement], rules: Rules, ledger: Ledger
) -> None:
    said = [report for one in live for report in reports(one)]
    gone = [report for one in statements if one.admitted and not one.live for report in reports(one)]
    if not said and not gone:
        return
    found = events(said, gone, rules)
    document["milestones"] = [event.document for event in found]
    for event in found:
        _account(event, ledger)
    status, partial = progress(document["milestones"], document.get("pieces"))
    if status:
        document["status"] = status
    if partial:
        document["partial_status"] = partial


def _account(event: Event, ledger: Ledger) -> None:
    pointer = f"/milestones/{event.document['id']}"
    for one in event.reports:
        ledger.won(pointer, witness(one.statement, one.place, one.document.get("at") or one.document.get("date")))
    for one in event.corrected:
        ledger.lost(pointer, witness(one.statement, one.place, one.document.get("at") or one.document.get("date")))


def _hear_the_unadmitted(statements: Sequence[Statement], ledger: Ledger) -> None:
    """What a partner said beyond its admission is shown as a conflict and never folded."""
    for one in statements:
        if one.live and not one.admitted:
            for pointer, value in _told_leaves(one.facts):
                ledger.lost(pointer, witness(one, one.places.get(pointer) or Place(0, 0, 0), value))


def _told_leaves(facts: Document) -> Iterable[tuple[str, Any]]:
    return ((pointer, value) for pointer, value in leaves(facts) if pointer != "/awb")
