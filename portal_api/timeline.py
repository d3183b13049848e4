"""A shipment's milestones as a line of time: planned, estimated and actual, by station, in order of instant. Pure."""

from datetime import UTC, datetime, time
from typing import Any

from hub.canonical.calendar import stamp
from hub.ports import ShipmentView
from portal_api.models import Moment, StationSteps, Step, TimedMilestone, Timeline, Witness

Milestone = dict[str, Any]
_KINDS = ("planned", "estimated", "actual")
_LAST = datetime.max.replace(tzinfo=UTC)


def timeline_of(view: ShipmentView, provenance: bool) -> Timeline:
    """The timeline of a shipment; with ``provenance`` every milestone has its witnesses."""
    document = view.document
    ordered = sorted(document.get("milestones", ()), key=_when)
    head = {name: document.get(name) for name in ("awb", "origin", "destination", "pieces", "status", "partial_status")}
    return Timeline(
        key=view.key,
        **head,
        revision=view.revision,
        updated_at=stamp(view.updated_at),
        milestones=[_told(one, view, provenance) for one in ordered],
        stations=_stations(ordered),
    )


def _when(milestone: Milestone) -> datetime:
    """The instant; without one the local time or the end of the local day, read as UTC; without any, last."""
    text = milestone.get("instant") or milestone.get("at") or milestone.get("date")
    if not text:
        return _LAST
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _LAST
    if "T" not in text:
        moment = datetime.combine(moment, time.max)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _told(milestone: Milestone, view: ShipmentView, provenance: bool) -> TimedMilestone:
    if not provenance:
        return TimedMilestone.model_validate(milestone)
    rows = view.lineage.get(f"/milestones/{milestone.get('id')}", [])
    return TimedMilestone.model_validate({**milestone, "provenance": [Witness.model_validate(one) for one in rows]})


def _stations(ordered: list[Milestone]) -> list[StationSteps]:
    stations: dict[str | None, dict[tuple[Any, ...], list[Milestone]]] = {}
    for one in ordered:
        steps = stations.setdefault(one.get("station"), {})
        steps.setdefault((one["code"], one.get("flight"), one.get("house")), []).append(one)
    return [
        StationSteps(station=station, steps=[_step(name, milestones) for name, milestones in steps.items()])
        for station, steps in stations.items()
    ]


def _step(name: tuple[Any, ...], milestones: list[Milestone]) -> Step:
    code, flight, house = name
    times = {kind: [Moment.model_validate(one) for one in milestones if one.get("time") == kind] or None for kind in _KINDS}
    return Step(code=code, flight=flight, house=house, **times)
