"""What the fold goes by: field groups, who is believed, windows. Knows no statement."""

from collections.abc import Mapping

import msgspec

GROUPS: Mapping[str, tuple[str, ...]] = {
    "identity": ("awb", "kind"),
    "itinerary": ("origin", "destination"),
    "quantities": (
        "pieces",
        "weight",
        "chargeable_weight",
        "volume",
        "density_group",
        "description_code",
        "total_pieces",
        "slac",
        "dimensions",
        "dimensions_unavailable",
    ),
    "goods": ("goods",),
    "handling": ("special_handling", "special_handling_order"),
    "product": ("product", "service_code"),
    "shipper": ("shipper",),
    "consignee": ("consignee",),
    "notify": ("notify", "also_notify"),
    "agent": ("agent", "agent_reference", "commission", "sales_incentive"),
    "routing": ("routing", "flights"),
    "ulds": ("ulds",),
    "charges": ("charges", "destination_charges"),
    "accounting": ("accounting",),
    "service": ("special_service", "other_service"),
    "customs": ("customs", "customs_origin"),
    "execution": ("issued", "shipper_certification"),
    "references": ("references", "references_order"),
    "sender": ("sender_reference", "nominated_handling", "other_participants"),
    "bookings": ("bookings",),
    "requested_ulds": ("requested_ulds", "requested_uld_count"),
    "loads": ("loads",),
}
"""Field groups are atomic: all fields of a group come from one statement (design.md, section 2)."""

HOUSE_GROUPS: Mapping[str, tuple[str, ...]] = {
    "identity": ("hawb", "issuer"),
    "itinerary": ("origin", "destination"),
    "quantities": ("pieces", "weight", "volume", "slac"),
    "goods": ("goods", "goods_summary", "hs_codes"),
    "handling": ("special_handling", "special_handling_order"),
    "shipper": ("shipper",),
    "consignee": ("consignee",),
    "notify": ("notify",),
    "charges": ("charges",),
    "customs": ("customs",),
}


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The fold's configuration. ``authority``: (kind, group) to rank, the higher is believed; ``*`` stands for any.

    ``awb_reuse_after`` in days, ``same_event_window`` in minutes.
    """

    authority: Mapping[tuple[str, str], int] = {}
    awb_reuse_after: int = 180
    same_event_window: int = 90

    def rank(self, kind: str, group: str) -> int:
        """How much a message kind is believed about a field group."""
        table = self.authority
        for at in ((kind, group), (kind, "*"), ("*", group)):
            if at in table:
                return table[at]
        return 0
