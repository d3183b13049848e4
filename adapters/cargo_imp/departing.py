"""Departures that any line of any table may have: blanks before it, a slant behind it, its identifier alone on the line above.

Each is read, and told with its number in docs/wire-differences.md. Knows tables and text; knows no meaning of any message.
"""

import re
from dataclasses import dataclass

from adapters.cargo_imp.layout import ANY, SLANT, Option, Row, Table, differences
from adapters.cargo_imp.recovery import LONGEST_MATCHED, Recovery
from adapters.cargo_imp.slips import beginnings, begins_with_text
from adapters.cargo_imp.steps import Step, Variant, Walk, nearest
from adapters.cargo_imp.unnamed import fits
from hub.problem import Code, Fix
from hub.syntax import Element, Node

NAME_FORM = 43
SLANT_BEHIND = 45
ALONE = 46
INDENTED = 51
"""Numbers in docs/wire-differences.md."""
_BEFORE = " \t\r"
SHORTEST_PLACE = 4
_DIGIT = re.compile("[0-9]")


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
        elif not (alone is not None and line[0] == SLANT and self._joined(alone, line)) and not self._rather_tolerated(line):
            super()._slow_line(line, plain)

    def _rather_tolerated(self, line: str) -> bool:
        """A name with a slant that is like a place, read as the name it must be: nobody leaves out two lines of an address."""
        if self.lost or line[0] != SLANT or len(line) >= LONGEST_MATCHED:
            return False
        steps = self.place.steps.get(SLANT, ())
        first = next((step for step in steps if step.match(line)), None)
        return first is not None and len(first.missing) > 1 and self._tolerated(steps, line)

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
        if self._slipped(line, key) or (key == SLANT and self._one_more(line)):
            return
        steps, before = self.place.steps.get(key, ()), len(self.problems)
        super()._otherwise(line, key)
        refused = self.unread and self.unread[-1][0] == self.number and len(self.problems) == before + 1
        if line == key and key.isalpha() and steps and refused:
            self.alone = _Alone(key=key, steps=steps, line=self.number, start=self.start)

    def _slipped(self, line: str, key: str) -> bool:
        """A line the layout demands here, with a slip in its identifier or in the slant behind it, all the rest right."""
        steps = self.place.steps.get(key, ()) if not (self.lost and key == SLANT) else ()
        known = any(step.match(line) for step in self.walk.anywhere.get(key, ())) or fits(self.place, line)
        if known or len(line) >= LONGEST_MATCHED:
            return False
        return self._tolerated(steps, line) or (key[:1].isalpha() and self._misspelt(line, key)) or self._begun_wrong(line)

    def _begun_wrong(self, line: str) -> bool:
        for right, steps in self.place.steps.items():
            step = steps[0]
            text = right == SLANT and (begins_with_text(step.variants[0].items) or step.match(SLANT + line) or line[0] == SLANT)
            for stands, meant in beginnings(line, right) if self._demanded(step) and not text else ():
                found = step.match(meant + line[len(stands) :])
                if found is not None:
                    variant = _variant(step, found)
                    self._enter(step, variant, self._node(variant, found, len(stands) - len(meant)))
                    self.report_identifier(variant, stands, meant, line)
                    return True
        return False

    def _one_more(self, line: str) -> bool:
        """A line of an address taken for the next one: that it was another of the kind before it, this line tells."""
        option = self.place.option
        kind = _kind_before(option) if option is not None and not self.lost else None
        if option is None or option.line is None or kind is None:
            return False
        (step, *_), before = self.walk.again(option), self.open[option.row.depth + 1]
        alike = SHORTEST_PLACE < len(line) < LONGEST_MATCHED and not _DIGIT.search(line)
        longer = next((one for one in step.departures if alike and one.pattern.fullmatch(line)), None)
        found = longer.pattern.fullmatch(line) if longer is not None else step.match(line) if alike else None
        absent = kind.index in self.absent
        if found is None or len(before.elements) != 1 + absent:
            return False
        node = self._node(longer.variant if longer is not None else step.variants[0], found)
        if longer is not None:
            self.report_departure(longer, node, step.variants[0], 0)
        self._told_one_more(before, option.segment, absent)
        self.absent.pop(kind.index, None)
        first, *rest = before.elements.values()
        text = SLANT.join(one.text for one in (first, *rest))
        before.name, before.elements = option.line.one_more["node"], {option.line.one_more["element"]: _longer(first, text)}
        self.open[option.row.depth].children.append(node)
        self.open[option.row.depth + 1] = node
        return True

    def _told_one_more(self, before: Node, segment: str, absent: bool) -> None:
        """Of the line that was taken for another: it has a slant in it, or is one too many."""
        here, self.problems = (self.number, self.start), [one for one in self.problems if one.line != before.line]
        self.number, self.start = before.line, before.offset
        kind, last = differences()[NAME_FORM], [*before.elements.values()][-1]
        if absent:
            self.report(Code(kind.code), last.column - 2, segment, f"{kind.says} (difference {kind.number})", f"/{last.text}")
        else:
            self.report(Code.IMP_LINE_REPEATED, 0, segment, "line of an address stands more often than it may", f"/{last.text}")
        self.number, self.start = here

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


def _kind_before(option: Option) -> Row | None:
    """The row before this one in its group, where it is of the kind that there may be one more of."""
    kind = option.line.one_more.get("node") if option.line is not None else None
    if kind is None or option.row.owner is None:
        return None
    rows = option.row.owner.rows
    before = rows[: rows.index(option.row)][-1:]
    return next((row for row in before for one in row.options if one.line is not None and one.line.node == kind), None)


def _longer(element: Element, text: str) -> Element:
    return Element(text, element.line, element.column, element.offset, element.path)


def _variant(step: Step, found: re.Match[str]) -> Variant:
    return step.only or step.by_group[found.lastindex or 0]


def _shifted(element: Element, indent: int) -> Element:
    return Element(element.text, element.line, element.column + indent, element.offset, element.path)
