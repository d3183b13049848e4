"""Writing interchanges, and CONTRL as answer, each read back by our reader and by pydifact."""

import datetime
import warnings

import pytest
from pydifact.segmentcollection import Interchange

from adapters.edifact import wire
from adapters.edifact.contrl import error_codes
from adapters.edifact.format import Edifact
from adapters.edifact.service import DEFAULT
from hub.envelope import Frame, Outgoing
from hub.ports import Outcome
from hub.problem import Code, Problem, Severity
from hub.syntax import Element, Message, Node

EDIFACT = Edifact()
AT = datetime.datetime(2026, 11, 21, 9, 5, tzinfo=datetime.UTC)
OUTGOING = Outgoing(
    message_id="m1", control_reference="77001", at=AT, sender="WAYBRIDGE:14", recipients=["FORWARDER:ZZ"], test=True
)
FRAME = Frame(
    layer="interchange", sender="FORWARDER", sender_qualifier="ZZ", recipients=["WAYBRIDGE"], recipient_qualifier="14",
    control_reference="REF1", author="FORWARDER", syntax="UNOC:3",
)  # fmt: skip


def tree(**status: str) -> Message:
    event = Node(
        "SG5", {}, [Node("DTM", {"C507.2005": Element("334"), "C507.2380": Element("20261121"), "C507.2379": Element("102")})]
    )
    event.children.append(Node("STS", {name.replace("_", "."): Element(text) for name, text in status.items()}))
    consignment = Node("SG4", {}, [event, Node("CNI", {"1490": Element("1")})])
    return Message(
        format="edifact",
        type="IFTSTA",
        version="D.96A",
        root=Node("IFTSTA", {}, [consignment, Node("BGM", {"1004": Element("R'1")})]),
    )


def test_the_segments_are_put_in_their_order_and_enveloped():
    written = EDIFACT.write(tree(C601_9015="1", C555_9011="24"), OUTGOING)
    assert written.problems == []
    assert written.raws[0].decode() == (
        "UNA:+.? '\n"
        "UNB+UNOC:3+WAYBRIDGE:14+FORWARDER:ZZ+261121:0905+77001++++++1'\n"
        "UNH+1+IFTSTA:D:96A:UN'\nBGM++R?'1'\nCNI+1'\nSTS+1+24'\nDTM+334:20261121:102'\nUNT+6+1'\nUNZ+1+77001'\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = Interchange.from_str(written.raws[0].decode())
        assert [one.tag for message in theirs.get_messages() for one in message.segments] == ["BGM", "CNI", "STS", "DTM"]
    split = EDIFACT.split(written.raws[0])
    assert split.problems == []
    assert EDIFACT.read(split.parts[0]).problems == []
    assert split.frames[0].test


@pytest.mark.parametrize(
    ("change", "outgoing", "expected"),
    [
        ({"C555_9011": "LONG"}, {}, "STS"),
        ({"C555_9011": "24", "C777_1": "x"}, {}, "STS"),
        ({"C555_9011": "24"}, {"control_reference": "123456789012345"}, "UNB"),
        ({"C555_9011": "24"}, {"sender": ""}, "UNB"),
        ({"C555_9011": "24", "C555_9010": "Łódź"}, {}, "STS"),
    ],
)
def test_what_cannot_be_written_is_told_and_nothing_is_sent(change, outgoing, expected):
    import msgspec

    written = EDIFACT.write(tree(C601_9015="1", **change), msgspec.structs.replace(OUTGOING, **outgoing))
    assert written.raws == []
    assert [one.segment for one in written.problems] == [expected]


def test_a_missing_mandatory_segment_and_an_unknown_version_are_not_written():
    message = tree(C555_9011="24")
    message.root.children.pop()
    assert [one.segment for one in EDIFACT.write(message, OUTGOING).problems] == ["BGM"]
    message.version = "D.16A"
    assert [one.code for one in EDIFACT.write(message, OUTGOING).problems] == [Code.VERSION_UNSUPPORTED]


def outcome(*problems: Problem, type: str = "IFTSTA", frame: Frame | None = FRAME, reference: str = "1") -> Outcome:
    return Outcome(
        accepted=not problems, type=type, version="D.96A", text="", frame=frame, reference=reference, problems=problems
    )


def answer(*outcomes: Outcome, style: str = "bare") -> list[str]:
    import msgspec

    written = EDIFACT.acknowledge(list(outcomes), msgspec.structs.replace(OUTGOING, style=style))
    split = EDIFACT.split(written.raws[0])
    assert split.problems == []
    assert EDIFACT.read(split.parts[0]).problems == []
    assert (split.frames[0].sender, split.frames[0].recipients) == ("WAYBRIDGE", ["FORWARDER"])
    return split.parts[0].text.split("\n")[1:-1]


def test_contrl_for_accepted_and_refused_messages():
    count = Problem(code=Code.EDI_UNT_COUNT, message="", segment="UNT", segment_number=9, element="1")
    long = Problem(code=Code.EDI_ELEMENT_LENGTH, message="", segment="DTM", segment_number=3, element="1", component=2)
    missing = Problem(code=Code.EDI_SEGMENT_MISSING, message="", segment="BGM", segment_number=2)
    noted = Problem(code=Code.EDI_STATUS_KEPT, message="", segment_number=4, severity=Severity.WARNING)
    assert answer(outcome(), outcome(count, long, missing, noted, reference="2")) == [
        "UCI+REF1+FORWARDER:ZZ+WAYBRIDGE:14+7'",
        "UCM+1+IFTSTA:D:96A:UN+7'",
        "UCM+2+IFTSTA:D:96A:UN+4'",
        "UCS+2+13'",
        "UCS+3'",
        "UCD+39+2:2'",
        "UCS+9'",
        "UCD+29+2'",
    ]


def test_contrl_for_an_interchange_at_fault_and_as_receipt():
    fault = Problem(code=Code.EDI_UNZ_COUNT, message="", segment="UNZ", segment_number=9, element="1")
    assert answer(outcome(fault)) == ["UCI+REF1+FORWARDER:ZZ+WAYBRIDGE:14+4+29+UNZ'"]
    assert answer(outcome(), style="receipt") == ["UCI+REF1+FORWARDER:ZZ+WAYBRIDGE:14+8'"]
    other = Problem(code=Code.KEY_MISSING, message="")
    assert answer(outcome(other))[1] == "UCM+1+IFTSTA:D:96A:UN+4+18'"


def test_contrl_of_version_4():
    import msgspec

    four = msgspec.structs.replace(FRAME, syntax="UNOC:4")
    written = EDIFACT.acknowledge([outcome(frame=four)], OUTGOING)
    assert "UNB+UNOC:4+WAYBRIDGE:14+FORWARDER:ZZ+20261121:0905+77001" in written.raws[0].decode()
    split = EDIFACT.split(written.raws[0])
    assert split.problems == []
    assert [(one.type, one.version) for one in split.parts] == [("CONTRL", "4.1")]
    assert EDIFACT.read(split.parts[0]).problems == []


def test_never_an_answer_to_an_answer_nor_without_an_interchange():
    assert EDIFACT.acknowledge([outcome(type="CONTRL")], OUTGOING) is None
    assert EDIFACT.acknowledge([outcome(frame=None)], OUTGOING) is None
    assert EDIFACT.acknowledge([], OUTGOING) is None


def test_every_error_code_of_contrl_is_of_list_0085():
    known = {"2", "7", *map(str, range(12, 40))}
    assert error_codes()
    assert set(error_codes().values()) <= known


def test_pydifact_is_the_one_that_was_examined():
    from importlib.metadata import version

    assert version("pydifact") == "0.2.3"
    assert wire.serialize([wire.segment("UNH", ["1", ["IFTSTA", "D", "96A", "UN", ""]])], DEFAULT) == "UNH+1+IFTSTA:D:96A:UN'\n"
