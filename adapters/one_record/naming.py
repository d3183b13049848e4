"""The addresses of projected objects: kebab-case, made of the shipment's key and what the object is. Pure; knows no document.

``awb-020-12345675`` is a waybill (``awb-020-12345675-2`` when its number is used again), and what belongs to it follows:
``-shipment``, ``-piece-3``, ``-house-h0001``, ``-flight-qr066-2026-11-21-fra-doh``, ``-uld-ake12345qr``, ``-shipper``. Airports
and carriers are the same whoever names them: ``location-fra``, ``carrier-qr``. docs/one-record.md has the whole table.
"""

import re

_PLAIN = re.compile(r"[A-Z0-9]+")
_ESCAPED = re.compile(r"~([0-9a-f]{2})")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_AWB = re.compile(r"awb-(\d{3})-(\d{8})(?:-([1-9]\d*))?(?:-(?=[a-z])|$)")
_OWN = re.compile(r"(house|booking)-([a-z0-9~]*)-([a-z0-9~]+)(?:-|$)")

SINGULAR = {
    "pieces": "piece",
    "pieceReferences": "piece",
    "customsInformation": "customs",
    "securityDeclarations": "security",
    "referredBookingOption": "booking",
    "bookingShipmentDetails": "details",
    "contactPersons": "contact",
    "contentProducts": "product",
    "transportLegs": "leg",
    "externalReferences": "reference",
    "UnitComposition": "composition",
    "Composing": "composing",
    "checks": "check",
    "operatingTransportMeans": "means",
    "transportOrganization": "carrier",
    "notifiedOrganization": "notified",
    "carrierDeclarationPlace": "place-of-issue",
    "basedAtLocation": "location",
}
"""The last word of an address by the property that leads to the object; any other property is spelled out in kebab-case."""

ROLES = {"SHP": "shipper", "CNE": "consignee", "NFY": "notify", "AGT": "agent"}


def kebab(text: str) -> str:
    """A code or number as part of an address, and back by :func:`code`: letters small, all but letters and digits escaped."""
    return "".join(one.lower() if _PLAIN.fullmatch(one) else "".join(f"~{byte:02x}" for byte in one.encode()) for one in text)


def code(text: str) -> str:
    """The code or number that :func:`kebab` wrote. Raises UnicodeDecodeError for what it never writes."""
    raw, at = bytearray(), 0
    for found in _ESCAPED.finditer(text):
        raw += text[at : found.start()].upper().encode()
        raw.append(int(found[1], 16))
        at = found.end()
    return (raw + text[at:].upper().encode()).decode()


def step(property: str) -> str:
    """The word of an address for the object a property leads to."""
    return SINGULAR.get(property) or _WORD.sub("-", property).lower()


def role(code: str | None) -> str:
    """The word of an address for a party."""
    return ROLES.get(code or "") or f"party-{kebab(code or '')}".rstrip("-")


def shipment_name(key: str) -> str:
    """``awb:020-12345675:1`` as ``awb-020-12345675``; ``house:LH:H1`` as ``house-lh-h1``."""
    kind, _, rest = key.partition(":")
    if kind == "awb":
        number, _, sequence = rest.partition(":")
        return f"awb-{number}" + (f"-{sequence}" if sequence not in ("", "1") else "")
    issuer, _, number = rest.partition(":")
    return f"{kind}-{kebab(issuer)}-{kebab(number)}"


def shipment_key(id: str) -> str | None:
    """The shipment key an address begins with; None when it begins with none."""
    match = _AWB.match(id)
    if match:
        return f"awb:{match[1]}-{match[2]}:{match[3] or 1}"
    own = _OWN.match(id)
    if own is None:
        return None
    try:
        return f"{own[1]}:{code(own[2])}:{code(own[3])}"
    except UnicodeDecodeError:
        return None
