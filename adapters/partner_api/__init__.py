"""The format ``partner``: Waybridge's own JSON requests (bookings, shipment instructions), both directions.

The layouts are ``schemas/partner/*.json`` (JSON Schema 2020-12, a subset), the meaning ``mappings/partner/*.toml``.
"""

from hub.ports import Format


def build() -> Format:
    """The format, for the registry."""
    from adapters.partner_api.format import PartnerFormat

    return PartnerFormat()
