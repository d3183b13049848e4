"""One fault in a message gives one problem, at its line and column, naming segment and element; reading goes on behind it."""

import pytest

from hub.problem import Code
from tests.unit.adapters.cargo_imp.messages import changed, fixture, read

FAULTS = [
    # fixture, line replaced (None: taken out), code, line, column, segment, element
    ("fwb_17/full", 2, "777-55512343FRASGN/X10K123.4MC0.75", "IMP_ELEMENT_FORMAT", 2, 20, "AWB", "description"),
    ("fwb_17/full", 2, "777-55512343FRASG/T10K123.4MC0.75", "IMP_ELEMENT_FORMAT", 2, 16, "AWB", "destination"),
    ("fwb_17/full", 2, "777-5551234FRASGN/T10K123.4MC0.75", "IMP_ELEMENT_FORMAT", 2, 5, "AWB", "serial"),
    ("fwb_17/full", 2, "777-55512343FRASGN/T10Q123.4MC0.75", "IMP_ELEMENT_FORMAT", 2, 23, "AWB", "weight_unit"),
    ("fwb_17/full", 2, "777-55512343FRASGN/T10K123.4MC", "IMP_ELEMENT_MISSING", 2, 31, "AWB", "volume"),
    ("fwb_17/full", 2, "777-55512343FRASGN/T10K12345678MC0.75", "IMP_ELEMENT_FORMAT", 2, 24, "AWB", "weight"),
    ("fwb_17/full", 2, "777-55512343FRASGN/T12345K123.4", "IMP_ELEMENT_FORMAT", 2, 21, "AWB", "pieces"),
    ("fwb_17/full", 2, "777-55512344FRASGN/T10K123.4MC0.75", "AWB_CHECK_DIGIT", 2, 5, "AWB", "serial"),
    ("fwb_17/full", 4, "RTG/DOHXX/SGNXX/HANXX/BKKXX", "IMP_LINE_TRAILING", 4, 22, "RTG", None),
    ("fwb_17/full", 4, None, "IMP_LINE_MISSING", 4, 1, "RTG", None),
    ("fwb_17/full", 6, "NAM/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "IMP_NAME_FORM", 6, 5, "NAM", "text"),
    ("fwb_17/full", 8, None, "IMP_LINE_MISSING", 8, 1, "ADR", None),
    ("fwb_17/full", 9, "LOC/FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "IMP_ELEMENT_FORMAT", 9, 5, "LOC", "city"),
    ("fwb_17/full", 9, "LOC/FRANKFURT/HE/HE", "IMP_LINE_TRAILING", 9, 17, "LOC", None),
    ("fwb_17/full", 10, "/D/60549", "IMP_ELEMENT_FORMAT", 10, 2, "SHP", "country"),
    ("fwb_17/full", 10, "/DE/60549/TE", "IMP_ELEMENT_MISSING", 10, 13, "SHP", "number"),
    ("fwb_17/full", 10, "/DE/6054900000000", "IMP_ELEMENT_FORMAT", 10, 5, "SHP", "postcode"),
    ("fwb_17/full", 11, None, "IMP_LINE_MISSING", 11, 1, "CNE", None),
    ("fwb_17/full", 16, "AGT/AG 1/123456/0001/CAG", "IMP_ELEMENT_FORMAT", 16, 10, "AGT", "iata_code"),
    ("fwb_17/full", 16, "AGT/AG 1/1234567/00012/CAG", "IMP_ELEMENT_FORMAT", 16, 18, "AGT", "cass"),
    ("fwb_17/full", 17, None, "IMP_LINE_MISSING", 18, 1, "AGT", "agent_place"),
    (
        "fwb_17/full",
        19,
        "SSR/KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK",
        "IMP_LINE_LENGTH",
        19,
        70,
        "SSR",
        None,
    ),
    ("fwb_17/full", 26, "ACC/GE/FREIGHT PREPAID", "IMP_ELEMENT_FORMAT", 26, 5, "ACC", "code"),
    ("fwb_17/full", 27, "/SRN", "IMP_ELEMENT_MISSING", 27, 5, "ACC", "text"),
    ("fwb_17/full", 28, "CVD/EU/PP/PP/NVD/1250.00/XXX", "IMP_ELEMENT_FORMAT", 28, 5, "CVD", "currency"),
    ("fwb_17/full", 28, "CVD/EUR/PP/PP/NVD/1250.00", "IMP_ELEMENT_MISSING", 28, 26, "CVD", None),
    ("fwb_17/full", 28, "CVD/EUR/PP/PX/NVD/1250.00/XXX", "IMP_ELEMENT_FORMAT", 28, 13, "CVD", "other_payment"),
    ("fwb_17/full", 28, "CVD/EUR/PP/PP/ABC/1250.00/XXX", "IMP_ELEMENT_FORMAT", 28, 15, "CVD", "carriage"),
    ("fwb_17/full", 28, "CVD/EUR/PP/PP/NVD/1250.00/XXX/1", "IMP_LINE_TRAILING", 28, 30, "CVD", None),
    ("fwb_17/full", 28, None, "IMP_LINE_MISSING", 28, 1, "CVD", None),
    ("fwb_17/full", 29, "RTD/1/P10/K123.4/CQ/S4302/W12A/R2.10/T315.00", "IMP_ELEMENT_FORMAT", 29, 28, "RTD", "chargeable_weight"),
    ("fwb_17/full", 29, "RTD/1/P10/K123.4/CQQ/S4302/W150/R2.10/T315.00", "IMP_ELEMENT_FORMAT", 29, 19, "RTD", "rate_class"),
    ("fwb_17/full", 29, "RTD/1/P10/K123.4/CQ/S43/W150/R2.10/T315.00", "IMP_ELEMENT_FORMAT", 29, 22, "RTD", "rate_class_basis"),
    ("fwb_17/full", 29, "RTD/111/P10/K123.4/CQ/S4302/W150/R2.10/T315.00", "IMP_ELEMENT_FORMAT", 29, 5, "RTD", "line"),
    ("fwb_17/full", 30, "/NG/MMMMMMMMMMMMMMMMMMMMM", "IMP_GOODS_LENGTH", 30, 5, "RTD", "goods"),
    ("fwb_17/full", 32, "/3/NH/84879", "IMP_ELEMENT_FORMAT", 32, 7, "RTD", "hs_code"),
    ("fwb_17/full", 33, "/4/ND//CMT120-80/2", "IMP_ELEMENT_FORMAT", 33, 17, "RTD", "height"),
    ("fwb_17/full", 33, "/4/ND//CMX120-80-100/2", "IMP_ELEMENT_FORMAT", 33, 8, "RTD", "dimension_unit"),
    ("fwb_17/full", 33, "/4/ND//CMT120-80-100", "IMP_ELEMENT_MISSING", 33, 21, "RTD", "pieces"),
    ("fwb_17/full", 34, "/5/NV/MX0.75", "IMP_ELEMENT_FORMAT", 34, 7, "RTD", "volume_unit"),
    ("fwb_17/full", 36, "/7/NS/123456", "IMP_ELEMENT_FORMAT", 36, 7, "RTD", "slac"),
    ("fwb_17/full", 37, "/8/NO/D", "IMP_ELEMENT_FORMAT", 37, 7, "RTD", "country"),
    ("fwb_17/full", 38, "OTH/X/MYC45.00AWA20.00", "IMP_ELEMENT_FORMAT", 38, 5, "OTH", "payment"),
    ("fwb_17/full", 38, "OTH/P/MYX45.00AWA20.00", "IMP_ELEMENT_FORMAT", 38, 9, "OTH", "due"),
    ("fwb_17/full", 38, "OTH/P/MYC45.00AWA", "IMP_ELEMENT_MISSING", 38, 18, "OTH", "amount"),
    ("fwb_17/full", 39, "/P", "IMP_ELEMENT_MISSING", 39, 3, "OTH", None),
    ("fwb_17/full", 40, "PPD/WTX15.00", "IMP_ELEMENT_FORMAT", 40, 7, "PPD", "weight"),
    ("fwb_17/full", 41, "/OA20.00/OC57.50", "IMP_ELEMENT_MISSING", 41, 17, "PPD", "total"),
    ("fwb_17/full", 41, None, "IMP_LINE_MISSING", 41, 1, "PPD", "totals"),
    ("fwb_17/full", 42, "CER/AAAAAAAAAAAAAAAAAAAAA", "IMP_NAME_FORM", 42, 5, "CER", "signature"),
    ("fwb_17/full", 43, "ISU/20NO26/FRANKFURT/B BEISPIEL", "IMP_ELEMENT_FORMAT", 43, 7, "ISU", "month"),
    ("fwb_17/full", 43, None, "IMP_LINE_MISSING", 43, 1, "ISU", None),
    ("fwb_17/full", 45, "CDC/VND27000.5/8505157.5/0", "IMP_ELEMENT_MISSING", 45, 27, "CDC", "total"),
    ("fwb_17/full", 46, "REF/FRAF", "IMP_ELEMENT_FORMAT", 46, 5, "REF", "office"),
    ("fwb_17/full", 46, None, "IMP_LINE_MISSING", 46, 1, "REF", None),
    ("fwb_17/full", 47, "COR/XYZ", "IMP_ELEMENT_FORMAT", 47, 5, "COR", "code"),
    ("fwb_17/full", 49, "SII/A", "IMP_ELEMENT_FORMAT", 49, 5, "SII", "amount"),
    ("fwb_17/full", 51, "SPH/SPX/EAWX/PER", "IMP_ELEMENT_FORMAT", 51, 9, "SPH", "code"),
    ("fwb_17/full", 51, "SPH/SPX//PER", "IMP_ELEMENT_MISSING", 51, 9, "SPH", "code"),
    ("fwb_17/full", 52, "NOM/HANDLING ONE", "IMP_ELEMENT_MISSING", 52, 17, "NOM", "place"),
    ("fwb_17/full", 54, None, "IMP_LINE_UNKNOWN", 54, 1, None, None),
    ("fwb_17/full", 56, "OCI/DEU/ISS/RA/00001-01", "IMP_ELEMENT_FORMAT", 56, 5, "OCI", "country"),
    ("fwb_17/full", 56, "OCI/DE/ISS/RA", "IMP_ELEMENT_MISSING", 56, 14, "OCI", "text"),
    ("fwb_17/full", 44, "OSI/SECOND SET\nWHAT IS THIS", "IMP_CONTINUATION", 45, 1, "OSI", None),
    ("fwb_17/full", 44, "ZZZ/NO SUCH LINE\nOSI/SECOND SET", "IMP_LINE_UNKNOWN", 44, 1, "ZZZ", None),
    ("fwb_17/full", 3, "RTG/DOHXX/SGNXX", "IMP_LINE_REPEATED", 4, 1, "RTG", None),
    ("fwb_16/plain", 7, None, "IMP_LINE_MISSING", 8, 1, "SHP", "location"),
    ("fwb_16/plain", 8, "/DEU/60549", "IMP_ELEMENT_FORMAT", 8, 2, "SHP", "country"),
    ("fwb_16/plain", 21, "REF//FILE 7/AGT/MUSTERSPED", "IMP_ELEMENT_MISSING", 21, 27, "REF", "participant_airport"),
    ("fhl_5/one_house", 2, "MBI/777-55512343FRASGN/P10K123.4", "IMP_ELEMENT_FORMAT", 2, 24, "MBI", "description"),
    ("fhl_5/one_house", 3, "HBS/HAWB0001/FRASGN/3/K40.5/123456/MACHINE PARTS", "IMP_ELEMENT_FORMAT", 3, 29, "HBS", "slac"),
    ("fhl_5/one_house", 3, "HBS/HAWB0001/FRAS/3/K40.5/12/MACHINE PARTS", "IMP_ELEMENT_FORMAT", 3, 17, "HBS", "destination"),
    ("fhl_5/one_house", 3, None, "IMP_LINE_MISSING", 3, 1, "HBS", None),
    ("fhl_5/one_house", 4, "/SPX/EA", "IMP_GOODS_WRAPPED", 4, 6, "HBS", "code"),
    ("fhl_5/one_house", 7, "HTS/84834", "IMP_ELEMENT_FORMAT", 7, 5, "HTS", "hs_code"),
    ("fhl_5/one_house", 9, "OCI/VN/CNE/T", "IMP_ELEMENT_MISSING", 9, 13, "OCI", "text"),
    ("fhl_5/one_house", 21, "CVD/EUR/PP/NVD/NCV", "IMP_ELEMENT_MISSING", 21, 19, "CVD", None),
    ("fsu_14/journey", 2, "777-55512343FRASGN/T10K123.4X", "IMP_ELEMENT_FORMAT", 2, 24, "AWB", "weight"),
    ("fsu_14/journey", 3, "RCS/20NOV/FRA/T10K123.4", "IMP_STATUS_TIME", 3, 10, "RCS", "time"),
    ("fsu_14/journey", 3, "RCS/20NOV1015/FR/T10K123.4", "IMP_ELEMENT_FORMAT", 3, 15, "RCS", "station"),
    ("fsu_14/journey", 3, "RCS/20NOV1015/FRA", "IMP_ELEMENT_MISSING", 3, 18, "RCS", "description"),
    ("fsu_14/journey", 5, "BKD/XX421/21NOV/FRADOH/T10K123.4/S103/S1810/MC0.75", "IMP_ELEMENT_FORMAT", 5, 35, "BKD", "time"),
    ("fsu_14/journey", 5, "BKD/XX421/21NO/FRADOH/T10K123.4", "IMP_ELEMENT_FORMAT", 5, 13, "BKD", "month"),
    ("fsu_14/journey", 8, "DEP/XX421/21NOV/FRA/P4K50/A1041/E1820", "IMP_ELEMENT_MISSING", 8, 20, "DEP", "to"),
    ("fsu_14/journey", 10, "ARR/XX421/21NOV1815/DOH/P4K50//A181", "IMP_ELEMENT_FORMAT", 10, 33, "ARR", "time"),
    ("fsu_14/journey", 13, "TFD/YY/22NOV0200/DOH/P4K50/12345678901234", "IMP_ELEMENT_FORMAT", 13, 28, "TFD", "manifest"),
    ("fsu_14/journey", 18, "DIS/YY118/23NOV0500/SGN/FDC/P1K10", "IMP_ELEMENT_FORMAT", 18, 25, "DIS", "discrepancy"),
    ("fsu_14/journey", 34, "DLV/23NOV1030/SGN/Q4K50/C CONSIGNEE", "IMP_ELEMENT_FORMAT", 34, 19, "DLV", "description"),
]


def test_there_are_enough():
    assert len(FAULTS) >= 60


@pytest.mark.parametrize("name", sorted({fault[0] for fault in FAULTS}))
def test_the_message_itself_has_no_fault(name):
    assert read(fixture(name)).problems == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}:{fault[1]}:{fault[2]}")
def test_one_fault_gives_one_problem(fault):
    name, at, new, code, line, column, segment, element = fault
    text = changed(name, at, new)
    (problem,) = read(text).problems
    assert (problem.code, problem.line, problem.column) == (Code[code], line, column)
    assert (problem.segment, problem.element) == (segment, element)
    lines = text.split("\n")
    assert problem.offset == sum(len(one) + 1 for one in lines[: line - 1]) + column - 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}:{fault[1]}:{fault[2]}")
def test_the_rest_is_still_read(fault):
    name, at, new, *_ = fault
    whole = [element.text for node in read(fixture(name)).root.walk() for element in node.elements.values()]
    broken = read(changed(name, at, new))
    left = [element.text for node in broken.root.walk() for element in node.elements.values()]
    assert len(left) >= len(whole) - 20
