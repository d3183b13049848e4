"""What an object is called by what it says of itself: a flight, a unit, a loading, an airport, a carrier. Pure; knows trees."""

from adapters.one_record import naming
from adapters.one_record.frame import Named
from hub.syntax import Node


def movement_name(node: Node) -> str:
    """Flight, day of departure, and its two ends as far as they are known."""
    times = [child for child in node.children if child.name == "movementTimes"]
    departing = [one.text("movementTimestamp") or "" for one in times if (one.text("movementMilestone") or "").endswith("D")]
    ends = [code_of(node.first(side)) for side in ("departureLocation", "arrivalLocation")]
    parts = [node.text("transportIdentifier") or "unknown", *(moment[:10] for moment in departing[:1]), *ends]
    return "-".join(part if part[:4].isdigit() else naming.kebab(part) for part in parts if part)


def departure(movement: Node) -> tuple[str, ...]:
    """What pieces can be on only once: a flight of a day from a station."""
    times = (one.text("movementTimestamp") or "" for one in movement.all("movementTimes"))
    return (movement.text("transportIdentifier") or "", next(times, ""), code_of(movement.first("departureLocation")))


def loading_name(loading: Node) -> str:
    """``loading``, ``unloading``; with ``planned`` or ``actual`` before it where that is said."""
    words = (loading.text("actionTimeType"), loading.text("loadingType") or "loading")
    return "-".join(word.lower() for word in words if word)


def code_of(location: Node | None) -> str:
    """The first code of a location, empty where it has none."""
    codes = location.first("locationCodes") if location is not None else None
    return (codes.text("@value") or "") if codes is not None else ""


def uld_name(node: Node) -> str:
    """Type, serial and owner of a unit."""
    parts = (node.text(name) or "" for name in ("uldTypeCode", "uldSerialNumber", "ownerCode"))
    return naming.kebab("".join(parts))


def shared_name(node: Node, kind: Named) -> str | None:
    """The address of an airport or a carrier of which only the code is told."""
    told = {name for name in node.elements if name[:1] != "@"} | {child.name for child in node.children}
    if kind.name == "Location" and told == {"locationCodes"} and len(node.children) == 1:
        return f"location-{naming.kebab(code_of(node))}"
    if kind.name == "Carrier" and told == {"airlineCode"}:
        return f"carrier-{naming.kebab(node.text('airlineCode') or '')}"
    return None
