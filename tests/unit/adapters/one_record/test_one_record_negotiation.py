"""Server information, versions, languages, media types and errors (server-information.md, implementation-guidelines.md)."""

from pathlib import Path

import pyoxigraph
import pytest

from adapters.one_record.server import openapi
from adapters.one_record.server.errors import ENGLISH_WORDS, GERMAN_WORDS
from adapters.one_record.server.table import OPERATIONS
from adapters.one_record.vocabulary import API, CARGO
from tests.unit.adapters.one_record.http_world import Client, Web, change, error, operation
from tests.unit.adapters.one_record.node_world import BASE, HOLDER, world


def test_get_server_information(holder: Client) -> None:
    answer = holder("GET", "/")
    assert answer.headers["Last-Modified"]
    body = answer.json()
    assert (body["@type"], body["@id"]) == ("api:ServerInformation", f"{BASE}/")
    assert body["api:hasDataHolder"]["@id"] == HOLDER
    assert body["api:hasSupportedApiVersion"] == ["2.3.0", "2.2.0"]
    assert {one["@value"] for one in body["api:hasSupportedOntology"]} >= {CARGO[:-1], API[:-1]}
    assert {one["@value"] for one in body["api:hasSupportedOntologyVersion"]} >= {f"{CARGO[:-1]}/3.3.0", f"{API[:-1]}/2.3.0"}
    assert "en-US" in body["api:hasSupportedLanguage"]
    assert holder.get(HOLDER)["@type"] == "cargo:Company"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/ld+json; version=2.3.0"),
        ("application/ld+json", "application/ld+json; version=2.3.0"),
        ("application/ld+json; version=2.2.0", "application/ld+json; version=2.2.0"),
        ('application/ld+json;version="2.2.0"', "application/ld+json; version=2.2.0"),
        ("application/ld+json; version=2.0.0-dev", "application/ld+json; version=2.3.0"),
        ("application/ld+json; version=9.9", "application/ld+json; version=2.3.0"),
        ("text/html, */*;q=0.1", "application/ld+json; version=2.3.0"),
        ("text/turtle", "text/turtle; version=2.3.0"),
        ("application/ld+json;q=0.5, application/x-turtle", "application/x-turtle; version=2.3.0"),
        ("application/ld+json; version=2.2.0; q=0.5, text/turtle", "text/turtle; version=2.3.0"),
        ("application/ld+json; version=2.4.0, application/ld+json; version=2.2.0", "application/ld+json; version=2.2.0"),
        ("application/ld+json;q=0, */*", "text/turtle; version=2.3.0"),
        ("text/turtle;q=0, */*", "application/ld+json; version=2.3.0"),
    ],
)
def test_api_versioning_by_content_negotiation(holder: Client, accept: str, media: str) -> None:
    assert holder("GET", "/", Accept=accept).headers["Content-Type"] == media


def test_a_media_type_nobody_here_writes_is_an_unsupported_content_type(holder: Client) -> None:
    none = "application/ld+json;q=0, application/x-turtle;q=0, application/*"
    for accept in ("application/xml", "application/ld+json;q=0", none):
        answer = holder("GET", HOLDER, Accept=accept)
        assert (answer.status_code, error(answer)[0]) == (415, "Unsupported content type")
    posted = holder("POST", "/logistics-objects", b"<a/>", Content_Type="application/xml")
    assert (posted.status_code, error(posted)[0]) == (415, "Unsupported content type")


def test_turtle_out_is_the_same_graph(holder: Client) -> None:
    where = holder.post({"@type": "cargo:Piece", "cargo:coload": True, "cargo:grossWeight": {"@type": "cargo:Value"}})

    def graph(accept: str, format: pyoxigraph.RdfFormat) -> pyoxigraph.Dataset:
        found = pyoxigraph.Dataset(pyoxigraph.parse(holder("GET", where, Accept=accept).content, format=format))
        found.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
        return found

    assert graph("text/turtle", pyoxigraph.RdfFormat.TURTLE) == graph("application/ld+json", pyoxigraph.RdfFormat.JSON_LD)


def test_version_2_2_has_no_properties_of_2_3(holder: Client) -> None:
    where = holder.post({"@type": "cargo:Piece"})
    request = holder("PATCH", where, change(where, operation("ADD", where, "upid", "1"))).headers["Location"]
    new, old = holder.get(request), holder.get(request, Accept="application/ld+json; version=2.2.0")
    only_new = {"api:hasRequestStatusSince", "api:hasRequestStatusHistory"}
    assert only_new <= new.keys()
    assert not only_new & old.keys()
    assert "api:hasSeverity" in holder("GET", "/none").json()
    assert "api:hasSeverity" not in holder("GET", "/none", Accept="application/ld+json; version=2.2.0").json()


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("de-DE", "de-DE"), ("de", "de-DE"), ("fr, de;q=0.5", "de-DE"), ("zh-HK", "en-US"), ("", "en-US"), ("de;q=0, *", "en-US")],
)
def test_internationalization_example_b_errors_speak_the_language_asked_for(holder: Client, wanted: str, given: str) -> None:
    answer = holder("GET", "/logistics-objects/none", Accept_Language=wanted)
    assert answer.headers["Content-Language"] == given
    body = answer.json()
    german = given == "de-DE"
    assert body["api:hasTitle"] == ("Ressource nicht gefunden" if german else "Resource not found")
    assert body["@context"].get("@language") == ("de-DE" if german else None)


def test_error_handling_every_status_has_its_title_and_message_in_every_language() -> None:
    statuses = {str(one) for operation in OPERATIONS for one in operation.errors} - {"301", "302"}
    assert statuses <= {name.partition(" ")[0] for name in ENGLISH_WORDS}
    assert ENGLISH_WORDS.keys() == GERMAN_WORDS.keys()
    assert all(title and message for words in (ENGLISH_WORDS, GERMAN_WORDS) for title, message in words.values())


def test_error_handling_unknown_paths_and_methods_are_error_objects(holder: Client) -> None:
    lost = holder("GET", "/nowhere")
    assert (lost.status_code, error(lost)[0]) == (404, "Resource not found")
    wrong = holder("DELETE", "/logistics-objects")
    assert (wrong.status_code, wrong.headers["Allow"], error(wrong)[0]) == (405, "POST", "Method not allowed")
    for method in ("TRACE", "SEARCH", "get"):
        strange = holder(method, "/logistics-objects")
        assert (strange.status_code, strange.headers["Allow"], error(strange)[0]) == (405, "POST", "Method not allowed")


def test_error_handling_a_fault_of_ours_is_told_without_its_reasons(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(type(web.node.doors.objects), "get", explode)
    answer = web.client()("GET", HOLDER)
    assert (answer.status_code, error(answer)[0]) == (500, "Internal server error")
    assert "secret" not in answer.text


def test_a_body_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    with world(tmp_path, max_bytes=100) as small:
        answer = Web(small).client()("POST", "/logistics-objects", b" " * 101)
        assert (answer.status_code, error(answer)[0]) == (413, "Invalid body request")


def test_a_body_of_too_many_objects_is_refused(tmp_path: Path) -> None:
    with world(tmp_path, max_nodes=3) as small:
        pieces = [{"@id": f"https://x.example/{number}", "@type": CARGO + "Piece"} for number in range(4)]
        answer = Web(small).client()("POST", "/logistics-objects", {"@type": CARGO + "Shipment", CARGO + "pieces": pieces})
        assert (answer.status_code, error(answer)[0]) == (400, "Invalid body request")


@pytest.mark.parametrize("many", ["[{}" + ",{}" * 50 + "]", '{"a": [1' + ",1" * 200 + "]}"])
def test_a_body_of_far_too_many_values_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: str) -> None:
    monkeypatch.setattr("adapters.one_record.server.documents.understand_as", None)
    with world(tmp_path, max_nodes=3) as small:
        answer = Web(small).client()("POST", "/logistics-objects", many.encode())
        assert (answer.status_code, error(answer)[0]) == (400, "Invalid body request")


def test_turtle_has_a_smaller_bound_as_it_costs_more(tmp_path: Path) -> None:
    with world(tmp_path, max_bytes=8_000) as small:
        holder = Web(small).client()
        text = f"@prefix c: <{CARGO}> . [] a c:Piece ; c:upid "
        for length, status in ((900, 201), (1_001, 413)):
            body = f'{text}"{"A" * (length - len(text) - 4)}" .'.encode()
            assert holder("POST", "/logistics-objects", body, Content_Type="text/turtle").status_code == status


def test_additional_properties_may_be_refused(tmp_path: Path) -> None:
    with world(tmp_path, unknown_properties="refuse") as strict:
        answer = Web(strict).client()("POST", "/logistics-objects", {"@type": CARGO + "Piece", "https://x.example/ns#y": 1})
        assert (answer.status_code, error(answer)[0]) == (400, "Invalid resource")


def test_large_answers_are_compressed_for_who_wants_it(holder: Client) -> None:
    where = holder.post({"@type": "cargo:Piece", "cargo:goodsDescription": "BOOKS " * 500})
    answer = holder("GET", where, Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()["cargo:goodsDescription"].startswith("BOOKS")
    assert "Content-Encoding" not in holder("GET", where, Accept_Encoding="identity").headers


def test_the_description_names_every_operation_of_the_table() -> None:
    described = openapi.document(OPERATIONS, BASE)
    for one in OPERATIONS:
        responses = described["paths"][one.path][one.method.lower()]["responses"]
        assert {int(status) for status in responses} == {one.success, *one.errors}


def test_the_description_is_served_without_a_token(web: Web) -> None:
    assert web.client("")("GET", "/openapi.json").json()["openapi"] == "3.1.0"
