"""UN/EDIFACT as a format of the hub: recognise, take apart, read, write, and say which tables there are."""

import re
from collections.abc import Iterable, Iterator, Sequence

from adapters.edifact import contrl, reader, writer
from adapters.edifact.describing import described
from adapters.edifact.interchange import Interchanges
from adapters.edifact.layers import Found
from adapters.edifact.versions import supported, tables
from hub.envelope import Frame, Outgoing, Part, Split, Written
from hub.layouts import LineLayout
from hub.ports import Outcome
from hub.problem import Code, Problem
from hub.syntax import Message

TITLES = {"IFTSTA": "International multimodal status report", "CONTRL": "Syntax and service report"}
MAX_FILE = 256 * 1024 * 1024
"""Largest file taken apart at once, in bytes; longer ones are read with :func:`stream`."""

_SURE = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n\t \x00]*(?:UNA.{6}[\r\n ]*)?UNB[+\x1d]", re.DOTALL)
_LIKELY = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n\t \x00]*(?:UNA|UNB[^A-Za-z0-9]|UNH\+|UNG\+)")
_SOMEWHERE = re.compile(rb"(?:UNA.{6}[\r\n ]*UNB|UNB\+UNO[A-Z]:\d|UNH\+[^+\r\n]{1,35}\+[A-Z0-9]{3,6}:)", re.DOTALL)


class Edifact:
    """The format. Holds nothing: every method is pure."""

    name = "edifact"

    def sniff(self, head: bytes) -> int:
        """100 for an interchange at the beginning, less for a bare message, and for UNB after other text."""
        if _SURE.match(head):
            return 100
        if _LIKELY.match(head):
            return 80
        return 55 if _SOMEWHERE.search(head[:4096]) else 0

    def split(self, raw: bytes) -> Split:
        """All interchanges of a file: their frames, messages and the problems of the envelopes."""
        if len(raw) > MAX_FILE:
            message = f"the file has {len(raw)} bytes, {MAX_FILE} are taken"
            return Split(format=self.name, problems=[Problem(code=Code.FILE_TOO_LARGE, message=message)])
        split = Split(format=self.name)
        kinds: dict[type, list[object]] = {Frame: split.frames, Part: split.parts, Problem: split.problems}  # type: ignore[dict-item]
        for found in stream([raw]):
            kinds[type(found)].append(found)
        return split

    def read(self, part: Part) -> Message:
        """One message to its tree."""
        return reader.read(part)

    def write(self, message: Message, outgoing: Outgoing) -> Written:
        """One tree as an interchange of its own."""
        return writer.write(message, outgoing)

    def supports(self) -> Sequence[tuple[str, str]]:
        """Types and versions with tables of their own."""
        return supported()

    def acknowledge(self, outcomes: Sequence[Outcome], outgoing: Outgoing) -> Written | None:
        """CONTRL for the messages of one interchange; none for a CONTRL."""
        return contrl.acknowledge(outcomes, outgoing)

    def title(self, type: str, version: str) -> str:
        """What the message is."""
        return TITLES.get(type, "")

    def describe(self, type: str, version: str) -> Sequence[LineLayout]:
        """The segments and groups of a message, with their data elements."""
        chosen = tables(type, version)
        return [] if chosen is None else list(described(chosen.structure))

    def table(self, type: str, version: str) -> tuple[str, str] | None:
        """Whose mapping reads this one."""
        chosen = tables(type, version)
        return None if chosen is None else (type, chosen.structure.mapping)


def stream(chunks: Iterable[bytes]) -> Iterator[Found]:
    """Frames, parts and problems of a file of any size, in its order; memory is that of the largest message."""
    return Interchanges(chunks).run()


def build() -> Edifact:
    """The format and acknowledger, for the registry."""
    return Edifact()
