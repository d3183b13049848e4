"""Checks of a waybill's charges: totals, entitlements, rates, prepaid and collect. Knows the tree's names, no layout.

A check that lacks a figure says nothing. Source: reference/cargo-imp.md section 3.2.
"""

from adapters.cargo_imp.late import opened
from adapters.cargo_imp.told import Told, agree, amount, summed
from hub.problem import Code
from hub.syntax import Node

PREPAID_CODES = frozenset({"PP", "PX", "PZ", "PG"})
COLLECT_CODES = frozenset({"CC", "CZ", "CG", "CP", "CX", "CM"})
BY_WEIGHT = frozenset("NQKCEP")
FLAT = frozenset("MU")
_DECLARED = (("weight_payment", ("weight", "valuation")), ("other_payment", ("due_agent", "due_carrier")))
_ABOVE, _BELOW = ("weight", "valuation", "tax"), ("due_agent", "due_carrier")
_SUMMANDS = (*_ABOVE, *_BELOW)
_RATE = ("rate_class", "chargeable_weight", "rate", "total")
_CHARGE = ("due", "amount")


def charge_totals(told: Told) -> None:
    """CT is WT, VC, TX, OA and OC together."""
    for name in ("PPD", "COL"):
        summary, totals = told.first.get(name), told.totals(name)
        stated = totals.text("total") if totals is not None else None
        if summary is None or totals is None or not stated:
            continue
        parts = [float(text) for text in (*summary.texts(_ABOVE), *totals.texts(_BELOW)) if text]
        if parts and not agree(sum(parts), float(stated)):
            _say_total(told, name, summary, totals)


def _say_total(told: Told, name: str, summary: Node, totals: Node) -> None:
    places = [(node, one) for node in (summary, totals) for one in _SUMMANDS if node.text(one)]
    parts = summed(places)
    says = f"{name}: CT {totals.text('total')}, but its parts are {parts} together"
    told.say(Code.IMP_CHECK_TOTAL, says, (totals, "total"), str(parts), places)


def weight_charge(told: Told) -> None:
    """The totals of the rate lines are the weight charge."""
    rated, prepaid, collect = told.goods.rated, told.first.get("PPD"), told.first.get("COL")
    charged = [(node, "weight") for node in (prepaid, collect) if node is not None and node.text("weight")]
    if not charged or not rated or agree(sum([amount(*one) for one in charged]), told.goods.charge):
        return
    weight, totals = summed(charged), [(node, "total") for node in rated]
    total = summed(totals)
    says = f"weight charge {weight}, but the rate lines total {total}"
    told.say(Code.IMP_CHECK_WEIGHT_CHARGE, says, charged[0], str(total), totals)


def other_charges(told: Told) -> None:
    """The other charges of each entitlement are OA and OC."""
    other = told.first.get("OTH")
    if other is None:
        return
    sums = {"PPD": [0.0, 0.0], "COL": [0.0, 0.0]}
    for line in other.children:
        due = sums["COL" if line.text("payment") == "C" else "PPD"]
        for charge in opened(line).children:
            to, figure = charge.texts(_CHARGE)
            due[to == "A"] += float(figure or 0)
    for name, (carrier, agent) in sums.items():
        totals = told.totals(name)
        if not carrier and not agent:
            continue
        if not agree(agent, 0.0 if totals is None else amount(totals, "due_agent")):
            _say_other(told, other, name, "due_agent", totals)
        if not agree(carrier, 0.0 if totals is None else amount(totals, "due_carrier")):
            _say_other(told, other, name, "due_carrier", totals)


def _say_other(told: Told, other: Node, name: str, due: str, totals: Node | None) -> None:
    letter, payment = "A" if due == "due_agent" else "C", name[0]
    lines = [line for line in other.children if line.text("payment") == payment]
    charges = [(one, "amount") for line in lines for one in opened(line).children if one.text("due") == letter]
    total = summed(charges)
    stated = totals is not None and totals.text(due)
    says = f"{name}: O{letter} {stated or 0}, but OTH has {total}"
    if stated and totals is not None:
        told.say(Code.IMP_CHECK_OTHER, says, (totals, due), str(total), charges or [(other.children[0], "payment")])
    else:
        told.say(Code.IMP_CHECK_OTHER, says, charges[0], str(total), [(totals, "total")] if totals is not None else [])


def rates(told: Told) -> None:
    """A total is weight by rate; for a minimum or a unit load device it is the rate itself."""
    for line in told.goods.rated:
        kind, weight, by, of = line.texts(_RATE)
        if not (kind and weight and by and of):
            continue
        rate, total = float(by), float(of)
        expected = float(weight) * rate if kind in BY_WEIGHT else rate if kind in FLAT else total
        if total != rate and abs(total - expected) > max(1.0, expected / 200):
            says = f"rate line: total {total:.2f}, but class {kind} makes it {expected:.2f}"
            others = [(line, "chargeable_weight"), (line, "rate"), (line, "rate_class")]
            told.say(Code.IMP_CHECK_RATE, says, (line, "total"), f"{expected:.2f}", others)


def payment(told: Told) -> None:
    """What is declared prepaid is not in COL, what is declared collect not in PPD, and the charge code says the same."""
    declared = told.first.get("CVD")
    if declared is None:
        return
    for name, fields in _DECLARED:
        letter = declared.text(name)
        summary = told.first.get("COL" if letter == "P" else "PPD") if letter else None
        if summary is not None:
            node = summary if name == "weight_payment" else told.totals(summary.name)
            for field in fields:
                if node is not None and float(node.text(field) or 0):
                    says = f"{summary.name} has charges that CVD declares {'prepaid' if summary.name == 'COL' else 'collect'}"
                    told.say(Code.IMP_CHECK_PAYMENT, says, (node, field), None, [(declared, name)])
                    break
    _charge_code(told, declared)


def _charge_code(told: Told, declared: Node) -> None:
    code = declared.text("charge_code") or ""
    wanted = "P" if code in PREPAID_CODES else "C" if code in COLLECT_CODES else ""
    if not wanted:
        return
    wrong = next((name for name, _ in _DECLARED if declared.text(name) not in (None, wanted)), None)
    if wrong is not None:
        says = f"CVD: charge code {code} and payment {declared.text(wrong)} do not agree"
        told.say(Code.IMP_CHECK_PAYMENT, says, (declared, wrong), wanted, [(declared, "charge_code")])


def destination_charges(told: Told) -> None:
    """The total in the destination's currency is the converted charges and those at destination."""
    charges = told.first.get("CDC")
    if charges is None or not charges.text("total"):
        return
    if not agree(amount(charges, "converted") + amount(charges, "at_destination"), amount(charges, "total")):
        places = [(charges, "converted"), (charges, "at_destination")]
        parts = summed(places)
        says = f"CDC: total {charges.text('total')}, but its parts are {parts} together"
        told.say(Code.IMP_CHECK_TOTAL, says, (charges, "total"), str(parts), places)
