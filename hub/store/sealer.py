"""The seal on raw bytes and statements at rest: a port, and the open one. Knows no tables."""

from typing import Protocol


class Sealer(Protocol):
    """Seals bytes before they are stored and opens them again."""

    def seal(self, plain: bytes) -> bytes:
        """The bytes to store."""

    def unseal(self, sealed: bytes) -> bytes:
        """The bytes that were sealed."""


class Unsealed:
    """Stores bytes as they are."""

    def seal(self, plain: bytes) -> bytes:
        """The same bytes."""
        return plain

    def unseal(self, sealed: bytes) -> bytes:
        """The same bytes."""
        return sealed
