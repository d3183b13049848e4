"""Writing by plans and places gives the texts and problems of writing item by item and row by row; its work grows linearly."""

import random
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cargo_imp import writing
from adapters.cargo_imp.layout import load, schema_names
from adapters.cargo_imp.plans import Plans, RepeatPlans
from adapters.cargo_imp.writing import Writer
from hub.envelope import Part
from hub.syntax import Element, Node
from tests.property.cargo_imp_examples import message
from tests.unit.adapters.cargo_imp.messages import FORMAT, fixture

TABLES = {name: load(name) for name in schema_names()}
TEXTS = [
    *(
        "",
        " ",
        "/",
        "A",
        "9",
        "K",
        "abc",
        "A/B",
        "A\nB",
        "\n",
        "%s",
        "{0}",
        "Größe / Süd",
        ".",
        "5.",
        "0012",
        "1.500000",
        "866.123456",
    ),
    *("NVD", "RCS", "DEP", "OCI", "123456789012345678", "X" * 36, "WORD " * 30, "X" * 66),
]


def read(name: str, text: str) -> Node:
    type, _, version = name.partition("_")
    return FORMAT.read(Part(format="cargo-imp", type=type.upper(), version=version, text=text)).root


def copied(node: Node) -> Node:
    return Node(node.name, dict(node.elements), [copied(child) for child in node.children])


def spoil(root: Node, chance: random.Random) -> None:
    """One change of the kinds that a mapping or a partner's table may make: no layout is asked."""
    nodes = list(root.walk())
    node, other = chance.choice(nodes), chance.choice(nodes)
    names = [name for one in nodes for name in one.elements] or ["code"]
    place, kind = chance.randint(0, len(node.children)), chance.randrange(10)
    if kind < 4:
        node.elements = {**node.elements, chance.choice([*node.elements, chance.choice(names)]): Element(chance.choice(TEXTS))}
    elif kind == 4:
        kept = chance.sample(list(node.elements), k=len(node.elements) * chance.randint(0, 2) // 2)
        node.elements = {name: node.elements[name] for name in kept}
    elif kind == 5:
        node.children.insert(place, Node(other.name, {chance.choice(names): Element(chance.choice(TEXTS))}))
    elif kind == 6:
        node.children[place : place + 1] = [copied(one) for one in node.children[place : place + 1]] * chance.choice(
            [0, 2, 6, 14]
        )
    elif kind == 7:
        node.children.insert(place, copied(other))
    elif kind == 8:
        chance.shuffle(node.children)
    else:
        node.name = other.name


@cache
def writers(name: str) -> tuple[Writer, Writer]:
    """One that writes by plans, and one that has none."""
    with pytest.MonkeyPatch.context() as patch:
        for plans in (Plans, RepeatPlans):
            patch.setattr(plans, "text", lambda *_: None)
        slow = Writer(TABLES[name])
    return Writer(TABLES[name]), slow


def told(writer: Writer, root: Node) -> tuple[list[str], list[str]]:
    texts, problems = writer.write(root)
    return texts, list(map(repr, problems))


def item_by_item(name: str, root: Node) -> tuple[list[str], list[str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing._Writing, "orderly", lambda *_: False)
        return told(writers(name)[1], root)


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_plans_give_what_item_by_item_gives(name, seed):
    chance = random.Random(seed)
    root = read(name, message(TABLES[name], chance))
    for _ in range(6):
        assert told(writers(name)[0], root) == item_by_item(name, root)
        root = copied(root)
        spoil(root, chance)


GROWING = {
    "points of unloading": ("ffm_8/whole", lambda root: root, "destination"),
    "consignments": ("ffm_8/whole", lambda root: root.first("destination"), "AWB"),
    "houses": ("fhl_5/one_house", lambda root: root, "house"),
    "customs lines": ("fwb_17/full", lambda root: root.first("OCI"), "customs"),
    "strangers": ("fwb_17/full", lambda root: root.first("RTG"), "leg"),
    "statuses": ("fsu_14/journey", lambda root: root.first("AWB"), "status"),
}


@pytest.mark.parametrize("kind", GROWING)
def test_writing_grows_linearly(kind):
    small, large = _seconds(kind, 200), _seconds(kind, 2000)
    assert large <= 15 * small + 0.15


def _seconds(kind: str, count: int) -> float:
    name, holder, repeated = GROWING[kind]
    root = copied(read(name.partition("/")[0], fixture(name)))
    node = holder(root)
    at = next(at for at, child in enumerate(node.children) if child.name == repeated)
    node.children[at:at] = [copied(node.children[at]) for _ in range(count)]
    start = time.process_time()
    writers(name.partition("/")[0])[0].write(root)
    return time.process_time() - start
