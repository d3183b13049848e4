"""Views that the fold derives from folded facts: kind, goods text, the security declaration. Pure; never written back."""

from typing import Any

from hub.canonical.document import Document


def add_views(document: Document) -> None:
    """Derive what canonical.md calls a view, in place."""
    _kind(document)
    _goods_text(document)
    for house in document.get("houses", ()):
        _goods_text(house)
    security = _security(document.get("customs", []))
    if security:
        document["security"] = security


def _kind(document: Document) -> None:
    """master: a house is present or the goods are a consolidation (NC); direct: a waybill without; house: no master known."""
    if "awb" not in document:
        if document.get("houses"):
            document["kind"] = "house"
        return
    lines = document.get("charges", {}).get("lines", ())
    consolidated = any(line.get("goods_kind") == "NC" for line in lines)
    if document.get("houses") or consolidated:
        document["kind"] = "master"


def _goods_text(holder: Document) -> None:
    if holder.get("goods"):
        holder["goods_text"] = " ".join(line.strip() for line in holder["goods"])


_SINGLE = {"SS": "status", "SN": "issuer", "SD": "issued"}
_ROLES = {"ISS": "issuer", "OSS": "other", "CSS": "carrier"}


def _security(customs: list[Document]) -> Document:
    view: Document = {}
    screening: list[str] = []
    parties: list[Document] = []
    last: Document | None = None
    for line in customs:
        identifier, text = line.get("identifier"), line.get("text")
        if identifier in _SINGLE and text:
            view[_SINGLE[identifier]] = text
        elif identifier == "SM" and text:
            screening.append(text)
        elif identifier in ("RA", "RC", "KC", "AC") and text:
            last = _party(line, identifier, text)
            parties.append(last)
        elif identifier == "ED" and text:
            _expiry(view, last, text)
    return view | _lists(screening, parties)


def _party(line: Document, identifier: str, text: str) -> Document:
    party: Document = {"category": identifier, "number": text}
    if line.get("country"):
        party["country"] = line["country"]
    role = _ROLES.get(line.get("subject") or "")
    if role:
        party["role"] = role
    return party


def _expiry(view: Document, party: Document | None, text: str) -> None:
    (party if party is not None else view)["expiry"] = text
    view.setdefault("expiry", text)


def _lists(screening: list[str], parties: list[Document]) -> dict[str, Any]:
    lists: dict[str, Any] = {}
    if screening:
        lists["screening"] = screening
    if parties:
        lists["regulated_parties"] = parties
    return lists
