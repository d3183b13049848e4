"""A tiny format, fold and partner, so that the store and the worker can be tested without the real ones.

A file is lines, a line is a message:
 ``AUTHOR KIND SCOPE ACTION SAID_AT KEY:field=value,field=value …``, SAID_AT in seconds or ``-``.
"""

import hashlib
import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hub.envelope import Envelope, Outgoing, Written
from hub.ports import Parcel, Receipt
from hub.problem import Code, Problem
from hub.statement import DeliveryPlan, Folded, Reading, Said, Statement, Understood, Witness
from hub.worker import Line

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class FakeClock:
    """A clock that goes when it is told to."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def understand(envelope: Envelope, *, partner: str) -> Understood:
    text = envelope.raw.decode("utf-8", "replace")
    if "EXPLODE-ALL" in text:
        raise RuntimeError("understand exploded")
    readings = [_reading(place, line) for place, line in enumerate(text.splitlines())]
    problems = [] if readings else [Problem(code=Code.FILE_EMPTY, message="nothing in it")]
    return Understood(format="fake", frames=[], readings=readings, problems=problems)


def _reading(ordinal: int, line: str) -> Reading:
    words = line.split(" ")
    base = {
        "ordinal": ordinal,
        "format": "fake",
        "version": "1",
        "frame": None,
        "reference": f"R{ordinal}",
        "text": line,
        "line": ordinal + 1,
        "offset": 0,
        "not_carried": (),
    }
    if words[0] == "ACK":
        detail = {"type": "FAKE", "reference": words[1], "outcome": words[2], "text": ["NO"]}
        return Reading(
            **base, type="ACK", subject="acknowledgement", author=None, said_at=None, problems=(), said=(), detail=detail
        )
    if len(words) < 6:
        problem = Problem(code=Code.TYPE_UNKNOWN, message="not a line of six words", line=ordinal + 1)
        return Reading(
            **base, type="unknown", subject="unknown", author=None, said_at=None, problems=(problem,), said=(), readable=False
        )
    author, kind, scope, action, said_at, *told = words
    said = [_said(scope, action, one) for one in told]
    at = None if said_at == "-" else START + timedelta(seconds=int(said_at))
    return Reading(**base, type=kind, subject="shipment", author=author, said_at=at, problems=(), said=said)


def _said(scope: str, action: str, told: str) -> Said:
    key, _, facts = told.partition("/")
    fields = dict(one.split("=") for one in facts.split(",") if one)
    return Said(key=key, scope=scope, action=action, facts=fields)


def fold(key: str, statements: Sequence[Statement]) -> list[Folded]:
    """Last said wins, field by field; a statement with a field ``explode`` cannot be folded; ``seq`` opens sequences."""
    sequences: dict[str, dict[str, str]] = {}
    lineage: dict[str, list[Witness]] = {}
    for one in statements:
        if not one.live or not one.admitted:
            continue
        if "explode" in one.facts:
            raise RuntimeError("fold exploded")
        number = one.facts.get("seq", "1")
        document = sequences.setdefault(number, {"key": f"{key}:{number}", "awb": key.removeprefix("awb:")})
        for name, value in one.facts.items():
            if name != "seq":
                document[name] = value
                lineage[f"/{name}"] = [Witness(message=one.message, partner=one.partner, author=one.author, value=value)]
    return [
        Folded(
            key=f"{key}:{number}",
            document=document,
            raw=json.dumps(document, sort_keys=True).encode(),
            lineage=lineage,
            conflicts={},
        )
        for number, document in sorted(sequences.items())
    ]


def plan(folded: Folded, partner: str, content: bytes | None = None, ordering: str = "parallel") -> DeliveryPlan:
    raw = folded.raw if content is None else content
    name = b"\x1f".join((partner.encode(), folded.key.encode(), raw))
    return DeliveryPlan(
        key=hashlib.blake2b(name, digest_size=16).hexdigest(),
        partner=partner,
        channel="main",
        target="fake:FAKE/1",
        shipment=folded.key,
        content=raw,
        ordering=ordering,
    )


def render(plan: DeliveryPlan, outgoing: Outgoing) -> Written:
    if b"unwritable" in plan.content:
        raise RuntimeError("render exploded")
    head = f"{outgoing.sender} {outgoing.message_id} {outgoing.control_reference} {outgoing.at.isoformat()} ".encode()
    return Written(raws=[head + plan.content])


class FakePartner:
    """A partner that keeps what it gets, and fails as told."""

    def __init__(self) -> None:
        self.got: list[Parcel] = []
        self.tried: list[Parcel] = []
        self.faults: list[Exception | None] = []
        self.gate: threading.Event | None = None

    def deliver(self, parcel: Parcel) -> Receipt:
        self.tried.append(parcel)
        if self.gate is not None:
            self.gate.wait(30)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.got.append(parcel)
        return Receipt(reference=f"got-{len(self.got)}")

    def close(self) -> None:
        return


class World:
    """The fakes of one test, and the line made of them."""

    def __init__(self, *partners: str, ordering: str = "parallel", **line: object) -> None:
        self.partners = {name: FakePartner() for name in partners}
        self.ordering = ordering
        self.line = Line(
            **{
                "understand": understand,
                "fold": fold,
                "admit": lambda said, partner, author: not author.startswith("stranger"),
                "route": lambda folded, previous: [plan(folded, name, ordering=self.ordering) for name in self.partners],
                "render": render,
                "open_sender": lambda partner, channel: self.partners[partner],
                **line,
            }
        )
