"""The straight line, one function per arrow: bytes, layers, messages, trees, statements; and from a shipment to bytes.

Everything here is pure; the two transactions and the deliveries are the worker's. Knows formats only through their port.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from hub.canonical.awb import check_digit_fits
from hub.canonical.document import Document
from hub.canonical.settle import prepared, settle
from hub.declared import believable, declared_time, full_day
from hub.envelope import Envelope, Frame, Outgoing, Part, Split, Written
from hub.layouts import Tidier
from hub.logs import Log, origin
from hub.mapping import Carried, Expressed, Mappings
from hub.mapping import Mapping as Meaning
from hub.ports import Format, Misconfigured
from hub.position import Place
from hub.problem import Code, Problem, Profile, has_error
from hub.statement import Reading, Said, Understood, Unfit, piece_of
from hub.syntax import Message, Node
from hub.transforms import Context

_HEAD = 4096
_log = Log("pipeline")
_SURE = 90


class Line:
    """The pure part of the hub: what a file says, and how a shipment is said in a partner's format."""

    def __init__(self, *, formats: Mapping[str, Format], mappings: Mappings, max_bytes: int = 64 * 1024 * 1024) -> None:
        self.formats = formats
        self.mappings = mappings
        self.max_bytes = max_bytes

    # bytes → Envelope is hub.intake

    def recognise(self, raw: bytes) -> Format | None:
        """The format most sure of these bytes."""
        head = raw[:_HEAD]
        best, most = None, 0
        for name in self.formats:
            found = self.formats[name].sniff(head)
            if found > most:
                best, most = self.formats[name], found
            if most >= _SURE:
                break
        return best

    def tidier(self, raw: bytes) -> Tidier | None:
        """The format of these bytes, if it knows how a file of it is transmitted."""
        format = self.recognise(raw)
        return format if isinstance(format, Tidier) else None

    def split(self, raw: bytes) -> Split:
        """Envelope → messages with their place in the file; a problem when nothing can be made of it."""
        fault = _unusable(raw, self.max_bytes)
        if fault is not None:
            return Split(format="unknown", problems=[fault])
        format = self.recognise(raw)
        if format is None:
            return Split(format="unknown", problems=[_unrecognised(raw)])
        return format.split(raw)

    def read(self, part: Part) -> Message:
        """Message text → syntax tree with problems."""
        format = self.formats.get(part.format)
        if format is None:
            return Message(
                format=part.format, type=part.type, version=part.version, root=_nothing(), problems=[_no_adapter(part)]
            )
        return format.read(part)

    def meaning(self, message: Message) -> Meaning | None:
        """The mapping that reads this message, by its own or the nearest table."""
        table = self.formats[message.format].table(message.type, message.version) if message.format in self.formats else None
        return None if table is None else self.mappings.get(message.format, *table)

    def to_canonical(self, message: Message, reference: date) -> tuple[Carried, Meaning] | None:
        """Tree → statements, settled; None where there is no mapping."""
        mapping = self.meaning(message)
        if mapping is None:
            return None
        carried = mapping.to_canonical(message, Context(reference=reference))
        for said in carried.said:
            settle(said.facts)
        return carried, mapping

    def understand(self, envelope: Envelope, profile: Profile, as_of: date | None = None) -> Understood:
        """The whole pure line over one file. No input makes it raise."""
        try:
            split = self.split(envelope.raw)
        except Misconfigured:
            raise
        except Exception as fault:  # the boundary: a fault of ours must not lose the file
            split = Split(format="unknown", problems=[_internal(fault, None)])
        readings = [self._reading(at, part, split, envelope, profile, as_of) for at, part in enumerate(split.parts)]
        return Understood(format=split.format, frames=split.frames, readings=readings, problems=profile.weigh(split.problems))

    def _reading(
        self, ordinal: int, part: Part, split: Split, envelope: Envelope, profile: Profile, as_of: date | None
    ) -> Reading:
        frame = split.frames[part.frame] if part.frame is not None else None
        said_at = declared_time(frame, envelope.received_at) or believable(envelope.said_at, envelope.received_at)
        reference = full_day(frame) or as_of or (said_at or envelope.received_at).date()
        try:
            message = self.read(part)
            carried = self.to_canonical(message, reference)
        except Misconfigured:
            raise
        except Exception as fault:
            message = Message(format=part.format, type=part.type, version=part.version, root=_nothing(), problems=[])
            message.problems.append(_internal(fault, part))
            carried = None
        return _assemble(ordinal, part, frame, said_at, message, carried, profile, envelope.partner)

    # fold → route → from_canonical → write

    def render(self, target: str, document: Document, outgoing: Outgoing) -> Written:
        """A shipment (or the part of it a delivery carries) in a target's own bytes. Raises KeyError for an unknown target."""
        return self.write(target, self.express(target, document, outgoing.at.date()), outgoing)

    def express(self, target: str, document: Document, day: date) -> Expressed:
        """Shipment → tree; ``day`` is the reference day. Raises KeyError for an unknown target."""
        return self.express_all(target, {}, [document], day)

    def express_all(self, target: str, detail: Document, documents: Sequence[Document], day: date) -> Expressed:
        """What several shipments have in common and each of them → one tree: a manifest of its flight's loads.

        ``detail`` is what a message says of the flight itself (points of unloading, ULDs); without it, only what the loads tell
        is written. Raises KeyError for an unknown target.
        """
        mapping = self._writing(target)
        return mapping.from_canonicals(detail, [prepared(one) for one in documents], Context(reference=day))

    def subject(self, target: str) -> str:
        """What a target speaks of, in its mapping's words: a shipment, a flight, ULDs. Raises KeyError for an unknown target."""
        return self._writing(target).table.subject

    def _writing(self, target: str) -> Meaning:
        format, type, version = self.target(target)
        mapping = self.mappings.get(format.name, type, version)
        if mapping is None:
            raise KeyError(target)
        return mapping

    def write(self, target: str, expressed: Expressed, outgoing: Outgoing) -> Written:
        """Tree → bytes. The tree is only read, so one tree may be written to many partners."""
        format, type, version = self.target(target)
        message = Message(format=format.name, type=type, version=version, root=expressed.root)
        written = format.write(message, outgoing)
        return Written(raws=written.raws, problems=[*expressed.problems, *written.problems])

    def target(self, text: str) -> tuple[Format, str, str]:
        """``cargo-imp:FWB/17``, ``edifact:IFTSTA:D.96A``, ``one-record:Waybill`` as format, type, version. Raises KeyError."""
        name, _, rest = text.partition(":")
        format = self.formats[name]
        type, _, version = rest.replace("/", ":").partition(":")
        known = [pair for pair in format.supports() if pair[0] == type and version in ("", pair[1])]
        if not known:
            raise KeyError(text)
        return format, *known[-1]


def _nothing() -> Node:
    return Node(name="")


def _unusable(raw: bytes, limit: int) -> Problem | None:
    if not raw.strip():
        return Problem(code=Code.FILE_EMPTY, message="the file has no content", line=1, column=1, offset=0)
    if len(raw) > limit:
        return Problem(
            code=Code.FILE_TOO_LARGE,
            message=f"the file has {len(raw):,} bytes, the limit is {limit:,}; send it in parts or raise limits.max_bytes",
            found=str(len(raw)),
            expected=f"at most {limit}",
        )
    return None


def _unrecognised(raw: bytes) -> Problem:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _wide(raw)
    binary = b"\0" in raw[:_HEAD]
    return Problem(
        code=Code.FILE_BINARY if binary else Code.FORMAT_UNKNOWN,
        message="no format of ours begins like this: expected a Cargo-IMP identifier, a Type-B heading, UNA or UNB, or JSON-LD",
        line=1,
        column=1,
        offset=0,
        found=repr(raw[:24])[2:-1],
    )


def _wide(raw: bytes) -> Problem:
    return Problem(
        code=Code.FILE_BINARY,
        message="the file is in UTF-16: no format of ours is; send it in the format's own character set, or UTF-8",
        line=1,
        column=1,
        offset=0,
        found=repr(raw[:8])[2:-1],
        expected="one byte a letter",
    )


def _no_adapter(part: Part) -> Problem:
    message = f"no adapter for {part.format} is configured"
    return Problem(code=Code.FORMAT_UNKNOWN, message=message, line=part.line, column=part.column, offset=part.offset)


def _internal(fault: Exception, part: Part | None) -> Problem:
    _log.error("internal fault", fault=origin(fault), type=part.type if part else None)
    return Problem(
        code=Code.INTERNAL,
        message=f"our own fault while reading ({type(fault).__name__}); the bytes are kept, report it and replay",
        line=part.line if part else None,
        column=part.column if part else None,
        offset=part.offset if part else None,
    )


def _assemble(
    ordinal: int,
    part: Part,
    frame: Frame | None,
    said_at: datetime | None,
    message: Message,
    carried: tuple[Carried, Meaning] | None,
    profile: Profile,
    partner: str,
) -> Reading:
    found = list(message.problems)
    said: Sequence[Said] = ()
    if carried is not None:
        issuer = (frame.author if frame else None) or partner
        carried = (_issued(carried[0], issuer), carried[1])
        found.extend(_of_their_own(carried[0].problems, has_error(profile.weigh(message.problems))))
        found.extend(_check_digits(carried[0].said, found))
        said = carried[0].said
    problems = profile.weigh(sorted(found, key=lambda one: (one.offset is None, one.offset or 0)))
    unfit = _unfit(problems, message.units, said)
    readable = carried is not None and not has_error(problems) and (bool(said) or carried[1].table.subject != "shipment")
    return Reading(
        ordinal=ordinal,
        format=message.format,
        type=message.type,
        version=message.version,
        subject=carried[1].table.subject if carried else "unknown",
        author=frame.author if frame else None,
        said_at=said_at,
        frame=part.frame,
        reference=part.reference,
        text=part.text,
        line=part.line,
        offset=part.offset,
        problems=problems,
        not_carried=[*message.unread, *(carried[0].not_carried if carried else _all_of_it(message, problems))],
        said=said,
        detail=carried[0].detail if carried else {},
        mapping=carried[1].table.digest if carried else "",
        readable=readable or bool(unfit),
        unfit=unfit,
    )


def _of_their_own(problems: Sequence[Problem], refused: bool) -> list[Problem]:
    """Without the key that is missing only because a message is refused: one fault is told once."""
    return [one for one in problems if not (refused and one.code is Code.KEY_MISSING)]


def _unfit(problems: Sequence[Problem], units: Sequence[tuple[int, int]], said: Sequence[Said]) -> list[Unfit]:
    """The faulty pieces of a message, where all its errors stand in such and there is a sound one; else none."""
    starts = [first for first, _ in units]
    pieces: dict[int, Unfit] = {}
    for one in problems if units else ():
        if not has_error([one]):
            continue
        at = bisect(starts, one.line or 0) - 1
        if one.line is None or one.code is Code.IMP_LINE_MISSING or at < 0 or one.line > units[at][1]:
            return []
        pieces.setdefault(at, Unfit(problem=one, first=units[at][0], last=units[at][1]))
    found = list(pieces.values())
    return found if any("awb" in one.facts and piece_of(one, found) is None for one in said) else []


def _issued(carried: Carried, issuer: str) -> Carried:
    """Keys of houses and bookings that name no issuer are the author's own: two partners may count alike."""
    said = [_own(one, issuer) if "::" in one.key else one for one in carried.said]
    return msgspec.structs.replace(carried, said=said)


def _own(said: Said, issuer: str) -> Said:
    return msgspec.structs.replace(said, key=said.key.replace("::", f":{issuer}:", 1))


def _all_of_it(message: Message, problems: Sequence[Problem]) -> list[tuple[int, str]]:
    """Everything a message says that no mapping reads, where no problem refuses it: nothing is passed over in silence."""
    if has_error(problems):
        return []
    return [(one.line, one.text) for node in message.root.walk() for one in node.elements.values() if one.text]


def _check_digits(said: Sequence[Said], found: Sequence[Problem]) -> list[Problem]:
    """Waybill numbers whose check digit is wrong, unless the reader has said so already."""
    told = {one.line for one in found if one.code is Code.AWB_CHECK_DIGIT}
    problems = {}
    for one in said:
        awb = one.facts.get("awb")
        place = one.places.get("/awb") or Place(0, 0, 0)
        if awb and not check_digit_fits(awb) and place.line not in told:
            problems[awb] = Problem(
                code=Code.AWB_CHECK_DIGIT,
                message=f"{awb}: the last digit should be {int(awb[4:11]) % 7 if awb[4:11].isdigit() else '?'}",
                line=place.line or None,
                column=place.column or None,
                offset=place.offset,
                path=place.path or None,
                element="awb",
                found=awb,
                expected="first seven digits of the serial modulo 7",
            )
    return list(problems.values())
