"""Cargo-XML recognition: by namespace, safely, and with a place for what is broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cargo_xml import build
from hub.problem import Code

WAYBILL = b"""<?xml version="1.0"?>
<w:Waybill xmlns:w="iata:waybill:1" xmlns="iata:datamodel:3">
 <w:MessageHeaderDocument><ID>M1</ID><VersionID>3.00</VersionID><IssueDateTime>2026-11-21T10:00:00</IssueDateTime></w:MessageHeaderDocument>
</w:Waybill>"""


def test_names_type_version_and_reference():
    split = build().split(WAYBILL)
    assert [(part.type, part.version, part.reference) for part in split.parts] == [("XFWB", "3.00", "M1")]
    assert split.frames[0].said_at == "2026-11-21T10:00:00"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (WAYBILL[:-4], Code.XML_SYNTAX),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', Code.XML_DOCTYPE),
        (b"<a/>", Code.TYPE_UNKNOWN),
    ],
)
def test_bad_documents_have_a_located_problem(raw, code):
    (problem,) = build().split(raw).problems
    assert (problem.code, problem.line is not None) == (code, True)


@given(st.binary())
def test_any_bytes_are_survived(raw):
    build().split(b"<" + raw)
