"""Messages: what became of each. The only SQL that writes them. Knows nothing of statements and shipments."""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, and_, bindparam, case, delete, insert, or_, select, update

from hub.store.rows import chunks, envelope_of, execute_in, insert_all, message_number, select_in
from hub.store.tables import message

RECEIVED, SPLIT = "received", "split"
UNFINISHED = (RECEIVED, SPLIT)
APPLIED, PARTLY, REJECTED, DEAD, DISCARDED = "applied", "partly_applied", "rejected", "dead", "discarded"
DUPLICATE = "duplicate"
STATES_TOLD = (RECEIVED, SPLIT, APPLIED, PARTLY, REJECTED, DEAD, DUPLICATE, DISCARDED)
"""Every state of a message that is told to anybody."""


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it is to be stored; ``body`` is JSON. ``failed_items`` of its items failed before they were any."""

    seq: int
    envelope: int
    ordinal: int
    partner: str
    format: str
    type: str
    version: str | None
    author: str | None
    said_at: int | None
    received_at: int
    state: str
    item_count: int
    mapping: str | None
    body: bytes
    failed_items: int = 0


class Progress(msgspec.Struct, kw_only=True):
    """How many refold items of one message are done, and how many of those failed."""

    done: int = 0
    failed: int = 0


ADD = insert(message)
DROP = delete(message).where(message.c.seq.in_(bindparam("values", expanding=True)))
_DONE = message.c.open_items - bindparam("d")
_FAILED = message.c.failed_items + bindparam("f")
ITEMS_DONE = (
    update(message)
    .where(message.c.seq == bindparam("m"))
    .values(
        open_items=_DONE,
        failed_items=_FAILED,
        state=case((_DONE > 0, message.c.state), (message.c.item_count <= _FAILED, DEAD), (_FAILED > 0, PARTLY), else_=APPLIED),
    )
)
ENDED = select(message.c.seq).where(message.c.seq.in_(bindparam("values", expanding=True)), message.c.open_items == 0)
STATES = (
    select(message.c.seq, message.c.state)
    .where(message.c.seq >= bindparam("low"), message.c.seq < bindparam("high"))
    .order_by(message.c.seq)
)
_RANGES = 64
STATES_OF = (
    select(message.c.seq, message.c.state)
    .where(or_(*(and_(message.c.seq >= bindparam(f"low{at}"), message.c.seq < bindparam(f"high{at}")) for at in range(_RANGES))))
    .order_by(message.c.seq)
)
DIFFERENT_STATES = select(message.c.state).where(message.c.seq >= bindparam("low"), message.c.seq < bindparam("high")).distinct()
DISCARD = (
    update(message).where(message.c.seq == bindparam("m"), message.c.state.in_((REJECTED, DEAD, PARTLY))).values(state=DISCARDED)
)


def add(connection: Connection, rows: Sequence[MessageRow]) -> None:
    """Store messages."""
    insert_all(
        connection,
        ADD,
        [{**msgspec.structs.asdict(row), "open_items": row.item_count - row.failed_items} for row in rows],
    )


def numbers_of(connection: Connection, envelopes: Sequence[int]) -> list[int]:
    """The numbers of the messages of envelopes."""
    found: list[int] = []
    for one in envelopes:
        bounds = {"low": message_number(one, 0), "high": message_number(one + 1, 0)}
        found.extend(row.seq for row in connection.execute(STATES, bounds))
    return found


def drop(connection: Connection, seqs: Sequence[int]) -> None:
    """Forget messages that are about to be stored anew."""
    execute_in(connection, DROP, seqs)


def items_done(connection: Connection, progress: Mapping[int, Progress]) -> dict[int, int]:
    """Count refold items of messages as done; how many messages of which envelope have thereby ended."""
    numbers = sorted(progress)
    insert_all(connection, ITEMS_DONE, [{"m": one, "d": progress[one].done, "f": progress[one].failed} for one in numbers])
    ended: dict[int, int] = {}
    for row in select_in(connection, ENDED, numbers):
        ended[envelope_of(row.seq)] = ended.get(envelope_of(row.seq), 0) + 1
    return ended


def states(connection: Connection, envelopes: Sequence[int]) -> dict[int, list[str]]:
    """The states of the messages of envelopes, in order."""
    found: dict[int, list[str]] = {one: [] for one in envelopes}
    for some in chunks(sorted(found), _RANGES):
        bounds = {f"{side}{at}": 0 for side in ("low", "high") for at in range(_RANGES)}
        for at, one in enumerate(some):
            bounds[f"low{at}"], bounds[f"high{at}"] = message_number(one, 0), message_number(one + 1, 0)
        for row in connection.execute(STATES_OF, bounds):
            found[envelope_of(row.seq)].append(row.state)
    return found


def different_states(connection: Connection, envelope: int) -> set[str]:
    """The states that occur among an envelope's messages."""
    bounds = {"low": message_number(envelope, 0), "high": message_number(envelope + 1, 0)}
    return {row.state for row in connection.execute(DIFFERENT_STATES, bounds)}


def standing(stored: str, states: Collection[str]) -> str:
    """The state of a whole envelope in the words of a message's: unfinished while one is, its messages' where they agree.

    ``stored`` is how far the envelope is: received, split, done.
    """
    known = {*states, stored} if stored in UNFINISHED or not states else set(states)
    unfinished = [one for one in (*UNFINISHED, PARTLY) if one in known]
    if unfinished:
        return unfinished[0]
    if len(known) == 1:
        (only,) = known
        return only if only in states else REJECTED
    return PARTLY if APPLIED in known else REJECTED


def discard(connection: Connection, seq: int) -> bool:
    """Give a message up for good; whether it was in a state that allows it."""
    return connection.execute(DISCARD, {"m": seq}).rowcount == 1
