"""The shape of a waybill's charges: rate lines regrouped with the goods told under them, other charges with their wire line.

A pure pair of tree functions named by the FWB mappings; knows no text and no canonical model. The wire's own order of the goods
lines is kept (``sequence``) only where it is not the one :func:`_usual` gives, so that reading and writing undo each other.
"""

from collections.abc import Iterator, Sequence

from adapters.cargo_imp.fitting import wrapped
from adapters.cargo_imp.other_lines import charge_lines, gathered, numbered_charges, parts, placed
from hub.syntax import Element, Node

GOODS = ("NG", "NC", "NH", "ND", "NV", "NU", "NS", "NO", "service")
ORDER = ("goods", "NH", "ND", "NDA", "NV", "NU", "NS", "NO", "service")
SINGLE = frozenset({"NV", "NS", "NO", "NDA", "service"})
LONGEST_GOODS = 20
WEIGHT = ("weight_unit", "weight")
SERVED = "+service"
"""Ends the kind of a goods line that carries the service code behind its own text."""


class RateLines:
    """The shape object: ``read`` regroups, ``write`` lays out again."""

    def read(self, root: Node) -> Node:
        """RTD as ``entry`` nodes (``all``: the shipment's lists), OTH as ``charge`` nodes; elements are shared, not copied."""
        unit = next((node.elements.get("weight_unit") for node in root.all("AWB")), None)
        return _copy(root, [self._read(child, unit) for child in gathered(root.children)])

    def write(self, root: Node) -> Node:
        """The wire's nodes again."""
        return _copy(root, [self._write(child, root) for child in root.children])

    def _read(self, node: Node, unit: Element | None) -> Node:
        if node.name == "RTD":
            return _copy(node, _entries(node, unit))
        if node.name == "SRI":
            return _copy(node, list(parts(node)))
        return _copy(node, list(numbered_charges(node))) if node.name == "OTH" else node

    def _write(self, node: Node, root: Node) -> Node:
        if node.name == "RTD":
            entries = _with_goods(list(node.all("entry")) or _made(node, root), node)
            unit = next((one.text("weight_unit") for one in root.all("AWB")), None)
            laid = [line for entry in _renumbered(entries) for line in _laid(entry, unit)]
            return _copy(node, [*laid, *_untold(entries, node)])
        if node.name == "SRI":
            return Node("SRI", placed(node.all("part")), [])
        return _copy(node, charge_lines(node)) if node.name == "OTH" else node


def _copy(node: Node, children: list[Node]) -> Node:
    return Node(node.name, node.elements, children, node.line, node.column, node.offset)


# reading


def _entries(rtd: Node, unit: Element | None) -> list[Node]:
    entries: list[Node] = []
    wire: list[Node] = []
    for line in (one for one in rtd.children if one.elements or one.children):
        kind = _kind(line)
        if kind is None or not entries or _taken(entries[-1], line, kind):
            _close(entries, wire)
            wire = []
            entries.append(_opened(line, kind, unit, len(entries)))
        if kind is not None:
            _add(entries[-1], line, kind)
            wire.append(line)
    _close(entries, wire)
    return [*entries, _all(entries)] if entries else entries


def _kind(line: Node) -> str | None:
    """What a line tells of the goods; None for a rate line."""
    if line.name == "rate":
        return None
    if line.name in ("NG", "NC"):
        return "goods"
    return "NDA" if line.name == "ND" and "unavailable" in line.elements else line.name


def _taken(entry: Node, line: Node, kind: str) -> bool:
    """Whether the single place of what this line tells is already filled in the entry."""
    if kind == "goods":
        known = entry.elements.get("goods_kind")
        if known is not None and known.text != line.name:
            return True
    if "service_code" in line.elements and "service_code" in entry.elements:
        return True
    return kind in SINGLE and entry.first(kind) is not None


def _opened(line: Node, kind: str | None, unit: Element | None, before: int) -> Node:
    elements = dict(line.elements) if kind is None else {}
    if "line" in line.elements:
        elements["line"] = line.elements["line"]
    elements.setdefault("line", Element(str(before + 1), line.line, line.column, line.offset))
    if "chargeable_weight" in elements:
        elements["chargeable_unit"] = elements.get("weight_unit") or unit or Element("K", line.line, 1, line.offset)
    return Node("entry", elements, [], line.line, line.column, line.offset)


def _add(entry: Node, line: Node, kind: str) -> None:
    if kind == "goods":
        entry.elements.setdefault("goods_kind", Element(line.name, line.line, line.column, line.offset))
    if "service_code" in line.elements:
        entry.elements["service_code"] = line.elements["service_code"]
    entry.children.append(Node(kind, line.elements, [], line.line, line.column, line.offset))
    if kind == "NDA" and "weight" in line.elements:
        weight = {name: line.elements[name] for name in WEIGHT if name in line.elements}
        entry.children[-1] = Node(kind, {name: one for name, one in line.elements.items() if name not in weight}, [], line.line)
        entry.children.append(Node("ND", weight, [], line.line, line.column, line.offset))


def _weight_alone(node: Node) -> bool:
    """A weight told beside dimensions that are not available: an ND line without measures."""
    return node.name == "ND" and "weight" in node.elements and "length" not in node.elements


def _close(entries: list[Node], wire: Sequence[Node]) -> None:
    if not entries or not wire:
        return
    entry = entries[-1]
    told = [(_sequence_kind(line), line.text("line")) for line in wire]
    if told == list(_usual(entry)):
        return
    for line, (kind, number) in zip(wire, told, strict=True):
        elements = {"kind": Element(kind, line.line, line.column, line.offset)}
        if number is not None:
            elements["line"] = line.elements["line"]
        entry.children.append(Node("sequence", elements, [], line.line, line.column, line.offset))


def _sequence_kind(line: Node) -> str:
    served = line.name != "service" and "service_code" in line.elements
    name = "NDA" if _kind(line) == "NDA" else line.name
    return name + (SERVED if served else "")


def _usual(entry: Node) -> Iterator[tuple[str, str | None]]:
    """The order and numbers of goods lines when nothing else is said: by kind; the first one goes on the entry's own number."""
    goods_kind = entry.text("goods_kind") or "NG"
    names = [goods_kind if kind == "goods" else kind for kind in ORDER for one in entry.all(kind) if not _weight_alone(one)]
    if "service_code" in entry.elements and entry.first("service") is None:
        names.append("service")
    number = int(entry.text("line") or "1")
    rated = _has_rate(entry)
    for place, name in enumerate(names):
        yield name, (None if rated else str(number)) if place == 0 else str(number + place)


def _has_rate(entry: Node) -> bool:
    return any(name not in ("line", "goods_kind", "service_code", "chargeable_unit") for name in entry.elements)


def _all(entries: Sequence[Node]) -> Node:
    """All goods lines of the waybill, for the shipment's own lists."""
    told = [child for entry in entries for child in entry.children if child.name != "sequence"]
    return Node("all", {}, told)


# writing


def _made(rtd: Node, root: Node) -> list[Node]:
    """One entry for a shipment that has goods but no rate lines: its pieces and weight."""
    awb = root.first("AWB")
    elements = {"line": Element("1")}
    for name in ("pieces", "weight_unit", "weight"):
        found = awb.elements.get(name) if awb else None
        if found is not None:
            elements[name] = found
    return [Node("entry", elements, [])] if rtd.first("all") else []


def _with_goods(entries: list[Node], rtd: Node) -> list[Node]:
    """The shipment's own goods stand under the first entry when no entry tells any."""
    told = rtd.first("all")
    if told is None or not entries or any(entry.children for entry in entries):
        return entries
    first = Node("entry", dict(entries[0].elements), list(told.children))
    if told.first("goods") is not None:
        first.elements.setdefault("goods_kind", Element("NG"))
    return [first, *entries[1:]]


def _renumbered(entries: Sequence[Node]) -> Iterator[Node]:
    """Goods text on lines of their own length, and each entry behind the numbers of the one before it.

    An entry told on the wire keeps its lines and numbers; one that another format counted gets the next number that is free.
    """
    last = 0
    for entry in entries:
        if any(len(one.text("goods") or "") > LONGEST_GOODS for one in entry.all("goods")):
            entry = _copy(entry, [one for child in entry.children if child.name != "sequence" for one in _in_lines(child)])
        told = list(entry.all("sequence"))
        number = int(entry.text("line") or last + 1)
        if number <= last and not told:
            number = last + 1
            entry = Node(entry.name, {**entry.elements, "line": Element(str(number))}, entry.children)
        numbers = [one.text("line") for one in told] or [line for _, line in _usual(entry)]
        last = max([number, *(int(line) for line in numbers if line)])
        yield entry


def _in_lines(child: Node) -> list[Node]:
    text = child.text("goods") or ""
    if child.name != "goods" or len(text) <= LONGEST_GOODS:
        return [child]
    return [Node("goods", {"goods": Element(one)}) for one in wrapped(text, LONGEST_GOODS, len(text))]


def _untold(entries: Sequence[Node], rtd: Node) -> Iterator[Node]:
    """What the shipment tells of its goods and no entry does: left in the tree, so that the writer reports it."""
    all_goods = rtd.first("all")
    if all_goods is None:
        return
    told = {(child.name, _texts(child)) for entry in entries for child in entry.children}
    yield from (child for child in all_goods.children if (child.name, _texts(child)) not in told and child.elements)


def _texts(node: Node) -> frozenset[tuple[str, str]]:
    return frozenset((name, one.text) for name, one in node.elements.items() if name not in ("line", "service_code"))


def _rate(entry: Node, unit: str | None) -> dict[str, Element]:
    """The elements of the rate line. A chargeable weight in another unit than the line's own has no place there."""
    rate = {name: one for name, one in entry.elements.items() if name not in ("goods_kind", "service_code", "chargeable_unit")}
    told, own = entry.text("chargeable_unit"), entry.text("weight_unit") or unit
    if told is not None and own is not None and told != own and "chargeable_weight" in rate:
        rate["chargeable_unit"] = Element(told + rate.pop("chargeable_weight").text)
    return rate


def _laid(entry: Node, unit: str | None) -> Iterator[Node]:
    """The wire lines of an entry: the rate line, then the goods in their sequence."""
    rate = _rate(entry, unit)
    if _has_rate(entry):
        yield Node("rate", rate, [])
    told = [(line.text("kind") or "", line.text("line")) for line in entry.all("sequence")]
    left = _with_weight([child for child in entry.children if child.name != "sequence"])
    for kind, number in told or list(_usual(entry)):
        yield from _line(entry, left, kind, number)
    for child in left:
        yield Node(_wire_name(entry, child.name), dict(child.elements), [])


def _with_weight(told: list[Node]) -> list[Node]:
    """A weight told without measures stands on the line that says that there are none."""
    alone = next((child for child in told if _weight_alone(child)), None)
    if alone is None or not any(child.name == "NDA" for child in told):
        return told
    merged = [Node("NDA", {**alone.elements, **child.elements}, []) if child.name == "NDA" else child for child in told]
    return [child for child in merged if child is not alone]


def _line(entry: Node, left: list[Node], kind: str, number: str | None) -> Iterator[Node]:
    name = kind.removesuffix(SERVED)
    numbered = {} if number is None else {"line": Element(number)}
    service = entry.elements.get("service_code")
    if name == "service":
        left[:] = [child for child in left if child.name != "service"]
        if service is not None:
            yield Node("service", {**numbered, "service_code": service}, [])
        return
    found = next((child for child in left if name in (child.name, _goods_name(entry, child.name))), None)
    if found is None:
        return
    left[:] = [child for child in left if child is not found]
    elements = {key: one for key, one in found.elements.items() if key not in ("line", "service_code")}
    if kind != name and service is not None:
        elements["service_code"] = service
    yield Node(_wire_name(entry, found.name), {**numbered, **elements}, [])


def _goods_name(entry: Node, name: str) -> str:
    return (entry.text("goods_kind") or "NG") if name == "goods" else name


def _wire_name(entry: Node, name: str) -> str:
    return "ND" if name == "NDA" else _goods_name(entry, name)


shape = RateLines()
