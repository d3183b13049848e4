"""A line made ready for writing: its plans, the repeats inside it, and whether its text may go on in the next line.

Knows layouts and nodes; knows no order of lines.
"""

from collections.abc import Callable

from adapters.cargo_imp.fitting import is_text
from adapters.cargo_imp.layout import Line
from adapters.cargo_imp.notation import Field, Item, Literal, Repeat, captures
from adapters.cargo_imp.plans import Plans, RepeatPlans, plannable
from hub.syntax import Node

Way = Callable[[Node], str | None]
"""Gives the text of a line when everything in its node fits, None when the line must be written item by item."""


class LineStep:
    """A line, the repeats inside it, and the fast way to write it, whatever else its node holds.

    ``continued`` is how many repeats a line holds that is nothing but a list; 0 for any other line. ``text`` is the only element
    of a line that is nothing but free text: it may be wrapped into the next line of its row.
    """

    __slots__ = ("_plans", "continued", "fast", "line", "repeats", "text")

    def __init__(self, line: Line) -> None:
        self.line = line
        repeats = [item for item in captures(line.items) if isinstance(item, Repeat)]
        self.repeats = {item.name: item for item in repeats}
        self.continued = line.items[0].most if len(line.items) == 1 and isinstance(line.items[0], Repeat) else 0
        self.text = _only_text(line.items)
        self._plans: dict[str, Plans] | None = {} if plannable(line.items) else None
        self.fast = self.way("", strangers=True)

    def way(self, before: str, *, strangers: bool) -> Way:
        """The fast way behind an identifier; without ``strangers`` only where all children are repeats in the line itself."""
        if self._plans is None:
            return no_way
        plans = self._plans.get(before)
        if plans is None:
            plans = self._plans[before] = Plans((Literal(text=before), *self.line.items) if before else self.line.items)
        return RepeatPlans(plans, self.repeats, strangers=strangers).text if self.repeats else plans.text

    def apart(self, children: list[Node]) -> list[Node]:
        """The children that are lines of their own."""
        return [child for child in children if child.name not in self.repeats] if self.repeats else children


def _only_text(items: tuple[Item, ...]) -> Field | None:
    fields = [item for item in captures(items) if isinstance(item, Field)]
    alone = len(fields) == 1 and all(isinstance(item, Literal | Field) for item in items)
    return fields[0] if alone and is_text(fields[0]) else None


def no_way(_: Node) -> str | None:
    """Item by item only."""
    return None
