"""What a partner's notifications make us fetch: a delivery to ourselves by the partner's channel, so that it is kept, tried again
and, in the end, a dead letter like any other. Pure; knows no format.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from hub.envelope import Envelope
from hub.settings import Partner
from hub.statement import DeliveryPlan, Reading

TARGET = "one-record:Fetch"
_OF_THE_EVENT = "LOGISTICS_EVENT_RECEIVED"
_OF_THE_OBJECT = frozenset(
    {
        "LOGISTICS_OBJECT_CREATED",
        "LOGISTICS_OBJECT_UPDATED",
        "LOGISTICS_OBJECT_AVAILABLE",
        "LOGISTICS_OBJECT_ACCESS_GRANTED",
        "CHANGE_REQUEST_ACCEPTED",
    }
)
_NAME = 190


class Fetching:
    """Orders to fetch, by the partners' configuration."""

    def __init__(self, partners: Mapping[str, Partner]) -> None:
        self._partners = partners

    def order(self, envelope: Envelope, reading: Reading) -> DeliveryPlan | None:
        """The order that follows from a notification; None for one that names nothing to read, or a partner without ``fetch``."""
        partner = self._partners.get(envelope.partner)
        named = _named(reading)
        if partner is None or not partner.fetch or not named:
            return None
        content = msgspec.json.encode({"fetch": named, "because": str(reading.detail.get("event_type", ""))})
        parts = (b"fetch", envelope.id.encode(), str(reading.ordinal).encode(), partner.fetch.encode(), content)
        return DeliveryPlan(
            key=hashlib.blake2b(b"\x1f".join(parts), digest_size=16).hexdigest(),
            partner=partner.id,
            channel=partner.fetch,
            target=TARGET,
            shipment=f"fetch:{named[0]}"[:_NAME],
            content=content,
            ordering="in_sequence",
        )


def _named(reading: Reading) -> list[str]:
    """The events of a notification about events, the object of one about objects; requests concern their requestor only."""
    said = reading.detail
    kind = said.get("event_type")
    if kind == _OF_THE_EVENT and said.get("events"):
        return [str(one) for one in said["events"]]
    about = kind in _OF_THE_OBJECT or kind == _OF_THE_EVENT
    return [str(said["object"])] if about and said.get("object") else []
