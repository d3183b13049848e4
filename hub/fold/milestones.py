"""Milestones by occurrence: many reports of one event become one milestone with many witnesses. Pure and order-free."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec

from hub.canonical.document import Document
from hub.canonical.settle import INBOUND, OUTBOUND
from hub.canonical.station import instant, instant_text
from hub.fold.fuller import fullest_first
from hub.fold.groups import first_places
from hub.fold.rules import Rules
from hub.position import Place
from hub.statement import Statement

FLIGHT_BOUND = OUTBOUND | INBOUND
RANKS: dict[str, int] = {
    "BKD": 10,
    "FOH": 15,
    "RCS": 20,
    "RCT": 22,
    "FIW": 24,
    "PRE": 30,
    "FOW": 32,
    "MAN": 40,
    "DEP": 50,
    "ARR": 60,
    "RCF": 70,
    "TRM": 72,
    "TFD": 74,
    "AWR": 76,
    "NFD": 80,
    "AWD": 85,
    "CCD": 87,
    "DPU": 88,
    "DLV": 90,
    "DDL": 95,
}
"""How far along each progress code is; DIS OSI DOC CRC TGC are no states (canonical.md)."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One milestone as one statement tells it."""

    document: Document
    statement: Statement
    place: Place
    moment: datetime | None
    key: tuple[str, ...]

    def pieces(self) -> int | None:
        """The stated number of pieces."""
        value: int | None = self.document.get("pieces")
        return value


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One milestone of the shipment: its document and its reports, the winning one first, then those set aside."""

    document: Document
    reports: Sequence[Report]
    corrected: Sequence[Report] = ()


def reports(statement: Statement) -> Iterator[Report]:
    """The milestones of one statement with their places."""
    known: list[_Told] | None = statement.derived.get("milestones")
    if known is None:
        known = statement.derived["milestones"] = list(_told(statement))
    for document, place, moment, key in known:
        yield Report(document=document, statement=statement, place=place, moment=moment, key=key)


_Told = tuple[Document, Place, datetime | None, tuple[str, ...]]


def _told(statement: Statement) -> Iterator[_Told]:
    places = first_places(statement, "/milestones/") if "milestones" in statement.facts else {}
    for at, document in enumerate(statement.facts.get("milestones", ())):
        if "code" in document:
            place = places.get(str(at), Place(0, 0, 0))
            yield document, place, instant(document.get("at"), document.get("station")), occurrence(document)


def occurrence(document: Document) -> tuple[str, ...]:
    """What makes two reports speak of the same occurrence."""
    bound = document.get("flight") if document.get("code") in FLIGHT_BOUND or "flight" in document else None
    day = document.get("date") or str(document.get("at") or "")[:10]
    parts = ("house", "code", "discrepancy", "station", "to")
    return (*(str(document.get(part) or "") for part in parts), str(bound or ""), day)


def events(live: Sequence[Report], gone: Sequence[Report], rules: Rules) -> list[Event]:
    """All milestones, sorted by (instant, rank, id). ``gone`` are reports of replaced statements, shown as withdrawn."""
    found = list(_all_events(live, rules, withdrawn=False))
    told = {event.reports[0].key for event in found}
    left = [one for one in gone if one.key not in told]
    found.extend(_all_events(left, rules, withdrawn=True))
    return sorted(found, key=lambda event: _place_in_time(event.document))


def _place_in_time(document: Document) -> tuple[str, int, str]:
    when = document.get("instant") or document.get("at") or document.get("date") or "9999"
    # Without its Z an instant on the minute comes before those with seconds in that minute, as text too.
    return (when.removesuffix("Z"), RANKS.get(document["code"], 0), document["id"])


def _all_events(found: Sequence[Report], rules: Rules, *, withdrawn: bool) -> Iterator[Event]:
    for key, group in groupby(sorted(found, key=_stable), key=lambda one: one.key):
        members = list(group)
        actual: list[Report] = []
        expected: list[Report] = []
        for one in members:
            (actual if one.document.get("time", "actual") == "actual" else expected).append(one)
        yield from _actual(key, actual, rules, withdrawn=withdrawn)
        yield from _expected(key, expected, rules, withdrawn=withdrawn)


def _stable(report: Report) -> tuple[Any, ...]:
    return (report.key, report.statement.order(), report.place.offset)


def _expected(key: tuple[str, ...], members: Sequence[Report], rules: Rules, *, withdrawn: bool) -> Iterator[Event]:
    """Planned and estimated: one per occurrence and author; the newest wins."""
    by_author: dict[tuple[str, str], list[Report]] = {}
    for one in members:
        by_author.setdefault((one.document["time"], one.statement.author), []).append(one)
    for (time, author), history in sorted(by_author.items(), key=lambda pair: pair[0]):
        newest = history[-1]
        yield _event((*key, time, author), 0, [newest], history[:-1], withdrawn=withdrawn)


def _actual(key: tuple[str, ...], members: Sequence[Report], rules: Rules, *, withdrawn: bool) -> Iterator[Event]:
    kept, corrected = _corrections(members)
    by_author: dict[str, list[Report]] = {}
    for one in corrected:
        by_author.setdefault(one.statement.author, []).append(one)
    clusters = [part for cluster in _linked(kept, rules) for part in _by_pieces(cluster)]
    for ordinal, cluster in enumerate(sorted(clusters, key=_cluster_order)):
        winner_first = _winner_first(cluster, rules)
        authors = dict.fromkeys(one.statement.author for one in cluster)
        aside = sorted((one for author in authors for one in by_author.get(author, ())), key=_stable)
        yield _event(key, ordinal, winner_first, aside, withdrawn=withdrawn)


def _winner_first(cluster: Sequence[Report], rules: Rules) -> Sequence[Report]:
    ranked = sorted(cluster, key=lambda one: _belief(one, rules), reverse=True)
    if len(ranked) == 1:
        return ranked
    return fullest_first(
        ranked, lambda one: (one.statement, rules.rank(one.statement.kind, "milestones")), lambda one: one.document
    )


def _belief(one: Report, rules: Rules) -> tuple[Any, ...]:
    return (rules.rank(one.statement.kind, "milestones"), *one.statement.order(), one.place.offset)


def _corrections(members: Sequence[Report]) -> tuple[list[Report], list[Report]]:
    """The newest report of each author and number of pieces, and those it corrects."""
    newest: dict[tuple[str, int | None], Report] = {}
    corrected: list[Report] = []
    for one in members:
        at = (one.statement.author, one.pieces())
        if at in newest:
            corrected.append(newest[at])
        newest[at] = one
    return list(newest.values()), corrected


def _linked(members: Sequence[Report], rules: Rules) -> list[list[Report]]:
    """Single linkage of instants within the window; a report without an instant joins the only cluster."""
    window = timedelta(minutes=rules.same_event_window)
    clusters: list[list[Report]] = []
    for one in sorted((one for one in members if one.moment), key=lambda one: (one.moment, _stable(one))):
        last = clusters[-1][-1].moment if clusters else None
        if last is not None and one.moment is not None and one.moment - last <= window:
            clusters[-1].append(one)
        else:
            clusters.append([one])
    timeless = [one for one in members if not one.moment]
    if timeless and len(clusters) == 1:
        clusters[0].extend(timeless)
    elif timeless:
        clusters.append(timeless)
    return clusters


def _by_pieces(cluster: Sequence[Report]) -> list[list[Report]]:
    """Different stated pieces are different events; an unstated number joins the only candidate."""
    stated: dict[int, list[Report]] = {}
    for one in cluster:
        if one.pieces() is not None:
            stated.setdefault(int(one.pieces() or 0), []).append(one)
    unstated = [one for one in cluster if one.pieces() is None]
    groups = [stated[pieces] for pieces in sorted(stated)]
    if unstated and len(groups) == 1:
        groups[0].extend(unstated)
    elif unstated:
        groups.append(unstated)
    return groups


def _cluster_order(cluster: Sequence[Report]) -> tuple[str, int, Any]:
    moments = sorted(one.moment.isoformat() for one in cluster if one.moment)
    pieces = sorted(one.pieces() or 0 for one in cluster)
    return (moments[0] if moments else "9999", pieces[-1], min(_stable(one) for one in cluster))


def _event(
    key: tuple[str, ...], ordinal: int, members: Sequence[Report], corrected: Sequence[Report], *, withdrawn: bool
) -> Event:
    document = dict(members[0].document)
    told = instant_text(document.get("at"), document.get("station"))
    if told is not None:
        document["instant"] = told
    name = "\x1f".join((*key, str(ordinal), "withdrawn" if withdrawn else ""))
    document["id"] = hashlib.blake2b(name.encode(), digest_size=10).hexdigest()
    if withdrawn:
        document["withdrawn"] = True
    return Event(document=document, reports=members, corrected=corrected)


def progress(milestones: Sequence[Document], total: int | None) -> tuple[str | None, dict[str, int]]:
    """The highest code that all pieces have reached, and the codes some pieces have gone beyond it to."""
    reached: dict[str, int | None] = {}
    for code, group in groupby(sorted(_counting(milestones), key=lambda one: one["code"]), key=lambda one: one["code"]):
        reached[code] = _most(list(group), total)
    full = [code for code, pieces in reached.items() if pieces is None or total is None or pieces >= total]
    status = max(full, key=lambda code: (RANKS[code], code), default=None)
    ahead = RANKS[status] if status else -1
    partial = {code: pieces for code, pieces in reached.items() if code not in full and pieces and RANKS[code] > ahead}
    return status, dict(sorted(partial.items()))


def _counting(milestones: Sequence[Document]) -> Iterator[Document]:
    for one in milestones:
        happened = one.get("time", "actual") == "actual" or one["code"] == "BKD"
        if one["code"] in RANKS and happened and not one.get("withdrawn") and not one.get("house"):
            yield one


def _most(group: Sequence[Document], total: int | None) -> int | None:
    """Pieces that reached a code: the most at any one station; None for all (nothing partial was said)."""
    by_station: dict[str, int] = {}
    for one in group:
        pieces = one.get("pieces")
        if pieces is None or (not one.get("partial") and total is None):
            return None
        station = str(one.get("station") or "")
        by_station[station] = by_station.get(station, 0) + pieces
    return max(by_station.values())
