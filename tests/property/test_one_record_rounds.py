"""Laws of the bridge: a shipment as logistics objects says what the shipment says, or names what it cannot."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.one_record import naming
from adapters.one_record.format import build
from adapters.one_record.vocabulary import vocabulary
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.profiles import problem_rows, profile
from tests.one_record_rounds import BASE, outlined, read_again, silently_changed

LINE = Line(formats={"one-record": build()}, mappings=Mappings())
STANDARD = profile("standard", problem_rows())
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789-", min_size=1, max_size=14).map(lambda text: f"N{text}".strip())
lines = st.lists(words, min_size=1, max_size=3, unique=True)
airports = st.sampled_from(["FRA", "SGN", "DOH", "JFK", "HKG"])
decimals = st.decimals("0.1", "9999", places=1).map(lambda one: str(one.normalize()) if one % 1 else str(int(one)))
money = st.decimals("1", "9999", places=2).map(str)
weights = st.fixed_dictionaries({"value": decimals, "unit": st.sampled_from(["KGM", "LBR"])})
volumes = st.fixed_dictionaries({"value": decimals, "unit": st.just("MTQ")})
days = st.dates().map(lambda day: day.replace(year=2026).isoformat() if (day.month, day.day) != (2, 29) else "2026-02-28")
contacts = st.lists(
    st.fixed_dictionaries({"type": st.sampled_from(["TE", "FX", "EM"]), "value": words}), min_size=1, max_size=2, unique_by=str
).map(lambda found: sorted(found, key=lambda one: (one["type"], one["value"])))


def some(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


parties = some(
    {"name": words},
    street=lines,
    city=words,
    state=words,
    postcode=words,
    country=st.sampled_from(["DE", "VN"]),
    account=words,
    contacts=contacts,
)
measures = some(
    {"length": decimals, "width": decimals, "height": decimals, "unit": st.just("CMT"), "pieces": st.integers(1, 3)},
    weight=weights,
)


def rated(at: int) -> st.SearchStrategy[dict[str, Any]]:
    return some(
        {"line": st.just(at), "pieces": st.integers(1, 3)},
        weight=weights,
        rate_class=st.sampled_from(["Q", "M", "N"]),
        chargeable_weight=weights,
        rate=money,
        total=money,
        goods=lines,
        slac=st.integers(1, 99),
        volume=volumes,
        goods_kind=st.just("NG"),
    )


charges = some(
    {"currency": st.sampled_from(["EUR", "USD"])},
    code=st.sampled_from(["PP", "CC"]),
    weight_payment=st.sampled_from("PC"),
    other_payment=st.sampled_from("PC"),
    declared_carriage=money | st.just("NVD"),
    declared_customs=money | st.just("NCV"),
    insurance=money | st.just("XXX"),
    lines=st.integers(1, 3).flatmap(lambda count: st.tuples(*map(rated, range(1, count + 1))).map(list)),
    other=st.lists(
        some({"code": st.sampled_from(["MY", "SC"]), "due": st.sampled_from(["carrier", "agent"]), "amount": money}),
        min_size=1,
        max_size=2,
    ).map(lambda found: [{"line": at, **one} for at, one in enumerate(found, 1)]),
    prepaid=some({"weight": money}, total=money),
)
customs = st.lists(
    some(
        {
            "identifier": st.sampled_from(["T", "RA", "SM", "SN", "ED", "SS"]),
            "text": st.sampled_from(["XRY", "SPX", "0429", "00100-01"]),
        },
        country=st.just("US"),
        subject=st.sampled_from(["ISS", "CNE"]),
    ),
    min_size=1,
    max_size=4,
).map(lambda found: [{"line": at, **one} for at, one in enumerate(found, 1)])
flights = st.fixed_dictionaries({"flight": st.sampled_from(["QR066", "LH8400A"]), "date": days, "from": airports, "to": airports})
houses = some(
    {"hawb": st.sampled_from(["H0001", "h 2/x", "XH3"])},
    origin=airports,
    destination=airports,
    pieces=st.integers(1, 4),
    weight=weights,
    slac=st.integers(1, 50),
    goods=lines,
    hs_codes=st.lists(st.sampled_from(["851762", "880529"]), min_size=1, max_size=2, unique=True),
    shipper=parties,
    consignee=parties,
    customs=customs,
    charges=charges.map(lambda one: {name: value for name, value in one.items() if name not in ("lines", "other", "prepaid")}),
)
milestones = st.lists(
    some(
        {
            "code": st.sampled_from(["RCS", "DEP", "ARR", "NFD", "RCF", "DLV"]),
            "station": airports,
            "date": days,
            "time": st.just("actual"),
        },
        flight=st.just("QR066"),
        pieces=st.integers(1, 9),
        weight=weights,
        party=words,
    ),
    max_size=3,
    unique_by=lambda one: (one["code"], one["station"], one["date"]),
).map(lambda found: [{"id": f"{at:020x}", **one} for at, one in enumerate(found)])
shipments = some(
    {"key": st.just("awb:020-12345675:1"), "awb": st.just("020-12345675")},
    origin=airports,
    destination=airports,
    pieces=st.integers(1, 12),
    weight=weights,
    chargeable_weight=weights,
    volume=volumes,
    slac=st.integers(1, 99),
    goods=lines,
    special_handling=st.lists(st.sampled_from(["EAW", "PER", "AVI"]), min_size=1, unique=True).map(sorted),
    shipper=parties,
    consignee=parties,
    notify=parties,
    agent=some({"name": words}, iata_code=st.just("1234567"), cass=st.just("0001"), city=words),
    routing=st.lists(some({"to": airports}, carrier=st.sampled_from(["QR", "LH"])), min_size=1, max_size=2).map(
        lambda found: [{"line": at, **one} for at, one in enumerate(found, 1)]
    ),
    flights=st.lists(flights, min_size=1, max_size=2, unique_by=str),
    dimensions=st.lists(measures, min_size=1, max_size=2, unique_by=lambda one: (one["length"], one["width"], one["height"])),
    charges=charges,
    accounting=st.lists(some({"code": st.just("GEN"), "text": words}), min_size=1, max_size=2, unique_by=str),
    special_service=lines,
    other_service=lines,
    customs=customs,
    issued=some({"date": days}, place=words, signature=words),
    references=lines.map(lambda found: [{"type": "SRI", "value": one} for one in sorted(found)]),
    other_participants=st.lists(
        some({"name": words, "participant": st.fixed_dictionaries({"type": st.just("TRK"), "id": words, "airport": airports})}),
        min_size=1,
        max_size=2,
        unique_by=str,
    ),
    houses=st.lists(houses, min_size=1, max_size=2, unique_by=lambda one: one["hawb"]).map(
        lambda found: sorted(found, key=lambda one: one["hawb"])
    ),
    bookings=st.lists(
        some({"flights": st.lists(flights, min_size=1, max_size=2, unique_by=str)}, issuer=st.just("QR")), min_size=1, max_size=1
    ),
    milestones=milestones,
)


def counted(document: dict[str, Any]) -> dict[str, Any]:
    """The same with a total that is not less than the pieces told one by one: objects are counted, a lesser total is not said."""
    holders = [document.get("dimensions", []), document.get("charges", {}).get("lines", [])]
    least = sum(one["pieces"] for holder in holders for one in holder)
    return {**document, "pieces": max(document["pieces"], least)} if "pieces" in document else document


shipments = shipments.map(counted)


@SOME
@given(shipments)
def test_what_comes_back_is_what_was_there_or_is_named(document: dict[str, Any]) -> None:
    outline, named = outlined(LINE, document)
    again = read_again(LINE, outline, STANDARD)
    assert list(again) == ["awb:020-12345675:1"]
    assert silently_changed(document, again["awb:020-12345675:1"], named) == {}


@SOME
@given(shipments)
def test_objects_are_deterministic_and_every_reference_is_to_one_of_them(document: dict[str, Any]) -> None:
    outline, _ = outlined(LINE, document)
    assert outline == outlined(LINE, document)[0]
    ids = [one.id for one in outline.objects]
    assert len(set(ids)) == len(ids)
    assert {naming.shipment_key(one.id) for one in outline.objects if not one.shared} == {document["key"]}
    known = {f"{BASE}/{id}" for id in ids}
    for nodes in (*(one.nodes for one in outline.objects), *(one.nodes for one in outline.events)):
        named = {node["@id"] for node in nodes}
        links = {
            value["@id"] for node in nodes for key, values in node.items() if key[:1] != "@" for value in values if "@id" in value
        }
        assert {one for one in links if one.startswith(BASE)} <= known
        assert {one for one in links if one.startswith("internal:")} <= named
        assert all(vocabulary().class_of(kind) for node in nodes for kind in node["@type"])


keys = st.one_of(
    st.integers(1, 9).map(lambda sequence: f"awb:020-12345675:{sequence}"),
    st.tuples(
        st.sampled_from(["house", "booking"]),
        st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"]), min_size=1, max_size=9),
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9),
    ).map(":".join),
)


@given(keys, st.sampled_from(["", "-shipment", "-piece-3", "-house-h0001-shipment"]))
@settings(deadline=None)
def test_an_address_names_its_shipment_and_no_other(key: str, rest: str) -> None:
    name = naming.shipment_name(key)
    assert naming.shipment_key(name + rest) == key
    assert all(one.isascii() and (one.islower() or one.isdigit() or one in "-~") for one in name)
