"""Dotted names to objects: the only place where configured adapters are imported. No scanning, no side effects."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.ports import Acknowledger, BookingDesk, Format, Misconfigured


def resolve(dotted: str) -> Any:
    """``package.module:name`` (or a bare module). Raises Misconfigured."""
    module, _, name = dotted.partition(":")
    try:
        found: Any = importlib.import_module(module)
        return getattr(found, name) if name else found
    except (ImportError, AttributeError) as fault:
        raise Misconfigured(f"cannot import {dotted!r}: {fault}") from fault


class Lazy(Mapping[str, Any]):
    """Objects by name, each built by its dotted factory when first asked for: ``explain`` pays only for the format it meets."""

    def __init__(self, factories: Mapping[str, str]) -> None:
        self._factories = dict(factories)
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            build: Callable[[], Any] = resolve(self._factories[name])
            self._built[name] = build()
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._factories)

    def __len__(self) -> int:
        return len(self._factories)


def formats(factories: Mapping[str, str]) -> Mapping[str, Format]:
    """The configured formats."""
    return Lazy(factories)


def acknowledgers(factories: Mapping[str, str]) -> Mapping[str, Acknowledger]:
    """The configured acknowledgers by format name."""
    return Lazy(factories)


def booking_desk(factory: str) -> BookingDesk | None:
    """The configured booking desk; none where none is named. Raises Misconfigured."""
    if not factory:
        return None
    build: Callable[[], BookingDesk] = resolve(factory)
    return build()
