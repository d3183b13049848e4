"""``waybridge node grant`` and its neighbours: what of our ONE Record node is open to whom, changed while it runs. Knows no class
of the ontology: the node's desk does.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from hub.cli.output import line, print_json, say, usage

Json = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]
What = Annotated[str, typer.Argument(metavar="WHAT", help="an object's id or address, a class such as Piece, or everything")]
Who = Annotated[str, typer.Option("--to", metavar="WHO", help="an agent's IRI, group:NAME, or everybody")]
FromWho = Annotated[str, typer.Option("--from", metavar="WHO", help="an agent's IRI, group:NAME, or everybody")]
Group = Annotated[str, typer.Argument(metavar="GROUP", help="its name")]
Agents = Annotated[list[str], typer.Argument(metavar="AGENT…", help="agents' IRIs, as their tokens name them")]


def grant(
    what: Annotated[
        list[str], typer.Argument(metavar="WHAT…", help="objects' ids or addresses, classes such as Piece, or everything")
    ],
    to: Who,
    permission: Annotated[
        list[str], typer.Option("--permission", help="may be repeated; default: GET_LOGISTICS_OBJECT, GET_LOGISTICS_EVENT")
    ] = [],  # noqa: B006
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="when it ends by itself, ISO 8601")] = "",
    linked: Annotated[bool, typer.Option("--linked", help="and the objects they link to, of the same shipment")] = False,
    json: Json = False,
) -> None:
    """Open objects of our node to an agent, a group or everybody, at once.

    Example: waybridge node grant awb-020-12345675 --linked --to group:handlers
    """
    _asked(lambda desk: {"items": list(desk.grant(what, to, permission, _moment(until), linked=linked))}, json=json)


def withdraw(
    what: What,
    source: FromWho,
    permission: Annotated[str, typer.Option("--permission", help="one only (default: all)")] = "",
    json: Json = False,
) -> None:
    """Close what was opened to somebody, and what hangs on it.

    Example: waybridge node withdraw awb-020-12345675 --from group:handlers
    """
    _asked(lambda desk: {"ended": desk.withdraw(what, source, permission)}, json=json)


def access(what: What, json: Json = False) -> None:
    """What is open, to whom, and by which request. Beside it stand the configuration's grants and sight of shipments.

    Example: waybridge node access awb-020-12345675
    """
    _asked(lambda desk: {"items": list(desk.access(what))}, json=json)


def groups(json: Json = False) -> None:
    """Groups of agents and their members, as made by ``join``; those of the configuration stand in its file.

    Example: waybridge node groups
    """

    def listed(desk: Any) -> dict[str, Any]:
        return {"items": [{"group": name, "agents": list(agents)} for name, agents in desk.groups().items()]}

    _asked(listed, json=json)


def join(group: Group, agents: Agents, json: Json = False) -> None:
    """Make agents members of a group: what the group may, they may from now on.

    Example: waybridge node join handlers https://1r.apron.example/logistics-objects/apron
    """
    _asked(lambda desk: _members(desk, group, desk.join(group, agents)), json=json)


def leave(group: Group, agents: Agents, json: Json = False) -> None:
    """End agents' membership of a group.

    Example: waybridge node leave handlers https://1r.apron.example/logistics-objects/apron
    """
    _asked(lambda desk: _members(desk, group, desk.leave(group, agents)), json=json)


def _members(desk: Any, group: str, _done: None) -> dict[str, Any]:
    return {"items": [{"group": group, "agents": list(desk.groups().get(group, ()))}]}


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise usage(f"--until wants a time like 2026-12-31T18:00Z, not {text!r}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _asked(ask: Any, *, json: bool) -> None:
    from hub.cli.node import opened

    hub, desk = opened()
    try:
        shown = ask(desk)
    except ValueError as fault:
        say(f"waybridge: {fault}")
        raise SystemExit(1) from None
    finally:
        hub.close()
    if json:
        print_json(shown)
        return
    for one in shown.get("items", [shown]):
        line("  ".join(", ".join(value) if isinstance(value, list) else str(value) for value in one.values() if value))


def register(commands: typer.Typer) -> None:
    """Add these commands to the node's."""
    for one in (grant, withdraw, access, groups, join, leave):
        commands.command(one.__name__)(one)
