"""The ONE Record node over HTTP: API 2.3.0 and 2.2.0 by content negotiation. It knows the hub by its ports only."""

from contextlib import suppress

from fastapi import FastAPI

from adapters.one_record.server.app import create
from adapters.one_record.server.call import Node
from adapters.one_record.server.entrance import Entrance
from adapters.one_record.server.table import BEYOND, OPERATIONS
from adapters.one_record.sharing.permits import Permits
from adapters.one_record.vocabulary import CARGO
from hub.node import NodeDoors
from hub.objects import Conflict, NewObject
from hub.ports import Doors, Misconfigured


def mount(doors: Doors) -> FastAPI:
    """The application behind the hub's doors, for the configuration's ``mounts``. Raises Misconfigured without a ``[node]``."""
    if not isinstance(doors.node, NodeDoors):
        raise Misconfigured("adapters.one_record.server is mounted, but waybridge.toml has no [node]; give it a base_url")
    return open_server(doors.node)


def open_server(doors: NodeDoors) -> FastAPI:
    """The application of one node."""
    base = doors.settings.base_url
    node = Node(doors=doors, permits=Permits(doors), base=base, holder=doors.settings.holder, started=doors.now())
    _hold_the_holder(node)
    beyond = [operation for name, operation in BEYOND.items() if name in doors.settings.extensions]
    return create(node, (*OPERATIONS, *beyond), Entrance(doors))


def _hold_the_holder(node: Node) -> None:
    """The organization that holds the objects of this node, where its address is ours: it must be there to be read."""
    id = node.object_id(node.holder)
    if id and node.doors.objects.get(id) is None:
        kind = CARGO + "Company"
        company = {"@id": node.holder, "@type": [kind], CARGO + "name": [{"@value": node.doors.settings.name}]}
        with suppress(Conflict):
            node.doors.objects.create([NewObject(id=id, type=kind, nodes=[company], by=node.holder)])
