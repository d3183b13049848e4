"""Laws of the ONE Record format: no bytes make it raise, its work grows linearly, what it writes it reads."""

import copy
import gc
import json
import re
import time
from datetime import UTC, datetime
from typing import Any

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adapters.one_record.format as one_record
from adapters.one_record import straight
from adapters.one_record.format import build
from adapters.one_record.vocabulary import CODES, Class, Property, vocabulary
from hub.envelope import Envelope, Outgoing
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.problem import Severity
from hub.profiles import problem_rows, profile
from hub.statement import Reading
from hub.syntax import Node

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LINE = Line(formats={"one-record": build()}, mappings=Mappings())
STANDARD = profile("standard", problem_rows())
XSD = "http://www.w3.org/2001/XMLSchema#"
CONTEXT = {"cargo": "https://onerecord.iata.org/ns/cargo#", "cl": CODES, "xsd": XSD, "api": "https://onerecord.iata.org/ns/api#"}
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

texts = st.text(st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
scalars = st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | texts
KEYWORDS = ["@id", "@type", "@value", "@context", "@graph", "@list", "@set", "@language", "@reverse"]
NAMES = [
    "cargo:Waybill",
    "cargo:shipment",
    "cargo:pieces",
    "cargo:waybillNumber",
    "cargo:eventFor",
    "_:b0",
    "https://a.example/1",
]
words = st.sampled_from([*KEYWORDS, *NAMES])
anything = st.recursive(
    scalars | words, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | texts, inner, max_size=5), max_leaves=20
)


def read_all(raw: bytes) -> list[Reading]:
    envelope = Envelope(id="1", partner="blue", channel="http", received_at=NOW, digest="", raw=raw)
    return list(LINE.understand(envelope, STANDARD).readings)


def exercise(raw: bytes) -> int:
    """Split and read whatever it is; the number of messages and problems, of which there must be one."""
    format = build()
    split = format.split(raw)
    messages = [format.read(part) for part in split.parts]
    for part, message in zip(split.parts, messages, strict=True):
        mapping = LINE.meaning(message)
        if mapping is not None:
            LINE.to_canonical(message, NOW.date())
        assert part.type
    return len(messages) + len(split.problems)


@RELAXED
@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_a_problem(raw: bytes) -> None:
    assert exercise(raw) > 0
    assert 0 <= build().sniff(raw) <= 100


@RELAXED
@given(anything)
def test_any_json_gives_a_message_or_a_problem(value: Any) -> None:
    assert exercise(json.dumps(value).encode()) > 0


@RELAXED
@given(anything, st.sampled_from(["cargo:Waybill", "cargo:Shipment", "cargo:Piece", "cargo:StatusUpdateEvent", "api:Collection"]))
def test_any_properties_of_a_class_give_a_message_or_a_problem(value: Any, type: str) -> None:
    document = {"@context": CONTEXT, "@type": type}
    known = vocabulary().classes.get(type.partition(":")[2])
    document |= {f"cargo:{name}": value for name in (known.properties if known else {})}
    assert exercise(json.dumps(document).encode()) > 0


@pytest.mark.parametrize("type", ["Loading", "TransportMovement", "ULD", "UnitComposition", "Composing"])
def test_a_code_outside_its_list_below_a_load_is_no_object(type: str) -> None:
    place = {"@type": "cargo:Location", "cargo:locationCodes": {"@id": "https://a.example/codes#AAA"}}
    event = {"@type": "cargo:LogisticsEvent", "cargo:eventLocation": place}
    assert exercise(json.dumps({"@context": CONTEXT, "@type": f"cargo:{type}", "cargo:events": event}).encode()) > 0


@RELAXED
@given(st.data())
def test_a_document_cut_anywhere_is_said_to_be_cut_or_broken(data: st.DataObject) -> None:
    raw = json.dumps({"@context": CONTEXT, "@type": "cargo:Piece", "cargo:upid": "1"}).encode()
    cut = raw[: data.draw(st.integers(1, len(raw) - 1))]
    split = build().split(cut)
    assert split.parts == []
    assert [one.severity for one in split.problems] == [Severity.ERROR]
    assert split.problems[0].line == 1


def values_of(rule: Property, depth: int) -> st.SearchStrategy[Any]:
    """Valid values of a property, generated from the class table."""
    if rule.kind == "code":
        listed = sorted(vocabulary().codes.get(vocabulary().list_of(rule) or rule.range, {}))
        code = st.sampled_from(listed) if listed else st.sampled_from(["AAA", "B1"])
        return code.map(lambda one: {"@id": vocabulary().code_iri(one, rule) or f"https://a.example/codes#{one}"})
    if rule.kind == "object":
        known = vocabulary().classes.get(rule.range)
        return objects(known, depth + 1) if known else st.nothing()
    forms: dict[str, st.SearchStrategy[Any]] = {
        "xsd:string": texts,
        "xsd:boolean": st.booleans(),
        "xsd:double": st.floats(-1e6, 1e6).map(lambda one: {"@type": "xsd:double", "@value": repr(one)}),
        "xsd:integer": st.integers(0, 10**9).map(lambda one: {"@type": "xsd:integer", "@value": str(one)}),
        "xsd:dateTime": st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001 - made aware below
            lambda one: {"@type": "xsd:dateTime", "@value": one.isoformat(timespec="seconds") + "Z"}
        ),
    }
    return forms.get(rule.range, texts.map(lambda one: {"@type": rule.range, "@value": "urn:x"}))


def objects(known: Class, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """An object of a class with a few of its properties."""
    fitting = [
        one for one in known.properties.values() if one.iri.startswith(CONTEXT["cargo"]) and (one.kind != "object" or depth < 3)
    ]
    chosen = st.lists(st.sampled_from(fitting), max_size=4, unique_by=lambda one: one.name) if fitting else st.just([])

    def fill(rules: list[Property]) -> st.SearchStrategy[dict[str, Any]]:
        parts = {
            f"cargo:{one.name}": st.lists(values_of(one, depth), min_size=1, max_size=3, unique_by=repr)
            if one.repeats
            else values_of(one, depth)
            for one in rules
        }
        return st.fixed_dictionaries(parts).map(lambda made: {"@type": f"cargo:{known.name}", **made})

    return chosen.flatmap(fill)


documents = st.sampled_from(["Waybill", "Shipment", "Piece", "StatusUpdateEvent", "Booking", "TransportMovement"]).flatmap(
    lambda name: objects(vocabulary().classes[name])
)


def plain(node: Node) -> tuple[Any, ...]:
    texts = sorted((name, one.text) for name, one in node.elements.items() if not one.text.startswith("internal:"))
    return node.name, texts, [plain(child) for child in node.children]


def tree(raw: bytes) -> tuple[Any, ...]:
    format = build()
    (part,) = format.split(raw).parts
    return plain(format.read(part).root)


@RELAXED
@given(documents)
def test_law_a_what_is_written_is_what_was_read(document: dict[str, Any]) -> None:
    raw = json.dumps({"@context": CONTEXT, **document}).encode()
    format = build()
    message = format.read(format.split(raw).parts[0])
    written = format.write(message, Outgoing(message_id="m", control_reference="1", at=NOW))
    assert written.problems == []
    assert tree(written.raws[0]) == plain(message.root)


@RELAXED
@given(documents)
def test_the_flattened_form_of_another_library_is_the_same_tree(document: dict[str, Any]) -> None:
    raw = json.dumps({"@context": CONTEXT, **document}).encode()
    quads = list(pyoxigraph.parse(raw, format=pyoxigraph.RdfFormat.JSON_LD))
    flattened = pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.JSON_LD)
    assert tree(flattened) == tree(raw)


def whole(raw: bytes, short: bool) -> tuple[Any, ...]:
    """All that is made of a document, the short way where that is open to it, or always by the graph."""
    chosen = straight.straight if short else (lambda _text: None)
    format = build()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_record, "straight", chosen)
        split = format.split(raw)
        return split, [format.read(part) for part in split.parts]


TANGLED = [
    {"@id": "https://a.example/p", "@type": "cargo:Piece", "cargo:upid": "1"},
    {"@id": "https://a.example/p"},
    {"@id": "https://a.example/p", "@type": "cargo:Piece"},
    {"@id": "_:b1", "cargo:upid": "2"},
    {"@id": "_:b1"},
    {"@id": "https://a.example/q", "cargo:containedPieces": [{"@id": "https://a.example/p"}]},
    {"@type": "cargo:PieceDg", "cargo:upid": "3", "cargo:upid ": "4"},
    {"cargo:slac": 3, "cargo:ofShipment": {"@id": "https://a.example/s"}},
    {"cargo:slac": {"@value": 4}, "cargo:stackable": True},
    {"cargo:slac": {"@type": "xsd:integer", "@value": "5"}, "cargo:goodsDescription": {"@value": "A", "@language": "en"}},
    {"cargo:packagingType": {"@id": "cl:PackagingType#1A"}, "cargo:loadType": {"@id": "cargo:LOOSE"}},
    {"cargo:packagingType": {"@id": "https://a.example/codes#9"}, "cargo:shippingMarks": ["A", "B", "A"]},
    {"cargo:contentProductionCountry": {"cargo:code": "DE"}, "cargo:nothing": 1},
    {"cargo:grossWeight": {"cargo:numericalValue": 1.50, "cargo:unit": {"@id": "cl:MeasurementUnitCode#KGM"}}},
    {"cargo:grossWeight": {"cargo:numericalValue": 1e3}, "@graph": []},
    {"cargo:loadType": {"@id": "cargo:LOOSE", "@type": "cargo:LoadType"}, "api:hasRevision": 3},
    {"@id": "internal:a b", "@type": None, "cargo:upid": "5"},
    {"cargo:shippingMarks": [], "cargo:goodsDescription": 'A "B": {'},
    {"cargo:grossWeight": {"@id": "_:b1"}, "cargo:dimensions": {"@id": "_:b1"}},
]


@RELAXED
@given(documents, st.sampled_from([None, 1]))
def test_the_short_way_gives_what_the_graph_gives(document: dict[str, Any], indent: int | None) -> None:
    raw = json.dumps({"@context": CONTEXT, **document}, indent=indent).encode()
    assert whole(raw, True) == whole(raw, False)


@RELAXED
@given(st.lists(st.sampled_from(TANGLED), max_size=4), st.booleans())
def test_the_short_way_leaves_what_is_tangled_to_the_graph(pieces: list[dict[str, Any]], named: bool) -> None:
    document: dict[str, Any] = {"@context": CONTEXT, "@type": "cargo:Shipment", "cargo:pieces": pieces}
    if named:
        document["@id"] = "https://a.example/s"
    raw = json.dumps(document).encode()
    assert whole(raw, True) == whole(raw, False)


PIECE = {"@context": CONTEXT, "@type": "cargo:Piece", "cargo:upid": "1", "cargo:shippingMarks": ["A", "B"]}


@pytest.mark.parametrize("often", [-1, 1, 4])
@pytest.mark.parametrize("colon", ['":', '" : ', '":\n ', '":  '])
def test_keys_parted_from_their_values_in_any_way_have_their_places(colon: str, often: int) -> None:
    plain = json.dumps(PIECE).replace('": ', colon, often)
    twice = plain.replace('"cargo:upid"', '"cargo:upid": "2", "cargo:upid"')
    for text in (plain, twice):
        assert whole(text.encode(), True) == whole(text.encode(), False)
    assert straight.straight(twice) is None


@RELAXED
@given(
    st.integers(0, 400),
    st.sampled_from(['":', '" : ', '"\n:', '"\t: ', '": ']),
    st.sampled_from(['"x"', "1", "{}", "[]", '": "', "null"]),
)
def test_a_key_that_stands_twice_anywhere_is_never_taken_the_short_way(at: int, colon: str, value: str) -> None:
    outgoing = Outgoing(message_id="m", control_reference="1", at=NOW, sender="https://a.example")
    facts = {"awb": "020-12345675", "pieces": 2, "weight": {"value": "2", "unit": "KGM"}, "special_handling": ["PER", "EAT"]}
    plain = json.dumps(json.loads(LINE.render("one-record:Waybill", facts, outgoing).raws[0]))
    keys = list(re.finditer(r'("[^"]+"): ', plain))
    key = keys[at % len(keys)]
    assert straight.straight(plain) is not None
    assert straight.straight(f"{plain[: key.start()]}{key[1]}{colon[1:]}{value}, {plain[key.start() :]}") is None


@pytest.mark.parametrize("depth", [45, 49, 50, 51, 96, 97, 98, 99, 100, 101])
@pytest.mark.parametrize("listed", [False, True])
def test_the_limit_of_depth_counts_lists_and_objects_on_either_way(depth: int, listed: bool) -> None:
    piece: Any = {"@type": "cargo:Piece", "cargo:shippingMarks": ["A"]}
    for _ in range(depth):
        piece = {"@type": "cargo:Piece", "cargo:containedPieces": [piece] if listed else piece}
    raw = json.dumps({"@context": CONTEXT, **piece}).encode()
    assert whole(raw, True) == whole(raw, False)


def test_the_usual_document_goes_the_short_way() -> None:
    outgoing = Outgoing(message_id="m", control_reference="1", at=NOW, sender="https://a.example")
    facts = {"awb": "020-12345675", "origin": "FRA", "destination": "SGN", "pieces": 2, "goods": ["PUMPS", "BOLTS"]}
    raw = LINE.render("one-record:Waybill", facts, outgoing).raws[0]
    assert straight.straight(raw.decode()) is not None
    assert whole(raw, True) == whole(raw, False)


@RELAXED
@given(documents)
def test_what_a_message_says_is_understood_without_a_change_to_its_tree(document: dict[str, Any]) -> None:
    format = build()
    for part in format.split(json.dumps(document).encode()).parts:
        message = format.read(part)
        before = copy.deepcopy(message.root)
        LINE.to_canonical(message, NOW.date())
        assert message.root == before


@RELAXED
@given(documents)
def test_law_b_through_the_model_and_back_nothing_changes(document: dict[str, Any]) -> None:
    number = {"cargo:waybillPrefix": "020", "cargo:waybillNumber": "12345675"}
    if document["@type"] == "cargo:Waybill":
        document |= number | {"cargo:waybillType": {"@id": "cargo:MASTER"}}
    elif document["@type"] == "cargo:Shipment":
        document["cargo:waybill"] = {"@type": "cargo:Waybill", **number}
    elif document["@type"] == "cargo:StatusUpdateEvent":
        document["cargo:eventFor"] = {"@type": "cargo:Shipment", "cargo:waybill": {"@type": "cargo:Waybill", **number}}
        document |= {"cargo:eventCode": {"@id": CODES + "StatusCode#RCS"}}
    first = read_all(json.dumps({"@context": CONTEXT, **document}).encode())[0]
    whole: dict[str, Any] = {}
    for said in first.said:
        whole.update(said.facts)
    if not first.said or len(first.said) > 1:
        return
    written = LINE.render(f"one-record:{first.type}", whole, Outgoing(message_id="m", control_reference="1", at=NOW))
    again = read_all(written.raws[0])[0]
    refused = {one.path for one in written.problems}
    assert [_without(said.facts, refused) for said in again.said] == [_without(said.facts, refused) for said in first.said]


def _without(facts: dict[str, Any], refused: set[str | None]) -> dict[str, Any]:
    tops = {str(path).split("/")[1] for path in refused if path}
    return {name: value for name, value in facts.items() if name not in tops}


def many(count: int) -> bytes:
    items = [
        {
            "@id": f"https://a.example/{at}",
            "@type": "cargo:Piece",
            "cargo:upid": str(at),
            "cargo:ofShipment": {"@id": "https://a.example/s"},
        }
        for at in range(count)
    ]
    return json.dumps({"@context": CONTEXT, "@graph": items}).encode()


def one_waybill(count: int) -> bytes:
    pieces = [{"@type": "cargo:Piece", "cargo:grossWeight": {"cargo:numericalValue": at}} for at in range(count)]
    return json.dumps({"@context": CONTEXT, "@type": "cargo:Waybill", "cargo:shipment": {"cargo:pieces": pieces}}).encode()


def chain(count: int) -> bytes:
    items = [
        {"@id": f"https://a.example/{at}", "@type": "cargo:Piece", "cargo:inPiece": {"@id": f"https://a.example/{at + 1}"}}
        for at in range(count)
    ]
    return json.dumps({"@context": CONTEXT, "@graph": items}).encode()


def lattice(count: int) -> bytes:
    items = [
        {
            "@id": f"https://a.example/{at}",
            "@type": "cargo:Piece",
            "cargo:containedPieces": [{"@id": f"https://a.example/{at + step}"} for step in (1, 2, 3)],
        }
        for at in range(count)
    ]
    return json.dumps({"@context": CONTEXT, "@graph": items}).encode()


def departures(count: int) -> bytes:
    """A flight whose loadings, pieces and shipment name each other, and an event of it."""
    base = "https://a.example/"
    loads: list[dict[str, Any]] = [
        {
            "@id": f"{base}l{at}",
            "@type": "cargo:Loading",
            "cargo:servedActivity": {"@id": f"{base}m"},
            "cargo:loadedPieces": {"@id": f"{base}p{at}"},
        }
        for at in range(count // 10)
    ]
    pieces: list[dict[str, Any]] = [
        {
            "@id": f"{base}p{at}",
            "@type": "cargo:Piece",
            "cargo:involvedInActions": {"@id": f"{base}l{at}"},
            "cargo:ofShipment": {"@id": f"{base}s"},
        }
        for at in range(count // 10)
    ]
    loaded, listed = ([{"@id": one["@id"]} for one in several] for several in (loads, pieces))
    waybill = {"@type": "cargo:Waybill", "cargo:waybillPrefix": "020", "cargo:waybillNumber": "12345675"}
    others = [
        {"@id": f"{base}m", "@type": "cargo:TransportMovement", "cargo:loadingActions": loaded},
        {"@id": f"{base}s", "@type": "cargo:Shipment", "cargo:pieces": listed, "cargo:waybill": waybill},
        {"@id": f"{base}e", "@type": "cargo:StatusUpdateEvent", "cargo:eventFor": {"@id": f"{base}m"}},
    ]
    return json.dumps({"@context": CONTEXT, "@graph": [*loads, *pieces, *others]}).encode()


def seconds(raw: bytes) -> float:
    """Processor time of reading; the collector passes over what we make, not over all that the test process holds."""
    gc.collect()
    gc.freeze()
    start = time.process_time()
    exercise(raw)
    spent = time.process_time() - start
    gc.unfreeze()
    return spent


def test_ten_times_the_bytes_cost_at_most_fifteen_times_the_work() -> None:
    for make in (many, one_waybill, chain, lattice, departures):
        small, large = make(700), make(7000)
        assert 8 < len(large) / len(small) < 12
        best = min(seconds(small + b" " * at) for at in range(3))
        assert min(seconds(large + b" " * at) for at in range(2)) <= 15 * best + 0.05, make.__name__


def test_hostile_repetition_stays_linear() -> None:
    for raw in (
        b'{"a":' * 99 + b"1" + b"}" * 99,
        b'{"\\' * 20_000,
        b'"' * 200_001,
        b"[" * 200_000,
        b'{"a":1e9999,' * 20_000,
        b"{" * 300_000,
    ):
        assert seconds(raw) < 2
