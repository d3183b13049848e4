"""Elements that are made when the tree is handed on: the same texts before and after, and never none by mistake."""

import re
from collections.abc import Sequence

import pytest

from adapters.cargo_imp.groups import Groups
from adapters.cargo_imp.late import UNOPENED, columns, opened
from adapters.cargo_imp.layout import load, schema_names
from adapters.cargo_imp.reading import Reader
from hub.syntax import Node

HOUSES = "MBI/777-55512343FRASGN/T2K20\nHBS/H1/FRASGN/1/K10/1/MACHINE PARTS\n/SPX/EAW\nHBS/H2/FRASGN/1/K10/1/TOOLS\n"


def _closed(pattern: str, text: str, names: Sequence[str]) -> Node:
    found = re.fullmatch(pattern, text)
    assert found is not None
    groups = Groups(tuple(enumerate(names, 1)))
    return Node("line", UNOPENED, [], 3, 1, 20, groups, found)


def test_texts_are_the_same_before_and_after() -> None:
    node = _closed("A/([0-9]*)/([A-Z]*)", "A/12/", ["pieces", "unit"])
    before = node.text("pieces"), node.text("unit"), node.text("nothing"), [one or None for one in node.texts(("pieces", "unit"))]
    opened(node)
    assert before == ("12", None, None, ["12", None])
    assert (node.text("pieces"), node.text("unit"), node.text("nothing"), [*node.texts(("pieces", "unit"))]) == before
    assert (node.elements["pieces"].column, node.elements["pieces"].offset) == (3, 22)


def test_an_element_with_two_groups_is_found_in_either() -> None:
    for text, wanted in (("A1", "1"), ("B2", "2"), ("C", None)):
        node = _closed("(?:A([0-9])|B([0-9])|C)", text, ["figure", "figure"])
        assert node.text("figure") == wanted
        assert [*node.texts(("figure",))] == [wanted]
        assert opened(node).text("figure") == wanted


def test_a_closed_node_has_no_elements_to_be_taken_for_none() -> None:
    node = _closed("A/([0-9]*)", "A/12", ["pieces"])
    with pytest.raises(AttributeError):
        node.elements.get("pieces")


def test_columns_of_closed_and_open_nodes() -> None:
    nodes = [_closed("A/([0-9]*)/([A-Z]*)", f"A/{at}/K", ["pieces", "unit"]) for at in range(3)]
    opened(nodes[1])
    assert [tuple(column) for column in columns(nodes, ("pieces", "unit"))] == [("0", "1", "2"), ("K", "K", "K")]


def test_a_whole_tree_is_opened_with_its_repeats() -> None:
    reading = Reader(load("fhl_5")).read(HOUSES, 2, 6)
    codes = [one.text("code") for node in opened(reading.root).walk() for one in node.all("code")]
    assert codes == ["SPX", "EAW"]
    assert all(node.late is None and node.elements is not UNOPENED for node in reading.root.walk())


def test_names_shared_by_two_groups_of_a_layout_are_known() -> None:
    """The case the checks must not stumble over is in the tables."""
    shared = [0 for name in schema_names() for line in load(name).lines.values() for group in _groups(line) if group == 0]
    assert shared


def _groups(line: object) -> Sequence[int]:
    from adapters.cargo_imp.groups import groups
    from adapters.cargo_imp.layout import Line

    assert isinstance(line, Line)
    return [*groups(line.items).by_name.values()]
