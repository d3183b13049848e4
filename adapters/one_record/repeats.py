"""How much of a document its trees may repeat: all that they share, as long as together they stay a few times the document.

A shared object is shown under each that refers to it. Where that would be without end, every root may show as much as every
other, and what needs less leaves the rest to those that need more. Knows graphs and trees, no JSON.
"""

from collections.abc import Sequence

from adapters.one_record.frame import GROWTH, LIMIT_PATH, Framer, Named, Root
from adapters.one_record.graph import Graph, Link, Report, Subject
from adapters.one_record.scan import Lines
from adapters.one_record.vocabulary import vocabulary
from hub.problem import Code
from hub.syntax import Element, Node

SPARE, EACH = 4_000, 64
"""Values that the trees of a document may repeat however small it is, and those for each tree (a flight above each of its loads);
beyond that ``GROWTH`` times as many as the document has.
"""


CARRIERS = ("TransportMovement", "LoadingUnit", "Loading", "UnitComposition", "Composing")
"""Classes of objects that carry pieces of several waybills."""


def tree(graph: Graph, roots: Sequence[Root], root: Root, report: Report) -> tuple[Node, dict[str, Named], dict[str, Subject]]:
    """The tree of one of these roots, the classes of the subjects it shows, and how it shows them.

    All trees together cost a few times the document; what is left out is a problem.
    """
    alone, each = len(roots) == 1, _allowed(graph, roots) // len(roots)
    node, framer = _framed(graph, root, each, report.lines, alone=alone)
    if framer.spent and not alone:
        graph.share = graph.share or _share(graph, roots)
        node, framer = _framed(graph, root, graph.share, report.lines, alone=alone) if graph.share > each else (node, framer)
    if framer.spent:
        _name_carriers(node)
    if framer.cut:
        message = (
            f"Objects refer to each other deeper than {LIMIT_PATH} levels, or so often that the whole "
            "would be many times the document; "
            f"beyond that they are only named. Ask the sender to send them one by one."
        )
        report.add(Code.ONE_SHARED, message, root.subject.pointer, root.subject.offset)
    return node, framer.visited, framer.shown


def _name_carriers(node: Node) -> None:
    """Only name what an event happened to where the pieces that it carries are counted: a part of them is a wrong number."""
    for about in node.all("eventFor"):
        if any(vocabulary().is_a(about.text("@type") or "", base) for base in CARRIERS):
            about.children.clear()


def _allowed(graph: Graph, roots: Sequence[Root]) -> int:
    """The values that all trees of a document together may show again."""
    return SPARE + EACH * len(roots) + GROWTH * graph.size


def _share(graph: Graph, roots: Sequence[Root]) -> int:
    """The values that the tree of each root may show, beside those of the objects it is the first to reach."""
    left, short = _allowed(graph, roots), 0
    each = left // len(roots)
    for root in roots:
        counting = _Counting(graph, each + root.weight)
        counting.tree(root.subject)
        short += counting.spent
        left -= 0 if counting.spent else max(each - counting.budget, 0)
    return max(each, left // short) if short else each


class _Counting(Framer):
    """Counts what a tree shows, by the same rules, without its texts and places."""

    def __init__(self, graph: Graph, budget: int) -> None:
        super().__init__(graph, vocabulary(), Lines(starts=[0]), budget, alone=False)

    def element(self, text: str, pointer: str, offset: int) -> Element:
        """No place is looked for."""
        return _NOTHING

    def _identity(self, node: Node, subject: Subject, link: Link | None) -> None:
        """No name is shown."""


_NOTHING = Element("")


def _framed(graph: Graph, root: Root, share: int, lines: Lines, *, alone: bool) -> tuple[Node, Framer]:
    framer = Framer(graph, vocabulary(), lines, share + root.weight, alone=alone)
    return framer.tree(root.subject), framer
