"""Words of posted objects that say nothing of a shipment by themselves, until a later message says them together with what they
link to: then their dead letters are settled, with the reason. The only SQL that writes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update

from hub.problem import Code, Problem
from hub.store import dead_letters
from hub.store.rows import execute_in, insert_all, message_id, select_in
from hub.store.tables import envelope, object_word

CHANNEL = "one-record"
"""By which everything comes that a node takes in, and all that is joined."""

_IN: BindParameter[Any] = bindparam("values", expanding=True)
ADD = insert(object_word)
OF_ENVELOPES = select(object_word).where(object_word.c.envelope.in_(_IN))
OPEN_ABOUT = select(object_word.c.envelope, object_word.c.about).where(
    object_word.c.about.in_(_IN), object_word.c.settled_by.is_(None)
)
NUMBERS = select(envelope.c.id, envelope.c.seq).where(envelope.c.id.in_(_IN))
SETTLE = update(object_word).where(object_word.c.envelope == bindparam("e")).values(settled_by=bindparam("b"))
DROP = delete(object_word).where(object_word.c.envelope.in_(_IN))


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A message of an arrival taken apart: its envelope, its place in it, and whether it has said something of a shipment."""

    envelope: str
    ordinal: int
    speaks: bool

    @property
    def message(self) -> str:
        """The message's public name."""
        return message_id(self.envelope, self.ordinal)


def note(connection: Connection, told: Mapping[str, Sequence[str]]) -> None:
    """Keep what new arrivals are about, by envelope id: the first of it always, the rest while nothing else has said it."""
    others = sorted({about for several in told.values() for about in several[1:]})
    unsaid = {row.about for row in select_in(connection, OPEN_ABOUT, others)}
    named = {id: dict.fromkeys([*several[:1], *(one for one in several[1:] if one in unsaid)]) for id, several in told.items()}
    insert_all(connection, ADD, [{"envelope": id, "about": one} for id, several in named.items() for one in several])


def hear(connection: Connection, heard: Iterable[Heard]) -> None:
    """Settle what messages have said for earlier ones, and what has failed although it is said."""
    by_envelope = {one.envelope: one for one in heard}
    abouts: dict[str, set[str]] = {}
    settled: dict[str, str] = {}
    for row in select_in(connection, OF_ENVELOPES, sorted(by_envelope)):
        abouts.setdefault(row.envelope, set()).add(row.about)
        if row.settled_by is not None and not by_envelope[row.envelope].speaks:
            settled[row.envelope] = row.settled_by
    speaking = {id: abouts[id] for id, one in by_envelope.items() if one.speaks and id in abouts}
    said = _said_for(connection, speaking)
    insert_all(connection, SETTLE, [{"e": id, "b": by_envelope[by].message} for id, by in said.items()])
    execute_in(connection, DROP, sorted(speaking))
    _close(connection, settled | {id: by_envelope[by].message for id, by in said.items()})


def _said_for(connection: Connection, speaking: Mapping[str, set[str]]) -> dict[str, str]:
    """Earlier arrivals that say nothing by themselves, and which of the speaking says all that they are about."""
    about = sorted(set().union(*speaking.values()))
    waiting = {row.envelope for row in select_in(connection, OPEN_ABOUT, about)} - speaking.keys()
    whole: dict[str, set[str]] = {}
    for row in select_in(connection, OF_ENVELOPES, sorted(waiting)):
        whole.setdefault(row.envelope, set()).add(row.about)
    numbers = {row.id: row.seq for row in select_in(connection, NUMBERS, sorted({*whole, *speaking}))}
    return {
        id: by
        for id, meant in whole.items()
        for by, said in sorted(speaking.items(), key=lambda one: numbers[one[0]])
        if meant <= said and numbers[id] < numbers[by]
    }


def _close(connection: Connection, settled: Mapping[str, str]) -> None:
    """Settle the dead letters of messages that did not say which shipment they meant."""
    subjects = {f"check:{message_id(id, 0)}": by for id, by in settled.items()}
    for row in dead_letters.open_of(connection, sorted(subjects)):
        if _problem(row).code is Code.KEY_MISSING:
            dead_letters.settle(connection, row.seq, f"joined with what it belongs to: said by message {subjects[row.subject]}")


def _problem(row: Any) -> Problem:
    return msgspec.json.decode(row.problem, type=Problem)
