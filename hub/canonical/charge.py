"""Charges of a waybill as the rate description tells them. Frozen; every field may be absent. Knows no wire format."""

from hub.canonical.value import Amount, Dimensions, Measure, Money, Number, Part, Uld


class WireGoods(Part, frozen=True, kw_only=True):
    """One goods line of a rate description as the wire had it: its own line number, if any, and its kind (NG ND NV …)."""

    kind: str
    line: int | None = None


class ChargeLine(Part, frozen=True, kw_only=True):
    """One rate line of the waybill and the goods told under it.

    ``sequence`` keeps the wire's order of the goods lines where it is not the writer's own order.
    """

    line: int
    pieces: int | None = None
    weight: Measure | None = None
    rate_point: str | None = None
    rate_class: str | None = None
    rate_class_basis: str | None = None
    commodity: str | None = None
    chargeable_weight: Measure | None = None
    rate: Money | None = None
    total: Money | None = None
    goods_kind: str | None = None
    goods: list[str] = []
    hs_codes: list[str] = []
    slac: int | None = None
    volume: Measure | None = None
    origin_country: str | None = None
    dimensions: list[Dimensions] = []
    dimensions_unavailable: bool | None = None
    ulds: list[Uld] = []
    service_code: str | None = None
    sequence: list[WireGoods] = []


class OtherCharge(Part, frozen=True, kw_only=True):
    """One other charge."""

    line: int
    payment: str | None = None
    code: str | None = None
    due: str | None = None
    amount: Money | None = None


class ChargeTotals(Part, frozen=True, kw_only=True):
    """The prepaid or the collect column."""

    weight: Money | None = None
    valuation: Money | None = None
    tax: Money | None = None
    due_agent: Money | None = None
    due_carrier: Money | None = None
    total: Money | None = None


class Charges(Part, frozen=True, kw_only=True):
    """Currency, declared values, rate lines, other charges and totals."""

    currency: str | None = None
    code: str | None = None
    weight_payment: str | None = None
    other_payment: str | None = None
    declared_carriage: Amount | None = None
    declared_customs: Amount | None = None
    insurance: Amount | None = None
    lines: list[ChargeLine] = []
    other: list[OtherCharge] = []
    prepaid: ChargeTotals | None = None
    collect: ChargeTotals | None = None


class Accounting(Part, frozen=True, kw_only=True):
    """Accounting information: identifier code and text."""

    code: str | None = None
    text: str | None = None


class DestinationCharges(Part, frozen=True, kw_only=True):
    """CDC: charges in the destination currency."""

    currency: str | None = None
    rate: Number | None = None
    converted: Money | None = None
    at_destination: Money | None = None
    total: Money | None = None


class Commission(Part, frozen=True, kw_only=True):
    """COI."""

    indicator: str | None = None
    amount: Money | None = None
    percentage: Number | None = None


class SalesIncentive(Part, frozen=True, kw_only=True):
    """SII."""

    amount: Money | None = None
    code: str | None = None
