"""Replay: understand stored envelopes anew, or only show what that would change. Knows no format; SQL by hub.store."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine

from hub.canonical.difference import difference
from hub.clock import micros
from hub.envelope import Envelope
from hub.flight_lists import Aboard
from hub.flight_routing import FlightRules, name_of, opened, tellers
from hub.ports import Clock
from hub.statement import CLAIM, DeliveryPlan, Folded, Statement
from hub.store import dead_letters, flights, inbox, outbox, recall, replays, statements
from hub.store.engine import reading, writing
from hub.store.sealer import Sealer, Unsealed
from hub.store.selection import Selected, Wanted, select_for_replay
from hub.worker.line import Line
from hub.worker.portions import statement_of

CHUNK = 200


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay would change: ``shipments`` with RFC 6902 differences, deliveries that would come, go or be other."""

    selected: int
    unmappable: int
    shipments: Sequence[dict[str, Any]]
    deliveries: dict[str, list[dict[str, Any]]]


def choose(engine: Engine, wanted: Wanted) -> Selected:
    """Freeze the selection."""
    with reading(engine) as connection:
        return select_for_replay(connection, wanted)


def replay(engine: Engine, selected: Selected, clock: Clock, *, reason: str = "", batch: int = CHUNK) -> Iterator[int]:
    """Hand a selection back to the workers, batch by batch; yields how many are handed over. Ends early when cancelled."""
    now = micros(clock.now())
    with writing(engine) as connection:
        id = replays.start(connection, selected.envelopes, reason=reason, now=now)
        for one in selected.deliveries:
            outbox.again(connection, one, now)
    state = replays.RUNNING if selected.envelopes else replays.FINISHED
    while state == replays.RUNNING:
        with writing(engine) as connection:
            progress = replays.step(connection, id, batch)
        if progress is None:
            return
        state = progress.state
        yield progress.done


def discard(engine: Engine, id: int) -> bool:
    """Say that a dead letter needs nothing more; whether it was there."""
    with writing(engine) as connection:
        return dead_letters.mark(connection, id, dead_letters.DISCARDED)


def outlook(engine: Engine, selected: Selected, line: Line, *, sealer: Sealer | None = None) -> Outlook:
    """What understanding these envelopes anew would change. Writes nothing."""
    seal = sealer or Unsealed()
    with reading(engine) as connection:
        envelopes = {
            number: one
            for part in _chunks(selected.envelopes)
            for number, one in inbox.load_envelopes(connection, part, seal).items()
        }
    fresh = [said for one in envelopes.values() if one.raw for said in _understood(one, line)]
    replaced = {one.id for one in envelopes.values() if one.raw}
    with reading(engine) as connection:
        old_keys = {key for key, message in statements.keys_of_envelopes(connection, selected.envelopes) if message in replaced}
        keys = sorted(old_keys | {one.key for one in fresh})
        stored = {key: found for part in _chunks(keys) for key, found in recall.load(connection, part, seal).items()}
    folds = [_folds(key, stored.get(key, []), replaced, fresh, line) for key in keys]
    owed = [_deliveries(before, after, line.route) for before, after in folds]
    if line.flights is not None:
        with reading(engine) as connection:
            owed.append(_lists(connection, folds, line.flights))
    return Outlook(
        selected=len(envelopes),
        unmappable=sum(not one.raw for one in envelopes.values()),
        shipments=[one for before, after in folds for one in _documents(before, after)],
        deliveries={name: [one for each in owed for one in each.get(name, ())] for name in ("added", "removed", "changed")},
    )


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + CHUNK] for at in range(0, len(values), CHUNK))


def _understood(envelope: Envelope, line: Line) -> Iterator[Statement]:
    understood = line.understand(envelope, partner=envelope.partner)
    for one in understood.readings:
        if one.readable:
            yield from (statement_of(line, envelope, one, place, said) for place, said in enumerate(one.sound()))


Folds = tuple[Sequence[Folded], Sequence[Folded]]
"""The shipments of a number-key, before and after."""

Shown = dict[str, Any]


def _folds(key: str, stored: Sequence[Statement], replaced: set[str], fresh: Sequence[Statement], line: Line) -> Folds:
    kept = [one for one in stored if one.message.rpartition("-")[0] not in replaced]
    named = [one for one in fresh if one.key == key]
    claims = {f"{CLAIM}{one.whole}" for one in [*stored, *named] if one.part}
    now = [*named, *(one for one in fresh if one.key in claims)]
    lived = {(one.slot, one.message): one.live for one in stored}
    anew = [msgspec.structs.replace(one, live=lived.get((one.slot, one.message), _would_live(one, stored))) for one in now]
    return line.fold(key, stored), line.fold(key, [*kept, *anew])


def _would_live(one: Statement, stored: Sequence[Statement]) -> bool:
    """Whether a statement in a slot it had not claimed before is the newest there."""
    return all(one.order() >= other.order() for other in stored if other.slot == one.slot and other.live)


def _documents(before: Sequence[Folded], after: Sequence[Folded]) -> list[dict[str, Any]]:
    old = {one.key: one.document for one in before}
    new = {one.key: one.document for one in after}
    found = ((key, list(difference(old.get(key, {}), new.get(key, {})))) for key in sorted(old | new))
    return [{"key": key, "diff": operations} for key, operations in found if operations]


def _deliveries(
    before: Sequence[Folded], after: Sequence[Folded], route: Callable[[Folded, bytes | None], list[DeliveryPlan]]
) -> dict[str, list[dict[str, Any]]]:
    old = {plan.key: plan for one in before for plan in route(one, None)}
    new = {plan.key: plan for one in after for plan in route(one, None)}
    gone = [plan for key, plan in old.items() if key not in new]
    come = [plan for key, plan in new.items() if key not in old]
    changed = []
    for plan in list(gone):
        twin = next((one for one in come if _place(one) == _place(plan)), None)
        if twin is not None:
            gone.remove(plan)
            come.remove(twin)
            changed.append({**_shown(twin), "diff": list(difference(_content(plan), _content(twin)))})
    return {"added": [_shown(one) for one in come], "removed": [_shown(one) for one in gone], "changed": changed}


def _lists(connection: Connection, folds: Sequence[Folds], rules: FlightRules) -> dict[str, list[Shown]]:
    """The lists of flights that would be owed: the first of a flight is added, any later one changed."""
    old = {one.key: one.document for before, _ in folds for one in before}
    new = {one.key: one for _, after in folds for one in after}
    states = [(old.get(key, {}), new[key].document if key in new else {}) for key in old | new]
    anew = [Aboard(document=one.document, tellers=tellers(one.lineage)) for one in new.values()]
    shown: dict[str, list[Shown]] = {"added": [], "changed": []}
    for departure in sorted({name for before, after in states for name in rules.touched(before, after)}):
        kept = [one for key, one in flights.aboard(connection, departure).items() if key not in old]
        for one in _listed(connection, departure, [*kept, *anew], rules):
            shown["changed" if "diff" in one else "added"].append(one)
    return shown


def _listed(connection: Connection, departure: str, aboard: Sequence[Aboard], rules: FlightRules) -> Iterator[Shown]:
    history = flights.history(connection, name_of(departure))
    for rule in rules.rules:
        last = flights.last(history.get((rule.partner, rule.channel, rule.target), ()))
        told = flights.content(connection, last)
        made = rules.content(rule, departure, aboard, told)
        if made is not None:
            plan = _shown(rules.plan(rule, departure, made, last.key if last else ""))
            yield plan if told is None else {**plan, "diff": list(difference(_said(told), _said(made)))}


def _said(content: bytes) -> Shown:
    """What a list says, without what is only kept beside it."""
    told = opened(content)
    return {**told.detail, "documents": told.documents}


def _place(plan: DeliveryPlan) -> tuple[str, ...]:
    milestones = _content(plan).get("milestones") or [{}]
    return (plan.partner, plan.channel, plan.target, plan.shipment, str(milestones[0].get("id", "")))


def _content(plan: DeliveryPlan) -> dict[str, Any]:
    content: dict[str, Any] = msgspec.json.decode(plan.content)
    return content


def _shown(plan: DeliveryPlan) -> dict[str, Any]:
    return {"partner": plan.partner, "channel": plan.channel, "target": plan.target, "shipment": plan.shipment, "key": plan.key}
