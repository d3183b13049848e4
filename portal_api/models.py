"""What the portal answers with, as pydantic models of its own: never the hub's types, so nothing is shown by accident."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of all answers: what is not named here is not shown."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Fault(Answer):
    """One thing wrong with a request: a parameter by name, or a place in its body by JSON pointer."""

    detail: str
    location: str | None = Field(default=None, serialization_alias="in", description="path, query, header or body")
    name: str | None = None
    pointer: str | None = Field(default=None, description="RFC 6901")


class ProblemDocument(Answer):
    """An error (RFC 9457)."""

    type: str = Field(description="stable identity of the kind of problem, a URN")
    title: str
    status: int
    detail: str | None = None
    errors: list[Fault] | None = None


class Witness(Answer):
    """Who said a value, and where it stands in their message."""

    message: str | None = None
    partner: str | None = None
    author: str | None = None
    line: int | None = None
    column: int | None = None
    offset: int | None = None
    path: str | None = None
    value: Any = None


class ShipmentAnswer(Answer):
    """A canonical shipment, its revision and when that was made; with ``provenance``, who said what."""

    shipment: dict[str, Any]
    revision: int
    updated_at: str = Field(description="ISO 8601, UTC")
    lineage: dict[str, list[Witness]] | None = Field(default=None, description="JSON pointer to witnesses, winner first")
    conflicts: dict[str, list[Witness]] | None = Field(
        default=None, description="JSON pointer to witnesses whose value did not win"
    )


class ShipmentList(Answer):
    """One page of shipments, newest change first."""

    items: list[ShipmentAnswer]
    next: str | None = Field(default=None, description="cursor of the next page; absent on the last")


class TimedMilestone(BaseModel):
    """A milestone as the canonical model tells it, with its witnesses where provenance is asked for."""

    model_config = ConfigDict(extra="allow", frozen=True)

    code: str
    id: str | None = None
    station: str | None = None
    time: str | None = Field(default=None, description="planned, estimated or actual")
    at: str | None = Field(default=None, description="local to the station where it has no offset")
    instant: str | None = Field(default=None, description="the same moment in UTC")
    provenance: list[Witness] | None = None


class Moment(Answer):
    """One time of a step; the milestone it is from is found by ``id``."""

    id: str | None = None
    at: str | None = None
    instant: str | None = None
    date: str | None = None
    pieces: int | None = None
    partial: bool | None = None
    withdrawn: bool | None = None


class Step(Answer):
    """One thing that happens at a station, as planned, as expected, and as it came; several actual ones of split pieces."""

    code: str
    flight: str | None = None
    house: str | None = None
    planned: list[Moment] | None = None
    estimated: list[Moment] | None = None
    actual: list[Moment] | None = None


class StationSteps(Answer):
    """The steps at one station, in order of instant."""

    station: str | None = Field(default=None, description="absent where no message said where")
    steps: list[Step]


class Timeline(Answer):
    """Milestones in order of instant, and the same by station."""

    key: str
    awb: str | None = None
    origin: str | None = None
    destination: str | None = None
    pieces: int | None = None
    status: str | None = Field(default=None, description="the highest progress code that all pieces have reached")
    partial_status: dict[str, int] | None = Field(default=None, description="code to pieces, where some are ahead")
    revision: int
    updated_at: str
    milestones: list[TimedMilestone]
    stations: list[StationSteps]


class Accepted(Answer):
    """A request taken in: stored before this answer was given."""

    id: str
    status: str = Field(description="received, or duplicate when the same bytes were handed in before")


class RequestProblem(Answer):
    """One fault of a message handed in, where it stands."""

    code: str
    severity: str = "error"
    message: str
    line: int | None = None
    column: int | None = None
    offset: int | None = None
    segment: str | None = None
    segment_number: int | None = None
    element: str | None = None
    component: int | None = None
    found: str | None = None
    expected: str | None = None
    path: str | None = None
    pointer: str | None = Field(default=None, description="RFC 6901, for messages in JSON")


class RequestMessage(Answer):
    """One message of a request, its state and problems."""

    id: str | None = None
    format: str | None = None
    type: str | None = None
    version: str | None = None
    state: str | None = None
    received_at: str | None = None
    said_at: str | None = None
    keys: list[str] = []
    problems: list[RequestProblem] = []


class FormatAnswer(Answer):
    """The format's own answer (FMA, FNA, CONTRL): as text, or in base64 where it is not UTF-8."""

    text: str | None = None
    base64: str | None = None


class ServiceRequest(Answer):
    """A request handed in: state, messages with their problems, the shipments they speak of, the answers given."""

    id: str
    state: str
    pending: bool
    received_at: str
    messages: list[RequestMessage]
    problems: list[RequestProblem] = Field(description="of the file as a whole")
    keys: list[str]
    answers: list[FormatAnswer]
