"""Access delegations: what one asks for, and the grants it becomes when the holder accepts it. Pure.

The standard: access-delegations.md, "Trust Chains".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from adapters.one_record.sharing.nodes import Invalid, flag, iris, moment, names, the
from adapters.one_record.vocabulary import API
from hub.objects import EVERYONE, PERMISSIONS, ActionRequest, Grant

PUBLIC_IRI = "http://www.w3.org/ns/auth/acl#AuthenticatedAgent"
_PUBLIC = frozenset((PUBLIC_IRI, PUBLIC_IRI.replace("http:", "https:")))
GROUP_IRI = "urn:waybridge:group:"
MOST_OBJECTS, MOST_DELEGATES = 1_000, 100


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """A delegation as asked for: permissions by short name, delegates and objects by IRI."""

    permissions: Sequence[str]
    delegates: Sequence[str]
    objects: Sequence[str]
    expires_at: datetime | None
    notify: bool


def delegation(nodes: list[dict[str, object]]) -> Delegation:
    """Read an AccessDelegation. ``isRequestedFor`` may be a list, as 2.2 has it and the example of 2.3 still writes it.

    Raises :class:`Invalid`.
    """
    node = the(nodes, "AccessDelegation")
    found = Delegation(
        permissions=names(node, "hasPermission", PERMISSIONS),
        delegates=list(dict.fromkeys(iris(node, "isRequestedFor"))),
        objects=list(dict.fromkeys(iris(node, "hasLogisticsObject"))),
        expires_at=moment(node, "expiresAt"),
        notify=flag(node, "notifyRequestStatusChange"),
    )
    for name, count, most in (
        ("isRequestedFor", len(found.delegates), MOST_DELEGATES),
        ("hasLogisticsObject", len(found.objects), MOST_OBJECTS),
    ):
        if not 1 <= count <= most:
            raise Invalid(f"api:{name} is needed 1 to {most} times, found {count} times.", API + name)
    return found


def grants(request: ActionRequest, asked: Delegation, ids: Mapping[str, str], holder: str) -> list[Grant]:
    """The grants an accepted delegation puts in force; ``ids`` are the objects' ids by IRI.

    What somebody asked for others hangs on their own access: it ends with it. What the holder gives, or somebody was given for
    itself, hangs on nothing.
    """
    return [
        Grant(
            object=ids[uri],
            agent=_named(delegate),
            permission=permission,
            request=request.id,
            through=request.by if request.by not in (holder, delegate) else "",
            expires_at=asked.expires_at,
        )
        for uri in asked.objects
        for delegate in asked.delegates
        for permission in asked.permissions
    ]


def _named(delegate: str) -> str:
    """Whom a delegate's IRI means: everyone who is authenticated, a group of ours, or one agent."""
    if delegate in _PUBLIC:
        return EVERYONE
    return "group:" + group(delegate) if group(delegate) else delegate


def group(delegate: str) -> str:
    """The name of the group a delegate's IRI means; empty for one that means none."""
    return delegate.removeprefix(GROUP_IRI) if delegate.startswith(GROUP_IRI) else ""
