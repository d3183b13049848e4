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
    told = best(side)
    if told is not None and "at" not in milestone:
        milestone["at"], milestone["time"] = told
    elif told is not None and code in INBOUND and milestone["at"] == told[0]:
        milestone["told_twice"] = True
    milestone.setdefault("time", "planned" if code == "BKD" else "actual")
    at = milestone.get("at")
    if at is not None and "T" not in at:
        milestone["date"] = milestone.pop("at")
    if milestone.get("description_code") in ("P", "S", "D"):
        milestone["partial"] = True


def best(side: Document | None) -> tuple[str, str] | None:
    """The best time of one end of a leg and what it is: actual before estimated before planned."""
    return next(((side[wire], canonical) for wire, canonical in _KINDS if wire in side), None) if side else None


def prepared(document: Document) -> Document:
    """A copy of a shipment ready for writing: what :func:`settle` made of other fields is spread back where only it is there."""
    copy = dict(document)
    total = copy.get("pieces")
    if total is not None:
        copy.setdefault("description_code", "T")
    if "milestones" in copy:
        copy["milestones"] = [_spread_milestone(one, total) for one in copy["milestones"] if not one.get("withdrawn")]
    return copy


def _spread_milestone(milestone: Document, total: int | None) -> Document:
    """The reverse of :func:`_settle_milestone`: ``at`` goes back to the departure or arrival time that it is, or came from."""
    copy = dict(milestone)
    if "pieces" in copy and "description_code" not in copy:
        part = copy.get("partial") or (total is not None and copy["pieces"] < total)
        copy["description_code"] = "P" if part else "T"
    if (
        "at" in copy
        and (copy["code"] in OUTBOUND or copy["code"] in INBOUND)
        and copy.keys() & {"flight", "departure", "arrival"}
    ):
        _spread_time(copy)
    copy.pop("told_twice", None)
    return copy


def _spread_time(milestone: Document) -> None:
    side = "departure" if milestone["code"] in OUTBOUND else "arrival"
    told = best(milestone.get(side))
    here = milestone["code"] in INBOUND and milestone.get("time", "actual") == "actual"
    wire = next(wire for wire, canonical in _KINDS if canonical == milestone.get("time", "actual"))
    if not here and wire not in milestone.get(side, {}):
        milestone[side] = {**milestone.get(side, {}), wire: milestone["at"]}
    told_there = not here and milestone[side][wire] == milestone["at"]
    if told_there or (here and told is not None and told[0] == milestone["at"] and not milestone.get("told_twice")):
        milestone.setdefault("date", milestone["at"][:10])
        del milestone["at"]
