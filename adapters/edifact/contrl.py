"""CONTRL: the answer to an interchange, by the outcomes of its messages. Knows no meaning of any message.

Action codes (0083): 4 rejected, 7 acknowledged, 8 interchange received. Error codes (0085) stand in the column ``contrl`` of
mappings/codes/problem/edifact.toml. Source: ISO 9735-4 (syntax version 4), ISO 9735 CONTRL (version 3, UN/EDIFACT D.3).
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources

import msgspec
from pydifact.segments import Segment

from adapters.edifact import wire
from adapters.edifact.writer import interchange
from hub.envelope import Frame, Outgoing, Written
from hub.ports import Outcome
from hub.problem import Problem, Severity

REJECTED, ACKNOWLEDGED, RECEIVED = "4", "7", "8"
UNSPECIFIED = "18"
RECEIPT = "receipt"
"""``Outgoing.style`` of an answer that only confirms receipt (UCI with action code 8)."""

_ENVELOPE = frozenset({"UNA", "UNB", "UNZ"})


@lru_cache(maxsize=1)
def error_codes() -> Mapping[str, str]:
    """0085 by problem code."""
    codes: dict[str, str] = {}
    for name in ("common", "edifact"):
        text = resources.files("mappings").joinpath("codes", "problem", f"{name}.toml").read_text("utf-8")
        codes.update({row["code"]: row["contrl"] for row in tomllib.loads(text)["problem"] if "contrl" in row})
    return codes


def acknowledge(outcomes: Sequence[Outcome], outgoing: Outgoing) -> Written | None:
    """One CONTRL for the messages of one interchange; none without an interchange, and never for CONTRL alone."""
    told = [one for one in outcomes if one.type != "CONTRL"]
    frame = next((one.frame for one in told if one.frame is not None), None)
    if frame is None:
        return None
    version_4 = (frame.syntax or "").partition(":")[2] >= "4"
    kind = ["CONTRL", "4", "1", "UN"] if version_4 else ["CONTRL", "D", "3", "UN"]
    messages = [(kind, list(_body(frame, told, outgoing)))]
    return interchange(messages, _addressed(frame, outgoing), [], "4" if version_4 else "3")


def _addressed(frame: Frame, outgoing: Outgoing) -> Outgoing:
    """The answer goes back to the interchange's own sender, in test as that was."""
    back = _party(frame.sender, frame.sender_qualifier)
    own = _party(frame.recipients[0] if frame.recipients else "", frame.recipient_qualifier)
    return msgspec.structs.replace(
        outgoing,
        sender=own or outgoing.sender,
        recipients=[back] if back else outgoing.recipients,
        test=frame.test or outgoing.test,
    )


def _party(name: str | None, qualifier: str | None) -> str:
    return ":".join(filter(None, (name, qualifier)))


def _body(frame: Frame, outcomes: Sequence[Outcome], outgoing: Outgoing) -> Iterator[Segment]:
    fault = next((one for outcome in outcomes for one in _errors(outcome) if one.segment in _ENVELOPE), None)
    action = RECEIVED if outgoing.style == RECEIPT else ACKNOWLEDGED
    parties: list[str | list[str]] = [
        frame.control_reference or "",
        [frame.sender or "", frame.sender_qualifier or ""],
        [frame.recipients[0] if frame.recipients else "", frame.recipient_qualifier or ""],
    ]
    if fault is not None:
        yield wire.segment("UCI", [*parties, REJECTED, error_codes().get(fault.code, UNSPECIFIED), fault.segment or ""])
        return
    yield wire.segment("UCI", [*parties, action])
    if action == ACKNOWLEDGED:
        for outcome in outcomes:
            yield from _message(outcome)


def _message(outcome: Outcome) -> Iterator[Segment]:
    """UCM, and for a rejected message UCS and UCD for each fault, by segment."""
    version, _, release = outcome.version.partition(".")
    kind = [outcome.type, version, release, "UN"]
    if outcome.accepted:
        yield wire.segment("UCM", [outcome.reference, kind, ACKNOWLEDGED])
        return
    errors = sorted(
        _errors(outcome),
        key=lambda one: (one.segment_number or 0, int(one.element or 0) if (one.element or "").isdecimal() else 0),
    )
    codes = error_codes()
    general = [one for one in errors if one.segment_number is None]
    located = [one for one in errors if one.segment_number is not None]
    code = codes.get(general[0].code, UNSPECIFIED) if general else "" if located else UNSPECIFIED
    yield wire.segment("UCM", [outcome.reference, kind, REJECTED, code])
    for number in dict.fromkeys(one.segment_number for one in located):
        yield from _segment([one for one in located if one.segment_number == number], codes)


def _segment(faults: list[Problem], codes: Mapping[str, str]) -> Iterator[Segment]:
    """UCS carries the code of the segment's own fault; an element's fault is told in UCD."""
    whole = [one for one in faults if not (one.element or "").isdecimal()]
    yield wire.segment("UCS", [str(faults[0].segment_number), codes.get(whole[0].code, UNSPECIFIED) if whole else ""])
    for one in faults:
        if (one.element or "").isdecimal():
            place = [str(int(one.element or 0) + 1), str(one.component or "")]
            yield wire.segment("UCD", [codes.get(one.code, UNSPECIFIED), place])


def _errors(outcome: Outcome) -> list[Problem]:
    return [one for one in outcome.problems if one.severity is Severity.ERROR]
