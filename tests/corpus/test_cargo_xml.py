"""Real Cargo-XML is recognised by name and version, and kept with a problem that says so."""

import pytest

from adapters.cargo_xml import build
from hub.problem import Code
from tests.corpus.folder import files, needed


@needed
@pytest.mark.parametrize("path", files("cargo_xml/*.xml"), ids=lambda path: path.name)
def test_is_named(path):
    split = build().split(path.read_bytes())
    if not split.parts:
        assert [one.code for one in split.problems] == [Code.TYPE_UNKNOWN]
        return
    (part,) = split.parts
    assert part.type.lower() == path.name[:4]
    assert [one.code for one in build().read(part).problems] == [Code.TYPE_UNKNOWN]
