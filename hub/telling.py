"""Tell: puts what subscribers and requestors are to be told of notices into the outbox, in the transaction the notices belong to.

From there on a notification is a delivery like any other: kept, retried, dead-lettered, replayable. Knows no wire format.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

import msgspec
from sqlalchemy import Connection

from hub.clock import micros
from hub.node import Announcer
from hub.objects import HeldObject, NewSubscription, Notice
from hub.statement import DeliveryPlan
from hub.store import objects, outbox, standing, subscriptions
from hub.store.outbox import IN_SEQUENCE, Owed

TARGET, ORDER = "one-record:Notification", "one-record:Fetch"
Address = tuple[str, str]
"""A partner and the name of its channel for notifications."""


class Teller:
    """hub.holding.Tell over the outbox.

    ``announcer`` is opened at the first notice; ``address`` gives the partner and channel of an agent; ``holder`` is the agent of
    the node itself, who is told nothing; ``awake`` is called when something has happened: there may be something to read or to
    deliver.
    """

    def __init__(
        self,
        announcer: Callable[[], Announcer],
        address: Callable[[str], Address],
        *,
        sender: str,
        holder: str = "",
        awake: Callable[[], None] = lambda: None,
    ) -> None:
        self._open = announcer
        self._address = address
        self._sender = sender
        self._holder = holder
        self._awake = awake

    @cached_property
    def _announcer(self) -> Announcer:
        return self._open()

    def __call__(self, connection: Connection, notices: Sequence[Notice], now: datetime) -> None:
        """Owe every notification that follows from these notices."""
        held = objects.get_all(connection, sorted({one.object for one in notices if one.object}), None) if notices else {}
        full = [_with_type(one, held.get(one.object)) for one in notices]
        owed = [self._owed(one, told) for one in full for told in self._told(connection, one, held.get(one.object), now)]
        owed = [self._merged(connection, one, now) for one in owed]
        if owed:
            outbox.add(connection, owed, now=now, sender=self._sender)
        if notices:
            self._awake()

    def order(self, connection: Connection, agent: str, orders: Mapping[str, bytes], now: datetime) -> None:
        """Owe orders to an agent's channel (hub.holding.Order); one that stands in line is as good as another."""
        partner, channel = self._address(agent) if orders else ("", "")
        owed = [_ordered(partner, channel, about, raw, now) for about, raw in orders.items()]
        new = [one for one in owed if not standing.is_waiting(connection, partner, one.plan.shipment)]
        if new:
            outbox.add(connection, new, now=now, sender=self._sender)
            self._awake()

    def _told(
        self, connection: Connection, notice: Notice, held: HeldObject | None, now: datetime
    ) -> Iterator[tuple[str, NewSubscription | None, bytes]]:
        """Whom a notice is told, by which subscription, in which bytes; never to its author."""
        for agent in dict.fromkeys(notice.recipients):
            if agent not in (notice.author, self._holder):
                yield agent, None, self._announcer.write(notice, None, held)
        for one in subscriptions.on(connection, self._announcer.topics(notice), now) if notice.object else ():
            known = one.subscriber in (notice.author, self._holder) or self._address(one.subscriber)[0] in notice.known_to
            if not known and self._announcer.concerns(notice, one, held):
                yield one.subscriber, one, self._announcer.write(notice, one, held)

    def _merged(self, connection: Connection, owed: Owed, now: datetime) -> Owed:
        """The notification, with what stands in line for the same place and can be said together with it (hub.node.Announcer)."""
        for seq, waiting in standing.in_line(connection, owed.plan.partner, owed.plan.shipment, TARGET):
            both = self._announcer.merged(waiting, owed.plan.content)
            if both is not None and standing.leave_line(connection, seq, now):
                owed = msgspec.structs.replace(owed, plan=msgspec.structs.replace(owed.plan, content=both))
        return owed

    def _owed(self, notice: Notice, told: tuple[str, NewSubscription | None, bytes]) -> Owed:
        agent, subscription, raw = told
        partner, channel = self._address(agent)
        about = f"object:{notice.object}" if notice.object else f"request:{notice.request}"
        plan = DeliveryPlan(
            key=_key(notice, agent, subscription, partner, channel),
            partner=partner,
            channel=channel,
            target=TARGET,
            shipment=about[:200],
            content=raw,
            ordering=IN_SEQUENCE,
        )
        return Owed(plan=plan, number_key=about, ready=True)


def _with_type(notice: Notice, held: HeldObject | None) -> Notice:
    return msgspec.structs.replace(notice, object_type=held.type) if held and not notice.object_type else notice


def _ordered(partner: str, channel: str, about: str, raw: bytes, now: datetime) -> Owed:
    name = f"fetch:{about}"[:200]
    key = hashlib.blake2b("\x1f".join((partner, channel, about, str(micros(now)))).encode() + raw, digest_size=16).hexdigest()
    plan = DeliveryPlan(key=key, partner=partner, channel=channel, target=ORDER, shipment=name, content=raw, ordering=IN_SEQUENCE)
    return Owed(plan=plan, number_key=name, ready=True)


def _key(notice: Notice, agent: str, subscription: NewSubscription | None, partner: str, channel: str) -> str:
    """The same notice to the same agent by the same subscription is one delivery."""
    told = msgspec.json.encode((notice, agent, subscription.id if subscription else "", partner, channel))
    return hashlib.blake2b(told, digest_size=16).hexdigest()
