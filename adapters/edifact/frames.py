"""What UNA, UNB and UNH say of themselves: delimiters, frame, time, version, and the two harmless habits of senders."""

from datetime import datetime

from adapters.edifact.element import Fault
from adapters.edifact.service import ADVICE_LENGTH, Delimiters, read_advice
from hub.envelope import Frame
from hub.problem import Code
from hub.syntax import Node


def delimiters_of(six: str) -> Delimiters | None:
    """The delimiters of UNA's six characters, if they can be."""
    if len(six) != ADVICE_LENGTH - 3:
        return None
    delimiters = read_advice(six)
    return delimiters if delimiters.distinct() else None


def habit(tag: str, fault: Fault) -> bool:
    """Whether a fault of UNB or UNG is one of two harmless habits: the other syntax version's date, and odd optional elements."""
    if fault.code not in (Code.EDI_ELEMENT_LENGTH, Code.EDI_ELEMENT_FORMAT) or tag not in ("UNB", "UNG"):
        return False
    if fault.element == 4 and fault.component == 1:
        return len(fault.found or "") in (6, 8) and (fault.found or "").isdecimal()
    return tag == "UNB" and (fault.element or 0) > 5


def version_of(kind: list[str]) -> str:
    return f"{kind[1]}.{kind[2]}" if kind[2] else kind[1]


def frame_of(node: Node) -> Frame:
    recipient = node.text("S003.0010")
    return Frame(
        layer="interchange", recipients=[recipient] if recipient else [], sender=node.text("S002.0004"),
        control_reference=node.text("0020"), said_at=said_at(node), author=node.text("S002.0004"),
        sender_qualifier=node.text("S002.0007"), recipient_qualifier=node.text("S003.0007"),
        priority=node.text("0029"), test=node.text("0035") == "1",
        syntax=":".join(filter(None, (node.text("S001.0001"), node.text("S001.0002")))) or None,
    )  # fmt: skip


def moment_text(node: Node) -> str:
    return ":".join(filter(None, (node.text("S004.0017"), node.text("S004.0019"))))


def said_at(node: Node) -> str | None:
    """UNB's date (YYMMDD, in version 4 CCYYMMDD) and time (HHMM) in ISO 8601; none when they are no moment."""
    date, time = node.text("S004.0017") or "", node.text("S004.0019") or ""
    if len(date) == 6:
        date = ("20" if date[:2] < "70" else "19") + date
    if len(date) != 8 or len(time) != 4 or not (date + time).isdecimal():
        return None
    return moment(date, time)


def moment(date: str, time: str) -> str | None:
    """CCYYMMDD and HHMM in ISO 8601, if there is such a moment."""
    try:
        return datetime.fromisoformat(f"{date}T{time}").isoformat(timespec="minutes")
    except ValueError:
        return None
