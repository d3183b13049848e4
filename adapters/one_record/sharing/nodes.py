"""Values of an api object (a Subscription, an AccessDelegation, a Notification) that came as nodes. Knows no particular class."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from adapters.one_record.vocabulary import API, XSD, local, unversioned
from hub.objects import Nodes

Node = dict[str, Any]
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]{1,1990}")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class Invalid(Exception):
    """An api object cannot be taken as it is. ``status`` is the HTTP status, ``property`` the IRI of what is wrong."""

    def __init__(self, message: str, property: str = "", *, status: int = 400, resource: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.property = property
        self.status = status
        self.resource = resource


def the(nodes: Nodes, name: str) -> Node:
    """The first node, which must be of an api class. Raises :class:`Invalid`."""
    types = [local(one) for one in nodes[0].get("@type", ())] if nodes else []
    if name not in types:
        raise Invalid(f"The body should be an api:{name}; it is {', '.join(types) or 'of no class'}.", "@type")
    return nodes[0]


def values(node: Node, name: str) -> list[Node]:
    """The values of an api property, or of a property given by its full IRI."""
    found = node.get(name if ":" in name else API + name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def iris(node: Node, name: str) -> list[str]:
    """IRIs, given as links or as literals (both are found in the field). Raises :class:`Invalid` for what is none."""
    found = [str(one.get("@id", one.get("@value", ""))) for one in values(node, name)]
    for one in found:
        if not _IRI.fullmatch(one):
            raise Invalid(f"api:{name} should be an IRI, found {one[:80]!r}.", API + name)
    return [unversioned(one) for one in found]


def iri(node: Node, name: str) -> str:
    """The one IRI of a property. Raises :class:`Invalid` when there is none, or several."""
    found = iris(node, name)
    if len(found) != 1:
        raise Invalid(f"api:{name} is needed exactly once, found {len(found)} times.", API + name)
    return found[0]


def names(node: Node, name: str, allowed: Iterable[str]) -> list[str]:
    """The short names of individuals. Raises :class:`Invalid` when there is none, or one that is not among ``allowed``."""
    found = list(dict.fromkeys(local(str(one.get("@id", one.get("@value", "")))) for one in values(node, name)))
    known = list(allowed)
    wrong = [one for one in found if one not in known]
    if wrong or not found:
        raise Invalid(f"api:{name} should be {' or '.join(known)}, found {', '.join(wrong)[:80] or 'nothing'}.", API + name)
    return found


def texts(node: Node, name: str) -> list[str]:
    """Plain texts."""
    return [str(one["@value"]) for one in values(node, name) if "@value" in one]


def flag(node: Node, name: str) -> bool:
    """True or false; false where absent. Raises :class:`Invalid`."""
    found = [str(one.get("@value")).lower() for one in values(node, name)]
    if any(one not in _TRUTH for one in found) or len(found) > 1:
        raise Invalid(f"api:{name} should be true or false.", API + name)
    return bool(found) and _TRUTH[found[0]]


def moment(node: Node, name: str) -> datetime | None:
    """A time, UTC where no offset is given. Raises :class:`Invalid`."""
    found = texts(node, name)
    if not found:
        return None
    try:
        at = datetime.fromisoformat(found[0])
    except ValueError:
        at = None
    if at is None or len(found) > 1:
        raise Invalid(f"api:{name} should be one xsd:dateTime, found {', '.join(found)[:80]!r}.", API + name)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def link(iri: str) -> list[Node]:
    """A link as a value."""
    return [{"@id": iri}]


def links(iris: Iterable[str]) -> list[Node]:
    """Links as values."""
    return [{"@id": one} for one in iris]


def literal(value: str, datatype: str) -> list[Node]:
    """A typed literal as a value; ``datatype`` is the short name in XML Schema."""
    return [{"@value": value, "@type": XSD + datatype}]
