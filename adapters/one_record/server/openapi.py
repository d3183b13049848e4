"""The OpenAPI description of the node, written from the table of operations (the standard's own file is behind its text)."""

import re
from collections.abc import Iterable
from typing import Any

from adapters.one_record.server.errors import ENGLISH_WORDS
from adapters.one_record.server.negotiation import JSON_LD, VERSIONS
from adapters.one_record.server.table import Operation
from adapters.one_record.vocabulary import API, CARGO, vocabulary

_SUCCESS = {200: "As asked for.", 201: "Created; see the headers Location and Type.", 204: "Done.", 207: "Done one by one."}
_MOVED = {301: "Moved permanently.", 302: "Moved for a while."}


def document(operations: Iterable[Operation], base: str) -> dict[str, Any]:
    """OpenAPI 3.1 of these operations below ``base``."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "ONE Record API", "version": VERSIONS[0], "summary": "A ONE Record node of Waybridge."},
        "servers": [{"url": base}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
    }


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": one.section,
        "parameters": [*map(_in_path, re.findall(r"\{(\w+)\}", one.path)), *map(_in_query, one.query)],
        "responses": {str(one.success): _success(one)} | {str(status): _error(one, status) for status in sorted(one.errors)},
    }
    if one.takes:
        described["requestBody"] = {"required": True, "content": _content(one.takes)}
    return described


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _in_query(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": name == "status", "schema": {"type": "string"}}


def _success(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"description": _SUCCESS[one.success]}
    if one.gives and one.method != "HEAD":
        described["content"] = _content(one.gives)
    return described


def _error(one: Operation, status: int) -> dict[str, Any]:
    if status in _MOVED:
        return {"description": _MOVED[status]}
    known = ENGLISH_WORDS.get(str(status)) or ENGLISH_WORDS[f"{status} resource"]
    described: dict[str, Any] = {"description": known[0]}
    return described if one.method == "HEAD" else described | {"content": _content("Error")}


def _content(name: str) -> dict[str, Any]:
    """A body of a class: its properties are the ontology's, so only its type is said here."""
    known = vocabulary().classes.get(name)
    iri = known.iri if known else next((base + name for base in (CARGO, API)), name)
    schema = {"type": "object", "properties": {"@id": {"type": "string"}, "@type": {}}, "description": f"JSON-LD of {iri}"}
    return {JSON_LD: {"schema": schema}}
