"""The shape of a flight's list of consignments: every consignment beside the others, with its ULD and its point of unloading.

A pure pair of tree functions named by the FFM and FBL mappings; knows no text and no canonical model. Elements are shared, not
copied: a point of unloading told once is part of each consignment below it.
"""

from collections.abc import Iterator, Sequence

from hub.syntax import Element, Node

IDENTITY = ("type", "serial", "owner")
OF_THE_ULD = (*IDENTITY, "loading", "remarks")
QUANTITY = ("pieces", "weight_unit", "weight")
ULDS_PER_LINE = 3
LAST = "LAST"
FIRST = "1"


class Manifest:
    """The shape object: ``destination``, ``ULD`` and ``AWB`` nodes side by side in, the nested wire's nodes out."""

    def read(self, root: Node) -> Node:
        """Everything below the root. A line that could not be read makes no node: its fault has been told."""
        flat = [one for child in root.children for one in (_unloaded(child) if child.name == "destination" else [child])]
        return Node(root.name, root.elements, flat, root.line, root.column, root.offset)

    def write(self, root: Node) -> Node:
        """Consignments below their ULD, ULDs below their point of unloading; in the order told, bulk before ULDs."""
        heads = [_numbered(child) for child in root.all("head")]
        ends = list(root.all("end")) or [Node("end", {"code": Element(LAST)})]
        return Node(root.name, root.elements, [*heads, *_Nesting(root).destinations(), *_others(root), *ends])


def _unloaded(destination: Node) -> Iterator[Node]:
    yield Node("destination", destination.elements, [], destination.line, destination.column, destination.offset)
    unloading = destination.elements.get("unloading")
    for child in destination.children:
        if child.name == "AWB":
            yield from _consignment(child, unloading, None)
        elif child.name == "ULD":
            inside = [one for one in child.children if one.name != "AWB"]
            if child.elements:
                yield _copy(child, "ULD", _with(child.elements, unloading), inside)
            for one in child.all("AWB"):
                yield from _consignment(one, unloading, child if child.elements else None)
        else:
            yield child


def _consignment(line: Node, unloading: Element | None, uld: Node | None) -> Iterator[Node]:
    if not line.elements:
        return
    elements = _with(line.elements, unloading)
    codes = [child for child in line.children if child.name == "code"]
    children = [_gathered(child) for child in line.children if child.name != "code"]
    if codes:
        children.append(_copy(line, "special_handling", {}, codes))
    if uld is not None:
        elements = elements | {f"uld_{name}": element for name, element in _chosen(uld, IDENTITY).items()}
        children.append(_copy(uld, "uld", _chosen(uld, OF_THE_ULD) | _chosen(line, QUANTITY), []))
    yield _copy(line, "AWB", elements, children)


def _gathered(child: Node) -> Node:
    """The ULDs booked for one consignment as one list, however many lines they took."""
    if child.name != "ULD":
        return child
    units = [one for line in (child, *child.all("more_units")) for one in line.all("uld")]
    return _copy(child, "ULD", child.elements, units)


def _scattered(child: Node) -> Node:
    """And as many lines as they need."""
    units = child.children
    if child.name != "ULD" or len(units) <= ULDS_PER_LINE:
        return child
    lines = [units[at : at + ULDS_PER_LINE] for at in range(0, len(units), ULDS_PER_LINE)]
    return Node("ULD", child.elements, [*lines[0], *(Node("more_units", {}, line) for line in lines[1:])])


def _chosen(node: Node, names: Sequence[str]) -> dict[str, Element]:
    return {name: node.elements[name] for name in names if name in node.elements}


def _copy(node: Node, name: str, elements: dict[str, Element], children: list[Node]) -> Node:
    return Node(name, elements, children, node.line, node.column, node.offset)


def _with(elements: dict[str, Element], unloading: Element | None) -> dict[str, Element]:
    return elements if unloading is None else {**elements, "unloading": unloading}


def _numbered(head: Node) -> Node:
    """A list that is not told to be a part is the first and only one."""
    return head if "sequence" in head.elements else Node("head", {"sequence": Element(FIRST), **head.elements}, head.children)


def _others(root: Node) -> list[Node]:
    placed = {"head", "end", "destination", "ULD", "AWB"}
    return [child for child in root.children if child.name not in placed]


class _Nesting:
    """Puts flat nodes back under their points of unloading and ULDs; both are made where only a consignment names them."""

    def __init__(self, root: Node) -> None:
        self.points: dict[str, Node] = {}
        self.units: dict[tuple[str, ...], Node] = {}
        for node in root.all("destination"):
            self.points.setdefault(node.text("unloading") or "", Node("destination", node.elements))
        for node in root.all("ULD"):
            self._unit(node, node.text("unloading") or "")
        for node in root.all("AWB"):
            self._place(node)

    def destinations(self) -> list[Node]:
        """The points of unloading with all below them: ULDs behind the bulk."""
        for (point, *_), unit in self.units.items():
            self._point(point).children.append(unit)
        return list(self.points.values())

    def _point(self, name: str) -> Node:
        return self.points.setdefault(name, Node("destination", {"unloading": Element(name)} if name else {}))

    def _unit(self, node: Node, point: str) -> Node:
        self._point(point)
        elements = {name: element for name, element in node.elements.items() if name not in ("unloading", *QUANTITY)}
        return self.units.setdefault((point, *_identity(node)), Node("ULD", elements, list(node.children)))

    def _place(self, consignment: Node) -> None:
        point = consignment.text("unloading") or ""
        elements = {name: one for name, one in consignment.elements.items() if name != "unloading" and name[:4] != "uld_"}
        line = Node("AWB", elements, [_scattered(child) for child in consignment.children if child.name != "uld"])
        loaded = _loaded(consignment)
        holder = self._point(point) if loaded is None else self._unit(loaded, point)
        holder.children.append(line)


def _loaded(consignment: Node) -> Node | None:
    """The ULD a consignment is on: of those its waybill is told to be on, the one with the identity of this load."""
    told = {name: element for name in IDENTITY if (element := consignment.elements.get(f"uld_{name}"))}
    if not told:
        return None
    bare = Node("uld", told)
    return next((one for one in consignment.all("uld") if _identity(one) == _identity(bare)), bare)


def _identity(node: Node) -> tuple[str, ...]:
    return tuple(node.text(name) or "" for name in IDENTITY)


shape = Manifest()
