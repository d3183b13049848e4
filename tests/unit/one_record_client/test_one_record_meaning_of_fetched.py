"""What is fetched from either dialect says the same shipment to the hub."""

from typing import Any

from hub.bootstrap import pure_line
from hub.explain import anonymous, explained
from tests.unit.one_record_client.conftest import opened
from tests.unit.one_record_client.other_node import XSD, OtherNode

LISTS = "https://onerecord.iata.org/ns/code-lists/"


def kilograms(text: str) -> dict[str, Any]:
    value = {"@type": XSD + "double", "@value": text}
    return {"@type": "cargo:Value", "cargo:numericalValue": value, "cargo:unit": {"@id": LISTS + "MeasurementUnitCode#KGM"}}


def waybill(node: OtherNode) -> str:
    node.put("l", "Location", locationCodes=[{"@type": "cargo:CodeListElement", "cargo:code": "FRA"}])
    node.put("o", "Company", name="MUSTER MASCHINEN")
    node.put("p", "Piece", grossWeight=kilograms("12.5"), slac=3)
    pieces, back = [{"@id": node.iri("p")}], {"@id": node.iri("w")}
    node.put("s", "Shipment", goodsDescription="PUMPS", totalGrossWeight=kilograms("12.5"), pieces=pieces, waybill=back)
    role = {"@id": LISTS + "ParticipantIdentifier#SHP"}
    party = {"@type": "cargo:Party", "cargo:partyRole": role, "cargo:partyDetails": {"@id": node.iri("o")}}
    numbers = {"waybillPrefix": "777", "waybillNumber": "55512343"}
    links = {"shipment": {"@id": node.iri("s")}, "departureLocation": {"@id": node.iri("l")}, "involvedParties": [party]}
    return node.put("w", "Waybill", **numbers, **links)


def shipments(node: OtherNode) -> tuple[list[str], list[dict[str, Any]]]:
    hub = pure_line()
    envelope = anonymous(opened(node).gather(waybill(node)).document(), "fetched", None)
    read = explained(hub.line.understand(envelope, hub.profile("standard")), envelope.received_at, hub.rules)
    return [one["type"] for one in read["messages"]], [one for message in read["messages"] for one in message["shipments"]]


def test_both_dialects_say_the_same_shipment(other: OtherNode, neone: OtherNode) -> None:
    types, found = shipments(other)
    assert types == ["Waybill"]
    (shipment,) = found
    assert (shipment["awb"], shipment["origin"], shipment["shipper"]) == ("777-55512343", "FRA", {"name": "MUSTER MASCHINEN"})
    assert (shipment["pieces"], shipment["weight"], shipment["goods"]) == (1, {"value": "12.5", "unit": "KGM"}, ["PUMPS"])
    assert shipments(neone) == (types, found)
