"""What the holder opens to others of its own accord: objects, classes of objects, or all; to agents, groups, or everybody.

Single objects go by an AccessDelegation of the holder's own, so that there is one history (docs/decisions/0008). A class of
objects has no place in that: it is granted by itself. Every refusal is a ValueError. The standard: security/access-control.md.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.one_record.nodes import links
from adapters.one_record.server.call import Node, stamp
from adapters.one_record.sharing.asking import Sharing
from adapters.one_record.sharing.delegations import GROUP_IRI, MOST_OBJECTS, PUBLIC_IRI
from adapters.one_record.sharing.nodes import Invalid, link, literal
from adapters.one_record.sharing.policy import CLASS, GROUP, classes
from adapters.one_record.vocabulary import API, local, unversioned, vocabulary
from hub.objects import EVERYONE, EVERYTHING, GET_OBJECT, PENDING, PERMISSIONS, Grant, HeldObject, Nodes

Shown = Mapping[str, Any]
EVERYBODY, ALL = "everybody", "everything"
_GROUP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def grant(
    node: Node, what: Sequence[str], who: str, permissions: Sequence[str], until: datetime | None, *, linked: bool
) -> Sequence[Shown]:
    """Put grants in force. ``linked``: also on the objects of this node that these link to, of the same shipment if they follow
    from one; as they are now.
    """
    agent, wanted = _agent(who), _permissions(permissions)
    if until is not None and until <= node.doors.now():
        raise ValueError(f"{stamp(until)} is over")
    wide, single = _parted(node, what)
    node.doors.access.grant(
        [Grant(object=name, agent=agent, permission=one, expires_at=until) for name in wide for one in wanted]
    )
    held = _with_linked(node, single) if linked else single
    if held:
        _delegated(node, held, agent, wanted, until)
    return [one for name in (*wide, *held) for one in in_force(node, name) if one["agent"] == agent]


def _delegated(node: Node, ids: Sequence[str], agent: str, permissions: Sequence[str], until: datetime | None) -> None:
    sharing = Sharing(node.doors, node.permits)
    try:
        request = sharing.delegate(node.holder, _delegation(node, ids, agent, permissions, until))
        if request.status == PENDING:
            sharing.accept(request, node.holder)
    except Invalid as wrong:
        raise ValueError(wrong.message) from wrong


def _delegation(node: Node, ids: Sequence[str], agent: str, permissions: Sequence[str], until: datetime | None) -> Nodes:
    delegate = PUBLIC_IRI if agent == EVERYONE else agent.replace(GROUP, GROUP_IRI, 1) if agent.startswith(GROUP) else agent
    told: dict[str, Any] = {
        "@id": f"internal:{uuid.uuid4()}",
        "@type": [API + "AccessDelegation"],
        API + "hasPermission": [{"@id": API + one} for one in permissions],
        API + "isRequestedFor": link(delegate),
        API + "hasLogisticsObject": [{"@id": node.object_iri(one)} for one in ids],
    }
    return [told | ({API + "expiresAt": literal(stamp(until), "dateTime")} if until else {})]


def withdraw(node: Node, what: str, who: str, permission: str) -> int:
    """End grants, and what hangs on them; how many. What a file or sight of the shipment opens stays open."""
    wide, single = _parted(node, [what])
    return node.doors.access.withdraw((*wide, *single)[0], _agent(who), _permissions([permission])[0] if permission else "")


def in_force(node: Node, what: str) -> Sequence[Shown]:
    """The grants in force on an object (also by its classes), or on a class."""
    wide, single = ([what], []) if what == EVERYTHING or what.startswith(CLASS) else _parted(node, [what])
    if single:
        held = node.doors.objects.get(single[0])
        found = node.doors.access.grants(single[0], classes(held.type) if held else ())
    else:
        found = [one for one in node.doors.access.grants(wide[0]) if one.object == wide[0]]
    return [_shown(node, one) for one in found]


def _shown(node: Node, one: Grant) -> Shown:
    wide = one.object == EVERYTHING or one.object.startswith(CLASS)
    return {
        "object": one.object if wide else node.object_iri(one.object),
        "agent": one.agent,
        "permission": one.permission,
        "until": stamp(one.expires_at) if one.expires_at else "",
        "request": node.request_iri(one.request) if one.request else "",
        "through": one.through,
    }


def _parted(node: Node, what: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of classes (or of everything), and ids of objects that are there."""
    wide = {one: _wide(one) for one in what}
    ids = [node.object_id(one) or one for one in what if not wide[one]]
    there = node.doors.objects.get_all(ids) if ids else {}
    missing = [one for one in ids if one not in there]
    if missing:
        raise ValueError(f"{missing[0][:200]} is no object of this node, and no class of logistics objects")
    return list(filter(None, wide.values())), ids


def _wide(name: str) -> str:
    if name in (ALL, EVERYTHING):
        return EVERYTHING
    known = vocabulary().class_of(unversioned(name)) or vocabulary().classes.get(local(name).removeprefix("cargo:"))
    return CLASS + known.name if known is not None and known.is_object else ""


def _with_linked(node: Node, ids: Sequence[str]) -> list[str]:
    found: dict[str, HeldObject] = {}
    waiting = list(ids)
    while waiting and len(found) < MOST_OBJECTS:
        fresh = node.doors.objects.get_all(waiting[: MOST_OBJECTS - len(found)])
        found |= {id: held for id, held in fresh.items() if id in ids or _belongs(held, found.values())}
        targets = {node.object_id(target) for held in fresh.values() for one in held.nodes for _, target in links(one)}
        waiting = sorted(targets - found.keys() - fresh.keys() - {""})
    return list(found)


def _belongs(held: HeldObject, to: Any) -> bool:
    """Whether an object is of the same shipment as one before it, or of no shipment at all."""
    return not held.projected or any(one.shipment == held.shipment for one in to)


def _agent(who: str) -> str:
    if who in (EVERYBODY, EVERYONE):
        return EVERYONE
    return GROUP + group_name(who.removeprefix(GROUP)) if who.startswith(GROUP) else agent_iri(who)


def agent_iri(who: str) -> str:
    """The IRI of an agent, as its tokens name it."""
    if not re.fullmatch(r"https?://[^\s<>\"]{1,500}", who):
        raise ValueError(f"{who[:100]!r} is no IRI of an agent, no {GROUP}NAME and not {EVERYBODY!r}")
    return who


def group_name(name: str) -> str:
    """A group's name."""
    if not _GROUP.fullmatch(name):
        raise ValueError(f"{name[:100]!r} is no name of a group: letters, digits, dots, dashes")
    return name


def _permissions(names: Sequence[str]) -> list[str]:
    wanted = [one.upper() for one in names] or [GET_OBJECT, "GET_LOGISTICS_EVENT"]
    wrong = [one for one in wanted if one not in PERMISSIONS]
    if wrong:
        raise ValueError(f"there is no permission {wrong[0][:60]}; there are {', '.join(PERMISSIONS)}")
    return wanted
