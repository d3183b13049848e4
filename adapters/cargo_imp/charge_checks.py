"""Checks of a waybill's charges: totals, entitlements, rates, prepaid and collect. Knows the tree's names, no layout.

A check that lacks a figure says nothing. Source: reference/cargo-imp.md section 3.2.
"""

from decimal import Decimal

from adapters.cargo_imp.told import NONE, Told, number
from hub.problem import Code
from hub.syntax import Node

PREPAID_CODES = frozenset({"PP", "PX", "PZ", "PG"})
COLLECT_CODES = frozenset({"CC", "CZ", "CG", "CP", "CX", "CM"})
BY_WEIGHT = frozenset("NQKCEP")
FLAT = frozenset("MU")
_SUMMANDS = ("weight", "valuation", "tax", "due_agent", "due_carrier")


def charge_totals(told: Told) -> None:
    """CT is WT, VC, TX, OA and OC together."""
    for name in ("PPD", "COL"):
        summary = told.first.get(name)
        totals = summary.first("totals") if summary is not None else None
        total = number(totals, "total")
        if summary is None or totals is None or total is None:
            continue
        places = [(node, one) for node in (summary, totals) for one in _SUMMANDS if one in node.elements]
        parts = sum((Decimal(node.elements[one].text) for node, one in places), NONE)
        if places and parts != total:
            told.say(
                Code.IMP_CHECK_TOTAL,
                f"{name}: CT {total}, but its parts are {parts} together",
                (totals, "total"),
                str(parts),
                places,
            )


def weight_charge(told: Told) -> None:
    """The totals of the rate lines are the weight charge."""
    charged = [(node, "weight") for name in ("PPD", "COL") if (node := told.first.get(name)) and "weight" in node.elements]
    rated = told.goods.rated
    if not charged or not rated:
        return
    weight = sum((Decimal(node.elements[name].text) for node, name in charged), NONE)
    total = sum((Decimal(node.elements["total"].text) for node in rated), NONE)
    if weight != total:
        says = f"weight charge {weight}, but the rate lines total {total}"
        told.say(Code.IMP_CHECK_WEIGHT_CHARGE, says, charged[0], str(total), [(node, "total") for node in rated])


def other_charges(told: Told) -> None:
    """The other charges of each entitlement are OA and OC."""
    other = told.first.get("OTH")
    if other is None:
        return
    sums: dict[tuple[str | None, str | None], list[Node]] = {}
    for line in other.children:
        payment = line.text("payment")
        for charge in line.children:
            sums.setdefault((payment, charge.text("due")), []).append(charge)
    for (payment, due), charges in sums.items():
        name, field = "COL" if payment == "C" else "PPD", "due_agent" if due == "A" else "due_carrier"
        summary = told.first.get(name)
        totals = summary.first("totals") if summary is not None else None
        total = sum((Decimal(one.elements["amount"].text) for one in charges), NONE)
        stated = number(totals, field)
        if total == (stated or NONE):
            continue
        place = (totals, field) if totals is not None and stated is not None else (charges[0], "amount")
        others = [(one, "amount") for one in charges] if stated is not None else [(totals, "total")] if totals is not None else []
        told.say(Code.IMP_CHECK_OTHER, f"{name}: O{due} {stated or 0}, but OTH has {total}", place, str(total), others)


def rates(told: Told) -> None:
    """A total is weight by rate; for a minimum or a unit load device it is the rate itself."""
    for line in told.goods.rated:
        weight, rate, total = number(line, "chargeable_weight"), number(line, "rate"), number(line, "total")
        kind = line.text("rate_class")
        if weight is None or rate is None or total is None or kind is None or total == rate:
            continue
        expected = weight * rate if kind in BY_WEIGHT else rate if kind in FLAT else total
        if abs(total - expected) > max(Decimal(1), expected / 200):
            says = f"rate line: total {total}, but class {kind} makes it {expected}"
            told.say(Code.IMP_CHECK_RATE, says, (line, "total"), str(expected), [(line, "chargeable_weight"), (line, "rate")])


def payment(told: Told) -> None:
    """What is declared prepaid is not in COL, what is declared collect not in PPD, and the charge code says the same."""
    declared = told.first.get("CVD")
    if declared is None:
        return
    for letter, fields, on_first in (
        ("weight_payment", ("weight", "valuation"), True),
        ("other_payment", ("due_agent", "due_carrier"), False),
    ):
        payment = declared.text(letter)
        summary = told.first.get("COL" if payment == "P" else "PPD") if payment else None
        node = summary if on_first or summary is None else summary.first("totals")
        wrong = next((one for one in fields if node is not None and number(node, one)), None)
        if node is not None and wrong is not None and summary is not None:
            says = f"{summary.name} has charges that CVD declares {'prepaid' if payment == 'P' else 'collect'}"
            told.say(Code.IMP_CHECK_PAYMENT, says, (node, wrong), None, [(declared, letter)])
    _charge_code(told, declared)


def _charge_code(told: Told, declared: Node) -> None:
    code = declared.text("charge_code") or ""
    wanted = "P" if code in PREPAID_CODES else "C" if code in COLLECT_CODES else None
    wrong = next(
        (one for one in ("weight_payment", "other_payment") if wanted and declared.text(one) not in (None, wanted)), None
    )
    if wrong is not None:
        says = f"CVD: charge code {code} and payment {declared.text(wrong)} do not agree"
        told.say(Code.IMP_CHECK_PAYMENT, says, (declared, wrong), wanted, [(declared, "charge_code")])


def destination_charges(told: Told) -> None:
    """The total in the destination's currency is the converted charges and those at destination."""
    charges = told.first.get("CDC")
    total = number(charges, "total")
    parts = (number(charges, "converted") or NONE) + (number(charges, "at_destination") or NONE)
    if charges is not None and total is not None and total != parts:
        places = [(charges, "converted"), (charges, "at_destination")]
        told.say(
            Code.IMP_CHECK_TOTAL,
            f"CDC: total {total}, but its parts are {parts} together",
            (charges, "total"),
            str(parts),
            places,
        )
