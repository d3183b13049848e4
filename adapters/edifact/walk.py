"""The walk through a message's structure: which group a segment belongs to, and what is missing or too many. Knows no element."""

import msgspec

from adapters.edifact.structure import Item, Missing, Step, Structure
from hub.syntax import Node


class Level(msgspec.Struct):
    """An open group: its node, the item that came last in it, and how often that came."""

    node: Node
    item: Item | None = None
    count: int = 0


class Accepted(msgspec.Struct, frozen=True):
    """A segment that has a place: what was missed before it, and the item that came more often than allowed, if so."""

    missing: tuple[Missing, ...]
    repeated: Item | None


CLEAN = Accepted((), None)


class Walk:
    """One message's walk. ``root`` grows as segments are accepted."""

    def __init__(self, structure: Structure, root: Node) -> None:
        self.structure = structure
        self.levels = [Level(root)]
        self.last: Item | None = None
        self.known = structure.steps

    def begin(self, node: Node) -> None:
        """Take the opening UNH, which is what makes it a message."""
        item = self.structure.root.items[0]
        self.levels[0] = Level(self.levels[0].node, item, 1)
        self.levels[0].node.children.append(node)
        self.last = item

    def accept(self, node: Node) -> Accepted | None:
        """Put a segment in its place; none when it has no place here, and then nothing changes."""
        if self.last is None:
            return None
        steps = self.known.get((id(self.last), node.name)) or self.structure.answer(self.last, node.name)
        if not steps:
            return None
        levels = self.levels
        for step in steps:
            counted = step.enter[0] if step.enter else step.item
            level = levels[step.keep - 1]
            if level.item is not counted or level.count < counted.times:
                return self._take(step, counted, level, node, fits=True)
        step = steps[0]
        return self._take(step, step.enter[0] if step.enter else step.item, levels[step.keep - 1], node, fits=False)

    def _take(self, step: Step, counted: Item, level: Level, node: Node, *, fits: bool) -> Accepted:
        levels = self.levels
        if len(levels) > step.keep:
            del levels[step.keep :]
        level.count = level.count + 1 if level.item is counted else 1
        level.item = counted
        for place, group in enumerate(step.enter, 1):
            opened = Node(group.name, {}, [], node.line, node.column, node.offset)
            levels[-1].node.children.append(opened)
            levels.append(Level(opened, step.enter[place] if place < len(step.enter) else step.item, 1))
        levels[-1].node.children.append(node)
        self.last = step.item
        if fits and not step.missing:
            return CLEAN
        return Accepted(step.missing, None if fits else counted)

    def unfinished(self) -> tuple[Missing, ...]:
        """The mandatory segments still owed, were the message to end here."""
        steps = self.structure.answer(self.last, "UNT") if self.last is not None else ()
        return steps[0].missing if steps else ()
