"""Our own messages for the tests of Cargo-IMP, and small steps that many of them take."""

from datetime import UTC, datetime
from pathlib import Path

from adapters.cargo_imp import build
from hub.envelope import Outgoing
from hub.syntax import Message

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "cargo_imp"
FORMAT = build()
BARE = Outgoing(message_id="m1", control_reference="1", at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC))


def fixture(name: str) -> str:
    """The text of ``fwb_17/full``."""
    return (FIXTURES / name / "input.txt").read_text("ascii")


def read(text: str) -> Message:
    """The only message of a text."""
    (part,) = FORMAT.split(text.encode("utf-8")).parts
    return FORMAT.read(part)


def changed(name: str, line: int, new: str | None) -> str:
    """A fixture with one line (from 1) replaced, or taken out."""
    lines = fixture(name).split("\n")
    lines[line - 1 : line] = [] if new is None else new.split("\n")
    return "\n".join(lines)


def whole(raws: list[bytes]) -> str:
    """Several messages of one tree (houses that go alone) as one text: the first lines and the master's line only once."""
    first, *others = [raw.decode().replace("\r\n", "\n").rstrip("\n") for raw in raws]
    return "\n".join([first, *("\n".join(other.split("\n")[2:]) for other in others)])
