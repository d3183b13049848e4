"""The piece groups of a booking as one: how many pieces are booked, and their weight, as far as every group says it. Pure."""

from decimal import Decimal

from adapters.one_record.lift import Bag, like
from adapters.one_record.pieces import LIMIT_DIGITS, NUMBER
from hub.canonical.number import plain
from hub.syntax import Node

GROUPS, APART = "pieceGroups", "pieceGroupsApart"


def read_groups(details: Node, bag: Bag) -> None:
    """Put one group in the place of several; what only some of them say, or say in another unit, stays apart."""
    groups = list(details.all(GROUPS))
    if len(groups) < 2:
        return
    whole = Node(GROUPS, {}, [], groups[0].line, groups[0].column, groups[0].offset)
    _count(groups, whole, bag)
    _weigh(groups, whole, bag)
    for group in groups:
        group.name = APART
    details.children.append(whole)


def _count(groups: list[Node], whole: Node, bag: Bag) -> None:
    said = [one.elements["pieceGroupCount"] for one in groups if "pieceGroupCount" in one.elements]
    if len(said) == len(groups) and all(one.text.isdigit() and len(one.text) <= LIMIT_DIGITS for one in said):
        whole.elements["pieceGroupCount"] = like(str(sum(int(one.text) for one in said)), said[0])
        for one in groups:
            bag.put(one.elements.pop("pieceGroupCount"))


def _weigh(groups: list[Node], whole: Node, bag: Bag) -> None:
    said = [weight for one in groups if (weight := one.first("pieceGroupGrossWeight"))]
    values = [one.elements["numericalValue"] for one in said if "numericalValue" in one.elements]
    alike = len(values) == len(groups) and len({one.text("unit") for one in said}) == 1
    if not alike or not all(NUMBER.match(one.text) for one in values):
        return
    total = sum((Decimal(one.text) for one in values), Decimal(0))
    elements = {**said[0].elements, "numericalValue": like(plain(total), values[0])}
    whole.children.append(Node(said[0].name, elements, [], said[0].line))
    for group, weight in zip(groups, said, strict=True):
        bag.put_all(weight)
        group.children.remove(weight)
