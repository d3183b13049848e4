"""Who may work on what: lanes, the leader, living workers. The only SQL that writes leases.

A lane's holder has a fence, a number larger than any before; every write of a worker begins with ``guard``, and a worker whose
lane has gone to another changes nothing. Knows nothing of the work done under a lease.
"""

import math
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Engine, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from hub.store.engine import writing
from hub.store.rows import LANES, insert_all
from hub.store.tables import lease

LEADER = "leader"
SPLIT = "split"
_FENCE = "fence"
_LANE = "lane:"
_WORKER = "worker:"


class LeaseLost(Exception):
    """Another worker holds a lane this one thought its own: roll back, nothing may be written."""


FIND = select(lease).where(lease.c.name == bindparam("n"))
ADD = insert(lease)
NAMES = select(lease.c.name)
_TURNS = 5
NEXT_FENCE = update(lease).where(lease.c.name == _FENCE).values(fence=lease.c.fence + 1)
ALIVE = select(lease.c.owner).where(lease.c.name.like(f"{_WORKER}%"), lease.c.expires_at > bindparam("now"))
SIGN_IN = update(lease).where(lease.c.name == bindparam("n")).values(expires_at=bindparam("until"))
SIGN_OUT = delete(lease).where(lease.c.name == bindparam("n"))
FORGET_DEAD = delete(lease).where(lease.c.name.like(f"{_WORKER}%"), lease.c.expires_at < bindparam("before"))
MINE = select(lease.c.name, lease.c.fence).where(lease.c.owner == bindparam("o"), lease.c.name.like(f"{_LANE}%"))
FREE = select(lease.c.name, lease.c.owner).where(
    lease.c.name.like(f"{_LANE}%"), or_(lease.c.owner.is_(None), lease.c.expires_at <= bindparam("now"))
)
TAKE = (
    update(lease)
    .where(lease.c.name.in_(bindparam("values", expanding=True)))
    .where(or_(lease.c.owner.is_(None), lease.c.expires_at <= bindparam("now"), lease.c.owner == bindparam("o")))
    .values(owner=bindparam("o"), fence=bindparam("f"), expires_at=bindparam("until"))
)
RENEW = (
    update(lease)
    .where(lease.c.owner == bindparam("o"), lease.c.expires_at < bindparam("until"))
    .values(expires_at=bindparam("until"))
)
EXPIRE = update(lease).where(lease.c.owner == bindparam("o")).values(expires_at=0)
RELEASE = (
    update(lease)
    .where(lease.c.name.in_(bindparam("values", expanding=True)), lease.c.owner == bindparam("o"))
    .values(owner=None, expires_at=0)
)
GUARD = (
    update(lease)
    .where(lease.c.name.in_(bindparam("values", expanding=True)))
    .where(lease.c.owner == bindparam("o"), lease.c.fence == bindparam("f"))
    .values(used_at=bindparam("now"))
)
SERIALISE = update(lease).where(lease.c.name == bindparam("n")).values(used_at=bindparam("now"))


def lane_name(lane: int) -> str:
    """The lease of a lane."""
    return f"{_LANE}{lane:02}"


def prepare(engine: Engine) -> None:
    """Make the rows every database has, if they are not there yet: at once, or again when another process is making them too."""
    names = {lane_name(lane) for lane in range(LANES)} | {LEADER, SPLIT, _FENCE}
    for _ in range(_TURNS):
        try:
            with writing(engine) as connection:
                missing = sorted(names - set(connection.execute(NAMES).scalars()))
                insert_all(connection, ADD, [_free(name) for name in missing])
            return
        except IntegrityError:
            continue
    raise LookupError("the lease rows cannot be made: another process keeps making and removing them")


def _free(name: str) -> dict[str, str | int | None]:
    return {"name": name, "owner": None, "fence": 0, "expires_at": 0, "used_at": 0}


class Holding:
    """One worker's lanes: their fences, kept, taken and let go. Used by one thread for writing, read by others."""

    def __init__(self, engine: Engine, owner: str, *, seconds: float) -> None:
        """``owner`` names one life of one worker; ``seconds`` is how long its leases outlive it."""
        self._engine = engine
        self._owner = owner
        self._microseconds = int(seconds * 1_000_000)
        self.fences: Mapping[int, int] = {}
        self.inherited: frozenset[int] = frozenset()

    @property
    def lanes(self) -> list[int]:
        """The lanes held, by number."""
        return sorted(self.fences)

    def keep(self, now: int) -> None:
        """Renew what is held, take what is free up to a fair share, let go what is above it."""
        until = now + self._microseconds
        with writing(self._engine) as connection:
            self._sign_in(connection, until)
            connection.execute(RENEW, {"o": self._owner, "until": until})
            self._share(connection, now, until)
            held = connection.execute(MINE, {"o": self._owner}).all()
        self.fences = {int(row.name.removeprefix(_LANE)): row.fence for row in held}

    def _sign_in(self, connection: Connection, until: int) -> None:
        name = _WORKER + self._owner
        if connection.execute(SIGN_IN, {"n": name, "until": until}).rowcount == 0:
            connection.execute(ADD, {"name": name, "owner": self._owner, "fence": 0, "expires_at": until, "used_at": 0})

    def _share(self, connection: Connection, now: int, until: int) -> None:
        alive = len(connection.execute(ALIVE, {"now": now}).all())
        share = math.ceil(LANES / max(alive, 1))
        held = sorted(row.name for row in connection.execute(MINE, {"o": self._owner}))
        if len(held) > share:
            connection.execute(RELEASE, {"values": held[share:], "o": self._owner})
        elif len(held) < share:
            self._take(connection, now, until, share - len(held))

    def _take(self, connection: Connection, now: int, until: int, wanted: int) -> None:
        free = sorted(connection.execute(FREE, {"now": now}).all(), key=lambda row: str(row.name))[:wanted]
        if not free:
            return
        connection.execute(NEXT_FENCE)
        fence = connection.execute(FIND, {"n": _FENCE}).one().fence
        names = [row.name for row in free]
        connection.execute(TAKE, {"values": names, "now": now, "o": self._owner, "f": fence, "until": until})
        orphans = {int(row.name.removeprefix(_LANE)) for row in free if row.owner is not None}
        self.inherited = self.inherited | orphans

    def forget_inherited(self) -> None:
        """The work the dead left in these lanes has been looked at."""
        self.inherited = frozenset()

    def guard(self, connection: Connection, lanes: Iterable[int], now: int) -> None:
        """Begin a write: raises :class:`LeaseLost` unless every one of these lanes is still held under its fence."""
        by_fence: dict[int, list[str]] = {}
        for lane in set(lanes):
            by_fence.setdefault(self.fences.get(lane, -1), []).append(lane_name(lane))
        for fence, names in sorted(by_fence.items()):
            held = connection.execute(GUARD, {"values": sorted(names), "o": self._owner, "f": fence, "now": now}).rowcount
            if held != len(names):
                raise LeaseLost(f"{len(names) - held} of {len(names)} lanes are another worker's now")

    def release(self) -> None:
        """Let go of everything, so that others need not wait for the leases to expire."""
        with writing(self._engine) as connection:
            names = [row.name for row in connection.execute(MINE, {"o": self._owner})]
            if names:
                connection.execute(RELEASE, {"values": names, "o": self._owner})
            connection.execute(RELEASE, {"values": [LEADER], "o": self._owner})
            connection.execute(SIGN_OUT, {"n": _WORKER + self._owner})
        self.fences = {}


def lead(engine: Engine, owner: str, *, now: int, seconds: float) -> bool:
    """Become or stay the leader; whether this owner is."""
    until = now + int(seconds * 1_000_000)
    with writing(engine) as connection:
        return connection.execute(TAKE, {"values": [LEADER], "now": now, "o": owner, "f": 0, "until": until}).rowcount == 1


def bury(engine: Engine, owner: str) -> None:
    """Let the lanes of a worker known to be dead expire now: others take them over with the care they give to orphans."""
    with writing(engine) as connection:
        connection.execute(EXPIRE, {"o": owner})
        connection.execute(SIGN_OUT, {"n": _WORKER + owner})


def serialise(connection: Connection, name: str, now: int) -> None:
    """Hold a named row until commit: transactions that begin with it follow one another."""
    if connection.execute(SERIALISE, {"n": name, "now": now}).rowcount != 1:
        raise LookupError(f"the lease row {name!r} is missing: run waybridge init")


def forget_dead(connection: Connection, before: int) -> int:
    """Remove the sign-ins of workers that have been gone since ``before``; how many."""
    return connection.execute(FORGET_DEAD, {"before": before}).rowcount
