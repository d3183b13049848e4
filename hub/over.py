"""What every port of a ONE Record node does its work over: a transaction, its moment, what the hub and others are told in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from hub.intake import kept
from hub.objects import Acceptance, Conflict, HeldObject, Notice
from hub.ports import Arrival, Clock
from hub.store import inbox, words
from hub.store.engine import writing
from hub.store.sealer import Sealer, Unsealed

Tell = Callable[[Connection, Sequence[Notice], datetime], None]
"""Puts what is to be told about notices into the outbox, in the transaction it is handed."""


def tell_nobody(_connection: Connection, _notices: Sequence[Notice], _now: datetime) -> None:
    """No subscriptions: nothing to tell."""


Order = Callable[[Connection, str, Mapping[str, bytes], datetime], None]
"""Puts orders to an agent's channel into the outbox, in the transaction it is handed."""


def order_nothing(_connection: Connection, _agent: str, _orders: Mapping[str, bytes], _now: datetime) -> None:
    """No channels: nothing is ordered."""


def about(arrival: Arrival | None, word: str) -> Arrival | None:
    """An arrival that carries the words of one object or event."""
    return msgspec.structs.replace(arrival, about=[word]) if arrival is not None else None


class Over:
    """What every part of the node does its work over."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        sealer: Sealer | None = None,
        tell: Tell = tell_nobody,
        ready: Callable[[Sequence[str]], None] = lambda _ids: None,
        rule: Callable[[HeldObject, Acceptance], Arrival | None] = lambda _held, accepted: accepted.arrival,
        base: str = "",
    ) -> None:
        """``ready`` brings objects that follow from shipments up to date before they are read; ``rule`` is what the hub is told
        by a change of one of them; ``base`` is the address below which objects live.
        """
        self._engine = engine
        self._ready = ready
        self._rule = rule
        self._clock = clock
        self._sealer = sealer or Unsealed()
        self._tell = tell
        self._base = base

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, datetime]]:
        """A transaction and its moment; a row somebody else made first is a Conflict like any other."""
        try:
            with writing(self._engine) as connection:
                yield connection, self._clock.now()
        except IntegrityError as fault:
            raise Conflict("identifier", "somebody else made the same thing at the same moment") from fault

    def _take_in(self, connection: Connection, arrivals: Sequence[Arrival | None], now: datetime) -> None:
        told = {one.id: (one, arrival.about) for arrival in arrivals if arrival is not None for one in [kept(arrival, now)]}
        said = {id: one for id, (one, _) in told.items()}
        known = inbox.known(connection, sorted(said))
        inbox.keep(connection, [one for id, one in said.items() if id not in known], self._sealer)
        words.note(connection, {id: about for id, (_, about) in told.items() if about and id not in known})
        inbox.note_repeated(connection, [one for id, one in said.items() if id in known])
