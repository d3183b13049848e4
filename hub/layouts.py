"""What a format may know beside reading and writing: its layouts for people, and how a file of it is tidied. Knows no format."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import msgspec

from hub.problem import Fix


@runtime_checkable
class Tidier(Protocol):
    """What a format may know beside reading: how a file of it is transmitted properly."""

    def tidy(self, text: str) -> Sequence[Fix]:
        """What of the file's own form (line ends, blanks) is to be written otherwise; no message's content."""


class ElementLayout(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One element of a line: its name, its format as the manual writes it and in words, where its value goes in a shipment.

    ``tree`` is the element's path in the tree of the message; ``path`` the canonical one, empty where it is not carried.
    """

    name: str
    format: str
    words: str
    tree: str
    path: str = ""


class LineLayout(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line or segment: how deep in the groups it stands, M mandatory, O optional or C conditional, how often at most.

    ``layout`` is the whole line in the manual's notation; empty for a group that is nothing but its lines.
    """

    name: str
    title: str
    status: str
    repeats: int
    depth: int = 0
    layout: str = ""
    elements: Sequence[ElementLayout] = ()


@runtime_checkable
class Describer(Protocol):
    """A format whose layouts can be shown to people, from the tables that read and write."""

    def title(self, type: str, version: str) -> str:
        """What the message is, in a few words."""

    def describe(self, type: str, version: str) -> Sequence[LineLayout]:
        """The lines of a supported type and version, in their order, ``path`` not filled in."""
