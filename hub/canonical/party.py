"""Parties of a shipment. Frozen; every field may be absent. Knows no wire format."""

from hub.canonical.value import Contact, Identifier, Part


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
