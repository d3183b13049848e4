"""The pure half of the hub wired: formats, mappings, profiles, rules. Opens no database and no channel."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from hub import profiles, registry, settings
from hub.envelope import Envelope, Outgoing, Written
from hub.explain import problem_json, shipments_of, went_well
from hub.flight_lists import LISTS
from hub.fold.rules import Rules
from hub.manifests import MANIFESTS, Listed, of_messages, of_shipments
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.problem import Problem, Profile, has_error
from hub.routing import Kind
from hub.settings import Settings
from hub.statement import Folded, Understood


class PureHub:
    """The hub without a database: the straight line, its profiles and rules."""

    def __init__(self, configured: Settings) -> None:
        self.settings = configured
        self.mappings = Mappings()
        formats = registry.formats(configured.hub.formats)
        self.line = Line(formats=formats, mappings=self.mappings, max_bytes=configured.hub.limits.max_bytes)
        self.rules = fold_rules(configured)

    @cached_property
    def problem_rows(self) -> dict[str, profiles.ProblemRow]:
        """The problem tables."""
        return profiles.problem_rows()

    def profile(self, name: str = "", partner: str = "") -> Profile:
        """A profile by name, or a partner's own. Raises KeyError with what is unknown."""
        chosen = self.settings.partners[partner].validation if partner else settings.Validation()
        return profiles.profile(name or chosen.profile, self.problem_rows, chosen.overrides)

    def convert(
        self, understood: Understood, envelope: Envelope, target: str, control_reference: str, at: datetime, profile: Profile
    ) -> tuple[list[dict[str, Any]], bool]:
        """Every shipment of a file in a target's form, and whether all went well. Raises KeyError for an unknown target.

        A target about flights is written once for every flight: from each message about one as it was told, consignment by
        consignment, else from the loads of all shipments.
        """
        folded = shipments_of(understood.readings, envelope.received_at, self.rules)
        full = self.full_target(target, [one.document for one in folded])
        listed = self._listed(full, understood, folded)
        items, well = [], bool(listed) and went_well(understood)
        for at_place, one in enumerate(listed):
            outgoing = self._outgoing(str(at_place + 1), control_reference, at)
            expressed = self.line.express_all(full, one.detail, one.documents, outgoing.at.date())
            written = self.line.write(full, expressed, outgoing)
            problems = profile.weigh(written.problems)
            items.append(_shown(one.key, full, written, problems))
            well = well and not has_error(problems)
        return items, well

    def _listed(self, target: str, understood: Understood, folded: Sequence[Folded]) -> list[Listed]:
        """What each message to be written is made of."""
        subject = self.line.subject(target)
        if subject in MANIFESTS:
            return of_messages(understood.readings, subject) or of_shipments([one.document for one in folded])
        return [Listed(key=one.key, detail={}, documents=[one.document]) for one in folded]

    def full_target(self, target: str, documents: list[dict[str, Any]]) -> str:
        """``one-record`` alone chooses by content: events where there is nothing but milestones, else the waybill."""
        if target != "one-record":
            self.line.target(target)
            return target
        status = bool(documents) and all(map(_only_status, documents))
        return "one-record:StatusUpdateEvent" if status else "one-record:Waybill"

    def _outgoing(self, message_id: str, control_reference: str, at: datetime) -> Outgoing:
        return Outgoing(message_id=message_id, control_reference=control_reference, at=at, sender=self.settings.hub.identity)

    def supported(self) -> list[dict[str, Any]]:
        """What can be read and written, from the tables."""
        return [
            {"format": name, "type": type, "version": version, "directions": self._directions(name, type, version)}
            for name, format in self.line.formats.items()
            for type, version in format.supports()
        ]

    def _directions(self, name: str, type: str, version: str) -> list[str]:
        """A mapping works both ways; a layout without one can only be checked."""
        return ["read", "write"] if self.mappings.get(name, type, version) else []

    def kinds(self) -> dict[str, Kind]:
        """What each configured target is written from."""
        return {rule.target: self.kind(rule.target) for rule in self.settings.send_rules()}

    def kind(self, target: str) -> Kind:
        """What a target is written from. Raises KeyError, also for one about ULDs: neither a shipment nor a flight owes that."""
        format, type, version = self.line.target(target)
        mapping = self.mappings.get(format.name, type, version)
        if mapping is None or (mapping.table.subject in MANIFESTS and mapping.table.content not in LISTS):
            raise KeyError(target)
        table = mapping.table
        return Kind(content=table.content, requires=table.requires, carries=table.carries, statuses=table.statuses)


def _only_status(document: dict[str, Any]) -> bool:
    return "milestones" in document and "charges" not in document and "shipper" not in document


def _shown(key: str, target: str, written: Written, problems: Sequence[Problem]) -> dict[str, Any]:
    text = "".join(raw.decode("utf-8", "backslashreplace") for raw in written.raws)
    return {"key": key, "target": target, "text": text, "problems": [problem_json(one) for one in problems]}


def fold_rules(configured: Settings) -> Rules:
    """The fold's rules from the configuration."""
    fold = configured.hub.fold
    ranks = {(kind, group): rank for kind, groups in fold.authority.items() for group, rank in groups.items()}
    return Rules(authority=ranks, awb_reuse_after=fold.awb_reuse_after, same_event_window=fold.same_event_window)


def pure_line() -> PureHub:
    """The hub without a database, from the configuration. Raises Misconfigured."""
    return PureHub(settings.load())
