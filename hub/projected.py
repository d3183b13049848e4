"""What a format that knows linked objects makes of a shipment: objects with addresses, and events about them. Knows no format."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hub.objects import Nodes
from hub.syntax import Node


class ProjectedObject(msgspec.Struct, frozen=True, kw_only=True):
    """One object: the last part of its address (stable), its class by IRI, and its nodes (:mod:`hub.objects`).

    ``shared``: it says only what its address says, whatever shipment names it (an airport, a carrier).
    """

    id: str
    type: str
    nodes: Nodes
    shared: bool = False


class ProjectedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event: the milestone it tells, the id of the object it is about, its class and code by IRI, its nodes."""

    id: str
    object: str
    type: str
    code: str
    nodes: Nodes


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """All that one shipment is as linked objects, in order: an object after those that refer to it."""

    objects: Sequence[ProjectedObject]
    events: Sequence[ProjectedEvent] = ()


class Outliner(Protocol):
    """The part of a format that takes trees apart into linked objects. Pure and deterministic."""

    def outline(self, base: str, name: str, roots: Sequence[Node], events: Sequence[tuple[str, Node]]) -> Outline:
        """The objects of a shipment.

        ``base`` is the address below which objects live (``https://host/path/logistics-objects``), ``name`` the shipment's own
        last part of it; ``roots`` the trees of the waybill and bookings, ``events`` milestone ids and their trees.
        """

    def shipment_name(self, key: str) -> str:
        """A shipment key as the first part of its objects' ids; other keys have other names."""

    def shipment_key(self, id: str) -> str | None:
        """The shipment key in an object's id; None when the id is none of ours."""

    def gathered(self, objects: Sequence[Nodes]) -> bytes:
        """Several objects as one document that a reader of the format takes as a whole."""

    def withdrawn(self, nodes: Nodes) -> Nodes:
        """What an object says at its address once its shipment has it no more. Of what is withdrawn already: the same."""

    def repeating(self, type: str) -> frozenset[str]:
        """The classes, by IRI, whose objects say again what one of this class says: they are not heard when it is changed."""
