"""The ONE Record node as an ASGI application: HTTP to calls and answers to HTTP. All it knows of the API is the table."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from adapters.one_record.render import jsonld, turtle
from adapters.one_record.security.token_endpoint import LARGEST_FORM
from adapters.one_record.server import bodies, openapi
from adapters.one_record.server.call import Answer, Call, Node
from adapters.one_record.server.entrance import CERTIFICATE, KEY_SET, TOKEN, Entrance
from adapters.one_record.server.errors import ENGLISH, Detail, Refusal, error_nodes
from adapters.one_record.server.negotiation import JSON_LD, Wanted, takes_gzip, wanted
from adapters.one_record.server.rendered import Rendered
from adapters.one_record.server.shown import for_version
from adapters.one_record.server.table import Operation, Routes
from adapters.one_record.vocabulary import API
from hub.logs import Log, origin
from hub.objects import Agent, Conflict, Nodes

OPEN = (("POST", TOKEN), ("GET", KEY_SET))
"""What is answered to anybody, where the token endpoint is built in."""

THREADS = 16
"""Requests worked on at once; more wait."""

WORTH_COMPRESSING = 1_400
"""Bytes; less fits into one packet anyhow."""

T = TypeVar("T")
_log = Log("one-record.server")
_COMMON = {
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Accept-Encoding, Accept-Language, Authorization",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
}


class Server:
    """Answers requests for one node."""

    def __init__(self, node: Node, operations: Sequence[Operation], entrance: Entrance) -> None:
        self._node = node
        self._operations = operations
        self._routes = Routes(operations)
        self._entrance = entrance
        self._rendered = Rendered()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="one-record")
        self._prefix = urlsplit(node.base).path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every request, by whatever method; there is nothing here but HTTP."""
        if scope["type"] == "http":
            response = await self._answered(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _answered(self, request: Request) -> Response:
        asked = Wanted(language=wanted("*/*", request.headers.get("accept-language", "")).language)
        try:
            path = self._path(request)
            beside = await self._beside(request, path)
            if beside is not None:
                return beside
            asked = wanted(request.headers.get("accept", ""), request.headers.get("accept-language", ""))
            return await self._answer(request, path, asked)
        except Refusal as refusal:
            return _refusal(request, refusal, asked)
        except Exception as fault:
            _log.error("fault", method=request.method, path=request.url.path[:200], fault=origin(fault))
            return _refusal(request, Refusal(500), asked)

    async def _aside(self, work: Callable[..., T], *given: Any) -> T:
        """Work that waits for a database or the network, off the loop. The plain pool costs half of what anyio's threads do."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    def _path(self, request: Request) -> str:
        path = str(request.scope["path"])
        if not path.startswith(self._prefix):
            raise Refusal(404, Detail(message=f"This node answers below {self._node.base}/."))
        return "/" + "/".join(filter(None, path[len(self._prefix) :].split("/")))

    async def _beside(self, request: Request, path: str) -> Response | None:
        """What is no part of the API: its description, and the token endpoint where one is built in."""
        if path == "/openapi.json" and request.method == "GET":
            return Response(json.dumps(openapi.document(self._operations, self._node.base)), media_type="application/json")
        if (request.method, path) not in OPEN:
            return None
        body = await bodies.read(request, LARGEST_FORM + 1) if request.method == "POST" else b""
        told = await self._aside(self._entrance.open_call, request.method, path, request.headers, body)
        return Response(told.body, told.status, dict(told.headers)) if told else None

    async def _answer(self, request: Request, path: str, asked: Wanted) -> Response:
        methods, parameters = self._routes.find(path)
        operation = methods.get(request.method)
        body = b""
        if operation is not None and request.method in ("POST", "PATCH"):
            agent = await self._aside(self._agent, request)
            body = await bodies.read(request, self._node.doors.settings.max_bytes)
        else:
            agent = None
        return await self._aside(self._served, request, path, asked, methods, parameters, agent, body)

    def _served(
        self,
        request: Request,
        path: str,
        asked: Wanted,
        methods: Mapping[str, Operation],
        parameters: Mapping[str, str],
        agent: Agent | None,
        body: bytes,
    ) -> Response:
        agent = agent or self._agent(request)
        operation = _operation(request, methods, self._node.base + path)
        if self._node.doors.settings.moved_to:
            return self._moved(request, path, asked)
        call = Call(
            method=request.method,
            path=path,
            agent=agent,
            parameters=parameters,
            query=dict(reversed(request.query_params.multi_items())),
            body=body,
            media=request.headers.get("content-type", ""),
            version=asked.version,
            language=asked.language,
            key=request.headers.get("idempotency-key", "")[:200],
        )
        try:
            return self._response(request, self._handled(operation, call), asked)
        except Conflict as conflict:
            status = {"identifier": 409, "unknown": 404}.get(conflict.reason, 422)
            raise Refusal(status, Detail(message=str(conflict), resource=self._node.base + path)) from conflict

    def _handled(self, operation: Operation, call: Call) -> Answer:
        """The answer; where the same call was still at work when this one looked for it, what that one made is there now."""
        try:
            return operation.handler(self._node, call)
        except Conflict as conflict:
            if conflict.reason != "identifier" or not call.key:
                raise
            return operation.handler(self._node, call)

    def _response(self, request: Request, answer: Answer, asked: Wanted) -> Response:
        headers = {**_common(asked), "Content-Language": answer.language or ENGLISH, **answer.headers}
        nodes = answer.nodes
        if nodes is None:
            return Response(status_code=answer.status, headers=headers)
        if answer.mark:
            headers["ETag"] = _tag(answer.mark, asked)
            if _is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
                return Response(status_code=304, headers=headers)

        def write() -> bytes:
            return _body(for_version(nodes, asked.version), asked, answer.language)

        body = self._rendered.body((answer.mark, asked.media, asked.version), write) if answer.mark else write()
        return _sent(request, answer.status, body, headers)

    def _moved(self, request: Request, path: str, asked: Wanted) -> Response:
        """Where this is answered now. 301 and 302 are the standard's for what is read; a method that writes keeps its body."""
        settings = self._node.doors.settings
        reads = request.method in ("GET", "HEAD")
        status = (302 if reads else 307) if settings.moved_for_now else (301 if reads else 308)
        query = f"?{request.url.query}" if request.url.query else ""
        headers = {**_common(asked), "Location": f"{settings.moved_to.rstrip('/')}{path}{query}"}
        return Response(status_code=status, headers=headers)

    def _agent(self, request: Request) -> Agent:
        certificate = (request.scope.get("state") or {}).get(CERTIFICATE)
        return self._entrance.agent(request.headers, certificate)


def _operation(request: Request, methods: Mapping[str, Operation], resource: str) -> Operation:
    if not methods:
        raise Refusal(404, Detail(message="There is nothing at this path.", resource=resource))
    operation = methods.get(request.method)
    if operation is None:
        allow = ", ".join(sorted(methods))
        raise Refusal(405, Detail(message=f"Possible are: {allow}.", resource=resource), headers={"Allow": allow})
    return operation


def _tag(mark: str, asked: Wanted) -> str:
    """The validator of an answer (RFC 9110, section 8.8.3): weak, for it is the same whether compressed or not."""
    return f'W/"{hashlib.blake2b(f"{mark} {asked.content_type}".encode(), digest_size=12).hexdigest()}"'


def _is_known(stated: str, tag: str) -> bool:
    """Whether the caller has what it would get (If-None-Match, weak comparison)."""
    return any(one.strip() in (tag, tag.removeprefix("W/"), "*") for one in stated[:4000].split(",")) if stated else False


def _refusal(request: Request, refusal: Refusal, asked: Wanted) -> Response:
    headers = {**_common(asked), **refusal.headers, "Type": API + "Error"}
    nodes = for_version(error_nodes(refusal, asked.language), asked.version)
    return _sent(request, refusal.status, _body(nodes, asked, asked.language), headers)


def _common(asked: Wanted) -> dict[str, str]:
    return {**_COMMON, "Content-Language": asked.language, "Content-Type": asked.content_type}


def _body(nodes: Nodes, asked: Wanted, language: str) -> bytes:
    """The document; a language that is not the default stands in its context (Serialization and Data Formats)."""
    return jsonld(nodes, language="" if language == ENGLISH else language) if asked.media == JSON_LD else turtle(nodes)


def _sent(request: Request, status: int, body: bytes, headers: dict[str, str]) -> Response:
    """The response; to HEAD the same without its body."""
    if len(body) >= WORTH_COMPRESSING and takes_gzip(request.headers.get("accept-encoding", "")):
        body = gzip.compress(body, 1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    if request.method == "HEAD":
        return Response(status_code=status, headers={**headers, "Content-Length": str(len(body))})
    return Response(body, status, headers)


def create(node: Node, operations: Sequence[Operation], entrance: Entrance) -> FastAPI:
    """The application. Every path is the table's to answer, so that 404 and 405 are error objects too."""
    server = Server(node, operations, entrance)
    app = FastAPI(title="ONE Record", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.mount("/", server)
    return app
