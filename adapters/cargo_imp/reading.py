"""Reads one message by its table into a tree of located elements: a walk that reports a fault and goes on behind it.

Knows tables and text; knows no meaning of any message, and no envelope.
"""

from adapters.cargo_imp.breaking import broken_off
from adapters.cargo_imp.checks import FAULTS, apart, message_checks
from adapters.cargo_imp.departing import Departing
from adapters.cargo_imp.late import UNOPENED
from adapters.cargo_imp.layout import Table
from adapters.cargo_imp.recovery import BLANKS
from adapters.cargo_imp.reporting import LONGEST_LINE
from adapters.cargo_imp.steps import Walk
from adapters.cargo_imp.told import Told
from hub.syntax import Node

NEVER = -1
"""No line is as short as this: all go the careful way."""
CONTROLS = bytes([*range(1, 10), 11, 12, *range(14, 26), *range(27, 32), 127]).translate(None, b"\1\2\3")
"""Control characters that no line may have but at its ends; the marks of the transmission are looked for nowhere."""


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


class Reading(Departing):
    """One walk through one message. ``whole``: it does not break off in the middle of a line."""

    whole = True

    def run(self, text: str) -> None:
        """Read every line. Written for speed: nearly every line is met by a sure step, and costs one look-up and one match."""
        number, start, counts, opened = self.number - 1, self.start, self.counts, self.open
        plain = text.isascii() and len(text.encode().translate(None, CONTROLS)) == len(text)
        place, longest = self.place, LONGEST_LINE if plain else NEVER
        for raw in text.split("\n"):
            number += 1
            line, size = raw.rstrip(BLANKS), len(raw)
            if line:
                step = place.slash if line[0] == "/" else place.fast.get(line[:3]) or place.consignment
                found = None if step is None or size > longest else step.match(line)
                if found is None or step is None or (count := counts[step.index]) >= step.most:
                    self.number, self.start, self.line, self.place = number, start, line, place
                    self._slow_line(line, plain)
                    careful = not plain or self.lost or bool(self.absent) or self.alone is not None
                    place, longest = self.place, NEVER if careful else LONGEST_LINE
                else:
                    counts[step.index] = count + 1
                    if step.inner:
                        counts[step.below] = step.inner
                    # As _wrap does; the call for every group of a list of houses would be felt.
                    for depth, name in step.wrappers:
                        if name:
                            wrapper = Node(name, {}, [], number, 1, start)
                            opened[depth].children.append(wrapper)
                            opened[depth + 1] = wrapper
                        else:
                            opened[depth + 1] = opened[depth]
                    variant = step.only or step.by_group[found.lastindex or 0]
                    node = Node(variant.node, UNOPENED, [], number, 1, start, variant.groups, found)
                    depth = variant.depth
                    opened[depth].children.append(node)
                    opened[depth + 1] = node
                    place = variant.place
                    if variant.checked:
                        self._check(node)
            start += size + 1
        self.place = place
        self._end(number, start, text)

    def _end(self, number: int, start: int, text: str) -> None:
        self.number, self.start, self.line = number, start - 1, ""
        missing = [row for row in self.place.missing_at_end if not self.counts[row.index]]
        names, ended = [row.name for row in missing], bool(self.table.unit)
        if missing and broken_off(self.problems, start - 1 - len(text), text, names, ended):
            self.whole = False
        elif missing:
            # A list of a flight that lacks its end has been cut: what else it lacks is part of the same fault.
            self._report_missing(tuple(missing[:1] if ended else missing), "end of message")
        if self.retracted:
            self.problems[:] = [one for one in self.problems if id(one) not in self.retracted]
        told = Told(self.root)
        if self.whole:
            self.problems += message_checks(self.table, told, self.number, self.start)
        if not self.unread and not (self.problems and any(one.code in FAULTS for one in self.problems)):
            for find in self.walk.checks:
                find(told)
            self.problems += apart(told.problems, self.problems)
