"""A canonical shipment in which every field of the types has a value of its own: a field that is new is in it at once.

Values are made from a field's type and name; those that only make sense together, or are codes, stand in ``OWN``.
"""

from typing import Any

import msgspec

from hub.canonical.document import Document
from hub.canonical.shipment import Shipment

OWN: dict[str, Any] = {
    "key": "awb:020-12345675:1",
    "awb": "020-12345675",
    "sequence": 1,
    "kind": "master",
    "origin": "FRA",
    "destination": "SGN",
    "from": "FRA",
    "to": "SGN",
    "station": "FRA",
    "airport": "FRA",
    "unit": "KGM",
    "currency": "EUR",
    "country": "DE",
    "origin_country": "DE",
    "flight": "QR066",
    "carrier": "QR",
    "carrier_from": "LH",
    "carrier_to": "QR",
    "uld": "AKE12345QR",
    "mode": "air",
    "time": "actual",
    "withdrawn": None,
    "told_twice": None,
    "due": "carrier",
    "payment": "P",
    "weight_payment": "P",
    "other_payment": "P",
    "rate_class": "Q",
    "rate_class_basis": "N",
    "description_code": "S",
    "special_handling": ["EAW", "PER"],
    "special_handling_order": [2, 1],
    "contacts": [{"type": "FX", "value": "492"}, {"type": "TE", "value": "491"}],
    "contacts_order": [2, 1],
    "references": [{"type": "BN", "value": "B77"}, {"type": "SRI", "value": "R1"}],
    "references_order": [2, 1],
    "hs_codes": ["851762"],
    "hawb": "H0001",
    "partial_status": {"ARR": 4},
    "screening": ["XRY"],
    "pieces": 2,
    "houses/pieces": 2,
    "length": "120",
    "width": "80",
    "height": "100",
    "remarks": "TOP",
    "loading": "L",
    "house": "H0002",
    "total_pieces": 9,
    "line": 1,
    "place": 1,
    "loads/status": "manifested",
    "bookings/flights/status": "KK",
    "milestones/code": "DEP",
    "milestones/partial": True,
    "other/code": "MY",
    "contacts/type": "TE",
    "lines/sequence": [{"kind": "NV", "line": 2}, {"kind": "NG", "line": 1}],
    "issued/place": "FRANKFURT",
    "nominated_handling/place": "DOH",
    "volume/unit": "MTQ",
    "dimensions/unit": "CMT",
}
"""Values by field name, or by the last two names of the path; None for what says that another is none."""


def every_field() -> Document:
    """The document; the same in every run."""
    made: Document = _struct(Shipment, ())
    return made


def _struct(kind: type, path: tuple[str, ...]) -> Document:
    made = {}
    for field in msgspec.structs.fields(kind):
        here = (*path, field.encode_name)
        value = _own(here)
        if value is not None:
            made[field.encode_name] = value
        elif field.encode_name not in OWN:
            made[field.encode_name] = _value(msgspec.inspect.type_info(field.type), here)
    return made


def _own(path: tuple[str, ...]) -> Any:
    for length in (3, 2, 1):
        if "/".join(path[-length:]) in OWN:
            return OWN["/".join(path[-length:])]
    return None


def _value(kind: Any, path: tuple[str, ...]) -> Any:
    if isinstance(kind, msgspec.inspect.Metadata):
        money = (kind.extra_json_schema or {}).get("description", "").startswith(("exact amount", "amount"))
        return f"{_number(path)}.50" if money else _value(kind.type, path)
    if isinstance(kind, msgspec.inspect.UnionType):
        return _value(next(one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType)), path)
    if isinstance(kind, msgspec.inspect.ListType):
        return [_value(kind.item_type, path)]
    if isinstance(kind, msgspec.inspect.StructType):
        return _struct(kind.cls, path)
    return _plain(kind, path)


def _plain(kind: Any, path: tuple[str, ...]) -> Any:
    """A value told apart from every other by its path."""
    number = _number(path)
    if isinstance(kind, msgspec.inspect.BoolType):
        return True
    if isinstance(kind, msgspec.inspect.IntType):
        return number
    pattern = getattr(kind, "pattern", None) or ""
    if r"\d{4}-\d{2}-\d{2}$" in pattern:
        return "2026-11-21"
    if r"\d{4}-\d{2}-\d{2}" in pattern:
        return f"2026-11-21T10:{number % 60:02}"
    if "(0|[1-9]" in pattern:
        return str(number)
    return f"{path[-1].upper().replace('_', ' ')} {number}"


def _number(path: tuple[str, ...]) -> int:
    return 10 + sum(map(ord, "/".join(path))) % 89
