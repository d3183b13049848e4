"""What a statement implies beyond its words, and back: money in minor units, the best time of a flight milestone, partial
consignments. Pure, in place on fresh documents; knows no format."""

from typing import Any

from hub.canonical.document import Document
from hub.canonical.number import money_text

OUTBOUND = frozenset({"BKD", "MAN", "PRE", "DEP"})
INBOUND = frozenset({"ARR", "RCF", "AWR"})
_KINDS = (("actual", "actual"), ("estimated", "estimated"), ("scheduled", "planned"))
_LINE_MONEY = ("rate", "total")
_DECLARED = ("declared_carriage", "declared_customs", "insurance")
_DESTINATION = ("converted", "at_destination", "total")


def settle(facts: Document) -> None:
    """Complete freshly read facts in place (canonical.md, Rules and wire's habits)."""
    _settle_money(facts)
    for house in facts.get("houses", ()):
        _settle_money(house)
    for milestone in facts.get("milestones", ()):
        _settle_milestone(milestone)


def _money(holder: Any, names: tuple[str, ...], currency: str | None) -> None:
    for name in names:
        value = holder.get(name)
        if value is not None and not value.isalpha():
            holder[name] = money_text(value, currency)


def _settle_money(facts: Document) -> None:
    charges = facts.get("charges")
    currency = charges.get("currency") if charges else None
    if charges:
        _money(charges, _DECLARED, currency)
        for line in charges.get("lines", ()):
            _money(line, _LINE_MONEY, currency)
        for other in charges.get("other", ()):
            _money(other, ("amount",), currency)
        for column in ("prepaid", "collect"):
            if column in charges:
                _money(charges[column], tuple(charges[column]), currency)
    for name in ("commission", "sales_incentive"):
        if name in facts:
            _money(facts[name], ("amount",), currency)
    destination = facts.get("destination_charges")
    if destination:
        _money(destination, _DESTINATION, destination.get("currency"))


def _settle_milestone(milestone: Document) -> None:
    code = milestone.get("code")
    side = milestone.get("departure" if code in OUTBOUND else "arrival") if code in OUTBOUND or code in INBOUND else None
    for wire, canonical in _KINDS:
        if side and wire in side and "at" not in milestone:
            milestone["at"] = side[wire]
            milestone["time"] = canonical
    milestone.setdefault("time", "planned" if code == "BKD" else "actual")
    at = milestone.get("at")
    if at is not None and "T" not in at:
        milestone["date"] = milestone.pop("at")
    if milestone.get("description_code") in ("P", "S", "D"):
        milestone["partial"] = True


def prepared(document: Document) -> Document:
    """A copy of a shipment ready for writing: what :func:`settle` made of other fields is spread back where only it is there."""
    copy = dict(document)
    if "milestones" in copy:
        copy["milestones"] = [_spread_milestone(one) for one in copy["milestones"] if not one.get("withdrawn")]
    return copy


def _spread_milestone(milestone: Document) -> Document:
    """Give a flight milestone that has only ``at`` (from another format) the departure or arrival time it stands for."""
    copy = dict(milestone)
    side = "departure" if copy.get("code") in OUTBOUND else "arrival"
    if "flight" in copy and "at" in copy and not copy.get("departure") and not copy.get("arrival"):
        wire = next(wire for wire, canonical in _KINDS if canonical == copy.get("time", "actual"))
        copy[side] = {wire: copy["at"]}
        copy.setdefault("date", copy["at"][:10])
    if copy.get("partial") and "description_code" not in copy:
        copy["description_code"] = "P"
    return copy
