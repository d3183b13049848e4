"""Another party's ONE Record node in memory: the standard's answers, or NE:ONE's where they differ; tokens, and faults to order.

It knows nothing of the client: its documents are written out here by hand.
"""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.contract.partners import http_server

API, CARGO, XSD = (
    "https://onerecord.iata.org/ns/api#",
    "https://onerecord.iata.org/ns/cargo#",
    "http://www.w3.org/2001/XMLSchema#",
)
CONTEXT = {"api": API, "cargo": CARGO}
MODIFIED = "Sat, 21 Nov 2026 10:30:00 GMT"
METHODS = ["GET", "HEAD", "POST", "PATCH", "DELETE"]


@dataclass
class Seen:
    """One request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    port: int = 0


@dataclass
class OtherNode:
    """``neone``: flattened answers, no version in Content-Type, xsd:int revisions, status applied later, 400 for 422."""

    neone: bool = False
    versions: tuple[str, ...] = ("2.3.0", "2.2.0")
    refuses_newer: bool = False
    tokens: bool = False
    head: bool = True
    bulk: bool = True
    token: str = ""
    token_seconds: float | None = 3600
    delay: float = 0.0
    base: str = ""
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    faults: list[Response] = field(default_factory=list)
    issued: int = 0
    good_tokens: set[str] = field(default_factory=set)
    later: list[tuple[float, str, str]] = field(default_factory=list)

    # what a test puts in

    def iri(self, name: str) -> str:
        return f"{self.base}/logistics-objects/{name}"

    def put(self, name: str, kind: str, /, **properties: Any) -> str:
        said = {f"cargo:{key}": value for key, value in properties.items()}
        self.objects[name] = {"@id": self.iri(name), "@type": f"cargo:{kind}", **said}
        self.revisions[name] = self.revisions.get(name, 0) + 1
        return self.iri(name)

    def asked(self, method: str, path: str) -> list[Seen]:
        return [one for one in self.seen if one.method == method and one.path == path]

    def fault(self, status: int, **headers: str) -> None:
        """The next request to anything but the root is answered so."""
        detail = {"@type": "api:ErrorDetail", "api:hasCode": str(status), "api:hasMessage": "as ordered by the test"}
        error = {"@context": CONTEXT, "@type": "api:Error", "@id": "internal:e1", "api:hasTitle": "Ordered fault"}
        body = {**error, "api:hasErrorDetail": [{**detail, "@id": "internal:d1"}]}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults.append(JSONResponse(body, status_code=status, headers=named, media_type="application/ld+json"))

    # what it answers

    @contextmanager
    def serving(self) -> Iterator["OtherNode"]:
        app = Starlette(
            routes=[Route("/token", self._token, methods=["POST"]), Route("/{path:path}", self._any, methods=METHODS)]
        )
        with http_server(app) as port:
            self.base = f"http://127.0.0.1:{port}"
            yield self

    async def _token(self, request: Request) -> Response:
        form = dict(pair.split("=", 1) for pair in (await request.body()).decode().split("&"))
        self.seen.append(Seen("POST", "/token", "", dict(request.headers), json.dumps(form).encode(), _port(request)))
        basic = request.headers.get("authorization") == "Basic d2F5YnJpZGdlOmEtc2VjcmV0LXdvcmQ="
        if not basic and form.get("client_secret") != "a-secret-word":
            return JSONResponse({"error": "invalid_client", "error_description": "who is that"}, status_code=401)
        self.issued += 1
        token = self.token or f"token-{self.issued}"
        self.good_tokens = {token}
        lasts = {} if self.token_seconds is None else {"expires_in": self.token_seconds}
        return JSONResponse({"access_token": token, "token_type": "Bearer", **lasts})

    async def _any(self, request: Request) -> Response:
        body = await request.body()
        self.seen.append(Seen(request.method, request.url.path, request.url.query, dict(request.headers), body, _port(request)))
        if self.tokens and request.headers.get("authorization", "")[7:] not in self.good_tokens:
            return self._error(401, "Not authenticated or expired token")
        if self.refuses_newer and "version=2.3.0" in request.headers["accept"]:
            return self._error(415, "Unsupported content type")
        if request.url.path != "/" and self.faults:
            return self.faults.pop(0)
        self._apply_later()
        return self._route(request, body)

    def _route(self, request: Request, body: bytes) -> Response:  # noqa: C901
        steps = request.url.path.strip("/").split("/")
        match (request.method, steps):
            case ("GET", [""]):
                return self._answer(self._information())
            case ("GET" | "HEAD", ["logistics-objects", name]):
                return self._object(name, request)
            case ("POST", ["logistics-objects"]):
                return self._create(json.loads(body))
            case ("PATCH", ["logistics-objects", name]):
                return self._made_request("ChangeRequest", json.loads(body)) if name in self.objects else self._error(404, "No")
            case ("POST", ["logistics-objects", name, "logistics-events"]):
                return self._event(name, json.loads(body), request.headers.get("idempotency-key", ""))
            case ("GET", ["logistics-objects", name, "logistics-events"]):
                return self._listed(name, request)
            case ("GET", ["logistics-objects", name, "logistics-events", number]):
                return self._answer({"@context": CONTEXT, **self.events[name][int(number)]})
            case ("POST", ["logistics-events"]) if self.bulk:
                return self._several(json.loads(body))
            case ("POST", ["subscriptions"]):
                return self._made_request("SubscriptionRequest", json.loads(body))
            case ("POST", ["access-delegations"]):
                return self._made_request("AccessDelegationRequest", json.loads(body))
            case ("POST", ["notifications"]):
                return Response(status_code=204)
            case (_, ["action-requests", name]) if name in self.requests:
                return self._request(request, name)
        return self._error(404, "Resource not found")

    def _information(self) -> dict[str, Any]:
        told = {"api:hasSupportedApiVersion": list(self.versions), "api:hasServerEndpoint": self.base}
        return {"@context": CONTEXT, "@id": f"{self.base}/", "@type": "api:ServerInformation", **told}

    def _answer(self, document: dict[str, Any], **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.neone:
            media = "application/ld+json;charset=UTF-8"
            return Response(json.dumps(flattened(document)), media_type=media, headers=named)
        media = f"application/ld+json; version={self.versions[0]}"
        return Response(json.dumps(document), headers={**named, "Content-Type": media})

    def _error(self, status: int, title: str) -> Response:
        self.fault(status)
        made = self.faults.pop()
        return Response(bytes(made.body).replace(b"Ordered fault", title.encode()), status, media_type="application/ld+json")

    def _object(self, name: str, request: Request) -> Response:
        if name not in self.objects:
            return self._error(404, "Resource not found")
        if request.method == "HEAD" and not self.head:
            return Response(status_code=405)
        number = self.revisions[name]
        kind = "int" if self.neone else "positiveInteger"
        revision = {"@type": XSD + kind, "@value": str(number)}
        time_of = {"@type": XSD + "dateTime", "@value": "2026-11-21T10:30:00.000Z"}
        added = {"api:hasRevision": revision, "api:hasLatestRevision": revision, "api:hasLastModified": time_of}
        headers = {"Revision": str(number), "Latest_Revision": str(number), "Last_Modified": MODIFIED}
        return self._answer({"@context": CONTEXT, **self.objects[name], **added}, **({} if self.neone else headers))

    def _create(self, document: dict[str, Any]) -> Response:
        name = document.get("@id", "").rpartition("/")[2] or f"o{len(self.objects) + 1}"
        if name in self.objects:
            return self._error(409, "Identifier conflict")
        self.objects[name] = {key: value for key, value in document.items() if key != "@context"} | {"@id": self.iri(name)}
        self.revisions[name] = 1
        return self._made(self.iri(name), CARGO + "Shipment")

    def _event(self, name: str, document: dict[str, Any], key: str) -> Response:
        if name not in self.objects:
            return self._error(404, "Resource not found")
        held = self.events.setdefault(name, [])
        if key not in self.keys:
            self.keys.add(key)
            held.append({**document, "@id": f"{self.iri(name)}/logistics-events/{len(held)}"})
        return self._made(held[-1]["@id"], CARGO + "LogisticsEvent")

    def _several(self, document: dict[str, Any]) -> Response:
        results = []
        for place, target in enumerate(document["cargo:eventFor"]):
            good = target["@id"].rpartition("/")[2] in self.objects
            made = {"api:hasLogisticsEvent": {"@id": f"{target['@id']}/logistics-events/0"}} if good else {}
            told = {"api:hasHTTPStatus": 201 if good else 404, "api:hasLogisticsObject": {"@id": target["@id"]}}
            results.append({"@id": f"internal:r{place}", "@type": "api:EventCreationResult", **told, **made})
        body = {"@context": CONTEXT, "@id": "internal:m", "@type": "api:MultiStatusResponse", "api:hasCreationResult": results}
        return Response(json.dumps(body), 207, media_type="application/ld+json; version=2.3.0")

    def _listed(self, name: str, request: Request) -> Response:
        held = self.events.get(name, [])
        skip, limit = int(request.query_params.get("skip", 0)), int(request.query_params.get("limit", 1000))
        items = held[skip : skip + limit] if not self.neone else held
        said = {"@id": f"{self.iri(name)}/logistics-events", "@type": "api:Collection", "api:hasTotalItems": len(held)}
        plain = [{key: value for key, value in one.items() if key != "@context"} for one in items]
        return self._answer({"@context": CONTEXT, **said, **({"api:hasItem": plain} if plain else {})})

    def _made_request(self, kind: str, document: dict[str, Any]) -> Response:
        name = f"r{len(self.requests) + 1}"
        said = {"@id": f"{self.base}/action-requests/{name}", "@type": f"api:{kind}", "api:wanted": document}
        self.requests[name] = said | {"api:hasRequestStatus": {"@id": "api:REQUEST_PENDING"}}
        return self._made(said["@id"], API + kind)

    def _made(self, iri: str, kind: str) -> Response:
        return Response(status_code=201, headers={"Location": iri, "Type": kind})

    def _request(self, request: Request, name: str) -> Response:
        held = self.requests[name]
        now = held["api:hasRequestStatus"]["@id"]
        if request.method == "GET":
            return self._answer({"@context": CONTEXT, **{key: held[key] for key in held if key != "api:wanted"}})
        wanted = "REQUEST_REVOKED" if request.method == "DELETE" else request.query_params["status"]
        if not now.endswith("PENDING"):
            return self._error(400 if self.neone else 422, "Unprocessable content")
        if self.neone:
            self.later.append((time.monotonic() + self.delay, name, wanted))
        else:
            held["api:hasRequestStatus"] = {"@id": f"api:{wanted}"}
        return Response(status_code=204, headers={"Location": held["@id"]})

    def _apply_later(self) -> None:
        due = [one for one in self.later if one[0] <= time.monotonic()]
        for one in due:
            self.later.remove(one)
            self.requests[one[1]]["api:hasRequestStatus"] = {"@id": f"api:{one[2]}"}


def _port(request: Request) -> int:
    """The caller's port: one for each connection."""
    return request.client.port if request.client else 0


def flattened(document: dict[str, Any]) -> dict[str, Any]:
    """The document as NE:ONE writes it: one ``@graph``, full IRIs, embedded objects by ``neone:`` ids."""
    nodes: list[dict[str, Any]] = []

    def word(text: str) -> str:
        return text.replace("api:", API, 1) if text.startswith("api:") else text.replace("cargo:", CARGO, 1)

    def put(value: dict[str, Any]) -> dict[str, Any]:
        node: dict[str, Any] = {"@id": value.get("@id") or f"neone:{uuid.uuid4()}"}
        nodes.append(node)
        if "@type" in value:
            above = [CARGO + "LogisticsObject"] if "/logistics-objects/" in node["@id"] else []
            node["@type"] = [word(value["@type"]), *above]
        node |= {word(key): plain(one) for key, one in value.items() if not key.startswith("@")}
        return {"@id": node["@id"]}

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(one) for one in value]
        if not isinstance(value, dict) or "@value" in value:
            return value
        return put(value) if set(value) - {"@id"} else {"@id": word(value["@id"])}

    put({key: value for key, value in document.items() if key != "@context"})
    return {"@graph": nodes}
