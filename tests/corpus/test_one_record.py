"""Every ONE Record document of the corpus is read or refused with located problems; none is copied here."""

import copy
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.one_record.format import build
from hub.envelope import Envelope, Outgoing
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.problem import Code, Severity
from hub.profiles import problem_rows, profile
from hub.syntax import Node

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("WAYBRIDGE_CORPUS", ROOT.parent / "shared" / "corpus")) / "one_record"
FILES = sorted(CORPUS.rglob("*.json")) if CORPUS.is_dir() else []
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LINE = Line(formats={"one-record": build()}, mappings=Mappings())
STANDARD = profile("standard", problem_rows())

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not FILES, reason=f"no ONE Record corpus at {CORPUS}")]

BROKEN = (Code.ONE_JSON, Code.FILE_TRUNCATED, Code.ONE_CLASS_UNKNOWN, Code.ONE_CARDINALITY, Code.KEY_MISSING)
"""Errors that documents of the standard really have: not JSON, a mangled namespace, a title said twice, an opaque address."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORPUS)))
def test_document_is_recognised_and_read(path: Path) -> None:
    raw = path.read_bytes()
    format = build()
    assert format.sniff(raw[:4096]) >= 90
    understood = LINE.understand(Envelope(id="1", partner="p", channel="c", received_at=NOW, digest="", raw=raw), STANDARD)
    problems = [*understood.problems, *(one for reading in understood.readings for one in reading.problems)]
    assert Code.INTERNAL not in [one.code for one in problems]
    errors = [one for one in problems if one.severity is Severity.ERROR]
    assert {one.code for one in errors} <= set(BROKEN)
    assert all(one.line and one.column for one in errors)
    if Code.ONE_JSON in [one.code for one in errors]:
        assert understood.readings == []
    else:
        assert len(understood.readings) == 1
        assert format.table(understood.readings[0].type, understood.readings[0].version) is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORPUS)))
def test_document_is_written_as_it_was_read(path: Path) -> None:
    format = build()
    for part in format.split(path.read_bytes()).parts:
        message = format.read(part)
        written = format.write(message, Outgoing(message_id="m", control_reference="1", at=NOW))
        again = format.read(format.split(written.raws[0]).parts[0])
        assert _texts(again.root) == _texts(message.root)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORPUS)))
def test_document_is_understood_without_a_change_to_its_tree(path: Path) -> None:
    format = build()
    for part in format.split(path.read_bytes()).parts:
        message = format.read(part)
        before = copy.deepcopy(message.root)
        LINE.to_canonical(message, NOW.date())
        assert message.root == before


def _texts(node: Node) -> object:
    kept = sorted(
        (name, one.text) for name, one in node.elements.items() if name != "@type" and not one.text.startswith("internal:")
    )
    return node.name, kept, [_texts(child) for child in node.children]
