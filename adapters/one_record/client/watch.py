"""Objects of a partner that are looked at by the clock, for nodes that send no notifications. Knows no format's meaning."""

from collections.abc import Sequence

import structlog

from adapters.one_record.client.cache import mark
from adapters.one_record.client.listed import each_event
from adapters.one_record.client.node import Node
from adapters.one_record.client.sender import hand_in
from hub.ports import DeliveryError, Intake, Refused

log = structlog.get_logger(__name__)


class Watch:
    """A :class:`hub.ports.Poller` of a list of objects.

    What is known is kept in memory only: after a restart every object is handed in once more, and is told ``duplicate`` where
    nothing has changed.
    """

    def __init__(self, node: Node, iris: Sequence[str], *, events: bool, partner: str, channel: str) -> None:
        self._node = node
        self._iris = iris
        self._events = events
        self._partner = partner
        self._channel = channel
        self._marks: dict[str, str] = {}
        self._seen: set[str] = set()

    def poll(self, intake: Intake) -> int:
        """Hand in every object that has changed, with its new events; how many. The first fault is raised after the others."""
        handed, fault = 0, None
        for iri in self._iris:
            try:
                handed += self._object(iri, intake) + (self._list(iri, intake) if self._events else 0)
            except DeliveryError as found:
                fault = fault or found
        if fault is not None:
            raise fault
        return handed

    def close(self) -> None:
        """Close the connections to the node."""
        self._node.close()

    def _object(self, iri: str, intake: Intake) -> int:
        now = self._mark(iri)
        if now and self._marks.get(iri) == now:
            return 0
        found = self._node.gather(iri)
        hand_in(intake, iri, found, partner=self._partner, channel=self._channel)
        if found.again is None:
            self._marks[iri] = now
        for left, why in found.left:
            log.info("one-record.left", partner=self._partner, iri=left, why=why)
        return 1

    def _mark(self, iri: str) -> str:
        try:
            return mark(self._node.session.head(iri))
        except Refused:
            return ""

    def _list(self, iri: str, intake: Intake) -> int:
        handed = 0
        for name, found in each_event(self._node, iri, self._seen):
            handed += hand_in(intake, name, found, partner=self._partner, channel=self._channel)
            self._seen.add(name)
        return handed
