"""Every FWB, FHL, FSU and IFTSTA of the corpus as logistics objects and back: nothing changes that is not named."""

from pathlib import Path

import pytest

from tests.corpus.explaining import explain, hub, shipments
from tests.corpus.folder import CORPUS, files, needed
from tests.one_record_rounds import outlined, read_again, silently_changed

pytestmark = [pytest.mark.corpus, needed]
FILES = [path for kind in ("fwb", "fhl", "fsu", "fsa", "ffa", "ffm", "fbl") for path in files(f"cargo_imp/{kind}-*.txt")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORPUS)))
def test_shipments_come_back_from_their_objects(path: Path) -> None:
    line, profile = hub().line, hub().profile()
    for document in shipments(explain(path)):
        outline, named = outlined(line, document)
        again = read_again(line, outline, profile)
        assert document["key"] in again
        assert silently_changed(document, again[document["key"]], named) == {}
