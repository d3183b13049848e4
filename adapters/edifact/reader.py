"""One message: from the text UNH … UNT to the tree of its structure, reading on after each fault. Knows no meaning."""

import re

from adapters.edifact import element, scanner
from adapters.edifact.directory import Component, Directory, Layout, directory, quick_layouts
from adapters.edifact.element import Fault
from adapters.edifact.scanner import Raw
from adapters.edifact.service import from_part
from adapters.edifact.structure import Missing
from adapters.edifact.values import CHECKED, moment_fault, status_fault
from adapters.edifact.versions import Tables, tables
from adapters.edifact.walk import CLEAN, Accepted, Walk
from hub.envelope import Part
from hub.problem import Code, Problem
from hub.syntax import Element, Message, Node

_TAG = re.compile(r"[A-Z][A-Z0-9]{2}")
_OPENING = ("UNH", "UNT")
MAX_PROBLEMS = 1000
"""As many problems of one message are listed; the others are counted."""

APPROXIMATED = {
    Code.EDI_SEGMENT_MISSING,
    Code.EDI_SEGMENT_UNEXPECTED,
    Code.EDI_SEGMENT_REPEATED,
    Code.EDI_GROUP_REPEATED,
    Code.EDI_ELEMENT_MISSING,
    Code.EDI_ELEMENT_LENGTH,
    Code.EDI_ELEMENT_FORMAT,
    Code.EDI_ELEMENT_UNEXPECTED,
}
"""What may be right in the message's own directory when it was read with a neighbour's: told as an approximation."""


def read(part: Part) -> Message:
    """Read one message. Never raises: whatever the text, there is a message with problems."""
    return Reader(part, tables(part.type, part.version)).read()


class Reader:
    """The reading of one message: where it stands and what it found."""

    def __init__(self, part: Part, chosen: Tables | None) -> None:
        self.part = part
        self.text = part.text
        self.delimiters, version = from_part(part.syntax)
        self.service: Directory = directory("service_v4" if version >= "4" else "service_v3")
        self.exact = chosen is None or chosen.exact
        self.directory = directory(chosen.structure.directory) if chosen else None
        self.message = Message(format="edifact", type=part.type, version=part.version, root=Node(part.type or "message"))
        self.problems = self.message.problems
        self.quick = quick_layouts(self.directory, self.service, self.delimiters)
        self.walk = Walk(chosen.structure, self.message.root) if chosen else None
        self.line = part.line
        self.line_start = 1 - part.column
        self.start = 0
        self.mark = (0, 0)
        self.number = 0
        self.untold = 0
        self.ended = False

    def read(self) -> Message:
        """Read all segments."""
        self.problems.extend(self.part.problems)
        self._announce()
        position = self._gap(0)
        while position < len(self.text):
            position = self._segment(position)
        self._finish()
        return self.message

    def _announce(self) -> None:
        root = self.message.root
        root.line, root.column, root.offset = self.part.line, self.part.column, self.part.offset
        if self.walk is None:
            message = f"there is no table for type {self.part.type!r}; only the envelope was checked"
            self._report(Code.TYPE_UNKNOWN, message, 0, "UNH", found=self.part.type, number=1)
        elif not self.exact:
            near = self.walk.structure.version
            message = f"read with the nearest table, {self.part.type} {near}"
            self._report(Code.VERSION_APPROXIMATED, message, 0, "UNH", found=self.part.version, expected=near, number=1)

    def _gap(self, position: int) -> int:
        """Step over what stands between two segments; line breaks are free, other blanks are told."""
        text = self.text
        following = text[position : position + 2]
        if len(following) == 2 and following[0] == "\n" and following[1] > " ":
            self.line += 1
            self.line_start = position + 1
            return position + 1
        if following == "" or following > "!":
            return position
        end = scanner.skip(text, position)
        self._advance(position, end)
        self.start = end
        if end < len(text) and text[position:end].strip("\r\n"):
            message = "blanks or control characters before the segment; only a line break may stand between segments"
            self._report(
                Code.EDI_SEGMENT_BLANK, message, end, text[end : end + 3], found=repr(text[position:end]), number=self.number + 1
            )
        return end

    def _segment(self, position: int) -> int:
        self.start = position
        self.number += 1
        tag = self.text[position : position + 3]
        quick = self.quick[tag]
        if quick is not None:
            match = quick.match(self.text, position)
            if match is not None:
                node = self._node(tag, position, match, quick.names)
                if quick.homes and match.lastindex is not None:
                    self._homes(node, match, quick.homes)
                end = match.end()
                self._place(node, position, end)
                return self._gap(end)
        return self._closely(position, self._layout(tag))

    def _layout(self, tag: str) -> Layout | None:
        if self.directory is not None and (found := self.directory.segments.get(tag)) is not None:
            return found
        return self.service.segments.get(tag)

    def _node(self, tag: str, position: int, match: re.Match[str], names: tuple[str | None, ...]) -> Node:
        line, base = self.line, self.part.offset
        shift = 1 - self.line_start
        spans = match.regs
        elements: dict[str, Element] = {}
        for name, value, span in zip(names, match.groups()[: match.lastindex], spans[1:], strict=False):
            if value and name:
                start = span[0]
                elements[name] = Element(value, line, start + shift, start + base)
        return Node(tag, elements, [], line, position + shift, position + base)

    def _homes(self, node: Node, match: re.Match[str], homes: tuple[tuple[int, Component], ...]) -> None:
        for index, one in homes:
            if value := match[index]:
                element.home(node, one).elements[one.name] = self._locate(value, match.start(index))

    def _closely(self, position: int, layout: Layout | None) -> int:
        """A segment with released or folded characters, a fault, or no layout: read it the slow way."""
        match = scanner.patterns(self.delimiters).segment.match(self.text, position)
        if match is None or match.end() - position > scanner.MAX_SEGMENT:
            return self._unreadable(position, match)
        raw = scanner.cut(self.text, position, match.end(), self.delimiters)
        layout = layout if layout and layout.tag == raw.tag else self._layout(raw.tag)
        if not _TAG.fullmatch(raw.tag):
            message = "is no segment tag: three capital letters or digits; the segment was passed over"
            self._report(Code.EDI_SEGMENT_TAG, f"{raw.tag[:40]!r} {message}", position, raw.tag[:40], found=raw.tag[:40])
            self._unread(raw)
        elif layout is None:
            self._without_layout(raw)
        else:
            node, faults = element.read(raw, layout, self._locate)
            node.line, node.column, node.offset = self._where(position)
            for fault in faults:
                self._fault(raw.tag, fault)
            self._place(node, position, match.end())
        self._advance(position, match.end())
        return self._gap(match.end())

    def _unreadable(self, position: int, match: re.Match[str] | None) -> int:
        end = len(self.text) if match is None else match.end()
        code = Code.FILE_TRUNCATED if match is None else Code.EDI_SEGMENT_LENGTH
        message = "the segment is not ended" if match is None else f"the segment is longer than {scanner.MAX_SEGMENT} characters"
        self._report(
            code,
            f"{message}; it was passed over",
            position,
            self.text[position : position + 3],
            found=self.text[position:end][:60],
        )
        self.message.unread.append((self.line, self.text[position:end]))
        self._advance(position, end)
        return self._gap(end)

    def _without_layout(self, raw: Raw) -> None:
        if self.walk is None:
            node = element.generic(raw, self._locate)
            node.line, node.column, node.offset = self._where(raw.start)
            self.message.root.children.append(node)
            return
        self._unexpected(raw.tag, raw.start)
        self._unread(raw)

    def _place(self, node: Node, position: int, end: int) -> None:
        if self.ended:
            self._report(Code.EDI_SEGMENT_UNEXPECTED, "a segment stands after UNT", position, node.name)
        elif self.number == 1 and node.name == "UNH":
            (self.walk.begin(node) if self.walk else self.message.root.children.append(node))
        elif self.walk is None:
            self.message.root.children.append(node)
        else:
            accepted = self.walk.accept(node)
            if accepted is None:
                self._unexpected(node.name, position)
                self.message.unread.append((node.line, self.text[position:end]))
            elif accepted is not CLEAN:
                self._misplaced(accepted, node, position)
            if node.name in CHECKED:
                self._value(node)
        if node.name == "UNT":
            self._trailer(node, position)

    def _value(self, node: Node) -> None:
        """What no directory says but everyone must know: whether a DTM is a moment, whether a status has a counterpart."""
        told = moment_fault(node) if node.name == "DTM" else status_fault(node)
        if told is not None:
            code, at, message, number = told
            self._report(
                code, message, at.offset - self.part.offset, node.name, element=number[0], component=number[1], found=at.text
            )

    def _misplaced(self, accepted: Accepted, node: Node, position: int) -> None:
        self._owed(accepted.missing, position, node.name)
        if accepted.repeated is not None:
            item = accepted.repeated
            code = Code.EDI_GROUP_REPEATED if item.items else Code.EDI_SEGMENT_REPEATED
            what = f"group {item.name}" if item.items else f"segment {item.name}"
            self._report(
                code,
                f"{what} stands more often than {item.times} times here",
                position,
                node.name,
                expected=f"at most {item.times}",
            )

    def _owed(self, missing: tuple[Missing, ...], position: int, came: str) -> None:
        for one in missing:
            place = f" of group {one.group}" if one.group else ""
            message = f"mandatory segment {one.tag}{place} is missing before {came or 'the end'}"
            self._report(Code.EDI_SEGMENT_MISSING, message, position, one.tag, found=came, expected=one.tag)

    def _unexpected(self, tag: str, position: int) -> None:
        message = f"segment {tag} has no place here in {self.part.type} {self.part.version}; it was passed over"
        self._report(Code.EDI_SEGMENT_UNEXPECTED, message, position, tag, found=tag)

    def _unread(self, raw: Raw) -> None:
        self.message.unread.append((self.line, self.text[raw.start : raw.end]))

    def _trailer(self, node: Node, position: int) -> None:
        """UNT's count and reference. Leading zeros of the count are usual and no fault."""
        self.ended = True
        stated, reference = node.elements.get("0074"), node.elements.get("0062")
        if stated is not None and stated.text.isdecimal() and int(stated.text[:20]) != self.number:
            message = f"UNT counts {stated.text} segments, there are {self.number}"
            self._report_at(Code.EDI_UNT_COUNT, message, stated, 1, str(self.number))
        if reference is not None and reference.text != self.part.reference:
            message = "UNT's reference is not that of UNH"
            self._report_at(Code.EDI_UNT_REFERENCE, message, reference, 2, self.part.reference)

    def _finish(self) -> None:
        self.start = end = len(self.text)
        if not self.ended:
            if self.walk is not None:
                self._owed(self.walk.unfinished(), end, "")
            self._report(Code.EDI_UNT_MISSING, "the message has no UNT", end, "UNT", expected="UNT", number=self.number + 1)
        if self.untold:
            self.problems.append(
                Problem(code=Code.EDI_PROBLEMS_MANY, message=f"{self.untold} more problems of this message are not listed")
            )

    def _report_at(self, code: Code, message: str, at: Element, number: int, expected: str) -> None:
        self._report(code, message, at.offset - self.part.offset, "UNT", element=number, found=at.text, expected=expected)

    def _fault(self, tag: str, fault: Fault) -> None:
        self._report(
            fault.code, f"{tag}: {fault.message}", fault.offset, tag,
            element=fault.element, component=fault.component, found=fault.found, expected=fault.expected,
        )  # fmt: skip

    def _report(
        self, code: Code, message: str, position: int, segment: str, *,
        element: int | None = None, component: int | None = None, found: str | None = None, expected: str | None = None,
        number: int | None = None,
    ) -> None:  # fmt: skip
        if not self.exact and code in APPROXIMATED and segment not in _OPENING:
            code = Code.EDI_APPROXIMATION
        if len(self.problems) >= MAX_PROBLEMS:
            self.untold += 1
            return
        line, column, offset = self._where(position)
        self.problems.append(
            Problem(
                code=code, message=message, line=line, column=column, offset=offset, segment=segment,
                segment_number=self.number if number is None else number,
                element=None if element is None else str(element), component=component,
                found=found, expected=expected, byte_offset=self._byte(position),
            )
        )  # fmt: skip

    def _where(self, position: int) -> tuple[int, int, int]:
        """Line, column and offset in the file of a place at or after the beginning of this segment."""
        before = self.text.count("\n", self.start, position)
        start = self.text.rfind("\n", self.start, position) + 1 if before else self.line_start
        return self.line + before, position - start + 1, position + self.part.offset

    def _byte(self, position: int) -> int:
        mark, size = self.mark
        if self.start > mark:
            size += self._size(mark, self.start)
            self.mark = (self.start, size)
        return self.part.byte_offset + size + self._size(self.start, position)

    def _size(self, start: int, end: int) -> int:
        text = self.text[start:end]
        return len(text) if text.isascii() else len(text.encode(self.part.encoding or "utf-8", "surrogatepass"))

    def _locate(self, text: str, position: int) -> Element:
        line, column, offset = self._where(position)
        return Element(text, line, column, offset)

    def _advance(self, position: int, end: int) -> None:
        breaks = self.text.count("\n", position, end)
        if breaks:
            self.line += breaks
            self.line_start = self.text.rfind("\n", position, end) + 1
