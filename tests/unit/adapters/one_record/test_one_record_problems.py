"""Bad documents give located problems with a name; what the standard's examples get wrong is tolerated with a name."""

import json

import pytest

from adapters.one_record.format import build
from hub.problem import Code, Problem

CONTEXT = {"cargo": "https://onerecord.iata.org/ns/cargo#", "api": "https://onerecord.iata.org/ns/api#"}
CODES = "https://onerecord.iata.org/ns/code-lists/"


def problems(raw: bytes) -> list[Problem]:
    format = build()
    split = format.split(raw)
    return [*split.problems, *(one for part in split.parts for one in format.read(part).problems)]


def found(document: object) -> list[tuple[Code, str | None]]:
    return [(one.code, one.path) for one in problems(json.dumps(document).encode())]


def waybill(**properties: object) -> dict[str, object]:
    return {"@context": CONTEXT, "@type": "cargo:Waybill", **{f"cargo:{name}": value for name, value in properties.items()}}


@pytest.mark.parametrize(
    ("raw", "code", "line", "column"),
    [
        (b"", Code.FILE_EMPTY, 1, 1),
        (b'{\n "a" 1}', Code.ONE_JSON, 2, 6),
        (b'{"@type": "cargo:Piece",', Code.FILE_TRUNCATED, 1, 25),
        (b'{"@type": "cargo:Pie', Code.FILE_TRUNCATED, 1, 11),
        (b'{"a": NaN}', Code.ONE_JSON, 1, 7),
        (b'{"a": "\xff"}', Code.FILE_ENCODING, 1, 8),
        (b"[" * 101 + b"]" * 101, Code.ONE_DEPTH, 1, 101),
        (b'{"a":"[[{{",' + b'"b":[' * 0 + b'"c":' + b"[" * 100 + b"]" * 100 + b"}", Code.ONE_DEPTH, 1, 116),
        (b'"text"', Code.ONE_GRAPH, 1, 1),
        (b"[]", Code.ONE_GRAPH, 1, 1),
        (b"@prefix a: <b .", Code.ONE_TURTLE, 1, 1),
    ],
)
def test_what_cannot_be_read_is_located(raw: bytes, code: Code, line: int, column: int) -> None:
    (one,) = problems(raw)
    assert (one.code, one.line, one.column) == (code, line, column)


def test_a_hundred_levels_are_read() -> None:
    assert Code.ONE_DEPTH not in [one.code for one in problems(b"[" * 100 + b"]" * 100)]


@pytest.mark.parametrize(
    "context", ["https://example.org/context.jsonld", [CONTEXT, "https://example.org/x"], {"@import": "https://example.org/x"}]
)
def test_remote_contexts_are_refused_and_never_fetched(context: object) -> None:
    ((code, path),) = found({"@context": context, "@type": "cargo:Piece"})
    assert code is Code.ONE_CONTEXT_REMOTE
    assert path is not None
    assert path.startswith("/@context")


def test_a_remote_context_below_is_found() -> None:
    ((code, path),) = found(waybill(shipment={"@context": "https://example.org/c", "@type": "cargo:Shipment"}))
    assert (code, path) == (Code.ONE_CONTEXT_REMOTE, "/cargo:shipment/@context")


def test_a_key_written_with_escapes_hides_no_context() -> None:
    raw = b'{"\\u0040context": "https://example.org/c", "@type": "cargo:Piece"}'
    assert [one.code for one in problems(raw)] == [Code.ONE_CONTEXT_REMOTE]


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ({"@context": CONTEXT, "@type": "cargo:Waybil"}, Code.ONE_CLASS_UNKNOWN, "/@type"),
        ({"@context": CONTEXT, "cargo:waybillNumber": "12345675"}, Code.ONE_CLASS_MISSING, ""),
        ({"@context": CONTEXT, "@type": ["cargo:Piece", "cargo:Waybill"]}, Code.ONE_CLASS_CONFLICT, "/@type/1"),
        (waybill(colour="blue"), Code.ONE_PROPERTY_UNKNOWN, "/cargo:colour"),
        (waybill(waybillLineItem=[{"cargo:lineItemNumber": 1}]), Code.ONE_PROPERTY_RENAMED, "/cargo:waybillLineItem/0"),
        (waybill(shipment={"@type": "cargo:Piece"}), Code.ONE_RANGE, "/cargo:shipment"),
        (waybill(waybillNumber=["1", "2"]), Code.ONE_CARDINALITY, "/cargo:waybillNumber/1"),
        (waybill(shipment="a text"), Code.ONE_DATATYPE, "/cargo:shipment"),
        (waybill(waybillNumber=12345675), Code.ONE_DATATYPE, "/cargo:waybillNumber"),
        (waybill(waybillType="cargo:MASTER"), Code.ONE_DATATYPE, "/cargo:waybillType"),
        (waybill(destinationCurrencyRate="much"), Code.ONE_LEXICAL, "/cargo:destinationCurrencyRate"),
        (waybill(waybillType={"@id": "cargo:DOUBLE"}), Code.ONE_CODE, "/cargo:waybillType"),
        (waybill(serviceCode={"@id": CODES + "ServiceCode#QQ"}), Code.ONE_CODE, "/cargo:serviceCode"),
        (waybill(shipment=None), Code.ONE_NULL, "/cargo:shipment"),
        (waybill(shipment={"@id": "not an iri", "@type": "cargo:Shipment"}), Code.ONE_IRI, "/cargo:shipment/@id"),
        (waybill(shipment={"@id": " https://a.example/1"}), Code.ONE_IRI_BLANK, "/cargo:shipment/@id"),
        ({"@context": CONTEXT, "@type": "https://onerecord.iata.org/ns/cargo/3.2#Piece"}, Code.ONE_IRI_VERSIONED, "/@type"),
        ({"@context": CONTEXT, "@type": "Subscription"}, Code.ONE_TERM, "/@type"),
        (waybill() | {"waybillNumber": "12345675"}, Code.ONE_TERM, "/waybillNumber"),
        (waybill() | {"_comment": "note"}, Code.ONE_COMMENT, "/_comment"),
        (waybill() | {"@id:": "x"}, Code.ONE_TERM, "/@id:"),
        ({"@type": "cargo:Piece"}, Code.ONE_PREFIX, "/@context"),
        ({"@context": CONTEXT, "@type": "cargo:LogisticsEvent", "cargo:eventName": "x"}, Code.ONE_MISSING, ""),
    ],
)
def test_each_fault_has_its_name_and_pointer(document: object, code: Code, path: str) -> None:
    assert (code, path) in found(document)


def test_the_key_said_twice_is_named_at_the_second() -> None:
    raw = b'{"@context": {"cargo": "https://onerecord.iata.org/ns/cargo#"},\n "@type": "cargo:Piece",\n'
    raw += b' "cargo:upid": "1",\n "cargo:upid": "2"}'
    (one,) = problems(raw)
    assert (one.code, one.line, one.column, one.element) == (Code.ONE_DUPLICATE, 4, 2, "cargo:upid")


@pytest.mark.parametrize("datatype", ["int", "integer", "positiveInteger"])
def test_numbers_of_other_servers_are_tolerated(datatype: str) -> None:
    typed = {"@type": f"http://www.w3.org/2001/XMLSchema#{datatype}", "@value": "3"}
    when = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2026-11-21T10:30:00.000Z"}
    shipment = {"@id": "neone:4b1c", "@type": "cargo:Shipment"}
    assert found(waybill(shipment=shipment, carrierDeclarationDate=when) | {"api:hasRevision": typed}) == []


def test_what_reaches_no_element_is_listed() -> None:
    format = build()
    part = format.split(json.dumps(waybill(waybillNumber="1") | {"_comment": "for us"}).encode()).parts[0]
    assert format.read(part).unread == [(1, "_comment: for us")]


@pytest.mark.parametrize(
    ("head", "least", "most"),
    [
        (b'{"@context": {"cargo": "https://onerecord.iata.org/ns/cargo#"}', 95, 100),
        (b'\xef\xbb\xbf [{"@id": "x"}', 50, 90),
        (b'{"name": "x"}', 1, 20),
        (b"@prefix cargo: <https://onerecord.iata.org/ns/cargo#> .", 95, 100),
        (b"QK FRAFFXX", 0, 0),
        (b"UNB+UNOA:1", 0, 0),
        (b"FWB/17\n020-12345675", 0, 0),
        (b"<?xml version='1.0'?>", 0, 0),
    ],
)
def test_how_sure_the_format_is(head: bytes, least: int, most: int) -> None:
    assert least <= build().sniff(head) <= most


@pytest.mark.parametrize("type", ["Notification", "ChangeRequest", "Error", "ServerInformation", "Subscription", "AuditTrail"])
def test_documents_of_the_api_are_recognised(type: str) -> None:
    (part,) = build().split(json.dumps({"@context": CONTEXT, "@type": f"api:{type}"}).encode()).parts
    assert (part.type, part.version) == (type, "2.3.0")
    assert build().table(part.type, part.version) == (type, "2.3.0")


def test_a_class_below_a_mapped_one_is_read_by_it() -> None:
    assert build().table("PieceDg", "3.3.0") == ("Piece", "3.3.0")
    assert build().table("StatusUpdateEvent", "3.2") == ("StatusUpdateEvent", "3.3.0")
    assert build().table("Nothing", "3.3.0") is None


def test_roots_are_messages_of_their_own_and_circles_have_one() -> None:
    site = "https://a.example/logistics-objects/"
    graph = [
        {
            "@id": site + "s",
            "@type": "cargo:Shipment",
            "cargo:waybill": {"@id": site + "w"},
            "cargo:pieces": [{"@id": site + "p"}],
        },
        {"@id": site + "w", "@type": "cargo:Waybill", "cargo:shipment": {"@id": site + "s"}},
        {"@id": site + "p", "@type": "cargo:Piece", "cargo:ofShipment": {"@id": site + "s"}},
        {"@id": site + "u", "@type": "cargo:ULD", "cargo:uldSerialNumber": "12345"},
    ]
    format = build()
    parts = format.split(json.dumps({"@context": CONTEXT, "@graph": graph}).encode()).parts
    assert [(part.type, part.reference) for part in parts] == [("Waybill", site + "w"), ("ULD", site + "u")]
    trees = [format.read(part).root for part in parts]
    assert trees[1].text("uldSerialNumber") == "12345"
    shipment = trees[0].first("shipment")
    assert shipment is not None
    assert [child.name for child in shipment.children] == ["pieces", "waybill"]


def test_author_and_time_of_an_event_are_in_its_frame() -> None:
    event = {
        "@context": CONTEXT,
        "@type": "cargo:LogisticsEvent",
        "cargo:creationDate": {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2026-11-21T10:38:01.000Z"},
        "cargo:recordingOrganization": {"@type": "cargo:Company", "cargo:name": "BLUE HANDLING"},
    }
    split = build().split(json.dumps(event).encode())
    assert [(frame.author, frame.said_at) for frame in split.frames] == [("BLUE HANDLING", "2026-11-21T10:38:01.000Z")]
    assert split.parts[0].frame == 0
