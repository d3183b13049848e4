"""The careful half of the walk: lines that open a group, leave one out, are tolerated, faulty, out of order or unknown.

One fault is one problem, and reading goes on behind it. Knows tables and text; knows no meaning of any message.
"""

import re
from collections.abc import Iterator

from adapters.cargo_imp.checks import awb_check_digit
from adapters.cargo_imp.explaining import Fault, explain
from adapters.cargo_imp.groups import located
from adapters.cargo_imp.late import repeats
from adapters.cargo_imp.layout import ANY, CONSIGNMENT, POINT, SLANT, Option, Row, Table
from adapters.cargo_imp.reporting import LONGEST_LINE, Report
from adapters.cargo_imp.spelling import one_slip_apart
from adapters.cargo_imp.steps import Place, Step, Variant, Walk, nearest
from adapters.cargo_imp.unnamed import begun, is_like, may_stand
from hub.problem import Code, Problem
from hub.syntax import Element, Node

LONGEST_MATCHED = 400
BLANKS = " \t\r\x01\x02\x03\x1a\x00"
_MARKS = (SLANT, POINT)
_IDENTIFIER = re.compile(r"[A-Z]{3,4}")
_BEGINS_A_LINE = re.compile(r"[A-Z]{3}(?:/|$)")


class Recovery(Report):
    """The state of one walk through one message, and what to do with any line the fast walk does not know."""

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
        elements = located(found, variant.groups, self.number, self.start, column)
        inside = [*repeats(found, variant.groups, self.number, self.start, column)]
        return Node(variant.node, elements, inside, self.number, 1, self.start)

    def _enter(self, step: Step, variant: Variant, node: Node) -> None:
        counts = self.counts
        if step.missing:
            self._report_missing(step.missing)
        if step.wrappers:
            self._wrap(step, self.number, self.start)
        for row in step.rows:
            index = row.index
            counts[index] += 1
            if row.last > index + 1:
                counts[index + 1 : row.last] = [0] * (row.last - index - 1)
                self.absent = {at: one for at, one in self.absent.items() if not index < at < row.last}
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

    def _wrap(self, step: Step, number: int, start: int) -> None:
        """Open the nodes that a line's groups are."""
        opened = self.open
        for depth, name in step.wrappers:
            if name:
                wrapper = Node(name, {}, [], number, 1, start)
                opened[depth].children.append(wrapper)
                opened[depth + 1] = wrapper
            else:
                opened[depth + 1] = opened[depth]

    def _check(self, node: Node) -> None:
        problem = awb_check_digit(node)
        if problem is not None:
            self.problems.append(problem)

    def _otherwise(self, line: str, key: str) -> None:
        """A line that no layout fits here: a tolerated form, a faulty line, one out of order, or one we do not know."""
        steps = self.place.steps.get(key, ()) if not (self.lost and key == SLANT) else ()
        if self._tolerated(steps, line) or (key not in _MARKS and self._unnamed(line, bool(steps) and key != CONSIGNMENT)):
            return
        if steps:
            self._faulty(steps, line)
        elif (
            self._small_letters(line, key)
            or self._unprefixed(line, key)
            or self._leader_missing(line, key)
            or self._verbatim(line)
        ):
            return
        elif key in self.walk.anywhere and (key != CONSIGNMENT or is_like(self.walk.anywhere[key], line)):
            if self.lost and (len(key) < 2 or not self._is_open(self.walk.anywhere[key][0].rows[-1].owner)):
                self._unknown(line, SLANT)
            else:
                self._out_of_order(self.walk.nearby(self.place.option, key) or self.walk.anywhere[key], line)
        elif not (self._verbatim(line) or self._misspelt(line, key) or self._begun(line, key)):
            self._unknown(line, key)

    def _unnamed(self, line: str, named: bool) -> bool:
        """A line of a layout that begins with no identifier: a point of unloading, a flight, also in a tolerated form.

        Where an identifier of this name may stand (``named``), only what can be nothing else: COR alone, COR/NIL, but not COR/.
        """
        if named:
            return not line.endswith(SLANT) and may_stand(self.place) and self._verbatim(line)
        return self._verbatim(line) or self._tolerated(self.place.steps.get(ANY, ()), line)

    def _begun(self, line: str, key: str) -> bool:
        """A faulty line of a layout that begins with no identifier, by as much of it as fits."""
        steps = begun(self.place, line) if key not in (*_MARKS, CONSIGNMENT) and len(line) < LONGEST_MATCHED else ()
        if steps:
            self._faulty(steps, line)
        return bool(steps)

    def _is_open(self, owner: Option | None) -> bool:
        """Whether the walk stands inside a group."""
        here = self.place.option
        while here is not None and here is not owner:
            here = here.row.owner
        return here is owner

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
        """A departure with a name: read, and told where the layout proper stops."""
        for step in nearest(steps) if len(line) < LONGEST_MATCHED else ():
            for departure in step.departures:
                found = departure.pattern.fullmatch(line)
                if found is not None:
                    node = self._node(departure.variant, found)
                    self._enter(step, departure.variant, node)
                    own = next(one for one in step.variants if one.line is departure.variant.line)
                    self.report_departure(departure, node, own, self._room(own))
                    return True
        return False

    def _small_letters(self, line: str, key: str) -> bool:
        """A line that may stand here but for its identifier, which is not in capitals."""
        steps = self.place.steps.get(key.upper(), ()) if key != key.upper() and len(line) < LONGEST_MATCHED else ()
        for step in steps:
            found = step.match(key.upper() + line[len(key) :])
            if found is not None:
                variant = step.only or step.by_group[found.lastindex or 0]
                self._enter(step, variant, self._node(variant, found))
                self.report_case(variant, key)
                return True
        if steps:
            self._faulty(steps, line)
        return bool(steps)

    def _room(self, variant: Variant) -> int:
        """How many more lines of this kind the layout allows here."""
        row = variant.option.row
        return row.most - self.counts[row.index]

    def _unprefixed(self, line: str, key: str) -> bool:
        """A continuation without its slant, where the layout allows a text to be wrapped so or demands the line."""
        known = key in self.walk.anywhere and line[len(key) : len(key) + 1] in ("", "/")
        if key == SLANT or known or len(line) > LONGEST_MATCHED or self.lost:
            return False
        for step in self.place.steps.get(SLANT, ()):
            demanded = self._demanded(step) and not _BEGINS_A_LINE.match(line)
            for variant in step.variants:
                found = step.match(f"/{line}") if step.only and (variant.line.unprefixed or demanded) else None
                if found is not None and not (self._begins_group(line) and variant.line.unprefixed):
                    self._enter(step, variant, self._node(variant, found, -1))
                    self.report_unprefixed(variant, line)
                    return True
        return False

    def _begins_group(self, line: str) -> bool:
        """Whether a bare word is one slip away from an identifier that stands alone on its line here."""
        return any(key.isalpha() and len(line) < 5 and one_slip_apart(line, key) for key in self.place.steps)

    def _demanded(self, step: Step) -> bool:
        """Whether the layout cannot do without this line, leaves nothing out before it, and does not have it yet."""
        return not step.missing and all(self._required(row) for row in step.rows) and not self.counts[step.rows[-1].index]

    def _required(self, row: Row) -> bool:
        """A mandatory row, or one of those of which one must be there while none is."""
        groups = [names for names in self.table.at_least_one if row.name in names]
        return row.mandatory or any(not any(child.name in names for child in self.root.children) for names in groups)

    def _misspelt(self, line: str, key: str) -> bool:
        """A line the layout demands here, its identifier or first element spoilt, all the rest as it should be."""
        if len(line) >= LONGEST_MATCHED or (self.lost and key == SLANT):
            return False
        for step, right in self._demanded_here():
            if right == CONSIGNMENT:
                if step.only and not _BEGINS_A_LINE.match(line) and explain(step.only.items, line).single:
                    self._faulty((step,), line)
                    return True
                continue
            found = step.match(right + line[len(key) :]) if one_slip_apart(key, right) else None
            if found is not None:
                variant = step.only or step.by_group[found.lastindex or 0]
                self._enter(step, variant, self._node(variant, found, len(key) - len(right)))
                self.report_identifier(variant, key, right, line)
                return True
        return False

    def _demanded_here(self) -> Iterator[tuple[Step, str]]:
        for key, steps in self.place.steps.items():
            yield from ((step, key) for step in steps if key not in (SLANT, ANY) and self._demanded(step))

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
        """Report the fault of the layout that fits best, keep the line's text, and go on behind it.

        A line left out would be a second fault, so the layouts that leave out least are asked first.
        """
        found: list[tuple[Step, Variant, Fault]] = [
            (step, variant, explain(variant.items, line)) for step in nearest(steps) for variant in step.variants
        ]
        step, variant, fault = max(found, key=lambda one: one[2].reached)
        self._enter(step, variant, Node(variant.node, {}, [], self.number, 1, self.start))
        self.report_fault(variant, fault, self._room(variant))
        self.unread.append((self.number, line))

    def _out_of_order(self, steps: tuple[Step, ...], line: str) -> None:
        step = next((one for one in steps if one.match(line)), steps[0])
        full = any(self.counts[row.index] >= row.most for row in step.rows)
        repeated = full and any(self._is_open(option) for option in step.rows[0].options)
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
            self.report_fault(variant, explain(variant.items, line), 0)
            self.unread.append((self.number, line))
        elif known or len(self.problems) - len(self.retracted) == before:
            code = Code.IMP_LINE_REPEATED if repeated else Code.IMP_LINE_ORDER
            says = "stands more often than it may" if repeated else "is out of its order"
            self.report(code, 0, variant.option.segment, f"line {variant.option.segment} {says}", line)

    def _unknown(self, line: str, key: str) -> None:
        """Kept word for word. What belongs to an unknown line (its continuation, its group) is no second problem."""
        node = Node("unknown", {"text": Element(line, self.number, 1, self.start)}, [], self.number, 1, self.start)
        self.root.children.append(node)
        if not (self.lost and key == SLANT):
            name = key if _IDENTIFIER.fullmatch(key) else None
            self.report(Code.IMP_LINE_UNKNOWN, 0, name, "no line of this message begins like this; kept word for word", line)
            self.stray = (self.place, self.problems[-1]) if key in _MARKS else None
        self.lost = True

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
