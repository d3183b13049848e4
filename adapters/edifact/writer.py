"""From a tree to an interchange: UNA, UNB, UNH, the segments, UNT, UNZ. What cannot be held is a problem, never cut."""

from collections.abc import Iterator
from datetime import UTC

import msgspec
from pydifact.segments import Segment

from adapters.edifact import element, wire
from adapters.edifact.directory import Directory, Layout, Position, directory
from adapters.edifact.service import DEFAULT
from adapters.edifact.structure import Item
from adapters.edifact.versions import tables
from hub.envelope import Outgoing, Written
from hub.problem import Code, Problem
from hub.syntax import Message, Node

ENCODING, IDENTIFIER, SYNTAX_VERSION = "iso8859-1", "UNOC", "3"
AGENCY = "UN"
ENVELOPE = ("UNH", "UNT")


class Body(msgspec.Struct):
    """The segments of one message without UNH and UNT, and what could not be written."""

    segments: list[Segment] = []
    problems: list[Problem] = []


def write(message: Message, outgoing: Outgoing) -> Written:
    """One message as an interchange of its own. With an error-level problem there are no bytes: nothing wrong is ever sent."""
    chosen = tables(message.type, message.version)
    if chosen is None or not chosen.exact:
        problem = Problem(
            code=Code.VERSION_UNSUPPORTED,
            message=f"there is no table to write {message.type} {message.version} by",
            found=f"{message.type} {message.version}",
        )
        return Written(raws=[], problems=[problem])
    body = Body()
    segments = directory(chosen.structure.directory)
    for node in _ordered(message.root, chosen.structure.root, body):
        _write_segment(node, segments, body)
    return interchange([(_kind(message), body.segments)], outgoing, body.problems)


def _kind(message: Message) -> list[str]:
    """S009 of a message: type, version, release, agency, and the association's code if the tree has one."""
    head = message.root.first("UNH")
    version, _, release = message.version.partition(".")
    association = (head.text("S009.0057") if head else None) or ""
    return [message.type, version, release, AGENCY, association]


def interchange(
    messages: list[tuple[list[str], list[Segment]]], outgoing: Outgoing, problems: list[Problem], version: str = SYNTAX_VERSION
) -> Written:
    """Put messages (S009 and segments) into their envelopes. Message references count from 1 within the interchange."""
    segments = [_header(outgoing, problems, version)]
    for number, (kind, body) in enumerate(messages, 1):
        segments.append(wire.segment("UNH", [str(number), kind]))
        segments.extend(body)
        segments.append(wire.segment("UNT", [str(len(body) + 2), str(number)]))
    segments.append(wire.segment("UNZ", [str(len(messages)), outgoing.control_reference]))
    if problems:
        return Written(raws=[], problems=problems)
    text = wire.serialize(segments, DEFAULT, advice=True)
    try:
        return Written(raws=[text.encode(ENCODING)])
    except UnicodeEncodeError as fault:
        return Written(raws=[], problems=[_unencodable(text, fault.start)])


def _unencodable(text: str, at: int) -> Problem:
    before = text[:at]
    line = before.count("\n") + 1
    return Problem(
        code=Code.NOT_EXPRESSIBLE,
        message=f"{text[at]!r} cannot be written in {IDENTIFIER} ({ENCODING})",
        segment=text.split("\n")[line - 1][:3],
        found=text[at],
        line=line,
    )


def _header(outgoing: Outgoing, problems: list[Problem], version: str) -> Segment:
    """UNB. Without a recipient (a conversion for no partner) the interchange is addressed to its own sender."""
    at = outgoing.at.astimezone(UTC)
    values: list[str | list[str]] = [
        [IDENTIFIER, version],
        _address(outgoing.sender),
        _address(outgoing.recipients[0] if outgoing.recipients else outgoing.sender),
        [at.strftime("%Y%m%d" if version >= "4" else "%y%m%d"), at.strftime("%H%M")],
        outgoing.control_reference,
    ]
    if outgoing.test:
        values += ["", "", "", "", "", "1"]
    layout = directory("service_v4" if version >= "4" else "service_v3").segments["UNB"]
    problems.extend(_envelope_faults(layout, values))
    return wire.segment("UNB", values)


def _address(party: str) -> list[str]:
    """S002, S003: the identification, and after a colon its qualifier and routing address if the partner has them."""
    return party.split(":") if party else [""]


def _envelope_faults(layout: Layout, values: list[str | list[str]]) -> Iterator[Problem]:
    for number, (position, value) in enumerate(zip(layout.positions, values, strict=False), 1):
        texts = value if isinstance(value, list) else [value]
        for one, text in zip(position.components, texts, strict=False):
            fault = element.wrong(one, text) if text else None
            if fault is None and not text and one.mandatory and position.mandatory:
                fault = (Code.EDI_ELEMENT_MISSING, "is mandatory and not given")
            if fault is not None:
                yield Problem(
                    code=fault[0],
                    message=f"UNB {one.number}: {fault[1]}",
                    segment="UNB",
                    element=str(number),
                    found=text,
                    expected=one.notation(),
                )


def _ordered(node: Node, group: Item, body: Body) -> Iterator[Node]:
    """The segments below a node in the order of its group; what is missing, too many or of no place is a problem."""
    known = {item.name for item in group.items}
    for child in node.children:
        if child.name not in known:
            message = f"{child.name} has no place in {group.name or 'the message'}"
            body.problems.append(Problem(code=Code.NOT_EXPRESSIBLE, message=message, segment=child.name))
    for item in group.items:
        if item.name in ENVELOPE:
            continue
        found = list(node.all(item.name))
        if len(found) > item.times or (item.mandatory and not found):
            message = f"{item.name} stands {len(found)} times in {group.name or 'the message'}, it must stand {_times(item)}"
            code = Code.NOT_EXPRESSIBLE if found else Code.WRITE_INCOMPLETE
            body.problems.append(Problem(code=code, message=message, segment=item.trigger, expected=_times(item)))
        for one in found:
            if item.items:
                yield from _ordered(one, item, body)
            else:
                yield one


def _times(item: Item) -> str:
    return f"{1 if item.mandatory else 0} to {item.times} times"


def _write_segment(node: Node, segments: Directory, body: Body) -> None:
    layout = segments.segments.get(node.name)
    if layout is None:
        message = f"segment {node.name} is not in {segments.name}"
        body.problems.append(Problem(code=Code.NOT_EXPRESSIBLE, message=message, segment=node.name))
        return
    known: set[tuple[int, str]] = set()
    values = [_position(node, position, known, body) for position in layout.positions]
    for holder, name in _all_elements(node):
        if (id(holder), name) not in known:
            message = f"{node.name} has no place for {name}"
            found = holder.elements[name].text
            body.problems.append(
                Problem(code=Code.NOT_EXPRESSIBLE, message=message, segment=node.name, element=name, found=found)
            )
    body.segments.append(wire.segment(node.name, values))


def _position(node: Node, position: Position, known: set[tuple[int, str]], body: Body) -> str | list[str]:
    texts: list[str] = []
    for one in position.components:
        holder = _holder(node, one.steps)
        text = (holder.text(one.name) if holder is not None else None) or ""
        if holder is not None:
            known.add((id(holder), one.name))
        fault = element.wrong(one, text) if text else None
        if fault is not None:
            message = f"{node.name} {one.number}: {fault[1]}"
            problem = Problem(
                code=Code.NOT_EXPRESSIBLE,
                message=message,
                segment=node.name,
                element=one.number,
                found=text,
                expected=one.notation(),
            )
            body.problems.append(problem)
        texts.append(text)
    return texts if position.composite else texts[0]


def _holder(node: Node, steps: tuple[tuple[str, int], ...]) -> Node | None:
    for name, occurrence in steps:
        same = list(node.all(name))
        if occurrence >= len(same):
            return None
        node = same[occurrence]
    return node


def _all_elements(node: Node) -> Iterator[tuple[Node, str]]:
    for one in node.walk():
        for name in one.elements:
            yield one, name
