"""Who is owed what: from a folded shipment to planned deliveries, without echo and without repetition. Pure; writes nothing."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from hub.canonical.document import Document, canonical_bytes
from hub.canonical.document import leaves as all_leaves
from hub.settings import SendRule
from hub.statement import DeliveryPlan, Folded, Witness

WAYBILL_ONLY = ("milestones", "status", "partial_status", "bookings", "loads", "houses")
STATUS_KEEPS = ("key", "sequence", "awb", "origin", "destination", "pieces", "weight", "description_code")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What a target type is written from (its mapping's ``content`` and ``requires``)."""

    content: str
    requires: Sequence[str] = ()


def route(folded: Folded, rules: Sequence[SendRule], kinds: Mapping[str, Kind]) -> list[DeliveryPlan]:
    """Every delivery this shipment now owes. Their keys do not change while their content does not, so known ones are skipped."""
    return [plan for rule in rules if _wants(rule, folded.document) for plan in _plans(folded, rule, kinds[rule.target])]


def _wants(rule: SendRule, document: Document) -> bool:
    awb = document.get("awb", "")
    return (
        (not rule.origins or document.get("origin") in rule.origins)
        and (not rule.destinations or document.get("destination") in rule.destinations)
        and (not rule.prefixes or awb[:3] in rule.prefixes)
    )


def _plans(folded: Folded, rule: SendRule, kind: Kind) -> Iterator[DeliveryPlan]:
    for content, pointers in _contents(folded, rule, kind):
        if all(name in content for name in kind.requires) and _is_news(folded, rule.partner, pointers):
            yield _plan(folded.key, rule, canonical_bytes(content))


def _contents(folded: Folded, rule: SendRule, kind: Kind) -> Iterator[tuple[Document, list[str]]]:
    """The pieces of the shipment that make one message each, with the pointers of the facts they carry."""
    document = folded.document
    if kind.content == "status":
        head = {name: document[name] for name in STATUS_KEEPS if name in document}
        for one in document.get("milestones", ()):
            if not one.get("withdrawn") and (not rule.codes or one["code"] in rule.codes):
                yield {**head, "milestones": [one]}, [f"/milestones/{one['id']}"]
    elif kind.content == "houses":
        for at, house in enumerate(document.get("houses", ())):
            head = {name: document[name] for name in STATUS_KEEPS if name in document}
            yield {**head, "houses": [house]}, [name for name in folded.lineage if name.startswith(f"/houses/{at}/")]
    else:
        kept = ("bookings",) if kind.content == "booking" else ()
        content = {name: value for name, value in document.items() if name in kept or name not in WAYBILL_ONLY}
        yield content, [name for name, _ in all_leaves(content)]


def _is_news(folded: Folded, partner: str, pointers: Sequence[str]) -> bool:
    """Whether any of these facts was not told by this very partner: a fact never goes back to one of its witnesses."""
    known = [folded.lineage[name] for name in pointers if name in folded.lineage]
    return any(not _witnessed(partner, witnesses) for witnesses in known)


def _witnessed(partner: str, witnesses: Sequence[Witness]) -> bool:
    return any(one.partner == partner for one in witnesses)


def _plan(shipment: str, rule: SendRule, content: bytes) -> DeliveryPlan:
    parts: tuple[Any, ...] = (rule.partner, rule.channel, rule.target, shipment)
    name = hashlib.blake2b("\x1f".join(parts).encode() + b"\x1f" + content, digest_size=16).hexdigest()
    return DeliveryPlan(
        key=name,
        partner=rule.partner,
        channel=rule.channel,
        target=rule.target,
        shipment=shipment,
        content=content,
        ordering=rule.ordering,
    )
