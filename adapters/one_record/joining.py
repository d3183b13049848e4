"""Logistics objects held one by one, joined through their links: who has something to say of a shipment because of which.

An object speaks for itself; what it leads to says no more than what it is and where it belongs (:mod:`telling`). Whatever came
last, once everything is there the same is said. Knows no HTTP and no canonical names.
"""

from collections.abc import Callable, Iterator, Sequence

from adapters.one_record.telling import is_own, of_event, of_object, own_parts, steps_down
from adapters.one_record.ways import REFERENCE, Walk
from hub.joined import Shelf, Telling, Touched
from hub.objects import HeldEvent, HeldObject

ACTING = ("Loading", "LoadingUnit")
"""Classes that say something only with what they lead to: told anew whenever any of that changes."""

THROUGH = ("TransportMovement", "UnitComposition", "Composing")
"""Classes that say something through others only: a movement through its loadings, a composition through its unit."""

WHOLE = ("Waybill", "Shipment", "Booking")
"""Classes that are told with their own parts: what they said before of parts of theirs stays said."""

PARTS = ("Piece", "CustomsInformation", "SecurityDeclaration")
DIRECT = frozenset(("ofShipment", "waybill", "shipment", "waybillNumber"))
SHIPMENT_KEYS = ("awb:", "house:", "booking:")


def tellings(base: str, touched: Sequence[Touched], shelf: Shelf) -> list[Telling]:
    """See :class:`hub.joined.Joiner`."""
    walk = Walk(base, shelf)
    told: dict[tuple[str, str], Callable[[], Telling]] = {}
    for one in touched:
        if one.event:
            walk.load([one.object])
            events = [event for event in shelf.events([one.object]) if event.id == one.event]
            told |= {(at.object, at.id): _later(of_event, walk, at) for at in events if _is_told_here(walk, at)}
            continue
        reached = walk.upward(one.object)
        told |= {(id, ""): _later(of_object, walk, id) for id in _speakers(walk, one.object, reached)}
        told |= {(at.object, at.id): _later(of_event, walk, at) for at in shelf.events(reached) if not _is_ours(at)}
    return [tell() for tell in told.values()]


def _later(tell: Callable[..., Telling], *handed: object) -> Callable[[], Telling]:
    return lambda: tell(*handed)


def _is_ours(event: HeldEvent) -> bool:
    """Whether an event tells a milestone of a shipment: that is nobody's word."""
    return event.by.startswith(SHIPMENT_KEYS)


def _is_told_here(walk: Walk, event: HeldEvent) -> bool:
    """Whether a new event's own document does not say which waybill it is about: the server has told the hub all others."""
    if _is_ours(event):
        return False
    acting = walk.is_a(event.object, *ACTING, *THROUGH)
    return acting or (walk.posted(event.object) and not any(name in DIRECT for name, _ in walk.ahead(event.object)))


def _speakers(walk: Walk, id: str, reached: Sequence[str]) -> Iterator[str]:
    """Who has something to say because of an object: itself and whatever is above it; what can say nothing more speaks itself."""
    if not walk.posted(id):
        return
    spoken = [_spokesman(walk, one) for one in reached if walk.posted(one) and _has_news(walk, one, id)]
    if walk.is_a(id, *PARTS) and _spokesman(walk, id) != id:
        spoken.append(_spokesman(walk, id))
    if not spoken and not walk.is_a(id, *ACTING, *WHOLE, *PARTS, *REFERENCE):
        spoken.append(id)
    yield from dict.fromkeys(spoken)


def _spokesman(walk: Walk, id: str) -> str:
    """The shipment of the same agent for its parts that were posted by themselves: it says how many there are."""
    if not walk.is_a(id, *PARTS):
        return id
    walk.load([step.to for step in walk.below(id)])
    above = (step.to for step in walk.below(id) if walk.is_a(step.to, "Shipment"))
    return next((one for one in above if is_own(walk, one, id)), id)


def _has_news(walk: Walk, one: str, because: str) -> bool:
    """Whether an object says more, or something else, than when the hub was told of it last."""
    if walk.is_a(one, *ACTING):
        return True
    if walk.is_a(one, *WHOLE, *PARTS):
        return (one == because and _is_anew(walk, one)) or _was_without(walk, one) or _names_anew(walk, one, because)
    return False


def _held(walk: Walk, id: str) -> HeldObject:
    held = walk.held[id]
    assert held is not None  # noqa: S101 - only what is held is looked at
    return held


def _is_anew(walk: Walk, id: str) -> bool:
    """Whether it is a later revision of something that is told with its parts: the server has told it alone."""
    return walk.is_a(id, *WHOLE) and _held(walk, id).revision > 1 and len(own_parts(walk, id)) > 1


def _was_without(walk: Walk, id: str) -> bool:
    """Whether something that leads to its waybill came later, or came to lead there later."""
    own = _held(walk, id)
    for holder, step in steps_down(walk, id):
        below, stating = walk.held.get(step.to), walk.held.get(holder if step.stated else step.to)
        later = below is not None and below.created_at > own.revised_at
        changed = stating is not None and stating.created_at != own.created_at and stating.revised_at > own.revised_at
        if later or changed:
            return True
    return False


def _names_anew(walk: Walk, id: str, because: str) -> bool:
    """Whether it names places or parties that are objects of their own: the server tells only the waybill it belongs to."""
    parts = own_parts(walk, id)
    named = {to for one in parts for _, to in walk.ahead(one)}
    walk.load(sorted(named))
    meant = {one for one in named if walk.is_a(one, *REFERENCE)}
    created = _held(walk, id).created_at
    return because in meant or (because == id and any(_held(walk, one).created_at != created for one in meant))
