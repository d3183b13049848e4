"""The one class model of a shipment, as frozen types; every field may be absent. Knows no wire format and no storage.

Names and shapes are the contract of ``canonical.md``. In flight a shipment is a plain JSON document (see
:mod:`hub.canonical.document`); these types define, check and describe it.
"""

import msgspec

from hub.canonical.charge import Accounting, Charges, Commission, DestinationCharges, SalesIncentive
from hub.canonical.party import Agent, Party
from hub.canonical.value import (
    Customs,
    Day,
    Dimensions,
    Flight,
    FlightLeg,
    FlightTimes,
    Identifier,
    Load,
    Measure,
    Part,
    Participant,
    RoutingLeg,
    Security,
    Uld,
    When,
)


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
    """What a booking message says; ``issuer`` gave the booking number (the reference of type BN).

    Quantities are here when only a part of the consignment is booked.
    """

    issuer: str | None = None
    flights: list[FlightLeg] = []
    description_code: str | None = None
    pieces: int | None = None
    weight: Measure | None = None
    volume: Measure | None = None
    density_group: str | None = None
    service_code: str | None = None
    rate_class: str | None = None
    commodities: list[str] = []


class Milestone(Part, frozen=True, kw_only=True):
    """Something that happened, is expected or planned, at a station."""

    id: str | None = None
    code: str
    station: str | None = None
    origin: str | None = msgspec.field(default=None, name="from")
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
    told_twice: bool | None = None


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
    requested_ulds: list[Uld] = []
    requested_uld_count: int | None = None
    milestones: list[Milestone] = []
    status: str | None = None
    partial_status: dict[str, int] = {}
