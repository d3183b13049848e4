"""Documents of strangers: corners of JSON-LD 1.1 say what it says, and what contradicts itself is refused with its place."""

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


def chain(count: int, last: str, **more: Any) -> dict[str, Any]:
    """Each term leans on the next, the last on something else."""
    terms = {f"t{place}": f"t{place + 1}" for place in range(count - 1)} | {f"t{count - 1}": last}
    return {**VOCAB, **terms, "marks": {"@id": CARGO + "shippingMarks", "@container": "@set"}, **more}


@pytest.mark.parametrize("last", ["http://x.example/", "t0"], ids=["open", "circle"])
@pytest.mark.parametrize("count", [1_000, 30_000])
def test_terms_defined_by_each_other_without_end_are_refused_before_any_library_follows_them(count: int, last: str) -> None:
    document = read({"@context": chain(count, last), "@type": "Piece", "marks": ["A"]})
    assert [(one.code, one.path) for one in document.problems] == [(Code.ONE_CONTEXT, "/@context")]
    assert document.roots == []


def test_a_chain_of_a_few_terms_is_read() -> None:
    document = read({"@context": chain(20, "http://x.example/"), "@type": "Piece", "marks": ["A"], "t0": "B"})
    (root,) = document.roots
    assert "http://x.example/" in root.subject.values


@pytest.mark.parametrize("scoped", ["property", "type", "inside"])
def test_contexts_set_up_anew_for_every_object_are_refused_beyond_a_bound(scoped: str) -> None:
    def document(terms: int, objects: int) -> dict[str, Any]:
        many = {f"t{place}": f"http://x.example/{place}" for place in range(terms)}
        name = "containedItems" if scoped == "property" else "Item"
        top = many if scoped == "inside" else {name: {"@id": CARGO + name, "@context": many}}
        item = {"@type": "Item", "batchNumber": "1"} | ({"@context": {"z": "http://z.example/"}} if scoped == "inside" else {})
        return {"@context": {**VOCAB, **top}, "@type": "Piece", "containedItems": [item] * objects}

    many = 3_000 if scoped == "inside" else 1_000
    assert [one.code for one in read(document(many, many)).problems] == [Code.ONE_CONTEXT]
    assert len(read(document(20, 100)).graph.subjects) == 101
    assert read(document(20, 100)).problems == []


@pytest.mark.parametrize(
    "more",
    [
        {"http://ex.example/a b": "X"},
        {"cargo:a<b": "X"},
        {"cargo:a\ud800": "X"},
        {"cargo:a\n": "X"},
        {"http://ex.example/%zz": "X"},
        {"@type": ["cargo:Piece", "https://onerecord.iata.org/ns/code-lists/a b"]},
        {"cargo:upid": {"@value": "X", "@language": "de_DE"}},
        {"cargo:upid": {"@value": "X", "@language": "abcdefghi"}},
        {"cargo:ofShipment": {"@id": "http://ex.example/[x]"}},
    ],
)
def test_what_no_rdf_can_say_is_an_invalid_resource_with_its_place(holder: Client, more: dict[str, Any]) -> None:
    body = {"@context": CONTEXT, "@type": "cargo:Piece", **more}
    answer = holder("POST", "/logistics-objects", json.dumps(body).encode())
    title, details = error(answer)
    assert (answer.status_code, title) == (400, "Invalid resource")
    assert all("(line 1, column " in one["api:hasMessage"] for one in details)


@pytest.mark.parametrize(
    "more",
    [
        {"cargo:upid": {"@value": "X", "@language": "zh-Hant-TW"}},
        {"http://ex.example/p": {"@value": "2026-99-99", "@type": XSD + "date"}},
        {"http://ex.example/ä/%C3%A4?q=1#f": "X", "urn:x:y": True},
        {"http://ex.example/p": {"@id": "http://u@[2001:db8::1]:80/x"}},
        {"cargo:dimensions": {"@id": "_:ä b", "@type": "cargo:Dimensions"}},
        {"cargo:goodsDescription": "\u0000\u0001\uffff \u2028 \x85 \r\n \"\"\" \\ '''"},
        {"http://ex.example/p": {"@value": "X", "@type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}},
    ],
)
def test_what_is_strange_but_can_be_said_comes_back_in_every_form(holder: Client, more: dict[str, Any]) -> None:
    where = holder.post({"@type": "cargo:Piece", **more})
    linked = statements(holder("GET", where).content)
    turtle = {
        str(quad)
        for quad in pyoxigraph.parse(holder("GET", where, Accept="text/turtle").content, format=pyoxigraph.RdfFormat.TURTLE)
    }
    assert len(linked) >= 4
    assert turtle == linked


def test_a_class_without_its_namespace_is_kept_with_it(holder: Client) -> None:
    answer = holder("POST", "/logistics-objects", {"@context": {"cargo": CARGO}, "@type": "Piece", "cargo:upid": "X"})
    assert (answer.status_code, answer.headers["Type"]) == (201, CARGO + "Piece")
    assert holder.get(answer.headers["Location"])["@type"] == "cargo:Piece"
    assert "cargo:Piece" in holder("GET", answer.headers["Location"], Accept="text/turtle").text


def test_a_change_may_use_the_prefixes_of_the_standard_in_its_texts(holder: Client) -> None:
    holder.post({"@id": PIECE, "@type": "cargo:Piece", "cargo:upid": "A"})
    short = {**operation("ADD", PIECE, "slac", "5", "xsd:integer"), "api:p": "cargo:slac"}
    gone = {**operation("DELETE", PIECE, "upid", "A", "xsd:string"), "api:p": "cargo:upid"}
    assert holder("PATCH", PIECE, change(PIECE, short, gone)).status_code == 201
    found = holder.get(PIECE)
    assert (found["cargo:slac"]["@value"], "cargo:upid" in found) == ("5", False)


def test_blanks_behind_a_scheme_are_left_out_wherever_an_iri_stands() -> None:
    far = "https: //onerecord.iata.org/ns/cargo#"
    name, slac = "https: //a.example/logistics-objects/1", {"@value": "1", "@type": "http: //www.w3.org/2001/XMLSchema#integer"}
    document = read({"@context": {"c": far}, "@id": name, "@type": "c:Piece", "c:slac": slac})
    (root,) = document.roots
    assert (root.subject.key, [*root.subject.types]) == (name.replace(" ", ""), [CARGO + "Piece"])
    assert node_of(root.subject)[CARGO + "slac"] == [{"@value": "1", "@type": XSD + "integer"}]
    assert {one.code for one in document.problems} == {Code.ONE_IRI_BLANK}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("2026-02-30T10:00:00Z", 400),
        ("2026-11-31T10:00:00Z", 400),
        ("2026-11-30T24:00:01Z", 400),
        ("2026-11-30T24:30:00Z", 400),
        ("2026-11-30T24:00:00Z", 201),
        ("2024-02-29T23:59:59.999+14:00", 201),
    ],
)
def test_a_time_is_one_of_the_calendar(holder: Client, text: str, status: int) -> None:
    body = {
        "@context": CONTEXT,
        "@type": "cargo:Waybill",
        "cargo:carrierDeclarationDate": {"@type": "xsd:dateTime", "@value": text},
    }
    assert holder("POST", "/logistics-objects", body).status_code == status


def test_texts_the_library_leaves_out_for_their_language_are_named() -> None:
    marks = {"shippingMarks": {"@id": CARGO + "shippingMarks", "@container": "@set"}}
    document = read(piece(marks, shippingMarks=["A"], upid={"@value": "X", "@language": "de_DE"}))
    assert [(one.code, one.path) for one in document.problems] == [(Code.ONE_DATATYPE, "/upid/@language")]
