"""Cargo-IMP as the hub sees it: recognise, split, read, write. Pure; the tables say what is well formed.

Knows no meaning of any message: that stands in ``mappings/cargo_imp``.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from adapters.cargo_imp import late
from adapters.cargo_imp.envelope import FIRST_LINE, FORMAT, ONE_LINE, split
from adapters.cargo_imp.layout import Table, differences, load, schema_names
from adapters.cargo_imp.mistaken import doubtful, meant
from adapters.cargo_imp.names import ANSWERS, CARGO_IMP, CUSTOMS, HANDLING, family
from adapters.cargo_imp.reading import Reader, Reading
from adapters.cargo_imp.recovery import BLANKS
from adapters.cargo_imp.reporting import SMALL_LETTERS
from adapters.cargo_imp.text import decode
from adapters.cargo_imp.typeb import enveloped
from hub.envelope import Outgoing, Part, Split, Written
from hub.layouts import LineLayout
from hub.ports import Outcome
from hub.problem import Code, Fix, Problem
from hub.syntax import Message, Node

if TYPE_CHECKING:
    from adapters.cargo_imp.writing import Writer

_KNOWN = re.compile(r"^[\x01\x02 ]*(?:" + "|".join(sorted(CARGO_IMP | CUSTOMS)) + r")/[0-9]{1,3}[\x03 \r]*$", re.MULTILINE)
_BARE = re.compile(
    r"^[\x01\x02 ]*(?:" + "|".join(sorted(CARGO_IMP)) + r")(?:/[0-9]{0,3})?[ \r]*\n\s*(?:MBI/)?[0-9]{3}-[0-9]{8}",
    re.MULTILINE | re.I,
)
_UNVERSIONED = re.compile(r"^[\x01\x02 ]*(?:FMA|FSR|FMB|FNA)[ \r]*$", re.MULTILINE)
_SHORTHAND = re.compile(r"^(?:" + "|".join(sorted(CARGO_IMP)) + r")/[0-9]{1,3} +[0-9]{3}-[0-9]{8}", re.MULTILINE)
_HANDLING = re.compile(r"^[\x01\x02 ]*(?:" + "|".join(sorted(HANDLING)) + r")[ \r]*$", re.MULTILINE)
_HEADING = re.compile(r"^\.[A-Z][A-Z0-9]{6} [0-9]{6}", re.MULTILINE)
_ANY_NAME = re.compile(r"\s*[A-Z]{3}/[0-9]{1,3}\s*$", re.MULTILINE)


class CargoImp:
    """The format object: one per process is enough, it holds compiled tables only."""

    name = FORMAT

    def __init__(self) -> None:
        self._tables: dict[tuple[str, str], Table] = {}
        self._readers: dict[tuple[str, str], Reader] = {}
        self._writers: dict[tuple[str, str], Writer] = {}

    def sniff(self, head: bytes) -> int:
        """0 to 100: a message's first line is nearly certain, a Type-B heading alone is likely."""
        text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
        if text.lstrip()[:1] in ("<", "{", "[") or text.lstrip()[:3] in ("UNA", "UNB"):
            return 0
        if "\n" not in text:
            text = text.replace("\r", "\n")
        grades = ((_KNOWN, 95), (_UNVERSIONED, 90), (_SHORTHAND, 85), (_BARE, 80), (_HANDLING, 60), (_HEADING, 45))
        return next((grade for pattern, grade in grades if pattern.search(text)), 20 if _ANY_NAME.match(text) else 0)

    def split(self, raw: bytes) -> Split:
        """Type-B headings and messages, each with its place; ``said_at`` of a frame is ``--DDTHH:MM`` (no month on the wire)."""
        return split(decode(raw))

    def read(self, part: Part) -> Message:
        """The tree of one message and all that is wrong with it."""
        first, _, body = part.text.partition("\n")
        first = first.rstrip(BLANKS)
        known = self.table(part.type, part.version)
        if known is None or FIRST_LINE.fullmatch(first) is None:
            foreign = ONE_LINE.fullmatch(first) is not None
            return self._refused(part, _shorthand(part, first) if foreign else _unknown(part, first))
        reading = self._read(known, body, part.line + 1, part.offset + part.text.find("\n") + 1 if body else part.offset)
        message = late.message(FORMAT, part.type, part.version, reading.root, len(body))
        message.unread = reading.unread
        if reading.problems:
            message.problems = _of_this_message(part.type, reading.root, reading.problems)
        if reading.table.unit and reading.whole:
            message.units = _units(reading)
        if known[1] != part.version:
            message.problems.insert(0, _approximated(part, known[1], first))
        if first != first.upper():
            message.problems.insert(0, _small_letters(part, first))
        return message

    def write(self, message: Message, outgoing: Outgoing) -> Written:
        """The wire text by the same table, in the envelope ``outgoing.style`` names (``bare`` or ``type-b``)."""
        known = self.table(message.type, message.version)
        if known is None:
            what = f"{message.type}/{message.version}"
            return Written(
                raws=[], problems=[Problem(code=Code.VERSION_UNSUPPORTED, message=f"no layout to write {what}", found=what)]
            )
        texts, problems = self.writer(*known).write(message.root)
        made = [enveloped(text, outgoing) for text in texts]
        return Written(raws=[raw for raw, _ in made], problems=problems + made[0][1])

    def acknowledge(self, outcomes: Sequence[Outcome], outgoing: Outgoing) -> Written | None:
        """FMA or FNA for each message of an envelope; never for an FMA or FNA."""
        from adapters.cargo_imp.acknowledging import acknowledge

        return acknowledge(outcomes, outgoing)

    def tidy(self, text: str) -> Sequence[Fix]:
        """Lines that end with CRLF and nothing before it."""
        from adapters.cargo_imp.tidying import tidy

        return list(tidy(text))

    def title(self, type: str, version: str) -> str:
        """The table's own title."""
        return self._table((type, version)).title

    def describe(self, type: str, version: str) -> Sequence[LineLayout]:
        """The lines of a table, with all their elements."""
        from adapters.cargo_imp.describing import described

        return list(described(self._table((type, version))))

    def supports(self) -> Sequence[tuple[str, str]]:
        """The types and versions with a table of their own."""
        return self._supported

    def table(self, type: str, version: str) -> tuple[str, str] | None:
        """Itself, else the next newer version there is, else the newest."""
        key = (type, version)
        if key in self._tables or key in self._supported:
            return key
        versions = sorted(int(one) for name, one in self._supported if name == type)
        if not versions:
            return None
        asked = int(version) if version.isdigit() else versions[-1]
        return type, str(next((one for one in versions if one >= asked), versions[-1]))

    def reader(self, type: str, version: str) -> Reader:
        """The reader of a supported type and version, compiled when first used."""
        key = (type, version)
        if key not in self._readers:
            self._readers[key] = Reader(self._table(key))
        return self._readers[key]

    def writer(self, type: str, version: str) -> "Writer":
        """The writer of a supported type and version."""
        key = (type, version)
        if key not in self._writers:
            from adapters.cargo_imp.writing import Writer

            self._writers[key] = Writer(self._table(key))
        return self._writers[key]

    def _read(self, known: tuple[str, str], body: str, line: int, offset: int) -> Reading:
        reader = self.reader(*known)
        reading = reader.read(body, line, offset)
        if not reading.problems or not reader.table.mistaken or not doubtful(reading):
            return reading
        return meant(reading, self.reader(known[0], reader.table.mistaken).read(body, line, offset))

    def _table(self, key: tuple[str, str]) -> Table:
        if key not in self._tables:
            self._tables[key] = load(f"{key[0].lower()}_{key[1]}")
        return self._tables[key]

    @cached_property
    def _supported(self) -> tuple[tuple[str, str], ...]:
        split_names = (name.partition("_") for name in schema_names())
        return tuple((type.upper(), version) for type, _, version in split_names)

    def _refused(self, part: Part, problem: Problem) -> Message:
        root = Node(part.type, line=part.line, column=part.column, offset=part.offset)
        text = part.text.strip(BLANKS + "\n")
        return Message(
            format=FORMAT,
            type=part.type,
            version=part.version,
            root=root,
            problems=[problem],
            unread=[(part.line, text)] if text else [],
        )


def _units(reading: Reading) -> list[tuple[int, int]]:
    """Where the units of a message of several begin and end."""
    return [_span(node) for node in reading.root.walk() if node.name == reading.table.unit]


def _of_this_message(type: str, root: Node, problems: list[Problem]) -> list[Problem]:
    """Without what is no fault of the message: the faults of one it quotes, and lines that stand in another part of it."""
    if type in ANSWERS:
        quoted = next((node.line for node in root.walk() if node.name == "received"), None)
        return [one for one in problems if quoted is None or (one.line or 0) < quoted or _stands_for(one, quoted)]
    if root.first("PART") is None:
        return problems
    first = root.children[0].name
    return [one for one in problems if one.code is not Code.IMP_LINE_MISSING or one.segment == first]


def _span(node: Node) -> tuple[int, int]:
    return node.line, max(one.line for one in node.walk())


def _stands_for(problem: Problem, quoted: int) -> bool:
    """Whether the quoted message came in the place of a line the answer itself should have."""
    return problem.code is Code.IMP_LINE_MISSING and problem.line == quoted


def _shorthand(part: Part, first: str) -> Problem:
    column = len(first.partition(" ")[0])
    return Problem(
        code=Code.IMP_NOTATION_FOREIGN,
        message="a whole message on one line is documentation shorthand, not the wire format: each line ends with CRLF",
        line=part.line,
        column=part.column + column,
        offset=part.offset + column,
        segment=part.type,
        found=first[column : column + 40],
        expected="end of line after the version",
    )


def _unknown(part: Part, first: str) -> Problem:
    return Problem(
        code=Code.TYPE_UNKNOWN,
        message=f"{part.type} is {family(part.type)}",
        line=part.line,
        column=part.column,
        offset=part.offset,
        segment=part.type,
        found=first[:40],
        expected="a type this hub has a layout for",
    )


def _small_letters(part: Part, first: str) -> Problem:
    kind = differences()[SMALL_LETTERS]
    fix = Fix(
        text=first.upper(), reason="identifier in capitals", line=part.line, column=part.column, offset=part.offset, found=first
    )
    return Problem(
        code=Code(kind.code),
        message=f"{kind.says} (difference {kind.number})",
        line=part.line,
        column=part.column,
        offset=part.offset,
        segment=part.type,
        found=first[:20],
        expected=first[:20].upper(),
        fix=fix,
    )


def _approximated(part: Part, nearest: str, first: str) -> Problem:
    """An older version than one there is a layout for is near it; a newer one than the last there ever was is none."""
    newer = part.version.isdigit() and int(part.version) > int(nearest) > 0
    unknown = "no version we know: it was " if newer else ""
    told = f"{part.type}/{part.version}" if part.version else f"{part.type} without a version"
    return Problem(
        code=Code.VERSION_UNSUPPORTED if newer else Code.VERSION_APPROXIMATED,
        message=f"{told} is {unknown}read by the layout of version {nearest}",
        line=part.line,
        column=part.column,
        offset=part.offset,
        segment=part.type,
        found=first[:20],
        expected=f"{part.type}/{nearest}",
    )
