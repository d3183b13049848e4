"""How the command line speaks: one JSON document on standard output, everything else on standard error."""

import sys
from typing import Any

import msgspec


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
