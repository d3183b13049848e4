"""Who may do what with a logistics object: denied but to the holder and its creator, unless by a grant, a delegation in force, or
sight of its shipment.

The standard: security/access-control.md (single, group and public authorization) and access-delegations.md, "Trust Chains".
"""

from collections.abc import Sequence

from adapters.one_record.security import settings
from adapters.one_record.security.settings import Policy
from adapters.one_record.sharing.policy import GROUP, Configured, classes
from hub.node import NodeDoors
from hub.objects import EVERYONE, GET_EVENT, GET_OBJECT, Grant, HeldObject

_SIGHT = frozenset((GET_OBJECT, GET_EVENT))
"""What sight of a shipment (hub/admission.py) opens on the objects projected from it: to look, not to change."""


class Permits:
    """The decision, asked anew at every use: what has expired or been withdrawn is gone at once."""

    def __init__(self, node: NodeDoors) -> None:
        self._node = node
        self._configured = Configured(settings.read(node.settings.security))

    def allows(self, agent: str, held: HeldObject, permission: str) -> bool:
        """Whether an agent may do this with an object now."""
        if agent in (self._node.settings.holder, held.created_by):
            return True
        grants = self._node.access.grants(held.id, classes(held.type))
        return self._permitted(agent, held, permission, grants, frozenset())

    def policy(self, agent: str) -> Policy:
        """How requests of an agent are answered."""
        return self._configured.policy(agent, self._groups(agent))

    def members(self, group: str) -> list[str]:
        """The agents in a group, of the configuration and of the store."""
        kept = self._node.access.members().get(group, ())
        return list(dict.fromkeys((*self._configured.members(group), *kept)))

    def _groups(self, agent: str) -> frozenset[str]:
        return self._configured.groups(agent) | frozenset(self._node.access.groups(agent))

    def _permitted(self, agent: str, held: HeldObject, permission: str, grants: Sequence[Grant], asked: frozenset[str]) -> bool:
        names = [agent, EVERYONE, *(GROUP + one for one in self._groups(agent))]
        if self._configured.grants(names, held.type, permission) or self._has_sight(agent, held, permission):
            return True
        held_by = [one for one in grants if one.permission == permission and one.agent in names]
        return any(self._stands(one, held, grants, asked | {agent}) for one in held_by)

    def _has_sight(self, agent: str, held: HeldObject, permission: str) -> bool:
        if not held.projected or permission not in _SIGHT:
            return False
        partner = self._node.partner_of(agent)
        return bool(partner) and self._node.sees(partner, held.shipment)

    def _stands(self, grant: Grant, held: HeldObject, grants: Sequence[Grant], asked: frozenset[str]) -> bool:
        """Whether the access a grant hangs on is still there. A chain that only hangs on itself hangs on nothing."""
        through = grant.through
        if not through or through == self._node.settings.holder:
            return True
        return through not in asked and self._permitted(through, held, grant.permission, grants, asked)
