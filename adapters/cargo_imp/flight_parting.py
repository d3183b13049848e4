"""Takes a message about a flight apart into as many as its length needs, each with its points of unloading and ULDs.

Knows the order of a flight's lines; knows no meaning and no layout. Source: reference/cargo-imp.md section 1 (Splitting).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from adapters.cargo_imp.parting import LONGEST_MESSAGE, size
from hub.syntax import Element, Node

CONTINUED = "CONT"


@dataclass(frozen=True, kw_only=True)
class _Item:
    """What is never parted: a consignment with all its lines, or a point of unloading or ULD without any. The ``uld`` holds its
    own lines only."""

    point: Node
    uld: Node | None = None
    consignment: Node | None = None


@dataclass(kw_only=True)
class _Part:
    items: list[_Item] = field(default_factory=list)
    length: int = 0


Text = Callable[[Node], str]
"""The text of a message, whatever its length."""


def flight_parts(text: Text, root: Node) -> list[Node]:
    """The message taken apart behind as many items as a part holds; the mark of the whole ends the last.

    A consignment that is longer than a part is a part of its own.
    """
    frame = _Frame(root)
    scale = _Scale(text, frame)
    parts = [_Part(length=scale.bare)]
    for item in _items(root):
        before = parts[-1].items[-1] if parts[-1].items else None
        cost = scale.cost(item, before)
        if before is not None and parts[-1].length + cost > LONGEST_MESSAGE:
            parts.append(_Part(length=scale.bare))
            cost = scale.cost(item, None)
        parts[-1].length += cost
        parts[-1].items.append(item)
    return [frame.message(part.items, at, last=at == len(parts) - 1) for at, part in enumerate(parts)]


def _items(root: Node) -> Iterator[_Item]:
    for point in root.all("destination"):
        held = [child for child in point.children if child.name in ("AWB", "ULD")]
        if not held:
            yield _Item(point=point)
        for child in held:
            if child.name == "AWB":
                yield _Item(point=point, consignment=child)
                continue
            uld = Node(child.name, child.elements, [line for line in child.children if line.name != "AWB"])
            loaded = list(child.all("AWB"))
            yield from (_Item(point=point, uld=uld, consignment=one) for one in loaded)
            if not loaded:
                yield _Item(point=point, uld=uld)


class _Frame:
    """What stands around the items of a message: its heads, and the mark at its end."""

    def __init__(self, root: Node) -> None:
        self._root, self._heads, self._ends = root, list(root.all("head")), list(root.all("end"))

    def message(self, items: Sequence[_Item], at: int, *, last: bool) -> Node:
        """A message of these items, the ``at``-th from 0."""
        ends = self._ends if last else [Node("end", {"code": Element(CONTINUED)})]
        heads = [_following(head, at) for head in self._heads]
        return Node(self._root.name, self._root.elements, [*heads, *_points(items), *ends])


class _Scale:
    """How many characters an item takes, lines ends included, by writing it."""

    def __init__(self, text: Text, frame: _Frame) -> None:
        self._text, self._frame = text, frame
        self._known: dict[tuple[int, int], int] = {}
        self.bare = self._of(())

    def cost(self, item: _Item, before: _Item | None) -> int:
        """The lines of the item that are new behind the one before it in the same part."""
        point = _Item(point=item.point)
        own = self._of((item,)) - self._shell(item)
        if before is None or before.point is not item.point:
            return own + self._shell(item) - self.bare
        return own + (self._shell(item) - self._shell(point) if before.uld is not item.uld else 0)

    def _shell(self, item: _Item) -> int:
        """The length of a message with this item's point of unloading and ULD, but not its consignment."""
        key = (id(item.point), id(item.uld))
        if key not in self._known:
            self._known[key] = self._of((_Item(point=item.point, uld=item.uld),))
        return self._known[key]

    def _of(self, items: Sequence[_Item]) -> int:
        return size(self._text(self._frame.message(items, 0, last=False)))


def _following(head: Node, at: int) -> Node:
    first = head.text("sequence") or "1"
    number = int(first) + at if first.isdecimal() else at + 1
    return Node(head.name, {**head.elements, "sequence": Element(str(number) if at else first)}, head.children)


def _points(items: Sequence[_Item]) -> list[Node]:
    """The items under their points of unloading and ULDs, each of those told once in a part."""
    points: list[Node] = []
    before: _Item | None = None
    for item in items:
        if before is None or before.point is not item.point:
            points.append(Node("destination", item.point.elements))
            before = None
        if item.uld is not None and (before is None or before.uld is not item.uld):
            points[-1].children.append(Node("ULD", item.uld.elements, [*item.uld.children]))
        if item.consignment is not None:
            holder = points[-1] if item.uld is None else points[-1].children[-1]
            holder.children.append(item.consignment)
        before = item
    return points
