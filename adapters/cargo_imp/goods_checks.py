"""Checks of a waybill's goods: pieces, weight, dimensions, volume. Knows the tree's names, no layout.

A check that lacks a figure says nothing. Source: reference/cargo-imp.md section 3.2.
"""

from adapters.cargo_imp.goods_figures import volume_of
from adapters.cargo_imp.told import Told, summed
from hub.problem import Code

ROUNDED = 0.5
"""Weights may be rounded to the next half kilogram."""


def pieces(told: Told) -> None:
    """The pieces of the rate lines are those of the waybill."""
    waybill, goods = told.first.get("AWB"), told.goods
    stated = waybill.text("pieces") if waybill is not None else None
    if waybill is None or not stated or not goods.counted or goods.pieces == int(stated):
        return
    says = f"waybill of {stated} pieces, but the rate lines have {goods.pieces}"
    told.say(Code.IMP_CHECK_PIECES, says, (goods.counted[0], "pieces"), stated, [(waybill, "pieces")])


def weight(told: Told) -> None:
    """The weights of the rate lines are that of the waybill, where they are told in its unit."""
    waybill, goods = told.first.get("AWB"), told.goods
    stated = waybill.text("weight") if waybill is not None else None
    if waybill is None or not stated or not goods.weighed or abs(goods.weight - float(stated)) <= ROUNDED:
        return
    if any(one.text("weight_unit") != waybill.text("weight_unit") for one in goods.weighed):
        return
    found = summed([(line, "weight") for line in goods.weighed])
    says = f"waybill of {stated}, but the rate lines weigh {found}"
    told.say(Code.IMP_CHECK_WEIGHT, says, (goods.weighed[0], "weight"), stated, [(waybill, "weight")])


def dimension_pieces(told: Told) -> None:
    """The pieces measured are those of the rate lines, or those the shipper counted."""
    goods = told.goods
    if not goods.measured or goods.unmeasured or not goods.counted:
        return
    if goods.measured_pieces not in (goods.pieces, goods.shipper_count):
        says = f"{goods.pieces} pieces, but dimensions of {goods.measured_pieces}"
        others = [(line, "pieces") for line in goods.counted]
        place = goods.measured[0], "pieces"
        told.say(Code.IMP_CHECK_DIMENSION_PIECES, says, place, str(goods.pieces), others)


def volume(told: Told) -> None:
    """Volume on the waybill, on NV lines, and by the dimensions of all pieces; a tenth of difference is allowed."""
    goods, waybill = told.goods, told.first.get("AWB")
    of_waybill = (volume_of(waybill) if waybill is not None else None) or 0.0
    if goods.volumes and waybill is not None and of_waybill and _apart(goods.volume, of_waybill):
        says = f"waybill of {of_waybill:.2f} cubic metres, but NV has {goods.volume:.2f}"
        told.say(Code.IMP_CHECK_VOLUME, says, (goods.volumes[0], "volume"), waybill.text("volume"), [(waybill, "volume")])
        return
    stated = goods.volume or of_waybill
    if not goods.measured or goods.unmeasured or goods.measured_pieces != goods.pieces or not stated or waybill is None:
        return
    if _apart(goods.measured_volume, stated):
        says = f"volume of {stated:.2f} cubic metres, but the dimensions make {goods.measured_volume:.2f}"
        place = (goods.volumes[0] if goods.volumes else waybill), "volume"
        told.say(
            Code.IMP_CHECK_VOLUME, says, place, f"{goods.measured_volume:.2f}", [(line, "length") for line in goods.measured]
        )


def _apart(one: float, other: float) -> bool:
    return abs(one - other) > max(0.02, max(one, other) / 10)
