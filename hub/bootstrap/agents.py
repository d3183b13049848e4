"""Which of the hub's partners an agent of the ONE Record network is, what it sees, and how it is told. Opens nothing."""

from collections.abc import Sequence

from hub import admission
from hub.settings import Partner, Settings
from hub.telling import Address

UNNAMED = "unnamed"


class Agents:
    """Agents by IRI: the partner whose ``authors`` name one, else the node's own partner for all others."""

    def __init__(self, configured: Settings) -> None:
        self._partners = configured.partners
        self._by_agent = {agent: one.id for one in configured.partners.values() for agent in one.authors}
        self._others = configured.hub.node.partner if configured.hub.node else ""

    def partner(self, agent: str) -> str:
        """Its partner, empty where there is none."""
        return self._by_agent.get(agent, self._others)

    def sight(self, partner: str) -> Sequence[str] | None:
        """The identities that open shipments to a partner (None: all)."""
        found = self._partners.get(partner)
        return admission.sees(found.sight) if found else ()

    def reached(self, agent: str) -> bool:
        """Whether its partner has a channel for notifications."""
        return bool(self._channel(self._named(agent)))

    def address(self, agent: str) -> Address:
        """The partner and channel that notifications to an agent take.

        For one without, they are kept under the names that its file would have to define, and end as dead letters that say so.
        """
        partner = self._named(agent)
        channel = self._channel(partner)
        return (partner.id if partner else UNNAMED, channel or "notifications")

    def _named(self, agent: str) -> Partner | None:
        """The partner that names the agent itself: what is meant for one agent is not sent to whoever stands for all others."""
        return self._partners.get(self._by_agent.get(agent, ""))

    @staticmethod
    def _channel(partner: Partner | None) -> str:
        return partner.notifications if partner else ""
