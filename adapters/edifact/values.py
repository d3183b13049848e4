"""Two checks of values beyond their form: a date that is none, and a status event that is no milestone of ours."""

import tomllib
from datetime import datetime
from functools import lru_cache
from importlib import resources

from hub.problem import Code
from hub.syntax import Element, Node

CHECKED = frozenset({"DTM", "STS"})

_LENGTHS = {"102": 8, "203": 12, "204": 14}

Told = tuple[Code, Element, str, tuple[int, int]]
"""Code, element, message, and the element's and component's positions in the segment."""


def moment_fault(node: Node) -> Told | None:
    """A DTM in one of the usual formats whose text is no date or time of the calendar."""
    value, form = node.elements.get("C507.2380"), node.elements.get("C507.2379")
    if value is None or form is None or form.text not in _LENGTHS:
        return None
    text = value.text
    try:
        if len(text) == _LENGTHS[form.text] and text.isdecimal():
            datetime.fromisoformat(f"{text[:8]}T{text[8:]}" if len(text) > 8 else text)
            return None
    except ValueError:
        pass
    return Code.EDI_MOMENT, value, f"{text!r} is no date or time of format {form.text}", (1, 2)


@lru_cache(maxsize=2)
def _counterparts(number: str) -> frozenset[str]:
    text = resources.files("mappings").joinpath("codes", f"status_event_{number}.toml").read_text("utf-8")
    return frozenset(row["wire"] for row in tomllib.loads(text).get("code", []))


def status_fault(node: Node) -> Told | None:
    """A status event by number that no milestone stands for; the industry's own three letters are milestones themselves."""
    for number in ("9011", "4405"):
        value = node.elements.get(f"C555.{number}")
        if value is not None and value.text not in _counterparts(number) and not (value.text.isalpha() and len(value.text) == 3):
            message = (
                f"status {value.text!r} (data element {number}) has no counterpart among the milestones; it is kept as it is"
            )
            return Code.EDI_STATUS_KEPT, value, message, (2, 1)
    return None
