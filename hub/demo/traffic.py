"""A day of invented traffic, deterministic by seed: shipments as documents, told by whoever would tell them. Knows no format."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from hub.canonical.document import Document
from hub.canonical.station import zone

AIRLINE, FORWARDER, HANDLER = "skyline", "nordhafen", "apron"
PREFIX = "999"
CUSTOMER = ("MEKONG TRADING", "7700001")
FIRST_SERIAL = 1_000_000
SPREAD = timedelta(hours=6)
LONGEST = timedelta(hours=23)
"""How long after the beginning of the day the last word is said."""

ROUTES = (("FRA", "DOH", "SGN"), ("HAM", "DXB", "BKK"), ("AMS", "IST", "DEL"), ("CDG", "AUH", "KUL"), ("MUC", "DOH", "HAN"))
GOODS = ("MACHINE PARTS", "CUT FLOWERS", "PHARMACEUTICALS", "TEXTILES", "SPARE PARTS", "ELECTRONICS")
HANDLING = {"CUT FLOWERS": ["PEF", "PER"], "PHARMACEUTICALS": ["COL", "PIL"]}
TOWNS = {
    "SGN": ("HO CHI MINH CITY", "VN"),
    "BKK": ("BANGKOK", "TH"),
    "DEL": ("DELHI", "IN"),
    "KUL": ("KUALA LUMPUR", "MY"),
    "HAN": ("HANOI", "VN"),
}


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One message somebody sends: who, by which channel, in which target, saying what; or raw bytes broken on purpose."""

    at: datetime
    partner: str
    channel: str
    name: str
    target: str = ""
    document: Document = {}
    raw: bytes = b""


def waybill_number(serial: int) -> str:
    """A number with the right check digit."""
    return f"{PREFIX}-{serial:07d}{serial % 7}"


def waybill_of(number: int) -> str:
    """The waybill number of a shipment of the day."""
    return waybill_number(FIRST_SERIAL + number)


def is_the_customers(number: int) -> bool:
    """Whether a shipment goes to the customer who has a key of the portal."""
    return number % 6 == 0


def shipment(number: int, day: datetime, chance: random.Random) -> Document:
    """One waybill as its forwarder knows it."""
    origin, via, destination = chance.choice(ROUTES)
    goods = chance.choice(GOODS)
    pieces, weight = chance.randint(1, 40), chance.randint(20, 3000)
    town, country = TOWNS[destination]
    buyer, account = CUSTOMER if is_the_customers(number) else (f"RIVERSIDE IMPORT {number:04d}", f"78{number:05d}")
    rate = f"{chance.randint(150, 620) / 100:.2f}"
    total = f"{weight * float(rate):.2f}"
    return {
        "awb": waybill_of(number),
        "origin": origin,
        "destination": destination,
        "pieces": pieces,
        "weight": {"value": str(weight), "unit": "KGM"},
        "description_code": "T",
        "routing": [{"line": 1, "to": via, "carrier": "XS"}, {"line": 2, "to": destination, "carrier": "XS"}],
        "flights": [{"flight": f"XS{100 + number % 80}", "date": day.date().isoformat()}],
        "shipper": _party("NORDLICHT EXPORT GMBH", "HAFENSTRASSE 12", "HAMBURG", "DE", "4100001"),
        "consignee": _party(buyer, "1 RIVER ROAD", town, country, account),
        "agent": {"name": "NORDHAFEN LOGISTICS", "city": "HAMBURG", "iata_code": "2347001", "cass": "0001"},
        "special_handling": HANDLING.get(goods, ["GEN"]),
        "charges": {
            "currency": "EUR",
            "code": "PP",
            "weight_payment": "P",
            "other_payment": "P",
            "declared_carriage": "NVD",
            "declared_customs": "NCV",
            "insurance": "XXX",
            "lines": [
                {
                    "line": 1,
                    "pieces": pieces,
                    "weight": {"value": str(weight), "unit": "KGM"},
                    "rate_class": "Q",
                    "chargeable_weight": {"value": str(weight), "unit": "KGM"},
                    "rate": rate,
                    "total": total,
                    "goods_kind": "NG",
                    "goods": [goods],
                }
            ],
            "prepaid": {"weight": total, "total": total},
        },
        "issued": {"date": day.date().isoformat(), "place": "HAMBURG", "signature": "K PETERSEN"},
        "sender_reference": {"office": "HAMFFXS"},
    }


def _party(name: str, street: str, city: str, country: str, account: str) -> Document:
    return {"name": name, "street": [street], "city": city, "country": country, "account": account}


def day_of_traffic(count: int, day: datetime, seed: int = 1) -> list[Telling]:
    """All that is said about ``count`` shipments, in order of time, with a few things that go wrong."""
    chance = random.Random(seed)  # noqa: S311 - a demonstration, not a secret
    tellings = [
        one for number in range(count) for one in _life(number, shipment(number, day, chance), day + SPREAD * number / count)
    ]
    return sorted([*tellings, *_faults(day)], key=lambda one: (one.at, one.name))


LATE = 600_000
"""The number of a shipment that the airline tells of after the day: one of the customer's."""


def late_waybill(day: datetime) -> Telling:
    """A waybill that the airline drops when the day is over."""
    document = shipment(LATE, day, random.Random(LATE))  # noqa: S311 - a demonstration, not a secret
    return Telling(at=day, partner=AIRLINE, channel="sftp", name="fwb-late.txt", target="cargo-imp:FWB/17", document=document)


def _life(number: int, document: Document, start: datetime) -> Iterator[Telling]:
    """From booking to delivery; every fifth shipment is still under way at the end of the day, after another the airline asks."""
    origin, via, destination = document["origin"], document["routing"][0]["to"], document["destination"]
    flight = document["flights"][0]["flight"]
    yield Telling(
        at=start,
        partner=FORWARDER,
        channel="http",
        name=f"ffr-{number:03d}.txt",
        target="cargo-imp:FFR/8",
        document=_booking(document),
    )
    version = "16" if number % 4 == 3 else "17"
    yield Telling(
        at=start,
        partner=FORWARDER,
        channel="http",
        name=f"fwb-{number:03d}.txt",
        target=f"cargo-imp:FWB/{version}",
        document=document,
    )
    onward = f"{flight[:2]}{int(flight[2:]) + 400}"
    steps = [
        (1, HANDLER, "folder", "cargo-imp:FSU/12", _status(document, "RCS", origin, start, 1)),
        (3, AIRLINE, "sftp", "cargo-imp:FSU/14", _flown(document, "DEP", origin, via, flight, start, 3)),
        (9, AIRLINE, "sftp", "edifact:IFTSTA:D.96A", _flown(document, "ARR", via, None, flight, start, 9)),
        (15, AIRLINE, "sftp", "cargo-imp:FSU/15", _flown(document, "RCF", destination, None, onward, start, 15)),
        (16, AIRLINE, "http", "one-record:StatusUpdateEvent", _status(document, "NFD", destination, start, 16)),
        (17, AIRLINE, "sftp", "cargo-imp:FSU/14", _status(document, "DLV", destination, start, 17)),
    ]
    for hours, partner, channel, target, said in steps[: 2 if number % 5 == 4 else None]:
        name = f"{said['milestones'][0]['code'].lower()}-{number:03d}.{_suffix(target)}"
        yield Telling(
            at=start + timedelta(hours=hours), partner=partner, channel=channel, name=name, target=target, document=said
        )

    if number % 5 == 0:
        yield Telling(
            at=start + timedelta(hours=17),
            partner=AIRLINE,
            channel="sftp",
            name=f"status-{number:03d}.txt",
            target="cargo-imp:FSR/0",
            document={"awb": document["awb"]},
        )


def _booking(document: Document) -> Document:
    """The request for space on the shipment's flight."""
    flight = {**document["flights"][0], "from": document["origin"], "to": document["routing"][0]["to"], "status": "NN"}
    goods = document["charges"]["lines"][0]["goods"]
    kept = {name: document[name] for name in ("agent", "sender_reference", "special_handling")}
    return {**_head(document), **kept, "goods": goods, "bookings": [{"flights": [flight]}]}


def _suffix(target: str) -> str:
    return {"cargo-imp": "txt", "edifact": "edi", "one-record": "jsonld"}[target.partition(":")[0]]


def _head(document: Document) -> Document:
    return {name: document[name] for name in ("awb", "origin", "destination", "pieces", "weight", "description_code")}


def _quantity(document: Document) -> Document:
    return {"pieces": document["pieces"], "weight": document["weight"], "description_code": "T"}


def _status(document: Document, code: str, station: str, start: datetime, hours: int) -> Document:
    at = _clock_at(station, start + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
    milestone = {"code": code, "station": station, "at": at, "time": "actual", **_quantity(document)}
    if code in ("NFD", "DLV"):
        milestone["party"] = document["consignee"]["name"]
    if code == "RCS":
        milestone["received_from"] = document["shipper"]["name"]
    return {**_head(document), "milestones": [milestone]}


def _clock_at(station: str, moment: datetime) -> datetime:
    """The time a clock on the station's wall shows."""
    return moment.astimezone(zone(station))


def _flown(document: Document, code: str, station: str, to: str | None, flight: str, start: datetime, hours: int) -> Document:
    at = _clock_at(station, start + timedelta(hours=hours))
    milestone = {
        "code": code,
        "station": station,
        "flight": flight,
        "date": at.date().isoformat(),
        "at": at.strftime("%Y-%m-%dT%H:%M"),
        "time": "actual",
        **_quantity(document),
    }
    if to:
        milestone["to"] = to
    return {**_head(document), "milestones": [milestone]}


PLANNED_DEAD_LETTERS = 3


def _faults(day: datetime) -> Iterator[Telling]:
    """What goes wrong on this day: a waybill cut in the middle, a picture in the drop folder, an unknown message type."""
    later = day + timedelta(hours=5)
    cut = f"FWB/17\n{waybill_number(1_900_001)}FRASGN/T2K40\nSHP\nNAM/CUT IN THE MIDDL"
    yield Telling(at=later, partner=FORWARDER, channel="http", name="cut.txt", raw=cut.encode())
    yield Telling(at=later, partner=HANDLER, channel="folder", name="picture.png", raw=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0")
    yield Telling(at=later, partner=AIRLINE, channel="sftp", name="mvt.txt", raw=b"MVT\nXS101/21.DXSAB.FRA\nAD1030/1042\n")
