"""A sliding window over bytes that come in chunks, held as one character a byte, and where in the file it stands."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from adapters.edifact.scanner import skip
from adapters.edifact.service import Delimiters

MARKS = ("\xef\xbb\xbf",)
"""The byte order mark of UTF-8, as bytes."""

CHUNK = 1 << 20


class Where(msgspec.Struct):
    """A place in the file: line and column from 1, offset in decoded characters without mark, byte from 0."""

    line: int = 1
    column: int = 1
    offset: int = 0
    byte: int = 0

    def over(self, text: str, size: int) -> None:
        """Go over a decoded text that has this many bytes."""
        breaks = text.count("\n")
        self.line += breaks
        self.column = len(text) - text.rfind("\n") if breaks else self.column + len(text)
        self.offset += len(text)
        self.byte += size


class Window:
    """The unread part of the file, as far as it was needed. ``position`` is where reading stands in ``text``."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._done = False
        self.text = ""
        self.position = 0
        self.where = Where()

    def more(self) -> bool:
        """Read on, as much again as there is unread (so that searching again stays linear); false at the end of the file."""
        wanted = max(len(self.text) - self.position, 1)
        got: list[str] = []
        size = 0
        while size < wanted and not self._done:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._done = True
            else:
                got.append(bytes(chunk).decode("latin-1"))
                size += len(chunk)
        if size:
            self.text = self.text[self.position :] + "".join(got) if self.position or self.text else "".join(got)
            self.position = 0
        return size > 0

    def fill(self, size: int) -> None:
        """Have this many characters ahead, if the file has them."""
        while len(self.text) - self.position < size and self.more():
            pass

    def fill_all(self) -> None:
        """Have all of the file ahead."""
        while self.more():
            pass

    def drop_mark(self) -> None:
        """A byte order mark is no character of the file."""
        for mark in MARKS:
            if self.text.startswith(mark, self.position):
                self.position += len(mark)
                self.where.byte += len(mark)

    def ended(self) -> bool:
        """Whether nothing is left."""
        self.fill(1)
        return self.position >= len(self.text)

    def skip(self) -> None:
        """Step over blanks and line breaks."""
        while True:
            end = skip(self.text, self.position)
            self.take(end - self.position)
            if end < len(self.text) or not self.more():
                return

    def take_breaks(self) -> None:
        """Step over line breaks only."""
        self.fill(4)
        end = self.position
        while self.text[end : end + 1] in ("\r", "\n"):
            end += 1
        self.take(end - self.position)

    def take(self, size: int, decoded: str | None = None) -> None:
        """Go on by so many bytes, which read as ``decoded`` (as themselves where not given)."""
        text = self.text[self.position : self.position + size] if decoded is None else decoded
        self.where.over(text, size)
        self.position += size

    def segment(self, pattern: re.Pattern[str]) -> int | None:
        """The end of the segment at this place, or none when the file ends before it."""
        while (match := pattern.match(self.text, self.position)) is None:
            if not self.more():
                return None
        return match.end()

    def match(self, pattern: re.Pattern[str], start: int) -> int:
        """The end of all that the pattern takes from ``start``, with a whole service segment after it if the file has one."""
        ahead = start - self.position
        while True:
            start = self.position + ahead
            found = pattern.match(self.text, start)
            end = start if found is None else found.end()
            following = skip(self.text, end)
            if (len(self.text) - following > TAIL and self.text.startswith("UN", following)) or not self.more():
                return end

    def search(self, pattern: re.Pattern[str]) -> int:
        """Where the pattern is found from the next character on, else the end of the file."""
        while (match := pattern.search(self.text, self.position + 1)) is None:
            if not self.more():
                return len(self.text)
        return match.start()

    def find_trailer(self, delimiters: Delimiters) -> int:
        """Where the UNT of an embedded message begins: after a terminator or a line break; else the end of the file."""
        start = self.position
        while True:
            found = self.text.find(f"UNT{delimiters.data}", start)
            if found < 0:
                size = len(self.text) - self.position
                if not self.more():
                    return len(self.text)
                start = self.position + max(size - 4, 0)
                continue
            if found == self.position or self.text[found - 1] in f"{delimiters.terminator}\r\n ":
                return found
            start = found + 1

    def place(self, position: int) -> tuple[int, int, int, int]:
        """Line, column, offset and byte of a place at or after the one we stand at."""
        text = self.text[self.position : position]
        breaks = text.count("\n")
        column = len(text) - text.rfind("\n") if breaks else self.where.column + len(text)
        return self.where.line + breaks, column, self.where.offset + len(text), self.where.byte + len(text)


TAIL = 1024
"""A trailer must be there whole before a message is cut off: UNT has at most some thirty characters."""
