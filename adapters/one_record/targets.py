"""What an event is about: the waybill number of each target, from the object itself or from its address. Pure; part of the
event shape.
"""

import re
from collections.abc import Iterator

from adapters.one_record.frame import GROWTH
from adapters.one_record.lift import Bag
from adapters.one_record.relations import Relations
from adapters.one_record.repeats import SPARE
from adapters.one_record.stowage import LOOKED_AT, carried, digest
from hub.canonical.settle import INBOUND, OUTBOUND
from hub.syntax import Element, Node

_IN_ADDRESS = re.compile(r"(?<![0-9A-Za-z])(\d{3})-?(\d{7})(\d)(?![0-9A-Za-z])")

TIME_TYPES = {"S": "SCHEDULED", "E": "ESTIMATED", "A": "ACTUAL"}
SIDES = {"OUTBOUND": "D", "INBOUND": "A"}


TIMES_OF_EVENT = ("A", "E", "S")
BRIEF = frozenset(
    ("@id", "@type", "eventCode", "discrepancy", "eventDate", "eventTimeType", "partialEventIndicator", "recordedPieceCount")
)
"""What an event says of every target, of however many there are."""

SHIPMENT_SAYS, WAYBILL_SAYS = ("totalGrossWeight",), ("departureLocation", "arrivalLocation")


def read_targets(root: Node, event: Node, bag: Bag) -> Node:
    """``target`` nodes with ``waybillPrefix`` and ``waybillNumber``, the event (with its code taken apart) below each."""
    shaped = Node(root.name, line=root.line, column=root.column, offset=root.offset)
    targets = [child for child in event.children if child.name == "eventFor"]
    event.children = [child for child in event.children if child.name != "eventFor"]
    _discrepancy(event, bag)
    _movements(event)
    _stations(event, bag)
    _moment(event, bag)
    event.name = "event"
    address = _event_address(root)
    telling = _Telling(event, bag, _allowed(root))
    for about in targets or [Node("eventFor", {"@id": event.elements["@id"]} if "@id" in event.elements else {}, [], root.line)]:
        shaped.children.extend(telling.targets(about))
    for target in shaped.children:
        target.elements["eventAddress"] = address
    shaped.children[0].children.append(bag.node)
    return shaped


def _event_address(root: Node) -> Element:
    """The name of the part an event is: its address, else a digest of all it says."""
    own = root.elements.get("@id")
    if own is not None and own.text.startswith(("http:", "https:", "urn:")):
        return own
    texts = (f"{at.name}/{name}={one.text}" for at in root.walk() for name, one in sorted(at.elements.items()) if name[:1] != "@")
    return Element(digest("\x1f".join(texts)), root.line, root.column, root.offset)


def _allowed(root: Node) -> int:
    """The values that all targets together may say of one event."""
    return SPARE + GROWTH * _size(root)


class _Telling:
    """The event below each of its targets: the same nodes below its own, looked at by all of them.

    Where that would be many times the document, it says no more than what every event says; the rest is not carried.
    """

    def __init__(self, event: Node, bag: Bag, allowed: int) -> None:
        self.event = event
        self.bag = bag
        self._left = allowed
        self._size = _size(event)

    def targets(self, about: Node) -> list[Node]:
        """The target; where it is a flight, a unit or an action, one for each waybill of which it carries pieces."""
        aboard = [] if next(_waybills(about), None) else carried(Relations(about))
        if not aboard:
            return [self._target(about)]
        self.bag.put_all(about)
        flight = _flight(about) if self.event.first("transportMovementReference") is None else None
        size = _size(flight) if flight is not None else 0
        return [self._aboard(about, numbers, pieces, flight, size) for numbers, pieces in aboard]

    def _aboard(self, about: Node, numbers: dict[str, Element], pieces: int, flight: Node | None, size: int) -> Node:
        told = self._told(flight, size)
        if "recordedPieceCount" not in told.elements:
            told.elements["recordedPieceCount"] = Element(str(pieces), self.event.line, self.event.column, self.event.offset)
        return Node("target", numbers, [told], *self._place(about))

    def _told(self, flight: Node | None = None, size: int = 0) -> Node:
        event = self.event
        self._left -= (self._size + size) // LOOKED_AT
        if self._left < 0:
            brief = {name: one for name, one in event.elements.items() if name in BRIEF}
            return Node(event.name, brief, [], event.line, event.column, event.offset)
        children = [*event.children, *([flight] if flight is not None else [])]
        return Node(event.name, event.elements.copy(), children, event.line, event.column, event.offset)

    def _place(self, about: Node) -> tuple[int, int, int]:
        return about.line or self.event.line, about.column or self.event.column, about.offset

    def _target(self, about: Node) -> Node:
        target = Node("target", {}, [self._told()], *self._place(about))
        waybill = next(_waybills(about), None)
        if waybill is not None:
            target.children.extend(child for child in waybill.children if child.name in WAYBILL_SAYS)
            target.children.extend(child for child in about.children if child.name in SHIPMENT_SAYS)
            target.elements.update(_number(waybill))
        elif (found := _addressed(about, self.event)) is not None:
            target.elements.update(found)
        about.name = "about"
        target.children.append(about)
        return target


def _flight(about: Node) -> Node | None:
    """The flight that something happened to, as an event refers to it."""
    if about.text("@type") != "TransportMovement":
        return None
    kept = [child for child in about.children if child.name != "loadingActions"]
    return Node("transportMovementReference", about.elements, kept, about.line)


def _size(node: Node) -> int:
    return sum(1 + len(one.elements) for one in node.walk())


def _number(waybill: Node) -> dict[str, Element]:
    """The number of a waybill; of a house waybill that of its master, and its own."""
    house = waybill.text("waybillType") == "HOUSE"
    above = waybill.first("masterWaybill") if house else waybill
    found: dict[str, Element] = {
        name: above.elements[name] for name in ("waybillPrefix", "waybillNumber") if above and name in above.elements
    }
    if house and "waybillNumber" in waybill.elements:
        found["houseNumber"] = waybill.elements["waybillNumber"]
    return found


def _waybills(about: Node) -> Iterator[Node]:
    """The waybill of a target: itself, its own, or that of its shipment."""
    if "waybillNumber" in about.elements:
        yield about
    for name in ("waybill", "ofShipment", "shipment"):
        for child in about.all(name):
            yield from _waybills(child)


def _addressed(about: Node, event: Node) -> dict[str, Element] | None:
    """A waybill number with a right check digit in the address of the target, of its waybill, or of the event."""
    candidates = [one.elements["@id"] for one in about.walk() if "@id" in one.elements]
    candidates += [event.elements["@id"]] if "@id" in event.elements else []
    for element in candidates:
        match = _IN_ADDRESS.search(element.text)
        if match and int(match[2]) % 7 == int(match[3]):
            return {
                "waybillPrefix": Element(match[1], element.line, element.column, element.offset, element.path),
                "waybillNumber": Element(match[2] + match[3], element.line, element.column, element.offset, element.path),
            }
    return None


def _discrepancy(event: Node, bag: Bag) -> None:
    code = event.elements.get("eventCode")
    if code is not None and code.text.startswith("DIS_"):
        bag.put(code)
        event.elements["eventCode"] = Element("DIS", code.line, code.column, code.offset, code.path)
        event.elements["discrepancy"] = Element(code.text[4:], code.line, code.column, code.offset, code.path)


def _movements(event: Node) -> None:
    """Every movement time by its indicator (SD, AD, SA, AA …), also where only direction and time type are stated."""
    for movement in event.all("transportMovementReference"):
        for time in movement.all("movementTimes"):
            side = SIDES.get(time.text("direction") or "")
            letter = next((letter for letter, name in TIME_TYPES.items() if name == time.text("movementTimeType")), "")
            if "movementMilestone" not in time.elements and side and letter:
                time.elements["movementMilestone"] = Element(letter + side, time.line, time.column, time.offset)


def _moment(event: Node, bag: Bag) -> None:
    """The event's time where it is the flight's own: said once, by the movement."""
    told = _flight_time(event)
    if told is not None and told == event.text("eventDate"):
        bag.put(event.elements.pop("eventDate"))


def _flight_time(event: Node) -> str | None:
    """The best time of the flight's end that the event is about: actual before estimated before scheduled."""
    code = event.text("eventCode")
    side = "D" if code in OUTBOUND else "A" if code in INBOUND else ""
    times = {
        time.text("movementMilestone"): time.text("movementTimestamp")
        for movement in event.all("transportMovementReference")
        for time in movement.all("movementTimes")
    }
    return next((times[letter + side] for letter in TIMES_OF_EVENT if side and letter + side in times), None)


def _stations(event: Node, bag: Bag) -> None:
    """The end of the movement that is the event's own location is said once."""
    side = "departureLocation" if event.text("eventCode") in OUTBOUND else "arrivalLocation"
    location = event.first("eventLocation")
    code = location.first("locationCodes") if location else None
    if code is None or event.text("eventCode") not in OUTBOUND | INBOUND:
        return
    for movement in event.all("transportMovementReference"):
        ends, movement.children = movement.children, []
        for end in ends:
            if end.name == side and {child.text("@value") for child in end.all("locationCodes")} == {code.text("@value")}:
                bag.put_all(end)
            else:
                movement.children.append(end)


def write_targets(root: Node) -> Node:
    """One event for each ``target/event``; several are the items of a collection."""
    events = [_written(target, event, root.name) for target in root.all("target") for event in target.all("event")]
    if len(events) == 1:
        return events[0]
    for event in events:
        event.elements["@type"] = Element(event.name)
        event.name = "hasItem"
    return Node("Collection", {"hasTotalItems": Element(str(len(events)))}, events) if events else Node(root.name)


def _written(target: Node, event: Node, name: str) -> Node:
    event.name = name
    discrepancy = event.elements.pop("discrepancy", None)
    if discrepancy is not None and event.text("eventCode") == "DIS":
        event.elements["eventCode"] = Element(f"DIS_{discrepancy.text}")
    moment = _flight_time(event)
    if moment is not None:
        event.elements.setdefault("eventDate", Element(moment))
    for movement in event.all("transportMovementReference"):
        for time in movement.all("movementTimes"):
            mark = time.text("movementMilestone") or ""
            time.elements["movementTimeType"] = Element(TIME_TYPES.get(mark[:1], "ACTUAL"))
            time.elements["direction"] = Element("OUTBOUND" if mark.endswith("D") else "INBOUND")
    waybill = {key: element for key, element in target.elements.items() if key in ("waybillPrefix", "waybillNumber")}
    house = target.elements.get("houseNumber")
    if waybill or house:
        event.children.append(_shipment(waybill, house, target))
    return event


def _shipment(waybill: dict[str, Element], house: Element | None, target: Node) -> Node:
    ends = [child for child in target.children if child.name in WAYBILL_SAYS]
    master = Node("waybill", dict(waybill), [*ends] if house is None else [])
    if house is not None:
        master.name = "masterWaybill"
        number = {"waybillNumber": house, "waybillType": Element("HOUSE")}
        master = Node("waybill", number, [*ends, *([master] if waybill else [])])
    weights = [child for child in target.children if child.name in SHIPMENT_SAYS]
    return Node("eventFor", {"@type": Element("Shipment")}, [master, *weights])
