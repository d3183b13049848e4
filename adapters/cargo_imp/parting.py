"""Writes a message about a flight in as many parts as its length needs, and its goods texts as short as they must be.

Knows the writer and the order of a flight's lines; knows no meaning. Source: reference/cargo-imp.md section 1 (Splitting).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapters.cargo_imp.notation import Field, captures
from adapters.cargo_imp.writing import LONGEST_MESSAGE, Writer
from hub.problem import Code, Problem
from hub.syntax import Element, Node

MOST_PARTS = 99
CONTINUED = "CONT"


@dataclass(frozen=True, kw_only=True)
class _Item:
    """What is never parted: a consignment with all its lines, or a point of unloading or ULD without any."""

    point: Node
    uld: Node | None = None
    consignment: Node | None = None


@dataclass(kw_only=True)
class _Part:
    items: list[_Item] = field(default_factory=list)
    length: int = 0


def written_in_parts(writer: Writer, root: Node) -> tuple[list[str], list[Problem]]:
    """The texts of the parts, each a message of its own, and what could not be written. One text where one is enough."""
    root, shortened = _shortened(writer, root)
    text, problems = writer.write(root)
    if _length(text) <= LONGEST_MESSAGE:
        return [text], [*shortened, *problems]
    found = [writer.write(part) for part in _parts(writer, root)]
    told = [one for _, several in found for one in several]
    many = [_too_many(len(found))] if len(found) > MOST_PARTS else []
    return [text for text, _ in found], [*shortened, *told, *many]


def _length(text: str) -> int:
    return len(text) + text.count("\n") + 2


def _parts(writer: Writer, root: Node) -> list[Node]:
    """The message taken apart behind as many items as a part holds; the mark of the whole ends the last."""
    scale = _Scale(writer, root)
    parts = [_Part(length=scale.bare)]
    for item in _items(root):
        if parts[-1].items and parts[-1].length + scale.cost(item, parts[-1].items[-1]) > LONGEST_MESSAGE:
            parts.append(_Part(length=scale.bare))
        before = parts[-1].items[-1] if parts[-1].items else None
        parts[-1].length += scale.cost(item, before)
        parts[-1].items.append(item)
    return [_message(root, part, at, last=at == len(parts) - 1) for at, part in enumerate(parts)]


def _items(root: Node) -> Iterator[_Item]:
    for point in root.all("destination"):
        held = [child for child in point.children if child.name in ("AWB", "ULD")]
        if not held:
            yield _Item(point=point)
        for child in held:
            if child.name == "AWB":
                yield _Item(point=point, consignment=child)
                continue
            loaded = list(child.all("AWB"))
            yield from (_Item(point=point, uld=child, consignment=one) for one in loaded)
            if not loaded:
                yield _Item(point=point, uld=child)


class _Scale:
    """How many characters an item takes, lines ends included, by writing it."""

    def __init__(self, writer: Writer, root: Node) -> None:
        self._writer, self._root = writer, root
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
        return _length(self._writer.write(_message(self._root, _Part(items=list(items)), 0, last=False))[0])


def _message(root: Node, part: _Part, at: int, *, last: bool) -> Node:
    ends = list(root.all("end")) if last else [Node("end", {"code": Element(CONTINUED)})]
    heads = [_following(head, at) for head in root.all("head")]
    return Node(root.name, root.elements, [*heads, *_points(part.items), *ends])


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
            lines = [child for child in item.uld.children if child.name != "AWB"]
            points[-1].children.append(Node("ULD", item.uld.elements, lines))
        if item.consignment is not None:
            holder = points[-1] if item.uld is None else points[-1].children[-1]
            holder.children.append(item.consignment)
        before = item
    return points


def _shortened(writer: Writer, root: Node) -> tuple[Node, list[Problem]]:
    """The message with goods texts that fit their line: slants as blanks, cut to length; each change is reported."""
    problems: list[Problem] = []
    most = _longest_goods(writer)

    def fitted(node: Node) -> Node:
        children = [fitted(child) for child in node.children] if node.name != "AWB" else node.children
        elements, told = node.elements, node.elements.get("goods")
        text = told.text.replace("/", " ")[:most].rstrip() if told is not None else None
        if node.name == "AWB" and told is not None and text and text != told.text:
            problems.append(_changed(told.text, text))
            elements = {**elements, "goods": Element(text)}
        return Node(node.name, elements, children)

    return fitted(root), problems


def _longest_goods(writer: Writer) -> int:
    found = (one for one in captures(writer.table.lines["AWB"].items) if isinstance(one, Field) and one.name == "goods")
    return sum(run.most for run in next(found).runs)


def _changed(told: str, text: str) -> Problem:
    return Problem(
        code=Code.NOT_EXPRESSIBLE,
        message=f"AWB: goods text {told!r} written as {text!r}: no slant and no more characters can stand there",
        segment="AWB",
        element="goods",
        found=told[:80],
        expected=text,
    )


def _too_many(count: int) -> Problem:
    return Problem(
        code=Code.IMP_MESSAGE_LENGTH,
        message=f"{count} parts, and a part's number has two digits: send fewer consignments in one message",
        found=str(count),
        expected=f"at most {MOST_PARTS}",
    )
