"""Who may speak about a shipment, and who may see it: a partner's profile against facts. Pure; knows no storage."""

from collections.abc import Sequence

from hub.canonical.document import Document
from hub.fold.groups import GROUP_OF
from hub.settings import Admission, Partner, Sight
from hub.statement import CLAIM, Said

_GROUP_OF = GROUP_OF | {
    "milestones": "milestones",
    "houses": "houses",
}
_NEEDED_TO_SPEAK_AT_ALL = frozenset({"identity", "itinerary", "quantities"})


def admits(partner: Partner, author: str, said: Said) -> bool:
    """Whether a partner may make this statement: the author it speaks for, the shipment, and the field groups."""
    return refusal(partner, author, said) is None


def refusal(partner: Partner, author: str, said: Said) -> str | None:
    """What a partner's profile has against a statement, naming the setting; None when it may be made."""
    admission = partner.admission
    if admission.everything:
        return None
    if said.key.startswith(CLAIM):
        return None if _speaks_for(partner, author) else f"authors does not allow {author}"
    agent = str(said.facts.get("agent", {}).get("iata_code", ""))
    limits = (
        ("authors", _speaks_for(partner, author), author),
        ("prefixes", _fits(admission.prefixes, [str(said.facts.get("awb", ""))[:3]]), said.key),
        ("stations", _fits(admission.stations, stations(said.facts)), " ".join(stations(said.facts))),
        ("agents", _fits(admission.agents, [agent]), agent),
        ("groups", _groups_allowed(admission, said.facts), " ".join(sorted(_spoken(said.facts)))),
    )
    return next((f"{name} does not allow {found or 'none'}" for name, fits, found in limits if not fits), None)


def _speaks_for(partner: Partner, author: str) -> bool:
    return not partner.authors or author in (*partner.authors, partner.id)


def _fits(allowed: Sequence[str], found: Sequence[str]) -> bool:
    return not allowed or any(one in allowed for one in found)


def stations(facts: Document) -> list[str]:
    """Every station a statement names as its own: origin, destination, and those of its milestones."""
    named = [facts.get("origin"), facts.get("destination"), *(one.get("station") for one in facts.get("milestones", ()))]
    return [one for one in named if one]


def _groups_allowed(admission: Admission, facts: Document) -> bool:
    return not admission.groups or _spoken(facts) <= set(admission.groups)


def _spoken(facts: Document) -> set[str]:
    return {_GROUP_OF.get(field, field) for field in facts} - _NEEDED_TO_SPEAK_AT_ALL


def sees(sight: Sight) -> list[str] | None:
    """The identities that open a shipment to somebody (as hub/store/projection.py finds them in it); None for everything."""
    if sight.everything:
        return None
    return [
        *(f"iata_code:{one}" for one in sight.agents),
        *(f"account:{one}" for one in sight.accounts),
        *(f"prefix:{one}" for one in sight.prefixes),
        *(f"awb:{one}" for one in sight.grants),
    ]
