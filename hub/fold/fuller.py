"""Who says the same with more words is heard before another author who says it with fewer. Pure and order-free.

A partner that repeats what it was told, in a format that has no place for all of it, takes nothing away by that.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hub.canonical.document import leaves
from hub.statement import RULE, Statement

T = TypeVar("T")


def covers(whole: Any, said: Any) -> bool:
    """Whether a value says all that another does. That there are none is said by nothing but none."""
    if isinstance(said, dict):
        return (
            isinstance(whole, dict)
            and (bool(said) or not whole)
            and all(name in whole and covers(whole[name], value) for name, value in said.items())
        )
    if isinstance(said, list):
        return isinstance(whole, list) and len(whole) == len(said) and all(map(covers, whole, said))
    return bool(whole == said)


def fullest_first(ranked: Sequence[T], told: Callable[[T], tuple[Statement, int]], facts: Callable[[T], Any]) -> Sequence[T]:
    """The tellers with the one first that says most of all who say the same as the first, and are believed as much.

    ``told`` is whose word it is and how much it is believed. Rulings are as short as they are meant to be.
    """
    first, rank = told(ranked[0])
    if first.action == RULE:
        return ranked
    peers = [one for one in ranked[1:] if told(one)[1] == rank and told(one)[0].author != first.author]
    words = facts(ranked[0]) if peers else None
    fuller = [one for one in peers if covers(facts(one), words)]
    best = max(fuller, key=lambda one: len(leaves(facts(one))), default=None)
    if best is None or len(leaves(facts(best))) == len(leaves(words)):
        return ranked
    return [best, *(one for one in ranked if one is not best)]
