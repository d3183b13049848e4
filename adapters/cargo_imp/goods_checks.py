"""Checks of a waybill's goods: pieces, weight, dimensions, volume. Knows the tree's names, no layout.

A check that lacks a figure says nothing. Source: reference/cargo-imp.md section 3.2.
"""

from decimal import Decimal

from adapters.cargo_imp.goods_figures import volume_of
from adapters.cargo_imp.told import NONE, Told, amount
from hub.problem import Code

ROUNDED = 0.5
"""Weights may be rounded to the next half kilogram."""


def pieces(told: Told) -> None:
    """The pieces of the rate lines are those of the waybill."""
    waybill, lines = told.first.get("AWB"), told.goods.counted
    pieces = waybill.text("pieces") if waybill is not None else None
    if waybill is None or pieces is None or not lines:
        return
    found = sum(int(line.elements["pieces"].text) for line in lines)
    if found != int(pieces):
        says = f"waybill of {pieces} pieces, but the rate lines have {found}"
        told.say(Code.IMP_CHECK_PIECES, says, (lines[0], "pieces"), pieces, [(waybill, "pieces")])


def weight(told: Told) -> None:
    """The weights of the rate lines are that of the waybill, where they are told in its unit."""
    waybill, lines = told.first.get("AWB"), told.goods.weighed
    if waybill is None or not lines or "weight" not in waybill.elements:
        return
    if abs(sum([amount(line, "weight") for line in lines]) - amount(waybill, "weight")) <= ROUNDED:
        return
    if any(one.text("weight_unit") != waybill.text("weight_unit") for one in lines):
        return
    found = sum((Decimal(line.elements["weight"].text) for line in lines), NONE)
    says = f"waybill of {waybill.text('weight')}, but the rate lines weigh {found}"
    told.say(Code.IMP_CHECK_WEIGHT, says, (lines[0], "weight"), waybill.text("weight"), [(waybill, "weight")])


def dimension_pieces(told: Told) -> None:
    """The pieces measured are those of the rate lines, or those the shipper counted."""
    goods = told.goods
    if not goods.measured or goods.unmeasured or not goods.counted:
        return
    pieces = sum(int(line.elements["pieces"].text) for line in goods.counted)
    found = sum(int(line.elements["pieces"].text) for line in goods.measured)
    if found != pieces and found != goods.shipper_count:
        says = f"{pieces} pieces, but dimensions of {found}"
        others = [(line, "pieces") for line in goods.counted]
        told.say(Code.IMP_CHECK_DIMENSION_PIECES, says, (goods.measured[0], "pieces"), str(pieces), others)


def volume(told: Told) -> None:
    """Volume on the waybill, on NV lines, and by the dimensions of all pieces; a tenth of difference is allowed."""
    goods, waybill = told.goods, told.first.get("AWB")
    stated = [line for line in goods.volumes if "volume" in line.elements]
    of_waybill = volume_of(waybill) if waybill is not None else None
    of_lines = sum(volume_of(line) or 0.0 for line in stated)
    place = (stated[0], "volume") if stated else (waybill, "volume") if waybill is not None and of_waybill else None
    if stated and waybill is not None and of_waybill and _apart(of_lines, of_waybill):
        says = f"waybill of {of_waybill:.2f} cubic metres, but NV has {of_lines:.2f}"
        told.say(Code.IMP_CHECK_VOLUME, says, (stated[0], "volume"), waybill.text("volume"), [(waybill, "volume")])
    measured = goods.measured_volume()
    if place is not None and measured is not None and _apart(measured, of_lines or of_waybill or 0.0):
        says = f"volume of {of_lines or of_waybill:.2f} cubic metres, but the dimensions make {measured:.2f}"
        told.say(Code.IMP_CHECK_VOLUME, says, place, f"{measured:.2f}", [(line, "length") for line in goods.measured])


def _apart(one: float, other: float) -> bool:
    return abs(one - other) > max(0.02, max(one, other) / 10)
