"""Several mentions of one object as one: what each says is said once. Pure; knows trees."""

from typing import Any

from hub.syntax import Node


def merge(known: Node, more: Node) -> None:
    """Add what another mention of an object says; what is said already stays."""
    for name, element in more.elements.items():
        known.elements.setdefault(name, element)
    said = [plain(child) for child in known.children]
    more = Node(more.name, more.elements, [child for child in more.children if not _is_vaguer(child, known)])
    known.children = [child for child in known.children if not _is_vaguer(child, more)]
    known.children.extend(child for child in more.children if plain(child) not in said)


def _is_vaguer(time: Node, other: Node) -> bool:
    """Whether a movement time is a day, of which the other mention of the movement has the time of day."""
    moment = time.text("movementTimestamp") or ""
    if time.name != "movementTimes" or not moment.endswith("T00:00:00"):
        return False
    alike = [one for one in other.all("movementTimes") if one.text("movementMilestone") == time.text("movementMilestone")]
    told = [one.text("movementTimestamp") or "" for one in alike]
    return any(one[:10] == moment[:10] and one != moment for one in told)


def plain(node: Node) -> tuple[Any, ...]:
    """What a node says, so that two can be compared."""
    return (node.name, {name: one.text for name, one in node.elements.items()}, [plain(child) for child in node.children])
