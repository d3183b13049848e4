"""The one class model of a shipment, as frozen types; every field may be absent. Knows no wire format and no storage.

Names and shapes are the contract of ``canonical.md``. In flight a shipment is a plain JSON document (see
:mod:`hub.canonical.document`); these types define, check and describe it.
"""

from typing import Annotated

import msgspec

Number = Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", description="exact decimal")]
Money = Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", description="exact amount in minor units")]
Amount = Annotated[str, msgspec.Meta(pattern=r"^(-?(0|[1-9][0-9]*)(\.[0-9]+)?|NVD|NCV|XXX)$", description="amount, or its code")]
When = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$")]
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Flight = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{2,3}[0-9]{3,4}[A-Z]?$")]


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all canonical types: frozen, absent means absent, unknown fields refused."""


class Measure(Part, frozen=True, kw_only=True):
    """A number with its UN/ECE Rec 20 unit."""

    value: Number
    unit: str


class Contact(Part, frozen=True, kw_only=True):
    """One way to reach a party: the wire's own type code (TE FX TL EM …) and the number or address."""

    type: str
    value: str


class Identifier(Part, frozen=True, kw_only=True):
    """A typed identity or reference."""

    type: str
    value: str


class Participant(Part, frozen=True, kw_only=True):
    """A participant of the air cargo community: type code, identity, airport or city."""

    type: str | None = None
    id: str | None = None
    airport: str | None = None


class Party(Part, frozen=True, kw_only=True):
    """Shipper, consignee, notify."""

    name: str | None = None
    street: list[str] = []
    city: str | None = None
    state: str | None = None
    postcode: str | None = None
    country: str | None = None
    account: str | None = None
    contacts: list[Contact] = []
    contacts_order: list[int] = []
    identifiers: list[Identifier] = []
    name_lines: list[str] = []


class Agent(Party, frozen=True, kw_only=True):
    """The issuing carrier's agent."""

    iata_code: str | None = None
    cass: str | None = None
    participant: str | None = None


class RoutingLeg(Part, frozen=True, kw_only=True):
    """One step of the requested routing."""

    line: int
    to: str | None = None
    carrier: str | None = None


class FlightLeg(Part, frozen=True, kw_only=True):
    """A flight the waybill or booking asks for; ``status`` and ``allotment`` in bookings."""

    flight: Flight
    date: Day | None = None
    day: str | None = None
    origin: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    mode: str | None = None
    status: str | None = None
    allotment: str | None = None


class Dimensions(Part, frozen=True, kw_only=True):
    """Outer measures of a number of equal pieces."""

    length: Number | None = None
    width: Number | None = None
    height: Number | None = None
    unit: str | None = None
    pieces: int | None = None
    weight: Measure | None = None


class Uld(Part, frozen=True, kw_only=True):
    """A unit load device: type, serial and owner without blanks."""

    uld: str
    pieces: int | None = None
    weight: Measure | None = None
    volume: Measure | None = None
    remarks: str | None = None
    loading: str | None = None


class Load(Part, frozen=True, kw_only=True):
    """Pieces booked, manifested, loaded or offloaded on a flight."""

    flight: Flight | None = None
    date: Day | None = None
    origin: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    mode: str | None = None
    uld: str | None = None
    pieces: int | None = None
    weight: Measure | None = None
    volume: Measure | None = None
    description_code: str | None = None
    total_pieces: int | None = None
    status: str | None = None


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


class Customs(Part, frozen=True, kw_only=True):
    """One OCI line; a continuation keeps country and subject absent."""

    line: int
    country: str | None = None
    subject: str | None = None
    identifier: str | None = None
    text: str | None = None


class RegulatedParty(Part, frozen=True, kw_only=True):
    """A regulated agent, carrier or known consignor of the security declaration."""

    role: str | None = None
    category: str | None = None
    country: str | None = None
    number: str | None = None
    expiry: str | None = None


class Security(Part, frozen=True, kw_only=True):
    """The consignment security declaration: a view on the customs lines."""

    status: str | None = None
    issuer: str | None = None
    issued: str | None = None
    screening: list[str] = []
    regulated_parties: list[RegulatedParty] = []
    expiry: str | None = None


class Issued(Part, frozen=True, kw_only=True):
    """Carrier's execution: date, place or airport, signature."""

    date: Day | None = None
    place: str | None = None
    signature: str | None = None


class SenderReference(Part, frozen=True, kw_only=True):
    """REF: the office or the participant that sent the message."""

    office: str | None = None
    file: str | None = None
    participant: Participant | None = None


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


class NominatedHandling(Part, frozen=True, kw_only=True):
    """NOM."""

    name: str | None = None
    place: str | None = None


class OtherParticipant(Part, frozen=True, kw_only=True):
    """OPI."""

    name: str | None = None
    office: str | None = None
    file: str | None = None
    participant: Participant | None = None


class House(Part, frozen=True, kw_only=True):
    """A house waybill told inside its master."""

    hawb: str
    issuer: str | None = None
    origin: str | None = None
    destination: str | None = None
    pieces: int | None = None
    weight: Measure | None = None
    volume: Measure | None = None
    slac: int | None = None
    goods: list[str] = []
    goods_text: str | None = None
    goods_summary: str | None = None
    special_handling: list[str] = []
    special_handling_order: list[int] = []
    hs_codes: list[str] = []
    customs: list[Customs] = []
    shipper: Party | None = None
    consignee: Party | None = None
    notify: Party | None = None
    charges: Charges | None = None


class Booking(Part, frozen=True, kw_only=True):
    """What a booking message says."""

    flights: list[FlightLeg] = []


class FlightTimes(Part, frozen=True, kw_only=True):
    """Times of one end of a leg, local to its station unless an offset is given."""

    scheduled: When | None = None
    estimated: When | None = None
    actual: When | None = None


class Milestone(Part, frozen=True, kw_only=True):
    """Something that happened, is expected or planned, at a station."""

    id: str | None = None
    code: str
    station: str | None = None
    to: str | None = None
    at: When | None = None
    instant: When | None = None
    time: str | None = None
    flight: Flight | None = None
    date: Day | None = None
    departure: FlightTimes | None = None
    arrival: FlightTimes | None = None
    pieces: int | None = None
    weight: Measure | None = None
    volume: Measure | None = None
    density_group: str | None = None
    description_code: str | None = None
    total_pieces: int | None = None
    partial: bool | None = None
    ulds: list[Uld] = []
    house: str | None = None
    party: str | None = None
    received_from: str | None = None
    carrier_from: str | None = None
    carrier_to: str | None = None
    manifest: str | None = None
    discrepancy: str | None = None
    other_service: list[str] = []
    customs: list[Customs] = []
    withdrawn: bool | None = None


class Shipment(Part, frozen=True, kw_only=True):
    """Everything known of one consignment."""

    key: str | None = None
    awb: str | None = None
    sequence: int | None = None
    kind: str | None = None
    origin: str | None = None
    destination: str | None = None
    pieces: int | None = None
    weight: Measure | None = None
    chargeable_weight: Measure | None = None
    volume: Measure | None = None
    density_group: str | None = None
    description_code: str | None = None
    total_pieces: int | None = None
    slac: int | None = None
    goods: list[str] = []
    goods_text: str | None = None
    special_handling: list[str] = []
    special_handling_order: list[int] = []
    product: str | None = None
    service_code: str | None = None
    shipper: Party | None = None
    consignee: Party | None = None
    notify: Party | None = None
    also_notify: list[Party] = []
    agent: Agent | None = None
    routing: list[RoutingLeg] = []
    flights: list[FlightLeg] = []
    loads: list[Load] = []
    ulds: list[Uld] = []
    dimensions: list[Dimensions] = []
    dimensions_unavailable: bool | None = None
    charges: Charges | None = None
    accounting: list[Accounting] = []
    special_service: list[str] = []
    other_service: list[str] = []
    customs: list[Customs] = []
    security: Security | None = None
    issued: Issued | None = None
    shipper_certification: str | None = None
    references: list[Identifier] = []
    references_order: list[int] = []
    sender_reference: SenderReference | None = None
    destination_charges: DestinationCharges | None = None
    commission: Commission | None = None
    sales_incentive: SalesIncentive | None = None
    agent_reference: str | None = None
    customs_origin: str | None = None
    nominated_handling: NominatedHandling | None = None
    other_participants: list[OtherParticipant] = []
    houses: list[House] = []
    bookings: list[Booking] = []
    milestones: list[Milestone] = []
    status: str | None = None
    partial_status: dict[str, int] = {}
