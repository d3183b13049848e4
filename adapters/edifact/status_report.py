"""The shape of IFTSTA: its numbered groups as events, transports, equipment and goods, the same for every directory; and back.

Reading: every SG5 whose STS has a code is an ``event`` of its consignment, with ``transport``, ``equipment`` and ``goods``
(``several_goods`` where there is more than one, for then no single number of pieces stands for the event). References other
than waybills are ``reference`` nodes. Events of one CNI that name different waybills become consignments of their own.
Elements are shared, never copied, so that every value keeps its place. Knows the tree only, no canonical field.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from hub.syntax import Element, Node

WAYBILLS = ("AWB", "MWB")
NAMED = (*WAYBILLS, "HWB")
DOCUMENT = "C503.1004"
IATA = "3"
"""Code list responsible agency (3055) of the industry's own status codes."""


class StatusReport(msgspec.Struct, frozen=True, kw_only=True):
    """One directory's group names by what they hold, its status element, and the groups that only wrap one segment.

    ``wrapped`` (in an event) and ``wrapped_in_transport``: group name to segment tag; read as that segment, the rest below it.
    """

    groups: Mapping[str, str]
    status: str
    wrapped: Mapping[str, str] = MappingProxyType({})
    wrapped_in_transport: Mapping[str, str] = MappingProxyType({})

    def read(self, root: Node) -> Node:
        """Groups to events."""
        made = Node(root.name, root.elements, [], root.line, root.column, root.offset)
        for child in root.children:
            if child.name == "SG4":
                made.children.extend(self._consignments(child))
            elif child.name == "SG3":
                made.children.append(_like(child, "SG3", [_reference(one) for one in child.children]))
            else:
                made.children.append(child)
        return made

    def _consignments(self, group: Node) -> Iterator[Node]:
        """One consignment for every waybill its events name; events that name none go with the one before."""
        statuses = [self._event(status) for status in group.all("SG5")]
        waybills = {_waybill(event) for event in statuses} - {None}
        head = [_numbered(one, waybills) for one in group.children if one.name != "SG5"]
        waybill: str | None = None
        events: list[Node] = []
        for event in statuses:
            named = _waybill(event)
            if named is not None and waybill is not None and named != waybill:
                yield _like(group, "SG4", [*head, *events])
                events = []
            waybill = named or waybill
            events.append(event)
        yield _like(group, "SG4", [*head, *events])

    def _event(self, group: Node) -> Node:
        head = group.first("STS")
        coded = head is not None and f"C555.{self.status}" in head.elements
        goods = "goods" if sum(1 for one in group.children if self.groups.get(one.name) == "goods") == 1 else "several_goods"
        children: list[Node] = []
        for child in group.children:
            role = self.groups.get(child.name)
            if child.name in self.wrapped:
                children.extend(_unwrapped(child, self.wrapped[child.name]))
            elif role is not None:
                children.append(self._part(child, goods if role == "goods" else role))
            else:
                children.append(_reference(child))
        return _like(group, "event" if coded else "uncoded_event", children)

    def _part(self, group: Node, role: str) -> Node:
        inner: list[Node] = []
        for one in group.children:
            if role == "transport" and one.name in self.wrapped_in_transport:
                inner.extend(_unwrapped(one, self.wrapped_in_transport[one.name]))
            else:
                inner.append(_like(one, self.groups.get(one.name, one.name), one.children))
        return _like(group, role, inner)

    def write(self, root: Node) -> Node:
        """Events to groups, with what a status report must have: BGM, a consignment's number, the status category."""
        made = Node(root.name, dict(root.elements))
        if root.first("BGM") is None:
            made.children.append(Node("BGM", {"C002.1001": Element("44"), "1225": Element("9")}))
        numbers = {role: name for name, role in self.groups.items()}
        number = 0
        for child in root.children:
            if child.name != "SG4":
                made.children.append(child)
                continue
            number += 1
            made.children.append(self._group(child, number, numbers))
        return made

    def _group(self, consignment: Node, number: int, numbers: Mapping[str, str]) -> Node:
        head = consignment.first("CNI") or Node("CNI")
        head.elements.setdefault("1490", Element(str(number)))
        others = [one for one in consignment.children if one.name not in ("CNI", "event")]
        events = [self._status(one, numbers) for one in consignment.all("event")]
        return Node("SG4", {}, [head, *others, *events])

    def _status(self, event: Node, numbers: Mapping[str, str]) -> Node:
        head = event.first("STS")
        if head is not None:
            head.elements.setdefault("C601.9015", Element("1"))
            code = head.text(f"C555.{self.status}")
            if code is not None and not code.isdecimal():
                head.elements.setdefault("C555.3055", Element(IATA))
        return Node("SG5", {}, [self._written(one, numbers, self.wrapped) for one in event.children])

    def _written(self, node: Node, numbers: Mapping[str, str], wrapped: Mapping[str, str]) -> Node:
        for group, tag in wrapped.items():
            if node.name == tag:
                return Node(group, {}, [node])
        name = "RFF" if node.name == "reference" else numbers.get(node.name, node.name)
        if node.name not in numbers:
            return Node(name, node.elements, node.children)
        inner = self.wrapped_in_transport if node.name == "transport" else {}
        return Node(name, node.elements, [self._written(one, numbers, inner) for one in node.children])


def _like(node: Node, name: str, children: list[Node]) -> Node:
    return Node(name, node.elements, children, node.line, node.column, node.offset)


def _reference(node: Node) -> Node:
    """A reference that is no waybill's."""
    if node.name != "RFF" or node.text("C506.1153") in NAMED:
        return node
    return _like(node, "reference", node.children)


def _numbered(node: Node, waybills: set[str | None]) -> Node:
    """CNI with its document number as ``waybill`` where that is a waybill's and no event names another."""
    number = node.elements.get(DOCUMENT) if node.name == "CNI" else None
    digits = _digits(number.text) if number is not None else ""
    if number is None or len(digits) != 11 or not digits.isdecimal() or not waybills <= {digits}:
        return node
    others = {name: one for name, one in node.elements.items() if name != DOCUMENT}
    return Node("CNI", {**others, "waybill": number}, node.children, node.line, node.column, node.offset)


def _digits(text: str) -> str:
    return text.replace("-", "").replace(" ", "")


def _unwrapped(group: Node, tag: str) -> Iterator[Node]:
    """A group's one segment, with what else the group holds below it."""
    first = group.first(tag)
    if first is not None:
        yield _like(first, tag, [*first.children, *(one for one in group.children if one is not first)])


def _waybill(event: Node) -> str | None:
    for one in event.all("RFF"):
        if one.text("C506.1153") in WAYBILLS:
            return _digits(one.text("C506.1154") or "") or None
    return None


d96a = StatusReport(
    groups=MappingProxyType({"SG6": "transport", "SG7": "equipment", "SG9": "goods", "SG10": "measure"}),
    status="9011",
)
d01b = StatusReport(
    groups=MappingProxyType({"SG8": "transport", "SG10": "equipment", "SG12": "goods", "SG13": "measure"}),
    status="4405",
    wrapped=MappingProxyType({"SG6": "NAD"}),
    wrapped_in_transport=MappingProxyType({"SG9": "LOC"}),
)
