"""Replays: a selection of envelopes, frozen when asked for, handed back step by step. The only SQL that writes them."""

import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from hub.store import inbox
from hub.store.rows import execute_in, insert_all, select_in
from hub.store.tables import envelope, replay, replay_item, split_item

RUNNING, FINISHED, CANCELLED = "running", "finished", "cancelled"
WAITING, HANDED_OVER = "waiting", "handed_over"


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A replay and how far it is."""

    id: str
    state: str
    selected: int
    done: int


ADD = insert(replay)
ADD_ITEMS = insert(replay_item)
FIND = select(replay).where(replay.c.id == bindparam("id"))
NEXT = (
    select(replay_item.c.envelope)
    .where(replay_item.c.replay == bindparam("r"), replay_item.c.state == WAITING)
    .order_by(replay_item.c.envelope)
    .limit(bindparam("limit"))
)
HAND_OVER = (
    update(replay_item)
    .where(replay_item.c.replay == bindparam("r"), replay_item.c.envelope.in_(bindparam("values", expanding=True)))
    .values(state=HANDED_OVER)
)
COUNT = (
    select(func.count())
    .select_from(replay_item)
    .where(replay_item.c.replay == bindparam("r"), replay_item.c.state == HANDED_OVER)
)
PROGRESS = update(replay).where(replay.c.seq == bindparam("r")).values(done=bindparam("d"), state=bindparam("s"))
CANCEL = update(replay).where(replay.c.id == bindparam("i"), replay.c.state == RUNNING).values(state=CANCELLED)
QUEUED = select(split_item.c.envelope).where(split_item.c.envelope.in_(bindparam("values", expanding=True)))
SIZES = select(envelope.c.seq, envelope.c.id, envelope.c.byte_count).where(
    envelope.c.seq.in_(bindparam("values", expanding=True))
)


def start(connection: Connection, envelopes: Sequence[int], *, reason: str, now: int) -> str:
    """Freeze a selection of envelope numbers; the replay's id. Nothing is replayed until :func:`step`."""
    name = uuid.uuid4().hex
    values = {
        "id": name,
        "reason": reason[:1000] or None,
        "state": RUNNING,
        "selected": len(set(envelopes)),
        "done": 0,
        "created_at": now,
    }
    connection.execute(ADD, values)
    seq = connection.execute(FIND, {"id": name}).one().seq
    insert_all(connection, ADD_ITEMS, [{"replay": seq, "envelope": one, "state": WAITING} for one in sorted(set(envelopes))])
    return name


def step(connection: Connection, id: str, limit: int) -> Replay | None:
    """Hand the next envelopes of a running replay back to be split; how far it is now, or None when the id is unknown."""
    row = connection.execute(FIND, {"id": id}).first()
    if row is None or row.state != RUNNING:
        return None if row is None else Replay(id=id, state=row.state, selected=row.selected, done=row.done)
    chosen = [one.envelope for one in connection.execute(NEXT, {"r": row.seq, "limit": limit})]
    split_again(connection, chosen)
    execute_in(connection, HAND_OVER, chosen, r=row.seq)
    done = int(connection.execute(COUNT, {"r": row.seq}).scalar_one())
    state = FINISHED if done >= row.selected else RUNNING
    connection.execute(PROGRESS, {"r": row.seq, "d": done, "s": state})
    return Replay(id=id, state=state, selected=row.selected, done=done)


def cancel(connection: Connection, id: str) -> bool:
    """Stop a replay; what it has handed over stays handed over. Whether it was running."""
    return connection.execute(CANCEL, {"i": id}).rowcount == 1


def split_again(connection: Connection, envelopes: Sequence[int]) -> None:
    """Have envelopes understood anew: what their messages say then replaces what they said before."""
    queued = {row.envelope for row in select_in(connection, QUEUED, envelopes)}
    wanted = [one for one in envelopes if one not in queued]
    rows = select_in(connection, SIZES, wanted)
    insert_all(
        connection, inbox.ADD_SPLIT_ITEMS, [inbox.split_values(row.seq, row.id, row.byte_count, again=True) for row in rows]
    )
    execute_in(connection, inbox.ENVELOPE_OPENED, [row.seq for row in rows])
