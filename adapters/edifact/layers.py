"""What the walk over interchanges stands on: the window, the charset and delimiters in force, and how a problem is told."""

from collections.abc import Iterable, Iterator

import msgspec

from adapters.edifact import element, scanner
from adapters.edifact.charset import decode
from adapters.edifact.directory import directory
from adapters.edifact.element import Fault
from adapters.edifact.frames import habit
from adapters.edifact.scanner import Raw
from adapters.edifact.service import DEFAULT, Delimiters
from adapters.edifact.window import Window
from hub.envelope import Frame, Part
from hub.problem import Code, Problem
from hub.syntax import Element, Node

Found = Frame | Part | Problem


class Control(msgspec.Struct):
    """An open interchange or group: its reference, what it counted, and the references already used in it."""

    reference: str
    counted: int = 0
    used: set[str] = msgspec.field(default_factory=set)


class Layers:
    """Where the walk stands, and the open interchange and group."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.window = Window(chunks)
        self.delimiters: Delimiters = DEFAULT
        self.version = "3"
        self.encoding = "iso8859-1"
        self.number = 0
        self.frames = 0
        self.interchange: Control | None = None
        self.group: Control | None = None
        self.stray = False
        self.groups = 0

    def _truncated(self, tag: str) -> Iterator[Found]:
        window = self.window
        found = window.text[window.position : window.position + 60]
        yield self._problem(
            Code.FILE_TRUNCATED,
            "the last segment is not ended: the file is cut off or its terminator is another",
            tag,
            found=found,
        )
        window.fill_all()
        yield from self._pass(len(window.text))

    def _raw(self) -> Raw | None:
        """The segment at this place, if it is ended."""
        end = self.window.segment(scanner.patterns(self.delimiters).segment)
        return None if end is None else scanner.cut(self.window.text, self.window.position, end, self.delimiters)

    def _read(self, raw: Raw) -> tuple[Node, list[Fault]]:
        service = directory("service_v4" if self.version >= "4" else "service_v3")
        node, faults = element.read(raw, service.segments[raw.tag], lambda text, offset: Element(text, 0, 0, offset))
        return node, faults

    def _faults(self, raw: Raw, faults: list[Fault]) -> Iterator[Problem]:
        for fault in faults:
            yield self._problem(
                Code.EDI_UNB_HABIT if habit(raw.tag, fault) else fault.code, f"{raw.tag}: {fault.message}", raw.tag,
                at=fault.offset, element=fault.element, component=fault.component, found=fault.found, expected=fault.expected,
            )  # fmt: skip

    def _pass(self, end: int) -> Iterator[Problem]:
        """Go on to a place of the window, decoding what is passed."""
        latin = self.window.text[self.window.position : end]
        decoded = decode(latin, self.encoding)
        if decoded.fault is not None:
            yield self._undecodable(latin, decoded.fault, decoded.encoding)
        self.window.take(end - self.window.position, decoded.text)

    def _undecodable(self, latin: str, fault: int, used: str) -> Problem:
        message = f"byte 0x{ord(latin[fault]):02X} is not of the declared character set ({self.encoding}); read as {used}"
        where = self.window.position + fault
        return self._problem(
            Code.FILE_ENCODING, message, None, at=where, found=f"0x{ord(latin[fault]):02X}", expected=self.encoding
        )

    def _problem(
        self, code: Code, message: str, segment: str | None, *, at: int | None = None,
        element: int | None = None, component: int | None = None, found: str | None = None, expected: str | None = None,
    ) -> Problem:  # fmt: skip
        line, column, offset, byte = self.window.place(self.window.position if at is None else at)
        return Problem(
            code=code, message=message, line=line, column=column, offset=offset, byte_offset=byte, segment=segment,
            segment_number=self.number or None, element=None if element is None else str(element), component=component,
            found=found, expected=expected,
        )  # fmt: skip
