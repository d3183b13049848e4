"""One document in every JSON-LD form, and in Turtle, is one message. The flattened forms were made by another library."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph
import pytest

from adapters.one_record.format import build
from hub.envelope import Envelope, Outgoing
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.profiles import problem_rows, profile
from hub.statement import Understood
from hub.syntax import Node

FIXTURES = Path(__file__).parents[3] / "fixtures" / "one_record"
CASES = [("waybill_330", "consolidation"), ("statusupdateevent_330", "departure_of_a_part")]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LINE = Line(formats={"one-record": build()}, mappings=Mappings())


def understand(raw: bytes, name: str = "standard") -> Understood:
    envelope = Envelope(id="1", partner="blue", channel="http", received_at=NOW, digest="", raw=raw)
    return LINE.understand(envelope, profile(name, problem_rows()))


def told(raw: bytes) -> list[dict[str, object]]:
    readings = understand(raw).readings
    return [
        {"key": said.key, "scope": said.scope, "action": said.action, "facts": said.facts}
        for one in readings
        for said in one.said
    ]


def same(written: Node, read: Node) -> bool:
    """Equal trees, but for the classes and ``internal:`` addresses a writer adds where there were none."""
    added = {name for name in ("@type", "@id") if name not in read.elements and name in written.elements}
    texts = {name: one.text for name, one in written.elements.items() if name not in added}
    return (
        written.name == read.name
        and texts == {name: one.text for name, one in read.elements.items()}
        and ("@id" not in added or (written.text("@id") or "").startswith("internal:"))
        and len(written.children) == len(read.children)
        and all(same(one, other) for one, other in zip(written.children, read.children, strict=True))
    )


def outgoing(sender: str = "https://hub.example") -> Outgoing:
    return Outgoing(message_id="m1", control_reference="1", at=NOW, sender=sender)


@pytest.mark.parametrize("form", ["compacted", "expanded", "flattened"])
@pytest.mark.parametrize(("folder", "case"), CASES)
def test_every_form_says_the_same(folder: str, case: str, form: str) -> None:
    directory = FIXTURES / folder / f"{case}_{form}"
    raw, expected = (directory / "input.jsonld").read_bytes(), json.loads((directory / "canonical.json").read_bytes())
    assert told(raw) == expected
    assert expected == json.loads((FIXTURES / folder / f"{case}_compacted" / "canonical.json").read_bytes())
    assert [one.problems for one in understand(raw).readings] == [[]]


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_turtle_says_the_same(folder: str, case: str) -> None:
    raw = (FIXTURES / folder / f"{case}_compacted" / "input.jsonld").read_bytes()
    quads = list(pyoxigraph.parse(raw, format=pyoxigraph.RdfFormat.JSON_LD))
    turtle = pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.TURTLE)
    split = build().split(turtle)
    assert [part.type for part in split.parts] == [build().split(raw).parts[0].type]
    facts = told(turtle)
    expected = told(raw)
    assert [one["key"] for one in facts] == [one["key"] for one in expected]
    first, other = facts[0]["facts"], expected[0]["facts"]
    assert isinstance(first, dict)
    assert isinstance(other, dict)
    assert first.keys() == other.keys()


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_contexts_only_the_library_reads_say_the_same(folder: str, case: str) -> None:
    document = json.loads((FIXTURES / folder / f"{case}_compacted" / "input.jsonld").read_bytes())
    document["@context"]["unused"] = {"@id": "https://example.org/unused", "@container": "@set"}
    raw = json.dumps(document).encode()
    assert told(raw) == told((FIXTURES / folder / f"{case}_compacted" / "input.jsonld").read_bytes())


def listed(value: object) -> object:
    """The same document with every list of values as an ordered list of RDF."""
    if isinstance(value, list):
        return {"@list": [listed(one) for one in value]}
    if isinstance(value, dict):
        return {name: inner if name[:1] == "@" else listed(inner) for name, inner in value.items()}
    return value


@pytest.mark.parametrize("how", ["here", "by-context"])
@pytest.mark.parametrize(("folder", "case"), CASES)
def test_ordered_lists_are_repeated_values_in_their_order(folder: str, case: str, how: str) -> None:
    """docs/decisions/0006, point 44: by a keyword in the document, and by a context that only the library reads."""
    raw = (FIXTURES / folder / f"{case}_compacted" / "input.jsonld").read_bytes()
    document = json.loads(raw)
    if how == "here":
        document = listed(document)
        assert b"@list" in json.dumps(document).encode()
    else:
        document["@context"] |= {"cargo:pieces": {"@container": "@list"}, "cargo:streetAddressLines": {"@container": "@list"}}
    assert told(json.dumps(document).encode()) == told(raw)


@pytest.mark.parametrize("form", ["compacted", "expanded", "flattened"])
@pytest.mark.parametrize(("folder", "case"), CASES)
def test_writing_what_was_read_gives_the_same_tree(folder: str, case: str, form: str) -> None:
    raw = (FIXTURES / folder / f"{case}_{form}" / "input.jsonld").read_bytes()
    format = build()
    message = format.read(format.split(raw).parts[0])
    written = format.write(message, outgoing(sender=""))
    assert written.problems == []
    again = format.read(format.split(written.raws[0]).parts[0])
    assert same(again.root, message.root)


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_a_document_through_the_model_says_the_same(folder: str, case: str) -> None:
    raw = (FIXTURES / folder / f"{case}_compacted" / "input.jsonld").read_bytes()
    whole: dict[str, object] = {}
    for said in (said for one in understand(raw).readings for said in one.said):
        whole.update(said.facts)
    written = LINE.render(f"one-record:{understand(raw).readings[0].type}", whole, outgoing())
    assert written.problems == []
    assert told(written.raws[0]) == told(raw)
    assert LINE.render(f"one-record:{understand(raw).readings[0].type}", whole, outgoing()).raws == written.raws


def test_pointers_lead_to_the_values() -> None:
    raw = (FIXTURES / "waybill_330" / "consolidation_compacted" / "input.jsonld").read_bytes()
    format = build()
    message = format.read(format.split(raw).parts[0])
    document, lines = json.loads(raw), raw.decode().splitlines()
    seen = 0
    for node in message.root.walk():
        for element in node.elements.values():
            value = document
            for step in element.path.split("/")[1:]:
                name = step.replace("~1", "/").replace("~0", "~")
                value = value[int(name)] if isinstance(value, list) else value[name]
            assert lines[element.line - 1][element.column - 1] in '"{[-0123456789tf'
            seen += isinstance(value, str) and value in (element.text, f"cargo:{element.text}")
    assert seen > 50


def test_law_of_identity_without_a_sender_address() -> None:
    raw = (FIXTURES / "waybill_330" / "consolidation_compacted" / "input.jsonld").read_bytes()
    facts = understand(raw).readings[0].said[0].facts
    silent = outgoing(sender="")
    written = json.loads(LINE.render("one-record:Waybill", facts, silent).raws[0])
    assert "@id" not in written
    assert written["cargo:shipment"]["@id"].startswith("internal:")
    named = json.loads(LINE.render("one-record:Waybill", facts, outgoing()).raws[0])
    assert named["@id"].startswith("https://hub.example/logistics-objects/")


@pytest.mark.parametrize(
    "context",
    [
        {"unece": ["a", 1, None]},
        {f"a{number}": f"a{number + 1}:x" for number in range(3000)},
        {"@base": "http://[x"},
    ],
    ids=["a list as a term", "terms of terms of terms", "a base that is none"],
)
def test_a_strange_context_gives_problems_and_never_an_exception(context: dict[str, object]) -> None:
    document = {"@context": context, "@id": "foo", "@type": "https://onerecord.iata.org/ns/cargo#Piece"}
    assert build().split(json.dumps(document).encode()) is not None
