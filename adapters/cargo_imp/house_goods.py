"""The shape of a house list: the goods of a house as one list, whether the wire told them on HBS alone or in TXT lines.

A pure pair of tree functions named by the FHL mappings; knows no text and no canonical model. Where TXT is there, the short
text of HBS is a summary beside it; where it is not, the text of HBS (and what was wrapped behind it) is all there is.
"""

from hub.syntax import Element, Node

SHORTEST = 15


class HouseGoods:
    """The shape object: ``goods`` nodes and ``HBS/summary`` in, TXT and ``HBS/goods`` out."""

    def read(self, root: Node) -> Node:
        """Each house with its goods as nodes of its own. Elements are shared, not copied."""
        return _copy(root, [_read(child) if child.name == "house" else child for child in root.children])

    def write(self, root: Node) -> Node:
        """The wire's nodes again."""
        return _copy(root, [_write(child) if child.name == "house" else child for child in root.children])


def _copy(node: Node, children: list[Node]) -> Node:
    return Node(node.name, node.elements, children, node.line, node.column, node.offset)


def _read(house: Node) -> Node:
    summary, wrapped, text = house.first("HBS"), list(house.all("goods_text")), house.all("TXT")
    short = summary.elements.get("goods") if summary else None
    lines = [line for one in text for line in one.children]
    told = [] if lines or short is None else [Node("goods", {"text": short})]
    goods = [*told, *(Node("goods", line.elements) for line in [*wrapped, *lines])]
    kept = [child for child in house.children if child.name not in ("TXT", "goods_text")]
    made = _copy(house, [*kept, *goods])
    if lines and summary is not None and short is not None:
        made.children = [
            Node("HBS", _renamed(summary, "goods", "summary"), []) if child is summary else child for child in made.children
        ]
    return made


def _renamed(node: Node, old: str, new: str) -> dict[str, Element]:
    return {new if name == old else name: one for name, one in node.elements.items()}


def _write(house: Node) -> Node:
    goods = [node.elements["text"] for node in house.all("goods") if "text" in node.elements]
    summary = house.first("HBS") or Node("HBS")
    elements = _renamed(summary, "summary", "goods")
    alone = "goods" not in elements and len(goods) == 1 and len(goods[0].text) <= SHORTEST
    if "goods" not in elements and goods:
        elements["goods"] = Element(goods[0].text[:SHORTEST].rstrip())
    kept = [Node("HBS", elements, []) if child is summary else child for child in house.children if child.name != "goods"]
    text = [] if alone or not goods else [Node("TXT", {}, [Node("text", {"text": one}) for one in goods])]
    return _copy(house, [*kept, *text])


shape = HouseGoods()
