"""Checks across lines of a message that could be read whole: one row per check in :data:`CHECKS`, a warning with all its places.

Knows trees as the tables make them; knows no text, no layout and no envelope. A check that lacks a figure says nothing. Source:
reference/cargo-imp.md sections 3.2, 4, 8, 9.
"""

from collections.abc import Callable

import msgspec

from adapters.cargo_imp import charge_checks, goods_checks
from adapters.cargo_imp.late import opened
from adapters.cargo_imp.told import Told, agree, summed
from hub.problem import Code
from hub.syntax import Node

SECURITY = frozenset({"SPX", "SCO", "SHR", "NSC"})
_WHOSE = ("subject", "country")
_STATED = ("pieces", "weight", "weight_unit")


def _routing(told: Told) -> None:
    """The last airport of the routing is the destination."""
    waybill, routing = told.first.get("AWB"), told.first.get("RTG")
    if waybill is None or routing is None or not opened(routing).children:
        return
    last, destination = routing.children[-1], waybill.text("destination")
    airport = last.text("airport")
    if airport is None or destination is None or airport == destination or _one_city(airport, destination):
        return
    says = f"routing ends at {airport}, the waybill's destination is {destination}"
    told.say(Code.IMP_CHECK_ROUTING, says, (last, "airport"), destination, [(waybill, "destination")])


def _legs(told: Told) -> None:
    """The first carrier is always told, and every further airport; a further carrier only where it is another one."""
    routing = told.first.get("RTG")
    for at, leg in enumerate(routing.children if routing is not None else ()):
        missing, there = ("airport", "carrier") if at else ("carrier", "airport")
        if missing not in leg.elements:
            says = f"RTG: leg {at + 1} has no {missing}"
            told.say(Code.IMP_CHECK_LEG, says, (leg, there), f"{'an airport' if at else 'a carrier'}", ())


def _one_city(one: str, other: str) -> bool:
    from hub.canonical.station import METROPOLITAN

    return any({one, other} <= {city, *airports} for city, airports in METROPOLITAN.items())


def _security(told: Told) -> None:
    """One security status, the same in SPH and in OCI."""
    handling, customs = told.first.get("SPH"), told.first.get("OCI")
    stated = [one for one in opened(handling).children if one.text("code") in SECURITY] if handling is not None else []
    if not stated:
        return
    if len(stated) > 1 and len({one.text("code") for one in stated}) > 1:
        says = f"SPH has {' and '.join(one.text('code') or '' for one in stated)}: a consignment has one security status"
        told.say(Code.IMP_CHECK_SECURITY, says, (stated[1], "code"), stated[0].text("code"), [(stated[0], "code")])
        return
    lines = customs.children if customs is not None else ()
    declared = [line for line in lines if line.text("identifier") == "SS" and line.text("text") in SECURITY]
    if declared and not any(line.text("text") == stated[0].text("code") for line in declared):
        says = f"security status {stated[0].text('code')} in SPH, {declared[0].text('text')} in OCI"
        told.say(Code.IMP_CHECK_SECURITY, says, (stated[0], "code"), declared[0].text("text"), [(declared[0], "text")])


def _customs_order(told: Told) -> None:
    """A customs line without country and subject belongs to the one above it; the first has none above."""
    customs = told.first.get("OCI")
    first = customs.children[0] if customs is not None and customs.children else None
    if first is not None and not any(first.texts(_WHOSE)):
        says = "the first OCI line continues another (no country, no subject), but there is none above it"
        told.say(Code.IMP_CHECK_CUSTOMS, says, (first, "identifier"), "a country or a subject", ())


def _houses(told: Told) -> None:
    """The houses of a list are not more than their master; all of a list of several are as much."""
    master, houses = told.first.get("MBI"), told.houses
    if master is None or houses.unweighed or len(houses.lines) != houses.count or "PART" in told.first:
        return
    pieces, weight, unit = master.texts(_STATED)
    if not pieces or not weight:
        return
    several = houses.count > 1
    if houses.pieces > int(pieces) or (several and houses.pieces < int(pieces)):
        _say_houses(told, Code.IMP_CHECK_PIECES, master, "pieces")
    heavier = houses.weight > float(weight)
    if houses.unit == unit and not agree(houses.weight, float(weight)) and (several or heavier):
        _say_houses(told, Code.IMP_CHECK_WEIGHT, master, "weight")


def _say_houses(told: Told, code: Code, master: Node, name: str) -> None:
    lines = [(line, name) for line in told.houses.lines]
    found = summed(lines)
    says = f"master of {name} {master.text(name)}, but {len(lines)} house waybill{'s' * (len(lines) > 1)} of {found}"
    told.say(code, says, (master, name), str(found), lines)


def _consignee_alone(told: Told) -> None:
    """A consignee stands in a house list only behind a shipper."""
    consignee = told.houses.consignee
    if consignee is not None:
        told.say(Code.IMP_HOUSE_PARTIES, "CNE without SHP", (consignee, "account"), "SHP before it", ())


def _status_pieces(told: Told) -> None:
    """No status is of more pieces than its consignment."""
    for consignment in told.root.all("AWB"):
        stated = "total_pieces" if consignment.text("total_pieces") else "pieces"
        total = consignment.text(stated)
        if total is None or (stated == "pieces" and consignment.text("description") != "T"):
            continue
        for status in consignment.children:
            pieces = status.text("pieces")
            if pieces is not None and int(pieces) > int(total):
                says = f"{status.text('code')} of {pieces} pieces, the consignment has {total}"
                told.say(Code.IMP_CHECK_PIECES, says, (status, "pieces"), f"at most {total}", [(consignment, stated)])


class Check(msgspec.Struct, frozen=True):
    """One row: the check's name for people, the types it is made for, and what finds."""

    name: str
    types: frozenset[str]
    find: Callable[[Told], None]


_FWB, _FHL, _STATUS = frozenset({"FWB"}), frozenset({"FHL"}), frozenset({"FSU", "FSA"})
CHECKS = (
    Check("charge totals", _FWB, charge_checks.charge_totals),
    Check("weight charge against rate lines", _FWB, charge_checks.weight_charge),
    Check("other charges against due agent and due carrier", _FWB, charge_checks.other_charges),
    Check("total of a rate line", _FWB, charge_checks.rates),
    Check("prepaid and collect", _FWB, charge_checks.payment),
    Check("charges in destination currency", _FWB, charge_checks.destination_charges),
    Check("pieces of the rate lines", _FWB, goods_checks.pieces),
    Check("weight of the rate lines", _FWB, goods_checks.weight),
    Check("pieces measured", _FWB, goods_checks.dimension_pieces),
    Check("volume", _FWB, goods_checks.volume),
    Check("routing and destination", _FWB, _routing),
    Check("legs of the routing", _FWB, _legs),
    Check("security status", _FWB, _security),
    Check("customs lines", _FWB, _customs_order),
    Check("houses against their master", _FHL, _houses),
    Check("consignee behind shipper", _FHL, _consignee_alone),
    Check("pieces of a status", _STATUS, _status_pieces),
)


def checks_of(type: str) -> tuple[Callable[[Told], None], ...]:
    """What is to be run on a message of this type."""
    return tuple(check.find for check in CHECKS if type in check.types)
