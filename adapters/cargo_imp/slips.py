"""How a line may have been meant to begin, when one sign of its beginning is mistyped, left out, added or exchanged.

Knows layouts and text; knows no walk and no message.
"""

from collections.abc import Iterator

from adapters.cargo_imp.layout import SLANT
from adapters.cargo_imp.notation import Field, Item
from adapters.cargo_imp.notation import captures as elements_of
from adapters.cargo_imp.spelling import one_slip_apart


def beginnings(line: str, right: str) -> Iterator[tuple[str, str]]:
    """What stands there, and what was to stand there: an identifier with its slant, or a slant alone."""
    if right == SLANT:
        if line[1:2] == SLANT:
            yield line[:2], SLANT + line[0]
            yield line[:2], SLANT
        yield line[:1], SLANT
    elif right.isalpha() and not line.startswith(right + SLANT):
        marked = right + SLANT
        yield from ((line[:end], marked) for end in range(len(right), len(right) + 3) if one_slip_apart(line[:end], marked))
        if one_slip_apart(line, right):
            yield line, right


def begins_with_text(items: tuple[Item, ...]) -> bool:
    """Whether any sign at all may be its first: then none is a slip."""
    first = next(iter(elements_of(items)), None)
    return isinstance(first, Field) and bool(first.runs) and first.runs[0].kind in "stx"
