"""Every field of a canonical shipment goes through logistics objects and back, or is named as what they have no place for.

A field that is new in the types is in the document at once: it is carried, or it is to be listed here with the reason.
"""

import re

import msgspec
import pytest

from adapters.one_record.format import build
from hub.canonical.document import Document, leaves
from hub.canonical.shipment import Shipment
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.profiles import problem_rows, profile
from tests.every_field import every_field
from tests.one_record_rounds import outlined, read_again, silently_changed

LINE = Line(formats={"one-record": build()}, mappings=Mappings())
STANDARD = profile("standard", problem_rows())

NO_PLACE = {
    r"/(total_pieces|description_code|dimensions_unavailable|requested_uld_count)": "the wire's counts: objects are counted",
    r"/requested_ulds/0/.*": "units asked for are no units a shipment is on",
    r"(/.*)?/name_lines/0": "names are not wrapped",
    r"(/.*)?/identifiers/0/place": "how an FWB spells them",
    r"/agent/participant": "a party has a role, no type of participant beside it",
    r"(/houses/0)?/charges/(prepaid|collect)/(weight|due_agent|due_carrier|total)": "totals are derived, never stored",
    r"(/houses/0)?/charges/collect/(tax|valuation)": "a waybill has one of each, prepaid or collect: here prepaid",
    r"(/houses/0)?/charges/lines/0/total": "totals are derived, never stored",
    r"(/houses/0)?/charges/lines/0/(goods_kind|service_code|dimensions_unavailable|sequence/.*)": "how an FWB spells its lines",
    r"(/houses/0)?/charges/lines/0/ulds/0/(pieces|weight|volume)(/.*)?": "a unit on a line item is only referred to",
    r"(/loads/0)?/dimensions/0/weight/.*": "several pieces together have no weight of their own",
    r"(/loads/0|/ulds/0)/(weight|volume)/.*": "several pieces together have no weight or volume of their own",
    r"/loads/0/(density_group|description_code|total_pieces|uld_count)": "a manifest's own counts and codes",
    r"/loads/0/(priority|inbound/.*|onward/.*)": "where a load comes from, goes on to, and how soon",
    r"/(commission|sales_incentive|sender_reference|nominated_handling)/.*": "no class has them",
    r"/destination_charges/(converted|total)": "one amount, without a kind",
    r"/flights/0/(day|status|allotment)": "of a flight the waybill only asks for",
    r"/bookings/0/flights/0/(day|mode)": "a leg has a date, and no mode",
    r"/bookings/0/(volume|density_group|description_code)(/.*)?": "of a part that is booked",
    r"/bookings/0/(service_code|rate_class|commodities)(/.*)?": "a booking's own rating",
    r"/milestones/0/(from|density_group|description_code|total_pieces|discrepancy)": "inside a status; a discrepancy only in DIS",
    r"/milestones/0/(other_service|ulds|customs)/.*": "inside a status",
    r"/houses/0/(issuer|goods_summary)": "a house waybill has a number and goods lines",
}
"""What the ontology has no place for, by pointer, and why."""


@pytest.fixture(scope="module")
def document() -> Document:
    return every_field()


@pytest.fixture(scope="module")
def named(document: Document) -> set[str]:
    return outlined(LINE, document)[1]


def test_the_document_has_every_field_of_the_types(document: Document) -> None:
    msgspec.convert(document, Shipment)
    missing = {one.encode_name for one in msgspec.structs.fields(Shipment)} - document.keys()
    assert missing == set()


def test_every_field_comes_back_or_is_named(document: Document) -> None:
    outline, named = outlined(LINE, document)
    again = read_again(LINE, outline, STANDARD)
    assert list(again) == [document["key"]]
    assert silently_changed(document, again[document["key"]], named) == {}


def test_what_is_named_is_what_the_ontology_has_no_place_for(document: Document, named: set[str]) -> None:
    told = dict(leaves(document))
    unexplained = [one for one in sorted(named & told.keys()) if not any(re.fullmatch(pattern, one) for pattern in NO_PLACE)]
    assert unexplained == []


def test_every_reason_is_needed(named: set[str]) -> None:
    assert [pattern for pattern in NO_PLACE if not any(re.fullmatch(pattern, one) for one in named)] == []
