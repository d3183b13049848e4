"""Departures that any line of any table may have: blanks before it, a slant behind it, its identifier alone on the line above.

Each is read, and told with its number in docs/wire-differences.md. Knows tables and text; knows no meaning of any message.
"""

import re
from dataclasses import dataclass

from adapters.cargo_imp.layout import ANY, SLANT, Table, differences
from adapters.cargo_imp.recovery import LONGEST_MATCHED, Recovery
from adapters.cargo_imp.steps import Step, Variant, Walk, nearest
from hub.problem import Code, Fix
from hub.syntax import Element, Node

SLANT_BEHIND = 45
ALONE = 46
INDENTED = 51
"""Numbers in docs/wire-differences.md."""
_BEFORE = " \t\r"


@dataclass(frozen=True, kw_only=True)
class _Alone:
    """A line that is an identifier and nothing else, where the layout has the first element on the same line."""

    key: str
    steps: tuple[Step, ...]
    line: int
    start: int


class Departing(Recovery):
    """A walk that also reads what stands right but for a blank, a slant or a line end too many."""

    def __init__(self, table: Table, walk: Walk, line: int, offset: int) -> None:
        super().__init__(table, walk, line, offset)
        self.alone: _Alone | None = None

    def _slow_line(self, line: str, plain: bool) -> None:
        alone, self.alone = self.alone, None
        if line[0] in _BEFORE and not any(step.match(line) for step in self.place.steps.get(ANY, ())):
            self._indented(line, plain, alone)
        elif alone is None or line[0] != SLANT or not self._joined(alone, line):
            super()._slow_line(line, plain)

    def _indented(self, line: str, plain: bool, alone: _Alone | None) -> None:
        """The line behind the blanks, all places counted with them. A line feed before the carriage return is no blank."""
        body = line.lstrip(_BEFORE)
        indent = len(line) - len(body)
        blanks = line[:indent].strip("\r")
        if blanks:
            kind = differences()[INDENTED]
            fix = self._outdented(blanks, body) if len(blanks) == indent else None
            self.report(Code(kind.code), 0, None, f"{kind.says} (difference {kind.number})", blanks, fix)
        self.start, self.line, self.indent, self.alone = self.start + indent, body, indent, alone
        self._slow_line(body, plain)
        self.indent = 0

    def _outdented(self, blanks: str, body: str) -> Fix:
        """A fix shows a character that is no blank, so that people see where it is."""
        found, reason = blanks + body[0], "blanks before it taken off"
        return Fix(text=body[0], reason=reason, line=self.number, column=1, offset=self.start, found=found)

    def _node(self, variant: Variant, found: re.Match[str], column: int = 0) -> Node:
        node = super()._node(variant, found, column)
        if self.indent:
            for one in node.walk():
                one.elements = {name: _shifted(element, self.indent) for name, element in one.elements.items()}
        return node

    def _otherwise(self, line: str, key: str) -> None:
        if line.endswith(SLANT) and self._slant_behind(line, key):
            return
        steps, before = self.place.steps.get(key, ()), len(self.problems)
        super()._otherwise(line, key)
        refused = self.unread and self.unread[-1][0] == self.number and len(self.problems) == before + 1
        if line == key and key.isalpha() and steps and refused:
            self.alone = _Alone(key=key, steps=steps, line=self.number, start=self.start)

    def _slant_behind(self, line: str, key: str) -> bool:
        """A line that fits but for one slant at its end; not where an element that is not there belongs behind it."""
        steps = nearest(self.place.steps.get(key, ())) if 1 < len(line) < LONGEST_MATCHED else []
        if (self.lost and key == SLANT) or (line[:-1] == key and sum(len(step.variants) for step in steps) > 1):
            return False
        for step in steps:
            found = step.match(line[:-1])
            if found is not None:
                variant = _variant(step, found)
                self._enter(step, variant, self._node(variant, found))
                kind = differences()[SLANT_BEHIND]
                says, fix = f"{kind.says} (difference {kind.number})", self.fix(line[:-1], "slant at the end taken off")
                self.report(Code(kind.code), len(line), variant.option.segment, says, SLANT, fix)
                return True
        return False

    def _joined(self, alone: _Alone, line: str) -> bool:
        """The first element of a group whose identifier stood alone: read as if it stood behind it."""
        for step in nearest(alone.steps) if len(line) < LONGEST_MATCHED else ():
            found = step.match(alone.key + line)
            if found is not None:
                variant = _variant(step, found)
                node = self._node(variant, found, -len(alone.key))
                self.open[variant.depth].children[-1] = node
                self.open[variant.depth + 1] = node
                self.place = variant.place
                self.unread.pop()
                self._told_alone(alone, variant)
                return True
        return False

    def _told_alone(self, alone: _Alone, variant: Variant) -> None:
        """In the place of the problem that nothing stood behind the identifier."""
        self.problems.pop()
        kind, here = differences()[ALONE], (self.number, self.start)
        ends = "\r\n" if here[1] - alone.start == len(alone.key) + 2 else "\n"
        fix = Fix(
            text=alone.key,
            reason="identifier and first element on one line",
            line=alone.line,
            column=1,
            offset=alone.start,
            found=alone.key + ends,
        )
        self.number, self.start = alone.line, alone.start
        says = f"{kind.says} (difference {kind.number})"
        self.report(Code(kind.code), 0, variant.option.segment, says, alone.key, fix)
        self.number, self.start = here


def _variant(step: Step, found: re.Match[str]) -> Variant:
    return step.only or step.by_group[found.lastindex or 0]


def _shifted(element: Element, indent: int) -> Element:
    return Element(element.text, element.line, element.column + indent, element.offset, element.path)
