"""Other charges with the line they stand on, and shipment references with their place: the smaller parts of a waybill's shape.

Pure tree functions; knows no text and no canonical model.
"""

from collections.abc import Iterable, Iterator, Sequence

from hub.syntax import Element, Node

REFERENCES = ("reference", "supplement_1", "supplement_2")
REPEATED = ("RTD", "OTH")


def gathered(children: Sequence[Node]) -> Sequence[Node]:
    """RTD or OTH sent again for each of its lines, as one with all of them."""
    names = [child.name for child in children]
    if all(names.count(name) < 2 for name in REPEATED):
        return children
    first: dict[str, Node] = {}
    kept = list[Node]()
    for child in children:
        before = first.get(child.name)
        if child.name not in REPEATED or before is None:
            one = Node(child.name, child.elements, list(child.children), child.line, child.column, child.offset)
            first[child.name] = one
            kept.append(one)
        else:
            before.children += child.children
    return kept


def numbered_charges(other: Node) -> Iterator[Node]:
    """Each charge with the payment and the number of its wire line."""
    for number, line in enumerate(other.children, 1):
        for charge in line.children:
            elements = {**line.elements, **charge.elements, "line": Element(str(number), line.line, line.column, line.offset)}
            yield Node("charge", elements, [], charge.line, charge.column, charge.offset)


def charge_lines(other: Node) -> list[Node]:
    """Charges of one number, payment and at most three stand on one line."""
    lines: list[Node] = []
    last: tuple[str | None, str | None] | None = None
    for charge in other.all("charge"):
        mark = (charge.text("line"), charge.text("payment"))
        if mark != last or len(lines[-1].children) == 3:
            payment = charge.elements.get("payment")
            lines.append(Node("charges", {"payment": payment} if payment else {}, []))
            last = mark
        elements = {name: one for name, one in charge.elements.items() if name not in ("line", "payment")}
        lines[-1].children.append(Node("charge", elements, []))
    return lines


def parts(reference: Node) -> Iterator[Node]:
    """The parts of a shipment reference, one node each; one behind an empty part says its place."""
    empty = False
    for place, name in enumerate(REFERENCES, 1):
        found = reference.elements.get(name)
        if found is None:
            empty = True
            continue
        here = {"place": Element(str(place), found.line, found.column, found.offset)} if empty else {}
        yield Node("part", {"value": found, **here}, [])


def placed(parts: Iterable[Node]) -> dict[str, Element]:
    """The parts of a shipment reference, each in its own place or in the next."""
    elements: dict[str, Element] = {}
    place = 0
    for part in parts:
        place = int(part.text("place") or place + 1)
        if place <= len(REFERENCES):
            elements[REFERENCES[place - 1]] = part.elements["value"]
    return elements
