"""A message that breaks off in the middle of a line: one fault, told where it breaks off. Knows problems; knows no table."""

from collections.abc import Sequence

import msgspec

from hub.problem import Code, Problem

_BLANKS = " \t\r\n\x01\x02\x03\x1a\x00"
_CUT = frozenset({Code.IMP_ELEMENT_FORMAT, Code.IMP_ELEMENT_MISSING})


def broken_off(problems: list[Problem], start: int, text: str, missing: Sequence[str], ended: bool) -> bool:
    """Whether the last fault reaches to the end of the text, which begins at ``start``; it says then what is ``missing`` behind.

    ``ended``: messages of this type have an end mark, so that a fault anywhere in the last line will do.
    """
    last = problems[-1] if problems else None
    if last is None or last.code not in _CUT or last.offset is None:
        return False
    told = text.rstrip(_BLANKS)
    begin, end = start + told.rfind("\n") + 1, start + len(told)
    if last.offset < begin or (not ended and last.offset + len(last.found or "") < end):
        return False
    says = f"{last.message}; the message breaks off here, without {', '.join(missing)}"
    problems[-1] = msgspec.structs.replace(last, message=says)
    return True
