"""What the transmission itself demands of a file: lines that end with CRLF and have no blanks at their end. Knows no message."""

import re
from collections.abc import Iterator

from hub.problem import Fix

LINE_END = "\r\n"
_LINE = re.compile(r"([^\r\n]*?)([ \t]*)(\r\n|\n|\r|\Z)")


def tidy(text: str) -> Iterator[Fix]:
    """A fix for every line with blanks at its end or with another end than CRLF; the last line gets its end too."""
    for number, found in enumerate(_LINE.finditer(text), 1):
        blanks, end = found[2], found[3]
        if found.start() == len(text) or (not blanks and end == LINE_END):
            continue
        reasons = (["blanks at the end of the line taken off"] if blanks else []) + (["line end CRLF"] if end != LINE_END else [])
        yield Fix(
            text=LINE_END,
            reason=", ".join(reasons),
            line=number,
            column=len(found[1]) + 1,
            offset=found.start(2),
            found=blanks + end,
        )
