"""A node's server asked over HTTP without a socket: the world of :mod:`node_world`, and callers who prove themselves by name."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from adapters.one_record.server import _hold_the_holder
from adapters.one_record.server.app import create
from adapters.one_record.server.call import Node
from adapters.one_record.server.entrance import Entrance
from adapters.one_record.server.errors import Detail, Refusal
from adapters.one_record.server.table import OPERATIONS, Operation
from adapters.one_record.sharing.permits import Permits
from adapters.one_record.vocabulary import API, CARGO, XSD
from hub.node import NodeDoors
from hub.objects import Agent
from tests.unit.adapters.one_record.node_world import BASE, HOLDER, World

CONTEXT = {"cargo": CARGO, "api": API, "xsd": XSD}
LD = "application/ld+json"


class ByName(Entrance):
    """Whoever calls says who it is: ``Authorization: Bearer IRI``. Tokens have tests of their own."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def agent(self, headers: Mapping[str, str], certificate: bytes | None = None) -> Agent:
        uri = headers.get("authorization", "").removeprefix("Bearer ")
        if not uri:
            raise Refusal(401, Detail(message="no token"), headers={"WWW-Authenticate": "Bearer"})
        return Agent(uri=uri, partner=self._node.doors.partner_of(uri), holder=uri == self._node.holder)

    def open_call(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        return None


@dataclass
class Client:
    """One agent's way to the node."""

    app: FastAPI
    agent: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        given = {"Accept": LD, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.agent:
            given.setdefault("Authorization", f"Bearer {self.agent}")
        if body is not None:
            given.setdefault("Content-Type", LD)
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        address = path if "://" in path else BASE + path
        return asyncio.run(self._ask(method, address, raw, given))

    async def _ask(self, method: str, address: str, raw: bytes | None, headers: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app)) as client:
            return await client.request(method, address, content=raw, headers=headers)

    def post(self, body: dict[str, Any]) -> str:
        """Create an object; its address."""
        answer = self("POST", "/logistics-objects", {"@context": CONTEXT, **body})
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def get(self, address: str, **headers: str) -> dict[str, Any]:
        answer = self("GET", address, **headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


class Web:
    """The server of a world's node."""

    def __init__(self, world: World, operations: Sequence[Operation] = OPERATIONS) -> None:
        self.world = world
        self.node, self.app = served(world.node, operations)

    def client(self, agent: str = HOLDER) -> Client:
        return Client(self.app, agent)


def served(doors: NodeDoors, operations: Sequence[Operation] = OPERATIONS) -> tuple[Node, FastAPI]:
    """A node over these ports, and its server."""
    node = Node(
        doors=doors, permits=Permits(doors), base=doors.settings.base_url, holder=doors.settings.holder, started=doors.now()
    )
    _hold_the_holder(node)
    return node, create(node, operations, ByName(node))


def change(address: str, *operations: dict[str, Any], revision: int = 1, **more: Any) -> dict[str, Any]:
    """A Change of an object."""
    return {
        "@context": CONTEXT,
        "@type": "api:Change",
        "api:hasLogisticsObject": {"@id": address},
        "api:hasOperation": list(operations),
        "api:hasRevision": {"@type": "xsd:positiveInteger", "@value": str(revision)},
        **more,
    }


def operation(op: str, subject: str, property: str, value: str, datatype: str = XSD + "string") -> dict[str, Any]:
    return {
        "@type": "api:Operation",
        "api:op": {"@id": f"api:{op}"},
        "api:s": subject,
        "api:p": property if ":" in property else CARGO + property,
        "api:o": {"@type": "api:OperationObject", "api:hasDatatype": datatype, "api:hasValue": value},
    }


def error(answer: httpx.Response) -> tuple[str, list[dict[str, Any]]]:
    """Title and details of an error object."""
    body = answer.json()
    assert body["@type"] == "api:Error"
    assert body["@id"].startswith("internal:")
    details = body["api:hasErrorDetail"]
    return body["api:hasTitle"], details if isinstance(details, list) else [details]
