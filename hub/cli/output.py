"""How the command line speaks: one JSON document on standard output, everything else on standard error."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def print_json(document: Any) -> None:
    """One JSON document, readable, on standard output."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A line for the person, on standard error."""
    sys.stderr.write(text + "\n")


def line(text: str = "") -> None:
    """A line of the result, on standard output."""
    sys.stdout.write(text + "\n")


def usage(text: str) -> SystemExit:
    """Bad usage: status 2 and what to do."""
    say(f"waybridge: {text}")
    return SystemExit(2)


def progress(items: Sequence[T], doing: str, *, quiet: bool = False) -> Iterator[T]:
    """The items with a progress bar on standard error, where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, description=doing, console=Console(stderr=True))
