"""An object as far as it says what it is: its class, its numbers and codes, and nothing of what it is for. Pure; knows nodes."""

from adapters.one_record.nodes import Node, links
from adapters.one_record.vocabulary import CARGO, XSD, local
from hub.objects import Nodes

IDENTITY = frozenset(
    (
        *("waybillPrefix", "waybillNumber", "waybillType", "transportIdentifier", "movementTimes", "modeCode"),
        *("departureLocation", "arrivalLocation", "uldTypeCode", "uldSerialNumber", "ownerCode"),
        *("loadingType", "actionTimeType", "compositionType"),
    )
)
"""What an object says of itself, beside its links."""

KEEPING = frozenset(CARGO + name for name in ("TransportMovement", "ULD", "Loading", "Composing"))
"""Classes whose objects are still what they say they are when a shipment has them no more. Of others the address says it."""

CUSTOMS, SECURITY = CARGO + "CustomsInformation", CARGO + "SecurityDeclaration"
REPEATING = {CUSTOMS: frozenset((SECURITY,)), SECURITY: frozenset((CUSTOMS,))}
"""Classes that tell the same OCI lines, each in its own form."""


def identified(nodes: Nodes) -> Nodes:
    """The object with what is embedded in what it says of itself."""
    known = {one["@id"]: one for one in nodes[1:]}
    kept: Node = {name: values for name, values in nodes[0].items() if name[:1] == "@" or local(name) in IDENTITY}
    inner: list[Node] = []
    waiting = [target for _, target in links(kept)]
    while waiting:
        part = known.pop(waiting.pop(), None)
        if part is not None:
            inner.append(part)
            waiting.extend(target for _, target in links(part))
    return [kept, *inner]


def withdrawn(nodes: Nodes) -> Nodes:
    """An object that its shipment has no more: it keeps its address, and says what it is and that this is not all of it.

    The standard has no way to delete an object; ``skeletonIndicator`` is how it says that an object is only partly known.
    """
    known = KEEPING.intersection(nodes[0].get("@type", ()))
    kept, *inner = identified(nodes) if known else [{name: values for name, values in nodes[0].items() if name[:1] == "@"}]
    return [{**kept, CARGO + "skeletonIndicator": [{"@value": "true", "@type": XSD + "boolean"}]}, *inner]
