"""What was a shipment of its own while its waybill was not known is that no more once it is, in whatever order both come."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.test_joining import OBJECTS, WORDS, Desk, body, link
from tests.end_to_end.test_projection import AWB

OWN = {
    "h1": body(
        *("h1", "Waybill"),
        waybillType={"@id": "cargo:HOUSE"},
        waybillNumber="H0001",
        masterWaybill=link("w7"),
        shipment=link("hs1"),
    ),
    "hs1": body("hs1", "Shipment", waybill=link("h1"), goodsDescription="HOUSE PUMPS"),
    "b1": body("b1", "Booking", shippingRefNo="B77", issuedForWaybill=link("w7")),
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(tmp_path)
    for id, one in OWN.items():
        monkeypatch.setitem(OBJECTS, id, one)
    monkeypatch.setitem(WORDS, "forwarder", (*WORDS["forwarder"], *OWN))
    yield made
    made.hub.close()


@pytest.mark.parametrize("order", list(itertools.permutations(["w7", "h1", "hs1"])), ids="-".join)
def test_a_house_told_before_its_master_is_told_inside_it_alone(desk: Desk, order: tuple[str, ...]) -> None:
    document = desk.say_all(order, at_once=False)
    assert [(one["hawb"], one["goods"]) for one in document["houses"]] == [("H0001", ["HOUSE PUMPS"])]
    assert desk.shipments() == [f"awb:{AWB}:1"]


@pytest.mark.parametrize("order", [("w7", "b1"), ("b1", "w7")], ids="-".join)
def test_a_booking_told_before_its_waybill_is_one_of_it_alone(desk: Desk, order: tuple[str, ...]) -> None:
    assert desk.say_all(order, at_once=False)["references"] == [{"type": "BN", "value": "B77"}]
    assert desk.shipments() == [f"awb:{AWB}:1"]
