"""The OpenAPI 3.1 document: the routes, the canonical shipment's schema, the layouts of our requests."""

import json
from importlib import resources
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hub.canonical.shipment import Shipment
from portal_api.problems import MEDIA

_BOOKINGS = ("booking_1.json", "shipmentinstruction_1.json")
_ERRORS = {
    400: "The request cannot be read.",
    401: "No API key, or none that is known.",
    403: "The holder of the key may not do this.",
    404: "Unknown, or not for you to see: the two are not told apart.",
    408: "The body came too slowly.",
    413: "The body is too large.",
    415: "The body is compressed.",
    422: "Some part of the request does not have the form it must have.",
    503: "The hub cannot store just now; Retry-After says when to try again.",
}
_OF = {
    "listShipments": (401, 422),
    "getShipment": (401, 404, 422),
    "getTimeline": (401, 404, 422),
    "submitRequest": (400, 401, 403, 408, 413, 415, 422, 503),
    "getRequest": (401, 404, 422),
}
_TAGGED = frozenset({"listShipments", "getShipment", "getTimeline"})
_OPAQUE = ("application/octet-stream", "text/plain")


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made once for an application."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = made["components"]["schemas"]
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        schemas.update(_canonical())
        schemas.update(_layouts())
        schemas.update(_problem_schema())
        _refer_to_canonical(schemas)
        for path in made["paths"].values():
            for operation in path.values():
                _complete(operation)
        app.openapi_schema = made
    return app.openapi_schema


def _canonical() -> dict[str, Any]:
    """The canonical shipment and its parts, as the types say; names of their own, since the portal's models have some too."""
    _, parts = msgspec.json.schema_components([Shipment], ref_template="#/components/schemas/Canonical{name}")
    return {f"Canonical{name}": part for name, part in parts.items()}


def _layouts() -> dict[str, Any]:
    """Our own request documents (schemas/partner), each part under its name."""
    folder = resources.files("schemas").joinpath("partner")
    parts = dict(json.loads(folder.joinpath("common_1.json").read_bytes())["$defs"])
    for name in _BOOKINGS:
        document = json.loads(folder.joinpath(name).read_bytes())
        parts[document["title"]] = {key: value for key, value in document.items() if not key.startswith("$")}
    return {f"Request{name}": _renamed(part) for name, part in parts.items()}


def _renamed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_renamed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": "#/components/schemas/Request" + schema["$ref"].rpartition("/")[2]}
    return {key: _renamed(value) for key, value in schema.items()}


def _problem_schema() -> dict[str, Any]:
    from portal_api.models import ProblemDocument

    made = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**made.pop("$defs", {}), "ProblemDocument": made}


def _refer_to_canonical(schemas: dict[str, Any]) -> None:
    schemas["ShipmentAnswer"]["properties"]["shipment"] = {"$ref": "#/components/schemas/CanonicalShipment"}


def _complete(operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    responses = operation["responses"]
    for status in _OF[name]:
        content = {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
        responses[str(status)] = {"description": _ERRORS[status], "content": content}
    if name in _TAGGED:
        operation.setdefault("parameters", []).append(_if_none_match())
        responses["200"]["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "of exactly this answer"}}
        responses["304"] = {"description": "The caller has this answer already (If-None-Match)."}
    if name == "submitRequest":
        operation["requestBody"] = _request_body()
        responses["202"]["headers"] = {
            "Location": {"schema": {"type": "string"}, "description": "where to ask what became of it"}
        }


def _if_none_match() -> dict[str, Any]:
    schema = {"type": "string"}
    return {"name": "If-None-Match", "in": "header", "required": False, "schema": schema, "description": "ETags the caller has"}


def _request_body() -> dict[str, Any]:
    keyed = [{"$ref": "#/components/schemas/RequestBooking"}, {"$ref": "#/components/schemas/RequestShipmentInstruction"}]
    content: dict[str, Any] = {"application/json": {"schema": {"anyOf": keyed}}}
    content.update({media: {"schema": {}} for media in _OPAQUE})
    file = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
    content["multipart/form-data"] = {"schema": file}
    described = "A booking or instruction keyed in, or a message in any format the hub reads: its bytes say which."
    return {"required": True, "description": described, "content": content}
