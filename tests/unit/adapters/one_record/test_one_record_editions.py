"""Documents of cargo 3.0 to 3.2 mean today what they meant then: rates, codes and pieces where those editions had them."""

from typing import Any

from hub.problem import Code
from tests.unit.adapters.one_record.test_one_record_meaning import CODES, MASTER, code, reading

CORE = "https://onerecord.iata.org/ns/coreCodeLists#"


def said(document: dict[str, Any]) -> tuple[dict[str, Any], set[Code], list[str]]:
    """The shipment, the problems, and the texts that found no place."""
    read = reading(document)
    assert len(read.said) == 1
    content = dict(read.said[0].facts)
    return content, {one.code for one in read.problems}, [text for _, text in read.not_carried]


def value(number: str, unit: str = "KGM") -> dict[str, Any]:
    return {"@type": "Value", "numericalValue": float(number), "unit": {"@id": f"{CODES}MeasurementUnitCode#{unit}"}}


def line(**properties: Any) -> dict[str, Any]:
    return {**MASTER, "waybillLineItems": {"@type": "WaybillLineItem", **properties}}


def test_a_line_item_of_3_0_says_its_rate() -> None:
    sides = {"@type": "Dimensions", "length": value("60", "CMT"), "width": value("50", "CMT"), "height": value("40", "CMT")}
    shipment, codes, left = said(
        line(
            pieceCountForRate=3,
            grossWeightForRate=value("41"),
            chargeableWeightForRate=value("45.5"),
            goodsDescriptionForRate="PUMP PARTS",
            commodityItemNumberForRate="9735",
            hsCodeForRate=code("841391"),
            productionCountryForRate=code("DE"),
            slacForRate=12,
            dimensionsForRate={**sides, "volume": value("0.36", "MTQ")},
        )
    )
    assert shipment["charges"]["lines"] == [
        {
            "line": 1,
            "pieces": 3,
            "weight": {"value": "41", "unit": "KGM"},
            "commodity": "9735",
            "chargeable_weight": {"value": "45.5", "unit": "KGM"},
            "goods": ["PUMP PARTS"],
            "hs_codes": ["841391"],
            "slac": 12,
            "volume": {"value": "0.36", "unit": "MTQ"},
            "origin_country": "DE",
            "dimensions": [{"length": "60", "width": "50", "height": "40", "unit": "CMT"}],
        }
    ]
    assert shipment["pieces"] == 3
    assert (codes, left) == ({Code.ONE_PROPERTY_RENAMED}, [])


def test_a_unit_load_device_named_by_its_parts_is_one() -> None:
    shipment, codes, left = said(line(uldType=code("AKE"), uldSerialNumber="12345", uldOwnerCode=code("QR")))
    assert shipment["charges"]["lines"][0]["ulds"] == [{"uld": "AKE12345QR"}]
    assert (codes, left) == ({Code.ONE_PROPERTY_RENAMED}, [])


def test_pieces_of_a_line_item_itself_are_its_pieces() -> None:
    pieces = [{"@type": "Piece", "@id": f"https://a.example/logistics-objects/p{n}", "slac": n} for n in (1, 2)]
    shipment, _, left = said(line(pieceReferences=pieces))
    assert (shipment["charges"]["lines"][0]["pieces"], shipment["pieces"], shipment["slac"], left) == (2, 2, 3, [])


def test_handling_codes_of_the_shipment_are_told_once() -> None:
    listed = [{"@id": CORE + "SpecialHandlingCode_EAW"}, {"@id": CODES + "SpecialHandlingCode#PER"}]
    piece = {"@type": "Piece", "specialHandlingCodes": [{"@id": CODES + "SpecialHandlingCode#PER"}]}
    shipment, codes, left = said({**MASTER, "shipment": {"@type": "Shipment", "specialHandlingCodes": listed, "pieces": [piece]}})
    assert (shipment["special_handling"], left) == (["EAW", "PER"], [])
    assert codes == {Code.ONE_PROPERTY_RENAMED, Code.ONE_IRI_VERSIONED}


def test_post_code_and_accounting_text_before_their_properties_of_today() -> None:
    address = {"@type": "Address", "postalCode": code("60549")}
    at = {"@type": "Company", "name": "ACME", "basedAtLocation": {"@type": "Location", "address": address}}
    party = {"@type": "Party", "partyRole": {"@id": CODES + "ParticipantIdentifier#SHP"}, "partyDetails": at}
    document = {**MASTER, "accountingInformation": "PAYMENT BY CHEQUE", "involvedParties": [party]}
    shipment, _, left = said(document)
    assert (shipment["shipper"]["postcode"], shipment["accounting"]) == ("60549", [{"text": "PAYMENT BY CHEQUE"}])
    address["textualPostCode"] = "D-60549"
    shipment, _, left = said(document)
    assert (shipment["shipper"]["postcode"], left) == ("D-60549", ["60549"])


def test_what_today_says_is_not_replaced_and_the_old_is_named() -> None:
    shipment, _, left = said(line(rateGrossWeight=value("41"), grossWeightForRate=value("44")))
    assert shipment["charges"]["lines"][0]["weight"] == {"value": "41", "unit": "KGM"}
    assert left == ["44", "KGM"]


def test_a_number_is_a_value_as_before_3_0() -> None:
    weight = {"@type": "Value", "value": 12.5, "unit": {"@id": CORE + "MeasurementUnitCode_KGM"}}
    shipment, _, left = said({**MASTER, "shipment": {"@type": "Shipment", "totalGrossWeight": weight}})
    assert (shipment["weight"], left) == ({"value": "12.5", "unit": "KGM"}, [])


def test_a_code_written_as_a_text_with_its_list_is_the_code() -> None:
    for text in ("ccodes:SpecialHandlingCode_EAW", CODES + "SpecialHandlingCode#EAW", "EAW"):
        shipment, codes, _ = said(
            {**MASTER, "shipment": {"@type": "Shipment", "pieces": [{"@type": "Piece", "specialHandlingCodes": text}]}}
        )
        assert (shipment["special_handling"], codes) == (["EAW"], {Code.ONE_DATATYPE})
    shipment, _, _ = said(
        {**MASTER, "shipment": {"@type": "Shipment", "pieces": [{"@type": "Piece", "specialHandlingCodes": "x:Other_EAW"}]}}
    )
    assert shipment["special_handling"] == ["x:Other_EAW"]


def test_a_time_that_is_none_is_told_as_what_was_expected_and_midnight_may_end_a_day() -> None:
    def issued(moment: str) -> dict[str, Any]:
        return {**MASTER, "carrierDeclarationDate": {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": moment}}

    read = reading(issued("2026-13-45T10:00:00Z"))
    assert {
        one.expected for one in read.problems if one.element in ("carrierDeclarationDate", "Waybill#carrierDeclarationDate")
    } == {"a time like 2026-11-21T10:30:00Z"}
    shipment, codes, _ = said(issued("2026-12-31T24:00:00Z"))
    assert (shipment["issued"]["date"], codes) == ("2027-01-01", set())
