"""Checks of a waybill's charges: totals, entitlements, rates, prepaid and collect. Knows the tree's names, no layout.

A check that lacks a figure says nothing. Source: reference/cargo-imp.md section 3.2.
"""

from decimal import Decimal

from adapters.cargo_imp.told import NONE, Told, agree, amount, number
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
        summary, totals = told.first.get(name), told.totals(name)
        if summary is None or totals is None or "total" not in totals.elements:
            continue
        stated = float(totals.elements["total"].text)
        found = sum([float(one.text) for node in (summary, totals) for one in node.elements.values()]) - stated
        if not agree(found, stated) and (found or len(totals.elements) > 1):
            _say_total(told, name, summary, totals)


def _say_total(told: Told, name: str, summary: Node, totals: Node) -> None:
    places = [(node, one) for node in (summary, totals) for one in _SUMMANDS if one in node.elements]
    parts = sum((Decimal(node.elements[one].text) for node, one in places), NONE)
    says = f"{name}: CT {totals.text('total')}, but its parts are {parts} together"
    told.say(Code.IMP_CHECK_TOTAL, says, (totals, "total"), str(parts), places)


def weight_charge(told: Told) -> None:
    """The totals of the rate lines are the weight charge."""
    charged = [(node, "weight") for name in ("PPD", "COL") if (node := told.first.get(name)) and "weight" in node.elements]
    rated = told.goods.rated
    if not charged or not rated or agree(sum([amount(*one) for one in charged]), sum([amount(one, "total") for one in rated])):
        return
    weight = sum((Decimal(node.elements[name].text) for node, name in charged), NONE)
    total = sum((Decimal(node.elements["total"].text) for node in rated), NONE)
    says = f"weight charge {weight}, but the rate lines total {total}"
    told.say(Code.IMP_CHECK_WEIGHT_CHARGE, says, charged[0], str(total), [(node, "total") for node in rated])


def other_charges(told: Told) -> None:
    """The other charges of each entitlement are OA and OC."""
    other = told.first.get("OTH")
    if other is None:
        return
    sums: dict[tuple[str, str], float] = {}
    for line in other.children:
        payment = "COL" if line.text("payment") == "C" else "PPD"
        for charge in line.children:
            elements = charge.elements
            key = payment, "due_agent" if elements["due"].text == "A" else "due_carrier"
            sums[key] = sums.get(key, 0.0) + float(elements["amount"].text)
    for (name, due), total in sums.items():
        totals = told.totals(name)
        if not agree(total, 0.0 if totals is None else amount(totals, due)):
            _say_other(told, other, name, due, totals)


def _say_other(told: Told, other: Node, name: str, due: str, totals: Node | None) -> None:
    letter, payment = "A" if due == "due_agent" else "C", name[0]
    charges = [(one, "amount") for line in other.children if line.text("payment") == payment for one in line.all("charge")]
    charges = [one for one in charges if one[0].text("due") == letter]
    total = sum((Decimal(node.elements["amount"].text) for node, _ in charges), NONE)
    stated = totals is not None and due in totals.elements
    says = f"{name}: O{letter} {totals.text(due) if stated and totals else 0}, but OTH has {total}"
    if stated and totals is not None:
        told.say(Code.IMP_CHECK_OTHER, says, (totals, due), str(total), charges)
    else:
        told.say(Code.IMP_CHECK_OTHER, says, charges[0], str(total), [(totals, "total")] if totals is not None else [])


def rates(told: Told) -> None:
    """A total is weight by rate; for a minimum or a unit load device it is the rate itself."""
    for line in told.goods.rated:
        elements = line.elements
        kind = line.text("rate_class")
        if kind is None or "rate" not in elements or "chargeable_weight" not in elements:
            continue
        rate, total = float(elements["rate"].text), float(elements["total"].text)
        expected = amount(line, "chargeable_weight") * rate if kind in BY_WEIGHT else rate if kind in FLAT else total
        if total != rate and abs(total - expected) > max(1.0, expected / 200):
            says = f"rate line: total {total:.2f}, but class {kind} makes it {expected:.2f}"
            others = [(line, "chargeable_weight"), (line, "rate"), (line, "rate_class")]
            told.say(Code.IMP_CHECK_RATE, says, (line, "total"), f"{expected:.2f}", others)


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
        node = summary if on_first or summary is None else told.totals(summary.name)
        wrong = next((one for one in fields if node is not None and amount(node, one)), None)
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
    if charges is None or total is None:
        return
    parts = (number(charges, "converted") or NONE) + (number(charges, "at_destination") or NONE)
    if total != parts:
        places = [(charges, "converted"), (charges, "at_destination")]
        says = f"CDC: total {total}, but its parts are {parts} together"
        told.say(Code.IMP_CHECK_TOTAL, says, (charges, "total"), str(parts), places)
