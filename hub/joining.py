"""Objects that arrived one by one joined through their links, and the hub told what they say together: a stage of the worker.

An object and that it is to be joined are kept in one transaction; whichever of two is joined last sees both, so the order in
which they came makes no difference. Knows neither HTTP nor a wire format.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Engine

from hub.clock import micros
from hub.joined import Joiner, Telling, Touched
from hub.logs import Log, origin
from hub.objects import Conflict, HeldEvent, HeldObject
from hub.over import Over
from hub.ports import Arrival, Clock
from hub.problem import Code, Problem
from hub.store import dead_letters, events, links, objects
from hub.store.dead_letters import Failure
from hub.store.engine import reading
from hub.store.links import Due
from hub.store.sealer import Sealer
from hub.store.words import CHANNEL

NOBODY = "unknown"
_log = Log("joining")


class OnShelf:
    """hub.joined.Shelf over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def objects(self, ids: Sequence[str]) -> Mapping[str, HeldObject]:
        """See the port."""
        return objects.get_all(self._connection, ids, None)

    def linking(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """See the port."""
        return links.linking(self._connection, ids)

    def events(self, ids: Sequence[str]) -> Sequence[HeldEvent]:
        """See the port."""
        return events.of_objects(self._connection, ids)


class Joining(Over):
    """What a node does with objects that say something only together. Holds nothing but what it is handed."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        joiner: Joiner,
        *,
        base: str,
        ready: Callable[[Sequence[str]], None],
        partner_of: Callable[[str], str],
        sealer: Sealer | None = None,
    ) -> None:
        """``partner_of`` is whose word an agent's is; what agents of no partner say is not told."""
        super().__init__(engine, clock, sealer=sealer, ready=ready, base=base)
        self._joiner = joiner
        self._partner_of = partner_of

    def step(self, limit: int) -> int:
        """Join what waits, the longest waiting first; how much."""
        with reading(self._engine) as connection:
            due = links.due(connection, limit)
        if due.rows:
            self._join(due)
        return len(due.rows)

    def _join(self, due: Due) -> None:
        """Join some, all together; where a fault of ours lies in one of them, one by one, so that it holds up no other."""
        failures: list[Failure] = []
        told: Sequence[Telling] = ()
        try:
            self._ready(self._named(due))
            with reading(self._engine) as connection:
                told = self._joiner.tellings(self._base, list(dict.fromkeys(due.touched)), OnShelf(connection))
        except Exception as fault:
            if len(due.rows) > 1:
                for row, touched in zip(due.rows, due.touched, strict=True):
                    self._join(Due(rows=[row], touched=[touched]))
                return
            _log.error("an object could not be joined", object=due.touched[0].object, fault=origin(fault))
            failures = [_failure(due.touched[0], fault)]
        self._tell_hub(due, told, failures)

    def _named(self, due: Due) -> list[str]:
        """What is referred to may follow from a shipment, and be here only when somebody asks."""
        with reading(self._engine) as connection:
            held = objects.get_all(connection, [one.object for one in due.touched], None)
        named = (target for id, one in held.items() for target in (id, *links.targets(self._base, id, one.nodes)))
        return list(dict.fromkeys(named))

    def _tell_hub(self, due: Due, told: Sequence[Telling], failures: Sequence[Failure]) -> None:
        """Hand in what is said and end what was due, in one transaction."""
        arrivals = [self._arrival(one) for one in told if self._partner_of(one.by)]
        try:
            with self._writing() as (connection, now):
                if links.done(connection, due.rows):
                    self._take_in(connection, arrivals, now)
                    dead_letters.add(connection, failures, micros(now))
        except Conflict:
            return

    def _arrival(self, one: Telling) -> Arrival:
        return Arrival(
            partner=self._partner_of(one.by),
            channel=CHANNEL,
            raw=one.raw,
            name=one.name,
            media="application/ld+json",
            said_at=one.said_at,
            about=one.about,
        )


def _failure(touched: Touched, fault: Exception) -> Failure:
    """The dead letter of what could not be joined; it is tried again with the next revision of anything it is linked to."""
    message = f"our own fault while joining {touched.object} ({type(fault).__name__}): it tells the hub nothing; report it"
    problem = Problem(code=Code.INTERNAL, message=message)
    subject = f"join:{touched.object}:{touched.event}".rstrip(":")
    return Failure(stage="join", subject=subject, partner=NOBODY, type="logistics-object", problem=problem)
