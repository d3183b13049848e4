"""Reads one message by its table into a tree of located elements: a walk that reports a fault and goes on behind it.

Knows tables and text; knows no meaning of any message, and no envelope.
"""

import re

from adapters.cargo_imp.checks import awb_check_digit, message_checks
from adapters.cargo_imp.explaining import explain
from adapters.cargo_imp.layout import ANY, CONSIGNMENT, POINT, SLANT, Row, Table
from adapters.cargo_imp.notation import Field, Item
from adapters.cargo_imp.repeats import cut
from adapters.cargo_imp.reporting import LONGEST_LINE, Report
from adapters.cargo_imp.steps import Place, Step, Variant, Walk
from hub.problem import Code, Problem
from hub.syntax import Element, Node

BLANKS = " \t\r\x01\x02\x03\x1a\x00"
LONGEST_MATCHED = 400
BEGUN = 4
"""How far a layout without an identifier must fit a line to be what the line was meant to be: a station and its slant."""
_IDENTIFIER = re.compile(r"[A-Z]{3,4}")
_MARKS = (SLANT, POINT)


class Reader:
    """Reads messages of one table. Holds no state between messages."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.walk = Walk(table)

    def read(self, text: str, line: int, offset: int) -> "Reading":
        """The tree below the root, the problems, and what reached no element. ``text`` begins after the first line."""
        reading = Reading(self.table, self.walk, line, offset)
        reading.run(text)
        return reading


class Reading(Report):
    """One walk through one message."""

    def __init__(self, table: Table, walk: Walk, line: int, offset: int) -> None:
        self.table, self.walk = table, walk
        self.root = Node(table.type, line=line, column=1, offset=offset)
        super().__init__(line, offset)
        self.unread: list[tuple[int, str]] = []
        self.place: Place = walk.start
        self.counts = [0] * len(table.all_rows)
        self.open: list[Node] = [self.root] * 8
        self.absent: dict[int, Problem] = {}
        self.retracted: set[int] = set()
        self.lost = False
        self.stray: tuple[Place, Problem] | None = None

    def run(self, text: str) -> None:
        """Read every line. Written for speed: nearly every line is met by a plain step, and costs one look-up and one match."""
        number, start, counts, opened = self.number - 1, self.start, self.counts, self.open
        plain, place, careful = text.isascii(), self.place, not text.isascii()
        for raw in text.split("\n"):
            number += 1
            line = raw.rstrip(BLANKS)
            if line:
                step = place.slash if line[0] == "/" else place.fast.get(line[:3]) or place.consignment
                found = step.match(line) if step is not None and len(line) <= LONGEST_LINE and not careful else None
                if found is None or step is None or counts[step.index] >= step.most:
                    self.number, self.start, self.line = number, start, line
                    self._slow_line(line, plain)
                    place, careful = self.place, not plain or self.lost or bool(self.absent)
                else:
                    variant = step.only or step.by_group[found.lastindex or 0]
                    elements = {}
                    for group, name in variant.slots:
                        value = found[group]
                        if value:
                            at = found.start(group)
                            elements[name] = Element(value, number, at + 1, start + at)
                    node = Node(variant.node, elements, [], number, 1, start)
                    if variant.within:
                        cut(variant, found, node, number, start)
                    if step.plain:
                        counts[step.index] += 1
                        if step.inner:
                            counts[step.index + 1 : step.end] = step.inner
                        depth = variant.depth
                        opened[depth].children.append(node)
                        opened[depth + 1] = node
                        self.place = place = variant.place
                        if variant.checked:
                            self._check(node)
                    else:
                        self.number, self.start, self.line = number, start, line
                        self._enter(step, variant, node)
                        place = variant.place
            start += len(raw) + 1
        self._end(number, start)

    def _slow_line(self, line: str, plain: bool) -> None:
        """A line that opens a group, leaves one out, is long or strange, or does not fit at all."""
        if len(line) > LONGEST_LINE or not plain:
            self.look_at_line()
        key = line[0] if line[0] in _MARKS else CONSIGNMENT if line[0].isdigit() else line.partition("/")[0]
        for step in self.place.steps.get(key, ()) if not self.lost or key != SLANT else ():
            found = step.match(line) if len(line) < LONGEST_MATCHED else None
            if found is not None:
                variant = step.only or step.by_group[found.lastindex or 0]
                self._enter(step, variant, self._node(variant, found))
                return
        self._otherwise(line, key)

    def _node(self, variant: Variant, found: re.Match[str], column: int = 0) -> Node:
        number, start = self.number, self.start + column
        elements = {}
        for group, name in variant.slots:
            text = found[group]
            if text:
                place = found.start(group)
                elements[name] = Element(text, number, place + column + 1, start + place)
        node = Node(variant.node, elements, [], number, 1, self.start)
        if variant.within:
            cut(variant, found, node, number, start)
        return node

    def _enter(self, step: Step, variant: Variant, node: Node) -> None:
        counts = self.counts
        if not step.plain:
            if step.missing:
                self._report_missing(step.missing)
            for depth, name in step.wrappers:
                self.open[depth + 1] = self._wrapper(depth, name) if name else self.open[depth]
        for row in step.rows:
            index = row.index
            counts[index] += 1
            if row.last > index + 1:
                counts[index + 1 : row.last] = [0] * (row.last - index - 1)
            if counts[index] > row.most:
                self._too_many(row)
            elif self.absent and index in self.absent:
                self.retracted.add(id(self.absent.pop(index)))
        depth = variant.depth
        self.open[depth].children.append(node)
        self.open[depth + 1] = node
        self.place = variant.place
        self.lost = False
        if variant.checked:
            self._check(node)

    def _wrapper(self, depth: int, name: str) -> Node:
        wrapper = Node(name, {}, [], self.number, 1, self.start)
        self.open[depth].children.append(wrapper)
        return wrapper

    def _check(self, node: Node) -> None:
        problem = awb_check_digit(node)
        if problem is not None:
            self.problems.append(problem)

    def _otherwise(self, line: str, key: str) -> None:
        """A line that no layout fits here: a tolerated form, a faulty line, one out of order, or one we do not know."""
        steps = self.place.steps.get(key, ()) if not (self.lost and key == SLANT) else ()
        if self._tolerated(steps, line) or (key not in _MARKS and (self._verbatim(line) or self._tolerated_free(line))):
            return
        if steps:
            self._faulty(steps, line)
        elif self._unprefixed(line, key) or self._leader_missing(line, key):
            return
        elif key in self.walk.anywhere:
            self._out_of_order(self.walk.anywhere[key], line)
        elif not (self._verbatim(line) or self._begun(line, key)):
            self._unknown(line, key)

    def _tolerated_free(self, line: str) -> bool:
        """A tolerated form of a layout that begins with no identifier."""
        return self._tolerated(self.place.steps.get(ANY, ()), line)

    def _begun(self, line: str, key: str) -> bool:
        """A faulty line of a layout that begins with no identifier: a point of unloading, a flight."""
        steps = [step for step in self.place.steps.get(ANY, ()) if step.only is not None and not _verbatim_text(step.only.items)]
        if not steps or key in (*_MARKS, CONSIGNMENT) or len(line) > LONGEST_MATCHED:
            return False
        reached = max(explain(step.only.items, line).reached for step in steps if step.only is not None)
        if "/" in line and reached <= BEGUN:
            return False
        self._faulty(tuple(steps), line)
        return True

    def _verbatim(self, line: str) -> bool:
        """A place where any line may stand: the received message inside an acknowledgement, a point of unloading."""
        for step in self.place.steps.get(ANY, ()):
            found = step.match(line)
            if found is not None:
                variant = step.only or step.by_group[found.lastindex or 0]
                self._enter(step, variant, self._node(variant, found))
                return True
        return False

    def _tolerated(self, steps: tuple[Step, ...], line: str) -> bool:
        for step in steps if len(line) < LONGEST_MATCHED else ():
            for departure in step.departures:
                found = departure.pattern.fullmatch(line)
                if found is not None:
                    kind = departure.tolerated
                    self._enter(step, departure.variant, self._node(departure.variant, found))
                    self.report(
                        Code(kind.code), 0, departure.variant.option.segment, f"{kind.says} (difference {kind.difference})", line
                    )
                    return True
        return False

    def _unprefixed(self, line: str, key: str) -> bool:
        if (
            key == SLANT
            or (key in self.walk.anywhere and line[len(key) : len(key) + 1] in ("", "/"))
            or len(line) > LONGEST_MATCHED
        ):
            return False
        for step in self.place.steps.get(SLANT, ()):
            for variant in step.variants:
                found = step.match(f"/{line}") if variant.line.unprefixed and step.only else None
                if found is not None:
                    says = f"continuation without a slant (difference {variant.line.unprefixed})"
                    self._enter(step, variant, self._node(variant, found, -1))
                    self.report(Code.IMP_CONTINUATION, 0, variant.option.segment, says, line)
                    return True
        return False

    def _leader_missing(self, line: str, key: str) -> bool:
        """A line of the mandatory group that should begin here without its opening line: that is missing, this is read."""
        stray = self.stray is not None and self.stray[0] is self.place
        if (self.lost and not stray) or len(line) >= LONGEST_MATCHED:
            return False
        for steps in self.place.steps.values():
            first = steps[0]
            if first.missing or first.only is None or not first.rows[0].mandatory or self.counts[first.rows[0].index]:
                continue
            for step in first.only.place.steps.get(key, ()):
                if not step.missing and step.match(line):
                    self._missed(first.rows[-1], line[:20])
                    self._enter(first, first.only, Node(first.only.node, {}, [], self.number, 1, self.start))
                    self._slow_line(line, True)
                    return True
        return False

    def _faulty(self, steps: tuple[Step, ...], line: str) -> None:
        """Report the fault of the layout that fits furthest, keep the line's text, and go on behind it."""
        variants = [(step, variant, explain(variant.items, line)) for step in steps for variant in step.variants]
        step, variant, fault = max(variants, key=lambda one: (one[2].reached, -len(one[0].missing)))
        self._enter(step, variant, Node(variant.node, {}, [], self.number, 1, self.start))
        self.report_fault(variant, fault)
        self.unread.append((self.number, line))

    def _out_of_order(self, steps: tuple[Step, ...], line: str) -> None:
        step = steps[0]
        repeated = self.counts[step.rows[-1].index] >= step.rows[-1].most and self.place.option in step.rows[-1].options
        known = step.rows[0].index in self.absent
        for row in step.rows[:-1]:
            self.open[row.depth + 1] = (
                self.open[row.depth].children[-1] if self.open[row.depth].children else self.open[row.depth]
            )
        found = step.match(line)
        variant = (step.only or step.by_group[found.lastindex or 0]) if found else step.variants[0]
        before = len(self.problems) - len(self.retracted)
        self._enter(
            step, variant, self._node(variant, found) if found else Node(variant.node, {}, [], self.number, 1, self.start)
        )
        if found is None:
            self.report_fault(variant, explain(variant.items, line))
            self.unread.append((self.number, line))
        elif known or len(self.problems) - len(self.retracted) == before:
            code, says = (
                (Code.IMP_LINE_REPEATED, "stands more often than it may")
                if repeated
                else (Code.IMP_LINE_ORDER, "is out of its order")
            )
            self.report(code, 0, variant.option.segment, f"line {variant.option.segment} {says}", line)

    def _unknown(self, line: str, key: str) -> None:
        """Kept word for word. Lines with a slant behind an unknown identifier belong to it and are no second problem."""
        node = Node("unknown", {"text": Element(line, self.number, 1, self.start)}, [], self.number, 1, self.start)
        self.root.children.append(node)
        if not (self.lost and key == SLANT):
            name = key if _IDENTIFIER.fullmatch(key) else None
            self.report(Code.IMP_LINE_UNKNOWN, 0, name, "no line of this message begins like this; kept word for word", line)
            self.stray = (self.place, self.problems[-1]) if key in _MARKS else None
        self.lost = True

    def _end(self, number: int, start: int) -> None:
        self.number, self.start, self.line = number, start - 1, ""
        self._report_missing(self.place.missing_at_end, "end of message")
        if self.retracted:
            self.problems[:] = [one for one in self.problems if id(one) not in self.retracted]
        self.problems.extend(message_checks(self.table, self.root, self.number, self.start))

    def _report_missing(self, rows: tuple[Row, ...], came: str = "") -> None:
        for row in rows:
            if not self.counts[row.index]:
                self.absent[row.index] = self._missed(row, came or self.line[:20])

    def _missed(self, row: Row, came: str) -> Problem:
        """What is missing was missed where a line came that continues nothing, and that is its one problem; else here."""
        if self.stray is None or self.stray[0] is not self.place:
            return self.report_missing(row, came)
        here, stray = (self.number, self.start), self.stray[1]
        self.number, self.start = stray.line or self.number, stray.offset or self.start
        missing = self.report_missing(row, (stray.found or came)[:20])
        self.retracted.add(id(stray))
        self.number, self.start = here
        return missing

    def _too_many(self, row: Row) -> None:
        if self.counts[row.index] == row.most + 1:
            says = f"{row.name} may stand {row.most} time{'s' if row.most > 1 else ''} here"
            self.report(Code.IMP_LINE_REPEATED, 0, row.options[0].segment, says, self.line)


def _verbatim_text(items: tuple[Item, ...]) -> bool:
    return isinstance(items[0], Field) and items[0].runs[:1] != () and items[0].runs[0].kind == "x"
