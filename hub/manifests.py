"""Messages about a flight, made of the loads of many shipments: which statements and documents belong into which. Pure.

Knows no format: a target whose mapping's subject is a flight or ULDs is written from what this gives.
"""

from collections.abc import Iterator, Sequence

import msgspec

from hub.canonical.document import Document
from hub.statement import CLAIM, Reading

MANIFESTS = ("flight", "uld")
"""The subjects of messages that are about more than one shipment, or none."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One message to be written: its name, what is said of the flight itself, and a document for every consignment on it."""

    key: str
    detail: Document
    documents: list[Document]


def of_messages(readings: Sequence[Reading], subject: str) -> list[Listed]:
    """What each message about this subject says, consignment by consignment, in its own order."""
    return [
        Listed(key=_name(one.detail.get("flight", {})), detail=dict(one.detail), documents=_told(one))
        for one in readings
        if one.subject == subject and one.detail
    ]


def _told(reading: Reading) -> list[Document]:
    return [said.facts for said in reading.said if not said.key.startswith(CLAIM)]


def of_shipments(documents: Sequence[Document]) -> list[Listed]:
    """The flights that shipments are loaded on, each with the shipments' loads on it, in the shipments' order."""
    found: dict[str, list[Document]] = {}
    for document in documents:
        for name, loads in _by_flight(document):
            found.setdefault(name, []).append({**document, "loads": loads})
    return [Listed(key=name, detail={}, documents=listed) for name, listed in found.items()]


def _by_flight(document: Document) -> Iterator[tuple[str, list[Document]]]:
    loads: dict[str, list[Document]] = {}
    for one in document.get("loads", ()):
        loads.setdefault(_name(one), []).append(one)
    yield from loads.items()


def _name(flight: Document) -> str:
    return ":".join(["flight", *(str(flight.get(name, "")) for name in ("flight", "date", "from"))])
