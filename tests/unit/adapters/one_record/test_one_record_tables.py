"""The class table and its tool, the problem rows, and the pairs the ONE Record mappings use."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from adapters.one_record.graph import plain_number
from adapters.one_record.ontology import main
from adapters.one_record.vocabulary import CARGO, CODES, XSD, unversioned, vocabulary
from hub.problem import Code
from hub.profiles import problem_rows
from hub.transforms import PAIRS, Context

ROOT = Path(__file__).parents[4]
ONTOLOGY = Path(os.environ.get("WAYBRIDGE_ONTOLOGY", ROOT.parent / "shared" / "onerecord" / "ontology" / "2026-07"))
CONTEXT = Context(reference=date(2026, 11, 22))

SMALL = """
@prefix : <https://onerecord.iata.org/ns/cargo#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://onerecord.iata.org/ns/cargo> a owl:Ontology ; owl:versionInfo "9.9.9" .
:Crate a owl:Class ; rdfs:subClassOf :Thing ,
  [ a owl:Restriction ; owl:onProperty :label ; owl:maxCardinality 1 ] ,
  [ a owl:Restriction ; owl:onProperty :label ; owl:allValuesFrom xsd:string ] ,
  [ a owl:Restriction ; owl:onProperty :inside ; owl:minCardinality 1 ] .
:Thing a owl:Class . :label a owl:DatatypeProperty . :inside a owl:ObjectProperty ; rdfs:range :Crate .
:Colour a owl:Class . :RED a owl:NamedIndividual , :Colour .
"""


def test_the_tool_restates_an_ontology(tmp_path: Path) -> None:
    (tmp_path / "small.ttl").write_text(SMALL)
    assert main([str(tmp_path / "small.ttl"), "--into", str(tmp_path)]) == 0
    table = json.loads((tmp_path / "cargo_9.9.9.json").read_bytes())
    crate = {"label": {"max": 1, "range": "xsd:string"}, "inside": {"min": 1, "range": "Crate"}}
    assert table["classes"]["Crate"] == {"super": ["Thing"], "properties": crate}
    assert table["individuals"] == {"RED": ["Colour"]}


@pytest.mark.corpus
@pytest.mark.skipif(not ONTOLOGY.is_dir(), reason=f"no ontology at {ONTOLOGY}")
def test_the_tables_shipped_are_what_the_tool_makes(tmp_path: Path) -> None:
    assert main([*map(str, sorted(ONTOLOGY.glob("*.ttl"))), "--into", str(tmp_path)]) == 0
    made = sorted(tmp_path.glob("*.json"))
    assert len(made) == 3
    for one in made:
        assert json.loads(one.read_bytes()) == json.loads((ROOT / "schemas" / "one_record" / one.name).read_bytes())


def test_classes_inherit_and_code_lists_are_classes() -> None:
    words = vocabulary()
    event = words.classes["StatusUpdateEvent"].properties
    assert (event["eventCode"].range, event["eventCode"].max) == ("StatusCode", 1)
    assert (event["eventFor"].range, event["eventFor"].min) == ("Shipment", 1)
    assert words.code_iri("DEP", event["eventCode"]) == CODES + "StatusCode#DEP"
    assert words.code_iri("ACTUAL", event["eventTimeType"]) == CARGO + "ACTUAL"
    assert words.class_of(CODES + "SpecialHandlingCode") is not None
    assert words.is_a("Carrier", "Organization")


@pytest.mark.parametrize(
    ("iri", "now"),
    [
        (CARGO + "Piece", CARGO + "Piece"),
        ("https://onerecord.iata.org/ns/cargo/3.1#Piece", CARGO + "Piece"),
        ("https://onerecord.iata.org/ns/coreCodeLists#StatusCode_DEP", CODES + "StatusCode#DEP"),
        ("https://onerecord.iata.org/ns/code-lists/1.1.0/StatusCode#DEP", CODES + "StatusCode#DEP"),
        ("https://a.example/ns/cargo/3.1#Piece", "https://a.example/ns/cargo/3.1#Piece"),
    ],
)
def test_data_uses_unversioned_names(iri: str, now: str) -> None:
    assert unversioned(iri) == now


@pytest.mark.parametrize(
    ("text", "datatype", "plain"),
    [
        ("2.10", "double", "2.1"),
        ("1.5E2", "double", "150"),
        ("0.1", "double", "0.1"),
        ("1e400", "decimal", "1e400"),
        ("-0.0", "double", "0"),
        ("0012.50", "decimal", "12.5"),
        ("123456789012345678901234567890.10", "decimal", "123456789012345678901234567890.1"),
        ("NaN", "double", "NaN"),
    ],
)
def test_a_number_has_one_form(text: str, datatype: str, plain: str) -> None:
    assert plain_number(text, XSD + datatype) == plain


def test_every_problem_of_the_format_has_a_row() -> None:
    rows = problem_rows()
    named = [code for code in Code if code.value.startswith("one-record.")]
    assert len(named) > 20
    assert [code for code in named if code not in rows or not rows[code].advice or not rows[code].api] == []


@pytest.mark.parametrize(
    ("pair", "wire", "canonical"),
    [
        ("awb_parts", ["020", "12345675"], "020-12345675"),
        ("xsd_moment", "2026-11-21T10:30:00Z", "2026-11-21T10:30Z"),
        ("xsd_moment", "2026-11-21T10:30:05+01:00", "2026-11-21T10:30:05+01:00"),
        ("xsd_day", "2026-11-21T00:00:00", "2026-11-21"),
        ("day_of_moment", "2026-11-21T00:00:00", "2026-11-21"),
        ("transport_identifier", "QR066", "QR066"),
    ],
)
def test_pairs_undo_each_other(pair: str, wire: object, canonical: str) -> None:
    assert PAIRS[pair].read(wire, CONTEXT) == canonical
    assert PAIRS[pair].write(canonical, CONTEXT) == wire


def test_a_transport_identifier_may_carry_its_day() -> None:
    context = Context(reference=date(2026, 11, 22), item={"flight": "LH400"})
    assert PAIRS["transport_identifier"].read("LH400/16OCT2026", context) == "LH400"
    assert PAIRS["transport_identifier_day"].read("LH400/16OCT2026", context) == "2026-10-16"
    assert PAIRS["transport_identifier_day"].read("LH400", context) is None
    assert PAIRS["transport_identifier_day"].write("2026-10-16", context) == "LH400/16OCT2026"


@pytest.mark.parametrize("texts", [["020", "1234567"], [None, "12345675"], ["02", "012345675"], ["abc", "12345675"]])
def test_what_is_no_waybill_number_is_refused(texts: list[str | None]) -> None:
    with pytest.raises(ValueError, match="waybill prefix"):
        PAIRS["awb_parts"].read(texts, CONTEXT)
