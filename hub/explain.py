"""What ``waybridge explain`` and ``convert`` say of a file, without a database. Pure; the contract is canonical.md."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from hub.canonical.calendar import stamp
from hub.canonical.document import Document
from hub.declared import declared_time
from hub.envelope import Envelope, Frame
from hub.fold import fold
from hub.fold.rules import Rules
from hub.problem import Problem, has_error
from hub.statement import Folded, Reading, Said, Statement, Understood


def anonymous(raw: bytes, name: str, at: datetime | None = None) -> Envelope:
    """An envelope for bytes that nobody handed over."""
    now = at or datetime.now(UTC)
    return Envelope(id="", partner="", channel="file", received_at=now, digest="", raw=raw, name=name)


def statement(said: Said, reading: Reading, received_at: datetime, message: str = "", partner: str = "") -> Statement:
    """A statement as it would be stored, of one message on its own."""
    return Statement(
        key=said.key,
        slot=said.scope,
        kind=reading.type,
        action=said.action,
        author=reading.author or partner,
        partner=partner,
        message=message,
        said_at=reading.said_at or received_at,
        received_at=received_at,
        digest=f"{reading.ordinal:06d}",
        facts=said.facts,
        places=said.places,
        links=said.links,
    )


def shipments_of(readings: Sequence[Reading], received_at: datetime, rules: Rules) -> list[Folded]:
    """The shipments that these messages alone make."""
    by_key: dict[str, list[Statement]] = {}
    for reading in readings:
        for said in reading.said:
            by_key.setdefault(said.key, []).append(statement(said, reading, received_at))
    return [one for key, statements in by_key.items() for one in fold(key, statements, rules)]


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem as canonical.md prints it: severity always, absent fields absent."""
    return {"code": str(problem.code), "severity": str(problem.severity), **msgspec.to_builtins(problem)}


def frame_json(frame: Frame, received_at: datetime) -> dict[str, Any]:
    """One envelope layer, its time as it is understood."""
    shown: dict[str, Any] = msgspec.to_builtins(frame)
    told = declared_time(frame, received_at)
    return {**shown, "said_at": stamp(told)} if told else shown


def reading_json(reading: Reading, received_at: datetime, rules: Rules) -> dict[str, Any]:
    """One message of a file."""
    shown: dict[str, Any] = {"format": reading.format, "type": reading.type, "version": reading.version}
    if reading.frame is not None:
        shown["envelope"] = reading.frame
    shown["subject"] = reading.subject
    shown.update(_detail(reading))
    shown["problems"] = [problem_json(one) for one in reading.problems]
    shown["not_carried"] = [{"line": line, "text": text} for line, text in reading.not_carried]
    shown["shipments"] = [one.document for one in shipments_of([reading], received_at, rules)]
    return shown


def _detail(reading: Reading) -> Document:
    if reading.subject in ("flight", "uld"):
        return {name: reading.detail[name] for name in ("flight", "ulds") if name in reading.detail}
    names = {"acknowledgement": "acknowledges", "query": "query"}
    name = names.get(reading.subject)
    return {name: dict(reading.detail)} if name and reading.detail else {}


def explained(understood: Understood, received_at: datetime, rules: Rules) -> dict[str, Any]:
    """The whole answer of ``explain --json``."""
    return {
        "format": understood.format,
        "envelopes": [frame_json(one, received_at) for one in understood.frames],
        "messages": [reading_json(one, received_at, rules) for one in understood.readings],
        "problems": [problem_json(one) for one in understood.problems],
    }


def went_well(understood: Understood) -> bool:
    """Whether the file could be read without an error-level problem."""
    faults = has_error(understood.problems) or any(has_error(one.problems) for one in understood.readings)
    return bool(understood.readings) and not faults


def formats_table(items: Sequence[dict[str, Any]]) -> str:
    """What can be read and written as the README's table: one row a type, its versions by direction."""
    rows = ["| format | type | read | written |", "| --- | --- | --- | --- |"]
    for format, type in dict.fromkeys((one["format"], one["type"]) for one in items):
        mine = [one for one in items if (one["format"], one["type"]) == (format, type)]
        read, written = (
            ", ".join(one["version"] for one in mine if direction in one["directions"]) for direction in ("read", "write")
        )
        rows.append(f"| {format} | {type} | {read or '-'} | {written or '-'} |")
    return "\n".join(rows)
