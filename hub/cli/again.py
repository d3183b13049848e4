"""The replay command: understand stored messages anew, or show what that would change."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from hub.cli.output import line, print_json, say, usage


def replay(
    message: Annotated[str, typer.Option("--message", help="one message or envelope id")] = "",
    shipment: Annotated[str, typer.Option("--shipment", help="all that spoke of this waybill number")] = "",
    partner: Annotated[str, typer.Option("--partner")] = "",
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="received at or after, ISO 8601")] = "",
    fingerprint: Annotated[str, typer.Option("--fingerprint", help="a group of dead letters")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print the difference it would make; write nothing")] = False,
    batch: Annotated[int, typer.Option("--batch", min=1, max=1000, help="envelopes handed over at once")] = 200,
    json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Understand stored messages anew with today's tables and partner rules. The selection is frozen when it starts.

    Example: waybridge replay --shipment 020-12345675 --dry-run --json
    """
    from hub.bootstrap.durable import open_hub
    from hub.replay import choose, outlook
    from hub.store.selection import Wanted

    wanted = Wanted(message=message, shipment=shipment, partner=partner, fingerprint=fingerprint, since=_moment(since))
    if wanted.empty():
        raise usage("say what to replay: --message, --shipment, --partner, --since or --fingerprint")
    hub = open_hub()
    selected = choose(hub.engine, wanted)
    if dry_run:
        _show(msgspec.to_builtins(outlook(hub.engine, selected, hub.line)), json)
        return
    _hand_over(hub, selected, batch, json)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise usage(f"--since wants a time like 2026-11-21T10:00Z, not {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _show(shown: dict[str, Any], json: bool) -> None:
    if json:
        print_json(shown)
        return
    line(f"{shown['selected']} envelope(s), {shown['unmappable']} without bytes")
    for one in shown["shipments"]:
        line(f"{one['key']}:")
        for operation in one["diff"]:
            line(f"  {operation['op']:8} {operation['path']}  {operation.get('value', '')}")
    for kind, deliveries in shown["deliveries"].items():
        for one in deliveries:
            line(f"delivery {kind}: {one['partner']} {one['target']} {one['shipment']}")
    if not shown["shipments"]:
        say("nothing would change")


def _hand_over(hub: Any, selected: Any, batch: int, json: bool) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from hub.replay import replay as hand_over

    console = Console(stderr=True, quiet=json)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("replaying", total=len(selected.envelopes))
        for done in hand_over(hub.engine, selected, hub.clock, reason="command line", batch=batch):
            bar.update(task, completed=done)
    shown = {"selected": len(selected.envelopes), "deliveries": len(selected.deliveries), "handed_over": len(selected.envelopes)}
    if json:
        print_json(shown)
    else:
        line(f"{shown['handed_over']} envelope(s), {shown['deliveries']} delivery(s) handed to the workers")
        say("`waybridge work --drain` or `waybridge serve` does them")


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(replay)
