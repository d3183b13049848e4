"""The ONE Record node of a hub wired: its ports, its projection of shipments, what posted objects say together, who is told.

Knows adapters by dotted name only; made only where a node is configured.
"""

from collections.abc import Callable
from functools import cached_property
from typing import cast

from sqlalchemy import Engine

from hub import registry
from hub.bootstrap.agents import Agents
from hub.bootstrap.pure import PureHub
from hub.explain import anonymous
from hub.holding import open_node
from hub.joined import Joiner
from hub.joining import Joining
from hub.node import Announcer, NodeDoors, NodeSettings
from hub.ports import Clock, Format, Misconfigured
from hub.projected import Outliner
from hub.projecting import SHARED, Projecting
from hub.read import ReadSide
from hub.settings import Secrets, Settings
from hub.telling import Teller


class Linked:
    """One node over one database."""

    def __init__(
        self,
        configured: Settings,
        wanted: NodeSettings,
        pure: PureHub,
        *,
        engine: Engine,
        clock: Clock,
        secrets: Secrets,
        awake: Callable[[], None],
    ) -> None:
        self._settings, self._wanted, self._pure = configured, wanted, pure
        self._engine, self._clock, self._secrets = engine, clock, secrets
        self._agents = Agents(configured)
        self._teller = Teller(
            self._announcer,
            self._agents.address,
            sender=configured.hub.identity,
            holder=wanted.holder,
            awake=awake,
        )

    @cached_property
    def doors(self) -> NodeDoors:
        """The ports the node's server is given."""
        agents = self._agents
        return open_node(
            self._engine,
            self._clock,
            self._wanted,
            tell=self._teller,
            order=self._teller.order,
            ready=self.projecting.ready,
            rule=self.projecting.rule,
            partner_of=agents.partner,
            secrets=self._secrets,
            sees=lambda partner, key: key == SHARED or ReadSide(self._engine).sees(key, agents.sight(partner)),
            reaches=agents.reached,
            host=self._settings.hub.listen.host,
        )

    @cached_property
    def projecting(self) -> Projecting:
        """Shipments as logistics objects."""
        return Projecting(
            self._engine,
            self._clock,
            cast(Outliner, self._format()),
            lambda target, document, day: self._pure.line.express(target, document, day).root,
            lambda raw: self._pure.line.understand(anonymous(raw, "", self._clock.now()), self._pure.profile("", "")),
            base_url=self._wanted.base_url,
            tell=self._teller,
            partner_of=self._agents.partner,
        )

    @cached_property
    def joining(self) -> Joining:
        """What objects posted one by one say together."""
        return Joining(
            self._engine,
            self._clock,
            cast(Joiner, self._format()),
            base=f"{self._wanted.base_url}/logistics-objects",
            ready=self.projecting.ready,
            partner_of=self._agents.partner,
        )

    def _format(self) -> Format:
        format = self._pure.line.formats.get("one-record")
        if format is None:
            raise Misconfigured("[node] needs the format one-record: name its adapter under [formats] in waybridge.toml")
        return format

    def _announcer(self) -> Announcer:
        made: Announcer = registry.resolve(self._wanted.announcer)(self.doors)
        return made
