"""Shipments as logistics objects: every revision of a shipment kept as revisions of its objects, in its own time, when
somebody asks or is to be told. Knows neither HTTP nor a wire format.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from hub import ruling
from hub.canonical.document import Document
from hub.noticing import known_to, partners, plain, properties, same
from hub.objects import Acceptance, Conflict, EventQuery, HeldObject, NewEvent, Nodes, Notice, Projected
from hub.ports import Arrival, Clock
from hub.projected import Outline, Outliner, ProjectedEvent
from hub.statement import Understood
from hub.store import events, links, objects, projections
from hub.store.engine import reading, writing
from hub.store.projections import Behind, Past
from hub.syntax import Node

SHARED = "shared"
"""In place of a shipment's key on objects that several shipments name and that say only what their address says."""

WAYBILL, BOOKING, EVENT = "one-record:Waybill", "one-record:Booking", "one-record:StatusUpdateEvent"
MOVEMENT = "one-record:TransportMovement"
CREATED, UPDATED, RECEIVED = "LOGISTICS_OBJECT_CREATED", "LOGISTICS_OBJECT_UPDATED", "LOGISTICS_EVENT_RECEIVED"
HEAD = ("awb", "origin", "destination")
STOWED = ("loads", "ulds")
"""What is told by movements and units beside the waybill."""

TOLD_APART = ("houses", "loads", "ulds")
"""Lists of which every item is told by an object of its own."""
_OURS = re.compile(r"[0-9a-f]{20}-[0-9a-f]{8}")
"""The id of an event made from a milestone: the milestone's, and a digest of what it says."""

Express = Callable[[str, Document, date], Node]
"""``express(target, document, day)``: the tree that says a document."""

Tell = Callable[[Connection, Sequence[Notice], datetime], None]


class Projecting:
    """What a node does with shipments. One for a process; holds nothing but what it is handed."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        outliner: Outliner,
        express: Express,
        read: Callable[[bytes], Understood],
        *,
        base_url: str,
        tell: Tell,
        partner_of: Callable[[str], str],
    ) -> None:
        """``read`` understands a document of the outliner's format."""
        self._engine = engine
        self._clock = clock
        self._outliner = outliner
        self._express = express
        self._read = read
        self._base = f"{base_url}/logistics-objects"
        self._tell = tell
        self._partner_of = partner_of

    def outline(self, key: str, document: Document) -> Outline:
        """The objects and events of a shipment. Pure."""
        day = date(1970, 1, 1)
        plain = {name: value for name, value in document.items() if name != "milestones"}
        roots = [self._express(WAYBILL, plain, day)]
        roots += [self._express(BOOKING, {**_head(document), "bookings": [one]}, day) for one in document.get("bookings", ())]
        stowed = {name: document[name] for name in ("awb", *STOWED) if name in document}
        roots += [self._express(MOVEMENT, stowed, day)] if any(name in stowed for name in STOWED) else []
        told = [
            (one["id"], self._express(EVENT, {**_head(document), "milestones": [one]}, day))
            for one in document.get("milestones", ())
            if not one.get("withdrawn")
        ]
        return self._outliner.outline(self._base, self._outliner.shipment_name(key), roots, told)

    def ready(self, ids: Sequence[str]) -> None:
        """Bring the objects of these ids up to date, as far as they follow from shipments."""
        for key in dict.fromkeys(self._outliner.shipment_key(one) for one in ids):
            if key is not None:
                self.bring_up(key)

    def step(self, limit: int) -> int:
        """Tell subscribers of shipments that changed; how many were looked at."""
        with reading(self._engine) as connection:
            keys = projections.due(connection, limit)
            asked = bool(keys) and projections.anybody_asks(connection)
        if keys and not asked:
            with writing(self._engine) as connection:
                projections.forget(connection, keys)
        for key in keys if asked else ():
            self.bring_up(key)
        return len(keys)

    def bring_up(self, key: str) -> None:
        """Keep what a shipment's new revisions make of its objects; somebody else who does the same is let go first."""
        with reading(self._engine) as connection:
            behind = projections.behind(connection, key)
        todo = [one for one in behind.revisions if one.number > behind.mark]
        if not todo:
            if behind.due:
                with writing(self._engine) as connection:
                    projections.forget(connection, [key])
            return
        made = [(one, self.outline(key, one.document) if one.document is not None else Outline(objects=[])) for one in todo]
        try:
            with writing(self._engine) as connection:
                if not projections.reached(connection, key, behind.mark, todo[-1].number):
                    raise Conflict("revision", f"{key} is being kept by somebody else")
                self._keep(connection, key, made, behind)
        except (Conflict, IntegrityError):
            return

    def _keep(self, connection: Connection, key: str, made: Sequence[tuple[Past, Outline]], behind: Behind) -> None:
        before = {one.number: one.document for one in behind.revisions}
        for past, outline in made:
            known = known_to(before.get(past.number - 1), past)
            notices = [
                *self._keep_objects(connection, key, outline, past.at, known),
                *self._keep_events(connection, outline, past, key),
            ]
            if past.number in behind.due:
                self._tell(connection, notices, past.at)

    def _keep_objects(
        self, connection: Connection, key: str, outline: Outline, at: datetime, known_to: Sequence[str]
    ) -> Iterator[Notice]:
        held = objects.get_all(connection, [one.id for one in outline.objects], None)
        ours = [one for one in outline.objects if one.id not in held or held[one.id].projected]
        gone = self._gone(connection, key, outline)
        held |= gone
        for shipment, shared in ((key, False), (SHARED, True)):
            wanted = [one for one in ours if one.shared is shared and not same(held.get(one.id), one.nodes)]
            projected = [Projected(id=one.id, type=one.type, nodes=one.nodes) for one in wanted]
            if not shared:
                projected += [
                    Projected(id=one.id, type=one.type, nodes=self._outliner.withdrawn(one.nodes)) for one in gone.values()
                ]
            kept = set(objects.project(connection, shipment, projected, shipment, at))
            for one in projected:
                if one.id in kept and not shared:
                    yield _changed(one, held.get(one.id), at, known_to)

    def _gone(self, connection: Connection, key: str, outline: Outline) -> dict[str, HeldObject]:
        """What followed from a shipment before and does not any more, and says more than what it is."""
        there = {one.id for one in outline.objects}
        held = objects.get_all(connection, [one for one in objects.of_shipment(connection, key) if one not in there], None)
        return {id: one for id, one in held.items() if not same(one, self._outliner.withdrawn(one.nodes))}

    def _keep_events(self, connection: Connection, outline: Outline, past: Past, key: str) -> Iterator[Notice]:
        milestones = {one["id"]: one for one in (past.document or {}).get("milestones", ())}
        for one in outline.events:
            id = f"{one.id}-{objects.digest_of(one.nodes)[:8]}"
            if events.get(connection, one.object, id) is not None:
                continue
            address = f"{self._base}/{one.object}/logistics-events/{id}"
            nodes = [{**one.nodes[0], "@id": address}, *one.nodes[1:]]
            moment = _occurred(milestones[one.id], past.at)
            if _is_posted(connection, one, moment):
                continue
            new = NewEvent(object=one.object, id=id, type=one.type, nodes=nodes, code=one.code, occurred_at=moment, by=key)
            events.add(connection, [new], past.at)
            held = objects.get_all(connection, [one.object], None)[one.object]
            yield Notice(
                event_type=RECEIVED,
                at=past.at,
                object=one.object,
                object_type=held.type,
                event=address,
                code=one.code,
                known_to=partners(past.lineage.get(f"/milestones/{one.id}", ())),
            )

    def rule(self, held: HeldObject, accepted: Acceptance) -> Arrival | None:
        """What the hub is told when a change of a projected object is accepted: a ruling on what the change changes.

        None when it changes nothing the hub knows. Raises Conflict (content) when the shipment has no place for what it says.
        """
        if held.shipment == SHARED:
            raise Conflict("content", f"{held.id} is its address and nothing else: refer to another object instead")
        with reading(self._engine) as connection:
            newest = next(reversed(projections.behind(connection, held.shipment).revisions), None)
        document = newest.document if newest is not None and newest.document is not None else {}
        outline = self.outline(held.shipment, document)
        facts = self._ruled(held, accepted, document, outline)
        if facts.get("awb", document.get("awb")) != document.get("awb"):
            raise Conflict(
                "content", f"{held.id} is the waybill of its number: another number is another waybill; nothing was changed"
            )
        changed = {name: value for name, value in {**document, **_whole_houses(document, facts)}.items() if value is not None}
        after = next((one for one in self.outline(held.shipment, changed).objects if one.id == held.id), None)
        if after is None or plain(after.nodes) != plain(accepted.nodes):
            raise Conflict("content", f"the change says more of {held.id} than a shipment has a place for; nothing was changed")
        if not facts:
            return None
        told = ruling.Ruling(
            key=_number_key(held.shipment), facts=facts, by=accepted.by, object=held.id, at=self._clock.now().astimezone(UTC)
        )
        return ruling.arrival(told, self._partner_of(accepted.by) or ruling.KIND)

    def _ruled(self, held: HeldObject, accepted: Acceptance, document: Document, outline: Outline) -> Document:
        """What a change of an object says otherwise, with the objects of this node that it names for the first time."""
        again = self._outliner.repeating(held.type)
        told = {one.id: one.nodes for one in outline.objects if one.type not in again}
        with reading(self._engine) as connection:
            fresh = [one for one in links.targets(self._base, held.id, accepted.nodes) if one not in told]
            also = {id: one.nodes for id, one in objects.get_all(connection, fresh, None).items() if one.type not in again}
        return ruling.ruled(document, self._said(told | also), self._said({**told, held.id: accepted.nodes, **also}))

    def _said(self, told: Mapping[str, Nodes]) -> Document:
        """What the objects of a shipment say, read as anybody's would be."""
        raw = self._outliner.gathered([*told.values()])
        whole: Document = {}
        for said in (said for one in self._read(raw).readings for said in one.said):
            lists = {name: [*whole.get(name, [])] for name in TOLD_APART if name in whole or name in said.facts}
            for name, known in lists.items():
                known.extend(one for one in said.facts.get(name, ()) if one not in known)
            whole.update(said.facts | lists)
        return whole


def _head(document: Document) -> Document:
    return {name: document[name] for name in HEAD if name in document}


def _number_key(key: str) -> str:
    """A shipment's key without its sequence: what statements speak of."""
    return key.rpartition(":")[0] if key.startswith("awb:") else key


def _whole_houses(document: Document, facts: Document) -> Document:
    """Ruled facts as they will stand in the document: houses whole, with what is ruled of them."""
    if "houses" not in facts:
        return facts
    ruled = {(one.get("hawb"), one.get("issuer")): one for one in facts["houses"]}
    houses = []
    for house in document.get("houses", ()):
        whole = {**house, **ruled.pop((house.get("hawb"), house.get("issuer")), {})}
        houses.append({name: value for name, value in whole.items() if value is not None})
    return {**facts, "houses": [*houses, *ruled.values()]}


def _changed(one: Projected, before: HeldObject | None, at: datetime, known_to: Sequence[str]) -> Notice:
    return Notice(
        event_type=UPDATED if before else CREATED,
        at=at,
        object=one.id,
        object_type=one.type,
        revision=before.revision + 1 if before else 1,
        changed=properties(before.nodes, one.nodes) if before else (),
        known_to=known_to,
    )


def _is_posted(connection: Connection, event: ProjectedEvent, moment: datetime) -> bool:
    """Whether somebody posted this very event to the object: the milestone it made is not shown beside it."""
    query = EventQuery(codes=[event.code], occurred_after=moment, occurred_before=moment)
    return any(not _OURS.fullmatch(one.id) for one in events.list_of(connection, event.object, query).items)


def _occurred(milestone: Document, otherwise: datetime) -> datetime:
    """When it happened: the instant, else the local time or day taken as UTC."""
    text = milestone.get("instant") or milestone.get("at") or milestone.get("date")
    if text is None:
        return otherwise
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
