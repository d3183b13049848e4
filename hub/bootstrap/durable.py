"""The whole hub wired: database, intake, worker, channels, read side, accounts. Knows adapters by dotted name only."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any
from weakref import WeakSet

import msgspec
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from hub import admission, registry, ruling
from hub.bootstrap.accounts import Keys
from hub.bootstrap.answers import Answerer
from hub.bootstrap.linked import Linked
from hub.bootstrap.pure import PureHub
from hub.bootstrap.replies import Replies
from hub.clock import SystemClock
from hub.envelope import Envelope, Outgoing, Written
from hub.flight_lists import LISTS
from hub.flight_routing import FlightRules, opened
from hub.fold import fold
from hub.intake import DurableIntake
from hub.joining import Joining
from hub.logs import origin
from hub.manifests import MANIFESTS
from hub.mapping import Expressed
from hub.node import NodeDoors
from hub.ports import BookingDesk, Clock, Misconfigured, Poller, Sender
from hub.problem import Code, Problem, Profile
from hub.projecting import Projecting
from hub.read import ReadSide
from hub.routing import route
from hub.settings import Channel, Partner, Secrets, Settings, load
from hub.spoiled import spoiled
from hub.statement import RULE, DeliveryPlan, Document, Folded, Said, Statement, Understood
from hub.store import projections
from hub.store.engine import open_engine
from hub.store.migrations import current, head
from hub.store.search import Criteria
from hub.worker import Line, Worker

_MEDIA = {"one-record": "application/ld+json", "edifact": "application/edifact", "cargo-imp": "text/plain; charset=us-ascii"}


class Hub:
    """One configured hub on one database."""

    def __init__(self, configured: Settings, *, clock: Clock | None = None) -> None:
        self.settings = configured
        self.pure = PureHub(configured)
        self.clock = clock or SystemClock()
        self.secrets = Secrets(configured.hub.secrets)
        self._kinds = self.pure.kinds()
        self._rules = [one for one in configured.send_rules() if self._kinds[one.target].content not in LISTS]
        lists = [one for one in configured.send_rules() if self._kinds[one.target].content in LISTS]
        self._flights = FlightRules(lists, self._kinds) if lists else None
        self._profile: Callable[[str], Profile] = lru_cache(maxsize=None)(lambda partner: self.pure.profile("", partner))
        self._workers: WeakSet[Worker] = WeakSet()
        self._answerer = Answerer(Replies(self.pure, self._seen, self._booked, lambda: self.booking_desk), configured)
        # What several partners get of one shipment is worked out once.
        self._expressed = lru_cache(maxsize=512)(self._express)

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        return open_engine(self.settings.hub.database)

    @cached_property
    def intake(self) -> DurableIntake:
        """Where channels hand in."""
        limits = self.settings.hub.limits
        known = self.settings.partners
        return DurableIntake(
            self.engine, self.clock, partners=lambda name: name in known, largest=limits.max_bytes, awake=self.awake
        )

    @cached_property
    def booking_desk(self) -> BookingDesk | None:
        """What answers requests for space. Raises Misconfigured."""
        return registry.booking_desk(self.settings.hub.booking_desk)

    def _seen(self, awb: str, sight: Sequence[str] | None) -> Document | None:
        found = ReadSide(self.engine).shipment(awb, seen_by=sight)
        return found.document if found else None

    def _booked(self, departure: str, sight: Sequence[str] | None) -> Iterator[Document]:
        read, cursor = ReadSide(self.engine), ""
        while True:
            page = read.search(Criteria(flight=departure, seen_by=sight), cursor=cursor, limit=500)
            yield from (one.document for one in page.items)
            if page.next is None:
                return
            cursor = page.next

    def worker(self, **options: Any) -> Worker:
        """A worker on this database."""
        stages = [stage.step for stage in (self.joining, self.projecting) if stage is not None]
        options = {"lease_seconds": max(self.settings.hub.limits.lease_seconds, 1.0), **options}
        made = Worker(self.engine, self.clock, self.line, stages=stages, **options)
        self._workers.add(made)
        return made

    @cached_property
    def accounts(self) -> Keys:
        """API keys."""
        return Keys(self.settings.partners.values(), self.secrets)

    @cached_property
    def _linked(self) -> Linked | None:
        wanted = self.settings.hub.node
        if wanted is None:
            return None
        return Linked(
            self.settings,
            wanted,
            self.pure,
            engine=self.engine,
            clock=self.clock,
            secrets=self.secrets,
            awake=self.awake,
        )

    @property
    def node(self) -> NodeDoors | None:
        """The ports of the ONE Record node, where one is configured."""
        return self._linked.doors if self._linked else None

    @property
    def projecting(self) -> Projecting | None:
        """Shipments as logistics objects, where a node is configured."""
        return self._linked.projecting if self._linked else None

    @property
    def joining(self) -> Joining | None:
        """What objects posted one by one say together, where a node is configured."""
        return self._linked.joining if self._linked else None

    def awake(self) -> None:
        """There is something to deliver: no worker of this process need sleep any longer."""
        for one in self._workers:
            one.awake()

    @cached_property
    def line(self) -> Line:
        """The pure functions the worker calls."""
        return Line(
            understand=self.understand,
            fold=self.fold,
            admit=self.admit,
            refusal=self._refusal,
            route=self.route,
            render=self.render,
            open_sender=self.open_sender,
            acknowledge=self._answerer.acknowledge,
            owes_answer=self._answerer.owes,
            reply_channel=self._answerer.channel,
            schedule=lambda partner: self.partner(partner).schedule,
            media=lambda target: _MEDIA.get(target.partition(":")[0], "application/octet-stream"),
            trusts=self._trusts,
            changed=projections.owe if self.settings.hub.node else None,
            flights=self._flights,
            sender=self.settings.hub.identity,
        )

    def partner(self, name: str) -> Partner:
        """A partner's settings. Raises Misconfigured for one that is gone from the configuration."""
        found = self.settings.partners.get(name)
        if found is None:
            raise Misconfigured(
                f"no partner {name!r} in {self.settings.source}/partners; put its file back or discard what waits for it"
            )
        return found

    def understand(self, envelope: Envelope, *, partner: str) -> Understood:
        """The pure line under the partner's own profile."""
        if envelope.channel == ruling.CHANNEL:
            return ruling.understood(envelope)
        profile = self._profile(partner if partner in self.settings.partners else "")
        return spoiled(self.pure.line.understand(envelope, profile))

    def fold(self, key: str, statements: Sequence[Statement]) -> list[Folded]:
        """The fold under the configured rules."""
        return fold(key, statements, self.pure.rules)

    def admit(self, said: Said, partner: str, author: str) -> bool:
        """Whether a partner may say this."""
        known = self.settings.partners.get(partner)
        return said.action == RULE or (known is not None and admission.admits(known, author, said))

    def _refusal(self, said: Said, partner: str, author: str) -> str | None:
        known = self.settings.partners.get(partner)
        return admission.refusal(known, author, said) if known else "the partner is not configured"

    def _trusts(self, partner: str) -> bool:
        known = self.settings.partners.get(partner)
        return known is None or known.trust_said_at

    def route(self, folded: Folded, previous: bytes | None) -> list[DeliveryPlan]:
        """What the shipment now owes to whom."""
        return route(folded, self._rules, self._kinds)

    def _express(self, target: str, content: bytes, day: date) -> Expressed:
        if self.pure.line.subject(target) in MANIFESTS:
            told = opened(content)
            expressed = self.pure.line.express_all(target, told.detail, told.documents, day)
            return Expressed(root=expressed.root, problems=[*expressed.problems, *map(_incomplete, told.incomplete)])
        return self.pure.line.express(target, msgspec.json.decode(content), day)

    def render(self, plan: DeliveryPlan, outgoing: Outgoing) -> Written:
        """The bytes of a delivery, addressed and framed as its partner wants them."""
        partner = self.partner(plan.partner)
        recipients = [partner.address or partner.id.upper()]
        addressed = msgspec.structs.replace(outgoing, recipients=recipients, style=partner.style)
        written = self.pure.line.write(plan.target, self._expressed(plan.target, plan.content, outgoing.at.date()), addressed)
        return Written(raws=written.raws, problems=self._profile(plan.partner).weigh(written.problems))

    def open_sender(self, partner: str, channel: str) -> Sender:
        """A partner's outbound channel; one that also brings things back (``FETCHES``) gets the intake. Raises Misconfigured."""
        found = self.partner(partner).open_channel(channel)
        adapter = registry.resolve(found.adapter)
        brought = {"intake": self.intake} if getattr(adapter, "FETCHES", False) else {}
        sender: Sender = adapter.open_sender(self._channel_settings(partner, found), self.secrets, **brought)
        return sender

    def open_poller(self, partner: str, channel: str) -> Poller:
        """A partner's inbound channel. Raises Misconfigured."""
        found = self.partner(partner).open_channel(channel)
        poller: Poller = registry.resolve(found.adapter).open_poller(self._channel_settings(partner, found), self.secrets)
        return poller

    @staticmethod
    def _channel_settings(partner: str, channel: Channel) -> dict[str, Any]:
        return {**channel.settings, "partner": partner, "channel": channel.name}

    def close(self) -> None:
        """Let go of everything that was opened."""
        if "intake" in self.__dict__:
            self.intake.close()
        if "engine" in self.__dict__:
            self.engine.dispose()


def _incomplete(awb: str) -> Problem:
    return Problem(
        code=Code.NOT_EXPRESSIBLE,
        message=f"{awb} is on the flight, and left out: its goods, pieces or weight have not been told",
        path=awb,
        found=awb,
    )


def open_hub() -> Hub:
    """The hub of the configuration in force, its database reachable and at our schema. Raises Misconfigured."""
    hub = Hub(load())
    _require_schema(hub)
    return hub


def _require_schema(hub: Hub) -> None:
    where = make_url(hub.settings.hub.database).render_as_string(hide_password=True)
    try:
        found = current(hub.engine)
    except (SQLAlchemyError, OSError) as fault:
        raise Misconfigured(
            f"the database {where} cannot be reached ({origin(fault)}); run `waybridge init`, or see `database`"
        ) from None
    if found != head():
        raise Misconfigured(
            f"the database {where} is at schema {found or 'none'}, this version needs {head()}; run `waybridge init`"
        )
