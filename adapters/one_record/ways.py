"""Objects as they lie on a shelf, and the ways from one to another: down to the waybill it belongs to, up to what depends on it.

Links are followed whichever side states them. Knows no document and no canonical names.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from adapters.one_record.nodes import kind_of, links
from adapters.one_record.vocabulary import CARGO, local
from hub.joined import Shelf
from hub.objects import HeldObject

_TO_PIECES = (
    *("eventFor", "loadingActions", "loadedPieces", "loadedUnits", "inUnitComposition", "compositionActions"),
    *("composedPieces", "checkedObject", "activity"),
)
_TO_WAYBILL = ("ofShipment", "waybill", "masterWaybill", "inPiece", "issuedForWaybill", "issuedForShipment", "issuedForPiece")
DOWN = frozenset((*_TO_PIECES, *_TO_WAYBILL))
"""Properties that lead to what an object is about, and so to its waybill."""

UP = {
    "servedActivity": "loadingActions",
    "loadingUnit": "inUnitComposition",
    "pieces": "ofShipment",
    "shipment": "waybill",
    "houseWaybills": "masterWaybill",
    "containedPieces": "inPiece",
    "referredBookingOption": "issuedForWaybill",
    "customsInformation": "issuedForShipment",
    "securityDeclarations": "issuedForShipment",
    "checks": "checkedObject",
    "involvedInActions": "loadedPieces",
}
"""Properties that state such a link from its other end, and how it is stated from this."""

BESIDE = frozenset(("servedActivity", "activity", "transportMovementReference"))
"""Properties that lead to the movement an action serves: it says which flight, not what else is carried on it."""

REFERENCE = frozenset(("Location", "LogisticsAgent", "Organization", "Actor", "Product", "TransportMeans"))
"""Classes whose objects say what others mean by naming them: who a party is, where a place."""

FARTHEST, MOST = 12, 2_000
"""Steps of one walk, and objects it meets, at most."""


class Step(msgspec.Struct, frozen=True):
    """A link down: the property as it is stated from above, the object it leads to, and whether the upper one states it."""

    property: str
    to: str
    stated: bool


class Walk:
    """Objects met on the shelf, each taken down once."""

    def __init__(self, base: str, shelf: Shelf) -> None:
        self.start = f"{base}/"
        self._shelf = shelf
        self.held: dict[str, HeldObject | None] = {}
        self._behind: dict[str, Sequence[str]] = {}
        self._ahead: dict[str, dict[str, list[str]]] = {}

    def load(self, ids: Iterable[str]) -> None:
        """Have these objects here, and those that refer to them."""
        fresh = [one for one in dict.fromkeys(ids) if one not in self._behind]
        linking = self._shelf.linking(fresh)
        self._behind |= {one: linking.get(one, ()) for one in fresh}
        unread = [
            one
            for one in dict.fromkeys([*fresh, *(by for several in linking.values() for by in several)])
            if one not in self.held
        ]
        found = self._shelf.objects(unread)
        self.held |= {one: found.get(one) for one in unread}

    def is_a(self, id: str, *bases: str) -> bool:
        """Whether an object is of one of these classes, or of one below."""
        held = self.held.get(id)
        kind = kind_of(held.nodes[0]) if held is not None else None
        return kind is not None and kind.known is not None and any(base in kind.known.lineage for base in bases)

    def posted(self, id: str) -> bool:
        """Whether somebody has posted it: what follows from a shipment is nobody's word."""
        held = self.held.get(id)
        return held is not None and not held.projected

    def id_of(self, iri: str) -> str:
        """The id in the address of an object of this node; empty for any other."""
        bare = iri.partition("?")[0]
        return bare[len(self.start) :] if bare.startswith(self.start) and "/" not in bare[len(self.start) :] else ""

    def ahead(self, id: str) -> Iterator[tuple[str, str]]:
        """(property, id) of every object of this node that one refers to."""
        held = self.held.get(id)
        for node in held.nodes if held is not None else ():
            yield from ((local(iri), to) for iri, target in links(node) if iri.startswith(CARGO) and (to := self.id_of(target)))

    def behind(self, id: str) -> Iterator[tuple[str, str]]:
        """(property, id) of every object that refers to one."""
        for by in self._behind.get(id, ()):
            yield from ((name, by) for name in self._naming(by).get(id, ()))

    def _naming(self, id: str) -> dict[str, list[str]]:
        """The properties by which an object refers to others, by these; looked for the first time only."""
        if self.held.get(id) is None:
            return {}
        if id not in self._ahead:
            found: dict[str, list[str]] = {}
            for name, to in self.ahead(id):
                found.setdefault(to, []).append(name)
            self._ahead[id] = found
        return self._ahead[id]

    def below(self, id: str) -> list[Step]:
        """What an object leads to."""
        stated = [
            Step(name, to, True)
            for name, to in self.ahead(id)
            if name in DOWN or (name == "servedActivity" and self.is_a(id, "Loading"))
        ]
        back = [Step(self._forward(name, id, by), by, False) for name, by in self.behind(id) if self._is_back(name, id, by)]
        return list(dict.fromkeys((*stated, *back)))

    def _is_back(self, property: str, id: str, by: str) -> bool:
        """Whether a link from the other end leads down from here: pieces are below actions, actions below activities."""
        if property == "servedActivity":
            return self.is_a(by, "Loading") if self.is_a(id, "TransportMovement") else self.is_a(by, "Composing")
        return property in UP or (property == "loadingActions" and self.is_a(id, "Loading"))

    def _forward(self, property: str, id: str, by: str) -> str:
        """How a link that the other end states is stated from here."""
        if property == "loadingActions":
            return "servedActivity"
        if property == "servedActivity" and not self.is_a(id, "TransportMovement"):
            return "compositionActions"
        if property == "involvedInActions":
            unit = "loadedUnits" if self.is_a(by, "LoadingUnit") else "loadedPieces"
            return unit if self.is_a(id, "Loading") else "composedPieces"
        if property in ("customsInformation", "securityDeclarations") and self.is_a(by, "Piece"):
            return "issuedForPiece"
        return UP[property]

    def above(self, id: str, *, beside: bool) -> list[str]:
        """What depends on an object: whatever leads to it; ``beside``, also what it is the flight of."""
        named = self.is_a(id, *REFERENCE)
        ahead = [to for name, to in self.ahead(id) if name in UP or (beside and name == "loadingActions")]
        back = [by for name, by in self.behind(id) if named or name in DOWN or (beside and name in BESIDE)]
        return list(dict.fromkeys((*ahead, *back)))

    def upward(self, id: str) -> list[str]:
        """An object and all that depends on it. What names a place or a party depends on it, and nothing on that again."""
        self.load([id])
        reached, waiting = {id: None}, [id]
        for _ in range(FARTHEST):
            found = [up for one in waiting for up in self.above(one, beside=one == id)]
            waiting = [one for one in dict.fromkeys(found) if one not in reached][: MOST - len(reached)]
            reached |= dict.fromkeys(waiting)
            self.load(waiting)
            if not waiting or self.is_a(id, *REFERENCE):
                break
        return [one for one in reached if self.held.get(one) is not None]
