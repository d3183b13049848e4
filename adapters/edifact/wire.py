"""The only door to pydifact: its Segment and its Serializer, with its warnings about missing directories silenced here.

pydifact 0.2.3 (pinned) ships no directory, so every service segment warns; 0.2.4 will validate by itself (a test guards).
"""

import warnings
from collections.abc import Iterable, Sequence

from pydifact.control import Characters
from pydifact.exceptions import MissingImplementationWarning
from pydifact.segments import Segment
from pydifact.serializer import Serializer

from adapters.edifact.service import Delimiters

Values = Sequence[str | list[str]]
"""The elements of a segment: a text, or the components of a composite."""


def segment(tag: str, values: Values) -> Segment:
    """A pydifact segment; empty elements at the end are left off, as the standard wants."""
    kept = list(values)
    while kept and not _filled(kept[-1]):
        kept.pop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=MissingImplementationWarning)
        warnings.simplefilter("ignore", category=SyntaxWarning)
        return Segment(tag, *kept)


def _filled(value: str | list[str]) -> bool:
    return bool(value) if isinstance(value, str) else any(value)


def serialize(segments: Iterable[Segment], delimiters: Delimiters, *, advice: bool = False) -> str:
    """The text of segments, one a line, every service character in the data released."""
    characters = Characters.from_str(f"UNA{delimiters.advice()}")
    return str(Serializer(characters).serialize(list(segments), with_una_header=advice, break_lines=True))
