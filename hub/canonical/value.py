"""The small values a shipment is made of: measures, contacts, legs, dimensions. Frozen. Knows no wire format."""

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
    """A typed identity or reference; ``place`` from 1 where the wire left places before it empty."""

    type: str
    value: str
    place: int | None = None


class Participant(Part, frozen=True, kw_only=True):
    """A participant of the air cargo community: type code, identity, airport or city."""

    type: str | None = None
    id: str | None = None
    airport: str | None = None


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


class Onward(RoutingLeg, frozen=True, kw_only=True):
    """One step by which a load goes on from where it is unloaded."""

    flight: Flight | None = None
    date: Day | None = None


class Inbound(Part, frozen=True, kw_only=True):
    """The flight a booked load comes in on, and from where."""

    flight: Flight | None = None
    date: Day | None = None
    origin: str | None = msgspec.field(default=None, name="from")


class Load(Part, frozen=True, kw_only=True):
    """Pieces booked, manifested, loaded or offloaded on a flight; ``dimensions`` are those of a part of the consignment."""

    flight: Flight | None = None
    date: Day | None = None
    origin: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    mode: str | None = None
    uld: str | None = None
    pieces: int | None = None
    weight: Measure | None = None
    volume: Measure | None = None
    density_group: str | None = None
    description_code: str | None = None
    total_pieces: int | None = None
    dimensions: list[Dimensions] = []
    uld_count: int | None = None
    priority: str | None = None
    inbound: Inbound | None = None
    onward: list[Onward] = []
    status: str | None = None


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


class FlightTimes(Part, frozen=True, kw_only=True):
    """Times of one end of a leg, local to its station unless an offset is given."""

    scheduled: When | None = None
    estimated: When | None = None
    actual: When | None = None
