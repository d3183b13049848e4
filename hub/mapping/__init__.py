"""Mappings at work: tables loaded once, compiled, and used in both directions. Knows no format; tables name everything."""

import importlib
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import resources
from typing import Protocol

from hub.mapping.codes import CodeTable, load_codes
from hub.mapping.language import Load, MappingError, MappingTable, load_mapping
from hub.mapping.reading import Carried, MappingReader
from hub.mapping.writing import Expressed, MappingWriter
from hub.statement import Document
from hub.syntax import Message, Node
from hub.transforms import Context

__all__ = ["Carried", "Expressed", "Mapping", "MappingError", "Mappings", "packaged"]


class Shape(Protocol):
    """A pure tree ⇄ tree pair beside an adapter, named by a mapping.

    One that reads a name the mapping ignores anywhere under another name says so: ``renames``, a set of names.
    """

    def read(self, root: Node) -> Node:
        """From the wire's tree to the tree the rows expect."""

    def write(self, root: Node) -> Node:
        """And back."""


class Mapping:
    """One mapping, both directions, compiled when first used."""

    def __init__(self, table: MappingTable, codes: Callable[[str], CodeTable]) -> None:
        self.table = table
        self._codes = codes

    @cached_property
    def _shape(self) -> Shape | None:
        if self.table.shape is None:
            return None
        module, _, name = self.table.shape.partition(":")
        shape: Shape = getattr(importlib.import_module(module), name)
        return shape

    @cached_property
    def _reader(self) -> MappingReader:
        shape = self._shape
        return MappingReader(self.table, self._codes, shape.read if shape else None, getattr(shape, "renames", frozenset()))

    @cached_property
    def _writer(self) -> MappingWriter:
        return MappingWriter(self.table, self._codes, self._shape.write if self._shape else None)

    def to_canonical(self, message: Message, context: Context) -> Carried:
        """What the message says, as statements (or the detail of another subject)."""
        return self._reader.read(message.root, context)

    def from_canonical(self, document: Document, context: Context) -> Expressed:
        """The tree that says the document."""
        return self._writer.write(document, context)

    def from_canonicals(self, detail: Document, documents: Sequence[Document], context: Context) -> Expressed:
        """The one tree that says the detail of a message and all of these documents: a manifest of its shipments."""
        return self._writer.write_all(detail, documents, context)


def packaged(name: str) -> bytes:
    """The bytes of a table of the installed ``mappings`` package."""
    return resources.files("mappings").joinpath(f"{name}.toml").read_bytes()


class Mappings:
    """All mappings by (format, type, version), loaded on demand."""

    def __init__(self, load: Load = packaged) -> None:
        self._load = load
        self._mappings: dict[tuple[str, str, str], Mapping | None] = {}
        self._codes: dict[tuple[str, str], CodeTable] = {}

    def codes(self, name: str, format: str) -> CodeTable:
        """A code table as one format sees it."""
        if (name, format) not in self._codes:
            self._codes[name, format] = load_codes(name, format, self._load)
        return self._codes[name, format]

    def get(self, format: str, type: str, version: str) -> Mapping | None:
        """The mapping of a type and version, or None when there is none."""
        at = (format, type, version)
        if at not in self._mappings:
            self._mappings[at] = self._read(*at)
        return self._mappings[at]

    def _read(self, format: str, type: str, version: str) -> Mapping | None:
        name = f"{format.replace('-', '_')}/{type.lower()}_{version.lower().replace('.', '')}"
        try:
            table = load_mapping(name, self._load)
        except FileNotFoundError:
            return None
        return Mapping(table, lambda codes: self.codes(codes, table.format))
