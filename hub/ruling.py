"""Rulings: what somebody with the right to decide has changed on a shipment by hand, as messages of the hub's own.

A ruling is believed before anything configured, field group by field group, until the same group is ruled again. It is written
and read here only: no partner's file can be one, because none comes by the channel named here.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from hub.canonical.document import Document
from hub.envelope import Envelope
from hub.fold.rules import GROUPS, HOUSE_GROUPS
from hub.overlay import overlaid
from hub.ports import Arrival
from hub.position import Place
from hub.problem import Code, Problem
from hub.statement import RULE, Reading, Said, Understood

CHANNEL = "hub:ruling"
KIND = "ruling"


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What is ruled of the shipment with this number-key. ``by`` is the agent, ``object`` what it changed.

    A field of ``facts`` that is None is ruled to be absent.
    """

    key: str
    facts: dict[str, Any]
    by: str
    object: str
    at: datetime


def ruled(document: Document, before: Document, after: Document) -> Document:
    """The facts of every field group that differs between two states of what objects say of a shipment; None for what is gone.

    ``document`` is all that is known of it: what the objects have no place for is ruled to stay.
    """
    facts = _groups(document, before, after, GROUPS)
    houses = _houses(document, before, after)
    return facts | ({"houses": houses} if houses else {})


def _groups(document: Document, before: Document, after: Document, groups: Any) -> Document:
    facts: Document = {}
    for fields in groups.values():
        whole, old, new = ({one: at[one] for one in fields if one in at} for at in (document, before, after))
        if old != new:
            made = overlaid(whole, old, new)
            facts |= {one: made.get(one) for one in fields if one in whole or one in made}
    return facts


def _houses(document: Document, before: Document, after: Document) -> list[Document]:
    whole, known = ({one.get("hawb"): one for one in at.get("houses", ())} for at in (document, before))
    found = []
    for house in after.get("houses", ()):
        name = house.get("hawb")
        issuer = {field: whole[name][field] for field in ("issuer",) if field in whole.get(name, {})}
        facts = _groups(whole.get(name, {}), known.get(name, {}), house, HOUSE_GROUPS)
        if facts:
            found.append({**facts, "hawb": name, **issuer})
    return found


def arrival(ruling: Ruling, partner: str) -> Arrival:
    """A ruling as it is handed to the intake."""
    return Arrival(partner=partner, channel=CHANNEL, raw=msgspec.json.encode(ruling), name=KIND, media="application/json")


def understood(envelope: Envelope) -> Understood:
    """What a ruling says: one statement in a slot of its own."""
    try:
        ruling = msgspec.json.decode(envelope.raw, type=Ruling)
    except msgspec.MsgspecError as fault:
        problem = Problem(code=Code.FORMAT_UNKNOWN, message=f"no ruling of ours: {fault}")
        return Understood(format=KIND, frames=[], readings=[], problems=[problem])
    digest = hashlib.blake2b(envelope.raw, digest_size=12).hexdigest()
    places = {f"/{name}": Place(0, 0, 0, ruling.object) for name in ruling.facts}
    said = Said(key=ruling.key, scope=f"{KIND}:{digest}", action=RULE, facts=ruling.facts, places=places)
    reading = Reading(
        ordinal=0,
        format=KIND,
        type=KIND,
        version="1",
        subject="shipment",
        author=ruling.by,
        said_at=ruling.at.astimezone(UTC),
        frame=None,
        reference=ruling.object,
        text="",
        line=1,
        offset=0,
        problems=[],
        not_carried=[],
        said=[said],
        mapping=KIND,
    )
    return Understood(format=KIND, frames=[], readings=[reading], problems=[])
