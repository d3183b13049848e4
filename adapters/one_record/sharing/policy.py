"""What the configuration grants to whom, and how a node answers requests of whom. Pure; read from the node's settings."""

from collections.abc import Sequence

from adapters.one_record.security.settings import Policy, Security
from adapters.one_record.vocabulary import vocabulary

GROUP, CLASS = "group:", "class:"
DEFAULT = Policy(agents=["*"])


class Configured:
    """The groups, grants and policies of ``[node.security]``."""

    def __init__(self, settings: Security) -> None:
        self._settings = settings

    def groups(self, agent: str) -> frozenset[str]:
        """The groups of the configuration an agent belongs to."""
        return frozenset(name for name, members in self._settings.groups.items() if agent in members)

    def members(self, group: str) -> Sequence[str]:
        """The agents the configuration puts into a group."""
        return self._settings.groups.get(group, ())

    def grants(self, names: Sequence[str], type: str, permission: str) -> bool:
        """Whether the configuration grants any of these names (an agent, ``group:…``, ``*``) this on objects of a class."""
        return any(
            permission in one.permissions and _names(one.agents, names) and _covers(one.types, type)
            for one in self._settings.grants
        )

    def policy(self, agent: str, groups: frozenset[str]) -> Policy:
        """The first policy that names an agent, a group of its, or everyone; else the default."""
        names = [agent, *(GROUP + one for one in groups), "*"]
        return next((one for one in self._settings.policies if _names(one.agents, names)), DEFAULT)


def classes(type: str) -> list[str]:
    """The names under which grants on the class of an object, and on those above, are kept."""
    known = vocabulary().class_of(type)
    return [CLASS + one for one in sorted(known.lineage)] if known is not None else []


def _names(listed: Sequence[str], names: Sequence[str]) -> bool:
    return any(one in listed for one in names)


def _covers(types: Sequence[str], type: str) -> bool:
    """An empty list covers every class; a class covers those below it."""
    known = vocabulary().class_of(type)
    return not types or (known is not None and any(one in known.lineage for one in types))
