"""``waybridge one-record``: other parties' nodes from the command line. Reads answer at once; calls that change something go
through the outbox, so that they are kept and tried again. Knows the channel's adapter by the partner's file only.
"""

import json as text_json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.output import line, print_json, say, usage
from hub.cli.partner_node import Way
from hub.ports import DeliveryError, Misconfigured

Iri = Annotated[str, typer.Argument(metavar="URL", help="the IRI of an object at the partner's node")]
PartnerName = Annotated[str, typer.Option("--partner", help="whose node it is")]
ChannelName = Annotated[str, typer.Option("--channel", help="the channel, where the partner has several to ONE Record nodes")]
Now = Annotated[bool, typer.Option("--now", help="call at once and wait for the answer, past the outbox")]
Json = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]
Words = Annotated[str, typer.Option("--description", help="why, for the partner to read")]

commands = typer.Typer(help="Read and change objects at partners' ONE Record nodes.", no_args_is_help=True)


def _failing(fault: DeliveryError) -> SystemExit:
    """A call that did not go well: status 1, or 3 where our own configuration is wrong."""
    if isinstance(fault, Misconfigured):
        raise fault
    say(f"waybridge: {fault}")
    return SystemExit(1)


def _moment(text: str, option: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise usage(f"{option} wants a time like 2026-11-21T10:00Z, not {text!r}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@commands.command("get")
def get(
    iri: Iri,
    partner: PartnerName,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="as it was then, ISO 8601")] = "",
    embedded: Annotated[bool, typer.Option("--embedded", help="with its neighbours inside, by the node")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="and what it links to, within the channel's bounds")] = False,
    channel: ChannelName = "",
    json: Json = False,
) -> None:
    """Read an object: as it is, as it was, or with what it links to.

    Example: waybridge one-record get https://1r.example.com/logistics-objects/waybill-020-12345675 --partner skyline --json
    """
    node = Way(partner, channel).node()
    then = _moment(at, "--at")
    try:
        found = node.get(iri, at=f"{then.astimezone(UTC):%Y%m%dT%H%M%SZ}" if then else "", embedded=embedded)
        gathered = node.gather(iri) if follow else None
    except DeliveryError as fault:
        raise _failing(fault) from None
    shown = {
        "id": found.thing.iri,
        "type": found.thing.kind,
        "revision": found.revision,
        "latest_revision": found.latest,
        "modified": found.modified,
        "document": _document(gathered.document() if gathered else found.raw),
        "left": [{"id": left, "why": why} for left, why in gathered.left] if gathered else [],
    }
    if json:
        print_json({name: value for name, value in shown.items() if value not in (None, "")})
        return
    line(f"{shown['type']}  revision {found.revision} of {found.latest}  {found.modified}")
    line(text_json.dumps(shown["document"], ensure_ascii=False, indent=2))
    for left, why in gathered.left if gathered else []:
        say(f"left: {left}: {why}")


def _document(raw: bytes) -> Any:
    try:
        return text_json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")


@commands.command("events")
def events(
    iri: Iri,
    partner: PartnerName,
    code: Annotated[str, typer.Option("--code", help="only these event codes, comma separated")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="at most so many")] = 100,
    channel: ChannelName = "",
    json: Json = False,
) -> None:
    """List the events of an object.

    Example: waybridge one-record events https://1r.example.com/logistics-objects/shipment-1 --partner skyline --code DEP,ARR
    """
    node = Way(partner, channel).node()
    try:
        found = list(node.events(iri, {"event-code": code} if code else {}, most=limit))
    except DeliveryError as fault:
        raise _failing(fault) from None
    items = [
        {
            "id": one.iri,
            "type": one.kind,
            "code": one.word("eventCode"),
            "at": one.text("eventDate"),
            "time": one.word("eventTimeType"),
            "name": one.text("eventName"),
        }
        for one in found
    ]
    if json:
        print_json({"items": [{name: value for name, value in one.items() if value} for one in items]})
        return
    for one in items:
        line(f"{one['code']:5} {one['at']:25} {one['time']:10} {one['name']}  {one['id']}")


@commands.command("subscribe")
def subscribe(
    topic: Annotated[str, typer.Argument(help="the IRI of an object, or of a class (then everything of it)")],
    partner: PartnerName,
    event: Annotated[list[str], typer.Option("--event", help="an event type; may be repeated (default: all three)")] = [],  # noqa: B006
    expires: Annotated[str, typer.Option("--expires", metavar="TIME", help="when it ends by itself")] = "",
    body: Annotated[bool, typer.Option("--body", help="ask for the object itself in each notification")] = False,
    description: Words = "",
    now: Now = False,
    channel: ChannelName = "",
    json: Json = False,
) -> None:
    """Ask a node to notify us of an object, or of a class of objects.

    Example: waybridge one-record subscribe https://onerecord.iata.org/ns/cargo#Waybill --partner skyline
    """
    way = Way(partner, channel)
    words = way.adapter.wording
    document = words.subscription(
        way.agent(),
        topic,
        topic_type=words.TYPE if "/ns/cargo#" in topic else words.IDENTIFIER,
        events=[one.upper() for one in event] or words.EVERY_EVENT,
        expires_at=_moment(expires, "--expires"),
        send_body=body,
        description=description,
    )
    _carried(way, document, topic, now=now, json=json)


@commands.command("change")
def change(
    iri: Iri,
    partner: PartnerName,
    values: Annotated[list[str], typer.Option("--set", metavar="NAME=VALUE", help="may be repeated; NAME= takes it away")],
    description: Words = "",
    now: Now = False,
    channel: ChannelName = "",
    json: Json = False,
) -> None:
    """Ask the holder of an object to change properties of it, against its revision of now.

    Example: waybridge one-record change https://1r.example.com/logistics-objects/piece-1 --partner skyline --set slac=12
    """
    way = Way(partner, channel)
    wanted = dict(one.partition("=")[::2] for one in values)
    try:
        document = way.adapter.proposal(way.node().get(iri), wanted, description=description)
    except DeliveryError as fault:
        raise _failing(fault) from None
    except ValueError as fault:
        raise usage(str(fault)) from None
    _carried(way, document, iri, now=now, json=json)


@commands.command("send")
def send(
    file: Annotated[
        Path, typer.Argument(help="JSON-LD: an object, event, Change, Subscription, AccessDelegation, Notification …")
    ],
    partner: PartnerName,
    now: Now = False,
    channel: ChannelName = "",
    json: Json = False,
) -> None:
    """Send a document to a node: its class says which call carries it.

    Example: waybridge one-record send event.jsonld --partner skyline
    """
    try:
        document = text_json.loads(file.read_bytes())
    except OSError as fault:
        raise usage(f"cannot read {file}: {fault.strerror}") from None
    except ValueError as fault:
        raise usage(f"{file} is not JSON: {fault}") from None
    _carried(Way(partner, channel), document, file.name, now=now, json=json)


@commands.command("revoke")
def revoke(
    iri: Annotated[str, typer.Argument(metavar="URL", help="the IRI of an action request of ours")],
    partner: PartnerName,
    now: Now = False,
    channel: ChannelName = "",
    json: Json = False,
) -> None:
    """Take back a request of ours: a change, a subscription, a delegation.

    Example: waybridge one-record revoke https://1r.example.com/action-requests/7c0f --partner skyline
    """
    way = Way(partner, channel)
    _carried(way, way.adapter.wording.status(iri, "REQUEST_REVOKED"), iri, now=now, json=json)


def _carried(way: Way, document: Any, about: str, *, now: bool, json: bool) -> None:
    try:
        way.carry(document, about, now=now, json=json)
    except DeliveryError as fault:
        raise _failing(fault) from None


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(commands, name="one-record")
