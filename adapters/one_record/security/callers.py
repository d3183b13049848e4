"""Who is calling, and how a request that says so wrongly is refused. The words the other modules share; opens nothing."""

from collections.abc import Mapping, Sequence

import msgspec

REALM = "one-record"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated logistics agent.

    ``agent`` is its IRI (``logistics_agent_uri``), ``partner`` the hub's partner it is, empty where no partner's file names it.
    ``sight`` are the identities that open shipments to it (None: all), ``groups`` the names of the groups it belongs to.
    """

    agent: str
    partner: str = ""
    sight: Sequence[str] | None = ()
    groups: frozenset[str] = frozenset()


class Unauthenticated(Exception):
    """No agent could be told from the request: answer 401.

    ``told`` goes to the caller, in words that hold nothing of the token; ``reason`` is for the log. ``sent`` says whether
    credentials were sent at all (RFC 6750, section 3.1: the challenge names no error otherwise).
    """

    def __init__(self, reason: str, told: str, *, sent: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.told = told
        self.sent = sent

    def challenge(self) -> str:
        """The value of ``WWW-Authenticate``."""
        if not self.sent:
            return f'Bearer realm="{REALM}"'
        return f'Bearer realm="{REALM}", error="invalid_token", error_description="{self.told}"'


class KeysUnavailable(Exception):
    """The keys of a trusted issuer cannot be had just now: the caller is told to come back, never let in."""


class Partners(msgspec.Struct, frozen=True, kw_only=True):
    """What the partner files and groups say of agents: by agent IRI, and by certificate (subject or fingerprint)."""

    by_agent: Mapping[str, tuple[str, Sequence[str] | None]] = {}
    by_certificate: Mapping[str, str] = {}
    groups: Mapping[str, Sequence[str]] = {}

    def caller(self, agent: str) -> Caller:
        """The caller an agent's IRI stands for."""
        partner, sight = self.by_agent.get(agent, ("", ()))
        groups = frozenset(name for name, members in self.groups.items() if agent in members)
        return Caller(agent=agent, partner=partner, sight=sight, groups=groups)
