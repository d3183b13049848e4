"""Every status code of the reference (section 8), element by element: read, in the shipment, and written again."""

from datetime import UTC, date, datetime

import pytest

from adapters.cargo_imp.layout import load
from hub.bootstrap.pure import PureHub
from hub.envelope import Outgoing
from hub.explain import anonymous
from hub.settings import load as configuration
from tests.unit.adapters.cargo_imp.messages import whole

HUB = PureHub(configuration({}))
STANDARD = HUB.profile()
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
OUTGOING = Outgoing(message_id="m1", control_reference="1", at=NOW)
AT = {"at": "2026-11-21T10:30", "time": "actual", "station": "FRA", "pieces": 4}
FLOWN = {"flight": "XX421", "date": "2026-11-21", "pieces": 4}
OUT = {
    **FLOWN,
    "station": "FRA",
    "to": "DOH",
    "at": "2026-11-21T09:15",
    "time": "actual",
    "arrival": {"scheduled": "2026-11-22T00:45"},
}
DISCREPANCIES = ("FDAW", "FDCA", "MSAW", "MSCA", "FDAV", "FDMB", "MSAV", "MSMB", "DFLD", "OFLD", "OVCD", "SSPD")
DISCREPANCIES += ("DMGD", "EHCP", "CPEB")
LEG = "/XX421/21NOV/FRADOH/T4K50/A0915/S0045-N"
CODES = {
    "RCS": (
        ["RCS/21NOV1030/FRA/T4K50/MUSTER SPEDITION", "/MC0.75"],
        {**AT, "received_from": "MUSTER SPEDITION", "volume": {"value": "0.75", "unit": "MTQ"}},
    ),
    "FOH": (
        ["FOH/21NOV1030/FRA/T4K50/MUSTER SPEDITION", "/DG4"],
        {**AT, "received_from": "MUSTER SPEDITION", "density_group": "4"},
    ),
    "RCT": (
        ["RCT/YY/21NOV1030/FRA/T4K50", "/XX/B BEISPIEL"],
        {**AT, "carrier_from": "YY", "carrier_to": "XX", "party": "B BEISPIEL"},
    ),
    "RCF": (
        ["RCF/XX421/21NOV2350-N/DOH/T4K50/A0915/A2345"],
        {**FLOWN, "station": "DOH", "at": "2026-11-22T23:50", "time": "actual"},
    ),
    "ARR": (["ARR/XX421/21NOV2350/DOH/T4K50//A2345"], {**FLOWN, "station": "DOH", "at": "2026-11-21T23:50"}),
    "AWR": (["AWR/XX421/21NOV2350/DOH/T4K50"], {**FLOWN, "station": "DOH", "at": "2026-11-21T23:50"}),
    "FIW": (["FIW/XX421/21NOV2350/DOH/T4K50/S2300/A2345"], {**FLOWN, "station": "DOH", "at": "2026-11-21T23:50"}),
    "FOW": (["FOW/XX421/21NOV2350/DOH/T4K50"], {**FLOWN, "station": "DOH", "at": "2026-11-21T23:50"}),
    "BKD": (
        ["BKD/XX421/21NOV/FRADOH/T4K50/S0915/S0045-N/MC0.75"],
        {**FLOWN, "at": "2026-11-21T09:15", "time": "planned", "to": "DOH", "volume": {"value": "0.75", "unit": "MTQ"}},
    ),
    "MAN": ([f"MAN{LEG}"], OUT),
    "DEP": ([f"DEP{LEG}"], OUT),
    "PRE": (["PRE/XX421/21NOV/FRADOH/T4K50/S0915"], {**FLOWN, "at": "2026-11-21T09:15", "time": "planned"}),
    "TRM": (["TRM/YY/FRA/T4K50"], {"carrier_to": "YY", "station": "FRA", "pieces": 4}),
    "TFD": (
        ["TFD/YY/21NOV1030/FRA/T4K50/123456", "/XX/B BEISPIEL"],
        {**AT, "carrier_to": "YY", "manifest": "123456", "carrier_from": "XX", "received_from": "B BEISPIEL"},
    ),
    "NFD": (["NFD/21NOV1030/FRA/T4K50/BEISPIEL TRADING"], {**AT, "party": "BEISPIEL TRADING"}),
    "AWD": (["AWD/21NOV1030/FRA/T4K50/BEISPIEL TRADING"], {**AT, "party": "BEISPIEL TRADING"}),
    "DLV": (["DLV/21NOV1030/FRA/P4K50/BEISPIEL TRADING"], {**AT, "party": "BEISPIEL TRADING", "partial": True}),
    "DDL": (["DDL/21NOV1030/FRA/T4K50/BEISPIEL TRADING"], {**AT, "party": "BEISPIEL TRADING"}),
    "DPU": (["DPU/21NOV1030/FRA/T4K50/MUSTER"], {**AT, "party": "MUSTER"}),
    "CCD": (["CCD/21NOV1030/FRA/T4K50"], AT),
    "TGC": (["TGC/21NOV1030/FRA/T4K50"], AT),
    "CRC": (
        ["CRC/21NOV1030/FRA/T4K50/XX421/20NOV/FRADOH"],
        {**AT, "flight": "XX421", "date": "2026-11-20", "from": "FRA", "to": "DOH"},
    ),
    "DOC": (["DOC/21NOV1030/FRA/T4K50/MUSTER"], {**AT, "party": "MUSTER"}),
    **{
        code: ([f"DIS/XX421/21NOV1030/FRA/{code}/T4K50"], {**AT, "flight": "XX421", "discrepancy": code})
        for code in [
            "FDAW",
            "FDCA",
            "MSAW",
            "MSCA",
            "FDAV",
            "FDMB",
            "MSAV",
            "MSMB",
            "DFLD",
            "OFLD",
            "OVCD",
            "SSPD",
            "DMGD",
            "EHCP",
            "CPEB",
        ]
    },
}
BELOW = ["ULD/AKE12345XX/AKE12346XX-M", "OSI/SECOND SET OF PAPERS", "/IN POUCH", "OCI/DE/ISS/RA/00001-01", "///ED/0128"]


def told(text):
    (reading,) = HUB.line.understand(anonymous(text.encode(), "", NOW), STANDARD, date(2026, 11, 21)).readings
    assert (reading.problems, reading.not_carried) == ([], [])
    (said,) = reading.said
    return said.facts


@pytest.mark.parametrize("version", ["FSU/12", "FSA/14", "FSU/15"])
@pytest.mark.parametrize("code", sorted(CODES))
def test_a_status_is_read_and_written_again(code, version):
    lines, expected = CODES[code]
    text = "\n".join([version, "777-55512343FRASGN/T4K50", *lines, *BELOW])
    facts = told(text)
    (milestone,) = facts["milestones"]
    assert expected.items() <= milestone.items()
    assert milestone["weight"] == {"value": "50", "unit": "KGM"}
    assert [one["uld"] for one in milestone["ulds"]] == ["AKE12345XX", "AKE12346XX"]
    assert milestone["other_service"] == ["SECOND SET OF PAPERS", "IN POUCH"]
    assert [one.get("subject") for one in milestone["customs"]] == ["ISS", None]
    found = HUB.line.render(f"cargo-imp:{version}", facts, OUTGOING)
    assert found.problems == []
    assert whole(found.raws) == text


def test_no_code_of_the_table_is_left_out():
    statuses = next(row for row in load("fsu_15").rows[0].options[0].rows if len(row.options) > 5)
    assert {option.name for option in statuses.options} == {"DIS" if len(code) == 4 else code for code in CODES} | {"OCI"}


def test_service_and_customs_lines_without_a_status():
    text = "FSU/15\n777-55512343FRASGN/T4K50\nOSI/WAITING FOR PAPERS\nOCI/DE/ISS/RA/00001-01\n///ED/0128"
    facts = told(text)
    assert facts["other_service"] == ["WAITING FOR PAPERS"]
    assert [one.get("subject") for one in facts["customs"]] == ["ISS", None]
    found = HUB.line.render("cargo-imp:FSU/15", facts, OUTGOING)
    assert (found.problems, whole(found.raws)) == ([], text)


def test_a_departure_with_two_times_of_its_own_names_the_one_there_is_no_slot_for():
    milestone = {"code": "DEP", "flight": "XX421", "date": "2026-11-21", "station": "FRA", "to": "DOH", "pieces": 4}
    milestone |= {"at": "2026-11-21T09:20", "time": "actual", "departure": {"scheduled": "2026-11-21T09:00"}}
    found = HUB.line.render("cargo-imp:FSU/15", {"awb": "777-55512343", "pieces": 4, "milestones": [milestone]}, OUTGOING)
    assert "DEP/XX421/21NOV/FRADOH/T4/A0920" in whole(found.raws) or "DEP/XX421/21NOV/FRADOH/T4/S0900" in whole(found.raws)
    assert [problem for problem in found.problems if "0900" in (problem.found or "") or "0920" in (problem.found or "")] != []
