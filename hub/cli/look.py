"""The commands that look and set aside: shipment, messages, deliveries, dead-letters, verify, partners."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from hub.cli.output import line, print_json, say, usage

Json = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]
Cursor = Annotated[str, typer.Option("--cursor", help="the `next` of the page before")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=500)]

dead_letters = typer.Typer(no_args_is_help=True, help="Messages and deliveries set aside for a person.")
partners = typer.Typer(no_args_is_help=True, help="Whom we talk to.")


def _read() -> Any:
    from hub.bootstrap.durable import open_hub
    from hub.read import ReadSide

    return ReadSide(open_hub().engine)


def _listed(ask: Callable[..., Any], states: Sequence[str], **wanted: Any) -> dict[str, Any]:
    """A page as printed; an unknown state or cursor is bad usage."""
    if wanted["state"] and states and wanted["state"] not in states:
        raise usage(f"--state is one of {', '.join(states)}, not {wanted['state']!r}")
    try:
        return _page(ask(**{name: value or None for name, value in wanted.items()}))
    except ValueError as fault:
        raise usage(f"--cursor {fault}") from None


def _page(page: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"items": msgspec.to_builtins(list(page.items))}
    if page.next:
        shown["next"] = page.next
    return shown


def shipment(
    awb: Annotated[str, typer.Argument(help="020-12345675, or 020-12345675:2 for its second use")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="as it was then, ISO 8601")] = "",
    json: Json = False,
) -> None:
    """Show what is known of a waybill, and who said it where.

    Example: waybridge shipment 020-12345675 --json
    """
    number, _, sequence = awb.partition(":")
    found = _read().shipment(_hyphenated(number), sequence=int(sequence) if sequence.isdigit() else None, at=_moment(at))
    if found is None:
        say(f"no shipment {awb}" + (f" at {at}" if at else "; `waybridge messages` shows what arrived"))
        raise SystemExit(1)
    if json:
        lineage, conflicts = msgspec.to_builtins(found.lineage), msgspec.to_builtins(found.conflicts)
        print_json({"shipment": found.document, "revision": found.revision, "lineage": lineage, "conflicts": conflicts})
    else:
        _print_shipment(found)


def _hyphenated(awb: str) -> str:
    return f"{awb[:3]}-{awb[3:]}" if awb.isdigit() and len(awb) == 11 else awb


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise usage(f"--at wants a time like 2026-11-21T10:00Z, not {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print_shipment(found: Any) -> None:
    document = found.document
    line(f"{document['key']}  revision {found.revision}  {document.get('status', '')}")
    for name in ("origin", "destination", "pieces", "weight", "goods_text", "special_handling", "routing"):
        if name in document:
            line(f"  {name:18} {_short(document[name])}")
    for name in ("shipper", "consignee", "agent"):
        if name in document:
            line(f"  {name:18} {document[name].get('name', '')}, {document[name].get('city', '')}")
    for one in document.get("milestones", ()):
        when = one.get("at", one.get("date", ""))
        line(f"  {one['code']} {one.get('station', '')} {when} {one.get('time', '')} {one.get('pieces', '')}")
    for pointer, witnesses in found.conflicts.items():
        line(f"  conflict {pointer}: {len(witnesses)} other value(s)")


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(inner) for inner in value.values())
    return ", ".join(_short(inner) for inner in value) if isinstance(value, list) else str(value)


def messages(
    json: Json = False,
    partner: Annotated[str, typer.Option("--partner")] = "",
    state: Annotated[str, typer.Option("--state")] = "",
    type: Annotated[str, typer.Option("--type")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> None:
    """List messages, newest first, with their states and problems.

    Example: waybridge messages --state rejected --json
    """
    from hub.store.messages import STATES_TOLD

    shown = _listed(_read().messages, STATES_TOLD, partner=partner, state=state, type=type, after=cursor, limit=limit)
    if json:
        print_json(shown)
        return
    for item in shown["items"]:
        problems = f"  {len(item['problems'])} problem(s)" if item.get("problems") else ""
        line(f"{item['id']}  {item['state']:14} {item['partner']:14} {item['type']}/{item.get('version', '')}{problems}")


def deliveries(
    json: Json = False,
    partner: Annotated[str, typer.Option("--partner")] = "",
    state: Annotated[str, typer.Option("--state", help="pending, sent, acknowledged, refused, …")] = "",
    shipment: Annotated[str, typer.Option("--shipment", help="a shipment's key, or its waybill number")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> None:
    """List deliveries, newest first, with their states and what was said of them.

    Example: waybridge deliveries --partner north --state refused --json
    """
    from hub.store.outbox import STATES_TOLD

    read = _read()
    key = _shipment_key(read, shipment)
    shown = _listed(read.deliveries, STATES_TOLD, partner=partner, state=state, shipment=key, after=cursor, limit=limit)
    if json:
        print_json(shown)
        return
    for item in shown["items"]:
        outcome = f"  {item['outcome']}" if "outcome" in item else ""
        line(f"{item['number']:>8}  {item['state']:13} {item['partner']:14} {item['target']}  {item['shipment']}{outcome}")


def _shipment_key(read: Any, text: str) -> str:
    number, _, sequence = text.partition(":")
    found = read.shipment(_hyphenated(number), sequence=int(sequence) if sequence.isdigit() else None)
    return found.key if found else text


@dead_letters.command("list")
def dead_letters_list(
    json: Json = False,
    state: Annotated[str, typer.Option("--state", help="open, solved or discarded")] = "open",
    fingerprint: Annotated[str, typer.Option("--fingerprint")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> None:
    """List dead letters, the heaviest first.

    Example: waybridge dead-letters list --json
    """
    shown = _listed(_read().dead_letters, (), state=state, fingerprint=fingerprint, after=cursor, limit=limit)
    if json:
        print_json(shown)
        return
    for item in shown["items"]:
        problem = item["problem"]
        line(f"{item['id']:>6}  {item['impact']['score']:>4}  {item['stage']:12} {problem['code']}: {problem['message']}")


@dead_letters.command("show")
def dead_letters_show(id: int, json: Json = False) -> None:
    """Show one dead letter with its raw bytes.

    Example: waybridge dead-letters show 7
    """
    read = _read()
    found = read.dead_letter(id)
    if found is None:
        say(f"no dead letter {id}; `waybridge dead-letters list` shows them")
        raise SystemExit(1)
    raw = read.raw(found["message"]) if found.get("message") else None
    shown = msgspec.to_builtins(found) | ({"raw": raw.decode("utf-8", "backslashreplace")} if raw is not None else {})
    if json:
        print_json(shown)
        return
    for name, value in shown.items():
        line(f"{name}: {value}")


@dead_letters.command("discard")
def dead_letters_discard(id: int, json: Json = False) -> None:
    """Say that a dead letter needs nothing more. Its bytes stay.

    Example: waybridge dead-letters discard 7
    """
    from hub.bootstrap.durable import open_hub
    from hub.replay import discard

    done = discard(open_hub().engine, id)
    if json:
        print_json({"id": id, "discarded": done})
    elif not done:
        say(f"no open dead letter {id}")
    raise SystemExit(0 if done else 1)


def verify(json: Json = False) -> None:
    """Fold every shipment anew from all that was said and compare with what is stored.

    Example: waybridge verify --json
    """
    from hub.bootstrap.durable import open_hub
    from hub.verify import verify as differences

    hub = open_hub()
    found = [{"key": one.key, "what": one.what} for one in differences(hub.engine, hub.fold)]
    if json:
        print_json({"differences": found})
    else:
        for one in found:
            line(f"{one['key']}: {one['what']}")
        say("all shipments are what was said" if not found else f"{len(found)} difference(s)")
    raise SystemExit(1 if found else 0)


@partners.command("list")
def partners_list(json: Json = False) -> None:
    """List the configured partners.

    Example: waybridge partners list --json
    """
    from hub.settings import load

    items = [
        {
            "id": one.id,
            "name": one.name,
            "kind": one.kind,
            "channels": [channel.name for channel in one.channel],
            "send": [rule.target for rule in one.send],
        }
        for one in load().partners.values()
    ]
    if json:
        print_json({"items": items})
        return
    for item in items:
        line(f"{item['id']:16} {item['kind']:12} {', '.join(item['channels']):24} {', '.join(item['send'])}")


@partners.command("check")
def partners_check(json: Json = False) -> None:
    """Check every partner's file: channels open, targets known, secrets set. Sends nothing.

    Example: waybridge partners check
    """
    from hub.bootstrap.checking import check_partners
    from hub.settings import load

    found = check_partners(load())
    if json:
        print_json({"items": found})
    else:
        for one in found:
            line(f"{one['partner']}: {one['problem']}")
        say("all partners are well configured" if not found else f"{len(found)} problem(s)")
    raise SystemExit(1 if found else 0)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (shipment, messages, deliveries, verify):
        app.command()(command)
    app.add_typer(dead_letters, name="dead-letters")
    app.add_typer(partners, name="partners")
