"""Every EDIFACT interchange of the corpus: valid ones without an interchange error, malformed ones with the manifest's fault."""

import re

import pytest

from adapters.edifact.format import Edifact
from hub.bootstrap import pure_line
from hub.explain import anonymous, explained, went_well
from hub.problem import Code, Severity
from tests.corpus.folder import CORPUS, files, needed

EDIFACT = Edifact()
pytestmark = [pytest.mark.corpus, needed]

REASONS = {
    r"^bad tag": {Code.EDI_SEGMENT_TAG, Code.EDI_SEGMENT_BLANK},
    r"^UNB too short": {Code.EDI_ELEMENT_MISSING},
    r"^UNB date": {Code.EDI_ELEMENT_MISSING, Code.EDI_ELEMENT_LENGTH, Code.EDI_ELEMENT_FORMAT},
    r"^UNB without UNZ|^no UNZ": {Code.EDI_UNZ_MISSING},
    r"^UNH S009": {Code.EDI_ELEMENT_MISSING},
    r"^UNT count": {Code.EDI_UNT_COUNT},
    r"^UNT ref": {Code.EDI_UNT_REFERENCE},
    r"^UNT without UNH": {Code.EDI_UNH_MISSING, Code.EDI_SEGMENT_TAG},
    r"^UNZ count": {Code.EDI_UNZ_COUNT},
    r"^UNZ ref": {Code.EDI_UNZ_REFERENCE},
    r"^UNZ inside message|^no UNT": {Code.EDI_UNT_MISSING},
    r"^no UNB": {Code.EDI_UNB_MISSING, Code.EDI_UNB_ABSENT},
    r"^junk before": {Code.EDI_JUNK},
    r"^unterminated tail": {Code.EDI_UNA, Code.FILE_TRUNCATED},
}
"""What the manifest says is wrong, and the codes that say so here."""


def reasons(name: str) -> list[str]:
    """The faults a malformed file has by its manifest row; none where it is only wrong in its content.

    What follows from a spoilt UNH (its UNT's reference, UNZ's count) is one fault with it, and told once.
    """
    for line in (CORPUS / "edifact" / "MANIFEST.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 6 and cells[1] == name:
            named = [] if cells[6].startswith("envelope counts OK") else cells[6].split("; ")
            spoilt = "UNT without UNH" in named
            return named[: named.index("UNT without UNH") + 1] if spoilt else named
    return []


def weighed(path):
    """The interchange's own problems, and those of its messages' envelopes, by the standard profile."""
    split = EDIFACT.split(path.read_bytes())
    messages = [problem for part in split.parts for problem in EDIFACT.read(part).problems]
    profile = pure_line().profile("standard")
    return split, profile.weigh(split.problems), profile.weigh(messages)


@pytest.mark.parametrize("path", files("edifact/valid/*"), ids=lambda path: path.name)
def test_valid_interchange(path):
    split, problems, messages = weighed(path)
    assert EDIFACT.sniff(path.read_bytes()[:4096]) >= 80
    assert split.parts
    assert [one for one in problems if one.severity is Severity.ERROR] == []
    assert {one.code for one in messages if one.severity is Severity.ERROR} <= {Code.TYPE_UNKNOWN}


@pytest.mark.parametrize("path", files("edifact/malformed/*"), ids=lambda path: path.name)
def test_malformed_interchange(path):
    _, problems, messages = weighed(path)
    errors = [
        one
        for one in (*problems, *messages)
        if one.severity is Severity.ERROR or one.code in (Code.EDI_JUNK, Code.EDI_UNB_ABSENT)
    ]
    named = reasons(path.name)
    expected = [codes for reason in named for pattern, codes in REASONS.items() if re.match(pattern, reason)]
    assert not named or expected, f"no rule for {named}"
    for codes in expected:
        assert {one.code for one in errors} & codes
    for one in errors:
        assert one.line
        assert one.column
        assert one.offset is not None


@pytest.mark.parametrize("path", files("edifact/*/IFTSTA*"), ids=lambda path: path.name)
def test_every_status_report_goes_through_to_canonical(path):
    hub = pure_line()
    envelope = anonymous(path.read_bytes(), path.name)
    understood = hub.line.understand(envelope, hub.profile("standard"))
    told = explained(understood, envelope.received_at, hub.rules)
    assert went_well(understood) == (path.parent.name == "valid")
    for message in told["messages"]:
        assert message["subject"] == "shipment"
        assert message["shipments"] or message["not_carried"] or message["problems"]
        for problem in message["problems"]:
            assert problem["line"]
