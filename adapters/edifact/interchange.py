"""Interchanges: bytes, whole or in chunks, to the layers and messages in them, with the checks of UNB, UNG, UNH and their ends.

Bytes are held as one character each (ISO 8859-1) while boundaries are looked for, because all service segments are ASCII
in every character set of the standard; each piece is decoded by its interchange's own set when it is handed out.
"""

import re
from collections.abc import Iterator

import msgspec

from adapters.edifact import scanner
from adapters.edifact.charset import CHARSETS, decode
from adapters.edifact.frames import delimiters_of, frame_of, habit, moment_text, said_at, version_of
from adapters.edifact.layers import Control, Found, Layers
from adapters.edifact.scanner import Raw
from adapters.edifact.service import ADVICE_LENGTH, DEFAULT, LEVEL_B
from hub.envelope import Part
from hub.problem import Code, Problem
from hub.syntax import Node

_BEGIN = re.compile(r"UNA.{6}\s*UNB|UNB[^A-Za-z0-9\s]|UNH\+", re.DOTALL)
_EMBEDDED = re.compile(r"CIM([A-Z]{3})")
_NEW = re.compile(r"UNA.{6}\s*UNB|UNB[^A-Za-z0-9\s]", re.DOTALL)


_FOLLOWS = re.compile(r"\s*[A-Z]{3}")
_SERVICE = re.compile(scanner.SERVICE)


class Interchanges(Layers):
    """The walk over a file. Frames, parts and problems come out in the order of the file."""

    def run(self) -> Iterator[Found]:
        """All there is. Never raises, whatever the bytes."""
        yield from self._mark()
        while True:
            self.window.skip()
            if self.window.ended():
                break
            yield from self._next()
        yield from self._close(None)

    def _mark(self) -> Iterator[Problem]:
        self.window.fill(4)
        self.window.drop_mark()
        self.window.skip()
        if self.window.ended():
            yield self._problem(Code.FILE_EMPTY, "the file has no content", None)

    def _next(self) -> Iterator[Found]:
        """One thing at the place we stand: an interchange's beginning, a service segment, a message, or what belongs nowhere."""
        self.window.fill(64)
        if self.interchange is None:
            self.window.drop_mark()
        text, position = self.window.text, self.window.position
        tag = text[position : position + 3]
        if _NEW.match(text, position) or tag == "UNA":
            yield from self._open()
        elif tag == "UNH" and text[position + 3 : position + 4] in (self.delimiters.data, self.delimiters.terminator):
            yield from self._message()
        elif self.interchange is None and not self.stray:
            yield from self._junk()
        elif tag in ("UNZ", "UNG", "UNE") and text[position + 3 : position + 4] in (
            self.delimiters.data,
            self.delimiters.terminator,
        ):
            yield from self._service(tag)
        else:
            yield from self._outside()

    def _open(self) -> Iterator[Found]:
        """UNA if there is one, then UNB."""
        yield from self._close("UNB")
        self.delimiters, self.version, self.encoding, self.number = DEFAULT, "3", "iso8859-1", 0
        text, position = self.window.text, self.window.position
        if text.startswith("UNA", position):
            yield from self._advice()
            self.window.skip()
            self.window.fill(64)
        elif text[position + 3 : position + 4] == LEVEL_B.data:
            self.delimiters = LEVEL_B
        if self.window.text.startswith("UNB", self.window.position):
            yield from self._header()
            return
        message = "UNA is not followed by UNB; its characters are used for the messages that come"
        yield self._problem(Code.EDI_UNB_ABSENT, message, "UNB", expected="UNB")
        self.stray = True

    def _advice(self) -> Iterator[Found]:
        """UNA. One with a character too many or too few is told, and the six before UNB are tried, then the usual ones."""
        text, position = self.window.text, self.window.position
        six = text[position + 3 : position + ADVICE_LENGTH]
        delimiters = delimiters_of(six)
        following = text.find("UN", position + 3, position + 2 * ADVICE_LENGTH)
        if delimiters is not None and _FOLLOWS.match(text, position + ADVICE_LENGTH):
            self.delimiters = delimiters
            self.window.take(ADVICE_LENGTH)
            return
        tried = delimiters_of(text[following - 6 : following]) if following >= position + ADVICE_LENGTH else None
        self.delimiters = tried or DEFAULT
        message = "UNA must have six characters, the separators all different, and UNB after it"
        yield self._problem(Code.EDI_UNA, message, "UNA", found=six, expected=self.delimiters.advice())
        self.window.take(following - position if following >= 0 else min(ADVICE_LENGTH, len(text) - position))

    def _header(self) -> Iterator[Found]:
        raw = self._raw()
        if raw is None:
            yield from self._truncated("UNB")
            return
        identifier, version = (*(one.text for one in raw.pieces[0].repetitions[0]), "", "")[:2] if raw.pieces else ("", "")
        self.version = version[:1] if version[:1].isdecimal() else "3"
        self.delimiters = self.delimiters.for_version(self.version)
        self.encoding = CHARSETS.get(identifier, "utf-8")
        node, faults = self._read(raw)
        self.number = 1
        yield frame_of(node)
        self.frames += 1
        self.interchange = Control(node.text("0020") or "")
        self.group, self.groups, self.stray = None, 0, False
        if identifier and identifier not in CHARSETS:
            message = f"{identifier!r} is no syntax identifier of the standard; read as UTF-8, else ISO 8859-1"
            yield self._problem(Code.EDI_CHARSET, message, "UNB", found=identifier, expected="UNOA … UNOY", element=1)
        yield from self._faults(raw, faults)
        if said_at(node) is None and "S004.0017" in node.elements and all(habit("UNB", one) for one in faults):
            message = "UNB's date and time are no moment"
            yield self._problem(Code.EDI_ELEMENT_FORMAT, message, "UNB", found=moment_text(node), element=4)
        yield from self._pass(raw.end)

    def _junk(self) -> Iterator[Found]:
        """Text outside any interchange: up to the next thing that looks like one."""
        window = self.window
        end = window.search(_BEGIN)
        message = "this is no part of an interchange and was passed over; an interchange begins with UNA or UNB"
        yield self._problem(Code.EDI_JUNK, message, None, found=window.text[window.position : min(end, window.position + 60)])
        yield from self._pass(end)
        if window.ended() and not self.frames:
            yield self._problem(Code.EDI_UNB_MISSING, "there is no UNB anywhere", "UNB", expected="UNB")

    def _service(self, tag: str) -> Iterator[Found]:
        raw = self._raw()
        self.number += 1
        if raw is None:
            yield from self._truncated(tag)
            return
        node, faults = self._read(raw)
        yield from self._faults(raw, faults)
        if tag == "UNG":
            yield from self._close_group("UNG")
            self.group, self.groups = Control(node.text("0048") or ""), self.groups + 1
        elif tag == "UNE":
            yield from self._group_end(node)
        else:
            yield from self._interchange_end(node)
        yield from self._pass(raw.end)

    def _group_end(self, node: Node) -> Iterator[Problem]:
        if self.group is None:
            yield self._problem(Code.EDI_UNG_MISSING, "UNE stands without UNG", "UNG", found="UNE", expected="UNG")
            return
        yield from self._compare(node, ("0060", self.group.counted, "0048", self.group.reference), "UNE", "messages of the group")
        self.group = None

    def _interchange_end(self, node: Node) -> Iterator[Problem]:
        yield from self._close_group("UNZ")
        if self.interchange is not None:
            counted, what = (self.groups, "groups") if self.groups else (self.interchange.counted, "messages")
            yield from self._compare(node, ("0036", counted, "0020", self.interchange.reference), "UNZ", what)
        self.interchange, self.stray = None, False

    def _compare(self, node: Node, facts: tuple[str, int, str, str], tag: str, what: str) -> Iterator[Problem]:
        count_name, counted, reference_name, reference = facts
        stated, given = node.elements.get(count_name), node.elements.get(reference_name)
        codes = (Code.EDI_UNZ_COUNT, Code.EDI_UNZ_REFERENCE) if tag == "UNZ" else (Code.EDI_UNE_COUNT, Code.EDI_UNE_REFERENCE)
        if stated is not None and stated.text.isdecimal() and int(stated.text[:20]) != counted:
            message = f"{tag} counts {stated.text} {what}, there are {counted}"
            yield self._problem(codes[0], message, tag, at=stated.offset, element=1, found=stated.text, expected=str(counted))
        if given is not None and given.text != reference:
            opening = "UNB" if tag == "UNZ" else "UNG"
            message = f"{tag}'s reference is not that of {opening}"
            yield self._problem(codes[1], message, tag, at=given.offset, element=2, found=given.text, expected=reference)

    def _close_group(self, came: str) -> Iterator[Problem]:
        if self.group is not None:
            yield self._problem(Code.EDI_UNE_MISSING, f"the group is not ended before {came}", "UNE", found=came, expected="UNE")
            self.group = None

    def _close(self, came: str | None) -> Iterator[Problem]:
        """An interchange that ends without UNZ."""
        if self.interchange is None:
            return
        yield from self._close_group(came or "the end of the file")
        before = came or "the end of the file"
        yield self._problem(
            Code.EDI_UNZ_MISSING, f"the interchange is not ended before {before}", "UNZ", found=came, expected="UNZ"
        )
        self.interchange = None

    def _message(self) -> Iterator[Found]:
        """One message: UNH, all up to the next service segment, and UNT if it comes."""
        if self.interchange is None and not self.stray:
            yield self._problem(
                Code.EDI_UNB_MISSING,
                "a message stands outside any interchange: there is no UNB",
                "UNB",
                found="UNH",
                expected="UNB",
            )
            self.stray = True
        raw = self._raw()
        if raw is None:
            yield from self._truncated("UNH")
            return
        values = [[one.text for one in piece.repetitions[0]] for piece in raw.pieces[:2]]
        reference = values[0][0] if values else ""
        kind = [*(values[1] if len(values) > 1 else []), "", "", ""]
        problems = self._reference(reference)
        embedded = _EMBEDDED.fullmatch(kind[0])
        if embedded is not None:
            yield from self._embedded(raw, reference, embedded[1], kind[1])
            return
        end = self._message_end(raw)
        text = self.window.text[self.window.position : end]
        segments = scanner.count(text, self.delimiters)
        yield from self._part(text, reference, (kind[0], version_of(kind)), problems)
        self.number += segments

    def _reference(self, reference: str) -> list[Problem]:
        control = self.group or self.interchange
        self._count()
        if control is None or not reference:
            return []
        if reference not in control.used:
            control.used.add(reference)
            return []
        message = "the message reference was used before in this interchange"
        return [
            msgspec.structs.replace(
                self._problem(Code.EDI_REFERENCE_DUPLICATE, message, "UNH", found=reference, element=1), segment_number=1
            )
        ]

    def _count(self) -> None:
        for control in (self.group, self.interchange):
            if control is not None:
                control.counted += 1

    def _message_end(self, raw: Raw) -> int:
        """Where the message ends: after its UNT, or before the service segment that came instead."""
        window = self.window
        patterns = scanner.patterns(self.delimiters)
        end = window.match(patterns.body, raw.end)
        end = scanner.skip(window.text, end)
        if window.text.startswith("UNT", end):
            closing = patterns.segment.match(window.text, end)
            return closing.end() if closing else len(window.text)
        return end if _SERVICE.match(window.text, end) else len(window.text)

    def _part(self, text: str, reference: str, kind: tuple[str, str], problems: list[Problem]) -> Iterator[Found]:
        decoded = decode(text, self.encoding)
        if decoded.fault is not None:
            yield self._undecodable(text, decoded.fault, decoded.encoding)
        where = self.window.where
        yield Part(
            format="edifact", type=kind[0], version=kind[1], text=decoded.text, line=where.line, column=where.column,
            offset=where.offset, frame=self.frames - 1 if self.interchange is not None else None, reference=reference,
            syntax=self.delimiters.advice() + self.version, encoding=decoded.encoding, byte_offset=where.byte, problems=problems,
        )  # fmt: skip
        self.window.take(len(text), decoded.text)

    def _embedded(self, raw: Raw, reference: str, type: str, version: str) -> Iterator[Found]:
        """A Cargo-IMP message between UNH and UNT, as it stands."""
        window = self.window
        yield from self._pass(raw.end)
        self.number += 1
        window.take_breaks()
        end = window.find_trailer(self.delimiters)
        text = window.text[window.position : end]
        body = text.rstrip("\r\n ").removesuffix(self.delimiters.terminator)
        decoded = decode(body, self.encoding)
        where = window.where
        yield Part(
            format="cargo-imp", type=type, version=version, text=decoded.text, line=where.line, column=where.column,
            offset=where.offset, frame=self.frames - 1 if self.interchange is not None else None, reference=reference,
            encoding=decoded.encoding, byte_offset=where.byte,
        )  # fmt: skip
        yield from self._pass(end)
        self.number += 1
        yield from self._embedded_end(reference)

    def _embedded_end(self, reference: str) -> Iterator[Found]:
        raw = None if self.window.ended() else self._raw()
        if raw is None or raw.tag != "UNT":
            yield self._problem(Code.EDI_UNT_MISSING, "the message has no UNT", "UNT", expected="UNT")
            return
        node, faults = self._read(raw)
        yield from self._faults(raw, faults)
        given = node.elements.get("0062")
        self.number += 1
        if given is not None and given.text != reference:
            message = "UNT's reference is not that of UNH"
            yield self._problem(
                Code.EDI_UNT_REFERENCE, message, "UNT", at=given.offset, element=2, found=given.text, expected=reference
            )
        yield from self._pass(raw.end)

    def _outside(self) -> Iterator[Found]:
        """Segments that belong to no message: told once, with the UNT that ends them if it comes."""
        window = self.window
        patterns = scanner.patterns(self.delimiters)
        self.number += 1
        end = window.match(patterns.body, window.position)
        first = window.text[window.position : window.position + 3]
        after = scanner.skip(window.text, end)
        if window.text.startswith("UNT", after) and (closing := patterns.segment.match(window.text, after)):
            end = closing.end()
            self._count()
        if end == window.position:
            yield from self._truncated(first)
            return
        segments = scanner.count(window.text[window.position : end], self.delimiters)
        code, segment = (
            (Code.EDI_UNH_MISSING, "UNH") if scanner.TAGGED.match(window.text, window.position) else (Code.EDI_SEGMENT_TAG, first)
        )
        message = f"{segments} segments stand outside any message and were passed over: there is no UNH before them"
        yield self._problem(
            code, message, segment, found=window.text[window.position : min(end, window.position + 60)], expected="UNH"
        )
        self.number += segments - 1
        yield from self._pass(end)
