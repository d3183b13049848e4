"""Messages sent in parts: which parts no longer stand because a later sending had fewer, or came whole. Pure."""

from collections.abc import Sequence

import msgspec

from hub.statement import Statement


def without_withdrawn(ordered: Sequence[Statement]) -> list[Statement]:
    """The statements in order of saying, those of withdrawn parts no longer live.

    The part marked LAST withdraws, of what was said before in the same slot, the parts beyond it and a whole message; a whole
    message withdraws every part. Messages that only add withdraw nothing. Which arrived first makes no difference.
    """
    if not any(one.part for one in ordered):
        return list(ordered)
    ending = [one for one in ordered if one.action != "add" and (one.last or not one.part)]
    return [msgspec.structs.replace(one, live=False) if _is_withdrawn(one, ending) else one for one in ordered]


def _is_withdrawn(one: Statement, ending: Sequence[Statement]) -> bool:
    return one.action != "add" and any(
        other.whole == one.whole and other.order() > one.order() and (one.part > other.part or (other.part > 0 and one.part == 0))
        for other in ending
    )
