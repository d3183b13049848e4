"""Messages sent in parts: which parts no longer stand because a later sending had fewer, or came whole. Pure."""

from collections.abc import Sequence

import msgspec

from hub.canonical.document import Document
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


def continued(statement: Statement, house: Document, live: Sequence[Statement]) -> tuple[Statement, Document]:
    """A house that a part tells without its number is the last one of the part before: only the first text line is repeated.

    The statement of that house's own message, then, and its number. Unchanged where the part before is not there (yet).
    """
    if not statement.part or house.get("hawb"):
        return statement, house
    for number in range(statement.part - 1, 0, -1):
        before = [one for one in live if (one.part, one.author, one.kind) == (number, statement.author, statement.kind)]
        last = max((one for one in before if _named(one)), key=Statement.order, default=None)
        if last is not None:
            name = {key: value for key, value in _named(last)[-1].items() if key in ("hawb", "issuer")}
            return msgspec.structs.replace(statement, whole=last.whole), {**house, **name}
        if not before:
            break
    return statement, house


def _named(statement: Statement) -> list[Document]:
    return [one for one in statement.facts.get("houses", ()) if one.get("hawb")]
