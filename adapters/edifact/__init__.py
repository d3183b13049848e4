"""EDIFACT: segment and message tables in schemas/edifact; a scanner that keeps offsets, around pydifact."""

from adapters.edifact.format import build

__all__ = ["build"]
