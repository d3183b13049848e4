"""The shape of FFR and FFA: all units of ULD lines in one list, the parts of a shipment reference, and goods cut to their length.

A pure pair of tree functions named by the mappings; knows no text and no canonical model. What is cut off stands in a node that
no line takes, so the writer reports it.
"""

from collections.abc import Iterator

from adapters.cargo_imp.rate_lines import shape as reference_parts
from hub.syntax import Element, Node

LONGEST_GOODS = 15
UNITS_PER_LINE = 3


class Allocations:
    """The shape object."""

    def read(self, root: Node) -> Node:
        """``ULD/uld`` for every unit; ``SRI/part`` as in an air waybill message."""
        whole = reference_parts.read(root)
        return _copy(whole, [_united(child) if child.name == "ULD" else child for child in whole.children])

    def write(self, root: Node) -> Node:
        """The wire's nodes again; a number of units that nobody told is counted."""
        whole = reference_parts.write(root)
        return _copy(whole, [one for child in whole.children for one in _written(child)])


def _copy(node: Node, children: list[Node]) -> Node:
    return Node(node.name, node.elements, children, node.line, node.column, node.offset)


def _united(units: Node) -> Node:
    further = [unit for line in units.all("units") for unit in line.children]
    return _copy(units, [*units.all("uld"), *further])


def _written(child: Node) -> Iterator[Node]:
    if child.name == "ULD":
        yield _laid(child)
    elif child.name == "AWB":
        yield from _cut(child)
    else:
        yield child


def _laid(units: Node) -> Node:
    """At most three units a line."""
    told = list(units.all("uld"))
    further = [Node("units", {}, told[at : at + UNITS_PER_LINE]) for at in range(UNITS_PER_LINE, len(told), UNITS_PER_LINE)]
    elements = {"count": Element(str(len(told))), **units.elements}
    return Node("ULD", elements, [*told[:UNITS_PER_LINE], *further])


def _cut(consignment: Node) -> Iterator[Node]:
    goods = consignment.elements.get("goods")
    if goods is None or len(goods.text) <= LONGEST_GOODS:
        yield consignment
        return
    kept = goods.text[:LONGEST_GOODS].rstrip()
    yield Node("AWB", {**consignment.elements, "goods": Element(kept)}, consignment.children)
    yield Node("goods_cut_off", {"text": Element(goods.text[len(kept) :])}, [])


shape = Allocations()
