"""Who is owed a list of a flight: from all shipments on it to planned deliveries, without echo and without repetition. Pure.

Knows no format and no storage. A list is owed when it says something else than the last one, and something the partner did not
tell itself; a flight that has become empty is owed as such to whoever had a list of it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from hub.canonical.document import Document, canonical_bytes
from hub.flight_lists import Aboard, Consignment, Tellers, asked_of, listed, on_flights, reached
from hub.routing import Kind
from hub.settings import SendRule
from hub.statement import DeliveryPlan

FLIGHT = "flight:"
"""Begins what a delivery about a flight has in place of a shipment's key: ``flight:XX421:2026-11-21:FRA``."""

LATEST = "latest"
"""The ordering of lists: a newer one goes in place of those that have not gone yet."""

_UNORDERED = "parallel"


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is written from, as kept on its delivery. ``news`` is the digest of what its partner did not tell itself.

    ``incomplete`` are the waybills on the flight of which too little has been told for a line of the list.
    """

    detail: Document
    documents: list[Document]
    news: str = ""
    incomplete: list[str] = []


_decoder = msgspec.json.Decoder(Content)


def opened(raw: bytes) -> Content:
    """A delivery's content."""
    return _decoder.decode(raw)


def name_of(departure: str) -> str:
    """A flight's key."""
    return FLIGHT + departure.replace("/", ":")


def tellers(lineage: Mapping[str, Iterable[Any]]) -> Tellers:
    """Who told the items of a shipment's lists, from who told each of its values (witnesses, or the same as JSON)."""
    found: dict[str, set[str]] = {}
    for pointer, witnesses in lineage.items():
        kind, _, rest = pointer[1:].partition("/")
        if kind in ("loads", "bookings", "milestones"):
            told = found.setdefault(f"/{kind}/{rest.partition('/')[0]}", set())
            told.update(one["partner"] if isinstance(one, dict) else one.partner for one in witnesses)
    return {pointer: frozenset(told) for pointer, told in found.items()}


class FlightRules:
    """The rules by which partners are sent lists of flights."""

    def __init__(self, rules: Sequence[SendRule], kinds: Mapping[str, Kind]) -> None:
        self.rules = list(rules)
        self._kinds = kinds
        self._carries = sorted({name for rule in rules for name in kinds[rule.target].carries})

    def touched(self, before: Document, after: Document) -> list[str]:
        """The departures of which two states of a shipment tell lists different things."""
        old, new = on_flights(before, self._carries), on_flights(after, self._carries)
        return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))

    def soonest(self) -> float:
        """After how many seconds the first rule wants to be looked at."""
        return min((rule.settle for rule in self.rules), default=0.0)

    def due(self, seconds: float) -> tuple[list[SendRule], float | None]:
        """The rules for a flight that changed so long ago, and when, counted from then, the next ones are."""
        now = [rule for rule in self.rules if rule.settle <= seconds]
        return now, min((rule.settle for rule in self.rules if rule.settle > seconds), default=None)

    def content(self, rule: SendRule, departure: str, aboard: Sequence[Aboard], last: bytes | None) -> bytes | None:
        """What this rule's partner is owed of a flight, where ``last`` is what it was told before; None: nothing new."""
        asked = asked_of(departure)
        before = opened(last) if last is not None else None
        kind = self._kinds[rule.target]
        known = [one for one in listed(kind, asked, aboard) if _is_wanted(rule, one)]
        found = [one for one in known if one.complete]
        if not _concerns(rule, asked, found, before) or len(known) > len(found) == 0:
            return None
        if rule.codes and before is None and not reached(asked, aboard, rule.codes):
            return None
        made = _content(asked, known, rule.partner, before)
        told = (before.detail, before.documents, before.news) if before else ({}, [], _digest([]))
        if (made.detail, made.documents) == told[:2] or made.news == told[2]:
            return None
        return canonical_bytes(msgspec.to_builtins(made))

    @staticmethod
    def plan(rule: SendRule, departure: str, content: bytes, predecessor: str) -> DeliveryPlan:
        """The delivery of a list; ``predecessor`` is the key of the one before, so that an older state may come again."""
        flight = name_of(departure)
        parts = (rule.partner, rule.channel, rule.target, flight, predecessor)
        key = hashlib.blake2b("\x1f".join(parts).encode() + b"\x1f" + content, digest_size=16).hexdigest()
        ordering = LATEST if rule.ordering == _UNORDERED else rule.ordering
        return DeliveryPlan(
            key=key,
            partner=rule.partner,
            channel=rule.channel,
            target=rule.target,
            shipment=flight,
            content=content,
            ordering=ordering,
        )


def _is_wanted(rule: SendRule, one: Consignment) -> bool:
    return not rule.prefixes or one.document.get("awb", "")[:3] in rule.prefixes


def _concerns(rule: SendRule, asked: Document, found: Sequence[Consignment], before: Content | None) -> bool:
    """Whether a rule is about this flight: one whose list a partner has had stays so when it becomes empty."""
    if rule.carriers and asked["flight"][:2] not in rule.carriers:
        return False
    if rule.origins and asked["from"] not in rule.origins:
        return False
    if before is not None:
        return True
    points = {load.get("to") for one in found for load in one.document["loads"]}
    return bool(found) and (not rule.destinations or bool(points & set(rule.destinations)))


def _content(asked: Document, known: Sequence[Consignment], partner: str, before: Content | None) -> Content:
    found = [one for one in known if one.complete]
    documents = [one.document for one in found]
    news = _digest([one.document for one in found if not one.told_by(partner)])
    detail = {} if documents else {"flight": {**asked, "destinations": _empty(before)}}
    incomplete = [str(one.document.get("awb", "")) for one in known if not one.complete]
    return Content(detail=detail, documents=documents, news=news, incomplete=incomplete)


def _empty(before: Content | None) -> list[Document]:
    """The points of unloading that had something, as NIL."""
    if before is None:
        return []
    if not before.documents:
        return list(before.detail["flight"]["destinations"])
    points = sorted({load.get("to", "") for one in before.documents for load in one["loads"]} - {""})
    return [{"line": at, "to": point, "nil": True} for at, point in enumerate(points, 1)]


def _digest(documents: Sequence[Document]) -> str:
    return hashlib.blake2b(canonical_bytes(list(documents)), digest_size=16).hexdigest()
