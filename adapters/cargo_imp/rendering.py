"""One layout and one node as text, item by item: exact about what does not fit and why. The way of the lines no plan is for.

Knows layouts and trees; knows no table and no order of lines.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from adapters.cargo_imp.notation import WRITTEN, Choice, Field, Item, Literal, Maybe, Repeat, captures, field_expression
from hub.syntax import Node


class Unfit(Exception):
    """An element whose text the layout cannot hold, or a mandatory one that is not there (``text`` None)."""

    def __init__(self, field: Field, text: str | None) -> None:
        super().__init__(field.name)
        self.field, self.text = field, text


def render(items: Sequence[Item], node: Node) -> tuple[str, set[str]]:
    """The text of a layout and the names it used. Raises Unfit for the first element that cannot stand there."""
    text, written = "", set[str]()
    for item in items:
        piece, names = _piece(item, node)
        text += piece
        written |= names
    return text, written


def _piece(item: Item, node: Node) -> tuple[str, set[str]]:
    match item:
        case Literal():
            return item.text, set()
        case Field():
            return _field(item, node)
        case Maybe():
            return _maybe(item, node)
        case Choice():
            return _choice(item, node)
        case Repeat():
            return "".join(render(item.items, child)[0] for child in node.all(item.name)), set()


def _maybe(item: Maybe, node: Node) -> tuple[str, set[str]]:
    """What is there is written when it is whole; what is not written is reported by whoever asked."""
    if not any(_present(node, one) for one in captures(item.items)):
        return "", set()
    try:
        return render(item.items, node)
    except Unfit as fault:
        if fault.text is not None:
            raise
        return "", set()


def _field(item: Field, node: Node) -> tuple[str, set[str]]:
    text = node.text(item.name)
    if not text:
        if item.runs and all(run.least == 0 for run in item.runs):
            return "", set()
        raise Unfit(item, None)
    fitting = fit(item, text)
    if fitting is None:
        raise Unfit(item, text)
    return fitting, {item.name}


def fit(item: Field, text: str) -> str | None:
    """The text as the element can hold it: a decimal may lose trailing zeros of its fraction, nothing else is changed."""
    pattern = _compiled(item)
    if pattern.fullmatch(text):
        return text
    if any(run.point for run in item.runs) and "." in text:
        shorter = text.rstrip("0").rstrip(".")
        while len(text) > len(shorter):
            text = text[:-1]
            if not text.endswith(".") and pattern.fullmatch(text):
                return text
    return None


@lru_cache(maxsize=4096)
def _compiled(item: Field) -> re.Pattern[str]:
    return re.compile(field_expression(item, WRITTEN))


def _choice(item: Choice, node: Node) -> tuple[str, set[str]]:
    """The branch that holds most of what is there; of equals the first."""
    best: tuple[str, set[str]] | None = None
    unfit: Unfit | None = None
    for branch in item.branches:
        try:
            found = render(branch, node)
        except Unfit as fault:
            unfit = fault if unfit is None or (unfit.text is None and fault.text is not None) else unfit
            continue
        if best is None or len(found[1]) > len(best[1]):
            best = found
    if best is None:
        raise unfit or Unfit(next(_fields(item.branches)), None)
    return best


def _fields(branches: Sequence[Sequence[Item]]) -> Iterator[Field]:
    return (one for branch in branches for one in captures(branch) if isinstance(one, Field))


def _present(node: Node, item: Field | Repeat) -> bool:
    return bool(node.text(item.name)) if isinstance(item, Field) else node.first(item.name) is not None
