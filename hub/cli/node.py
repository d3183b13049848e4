"""``waybridge node``: the holder's desk of our own ONE Record node. Knows the node's adapter by the configuration only."""

from typing import Annotated, Any

import typer

from hub.cli import access
from hub.cli.output import line, print_json, say, usage
from hub.ports import DeliveryError, Misconfigured

Json = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]
Ids = Annotated[list[str], typer.Argument(metavar="REQUEST…", help="ids or addresses of action requests")]

commands = typer.Typer(help="Decide what others ask of our ONE Record node.", no_args_is_help=True)


def opened() -> tuple[Any, Any]:
    """The hub and the desk of its node."""
    from hub import registry
    from hub.bootstrap.durable import open_hub

    hub = open_hub()
    if hub.node is None:
        raise Misconfigured(f"{hub.settings.source}/waybridge.toml has no [node]: there is no ONE Record node to decide for")
    return hub, registry.resolve(hub.node.settings.desk)(hub.node)


def _told(shown: Any, *, json: bool) -> None:
    if json:
        print_json(shown)
        return
    for one in shown["items"]:
        line(f"{one['at']:20}  {one['kind']:24}  {one['status']:20}  {one['by']}  {one['id']}")


access.register(commands)


@commands.command("waiting")
def waiting(json: Json = False) -> None:
    """What waits for a decision: subscriptions, changes, delegations, verifications.

    Example: waybridge node waiting
    """
    hub, desk = opened()
    _told({"items": list(desk.waiting())}, json=json)
    hub.close()


def _decided(ids: list[str], status: str, *, json: bool) -> None:
    hub, desk = opened()
    done, failed = [], False
    for id in ids:
        try:
            done.append(desk.decide(id, status))
        except ValueError as fault:
            failed = True
            say(f"waybridge: {id}: {fault}")
    _told({"items": done}, json=json)
    hub.close()
    if failed:
        raise SystemExit(1)


@commands.command("accept")
def accept(ids: Ids, json: Json = False) -> None:
    """Accept requests: what they ask for is in force, their requestors are told.

    Example: waybridge node accept 7c0f3b1e-…
    """
    _decided(ids, "REQUEST_ACCEPTED", json=json)


@commands.command("acknowledge")
def acknowledge(ids: Ids, json: Json = False) -> None:
    """Acknowledge verification requests.

    Example: waybridge node acknowledge 7c0f3b1e-…
    """
    _decided(ids, "REQUEST_ACKNOWLEDGED", json=json)


@commands.command("reject")
def reject(ids: Ids, json: Json = False) -> None:
    """Reject requests.

    Example: waybridge node reject 7c0f3b1e-…
    """
    _decided(ids, "REQUEST_REJECTED", json=json)


@commands.command("revoke")
def revoke(ids: Ids, json: Json = False) -> None:
    """Take back what was accepted: a subscription ends, a delegation and all that hangs on it.

    Example: waybridge node revoke 7c0f3b1e-…
    """
    _decided(ids, "REQUEST_REVOKED", json=json)


@commands.command("propose")
def propose(
    topic: Annotated[str, typer.Argument(help="the IRI of an object of ours, or of a class (then everything of it)")],
    partner: Annotated[str, typer.Option("--partner", help="who is to hear of it; its notifications name the channel")],
    json: Json = False,
) -> None:
    """Ask a partner on what terms it wants to hear of a topic of ours, and notify it from then on.

    Example: waybridge node propose https://onerecord.iata.org/ns/cargo#Waybill --partner skyline
    """
    from hub import registry

    hub, desk = opened()
    known = hub.settings.partners.get(partner)
    if known is None or not known.notifications:
        raise usage(f"no partner {partner!r} with `notifications` in its file")
    channel = known.open_channel(known.notifications)
    values = {**channel.settings, "partner": partner, "channel": channel.name}
    try:
        there = registry.resolve(channel.adapter).open_node(values, hub.secrets)
        _told({"items": [desk.propose(partner, there, topic)]}, json=json)
    except Misconfigured:
        raise
    except (ValueError, DeliveryError) as fault:
        say(f"waybridge: {fault}")
        raise SystemExit(1) from None
    finally:
        hub.close()


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(commands, name="node")
