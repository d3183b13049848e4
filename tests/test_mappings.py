"""Every shipped mapping and code table: paths exist in the model, pairs exist, codes are total, shapes are few."""

from pathlib import Path

import pytest

from hub.canonical.shipment import Shipment
from hub.mapping import packaged
from hub.mapping.check import faults, shipped
from hub.mapping.codes import load_codes
from hub.mapping.language import load_mapping
from hub.problem import Code
from hub.profiles import PROFILES, problem_rows, profile

ROOT = Path(__file__).resolve().parent.parent / "mappings"
TABLES = sorted(
    f"{path.parent.name}/{path.stem}" for path in ROOT.glob("*/*.toml") if path.parent.name not in ("codes", "partners")
)
CODES = sorted(path.stem for path in (ROOT / "codes").glob("*.toml"))
FORMATS = ("cargo-imp", "edifact", "one-record", "partner")


@pytest.mark.parametrize("name", TABLES)
def test_mapping_fits_the_model(name):
    assert faults(load_mapping(name, packaged)) == []


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("format", FORMATS)
def test_code_table_loads(name, format):
    table = load_codes(name, format, packaged)
    assert set(table.write) == set(table.read.values())


def test_shapes_are_few():
    assert len(shipped()) == len(TABLES)
    shapes = {table.shape for table in shipped()} - {None}
    assert len(shapes) <= 16, "more ask for a word in docs/decisions/0009-more-shapes-than-ten.md"


def test_every_problem_has_severities_and_advice():
    rows = problem_rows()
    assert sorted(rows) == sorted(Code)
    assert [code for code, row in rows.items() if not row.advice] == []


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_weigh(name):
    assert set(profile(name, problem_rows()).severities) == set(Code)


def test_the_canonical_schema_is_the_models():
    import msgspec

    stored = (ROOT.parent / "schemas" / "canonical" / "shipment.schema.json").read_bytes()
    assert msgspec.json.decode(stored) == msgspec.json.schema(Shipment)
