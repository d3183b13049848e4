"""The rules of canonical documents, checked on any document: what canonical.md says of names, shapes, order and forms.

Written from the contract alone: shares no code with the fold or the mappings, but the frozen types that are the schema.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import airportsdata
import msgspec

from hub.canonical.shipment import Shipment

DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", re.ASCII)
AMOUNT = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
FLIGHT = re.compile(r"[A-Z0-9]{2}[A-Z]?(\d{3}|[1-9]\d{3})[A-Z]?", re.ASCII)
STAMP = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
KEY = re.compile(r"awb:\d{3}-\d{8}:[1-9]\d*|house:[^:]*:.+|booking:[^:]*:.+", re.DOTALL)
UNITS = frozenset({"KGM", "LBR", "MTQ", "FTQ", "CMQ", "INQ", "CMT", "MMT", "MTR", "DMT", "INH", "FOT", "YRD"})
NO_MINOR = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THREE_MINOR = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
RANKS = {
    "BKD": 10,
    "FOH": 15,
    "RCS": 20,
    "RCT": 22,
    "FIW": 24,
    "PRE": 30,
    "FOW": 32,
    "MAN": 40,
    "DEP": 50,
    "ARR": 60,
    "RCF": 70,
    "TRM": 72,
    "TFD": 74,
    "AWR": 76,
    "NFD": 80,
    "AWD": 85,
    "CCD": 87,
    "DPU": 88,
    "DLV": 90,
    "DDL": 95,
}
TRUE_ONLY = ("partial", "withdrawn", "dimensions_unavailable", "told_twice")
DECIMALS = ("length", "width", "height", "percentage")
TIMES = ("at", "instant", "scheduled", "estimated", "actual")
LINE_MONEY = ("rate", "total", "amount", "weight", "valuation", "tax", "due_agent", "due_carrier")
DECLARED = ("declared_carriage", "declared_customs", "insurance")
PLACEHOLDERS = frozenset({".", "XXX", "TBD"})
AIRPORTS = airportsdata.load("IATA")
SORTED_LISTS = ("special_handling", "contacts", "references")


def violations(document: dict[str, Any]) -> list[str]:
    """Every rule of canonical.md this document breaks, each with a JSON pointer; empty when it keeps all."""
    return [
        *_shape(document),
        *_present(document, ""),
        *_members(document, ""),
        *_key(document),
        *_money(document),
        *_milestones(document.get("milestones", [])),
        *_bytes(document),
    ]


def _shape(document: dict[str, Any]) -> Iterator[str]:
    try:
        msgspec.convert(document, Shipment, strict=True)
    except msgspec.ValidationError as fault:
        yield f"the class model refuses it: {fault}"


def _present(value: Any, pointer: str) -> Iterator[str]:
    """Absent means absent: no null, no empty text, list or object; decimals are text, never floats."""
    if value is None or value in ("", [], {}):
        yield f"{pointer}: {value!r} should be absent"
    elif isinstance(value, float):
        yield f"{pointer}: {value!r} is a float"
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _present(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _present(inner, f"{pointer}/{at}")
    elif isinstance(value, str) and value.strip() in PLACEHOLDERS | {""} and pointer.rpartition("/")[2] not in DECLARED:
        yield f"{pointer}: {value!r} is a placeholder"


def _members(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _members(inner, f"{pointer}/{at}")
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        yield from (f"{pointer}/{name}: {inner!r} {fault}" for fault in _member(name, inner, value))
        yield from _members(inner, f"{pointer}/{name}")


def _member(name: str, value: Any, holder: dict[str, Any]) -> Iterator[str]:
    if name in TRUE_ONLY and value is not True:
        yield "appears only when true"
    if ((name == "value" and "unit" in holder) or name in DECIMALS) and not DECIMAL.fullmatch(value):
        yield "is no canonical decimal"
    if name == "unit" and value not in UNITS:
        yield "is no unit of Rec 20 that we use"
    if name == "flight" and not FLIGHT.fullmatch(value):
        yield "is no normalised flight"
    if name == "uld" and re.search(r"[\s/-]", value):
        yield "is no ULD as type, serial, owner"
    if name == "country" and not re.fullmatch("[A-Z]{2}", value):
        yield "is no ISO 3166-1 alpha-2 code"
    if name == "currency" and not re.fullmatch("[A-Z]{3}", value):
        yield "is no ISO 4217 code"
    yield from _timed(name, value)
    yield from _listed(name, value)


def _timed(name: str, value: Any) -> Iterator[str]:
    if name in TIMES and isinstance(value, str):
        if not STAMP.fullmatch(value):
            yield "is no ISO 8601 time"
        if (
            re.search(r"T\d\d:\d\d:00(\.0+)?(Z|[+-]|$)", value)
            or value.endswith("+00:00")
            or re.search(r"\.\d*0(Z|[+-]|$)", value)
        ):
            yield "has seconds of zero, or +00:00 for Z"
    if name in ("date", "issued_date") and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        yield "is no date"


def _listed(name: str, value: Any) -> Iterator[str]:
    if name in SORTED_LISTS and value != sorted(
        value, key=lambda one: one if isinstance(one, str) else (one["type"], one["value"])
    ):
        yield "is not sorted"
    if isinstance(value, list) and value and all(isinstance(one, dict) and "line" in one for one in value):
        lines = [one["line"] for one in value]
        if lines != sorted(lines) or (name in ("customs", "routing", "lines") and len(set(lines)) < len(lines)):
            yield f"has lines {lines}"


def _key(document: dict[str, Any]) -> Iterator[str]:
    key = document.get("key", "")
    if not KEY.fullmatch(key):
        yield f"/key: {key!r} is no key"
    if key.startswith("awb:") and key != f"awb:{document.get('awb')}:{document.get('sequence')}":
        yield f"/key: {key!r} is not of awb {document.get('awb')!r}, sequence {document.get('sequence')!r}"
    if document.get("kind", "house") not in ("master", "direct", "house"):
        yield f"/kind: {document['kind']!r}"


def _money(document: dict[str, Any]) -> Iterator[str]:
    for at, holder in [("", document), *((f"/houses/{at}", house) for at, house in enumerate(document.get("houses", [])))]:
        charges = holder.get("charges", {})
        columns = [(f"{at}/charges/{name}", charges[name]) for name in ("prepaid", "collect") if name in charges]
        lines = [(f"{at}/charges/{name}/{n}", one) for name in ("lines", "other") for n, one in enumerate(charges.get(name, []))]
        for pointer, one in [*columns, *lines, (f"{at}/charges", charges)]:
            names = DECLARED if one is charges else LINE_MONEY
            for name in names:
                value = one.get(name)
                if isinstance(value, str) and not value.isalpha() and not _minor(value, charges.get("currency")):
                    yield f"{pointer}/{name}: {value!r} has not the minor units of {charges.get('currency')}"
    abroad = document.get("destination_charges", {})
    for name in ("converted", "at_destination", "total"):
        if name in abroad and not _minor(abroad[name], abroad.get("currency")):
            yield f"/destination_charges/{name}: {abroad[name]!r} has not the minor units of {abroad.get('currency')}"


def _minor(value: str, currency: str | None) -> bool:
    """At least the minor units of the currency, more only where they are not zeros."""
    if not AMOUNT.fullmatch(value):
        return False
    if currency is None:
        return True
    digits = 0 if currency in NO_MINOR else 3 if currency in THREE_MINOR else 2
    fraction = value.partition(".")[2]
    return len(fraction) == digits or (len(fraction) > digits and not fraction.endswith("0"))


def _milestones(milestones: list[dict[str, Any]]) -> Iterator[str]:
    ids = [one.get("id") for one in milestones]
    if len(set(ids)) != len(ids) or None in ids:
        yield f"/milestones: ids {ids} are not one each"
    timed = [one for one in milestones if "instant" in one]
    places = [(_moment(one["instant"]), RANKS.get(one["code"], 0), one["id"]) for one in timed]
    if places != sorted(places):
        yield f"/milestones: not sorted by instant, rank, id: {[(one['instant'], one['code'], one['id']) for one in timed]}"
    for at, one in enumerate(milestones):
        yield from (f"/milestones/{at}: {fault}" for fault in _milestone(one))


def _milestone(one: dict[str, Any]) -> Iterator[str]:
    told, station = one.get("at"), one.get("station")
    if one.get("time") not in ("planned", "estimated", "actual"):
        yield f"time is {one.get('time')!r}"
    expected = _instant(told, station) if told else None
    if expected is not None and ("instant" not in one or _moment(one["instant"]) != expected):
        yield f"instant of {told} at {station} is {one.get('instant')!r}, not {expected}"
    if expected is None and "instant" in one and station not in METROPOLITAN:
        yield f"an instant {one['instant']} out of {told} at {station}"


METROPOLITAN = frozenset("LON NYC PAR TYO SEL MIL CHI WAS MOW SAO BUE RIO STO ROM OSA YTO YMQ JKT BJS".split())  # noqa: SIM905
"""Cities whose airports share a zone; airportsdata does not list them."""


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _instant(told: str, station: str | None) -> datetime | None:
    moment = _moment(told)
    if moment.tzinfo is None:
        known = AIRPORTS.get(station or "")
        if known is None or "T" not in told:
            return None
        moment = moment.replace(tzinfo=ZoneInfo(known["tz"]))
    return moment.astimezone(UTC)


def _bytes(document: dict[str, Any]) -> Iterator[str]:
    """RFC 8785 by an independent implementation; exact here because keys are ASCII and numbers integers."""
    from hub.canonical.document import canonical_bytes

    told = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    if canonical_bytes(document) != told:
        yield "the serialised bytes are not those of RFC 8785"
