"""Documents of strangers: corners of JSON-LD 1.1 say what the standard says, and what is contradictory is refused with its place."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from adapters.one_record.nodes import node_of
from adapters.one_record.read import Document, understand_as
from adapters.one_record.render import jsonld
from adapters.one_record.vocabulary import CARGO, XSD
from hub.problem import Code
from tests.unit.adapters.one_record.http_world import CONTEXT, Client, Web, change, error, operation
from tests.unit.adapters.one_record.node_world import BASE, world

PIECE = f"{BASE}/logistics-objects/piece"
VOCAB = {"@vocab": CARGO}


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Client]:
    with world(tmp_path) as found:
        yield Web(found).client()


def piece(context: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"@context": {**VOCAB, **context}, "@id": PIECE, "@type": "Piece", **properties}


def read(document: dict[str, Any]) -> Document:
    return understand_as(json.dumps(document), turtle=False)


def statements(raw: bytes) -> set[str]:
    return {str(quad) for quad in pyoxigraph.parse(raw, format=pyoxigraph.RdfFormat.JSON_LD)}


def ours(document: dict[str, Any]) -> set[str]:
    return statements(jsonld([node_of(one) for one in read(document).graph.subjects.values() if one.stated]))


@pytest.mark.parametrize(
    "document",
    [
        piece(
            {"@language": "de", "goodsDescription": {"@id": CARGO + "goodsDescription", "@language": None}}, goodsDescription="X"
        ),
        piece({"upid": {"@id": CARGO + "upid", "@type": "@json"}}, upid={"a": "b"}),
        piece({"upid": None}, upid="X", slac="3"),
        piece({"upid": {"@id": None}}, upid="X", slac="3"),
        piece({}, **{"@foo": "X", "slac": "3"}),
        piece({"@base": PIECE}) | {"@id": "", "upid": "X", "containedItems": {"@id": "#item", "@type": "Item"}},
    ],
    ids=["no language", "json", "null term", "null id", "keyword form", "the base itself"],
)
def test_corners_of_contexts_are_the_same_graph_as_for_another_library(document: dict[str, Any]) -> None:
    assert ours(document) == statements(json.dumps(document).encode())


def test_what_a_context_says_means_nothing_is_named(tmp_path: Path) -> None:
    document = read(piece({"upid": None}, upid="X"))
    assert [(one.code, one.path) for one in document.problems] == [(Code.ONE_TERM, "/upid")]
    assert document.unread == [(1, "upid: X")]


@pytest.mark.parametrize(
    "value",
    [
        {"@value": "X", "@id": PIECE},
        {"@value": "X", "@type": XSD + "string", "@language": "de"},
        {"@value": "X", "@type": "nowhere"},
        {"@value": ["X"]},
    ],
)
def test_a_value_that_contradicts_itself_is_an_invalid_body(holder: Client, value: Any) -> None:
    answer = holder("POST", "/logistics-objects", {"@context": {"cargo": CARGO}, "@type": "cargo:Piece", "cargo:upid": value})
    assert (answer.status_code, error(answer)[0]) == (400, "Invalid body request")


def test_a_key_that_stands_twice_is_an_invalid_body_with_its_place(holder: Client) -> None:
    raw = json.dumps({"@context": CONTEXT, "@type": "cargo:Piece", "cargo:upid": "A", "cargo:slac": 1})
    answer = holder("POST", "/logistics-objects", raw.replace("cargo:slac", "cargo:upid").replace("1}", '"B"}').encode())
    title, (detail,) = error(answer)
    assert (answer.status_code, title) == (400, "Invalid body request")
    assert "'cargo:upid' stands twice" in detail["api:hasMessage"]
    assert "(line 1, column " in detail["api:hasMessage"]


def test_a_change_with_a_key_twice_changes_nothing(holder: Client) -> None:
    holder.post({"@id": PIECE, "@type": "cargo:Piece"})
    raw = json.dumps(change(PIECE, operation("ADD", PIECE, "upid", "A")))
    answer = holder("PATCH", PIECE, raw.replace('"api:s":', '"api:p": "x:y", "api:s":').encode())
    assert answer.status_code == 400
    assert holder("HEAD", PIECE).headers["Latest-Revision"] == "1"
