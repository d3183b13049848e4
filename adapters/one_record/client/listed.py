"""The events of an object as documents to be handed in, one for each event. Knows no intake."""

from collections.abc import Container, Iterator

from adapters.one_record.client.links import Gathered
from adapters.one_record.client.node import Node
from adapters.one_record.client.said import EVENTS
from hub.ports import DeliveryError


def each_event(node: Node, object: str, known: Container[str] = ()) -> Iterator[tuple[str, Gathered]]:
    """The address and the document of every event that is not known; the list itself where it has events without an address.

    Raises the first fault, after the others.
    """
    fault, nameless = None, False
    for one in node.events(object):
        nameless = nameless or not one.iri.startswith("http")
        if one.iri.startswith("http") and one.iri not in known:
            try:
                found = node.gather(one.iri)
            except DeliveryError as refused:
                fault = fault or refused
                continue
            yield one.iri, found
    if nameless:
        yield object.rstrip("/") + EVENTS, node.gather(object.rstrip("/") + EVENTS)
    if fault is not None:
        raise fault
