"""The command that shows a message layout to people: lines, elements, formats, status, repeats, and where each value goes."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from hub.cli.output import line, print_json, usage

Json = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]
Layout = Annotated[str, typer.Argument(help="FWB/17, FSU (its last version), cargo-imp:FHL/5, IFTSTA:D.96A")]
STATUS = {"M": "mandatory", "O": "optional", "C": "conditional"}


def describe(layout: Layout, json: Json = False) -> None:
    """Show the layout of a message type from the tables that read and write it.

    Example: waybridge describe FWB/17
    """
    from hub.bootstrap import pure_line
    from hub.describe import Unknown, described_json, description, named

    hub = pure_line()
    try:
        format, type, version = named(hub.line.formats, layout)
        mapping = hub.mappings.get(format.name, *(format.table(type, version) or (type, version)))
        found = description(format, type, version, mapping.table if mapping else None)
    except Unknown as fault:
        near = f"; near it: {', '.join(fault.near)}" if fault.near else ""
        raise usage(f"no layout {fault.asked!r}{near}; `waybridge formats` lists all") from None
    if json:
        print_json(described_json(found))
    elif sys.stdout.isatty():
        _print_rich(found)
    else:
        line(f"{found.type}/{found.version}  {found.title}")
        for text in _lines(found):
            line(text)


def _lines(found: Any) -> Iterator[str]:
    for one in found.lines:
        times = f", up to {one.repeats} times" if one.repeats > 1 else ""
        yield f"{'  ' * one.depth}{one.name}  {one.title}  ({STATUS[one.status]}{times})".replace("    (", "  (")
        if one.layout:
            yield f"{'  ' * one.depth}    {one.layout}"
        for element in one.elements:
            goes = f"  -> {element.path}" if element.path else ""
            yield f"{'  ' * one.depth}      {element.name:20} {element.format:14} {element.words}{goes}"


def _print_rich(found: Any) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"{found.type}/{found.version}: {found.title}", show_lines=False)
    for name in ("line", "", "element", "format", "what", "shipment"):
        table.add_column(name)
    for one in found.lines:
        times = f" x{one.repeats}" if one.repeats > 1 else ""
        table.add_row(
            f"[bold]{'  ' * one.depth}{escape(one.name)}[/]", one.status + times, escape(one.title), "", escape(one.layout), ""
        )
        for element in one.elements:
            table.add_row("", "", element.name, escape(element.format), element.words, element.path)
    Console().print(table)


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(describe)
