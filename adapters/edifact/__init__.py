"""EDIFACT: segment and message tables in schemas/edifact; a scanner that keeps offsets, around pydifact."""

from adapters.edifact.format import Edifact


def build() -> Edifact:
    """The format and acknowledger, for the registry."""
    return Edifact()
