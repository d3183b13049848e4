"""Who is owed what: from a folded shipment to planned deliveries, without echo and without repetition. Pure; writes nothing."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from hub.canonical.document import Document, canonical_bytes
from hub.settings import SendRule
from hub.statement import DeliveryPlan, Folded, Witness

WAYBILL_ONLY = ("milestones", "status", "partial_status", "bookings", "requested_ulds", "requested_uld_count", "loads", "houses")
ALLOCATED = ("bookings", "pieces", "weight")
"""What makes a booking another one: a waybill that says more of the same consignment asks and answers nothing."""

_NOT_BOOKED = tuple(name for name in WAYBILL_ONLY if name != "bookings")
STATUS_KEEPS = ("key", "sequence", "awb", "origin", "destination", "pieces", "weight", "description_code")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What a target type is written from (its mapping's ``content``, ``requires``, ``carries`` and ``statuses``)."""

    content: str
    requires: Sequence[str] = ()
    carries: Sequence[str] = ()
    statuses: Sequence[str] = ()


def route(folded: Folded, rules: Sequence[SendRule], kinds: Mapping[str, Kind]) -> list[DeliveryPlan]:
    """Every delivery this shipment now owes. Their keys do not change while their content does not, so known ones are skipped."""
    wanting = [rule for rule in rules if _wants(rule, folded.document)]
    pieces = {target: list(_pieces(folded, kinds[target])) for target in dict.fromkeys(rule.target for rule in wanting)}
    return [
        _plan(folded.key, rule, piece)
        for rule in wanting
        for piece in pieces[rule.target]
        if (not rule.codes or piece.code in rule.codes) and _is_news(folded, rule.partner, piece.pointers)
    ]


def _wants(rule: SendRule, document: Document) -> bool:
    awb = document.get("awb", "")
    return (
        (not rule.origins or document.get("origin") in rule.origins)
        and (not rule.destinations or document.get("destination") in rule.destinations)
        and (not rule.prefixes or awb[:3] in rule.prefixes)
    )


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """What one message is written from: its canonical bytes, the pointers of the facts it carries, and its milestone's code.

    ``told`` are the bytes that make it another message, where not all of them do.
    """

    raw: bytes
    pointers: Sequence[str]
    code: str = ""
    told: bytes = b""


def _pieces(folded: Folded, kind: Kind) -> Iterator[Piece]:
    """The pieces of a shipment that make one message of this kind each."""
    document = folded.document
    head = {name: document[name] for name in STATUS_KEEPS if name in document}
    if kind.content == "status":
        for one in document.get("milestones", ()):
            content = {**head, "milestones": [one]}
            if not one.get("withdrawn") and _complete(content, kind):
                yield Piece(raw=canonical_bytes(content), pointers=[f"/milestones/{one['id']}"], code=one["code"])
    elif kind.content == "houses":
        for at, house in enumerate(document.get("houses", ())):
            content = {**head, "houses": [house]}
            if _complete(content, kind):
                pointers = [name for name in folded.lineage if name.startswith(f"/houses/{at}/")]
                yield Piece(raw=canonical_bytes(content), pointers=pointers)
    elif kind.content == "allocation":
        yield from _allocation(folded, kind)
    else:
        left_out = _NOT_BOOKED if kind.content == "booking" else WAYBILL_ONLY
        content = {name: value for name, value in document.items() if name not in left_out}
        if _complete(content, kind):
            elsewhere = tuple(f"/{name}/" for name in left_out)
            pointers = [name for name in folded.lineage if not name.startswith(elsewhere)]
            yield Piece(raw=canonical_bytes(content), pointers=pointers)


def _allocation(folded: Folded, kind: Kind) -> Iterator[Piece]:
    """A booking as a request or an answer, by the status of its flights; only what is new of the booking itself is news."""
    document = folded.document
    told = {leg.get("status") for one in document.get("bookings", ()) for leg in one.get("flights", ())}
    content = {name: document[name] for name in kind.carries if name in document}
    if told & set(kind.statuses) and _complete(content, kind):
        pointers = [name for name in folded.lineage if name.startswith("/bookings/")]
        booked = {name: document[name] for name in ALLOCATED if name in document}
        yield Piece(raw=canonical_bytes(content), pointers=pointers, told=canonical_bytes(booked))


def _complete(content: Document, kind: Kind) -> bool:
    return all(name in content for name in kind.requires)


def _is_news(folded: Folded, partner: str, pointers: Sequence[str]) -> bool:
    """Whether any of these facts was not told by this very partner: a fact never goes back to one of its witnesses."""
    return any(name in folded.lineage and not _witnessed(partner, folded.lineage[name]) for name in pointers)


def _witnessed(partner: str, witnesses: Sequence[Witness]) -> bool:
    return any(one.partner == partner for one in witnesses)


def _plan(shipment: str, rule: SendRule, piece: Piece) -> DeliveryPlan:
    parts: tuple[Any, ...] = (rule.partner, rule.channel, rule.target, shipment)
    name = hashlib.blake2b("\x1f".join(parts).encode() + b"\x1f" + (piece.told or piece.raw), digest_size=16).hexdigest()
    return DeliveryPlan(
        key=name,
        partner=rule.partner,
        channel=rule.channel,
        target=rule.target,
        shipment=shipment,
        content=piece.raw,
        ordering=rule.ordering,
    )
