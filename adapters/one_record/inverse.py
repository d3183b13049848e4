"""Which links lead back: most are in the ontology both ways, and a document may state either or both. Pure; knows the graph."""

from collections.abc import Iterable

from adapters.one_record.graph import Graph, Link, Subject
from adapters.one_record.vocabulary import CARGO

INVERSE = {
    "waybill": ("shipment",),
    "ofShipment": ("pieces", "pieceReferences"),
    "masterWaybill": ("houseWaybills",),
    "issuedForWaybill": ("referredBookingOption",),
    "issuedForShipment": ("customsInformation", "securityDeclarations"),
    "issuedForPiece": ("customsInformation", "securityDeclarations"),
    "insuredShipments": ("insurance",),
    "inPiece": ("containedPieces",),
    "checkedObject": ("checks",),
    "loadingActions": ("servedActivity",),
    "servedActivity": ("compositionActions",),
    "inUnitComposition": ("loadingUnit",),
    "involvedInActions": ("loadedPieces", "loadedUnits", "composedPieces"),
}
"""Properties that lead back, by those they are the way back of: where both are stated, one of them says it."""

LEADING = frozenset(("eventFor", "loadedUnits", "loadedPieces", "compositionActions", "composedPieces", "checks"))
"""Properties that lead on from what an object is about to the waybills it concerns; so do the ways back.
From a Loading to its movement leads nowhere on: the movement has other loadings."""

PARTS = {
    short: INVERSE[short]
    for short in ("ofShipment", "masterWaybill", "issuedForWaybill", "issuedForShipment", "insuredShipments", "inPiece")
} | {"servedActivity": ("loadingActions", "compositionActions")}
"""Properties that lead up from a part, by those of the whole that name its parts: below one part the others are not shown."""

_ISSUED = frozenset((CARGO + "issuedForWaybill",))
_NAMING = frozenset(CARGO + name for name in ("waybillPrefix", "waybillNumber", "waybillType"))
_BACK = frozenset(CARGO + name for name in INVERSE)
_AHEAD = frozenset(CARGO + name for names in INVERSE.values() for name in names)


def ways_back(graph: Graph) -> frozenset[tuple[str, str]]:
    """Pairs of subjects the first of which refers to the second only because the second refers to it."""
    returning = [
        (subject.key, link.key) for subject in graph.subjects.values() for link in _links(subject, subject.values.keys() & _BACK)
    ]
    if not returning:
        return frozenset()
    issued = [
        (subject.key, link.key)
        for subject in graph.subjects.values()
        for link in _links(subject, subject.values.keys() & _ISSUED)
        if _is_told(graph.subjects.get(link.key))
    ]
    going = {(link.key, one.key) for one in graph.subjects.values() for link in _links(one, one.values.keys() & _AHEAD)}
    return frozenset(issued) | frozenset(pair for pair in returning if pair in going)


def _is_told(waybill: Subject | None) -> bool:
    """Whether a document tells a waybill, and does not only name the one that a booking is for."""
    return waybill is not None and not waybill.key.startswith(("_:", "internal:")) and not waybill.values.keys() <= _NAMING


def _links(subject: Subject, predicates: Iterable[str]) -> Iterable[Link]:
    return (value for name in predicates for value in subject.values[name] if isinstance(value, Link))
