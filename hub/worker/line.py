"""What the worker is handed: the pure functions of the line, and what it shares between its stages. Knows no format, no SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from hub.envelope import Envelope, Outgoing, Written
from hub.flight_routing import FlightRules
from hub.ports import Clock, Sender
from hub.settings import DEFAULT_SCHEDULE
from hub.statement import DeliveryPlan, Folded, Reading, Said, Statement, Understood
from hub.store.leases import Holding
from hub.store.sealer import Sealer


def _no_answer(_envelope: Envelope, _understood: Understood, _states: Sequence[str]) -> list[tuple[str, bytes]]:
    return []


@dataclass(frozen=True, kw_only=True)
class Line:
    """The pure functions between bytes and bytes, and the doors to the partners."""

    understand: Callable[..., Understood]
    """``understand(envelope, *, partner)``."""
    fold: Callable[[str, Sequence[Statement]], list[Folded]]
    admit: Callable[[Said, str, str], bool]
    """``admit(said, partner, author)``."""
    route: Callable[[Folded, bytes | None], list[DeliveryPlan]]
    render: Callable[[DeliveryPlan, Outgoing], Written]
    open_sender: Callable[[str, str], Sender]
    """``open_sender(partner, channel)``."""
    refusal: Callable[[Said, str, str], str | None] = lambda _said, _partner, _author: None
    """``refusal(said, partner, author)``: why ``admit`` says no, for the record."""
    acknowledge: Callable[[Envelope, Understood, Sequence[str]], list[tuple[str, bytes]]] = _no_answer
    """``acknowledge(envelope, understood, states)``: (target, bytes) of each answer."""
    owes_answer: Callable[[str, str, str | None], bool] = lambda _partner, _channel, _format: False
    """``owes_answer(partner, channel, format)``: whether ``acknowledge`` is to be asked at all."""
    reply_channel: Callable[[str, str], str | None] = lambda _partner, _channel: None
    """``reply_channel(partner, channel)``: the channel an answer is delivered by; None when it is only kept."""
    kind: Callable[[Reading], str] = lambda reading: reading.type
    """The ``kind`` of a reading's slots and statements."""
    schedule: Callable[[str], Sequence[float]] = lambda _partner: DEFAULT_SCHEDULE
    """The seconds before each delivery attempt to a partner."""
    connections: Callable[[str], int] = lambda _partner: 1
    """How many deliveries to a partner may be under way at once; those of one shipment never are."""
    answer_within: Callable[[str, str], float | None] = lambda _partner, _target: None
    """``answer_within(partner, target)``: seconds after which a sent delivery without an acknowledgement is overdue."""
    media: Callable[[str], str] = lambda _target: "application/octet-stream"
    """The media type of a target."""
    trusts: Callable[[str], bool] = lambda _partner: True
    """Whether a partner's declared times are believed."""
    changed: Callable[[Connection, Sequence[tuple[str, int]]], None] | None = None
    """``changed(connection, [(shipment, revision)])``: in the transaction that makes the revisions, for who follows them."""
    flights: FlightRules | None = None
    """By which rules partners are sent lists of flights; None: none is, and flights are not watched."""
    sender: str = "waybridge"
    """Our own identity, on deliveries and in control numbers."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every stage of one worker works with."""

    engine: Engine
    clock: Clock
    sealer: Sealer
    holding: Holding
    line: Line
