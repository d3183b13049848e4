"""Real messages repaired: never worse, the same shipment, and a second time nothing is changed."""

import pytest

from hub.explain import anonymous, explained
from hub.repair import repair
from tests.corpus.explaining import DAY, NOW, hub
from tests.corpus.folder import CORPUS, classes, files, needed

pytestmark = [needed, pytest.mark.corpus]
CLASSES = classes("cargo_imp")
FILES = files("cargo_imp/*.txt")


def understand(raw):
    return hub().line.understand(anonymous(raw, "file", NOW), hub().profile(), DAY)


def count(understood):
    return len(understood.problems) + sum(len(one.problems) for one in understood.readings)


def shipments(understood):
    return [one["shipments"] for one in explained(understood, NOW, hub().rules)["messages"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_repaired_it_says_the_same(path):
    raw = path.read_bytes()
    before, found = understand(raw), repair(raw, understand, hub().line.tidier(raw))
    content = [one for one in found.fixes if one.text.strip() or one.found.strip()]
    assert count(found.understood) < count(before) if content else count(found.understood) == count(before)
    assert repair(found.raw, understand, hub().line.tidier(found.raw)).raw == found.raw
    if CLASSES[path.name] in ("dirty", "dirty-operational", "valid", "valid-operational", "envelope"):
        assert shipments(understand(found.raw)) == shipments(before)


@pytest.mark.parametrize("path", files("edifact/valid/*")[:20], ids=lambda path: str(path.relative_to(CORPUS)))
def test_another_format_is_left_alone(path):
    raw = path.read_bytes()
    assert repair(raw, understand, hub().line.tidier(raw)).raw == raw
