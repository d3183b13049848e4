"""Says what is wrong with a line, with its place. Knows problems and places; knows no table's structure."""

import re
from collections.abc import Callable

from adapters.cargo_imp.explaining import Fault, explain
from adapters.cargo_imp.layout import Row, differences
from adapters.cargo_imp.mending import Mended, mend, straighten, wrap
from adapters.cargo_imp.notation import captures
from adapters.cargo_imp.steps import Departure, Variant
from hub.problem import Code, Fix, Problem
from hub.syntax import Node

LONGEST_LINE = 69
SHOWN = 80
MOST_MENDED = 100
UNPREFIXED = 1
SMALL_LETTERS = 41
"""Numbers in docs/wire-differences.md."""
_STRANGE = re.compile(r"[^ -~]")


class Report:
    """The problems of one message, and the line that is being looked at: its number, its offset, its text.

    ``indent``: blanks before it, which are counted in every column and not in the text.
    """

    def __init__(self, number: int, start: int) -> None:
        self.problems: list[Problem] = []
        self.number, self.start, self.line, self.indent = number, start, "", 0

    def report(self, code: Code, column: int, segment: str | None, message: str, found: str, fix: Fix | None = None) -> None:
        """A problem of the present line; ``column`` from 0."""
        self.problems.append(
            Problem(
                code=code,
                message=message,
                line=self.number,
                column=column + 1 + self.indent,
                offset=self.start + column,
                segment=segment,
                found=found[:SHOWN] or None,
                fix=fix,
            )
        )

    def report_fault(self, variant: Variant, fault: Fault, room: int) -> None:
        """A line that does not fit its layout, with the form it should have where that is certain."""
        segment = variant.option.segment
        named = f"{segment}, {fault.element}" if fault.element else segment
        self.forget_length()
        self.forget_character(fault)
        found = f", found {fault.found[:SHOWN]!r}" if fault.found else ", found nothing"
        self.problems.append(
            Problem(
                code=fault.code,
                message=f"{named}: expected {fault.expected}{found}",
                line=self.number,
                column=fault.start + 1 + self.indent,
                offset=self.start + fault.start,
                segment=segment,
                element=fault.element,
                found=fault.found[:SHOWN] or None,
                expected=fault.expected,
                fix=self.mended(lambda: mend(variant.items, self.line) or wrap(variant.items, self.line, room)),
            )
        )

    def report_departure(self, departure: Departure, node: Node, strict: Variant, room: int) -> None:
        """A tolerated departure: at the element the layout does not have, else where the layout stops.

        ``room``: how many more lines of this kind may stand here.
        """
        line = self.line
        fault = explain(strict.items, line)
        known = {one.name for one in captures(strict.items)} if node.name == strict.node else node.elements.keys()
        extra = next((pair for pair in node.elements.items() if pair[0] not in known), None)
        element, column = (extra[0], extra[1].column - 1) if extra else (fault.element, fault.start)
        kind = departure.tolerated.difference(element)
        self.forget_length()
        if kind.code == Code.IMP_LINE_LENGTH and len(line) > LONGEST_LINE:
            self.report_length(self.mended(lambda: wrap(strict.items, line, room)))
            return
        self.problems.append(
            Problem(
                code=Code(kind.code),
                message=f"{kind.says} (difference {kind.number})",
                line=self.number,
                column=column + 1 + self.indent,
                offset=self.start + column,
                segment=strict.option.segment,
                element=element,
                found=(extra[1].text if extra else fault.found or line)[:SHOWN],
                expected=None if extra else fault.expected or None,
                fix=self.mended(lambda: self._straight(node, strict, room)),
            )
        )

    def _straight(self, node: Node, strict: Variant, room: int) -> Mended | None:
        placed = [(one.column, name, one.text) for each in (node, *node.children) for name, one in each.elements.items()]
        told = [(name, text) for _, name, text in sorted(placed)]
        items, line = strict.items, self.line
        return straighten(items, line, told) or mend(items, line) or wrap(items, line, room)

    def mended(self, way: Callable[[], Mended | None]) -> Fix | None:
        """The fix of the present line by a way of mending it; not asked for beyond the first hundred problems of a message."""
        found = way() if len(self.problems) < MOST_MENDED else None
        return None if found is None else self.fix(found.line, found.reason)

    def fix(self, text: str, reason: str) -> Fix:
        """The present line to be written as ``text``, cut to what changes."""
        line = self.line
        start = next(
            (at for at, pair in enumerate(zip(line, text, strict=False)) if pair[0] != pair[1]), min(len(line), len(text))
        )
        most = min(len(line), len(text)) - start
        same = next((at for at in range(most) if line[-1 - at] != text[-1 - at]), most)
        found, put = line[start : len(line) - same], text[start : len(text) - same]
        column, offset = start + 1 + self.indent, self.start + start
        return Fix(text=put, reason=reason, line=self.number, column=column, offset=offset, found=found)

    def report_unprefixed(self, variant: Variant, line: str) -> None:
        """A continuation line without its slant."""
        kind = differences()[variant.line.unprefixed or UNPREFIXED]
        says = f"{kind.says} (difference {kind.number})"
        fix = self.fix(f"/{line}", "slant of a continuation put in")
        self.report(Code(kind.code), 0, variant.option.segment, says, line, fix)

    def report_case(self, variant: Variant, key: str) -> None:
        """An identifier in small letters, its line read all the same."""
        kind = differences()[SMALL_LETTERS]
        fix = self.fix(key.upper() + self.line[len(key) :], "identifier in capitals")
        says = f"{kind.says} (difference {kind.number})"
        self.report(Code(kind.code), 0, variant.option.segment, says, key, fix)

    def report_identifier(self, variant: Variant, found: str, right: str, line: str) -> None:
        """A misspelt identifier of a line that must stand here."""
        self.problems.append(
            Problem(
                code=Code.IMP_LINE_IDENTIFIER,
                message=f"{found!r} stands where {right} must stand, the rest of the line is that of {right}: read as {right}",
                line=self.number,
                column=1 + self.indent,
                offset=self.start,
                segment=variant.option.segment,
                found=found or line[:SHOWN],
                expected=right,
                fix=self.fix(right + line[len(found) :], f"identifier {right} spelt right"),
            )
        )

    def report_missing(self, row: Row, came: str) -> Problem:
        """A mandatory line that is not there, at the line that came instead. A line without an identifier is the ``element``."""
        segment = row.options[0].segment
        within = row.name if row.name != segment else None
        problem = Problem(
            code=Code.IMP_LINE_MISSING,
            message=f"mandatory line {segment}{f' ({within})' if within else ''} is missing: {came!r} came instead",
            line=self.number,
            column=1 + self.indent,
            offset=self.start,
            segment=segment,
            element=within,
            found=came,
            expected=row.name,
        )
        self.problems.append(problem)
        return problem

    def forget_length(self) -> None:
        """A line that does not fit its layout is one fault, however long it is."""
        for at in range(len(self.problems) - 1, max(len(self.problems) - 4, -1), -1):
            if self.problems[at].code is Code.IMP_LINE_LENGTH and self.problems[at].line == self.number:
                del self.problems[at]

    def forget_character(self, fault: Fault) -> None:
        """A character that makes an element faulty is no second fault."""
        last = self.problems[-1] if self.problems else None
        if last is not None and last.code is Code.IMP_CHARACTER and last.line == self.number:
            column = (last.column or 0) - self.indent - 1
            if fault.start <= column <= fault.start + len(fault.found):
                self.problems.pop()

    def report_length(self, fix: Fix | None) -> None:
        """A line longer than any may be."""
        says = f"line of {len(self.line)} characters, at most {LONGEST_LINE}"
        self.report(Code.IMP_LINE_LENGTH, LONGEST_LINE, self.line[:3], says, self.line[LONGEST_LINE:], fix)

    def look_at_line(self) -> None:
        """Its length and its characters."""
        strange = _STRANGE.search(self.line)
        if len(self.line) > LONGEST_LINE:
            self.report_length(None)
        if strange is not None:
            says = f"character {strange[0]!r} is not in the Cargo-IMP character set"
            self.report(Code.IMP_CHARACTER, strange.start(), None, says, strange[0])
