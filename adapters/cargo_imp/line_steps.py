"""A line made ready for writing: its plans, the repeats inside it, and whether its text may go on in the next line.

Knows layouts and nodes; knows no order of lines.
"""

import re
from collections.abc import Callable
from functools import partial

from adapters.cargo_imp.fitting import is_text
from adapters.cargo_imp.layout import Line
from adapters.cargo_imp.notation import WRITTEN, Field, Item, Literal, Repeat, captures, field_expression
from adapters.cargo_imp.plans import APART, Plans, plannable
from hub.syntax import Node


class LineStep:
    """A line, the repeats inside it, and its plans.

    ``fast`` gives the text when everything in the node fits, None when the line must be written item by item.
    ``continued`` is how many repeats a line holds that is nothing but a list; 0 for any other line. ``text`` is the only element
    of a line that is nothing but free text: it may be wrapped into the next line of its row.
    """

    __slots__ = ("continued", "fast", "line", "repeat", "repeats", "text")

    def __init__(self, line: Line) -> None:
        self.line = line
        repeats = [item for item in captures(line.items) if isinstance(item, Repeat)]
        self.repeats = {item.name: item for item in repeats}
        self.repeat = repeats[0] if repeats else None
        self.continued = line.items[0].most if len(line.items) == 1 and isinstance(line.items[0], Repeat) else 0
        self.text = _only_text(line.items)
        sure = plannable(line.items) and len(repeats) < 2 and all(_flat(item) for item in repeats)
        self.fast = self._way(line.items) if sure else _none

    def _way(self, items: tuple[Item, ...]) -> "Callable[[Node], str | None]":
        if self.text is not None and len(items) == 2 and isinstance(items[0], Literal):
            fits = re.compile(f"(?=.)(?:{field_expression(self.text, WRITTEN)})").fullmatch
            return partial(_one_text, items[0].text, self.text.name, fits)
        if self.repeat is None:
            return partial(_filled, Plans(items))
        without, behind, of_one = Plans(items), Plans(items, repeated=True), Plans(self.repeat.items)
        return partial(_with_repeat, self.repeat, without, behind, of_one)

    def apart(self, children: list[Node]) -> list[Node]:
        """The children that are lines of their own."""
        return [child for child in children if child.name not in self.repeats] if self.repeats else children


def _only_text(items: tuple[Item, ...]) -> Field | None:
    fields = [item for item in captures(items) if isinstance(item, Field)]
    alone = len(fields) == 1 and all(isinstance(item, Literal | Field) for item in items)
    return fields[0] if alone and is_text(fields[0]) else None


def _flat(repeat: Repeat) -> bool:
    return plannable(repeat.items) and not any(isinstance(one, Repeat) for one in captures(repeat.items))


def _none(_: Node) -> str | None:
    return None


def _one_text(before: str, name: str, fits: Callable[[str], re.Match[str] | None], node: Node) -> str | None:
    """The commonest line: a literal and one free text."""
    element = node.elements.get(name)
    return before + element.text if element is not None and len(node.elements) == 1 and fits(element.text) else None


def _filled(plans: Plans, node: Node) -> str | None:
    elements = node.elements
    plan = plans[tuple(elements)]
    if plan is None:
        return None
    if len(elements) == 1:
        for element in elements.values():
            text = element.text
        return plan.template % text if plan.fits(text) else None
    texts = [element.text for element in elements.values()]
    if not plan.fits(APART.join(texts)):
        return None
    return plan.template % (tuple(texts) if plan.ordered is None else plan.ordered(texts))


def _with_repeat(repeat: Repeat, without: Plans, behind: Plans, of_one: Plans, node: Node) -> str | None:
    name, elements, parts = repeat.name, node.elements, list[str]()
    for child in node.children:
        if child.name == name:
            part = None if child.children else _filled(of_one, child)
            if part is None:
                return None
            parts.append(part)
    if not parts:
        return _filled(without, node)
    plan = behind[tuple(elements)]
    if plan is None or len(parts) > repeat.most:
        return None
    texts = [element.text for element in elements.values()]
    if not plan.fits(APART.join(texts)):
        return None
    texts.append("".join(parts))
    return plan.template % (tuple(texts) if plan.ordered is None else plan.ordered(texts))
