"""The document that says what one object or event says of shipments, with what it leads to: its own words whole, of the objects
of others what they are and where they belong, of places and parties what is meant by naming them. Knows no canonical names.
"""

from collections.abc import Iterable, Iterator, Sequence

from adapters.one_record import naming
from adapters.one_record.bare import identified
from adapters.one_record.nodes import Node, links, properties
from adapters.one_record.render import jsonld
from adapters.one_record.vocabulary import API, CARGO, XSD, local
from adapters.one_record.ways import BESIDE, DOWN, FARTHEST, MOST, REFERENCE, Step, Walk
from hub.joined import Telling, event_word
from hub.objects import HeldEvent, HeldObject, Nodes

NOT_PARTS = DOWN | BESIDE | {"loadingUnit", "involvedInActions", "checks", "events", "onsiteActions"}
"""Properties that lead to something else than a part of an object."""

OF_SHIPMENT = ("ofShipment", "issuedForShipment")
"""Properties by which a part names the shipment it is a part of."""

_PART_OF_SHIPMENT = {
    "Piece": "pieces",
    "CustomsInformation": "customsInformation",
    "SecurityDeclaration": "securityDeclarations",
}
_AT_PIECE = ("loadedPieces", "composedPieces", "inPiece", "issuedForPiece", "checkedObject")


def own_parts(walk: Walk, id: str) -> list[str]:
    """An object and the parts of it that the same agent has posted, whichever side says that they are."""
    reached, waiting = {id: None}, [id]
    whole = walk.is_a(id, "Waybill", "Shipment", "Booking")
    for _ in range(FARTHEST if whole else 0):
        walk.load(waiting)
        named = [to for one in waiting for name, to in walk.ahead(one) if name not in NOT_PARTS]
        named += [by for one in waiting for name, by in walk.behind(one) if name in OF_SHIPMENT]
        walk.load(named)
        waiting = [one for one in dict.fromkeys(named) if one not in reached and is_own(walk, one, id)][: MOST - len(reached)]
        reached |= dict.fromkeys(waiting)
    return list(reached)


def is_own(walk: Walk, id: str, holder: str) -> bool:
    """Whether an object was posted by the same agent as another."""
    own, above = walk.held.get(id), walk.held.get(holder)
    return own is not None and above is not None and not own.projected and own.created_by == above.created_by


def steps_down(walk: Walk, id: str) -> Iterator[tuple[str, Step]]:
    """Every link on the way down from an object, with what it leads from; a movement beside an action is the end of its way."""
    walk.load([id])
    seen, waiting = {id}, [id]
    for _ in range(FARTHEST):
        steps = [(holder, step) for holder in waiting for step in walk.below(holder)]
        steps = [(holder, step) for holder, step in steps if step.property != "servedActivity" or step.to not in seen]
        walk.load([step.to for _, step in steps][:MOST])
        yield from steps
        fresh = dict.fromkeys(step.to for _, step in steps if step.to not in seen and step.property not in BESIDE)
        seen.update(step.to for _, step in steps)
        waiting = [*fresh][: MOST - len(seen)] if len(seen) < MOST else []


def of_object(walk: Walk, id: str) -> Telling:
    """What an object says now, as said when it or a part of it was last changed."""
    parts = [held for one in own_parts(walk, id) if (held := walk.held.get(one)) is not None]
    whole = parts[0]
    nodes = {node["@id"]: dict(node) for held in parts for node in held.nodes if any(properties(node)) or node is held.nodes[0]}
    root = nodes[whole.nodes[0]["@id"]]
    for held in parts:
        nodes[held.nodes[0]["@id"]][API + "hasRevision"] = _revision(held)
    own = frozenset(nodes)
    _join_parts(walk, parts, nodes)
    for holder, step in [found for held in parts for found in steps_down(walk, held.id)]:
        _lead(walk, nodes, own, walk.start + holder, step)
    _mean(walk, nodes)
    said_at = max(held.revised_at for held in parts)
    about = [held.id for held in parts]
    return Telling(by=whole.created_by, name=id, raw=_document(root, nodes), said_at=said_at, about=about)


def of_event(walk: Walk, event: HeldEvent) -> Telling:
    """What an event says of all that it happened to."""
    nodes = {node["@id"]: dict(node) for node in event.nodes if any(properties(node)) or node is event.nodes[0]}
    root = nodes[event.nodes[0]["@id"]]
    own = frozenset(nodes)
    named = [(local(iri), to) for iri, target in links(root) if (to := walk.id_of(target))]
    for name, to in named:
        if name in ("eventFor", "transportMovementReference"):
            walk.load([to])
            _lead(walk, nodes, own, root["@id"], Step(name, to, True))
            for holder, step in steps_down(walk, to) if name == "eventFor" else ():
                _lead(walk, nodes, own, walk.start + holder, step)
    _mean(walk, nodes)
    return Telling(
        by=event.by,
        name=f"{event.object}-{event.id}"[:200],
        raw=_document(root, nodes),
        said_at=event.received_at,
        about=[event_word(event.object, event.id)],
    )


def _document(root: Node, nodes: dict[str, Node]) -> bytes:
    return jsonld([root, *(one for one in nodes.values() if one is not root)])


def _revision(held: HeldObject) -> list[dict[str, str]]:
    """Two tellings of one state of everything are the same bytes, of two states they are not."""
    return [{"@value": str(held.revision), "@type": XSD + "positiveInteger"}]


def _join_parts(walk: Walk, parts: Sequence[HeldObject], nodes: dict[str, Node]) -> None:
    """Parts that name their shipment are named by it too."""
    for held in parts:
        for name, by in walk.behind(held.id):
            known = next((one for one in _PART_OF_SHIPMENT if walk.is_a(by, one)), None)
            if name in OF_SHIPMENT and known and walk.start + by in nodes:
                _link(nodes[held.nodes[0]["@id"]], _PART_OF_SHIPMENT[known], walk.start + by)


def _lead(walk: Walk, nodes: dict[str, Node], own: frozenset[str], holder: str, step: Step) -> None:
    """Add a step down: the link where the upper one does not state it, and what it leads to as far as that says what it is."""
    target = walk.start + step.to
    above = nodes.get(holder)
    if above is not None and (not step.stated or holder not in own):
        _link(above, step.property, target)
    held = walk.held.get(step.to)
    if held is None:
        nodes.update((name, node) for name, node in _by_address(walk, step).items() if name not in nodes)
    elif target not in nodes:
        nodes.update((one["@id"], one) for one in _identified(held))


def _link(node: Node, name: str, target: str) -> None:
    values = node.setdefault(CARGO + name, [])
    if {"@id": target} not in values:
        node[CARGO + name] = [*values, {"@id": target}]


def _identified(held: HeldObject) -> Nodes:
    """An object of somebody else as far as it says what it is, and the revision that was looked at."""
    kept, *inner = identified(held.nodes)
    return [{**kept, API + "hasRevision": _revision(held)}, *inner]


def _by_address(walk: Walk, step: Step) -> dict[str, Node]:
    """An object that is not there yet, but whose address says of which waybill it is."""
    key = naming.shipment_key(step.to)
    if key is None or not key.startswith("awb:"):
        return {}
    name = walk.start + naming.shipment_name(key)
    number = key.split(":")[1]
    waybill: Node = {"@id": name, "@type": [CARGO + "Waybill"]}
    waybill |= {CARGO + "waybillPrefix": [{"@value": number[:3]}], CARGO + "waybillNumber": [{"@value": number[4:]}]}
    found = {name: waybill}
    shipment = name + "-shipment"
    if step.property in (*OF_SHIPMENT, *_AT_PIECE):
        found[shipment] = {"@id": shipment, "@type": [CARGO + "Shipment"], CARGO + "waybill": [{"@id": name}]}
    if step.property in _AT_PIECE:
        piece = walk.start + step.to
        found[piece] = {"@id": piece, "@type": [CARGO + "Piece"], CARGO + "ofShipment": [{"@id": shipment}]}
    return found


def _mean(walk: Walk, nodes: dict[str, Node]) -> None:
    """Add the places, parties and products that are named, as they say themselves, and what those name in turn."""
    for _ in range(3):
        named = _unsaid(walk, nodes.values(), nodes)
        walk.load(named)
        fresh = [held for id in named if walk.is_a(id, *REFERENCE) and (held := walk.held.get(id)) is not None]
        for held in fresh[:MOST]:
            nodes.update((one["@id"], one) for one in held.nodes)


def _unsaid(walk: Walk, told: Iterable[Node], nodes: dict[str, Node]) -> list[str]:
    return sorted({id for one in told for _, target in links(one) if target not in nodes and (id := walk.id_of(target))})
