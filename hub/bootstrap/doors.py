"""The hub's doors for HTTP: the read side as the portal's port wants it. Only translates; asks hub.read."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from hub.ports import RequestView, Search, ShipmentPage, ShipmentView
from hub.read import Found, ReadSide
from hub.read import ShipmentView as StoredView
from hub.store.search import Criteria


class Reading:
    """hub.ports.ReadSide over hub.read."""

    def __init__(self, read: Callable[[], ReadSide]) -> None:
        self._read = read

    def shipment(self, awb: str, sight: Sequence[str] | None, at: datetime | None = None) -> ShipmentView | None:
        """See the port."""
        number, _, sequence = awb.partition(":")
        wanted = int(sequence) if sequence.isdigit() else None
        found = self._read().shipment(number, sequence=wanted, at=at, seen_by=sight)
        return _view(found) if found else None

    def search(self, query: Search, sight: Sequence[str] | None) -> ShipmentPage:
        """See the port."""
        criteria = Criteria(
            awb=query.awb or None,
            house=query.house or None,
            reference=query.reference or None,
            status=query.status or None,
            since=query.since,
            until=query.until,
            date_from=query.date_from,
            date_to=query.date_to,
            seen_by=sight,
        )
        page = self._read().search(criteria, cursor=query.cursor, limit=query.limit)
        return ShipmentPage(items=[_listed(one) for one in page.items], next=page.next or "")

    def request(self, id: str, partner: str) -> RequestView | None:
        """See the port."""
        found = self._read().envelope(id)
        if found is None or found["partner"] != partner:
            return None
        messages: list[dict[str, Any]] = found["messages"]
        return RequestView(
            id=id,
            state=found["state"],
            received_at=datetime.fromisoformat(found["received_at"]),
            messages=messages,
            keys=sorted({key for message in messages for key in message.get("keys", ())}),
            problems=found["problems"],
        )


def _listed(found: Found) -> ShipmentView:
    return ShipmentView(key=found.key, document=found.document, revision=found.revision, updated_at=found.changed_at)


def _view(found: StoredView) -> ShipmentView:
    return ShipmentView(
        key=found.key,
        document=found.document,
        revision=found.revision,
        updated_at=found.created_at,
        lineage=dict(found.lineage),
        conflicts=dict(found.conflicts),
    )
