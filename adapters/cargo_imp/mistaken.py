"""Names and addresses laid out as in another version than the first line tells: read by that version's table, and told once.

Knows readings and their problems; knows no table's structure and no meaning of any message.
"""

from adapters.cargo_imp.layout import differences
from adapters.cargo_imp.reading import Reading
from hub.problem import Code, Problem

MISTAKEN = 44
"""Number in docs/wire-differences.md."""
_NAMED = frozenset({"NAM", "ADR", "LOC"})
_PARTIES = frozenset({"SHP", "CNE", "NFY"})


def doubtful(reading: Reading) -> bool:
    """Whether lines of names and addresses are missed, or stand where the layout has none."""
    codes = (Code.IMP_LINE_MISSING, Code.IMP_LINE_UNKNOWN)
    return any(one.segment in _NAMED and one.code in codes for one in reading.problems)


def meant(told: Reading, other: Reading) -> Reading:
    """The reading by the other version where that fits better, with the one problem that it is needed."""
    party = next((node for node in other.root.walk() if node.name in _PARTIES), None)
    if party is None or len(other.problems) + 1 >= len(told.problems) + len(told.unread):
        return told
    kind, table = differences()[MISTAKEN], other.table
    other.problems.insert(
        0,
        Problem(
            code=Code(kind.code),
            message=f"{kind.says}, {table.type}/{table.version} (difference {kind.number})",
            line=party.line,
            column=party.column,
            offset=party.offset,
            segment=party.name,
            expected=f"names and addresses as in {told.table.type}/{told.table.version}",
        ),
    )
    return other
