"""Ten times a ONE Record document costs at most fifteen times the work, whatever refers to what: reading and writing."""

import gc
import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.one_record.format import build
from adapters.one_record.vocabulary import CODES
from hub.envelope import Outgoing
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.problem import Code

FORMAT = build()
LINE = Line(formats={"one-record": FORMAT}, mappings=Mappings())
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTEXT = {
    "cargo": "https://onerecord.iata.org/ns/cargo#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
BASE = "https://a.example/"
NUMBER = {"cargo:waybillPrefix": "020", "cargo:waybillNumber": "12345675"}
Thing = dict[str, Any]


def named(*names: str) -> list[Thing]:
    return [{"@id": BASE + name} for name in names]


def numbered(letter: str, count: int) -> list[Thing]:
    return named(*(f"{letter}{at}" for at in range(count)))


def document(*things: Thing | Iterable[Thing]) -> bytes:
    listed = [one for each in things for one in ([each] if isinstance(each, dict) else each)]
    return json.dumps({"@context": CONTEXT, "@graph": listed}).encode()


def departure(count: int) -> tuple[list[Thing], list[Thing], Thing, Thing]:
    """Loadings of one piece each, the pieces, their shipment with its waybill, and the flight; all name each other."""
    loadings: list[Thing] = [
        {
            "@id": f"{BASE}l{at}",
            "@type": "cargo:Loading",
            "cargo:servedActivity": named("m"),
            "cargo:loadedPieces": named(f"p{at}"),
        }
        for at in range(count)
    ]
    pieces: list[Thing] = [
        {
            "@id": f"{BASE}p{at}",
            "@type": "cargo:Piece",
            "cargo:involvedInActions": named(f"l{at}"),
            "cargo:ofShipment": named("s"),
        }
        for at in range(count)
    ]
    shipment = {"@id": BASE + "s", "@type": "cargo:Shipment", "cargo:pieces": numbered("p", count)}
    shipment["cargo:waybill"] = {"@type": "cargo:Waybill", **NUMBER}
    flight = {"@id": BASE + "m", "@type": "cargo:TransportMovement", "cargo:loadingActions": numbered("l", count)}
    return loadings, pieces, shipment, flight


def times(count: int) -> list[Thing]:
    moment = {"@type": "xsd:dateTime"}
    return [
        {"cargo:movementTimestamp": {**moment, "@value": f"2026-11-02T10:{at // 60 % 60:02}:{at % 60:02}Z"}}
        for at in range(count)
    ]


def event(name: str, **more: Any) -> Thing:
    code = {"@id": CODES + "StatusCode#DEP"}
    return {"@id": BASE + name, "@type": "cargo:StatusUpdateEvent", "cargo:eventFor": named("m"), "cargo:eventCode": code, **more}


def an_event_of_every_loading(count: int) -> bytes:
    loadings, pieces, shipment, flight = departure(count)
    for one in (*loadings, flight):
        one["cargo:events"] = named("e")
    return document(event("e"), flight, loadings, pieces, shipment)


def an_event_for_each_loading(count: int) -> bytes:
    loadings, pieces, shipment, flight = departure(count)
    return document(loadings, flight, (event(f"e{at}") for at in range(count)), pieces, shipment)


def a_flight_of_many_times(count: int) -> bytes:
    loadings, pieces, shipment, flight = departure(count)
    return document(loadings, {**flight, "cargo:movementTimes": times(count)}, pieces, shipment)


def waybills(count: int) -> tuple[list[Thing], list[Thing]]:
    """Pieces, each with a shipment and waybill of its own."""
    pieces = [{"@id": f"{BASE}p{at}", "@type": "cargo:Piece", "cargo:ofShipment": named(f"s{at}")} for at in range(count)]
    above = [
        {"@id": f"{BASE}s{at}", "@type": "cargo:Shipment", "cargo:waybill": {"@type": "cargo:Waybill", **NUMBER}}
        | {"cargo:waybill": {"@id": f"{BASE}w{at}", "@type": "cargo:Waybill", **NUMBER, "cargo:waybillNumber": str(10**7 + at)}}
        for at in range(count)
    ]
    return pieces, above


def many_waybills_in_a_loading(count: int) -> bytes:
    pieces, above = waybills(count)
    loading = {"@id": BASE + "l", "@type": "cargo:Loading", "cargo:servedActivity": named("m")}
    flight = {"@id": BASE + "m", "@type": "cargo:TransportMovement", "cargo:movementTimes": times(count)}
    return document({**loading, "cargo:loadedPieces": numbered("p", count)}, flight, pieces, above)


def an_event_on_many_waybills(count: int) -> bytes:
    pieces, above = waybills(count)
    loading = {"@type": "cargo:Loading", "cargo:loadedPieces": numbered("p", count)}
    flight = {"@id": BASE + "m", "@type": "cargo:TransportMovement", "cargo:movementTimes": times(count)}
    return document(event("e"), {**flight, "cargo:loadingActions": loading}, pieces, above)


def units_of_one_composition(count: int) -> bytes:
    units = ({"@id": f"{BASE}u{at}", "@type": "cargo:ULD", "cargo:uldSerialNumber": str(at)} for at in range(count))
    acts = ({"@type": "cargo:Composing", "cargo:composedPieces": named("p")} for at in range(count))
    composition = {"@id": BASE + "c", "@type": "cargo:UnitComposition", "cargo:compositionActions": list(acts)}
    pieces, above = waybills(1)
    pieces[0]["@id"] = BASE + "p"
    return document(({**one, "cargo:inUnitComposition": named("c")} for one in units), composition, pieces, above)


def an_event_of_many_shipments_and_references(count: int) -> bytes:
    _, above = waybills(count)
    references = [{"@type": "cargo:ExternalReference", "cargo:documentIdentifier": str(at)} for at in range(count)]
    told = event("e", **{"cargo:externalReferences": references})
    return document({**told, "cargo:eventFor": numbered("s", count)}, above)


def goods_told_twice(count: int) -> bytes:
    texts = [f"G{at}" for at in range(count)]
    shipment = {"cargo:goodsDescription": "\n".join(texts), "cargo:pieces": [{"cargo:goodsDescription": one} for one in texts]}
    return document({"@id": BASE + "w", "@type": "cargo:Waybill", **NUMBER, "cargo:shipment": shipment})


def references_of_two_kinds(count: int) -> bytes:
    others = [{"cargo:otherIdentifierType": "X", "cargo:textualValue": str(count - at)} for at in range(count)]
    external = [{"cargo:documentIdentifier": str(at)} for at in range(count)]
    waybill = {"@id": BASE + "w", "@type": "cargo:Waybill", **NUMBER}
    return document({**waybill, "cargo:otherIdentifiers": others, "cargo:externalReferences": external})


READ: dict[Callable[[int], bytes], int] = {
    an_event_of_every_loading: 60,
    an_event_for_each_loading: 60,
    a_flight_of_many_times: 60,
    many_waybills_in_a_loading: 100,
    an_event_on_many_waybills: 150,
    units_of_one_composition: 80,
    an_event_of_many_shipments_and_references: 100,
    goods_told_twice: 600,
    references_of_two_kinds: 300,
}
"""Documents, and the smaller number of what repeats in them."""


def told(number: int, **more: Any) -> Thing:
    flight = {"flight": "LH100", "date": "2026-11-22", "from": "FRA", "to": "SGN"}
    return {**flight, "pieces": 1, "uld": f"AKE{number:05}LH", "status": "manifested", **more}


def loads_and_their_units(count: int) -> Thing:
    units = [{"uld": f"AKE{at:05}LH", "pieces": 1} for at in range(count)]
    return {"pieces": count, "loads": [told(at) for at in range(count)], "ulds": units}


def loose_loads(count: int) -> Thing:
    load = told(0)
    del load["uld"]
    return {"pieces": count, "loads": [load] * count}


def parties_to_notify(count: int) -> Thing:
    return {"also_notify": [{"name": f"N{at}", "city": "FRANKFURT", "country": "DE"} for at in range(count)]}


WRITTEN: dict[Callable[[int], Thing], int] = {
    loads_and_their_units: 150,
    loose_loads: 300,
    parties_to_notify: 300,
}


def read(raw: bytes) -> None:
    for part in FORMAT.split(raw).parts:
        message = FORMAT.read(part)
        if LINE.meaning(message) is not None:
            LINE.to_canonical(message, NOW.date())


def written(shipment: Thing) -> None:
    """As the node shows it: the waybill and what is loaded, taken apart to objects, and as one document."""
    whole = {"awb": "020-12345675", **shipment}
    plain = {name: value for name, value in whole.items() if name not in ("loads", "ulds")}
    trees = [("Waybill", plain), ("TransportMovement", whole)] if "loads" in whole else [("Waybill", plain)]
    made = [(name, LINE.express(f"one-record:{name}", one, NOW.date())) for name, one in trees]
    FORMAT.outline(BASE + "logistics-objects", "awb-020-12345675", [one.root for _, one in made], [])
    for name, one in made:
        LINE.write(f"one-record:{name}", one, Outgoing(message_id="m", control_reference="1", at=NOW))


def least(work: Callable[[], None]) -> float:
    """Processor time of the quickest of three turns, without the collector: what it does depends on what else there is."""
    spent = []
    for _ in range(3):
        gc.collect()
        gc.disable()
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
        gc.enable()
    return min(spent)


@pytest.mark.parametrize("make", READ, ids=lambda one: one.__name__)
def test_ten_times_a_document_costs_at_most_fifteen_times_the_work(make: Callable[[int], bytes]) -> None:
    small, large = make(READ[make]), make(10 * READ[make])
    assert 8 < len(large) / len(small) < 13
    # A blank more each time: the last document understood is kept.
    turns = iter(range(6))
    quick = least(lambda: read(small + b" " * next(turns)))
    assert least(lambda: read(large + b" " * next(turns))) <= 15 * quick + 0.02


@pytest.mark.parametrize("make", WRITTEN, ids=lambda one: one.__name__)
def test_ten_times_a_shipment_is_written_with_at_most_fifteen_times_the_work(make: Callable[[int], Thing]) -> None:
    small, large = make(WRITTEN[make]), make(10 * WRITTEN[make])
    assert least(lambda: written(large)) <= 15 * least(lambda: written(small)) + 0.02


def problems(raw: bytes) -> list[list[Code]]:
    return [[one.code for one in FORMAT.read(part).problems] for part in FORMAT.split(raw).parts]


def test_what_is_left_out_is_told_and_what_is_small_is_whole() -> None:
    assert [Code.ONE_SHARED in one for one in problems(a_flight_of_many_times(10))] == [False] * 11
    assert all(Code.ONE_SHARED in one for one in problems(a_flight_of_many_times(600))[1:600])


def test_an_event_does_not_count_a_part_of_what_a_flight_carries() -> None:
    """A number of pieces that is too small is worse than none."""
    counted = set()
    for part in FORMAT.split(an_event_for_each_loading(600)).parts:
        message = FORMAT.read(part)
        carried = LINE.to_canonical(message, NOW.date()) if part.type == "StatusUpdateEvent" else None
        if carried is not None:
            assert Code.ONE_SHARED in [one.code for one in message.problems]
            counted |= {stone.get("pieces") for said in carried[0].said for stone in said.facts["milestones"]}
    assert counted <= {600}


def test_a_manifest_of_many_units_of_one_flight_is_whole() -> None:
    """Many loadings that say little more than their unit, each with a flight that says as much as one does."""
    place = {"@type": "cargo:Location", "cargo:locationCodes": {"@type": "cargo:CodeListElement", "cargo:code": "FRA"}}
    flight = {"@id": BASE + "m", "@type": "cargo:TransportMovement", "cargo:transportIdentifier": "LH100"}
    flight |= {"cargo:departureLocation": place, "cargo:arrivalLocation": place, "cargo:movementTimes": times(6)}
    pieces, above = waybills(300)
    loadings = [
        {
            "@id": f"{BASE}l{at}",
            "@type": "cargo:Loading",
            "cargo:servedActivity": named("m"),
            "cargo:loadedPieces": named(f"p{at}"),
        }
        for at in range(300)
    ]
    assert not any(Code.ONE_SHARED in one for one in problems(document(loadings, flight, pieces, above)))
