"""Lines that begin with no identifier: a point of unloading, a flight. Which of them a line is meant to be that fits none.

Knows the places of a walk and layouts; knows no message.
"""

from adapters.cargo_imp.explaining import explain
from adapters.cargo_imp.layout import ANY
from adapters.cargo_imp.notation import Field
from adapters.cargo_imp.steps import Place, Step, Variant

BEGUN = 4
"""How far a layout must fit a line to be what the line was meant to be: a station and its slant."""


def begun(place: Place, line: str) -> tuple[Step, ...]:
    """The steps of which a line has a good beginning, or is too short to have one; none where any text may stand."""
    steps = tuple(one for one in place.steps.get(ANY, ()) if not any(map(_takes_any, one.variants)))
    reached = max((explain(one.items, line).reached for step in steps for one in step.variants), default=0)
    return steps if reached > BEGUN or ("/" not in line and len(line) <= BEGUN) else ()


def is_like(steps: tuple[Step, ...], line: str) -> bool:
    """Whether a line that begins with a digit is more of one of these than its number."""
    return any(explain(one.items, line).reached >= BEGUN for step in steps for one in step.variants)


def fits(place: Place, line: str) -> bool:
    """Whether a line without identifier stands here as it is, or in a tolerated form."""
    steps = place.steps.get(ANY, ())
    return any(step.match(line) or any(one.pattern.fullmatch(line) for one in step.departures) for step in steps)


def may_stand(place: Place) -> bool:
    """Whether such a line may stand here with nothing left out, and not any text at all."""
    return any(one.only and not one.missing and not _takes_any(one.only) for one in place.steps.get(ANY, ()))


def _takes_any(variant: Variant) -> bool:
    """Whether a layout begins with any text at all, so that nothing can be a fault in it."""
    first = variant.items[0]
    return isinstance(first, Field) and bool(first.runs) and first.runs[0].kind == "x"
